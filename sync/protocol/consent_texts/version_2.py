"""Version 2: whole questions, which the customer reads on the tablet. Each asks one thing, for one channel."""

from collections.abc import Mapping
from typing import Final

TEXTS: Final[Mapping[str, Mapping[str, str]]] = {
    "id": {
        "about": (
            "Tiap pertanyaan berdiri sendiri. Menjawab tidak boleh saja dan tidak mengubah belanja atau poin "
            "Anda. Jawaban dapat diubah kapan saja, semudah memberikannya."
        ),
        "service_email": (
            "Bolehkah kami menghubungi Anda lewat surel tentang pesanan, janji temu, dan barang yang Anda "
            "minta disimpan?"
        ),
        "service_whatsapp": (
            "Bolehkah kami menghubungi Anda lewat WhatsApp tentang pesanan, janji temu, dan barang yang Anda "
            "minta disimpan?"
        ),
        "service_sms": (
            "Bolehkah kami menghubungi Anda lewat SMS tentang pesanan, janji temu, dan barang yang Anda minta disimpan?"
        ),
        "service_phone": (
            "Bolehkah kami menghubungi Anda lewat telepon tentang pesanan, janji temu, dan barang yang Anda "
            "minta disimpan?"
        ),
        "marketing_email": "Bolehkah kami mengabari Anda tentang promo dan barang baru lewat surel?",
        "marketing_whatsapp": "Bolehkah kami mengabari Anda tentang promo dan barang baru lewat WhatsApp?",
        "marketing_sms": "Bolehkah kami mengabari Anda tentang promo dan barang baru lewat SMS?",
        "marketing_phone": "Bolehkah kami mengabari Anda tentang promo dan barang baru lewat telepon?",
        "marketing_post": "Bolehkah kami mengabari Anda tentang promo dan barang baru lewat pos?",
        "profiling_any": (
            "Bolehkah kami memakai riwayat belanja dan daftar keinginan Anda untuk memberi saran yang cocok bagi Anda?"
        ),
        "survey_email": "Bolehkah kami bertanya lewat surel apakah Anda puas dengan barang dan pelayanan kami?",
        "survey_whatsapp": "Bolehkah kami bertanya lewat WhatsApp apakah Anda puas dengan barang dan pelayanan kami?",
        "survey_sms": "Bolehkah kami bertanya lewat SMS apakah Anda puas dengan barang dan pelayanan kami?",
        "survey_phone": "Bolehkah kami bertanya lewat telepon apakah Anda puas dengan barang dan pelayanan kami?",
    },
    "en": {
        "about": (
            "Each question stands by itself. You are free to say no: it changes nothing about your purchases "
            "or points. You can change any answer at any time, as easily as you gave it."
        ),
        "service_email": (
            "May we contact you by e-mail about your orders, your appointments and what you asked us to keep for you?"
        ),
        "service_whatsapp": (
            "May we contact you by WhatsApp about your orders, your appointments and what you asked us to keep for you?"
        ),
        "service_sms": (
            "May we contact you by SMS about your orders, your appointments and what you asked us to keep for you?"
        ),
        "service_phone": (
            "May we contact you by phone about your orders, your appointments and what you asked us to keep for you?"
        ),
        "marketing_email": "May we tell you about offers and new things by e-mail?",
        "marketing_whatsapp": "May we tell you about offers and new things by WhatsApp?",
        "marketing_sms": "May we tell you about offers and new things by SMS?",
        "marketing_phone": "May we tell you about offers and new things by phone?",
        "marketing_post": "May we tell you about offers and new things by post?",
        "profiling_any": "May we use what you bought and wished for to make suggestions that suit you?",
        "survey_email": "May we ask you by e-mail whether you were happy with our goods and service?",
        "survey_whatsapp": "May we ask you by WhatsApp whether you were happy with our goods and service?",
        "survey_sms": "May we ask you by SMS whether you were happy with our goods and service?",
        "survey_phone": "May we ask you by phone whether you were happy with our goods and service?",
    },
}
