"""Promotions of two years (ended, running, future) and the codes customers type at the till."""

from build_scripts.demo_retailer.model import BANDUNG, DENPASAR, SURABAYA, Day, Promotion

SHOES = ("sepatu-kets-langkah", "sepatu-pantofel", "sepatu-balet", "sandal-anyam", "bot-kulit")
BATIK = ("kemeja-batik-kawung", "kemeja-batik-parang", "gaun-lilit-batik", "rok-lilit-batik", "taplak-batik")
LINEN = ("kemeja-linen", "gaun-midi-linen", "celana-pendek-linen")
BEDROOM = ("seprai-katun", "selimut-rajut", "bantal-linen", "handuk-wafel")
BEACH = ("kemeja-pantai", "topi-pandan", "daster-rayon", "tas-rotan-bundar")
TABLE = ("cangkir-keramik", "piring-keramik", "mangkuk-keramik", "teko-teh", "nampan-kayu")

# code | kind | value | starts (days ago) | ends (days ago, negative: ahead) | holds in | name | name in English
_ROWS = """
LANGKAH|percent|20|9|-7|everywhere|Pekan Sepatu Langkah|Walking Week: shoes|shoes|
LINEN50|amount|50000|5|-14|everywhere|Linen Lebih Ringan|Linen for less|linen|
KAMARTIDUR|percent|15|12|-4|online|Kamar Tidur Hangat, khusus online|Warm bedroom, online only|bedroom|
PANTAIBALI|percent|10|20|-10|store|Siap ke Pantai di Denpasar|Ready for the beach in Denpasar|beach|DPS
MEJASBY|percent|15|6|-8|store|Meja Makan Surabaya|Surabaya dining table|table|SBY
GAJIAN|percent|10|31|26|everywhere|Gajian Tiba|Payday||
BATIKHARI|percent|20|55|48|everywhere|Pekan Hari Batik|Batik week|batik|
SEBELAS11|percent|18|12|10|online|Sebelas Sebelas|Eleven eleven||
KEMERDEKAAN|percent|17|100|94|everywhere|Promo Kemerdekaan|Independence week||
LEBARAN26|percent|15|265|245|everywhere|Menyambut Lebaran|Towards Lebaran||
BUKABDG|percent|10|190|180|store|Ulang Tahun Toko Bandung|Bandung store birthday||BDG
TOKOSAJA|percent|12|150|140|store|Datang ke Toko|Come to the store|bedroom|
DUABELAS25|percent|20|346|344|online|Dua Belas Dua Belas|Twelve twelve||
LEBARAN25|percent|15|620|600|everywhere|Menyambut Lebaran|Towards Lebaran||
DUABELAS26|percent|22|-19|-21|online|Dua Belas Dua Belas|Twelve twelve||
AKHIRTAHUN|percent|25|-30|-39|everywhere|Lepas Akhir Tahun|Year-end clearance|batik|
NATALDPS|percent|10|-18|-33|store|Hadiah Natal di Denpasar|Christmas gifts in Denpasar|table|DPS
"""
_GROUPS = {"shoes": SHOES, "batik": BATIK, "linen": LINEN, "bedroom": BEDROOM, "beach": BEACH, "table": TABLE}
_PLACES = {"BDG": BANDUNG, "SBY": SURABAYA, "DPS": DENPASAR}


def promotions(day: Day) -> tuple[Promotion, ...]:
    """Every promotion, the running ones first."""
    made = []
    for row in _ROWS.strip().splitlines():
        code, kind, value, starts, ends, holds_in, name, name_en, group, place = row.split("|")
        made.append(
            Promotion(
                code=code, name=name, name_en=name_en, kind=kind, value=int(value),
                starts_at=day.ago(int(starts), "00:00"), ends_at=day.ago(int(ends), "23:59"), holds_in=holds_in,
                locations=(_PLACES[place],) if place else (), handles=_GROUPS.get(group, ()),
            )
        )  # fmt: skip
    return tuple(made)
