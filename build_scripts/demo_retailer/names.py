"""Names as people in Indonesia carry them: one word or four, old spelling and new, many islands, a few guests.

No name here has a word that begins with `sit` (not even a surname): the Sitis of the first minute are the only ones.
Format of a written-out name: `first names|last name|f or m`; one of the two may be empty.
"""

from random import Random

# Spelling families side by side: what a look-up has to fold.
WRITTEN_OUT = """
Muhammad|Iqbal|m
Mohamad|Iqbal Ramadhan|m
Mohammad|Ridwan|m
M.|Ridwan Kusnadi|m
Muh.|Taufik Hidayat|m
Muhamad|Fauzan|m
Moch.|Arifin|m
Bambang|Soeharto|m
Bambang|Suharto|m
Djoko|Soesilo|m
Joko|Susilo|m
Joko|Purwanto|m
Djoko|Poerwanto|m
Hendra|Tjahjono|m
Hendra|Cahyono|m
Ratna|Tjahjadi|f
Ratna|Cahyadi|f
Wahjoe|Oetomo|m
Wahyu|Utomo|m
Soedjatmiko||m
Sujatmiko||m
Moeljono||m
Mulyono||m
Nurhaliza|Putri|f
Nur|Halizah|f
Noer|Halisah|f
Fatimah|Zahra|f
Fathimah|Az-Zahra|f
Khairunnisa||f
Choirunnisa|Putri|f
Abdurrahman||m
Abdul|Rahman|m
Dwi|Rahayoe|f
Dwi|Rahayu|f
Aisyah|Humaira|f
Aisjah|Moelia|f
Suharti||f
Soeharti||f
Sukirman||m
Ngatini||f
Wagiman||m
Sumarni||f
Supriyadi||m
Sutrisno||m
Rohaya||f
Kartini||f
Tukiyem||f
Rusmini||f
Mulyadi||m
Poniman||m
Sulastri||f
Jumiati||f
Hariyanto||m
Suparman||m
I Wayan|Sudarma|m
I Made|Arya Wirawan|m
Ni Luh|Putu Sekarini|f
Ni Made|Ratih Pradnyani|f
Ni Putu|Intan Pertiwi|f
I Nyoman|Gunarsa Putra|m
I Ketut|Suarjana|m
Ni Ketut|Rai Asmini|f
I Gusti Ayu|Laksmi Dewi|f
Anak Agung|Gede Raka|m
Ida Bagus|Oka Manuaba|m
Komang|Trisna Jayanti|f
Kadek|Yudi Artawan|m
Cokorda|Istri Mirah|f
Wayan|Mertayasa|m
Luh|Sri Wahyuni|f
Tan|Mei Lin|f
Lie|Kim Hok|m
Liem|Swan Nio|f
Oey|Giok Hwa|f
Ong|Tjoe Lan|f
Kevin|Wijaya|m
Angelina|Hartono|f
Felicia|Tanuwijaya|f
Stefanus|Gunawan Lim|m
Yenny|Halim|f
Go|Sioe Bing|m
Vincent|Tjandra|m
Vinsen|Candra|m
Poltak|Simanjuntak|m
Tiur|Nainggolan|f
Rotua|Hutagalung|f
Binsar|Panjaitan|m
Maruli|Siregar|m
Debora|Sinaga|f
Rumondang|Harahap|f
Parlindungan|Lubis|m
Yosephine|Tampubolon|f
Datuk|Rangkayo Chaniago|m
Upik|Tanjung|f
Rosmaini|Koto|f
Zulkifli|Piliang|m
Gusti|Marni Sikumbang|f
Afrizal|Guci|m
Andi|Tenri Abeng|f
Daeng|Mappaseng|m
Baso|Patiroi|m
Cut|Nyak Meutia|f
Teuku|Raihan|m
Yohanes|Kelen|m
Maria|Goreti Bere|f
Fransiskus|Xaverius Lamak|m
Oktovina|Wanggai|f
Zoë|Müller|f
José|Fernández|m
Chloé|Lefèvre|f
Søren|Nygård|m
Anaïs|Dubois|f
François|Girard|m
Agnieszka|Wiśniewska|f
Hiroko|Tanaka|f
Priya|Raghunathan|f
Oliver|Brandt|m
"""


def _words(text: str) -> list[str]:
    return text.split()


FIRST = {
    "sunda_f": _words("Neneng Euis Iis Imas Yayah Tati Rini Lina Dede Wiwin Ai Cucu Elis Yeni Tuti Teti Mimin Popong"),
    "sunda_m": _words(
        "Asep Ujang Cecep Dadang Yayan Deden Encep Agus Aceng Iwan Dede Tatang Ajat Wawan Ade Jajang Kang"
    ),
    "jawa_f": _words("Sri Endang Wahyuni Retno Titik Wulan Yuni Dyah Ning Kusuma Lestari Ambar Rara Laras Tri Dwi Umi"),
    "jawa_m": _words("Bambang Eko Joko Slamet Wahyu Teguh Agung Heru Bagus Dimas Danang Yanto Gatot Prasetyo Tri Arif"),
    "bali_f": _words("Putu Made Komang Ketut Luh Kadek Ayu"),
    "bali_m": _words("Putu Made Nyoman Ketut Gede Wayan Komang"),
    "umum_f": _words(
        "Ayu Dewi Putri Indah Maya Nadia Rina Fitri Lestari Anisa Melati Kartika Vina Tiara Mega Bella Citra Hana "
        "Intan Yulia Nabila Zahra Amelia Rahma Salsabila Dian Gita Nurul Rizka Shinta Tasya Widya Farah Laila"
    ),
    "umum_m": _words(
        "Andi Rizky Fajar Hendra Adi Yusuf Reza Ilham Bayu Galih Doni Rudi Hadi Irfan Arya Farhan Gilang Hafiz Ivan "
        "Kurnia Lukman Nanda Oki Pandu Raka Surya Taufan Umar Wisnu Yoga Zaki Aditya Rangga Satria"
    ),
}
LAST = {
    "sunda": _words(
        "Hidayat Sopandi Kurniasih Suryana Permana Rohaeti Mulyana Sukmawati Herlina Suherman Nurjanah Komara"
    ),
    "jawa": _words("Wibowo Nugroho Prasetyo Handayani Wijayanti Santosa Kusumo Rahayu Setyowati Hartati Utami Pramono"),
    "bali": _words(
        "Suastika Widiantari Adnyana Purnami Wiratama Suryani Mahendra Sudiani Pratiwi Artini Saputra Wardana"
    ),
    "umum": _words(
        "Saputra Pratama Lestari Maharani Kusuma Setiawan Hidayah Permatasari Anggraini Nugraha Ramadhani Puspita "
        "Firmansyah Wulandari Kurniawan Safitri Hakim Oktaviani Maulana Fauziah Syahputra Febriani Gunawan Kirana"
    ),
}
REGION_OF_STORE = {"BDG": ("sunda", "umum", "jawa"), "SBY": ("jawa", "umum", "jawa"), "DPS": ("bali", "bali", "umum")}


def written_out() -> list[tuple[str, str, str]]:
    """The names above as (first, last, f or m)."""
    rows = [row.split("|") for row in WRITTEN_OUT.strip().splitlines()]
    return [(first, last, gender) for first, last, gender in rows]


def composed(random: Random, store_code: str) -> tuple[str, str, str]:
    """A name as it is heard around that store: (first, last, f or m); one in nine has one word only."""
    region = random.choice(REGION_OF_STORE.get(store_code, ("umum", "jawa", "sunda")))
    gender = "f" if random.random() < 0.62 else "m"
    first = random.choice(FIRST[f"{region}_{gender}"])
    if region == "bali":
        first = f"{'Ni' if gender == 'f' else 'I'} {first}" if random.random() < 0.7 else first
    if region != "bali" and random.random() < 0.11:
        return first, "", gender
    if region == "umum" and random.random() < 0.2:
        middle = random.choice(FIRST[f"umum_{gender}"])
        first = f"{first} {middle}" if middle != first else first
    return first, random.choice(LAST[region]), gender
