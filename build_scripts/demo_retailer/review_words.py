"""Fragments of Indonesian reviews; `reviews` joins them and fills {barang}, {warna} and {ukuran}."""

Words = dict[str, tuple[str, ...]]


def lines(text: str) -> tuple[str, ...]:
    """One fragment a line."""
    return tuple(line.strip() for line in text.strip().splitlines())


PRAISE: Words = {
    "top": lines("""bahannya adem, tidak nempel walau keringatan
        jahitannya rapi sampai bagian dalam
        warnanya {warna} persis seperti di foto
        jatuhnya bagus di badan, tidak bikin kelihatan gemuk
        dipakai seharian di kantor tetap nyaman
        sudah dicuci empat kali, tidak melar dan tidak luntur
        ukuran {ukuran} pas di saya, bahu dan lengannya enak
        gampang disetrika, bahkan sering tidak perlu
        suami saya sampai minta dibelikan warna lain
        tidak menerawang padahal kainnya ringan"""),
    "bottom": lines("""pinggangnya pas, tidak perlu ikat pinggang
        potongannya rapi, kaki kelihatan lebih jenjang
        sakunya dalam, ponsel besar masuk
        bahannya tidak kaku, duduk lama tetap enak
        dipakai naik motor juga nyaman
        ukuran {ukuran} sesuai tabel, saya ukur sendiri
        {warna}nya netral, masuk ke semua atasan
        setelah dicuci tidak menyusut
        ritsletingnya lancar dan jahitannya dobel"""),
    "scarf": lines("""tegak di dahi tanpa banyak jarum
        tidak panas dipakai siang hari
        tepinya dijahit halus
        warnanya {warna} kalem, mudah dipadukan
        kainnya jatuh dan tidak licin
        ringan dibawa, dilipat kecil di tas
        pewarnaannya rata, tidak belang
        dipakai ke kondangan banyak yang tanya beli di mana"""),
    "shoe": lines("""solnya empuk, saya jalan seharian tidak pegal
        ukuran {ukuran} pas di kaki saya
        dipakai pertama kali langsung enak, tidak lecet
        lemnya rapi, tidak ada yang menonjol
        {warna}nya gampang dipadukan
        kena hujan sedikit masih aman
        ringan sekali dibanding merek lama saya
        sudah tiga bulan dipakai tiap hari, sol masih tebal
        kaki saya lebar dan tetap muat"""),
    "bag": lines("""muat banyak tapi tidak kelihatan penuh
        jahitannya kuat, saya isi berat tetap aman
        kulitnya wangi dan makin lama makin bagus
        tali bisa diatur, nyaman di bahu
        ada kantong kecil di dalam, kunci tidak hilang lagi
        dipakai kerja dan jalan-jalan sama-sama cocok
        detailnya rapi, cocok buat hadiah
        ritsleting dan kepalanya kokoh"""),
    "ceramic": lines("""glasirnya halus dan tebalnya pas di tangan
        tiap buah sedikit berbeda, justru itu cantiknya
        dikemas berlapis, sampai tanpa retak
        sudah berkali-kali masuk microwave, aman
        warnanya {warna} hangat, makan jadi lebih enak
        cocok untuk kado pindahan rumah
        kakinya rata, tidak goyang di meja
        lebih berat dari dugaan, terasa mahal"""),
    "candle": lines("""wanginya lembut, tidak bikin pusing
        menyalanya rata sampai bawah
        satu ruangan wangi dalam sepuluh menit
        gelasnya saya pakai lagi untuk kuas
        tidak berasap hitam
        tahan lama, tiap malam dua jam belum habis juga"""),
    "wood": lines("""sudutnya halus, tidak ada yang tajam
        kayunya halus, seratnya kelihatan
        kokoh, tidak goyang
        lebih bagus dari fotonya
        ukurannya pas untuk apartemen kecil
        pengerjaannya terasa dibuat tangan"""),
    "buttoned": lines("""
        kancingnya kuat, dapat cadangan juga
        kerahnya tetap tegak setelah dicuci
        lengannya bisa digulung rapi
        """),
    "skirt": lines("""
        jatuhnya anggun, tidak menerawang
        pinggangnya nyaman untuk duduk lama
        panjangnya pas di mata kaki
        lipatannya tetap rapi sampai malam
        cocok dengan blus dan kaus
        dipakai naik motor masih leluasa
        {warna}nya mewah, tidak norak
        """),
    "accessory": lines("""
        kelihatan lebih mahal dari harganya
        saya pakai tiap hari dan belum rusak
        bahannya asli, bukan tiruan
        ringkas, pas dengan kebutuhan saya
        cocok buat hadiah, kotaknya bagus
        pengerjaannya teliti
        {warna}nya netral untuk pria dan wanita
        """),
    "cloth": lines("""
        tenunannya rapat dan halus
        rumbainya dipilin rapi
        adem, tidak kaku sejak pertama dipakai
        warnanya {warna} dalam, lebih bagus dari foto
        saya pakai salat dan tidur, sama enaknya
        dipakai ke acara keluarga banyak yang puji
        beratnya pas, jatuhnya bagus
        """),
    "cosy": lines("""
        ruang tamu langsung terasa hangat
        lembut di kulit, anak saya tidak mau lepas
        warnanya {warna} cocok dengan sofa abu saya
        dicuci tetap bagus bentuknya
        motif dan teksturnya rapi
        tebalnya pas, tidak gerah
        ukurannya sesuai keterangan
        kucing saya langsung mengakui sebagai miliknya
        """),
    "linens": lines("""
        kainnya lembut dan cepat kering
        dicuci mesin aman, warnanya tetap
        jahitan pinggirnya kuat
        ukurannya sesuai keterangan
        makin sering dicuci makin enak
        {warna}nya membuat rumah kelihatan rapi
        bahannya tebal tapi tidak panas
        """),
    "decor": lines("""
        pojok ruangan jadi hidup
        bentuknya sederhana dan manis
        dikemas berlapis, sampai tanpa retak
        tiap buah sedikit berbeda, justru itu cantiknya
        kakinya rata, tidak goyang di meja
        warnanya {warna} pas dengan dinding putih
        tidak rembes walau diisi penuh
        """),
    "lamp": lines("""
        cahayanya hangat, kamar jadi tenang
        bayangan anyamannya di dinding cantik sekali
        gampang dipasang, petunjuknya jelas
        anyamannya rapat dan rapi
        lebih besar dari dugaan, jadi pusat perhatian
        bohlamnya sudah termasuk
        """),
    "woven": lines("""
        anyamannya rapat dan tidak ada yang tajam
        kuat untuk mainan anak sekeranjang penuh
        ringan dan mudah dipindah
        tidak berbau, tidak berjamur
        rapi untuk cucian dan selimut
        kelihatan mewah di foto rumah
        """),
}
GRIPE: Words = {
    "top": lines("""lengannya agak kepanjangan buat saya
        warnanya sedikit lebih gelap daripada di layar
        cepat kusut kalau dilipat
        ada benang lepas di ketiak
                ukuran {ukuran} ternyata kebesaran, tabelnya kurang pas
        setelah dicuci menyusut kira-kira satu jari
        bahannya lebih tipis dari yang saya bayangkan"""),
    "bottom": lines("""kakinya kepanjangan, harus dipotong dulu
        pinggang {ukuran} agak sempit setelah makan
        ritsletingnya sempat macet
        warnanya luntur di cucian pertama
        bagian paha cepat berbulu
        saku belakang miring sebelah"""),
    "scarf": lines("""sisi yang satu agak berserabut
        lebih kecil dari ukuran di keterangan
        licin, harus pakai dua jarum
        lipatan dari kemasan susah hilang"""),
    "shoe": lines("""tumitnya lecet di minggu pertama
        ukuran {ukuran} kekecilan, naik satu nomor saja
        lem di ujung depan mulai terbuka setelah dua bulan
        solnya licin di lantai basah
        talinya terlalu pendek
        dusnya penyok waktu sampai"""),
    "bag": lines("""talinya agak kaku di awal
        ada goresan kecil di bagian belakang
        bau kulitnya kuat di minggu pertama
        kancing magnetnya lemah
        tidak ada kantong luar
        bagian bawahnya cepat kotor"""),
    "ceramic": lines("""satu buah datang dengan retak rambut
        dasarnya agak kasar, menggores meja
        isinya lebih sedikit dari dugaan
        tutupnya tidak benar-benar rapat
        bintiknya kurang kelihatan dibanding foto"""),
    "candle": lines("""wanginya hampir tidak tercium di ruangan besar
        sumbunya terlalu panjang, harus dipotong
        tengahnya habis dulu, pinggirnya tersisa
        gelasnya datang agak berminyak"""),
    "wood": lines("""ada serat yang belum diamplas
        ada bekas lem sedikit
        warnanya lebih muda dari foto
        bau pernisnya baru hilang setelah seminggu"""),
    "buttoned": lines("""
        kancing paling atas copot setelah seminggu
        kerahnya agak kaku
        """),
    "skirt": lines("""
        pinggangnya agak longgar, harus dikecilkan
        kainnya mudah kusut kalau duduk lama
        lebih pendek dari perkiraan
        talinya licin dan sering lepas
        lipatannya mulai hilang setelah dicuci
        """),
    "accessory": lines("""
        lebih kecil dari bayangan saya
        warnanya beda tipis dari foto
        ada goresan kecil waktu datang
        baunya kuat di minggu pertama
        jahitan ujungnya kurang rapi
        """),
    "cloth": lines("""
        lebih tipis dari harapan
        sedikit luntur di cucian pertama
        ada satu benang tertarik
        motif ujungnya tidak simetris
        """),
    "cosy": lines("""
        sedikit berbulu di dua cucian pertama
        isinya kurang padat
        warnanya beda tipis dari pesanan sebelumnya
        lebih tipis dari harapan
        agak licin di lantai keramik
        """),
    "linens": lines("""
        sedikit berbulu di dua cucian pertama
        menyusut kira-kira dua sentimeter
        warnanya memudar setelah sebulan
        jahitan satu sudut lepas
        lebih tipis dari harapan
        """),
    "decor": lines("""
        datang dengan gompal kecil di bibirnya
        dasarnya agak kasar, menggores meja
        lebih kecil dari bayangan saya
        warnanya lebih gelap dari foto
        """),
    "lamp": lines("""
        kabelnya kependekan untuk kamar saya
        saklarnya keras
        kurang terang untuk membaca
        satu bilah anyaman patah waktu datang
        """),
    "woven": lines("""
        ada serat yang belum dipotong
        bentuknya agak miring
        lebih kecil dari bayangan saya
        tutupnya tidak ada, kukira termasuk
        """),
}
OPEN_GOOD = lines("""Suka sekali.
    Ini pembelian kedua saya di sini.
    Awalnya ragu, ternyata bagus.
    Beli buat ibu dan beliau senang.
    Sudah lama incar {barang} ini.
    Puas!
    Sesuai harapan.
    Beli waktu promo dan tidak menyesal.
    Langganan dari toko Bandung.
    Akhirnya ketemu {barang} yang cocok.
    Pesan malam, lusa sudah sampai.
    Dapat rekomendasi dari kakak.
    Untuk harga segini, bagus.
    Saya beli dua sekaligus.
    Dipakai lebaran kemarin.
    Kado dari suami.
    Foto dan aslinya sama.
    Coba di toko dulu, lalu pesan lewat web.""")
OPEN_MIXED = lines("""Lumayan.
    Ada plus minusnya.
    Secara umum oke.
    Biasa saja sebetulnya.
    Bagus, tapi belum sempurna.
    Agak galau kasih nilainya.
    Cukup untuk harganya.
    Tidak jelek, tidak istimewa.""")
OPEN_BAD = lines("""Kecewa.
    Kurang sesuai harapan.
    Sayang sekali.
    Mungkin saya dapat yang kurang beruntung.
    Terpaksa saya kembalikan.
    Tidak seperti pembelian sebelumnya.
    Maaf, harus jujur.
    Semoga jadi masukan.""")
SERVICE_GOOD = lines("""Pengirimannya cepat.
    Mbak di toko sabar sekali membantu pilih ukuran.
    Ambil di toko praktis, tidak antre.
    Dikemas pakai kain, bisa dipakai lagi.
    Admin balasnya ramah.
    Tukar ukuran di toko cuma lima menit.
    Ada kartu ucapan tulisan tangan, manis.
    Kurirnya sopan.
    Ternyata stok di toko sama dengan di web, jadi tidak sia-sia datang.""")
SERVICE_BAD = lines("""Pengirimannya molor tiga hari.
    Pertanyaan saya baru dibalas besoknya.
    Kemasannya tipis.
    Di toko katanya habis padahal di web ada.
    Proses tukarnya agak lama.
    Nomor resi tidak dikirim.""")
CLOSE_GOOD = lines("""Pasti beli lagi.
    Terima kasih, Benang Teduh.
    Recommended.
    Tinggal tunggu warna lain keluar.
    Semoga modelnya tidak hilang.
    Bintang lima.
    Sudah saya ceritakan ke teman kantor.
    Sukses terus.
    Ditunggu diskon berikutnya, hehe.
    Worth it.""")
CLOSE_BAD = lines("""Semoga diperbaiki.
    Saya pikir-pikir dulu kalau mau beli lagi.
    Untung bisa dikembalikan.
    Mudah-mudahan hanya kali ini.
    Tolong kontrol mutunya ditingkatkan.""")
TITLE_GOOD = lines("""Nyaman dipakai
    Bagus
    Favorit baru
    Sesuai foto
    Tidak menyesal
    Rapi
    Suka
    Cocok untuk kado
    Beli lagi
    Adem
    Kualitas oke
    Mantap""")
TITLE_MIXED = lines("""Lumayan
    Cukup
    Oke, dengan catatan
    Biasa saja
    Hampir pas
    Bagus tapi""")
TITLE_BAD = lines("""Kecewa
    Kurang pas
    Tidak sesuai
    Perlu diperbaiki
    Sayang
    Dikembalikan""")
THANKS = lines("""Terima kasih! Senang mendengarnya, sampai jumpa di toko.
    Wah, terima kasih ceritanya. Salam untuk keluarga.""")
APOLOGIES = lines("""Terima kasih masukannya, Kak. Kami sudah mengirim pesan supaya bisa segera kami ganti.
    Mohon maaf atas ketidaknyamanannya. Silakan bawa ke toko terdekat, kami bantu tukar tanpa biaya.
    Terima kasih sudah jujur. Tabel ukurannya sedang kami ukur ulang.
    Maaf ya, Kak. Bagian ini sudah kami sampaikan ke penjahit kami.
    Terima kasih sudah memberi tahu. Hari ini kami hubungi Kakak lewat surel.""")
