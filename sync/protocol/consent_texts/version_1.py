"""Version 1: the headings that an associate read out."""

from collections.abc import Mapping
from typing import Final

TEXTS: Final[Mapping[str, Mapping[str, str]]] = {
    "id": {
        "marketing_email": "Tawaran lewat surel",
        "marketing_whatsapp": "Tawaran lewat WhatsApp",
        "marketing_sms": "Tawaran lewat SMS",
        "marketing_phone": "Tawaran lewat telepon",
        "marketing_post": "Tawaran lewat pos",
        "profiling_any": "Saran berdasarkan riwayat belanja",
    },
    "en": {
        "marketing_email": "Offers by e-mail",
        "marketing_whatsapp": "Offers by WhatsApp",
        "marketing_sms": "Offers by SMS",
        "marketing_phone": "Offers by phone",
        "marketing_post": "Offers by post",
        "profiling_any": "Suggestions from the purchase history",
    },
}
