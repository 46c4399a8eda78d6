"""The catalogue: products, their variants with GTINs, size charts, returns and delivery. No randomness.

The check digit follows the GS1 General Specifications, 7.9 (weights 3, 1, 3, ... from the right).
"""

from build_scripts.demo_retailer.model import Colour, Product, Variant

PALETTE = {
    colour.code: colour
    for colour in (
        Colour("PTH", "Putih", (243, 239, 230)),
        Colour("HTM", "Hitam", (58, 57, 64)),
        Colour("NVY", "Biru Laut", (52, 78, 117)),
        Colour("BMD", "Biru Muda", (146, 181, 209)),
        Colour("SGE", "Hijau Sage", (160, 178, 143)),
        Colour("HBT", "Hijau Botol", (51, 98, 84)),
        Colour("TRK", "Terakota", (198, 110, 80)),
        Colour("MST", "Mustar", (220, 170, 74)),
        Colour("KRM", "Krem", (228, 211, 180)),
        Colour("CKL", "Cokelat", (128, 88, 62)),
        Colour("MRN", "Merah Marun", (134, 53, 66)),
        Colour("PNK", "Merah Jambu", (219, 166, 164)),
        Colour("LIL", "Lila", (181, 166, 204)),
        Colour("ABU", "Abu", (158, 161, 167)),
        Colour("TSK", "Toska", (82, 157, 152)),
        Colour("ORG", "Jingga", (224, 139, 78)),
        Colour("NAT", "Natural", (204, 166, 113)),
    )
}

_TOPS = ("S", "M", "L", "XL")
SIZES: dict[str, tuple[str, tuple[str, ...]]] = {
    "top": ("Ukuran", _TOPS),
    "top_long": ("Ukuran", ("S", "M", "L", "XL", "XXL")),
    "kids": ("Ukuran", ("2-3 th", "4-5 th", "6-7 th")),
    "skirt": ("Ukuran", ("S", "M", "L")),
    "bottom": ("Ukuran", _TOPS),
    "waist": ("Ukuran", ("28", "30", "32", "34")),
    "shoe": ("Ukuran", ("37", "38", "39", "40", "41", "42", "43")),
    "shoe_women": ("Ukuran", ("36", "37", "38", "39", "40")),
    "shoe_men": ("Ukuran", ("39", "40", "41", "42", "43")),
    "belt": ("Ukuran", ("S", "M", "L")),
    "bed": ("Ukuran", ("160 x 200 cm", "180 x 200 cm")),
    "box": ("Ukuran", ("Kecil", "Sedang", "Besar")),
    "scent": ("Aroma", ("Sereh", "Melati", "Kopi")),
    "none": ("", ()),
}

# handle | title | type | shape | pattern | price in thousands | colours | sizes | review group | quality | words
_ROWS = """
kemeja-linen|Kemeja Linen Lengan Panjang|Kemeja|shirt|plain|349|PTH BMD SGE|top|top|4.5|Linen yang sudah dicuci lembut; sejuk dari pagi sampai petang.
kemeja-oxford|Kemeja Oxford Reguler|Kemeja|shirt|plain|329|BMD PTH|top_long|top|4.3|Katun oxford tebal yang tetap rapi setelah seharian di kantor.
kemeja-flanel|Kemeja Flanel Kotak|Kemeja|shirt|check|289|MRN HBT|top|top|4.1|Kotak-kotak hangat untuk malam di dataran tinggi.
kemeja-batik-kawung|Kemeja Batik Kawung|Batik|shirt_short|kawung|459|CKL NVY|top_long|top|4.6|Batik cap motif kawung, warna diikat dua kali.
kemeja-batik-parang|Kemeja Batik Parang|Batik|shirt|parang|529|HTM CKL|top|top|4.4|Parang kecil, furing penuh, siap untuk resepsi.
kemeja-pantai|Kemeja Pantai Lengan Pendek|Kemeja|shirt_short|leaf|259|TSK ORG|top|top|4.0|Rayon jatuh dengan daun-daun besar.
koko-bordir|Koko Bordir Tangan|Koko|koko|plain|379|PTH SGE|top_long|top|4.4|Kerah tegak dan bordir tipis di dada.
blus-katun-kerut|Blus Katun Kerut|Blus|blouse|plain|239|KRM PNK LIL|top|top|4.2|Kerutan halus yang tidak perlu disetrika.
blus-brokat|Blus Brokat Lengan Lonceng|Blus|blouse|dots|429|PNK KRM|skirt|top|3.8|Brokat lembut dengan furing, untuk kondangan.
tunik-rayon|Tunik Rayon Harian|Tunik|tunic|plain|269|TRK SGE HTM|top|top|4.2|Panjang sampai lutut, ringan, ada saku.
tunik-lurik|Tunik Lurik|Tunik|tunic|stripe|319|CKL NVY|top|top|4.3|Lurik tenun bukan mesin dari Klaten.
kebaya-kutubaru|Kebaya Kutubaru Modern|Kebaya|kebaya|leaf|649|MRN HBT|top|top|4.5|Potongan lama, bahan yang bisa dicuci di rumah.
kaus-pima|Kaus Katun Pima|Kaus|tee|plain|159|PTH HTM SGE TRK|top_long|top|4.6|Serat panjang, tidak melar di leher.
kaus-garis|Kaus Garis Lengan Panjang|Kaus|tee_long|hstripe|189|NVY TRK|top|top|4.2|Garis tipis ala pelaut.
kaus-gunungan|Kaus Sablon Gunungan|Kaus|tee|emblem|179|HTM KRM|top_long|top|4.0|Sablon air yang menyatu dengan kain.
kaus-anak-awan|Kaus Anak Awan|Anak|tee|cloud|119|BMD PNK|kids|top|4.7|Katun lembut tanpa label yang menggaruk.
gaun-midi-linen|Gaun Midi Linen|Gaun|dress|plain|479|TRK SGE|top|top|4.4|Kancing depan, pinggang bisa diikat.
gaun-lilit-batik|Gaun Lilit Batik|Gaun|dress|kawung|699|NVY MRN|top|top|4.5|Satu lilitan, banyak acara.
gamis-katun|Gamis Katun Toyobo|Gamis|gamis|plain|459|LIL HTM TSK|top|top|4.3|Tidak menerawang, jatuh lurus, busui.
daster-rayon|Daster Rayon Bali|Daster|daster|leaf|149|TSK ORG|none|top|4.4|Satu ukuran, dipakai seharian.
kardigan-rajut|Kardigan Rajut Halus|Kardigan|cardigan|plain|329|KRM MRN ABU|skirt|top|4.1|Rajutan halus untuk ruang ber-AC.
outer-tenun|Outer Tenun Ikat|Outer|outer|ikat|589|TRK NVY|skirt|top|4.6|Tenun ikat dari pengrajin Jepara.
jaket-kanvas|Jaket Kanvas Ringan|Jaket|jacket|plain|499|CKL HBT|top|top|4.2|Kanvas yang makin enak makin sering dipakai.
rompi-rajut|Rompi Rajut|Kardigan|vest|plain|249|MST ABU|skirt|top|3.9|Lapisan tambahan yang tidak gerah.
celana-chino|Celana Chino Ramping|Celana|trousers|plain|359|KRM NVY HTM|waist|bottom|4.3|Katun stretch, kantong dalam.
celana-kulot-linen|Celana Kulot Linen|Celana|culottes|plain|299|KRM HTM TRK|bottom|bottom|4.5|Pinggang karet di belakang, saku dalam di samping.
celana-kargo|Celana Kargo Harian|Celana|trousers|cargo|389|HBT CKL|waist|bottom|4.0|Enam saku yang benar-benar terpakai.
celana-joger|Celana Joger Katun|Celana|jogger|plain|229|ABU HTM|bottom|bottom|4.2|Untuk lari pagi dan rapat dari rumah.
celana-pendek-linen|Celana Pendek Linen|Celana|shorts|plain|219|KRM NVY|bottom|bottom|4.1|Di atas lutut, dengan tali pinggang.
jin-lurus|Jin Potongan Lurus|Celana|trousers|denim|429|NVY HTM|waist|bottom|4.2|Denim 12 oz, luntur dengan indah.
rok-lilit-batik|Rok Lilit Batik|Rok|skirt|parang|329|CKL MRN|none|bottom|4.3|Tali panjang, muat dari S sampai XL.
rok-plisket|Rok Plisket|Rok|skirt|pleats|249|LIL SGE HTM|skirt|bottom|4.0|Plisket yang tahan dicuci.
kerudung-voal|Kerudung Voal Segi Empat|Kerudung|scarf|leaf|129|PNK LIL SGE KRM|none|scarf|4.5|Tegak di dahi, tidak panas.
pasmina-katun|Pasmina Katun|Kerudung|shawl|plain|99|HTM KRM MRN TSK|none|scarf|4.4|Panjang 190 cm, mudah dibentuk.
selendang-tenun|Selendang Tenun|Aksesori|shawl|ikat|389|TRK NVY|none|scarf|4.7|Rumbai dipilin tangan.
sarung-tenun|Sarung Tenun Kotak|Sarung|folded|check|299|HBT MRN|none|scarf|4.5|Adem, tidak kaku sejak pertama.
sepatu-kets-langkah|Sepatu Kets Langkah|Sepatu|sneaker|plain|459|PTH NVY MRN|shoe|shoe|4.3|Kanvas organik, sol karet alam.
sepatu-pantofel|Pantofel Kulit Jalan|Sepatu|loafer|plain|589|CKL HTM|shoe_men|shoe|4.2|Kulit sapi, sol bisa diganti.
sepatu-balet|Sepatu Balet Lipat|Sepatu|flat|plain|329|KRM HTM|shoe_women|shoe|3.9|Bisa dilipat ke dalam tas.
sandal-anyam|Sandal Anyam|Sepatu|sandal|plain|249|CKL KRM|shoe_women|shoe|4.1|Anyaman tangan di atas sol empuk.
bot-kulit|Bot Kulit Pendek|Sepatu|boot|plain|899|CKL HTM|shoe_men|shoe|4.4|Ritsleting samping, kulit tebal.
tas-jinjing-kanvas|Tas Jinjing Kanvas|Tas|tote|plain|219|KRM HTM SGE|none|bag|4.5|Muat laptop 14 inci dan belanja pasar.
tas-selempang-kulit|Tas Selempang Kulit|Tas|sling|plain|649|CKL HTM TRK|none|bag|4.3|Tiga sekat, tali bisa dilepas.
ransel-harian|Ransel Harian|Tas|backpack|plain|479|NVY HBT|none|bag|4.4|Tahan hujan ringan, punggung berongga.
tas-rotan-bundar|Tas Rotan Bundar|Tas|round_bag|weave|359|NAT|none|bag|4.2|Dianyam di Lombok, dilapis katun.
dompet-kulit|Dompet Kulit Lipat|Aksesori|wallet|plain|279|CKL HTM|none|bag|4.4|Enam kartu, satu ruang uang kertas.
topi-pandan|Topi Pandan Lebar|Aksesori|hat|weave|179|NAT|none|bag|4.0|Bisa digulung untuk perjalanan.
ikat-pinggang-kulit|Ikat Pinggang Kulit|Aksesori|belt|plain|199|CKL HTM|belt|bag|4.3|Satu lembar kulit, kepala kuningan.
kaus-kaki-bambu|Kaus Kaki Serat Bambu|Aksesori|socks|hstripe|59|ABU MST NVY|none|bag|4.5|Tidak mudah bau, tumit diperkuat.
sarung-bantal-tenun|Sarung Bantal Tenun|Tekstil Rumah|cushion|ikat|149|TRK NVY MST|none|textile|4.5|45 x 45 cm, ritsleting tersembunyi.
bantal-linen|Bantal Sofa Linen|Tekstil Rumah|cushion|plain|199|SGE KRM|none|textile|4.2|Isi dakron padat, sarung bisa dicuci.
selimut-rajut|Selimut Rajut|Tekstil Rumah|blanket|knit|449|KRM ABU MST|none|textile|4.6|130 x 170 cm, rajutan besar.
seprai-katun|Seprai Katun Perkal|Tekstil Rumah|bedding|plain|599|PTH BMD|bed|textile|4.3|Perkal 300 benang, karet keliling.
handuk-wafel|Handuk Wafel|Tekstil Rumah|towels|knit|149|PTH SGE TRK|none|textile|4.1|Cepat kering, 70 x 140 cm.
taplak-batik|Taplak Meja Batik|Tekstil Rumah|folded|kawung|229|NVY MRN|none|textile|4.3|Untuk meja enam kursi.
celemek-linen|Celemek Linen|Tekstil Rumah|apron|plain|169|NVY TRK|none|textile|4.4|Tali silang, saku besar.
cangkir-keramik|Cangkir Keramik|Meja Makan|mug|speckle|89|KRM SGE NVY|none|ceramic|4.5|Diputar tangan di Plered; 300 ml.
piring-keramik|Piring Keramik|Meja Makan|plate|speckle|119|KRM TSK|none|ceramic|4.2|Garis tengah 25 cm.
mangkuk-keramik|Mangkuk Keramik|Meja Makan|bowl|speckle|99|TRK BMD|none|ceramic|4.4|Pas untuk soto dan bubur.
teko-teh|Teko Teh Keramik|Meja Makan|teapot|speckle|259|SGE HTM|none|ceramic|4.0|Saringan di dalam, 700 ml.
nampan-kayu|Nampan Kayu Mahoni|Meja Makan|tray|wood|179|CKL|none|wood|4.4|Minyak alami, pegangan dalam.
vas-gerabah|Vas Gerabah|Dekorasi|vase|plain|189|TRK KRM|none|ceramic|4.3|Gerabah Kasongan, kedap air.
vas-kaca|Vas Kaca Tiup|Dekorasi|glass|plain|229|TSK PNK|none|ceramic|4.1|Kaca daur ulang, tiap buah berbeda.
pot-gerabah|Pot Gerabah|Dekorasi|planter|plain|129|TRK ABU|box|ceramic|4.4|Lubang air dan tatakan; tanaman tidak termasuk.
lilin-aromaterapi|Lilin Aromaterapi|Dekorasi|candle|plain|109|KRM|scent|candle|4.3|Lilin kedelai, menyala 40 jam.
lampu-meja-rotan|Lampu Meja Rotan|Lampu|lamp|weave|489|NAT|none|wood|4.3|Cahaya hangat; bohlam E27 termasuk.
lampu-gantung-bambu|Lampu Gantung Bambu|Lampu|pendant|weave|549|NAT|none|wood|4.2|Kabel 150 cm, dudukan langit-langit.
keranjang-pandan|Keranjang Pandan|Dekorasi|basket|weave|199|NAT|box|wood|4.4|Anyaman rapat, bisa dilipat.
karpet-goni|Karpet Goni Bundar|Dekorasi|rug|rings|699|NAT|none|textile|4.0|Garis tengah 150 cm.
cermin-rotan|Cermin Rotan Matahari|Dekorasi|mirror|plain|429|NAT|none|wood|4.5|Garis tengah 60 cm, siap gantung.
jam-dinding-kayu|Jam Dinding Kayu|Dekorasi|clock|wood|349|CKL|none|wood|4.1|Jarum tanpa suara.
bangku-kayu|Bangku Kayu Jati|Dekorasi|stool|wood|559|NAT|none|wood|4.6|Jati perhutani, tinggi 45 cm.
"""  # noqa: E501 - a table reads best with one product on a line

GOES_WITH = {
    "kemeja-linen": ("celana-kulot-linen", "celana-chino"),
    "celana-kulot-linen": ("kemeja-linen", "blus-katun-kerut"),
    "kemeja-oxford": ("celana-chino", "sepatu-pantofel"),
    "celana-chino": ("kemeja-oxford", "ikat-pinggang-kulit"),
    "sepatu-kets-langkah": ("kaus-kaki-bambu", "jin-lurus"),
    "kebaya-kutubaru": ("rok-lilit-batik", "selendang-tenun"),
    "rok-lilit-batik": ("kebaya-kutubaru",),
    "gamis-katun": ("kerudung-voal", "pasmina-katun"),
    "koko-bordir": ("sarung-tenun",),
    "outer-tenun": ("kaus-pima", "celana-kulot-linen"),
    "cangkir-keramik": ("teko-teh", "nampan-kayu"),
    "teko-teh": ("cangkir-keramik",),
    "sarung-bantal-tenun": ("selimut-rajut",),
    "gaun-midi-linen": ("sandal-anyam", "tas-rotan-bundar"),
    "jaket-kanvas": ("kaus-pima", "jin-lurus"),
}
CATEGORY = {
    "top": "Apparel & Accessories > Clothing > Clothing Tops",
    "bottom": "Apparel & Accessories > Clothing > Pants",
    "scarf": "Apparel & Accessories > Clothing Accessories > Scarves & Shawls",
    "shoe": "Apparel & Accessories > Shoes",
    "bag": "Apparel & Accessories > Handbags, Wallets & Cases",
    "textile": "Home & Garden > Linens & Bedding",
    "ceramic": "Home & Garden > Kitchen & Dining > Tableware",
    "candle": "Home & Garden > Decor > Home Fragrances",
    "wood": "Home & Garden > Decor",
}
GRAMS = {"top": 280, "bottom": 420, "scarf": 150, "shoe": 850, "bag": 600, "textile": 700, "ceramic": 500}


def check_digit(digits: str) -> str:
    """The GS1 check digit of a number that lacks it."""
    total = sum(int(digit) * (3 if place % 2 == 0 else 1) for place, digit in enumerate(reversed(digits)))
    return str(-total % 10)


def gtin13(item: int) -> str:
    """The EAN-13 of the retailer's item: Indonesia's prefix, an invented company, the item, the check digit."""
    digits = f"8990000{item:05d}"
    return digits + check_digit(digits)


def products() -> tuple[Product, ...]:
    """All products in the order of the shop's own list."""
    return tuple(_product(number, row) for number, row in enumerate(_ROWS.strip().splitlines(), start=1))


def _product(number: int, row: str) -> Product:
    handle, title, kind, shape, pattern, thousands, colours, sizes, group, quality, words = row.split("|")
    option_name, options = SIZES[sizes]
    return Product(
        handle=handle, title=title, type_name=kind, shape=shape, pattern=pattern, price=int(thousands) * 1000,
        colours=tuple(PALETTE[code] for code in colours.split()), option_name=option_name, options=options,
        size_family=sizes, review_group=group, quality=float(quality), body_html=f"<p>{words}</p>", number=number,
    )  # fmt: skip


def variants(all_products: tuple[Product, ...]) -> tuple[Variant, ...]:
    """Every colour and size of every product, each with its SKU and GTIN."""
    made: list[Variant] = []
    for product in all_products:
        stem = "-".join(part[:4].upper() for part in product.handle.split("-")[:3])
        lone = len(product.colours) == 1 and product.size_family in ("none", "scent")
        for colour in product.colours:
            for option in product.options or ("",):
                shown = None if lone else colour
                parts = [stem, shown.code if shown else "", option.split(" ")[0].upper()]
                sku = "-".join(part for part in parts if part)
                made.append(Variant(product, shown, option, sku, gtin13(len(made) * 7 + 1013)))
    return tuple(made)


def picture_path(product: Product, colour: Colour | None) -> str:
    """Where the picture of a product in a colour lies, relative to the export folder."""
    if colour is None or colour == product.colours[0]:
        return f"pictures/{product.handle}.webp"
    return f"pictures/{product.handle}-{colour.code.lower()}.webp"


def size_chart(product: Product) -> dict[str, list[str] | list[list[str]]] | None:
    """The measurements a customer asks for, or None where there is only one size."""
    match product.size_family:
        case "top" | "top_long" | "skirt" if product.review_group == "top":
            columns = ["Ukuran", "Lebar dada (cm)", "Panjang (cm)"]
            rows = [[size, str(92 + 6 * step), str(66 + 2 * step)] for step, size in enumerate(product.options)]
        case "bottom" | "skirt":
            columns = ["Ukuran", "Lingkar pinggang (cm)", "Lingkar pinggul (cm)"]
            rows = [[size, str(66 + 6 * step), str(90 + 6 * step)] for step, size in enumerate(product.options)]
        case "waist":
            columns = ["Ukuran", "Lingkar pinggang (cm)", "Panjang kaki (cm)"]
            rows = [[size, str(72 + 5 * step), str(98 + step)] for step, size in enumerate(product.options)]
        case "shoe" | "shoe_women" | "shoe_men":
            columns = ["Ukuran", "Panjang kaki (cm)"]
            rows = [[size, f"{22.5 + (int(size) - 36) * 0.65:.1f}".replace(".", ",")] for size in product.options]
        case "kids":
            columns = ["Ukuran", "Tinggi anak (cm)", "Lebar dada (cm)"]
            rows = [[size, str(96 + 12 * step), str(60 + 4 * step)] for step, size in enumerate(product.options)]
        case _:
            return None
    return {"columns": columns, "rows": rows}


def returns(product: Product) -> tuple[int, str, str]:
    """Days to return, and the condition in Indonesian and English."""
    match product.review_group:
        case "candle":
            return 0, "Lilin tidak dapat dikembalikan, kecuali pecah di jalan.", "Candles stay sold unless broken."
        case "ceramic":
            return 14, "Foto bila tiba retak; kami ganti.", "Send a photo if it arrives cracked; we replace it."
        case "shoe":
            return 30, "Boleh dicoba di dalam rumah; dus ikut dikembalikan.", "Try them indoors; bring the box back."
        case "wood":
            return 14, "Barang besar kami jemput.", "We collect large pieces."
        case _:
            return 14, "Label masih terpasang, belum dicuci.", "Unwashed, with the tag still on."


def delivery(product: Product) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The ways a product can reach the customer, and the cities where same day works."""
    if product.shape in ("stool", "rug", "mirror", "pendant"):
        return ("pickup", "standard"), ()
    cities = ("Bandung", "Surabaya") if product.review_group == "ceramic" else ("Bandung", "Surabaya", "Denpasar")
    return ("pickup", "same_day", "next_day", "standard"), cities
