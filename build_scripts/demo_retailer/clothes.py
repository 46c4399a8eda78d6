"""Drawings of things to wear: one function a silhouette, each painting on a canvas in a colour and a pattern."""

from collections.abc import Callable

from build_scripts.demo_retailer.canvas import SIDE, Canvas, Point, flipped, inside, without
from build_scripts.demo_retailer.cloth import RGB, dark, light, mix

Drawing = Callable[[Canvas, RGB, str], None]
BRASS = (205, 164, 84)


def _neck(c: Canvas, rgb: RGB, depth: float = 26, width: float = 38) -> None:
    """The inside of a garment seen through its neck opening."""
    c.flat(c.disc((240 - width, 96 - depth * 0.35, 240 + width, 96 + depth)), dark(rgb, 0.55))


def _sleeves(c: Canvas, rgb: RGB, pattern: str, half: list[Point]) -> None:
    left = c.shape(half, 8)
    for mask in (left, flipped(left)):
        c.paint(mask, rgb, pattern)


def _collar(c: Canvas, rgb: RGB) -> None:
    left = c.shape([(206, 84), (238, 118), (212, 140), (188, 98)], 4)
    for mask in (left, flipped(left)):
        c.shadow(mask, drop=3, blur=3, strength=0.3)
        c.flat(mask, light(rgb, 0.22))
        edge = without(mask, c.shape([(207, 88), (234, 118), (213, 135), (193, 98)], 4))
        c.flat(edge, dark(rgb, 0.8), 0.5)


def _placket(c: Canvas, rgb: RGB, top: float, bottom: float) -> None:
    c.seam([(228, top + 6), (228, bottom)], rgb, 1.6)
    c.seam([(252, top + 6), (252, bottom)], rgb, 1.6)
    count = int((bottom - top - 24) // 44) + 1
    for step in range(count):
        c.button(240, top + 22 + step * 44, rgb)


LONG_SLEEVE: list[Point] = [(172, 104), (126, 122), (104, 180), (70, 338), (112, 350), (150, 210), (168, 160)]
SHORT_SLEEVE: list[Point] = [(172, 104), (122, 120), (78, 206), (128, 236), (168, 180)]
BODY: list[Point] = [(240, 92), (200, 92), (146, 116), (154, 200), (148, 396), (240, 400)]


def shirt(c: Canvas, rgb: RGB, pattern: str) -> None:
    """A long-sleeved shirt with collar and buttons."""
    _sleeves(c, rgb, pattern, LONG_SLEEVE)
    cuff = c.shape([(76, 314), (70, 342), (113, 352), (120, 326)], 4)
    for mask in (cuff, flipped(cuff)):
        c.flat(mask, dark(rgb, 0.85), 0.5)
    _shirt_body(c, rgb, pattern)


def shirt_short(c: Canvas, rgb: RGB, pattern: str) -> None:
    """A short-sleeved shirt with collar and buttons."""
    _sleeves(c, rgb, pattern, SHORT_SLEEVE)
    for points in ([(84, 198), (131, 226)], [(396, 198), (349, 226)]):
        c.stitches(points, rgb)
    _shirt_body(c, rgb, pattern)


def _shirt_body(c: Canvas, rgb: RGB, pattern: str) -> None:
    c.paint(c.mirrored(BODY), rgb, pattern)
    _neck(c, rgb, 22, 32)
    _placket(c, rgb, 116, 396)
    _collar(c, rgb)
    pocket = c.shape([(268, 190), (316, 190), (316, 236), (292, 248), (268, 236)], 4)
    c.paint(pocket, rgb, pattern, shadow=False)
    c.seam([(268, 190), (268, 236), (292, 247), (316, 236), (316, 190), (268, 190)], rgb, 1.6)
    c.stitches([(152, 384), (328, 384)], rgb)


def koko(c: Canvas, rgb: RGB, pattern: str) -> None:
    """A collarless shirt with a line of embroidery."""
    _sleeves(c, rgb, pattern, LONG_SLEEVE)
    c.paint(c.mirrored(BODY), rgb, pattern)
    _neck(c, rgb, 20, 34)
    band = without(c.disc((198, 74, 282, 130)), c.disc((207, 74, 273, 119)))
    c.flat(inside(band, c.slab((190, 90, 290, 140))), dark(rgb, 0.78))
    panel = c.slab((218, 124, 262, 290), 6)
    c.flat(panel, dark(rgb, 0.86), 0.55)
    for step in range(7):
        y = 138 + step * 22
        c.flat(c.shape([(240, y - 9), (252, y), (240, y + 9), (228, y)], 1), mix(rgb, BRASS, 0.75))
        c.flat(c.disc((236, y - 4, 244, y + 4)), light(rgb, 0.6))


def tee(c: Canvas, rgb: RGB, pattern: str) -> None:
    """A round-necked T-shirt; `emblem` puts a print on its chest."""
    ground = "plain" if pattern == "emblem" else pattern
    _sleeves(c, rgb, ground, SHORT_SLEEVE)
    _tee_body(c, rgb, ground)
    if pattern == "emblem":
        _gunungan(c, rgb)


def tee_long(c: Canvas, rgb: RGB, pattern: str) -> None:
    """A round-necked shirt with long sleeves."""
    _sleeves(c, rgb, pattern, LONG_SLEEVE)
    _tee_body(c, rgb, pattern)


def _tee_body(c: Canvas, rgb: RGB, pattern: str) -> None:
    c.paint(c.mirrored(BODY), rgb, pattern)
    rim = c.disc((194, 66, 286, 132))
    c.flat(inside(rim, c.mirrored(BODY)), light(rgb, 0.12))
    c.flat(without(rim, c.disc((194, 62, 286, 126))), dark(rgb, 0.8), 0.7)
    hole = c.disc((203, 66, 277, 121))
    c.flat(inside(hole, c.slab((180, 84, 300, 160), 0)), dark(rgb, 0.55))
    c.stitches([(152, 384), (328, 384)], rgb)


def _gunungan(c: Canvas, rgb: RGB) -> None:
    ink = BRASS if sum(rgb) < 300 else (126, 74, 52)
    leaf = c.mirrored([(240, 164), (214, 206), (190, 258), (206, 290), (222, 300), (240, 300)], 4)
    c.flat(leaf, ink)
    for inset, tone in ((12, rgb), (20, ink)):
        small = c.mirrored(
            [
                (240, 164 + inset * 2.2),
                (214 + inset * 0.5, 208 + inset * 0.8),
                (190 + inset, 256),
                (240, 290 - inset / 2),
            ],
            4,
        )
        c.flat(small, tone)
    c.flat(c.stroke([(240, 210), (240, 318)], 4), rgb)
    for y in (226, 244, 262):
        c.flat(c.stroke([(224, y), (240, y + 12), (256, y)], 3), rgb)
    c.flat(c.slab((218, 304, 262, 312), 3), ink)


def blouse(c: Canvas, rgb: RGB, pattern: str) -> None:
    """A blouse with bell sleeves and a gathered hem."""
    _sleeves(c, rgb, pattern, [(176, 108), (134, 128), (92, 224), (62, 300), (140, 326), (150, 220), (170, 170)])
    body = c.mirrored([(240, 98), (196, 98), (150, 120), (160, 210), (164, 290), (140, 384), (240, 392)], 9)
    c.paint(body, rgb, pattern)
    neck = c.shape([(202, 92), (278, 92), (240, 158)], 6)
    c.flat(inside(neck, body), dark(rgb, 0.55))
    c.flat(c.slab((160, 284, 320, 294), 4), dark(rgb, 0.82), 0.7)
    for step in range(9):
        x = 172 + step * 17
        c.seam([(x, 300), (x + (x - 240) * 0.12, 344)], rgb, 1.5)
    c.flat(c.stroke([(202, 100), (240, 160), (278, 100)], 5), light(rgb, 0.3))


def kebaya(c: Canvas, rgb: RGB, pattern: str) -> None:
    """A fitted kebaya with the centre panel that names it."""
    _sleeves(c, rgb, pattern, LONG_SLEEVE)
    body = c.mirrored([(240, 94), (196, 94), (146, 118), (160, 210), (168, 268), (138, 376), (240, 420)], 8)
    c.paint(body, rgb, pattern)
    neck = c.shape([(204, 88), (276, 88), (262, 190), (218, 190)], 5)
    c.flat(inside(neck, body), dark(rgb, 0.5))
    c.flat(c.slab((214, 176, 266, 300), 4), light(rgb, 0.2))
    for points in ([(204, 94), (216, 190), (214, 300), (150, 382)], [(276, 94), (264, 190), (266, 300), (330, 382)]):
        c.flat(c.stroke(points, 6), mix(rgb, BRASS, 0.8))
    for y in (204, 236, 268):
        c.button(240, y, BRASS, 5)


def tunic(c: Canvas, rgb: RGB, pattern: str) -> None:
    """A long tunic with side slits."""
    _sleeves(c, rgb, pattern, [(176, 84), (132, 100), (102, 200), (84, 300), (126, 308), (150, 200), (170, 150)])
    body = c.mirrored([(240, 74), (200, 74), (150, 96), (156, 200), (132, 430), (240, 434)], 8)
    c.paint(body, rgb, pattern)
    neck = c.disc((206, 58, 274, 104))
    c.flat(inside(neck, body), dark(rgb, 0.55))
    c.seam([(240, 104), (240, 190)], rgb, 2)
    for y in (118, 142, 166):
        c.button(240, y, rgb, 3.6)
    for points in ([(150, 330), (142, 428)], [(330, 330), (338, 428)]):
        c.seam(points, rgb, 2)


def dress(c: Canvas, rgb: RGB, pattern: str) -> None:
    """A midi dress with a tied waist."""
    _sleeves(c, rgb, pattern, [(184, 72), (146, 84), (112, 150), (152, 172), (176, 136)])
    body = c.mirrored([(240, 64), (204, 64), (162, 82), (176, 150), (182, 206), (112, 432), (240, 438)], 9)
    c.paint(body, rgb, pattern)
    c.flat(inside(c.shape([(206, 56), (274, 56), (240, 126)], 6), body), dark(rgb, 0.55))
    c.flat(c.stroke([(206, 66), (240, 126), (274, 66)], 4), light(rgb, 0.3))
    belt = c.slab((180, 198, 300, 216), 6)
    c.flat(belt, dark(rgb, 0.72))
    for points in ([(256, 210), (282, 262)], [(258, 210), (262, 276)]):
        c.flat(c.stroke(points, 7), dark(rgb, 0.72))
    c.flat(c.disc((248, 199, 268, 219)), dark(rgb, 0.62))
    for x, end in ((210, 176), (240, 236), (270, 306)):
        c.seam([(x, 232), (end, 420)], rgb, 1.6)


def gamis(c: Canvas, rgb: RGB, pattern: str) -> None:
    """A long straight dress with long sleeves."""
    _sleeves(c, rgb, pattern, [(188, 66), (154, 80), (116, 220), (102, 292), (140, 300), (168, 200), (182, 140)])
    body = c.mirrored([(240, 54), (208, 54), (166, 76), (172, 180), (118, 444), (240, 448)], 8)
    c.paint(body, rgb, pattern)
    c.flat(inside(c.disc((212, 40, 268, 80)), body), dark(rgb, 0.55))
    c.seam([(240, 80), (240, 200)], rgb, 1.8)
    for step in range(5):
        c.button(240, 94 + step * 24, rgb, 3.4)
    for x, end in ((200, 160), (280, 320)):
        c.seam([(x, 230), (end, 436)], rgb, 1.6)


def daster(c: Canvas, rgb: RGB, pattern: str) -> None:
    """A loose house dress with wide short sleeves."""
    body = c.mirrored([(240, 84), (202, 84), (124, 108), (72, 214), (134, 232), (146, 190), (122, 420), (240, 428)], 10)
    c.paint(body, rgb, pattern)
    c.flat(inside(c.disc((200, 58, 280, 124)), body), dark(rgb, 0.55))
    c.flat(inside(without(c.disc((194, 54, 286, 132)), c.disc((200, 58, 280, 124))), body), light(rgb, 0.7))
    c.flat(inside(c.slab((100, 400, 380, 412), 2), body), light(rgb, 0.7))


def _open_front(c: Canvas, rgb: RGB, pattern: str, half: list[Point], lining: Point) -> None:
    """A garment that hangs open: dark lining first, then the two fronts."""
    left = c.shape(half, 8)
    gap = c.shape([(198, 84), (282, 84), (SIDE - lining[0], lining[1]), lining], 4)
    c.paint(gap, dark(rgb, 0.6))
    for mask in (left, flipped(left)):
        c.paint(mask, rgb, pattern)


def cardigan(c: Canvas, rgb: RGB, pattern: str) -> None:
    """A buttoned cardigan with ribbed edges."""
    knit = "knit" if pattern == "plain" else pattern
    _sleeves(c, rgb, knit, LONG_SLEEVE)
    body = c.mirrored(BODY, 8)
    c.paint(body, rgb, knit)
    neck = c.shape([(200, 80), (280, 80), (240, 226)], 5)
    c.flat(inside(neck, body), dark(rgb, 0.5))
    c.flat(c.stroke([(196, 92), (240, 224), (240, 396)], 13), light(rgb, 0.2))
    c.flat(c.stroke([(284, 92), (240, 224)], 13), light(rgb, 0.2))
    for y in (250, 292, 334, 376):
        c.button(240, y, mix(rgb, (110, 80, 60), 0.6), 5)
    c.flat(inside(c.slab((140, 376, 340, 410), 0), body), dark(rgb, 0.86), 0.5)


def outer(c: Canvas, rgb: RGB, pattern: str) -> None:
    """An open woven jacket with wide sleeves."""
    _sleeves(c, rgb, pattern, [(180, 100), (124, 116), (64, 262), (126, 290), (168, 200)])
    half: list[Point] = [(198, 90), (146, 112), (152, 200), (134, 412), (222, 416), (220, 210)]
    _open_front(c, rgb, pattern, half, (220, 396))
    for points in ([(204, 96), (220, 212), (222, 410)], [(276, 96), (260, 212), (258, 410)]):
        c.flat(c.stroke(points, 11), dark(rgb, 0.66))


def jacket(c: Canvas, rgb: RGB, pattern: str) -> None:
    """A short jacket with zip, collar and pockets."""
    _sleeves(c, rgb, pattern, LONG_SLEEVE)
    c.paint(c.mirrored(BODY, 8), rgb, pattern)
    _neck(c, rgb, 20, 32)
    c.flat(c.stroke([(240, 118), (240, 392)], 6), dark(rgb, 0.6))
    c.flat(c.stroke([(240, 118), (240, 392)], 2), BRASS)
    _collar(c, rgb)
    for points in ([(172, 300), (206, 270)], [(308, 300), (274, 270)]):
        c.flat(c.stroke(points, 6), dark(rgb, 0.68))
    c.stitches([(158, 172), (226, 172)], rgb)
    c.stitches([(254, 172), (322, 172)], rgb)
    c.flat(inside(c.slab((140, 372, 340, 404), 0), c.mirrored(BODY, 8)), dark(rgb, 0.8), 0.6)


def vest(c: Canvas, rgb: RGB, pattern: str) -> None:
    """A sleeveless knitted vest."""
    knit = "knit" if pattern == "plain" else pattern
    half: list[Point] = [(240, 100), (198, 92), (166, 104), (174, 170), (150, 212), (150, 386), (240, 390)]
    body = c.mirrored(half, 8)
    c.paint(body, rgb, knit)
    c.flat(inside(c.shape([(198, 82), (282, 82), (240, 208)], 5), body), dark(rgb, 0.5))
    for points in (
        [(200, 96), (240, 206), (280, 96)],
        [(168, 108), (176, 168), (152, 212)],
        [(312, 108), (304, 168), (328, 212)],
    ):
        c.flat(c.stroke(points, 10), light(rgb, 0.25))
    c.flat(inside(c.slab((140, 362, 340, 392), 0), body), dark(rgb, 0.84), 0.6)


def _legs(c: Canvas, rgb: RGB, pattern: str, half: list[Point]) -> None:
    body = c.mirrored(half, 6)
    c.paint(body, rgb, pattern)
    top = half[0][1]
    c.flat(inside(c.slab((100, top, 380, top + 24), 0), body), dark(rgb, 0.84), 0.7)
    c.seam([(240, top + 24), (240, 190)], rgb, 2)
    for points in ([(182, top + 30), (168, top + 84)], [(298, top + 30), (312, top + 84)]):
        c.seam(points, rgb, 2.6)
    c.button(240, top + 12, mix(rgb, BRASS, 0.6), 4.5)


def trousers(c: Canvas, rgb: RGB, pattern: str) -> None:
    """Straight trousers; `cargo` adds pockets on the legs."""
    half: list[Point] = [(240, 58), (170, 58), (152, 200), (146, 426), (216, 428), (236, 200), (240, 190)]
    _legs(c, rgb, "denim" if pattern == "denim" else "plain", half)
    if pattern == "denim":
        for points in ([(150, 412), (214, 412)], [(266, 412), (330, 412)], [(176, 86), (304, 86)]):
            c.stitches(points, (214, 160, 84))
    if pattern == "cargo":
        pocket = c.slab((150, 236, 198, 296), 6)
        for mask in (pocket, flipped(pocket)):
            c.paint(mask, rgb, shadow=False)
        for left in (150, 282):
            c.seam([(left, 240), (left + 48, 240), (left + 48, 294), (left, 294), (left, 240)], rgb, 2)
            c.seam([(left, 254), (left + 48, 254)], rgb, 2)


def culottes(c: Canvas, rgb: RGB, pattern: str) -> None:
    """Wide, calf-length trousers."""
    half: list[Point] = [(240, 76), (172, 76), (142, 200), (104, 398), (222, 404), (237, 226), (240, 216)]
    _legs(c, rgb, pattern, half)
    for x, end in ((196, 158), (284, 322)):
        c.seam([(x, 150), (end, 392)], rgb, 1.8)


def jogger(c: Canvas, rgb: RGB, pattern: str) -> None:
    """Trousers with a cord at the waist and cuffs at the ankles."""
    half: list[Point] = [
        (240, 62),
        (172, 62),
        (156, 190),
        (152, 300),
        (164, 390),
        (166, 426),
        (212, 426),
        (216, 390),
        (237, 206),
        (240, 198),
    ]
    _legs(c, rgb, pattern, half)
    for left in (161, 263):
        c.flat(c.slab((left, 394, left + 56, 428), 6), dark(rgb, 0.82))
    for points in ([(234, 78), (226, 136)], [(246, 78), (252, 128)]):
        c.flat(c.stroke(points, 4), light(rgb, 0.7))


def shorts(c: Canvas, rgb: RGB, pattern: str) -> None:
    """Shorts with a tied cord."""
    half: list[Point] = [(240, 112), (158, 112), (126, 240), (106, 352), (224, 366), (238, 264), (240, 254)]
    _legs(c, rgb, pattern, half)
    for points in ([(234, 128), (222, 184)], [(246, 128), (254, 178)]):
        c.flat(c.stroke(points, 4.5), light(rgb, 0.7))
    for points in ([(116, 340), (222, 352)], [(364, 340), (258, 352)]):
        c.stitches(points, rgb)


def skirt(c: Canvas, rgb: RGB, pattern: str) -> None:
    """A long skirt, wrapped or pleated."""
    body = c.mirrored([(240, 84), (184, 84), (160, 190), (110, 412), (240, 424)], 7)
    c.paint(body, rgb, pattern)
    c.flat(inside(c.slab((150, 80, 330, 108), 0), body), dark(rgb, 0.7))
    if pattern != "pleats":
        c.flat(inside(c.stroke([(262, 108), (286, 260), (300, 424)], 5), body), dark(rgb, 0.6))
        for points in ([(286, 98), (330, 150)], [(286, 98), (308, 164)]):
            c.flat(c.stroke(points, 7), dark(rgb, 0.7))


def apron(c: Canvas, rgb: RGB, pattern: str) -> None:
    """A kitchen apron with a wide pocket."""
    c.flat(without(c.disc((186, 46, 294, 190)), c.disc((196, 56, 284, 182))), dark(rgb, 0.7))
    body = c.mirrored([(240, 122), (182, 122), (168, 200), (124, 236), (122, 414), (240, 418)], 8)
    for points in ([(128, 244), (76, 290), (88, 340)], [(352, 244), (404, 290), (392, 340)]):
        c.flat(c.stroke(points, 8), dark(rgb, 0.7))
    c.paint(body, rgb, pattern)
    c.paint(c.slab((172, 268, 308, 348), 8), light(rgb, 0.1), shadow=False)
    c.seam([(172, 270), (308, 270), (308, 346), (172, 346), (172, 270)], rgb, 2)
    c.seam([(240, 270), (240, 346)], rgb, 2)
    c.stitches([(186, 134), (294, 134)], rgb)


DRAWINGS: dict[str, Drawing] = {
    "shirt": shirt, "shirt_short": shirt_short, "koko": koko, "tee": tee, "tee_long": tee_long, "blouse": blouse,
    "kebaya": kebaya, "tunic": tunic, "dress": dress, "gamis": gamis, "daster": daster, "cardigan": cardigan,
    "outer": outer, "jacket": jacket, "vest": vest, "trousers": trousers, "culottes": culottes, "jogger": jogger,
    "shorts": shorts, "skirt": skirt, "apron": apron,
}  # fmt: skip
