"""A shelf label as a picture, to be scanned from a file: a GS1 Digital Link in a QR code, the name and the price."""

import qrcode
from PIL import Image, ImageDraw, ImageFont
from qrcode.constants import ERROR_CORRECT_Q

from build_scripts.demo_retailer.model import BRAND, Location, Promotion, Variant
from build_scripts.demo_retailer.pictures import picture

HOST = "TOKO.EXAMPLE"
WIDTH, HEIGHT = 960, 480
PAPER, INK, SOFT, ACCENT = (255, 253, 248), (44, 38, 36), (112, 100, 92), (178, 84, 58)
MODULE_PX = 8
QUIET_MODULES = 4


def shelf_link(store: Location, gtin: str) -> str:
    """The address in the label: upper case, so that the symbol stays small, and the store in the stem."""
    return f"HTTPS://{HOST}/S{store.code}/01/{gtin:0>14}"


def money(amount: int) -> str:
    """Rupiah as the label shows it."""
    return f"Rp{amount:,}".replace(",", ".")


def shelf_label(store: Location, variant: Variant, offer: Promotion | None) -> Image.Image:
    """The printed label, 960 x 480."""
    label = Image.new("RGB", (WIDTH, HEIGHT), PAPER)
    draw = ImageDraw.Draw(label)
    draw.rectangle((0, 0, 14, HEIGHT), fill=ACCENT)
    code = _symbol(shelf_link(store, variant.gtin))
    left, top = WIDTH - code.width - 28, 40
    label.paste(code, (left, top))
    _centred(draw, "Pindai: ulasan, stok, ukuran", left + code.width / 2, top + code.height + 6, 23)
    _centred(draw, "toko.example", left + code.width / 2, top + code.height + 38, 21)
    _write(draw, (48, 36), BRAND.upper(), 24, SOFT, width=1)
    for line, y in zip(_wrapped(draw, variant.product.title, 44, left - 80), (78, 132), strict=False):
        _write(draw, (48, y), line, 44, INK, width=1)
    details = " · ".join(part for part in (variant.colour.name if variant.colour else "", variant.option) if part)
    _write(draw, (48, 196), details, 28, SOFT)
    price = variant.product.price
    if offer is not None:
        _write(draw, (48, 246), money(offer.price(price)), 72, ACCENT, width=2)
        old = money(price)
        _write(draw, (52, 334), old, 30, SOFT)
        end = 52 + draw.textlength(old, font=_font(30))
        draw.line((50, 354, end + 2, 354), fill=SOFT, width=3)
        _write(draw, (end + 18, 336), offer.name, 28, ACCENT)
    else:
        _write(draw, (48, 246), money(price), 72, INK, width=2)
    _write(draw, (48, 412), f"{variant.sku}   {variant.gtin}   rak B3", 23, SOFT)
    small = picture(variant.product, variant.colour or variant.product.colours[0]).resize(
        (128, 128), Image.Resampling.LANCZOS
    )
    mask = Image.new("L", (512, 512), 0)
    ImageDraw.Draw(mask).rounded_rectangle((0, 0, 511, 511), radius=80, fill=255)
    label.paste(small, (left - 152, 232), mask.resize((128, 128), Image.Resampling.LANCZOS))
    return label


def _symbol(link: str) -> Image.Image:
    code = qrcode.QRCode(error_correction=ERROR_CORRECT_Q, box_size=MODULE_PX, border=QUIET_MODULES)
    code.add_data(link)
    code.make(fit=True)
    rows = code.get_matrix()
    image = Image.new("L", (len(rows), len(rows)), 255)
    image.putdata([0 if dark else 255 for row in rows for dark in row])
    return image.resize((len(rows) * MODULE_PX,) * 2, Image.Resampling.NEAREST).convert("RGB")


def _font(size: int) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    return ImageFont.load_default(size)


def _write(
    draw: ImageDraw.ImageDraw,
    at: tuple[float, float],
    text: str,
    size: int,
    fill: tuple[int, int, int],
    *,
    width: int = 0,
) -> None:
    draw.text(at, text, font=_font(size), fill=fill, stroke_width=width, stroke_fill=fill)


def _centred(draw: ImageDraw.ImageDraw, text: str, middle: float, y: float, size: int) -> None:
    draw.text((middle, y), text, font=_font(size), fill=SOFT, anchor="ma")


def _wrapped(draw: ImageDraw.ImageDraw, text: str, size: int, width: float) -> list[str]:
    lines, line = [], ""
    for word in text.split():
        longer = f"{line} {word}".strip()
        if draw.textlength(longer, font=_font(size)) > width and line:
            lines.append(line)
            line = word
        else:
            line = longer
    return [*lines, line]
