"""Drawings of shoes, bags and cloth to wear: one function a silhouette."""

from build_scripts.demo_retailer.canvas import Canvas, inside, without
from build_scripts.demo_retailer.cloth import RGB, contrast, dark, light, mix
from build_scripts.demo_retailer.clothes import BRASS, Drawing

SOLE = (240, 232, 216)
WOOD = (176, 128, 84)


def sneaker(c: Canvas, rgb: RGB, pattern: str) -> None:
    """A canvas shoe from the side."""
    upper = c.shape(
        [(92, 178), (168, 172), (196, 214), (262, 246), (336, 262), (392, 286), (400, 324), (88, 324), (84, 240)], 12
    )
    c.paint(upper, rgb, pattern)
    c.flat(inside(c.shape([(94, 176), (166, 172), (176, 192), (96, 200)], 3), upper), dark(rgb, 0.55))
    toe = inside(c.disc((318, 254, 440, 380)), upper)
    c.flat(toe, light(rgb, 0.55))
    c.flat(c.stroke([(176, 196), (205, 236), (262, 262)], 20), light(rgb, 0.25))
    for step in range(5):
        x, y = 180 + step * 19, 200 + step * 14
        c.flat(c.stroke([(x - 8, y + 8), (x + 16, y - 10)], 5), (252, 248, 240))
    c.flat(inside(c.stroke([(88, 246), (150, 250), (176, 322)], 5), upper), dark(rgb, 0.8))
    c.paint(c.slab((76, 306, 412, 346), 16), SOLE)
    c.flat(c.slab((82, 322, 406, 327), 2), mix(rgb, (255, 255, 255), 0.1))


def _leather(c: Canvas, rgb: RGB, upper: list[tuple[float, float]]) -> None:
    c.paint(c.shape(upper, 10), rgb)
    c.paint(c.shape([(80, 322), (412, 322), (412, 338), (190, 340), (186, 356), (82, 356)], 3), dark(rgb, 0.5))


def loafer(c: Canvas, rgb: RGB, pattern: str) -> None:
    """A leather slip-on from the side."""
    _leather(
        c,
        rgb,
        [(84, 208), (150, 214), (196, 248), (264, 244), (340, 262), (398, 282), (416, 304), (412, 328), (82, 328)],
    )
    c.flat(c.shape([(88, 212), (150, 217), (192, 248), (94, 236)], 4), dark(rgb, 0.5))
    c.flat(c.shape([(206, 240), (262, 240), (300, 318), (226, 322)], 8), dark(rgb, 0.8))
    c.flat(c.shape([(214, 270), (284, 266), (290, 284), (218, 290)], 4), light(rgb, 0.2))
    c.stitches([(304, 262), (352, 286), (400, 306)], rgb)


def flat(c: Canvas, rgb: RGB, pattern: str) -> None:
    """A pair of ballet flats from above."""
    for left, top in ((128, 82), (252, 98)):
        sole = c.shape(
            [
                (left + 28, top + 2),
                (left + 72, top + 2),
                (left + 96, top + 48),
                (left + 98, top + 130),
                (left + 82, top + 296),
                (left + 18, top + 296),
                (left + 2, top + 130),
                (left + 4, top + 48),
            ],
            20,
        )
        c.paint(sole, rgb, pattern)
        hole = c.shape(
            [
                (left + 50, top + 100),
                (left + 78, top + 126),
                (left + 76, top + 270),
                (left + 24, top + 270),
                (left + 22, top + 126),
            ],
            14,
        )
        c.flat(hole, mix(rgb, (120, 92, 76), 0.55))
        for side in (-1, 1):
            wing = [(left + 50, top + 98), (left + 50 + side * 22, top + 86), (left + 50 + side * 22, top + 112)]
            c.flat(c.shape(wing, 3), dark(rgb, 0.7))
        c.flat(c.disc((left + 44, top + 92, left + 56, top + 104)), dark(rgb, 0.6))


def sandal(c: Canvas, rgb: RGB, pattern: str) -> None:
    """A pair of woven sandals from above."""
    for left, top in ((126, 84), (254, 100)):
        sole = c.shape(
            [
                (left + 26, top + 2),
                (left + 74, top + 2),
                (left + 98, top + 54),
                (left + 86, top + 170),
                (left + 86, top + 290),
                (left + 14, top + 290),
                (left + 14, top + 170),
                (left + 2, top + 54),
            ],
            20,
        )
        c.paint(sole, (198, 164, 122))
        c.flat(inside(c.stroke([(left + 50, top + 150), (left + 50, top + 280)], 40), sole), (182, 146, 104), 0.5)
        for step in range(4):
            y = top + 66 + step * 22
            band = c.stroke([(left - 2, y + 16), (left + 50, y - 8), (left + 102, y + 16)], 15)
            c.paint(band, rgb if step % 2 == 0 else light(rgb, 0.22))


def boot(c: Canvas, rgb: RGB, pattern: str) -> None:
    """An ankle boot from the side."""
    _leather(
        c,
        rgb,
        [(96, 118), (202, 114), (212, 216), (260, 244), (346, 262), (406, 294), (412, 328), (84, 328), (88, 240)],
    )
    c.flat(c.slab((98, 116, 202, 132), 5), dark(rgb, 0.75))
    c.flat(c.shape([(172, 134), (206, 134), (214, 216), (180, 236)], 6), dark(rgb, 0.7))
    for step in range(6):
        y = 142 + step * 14
        c.seam([(178, y), (206, y)], rgb, 1.8)
    c.stitches([(300, 256), (348, 280), (402, 306)], rgb)
    c.stitches([(96, 250), (170, 252), (196, 320)], rgb)
    c.flat(c.stroke([(94, 118), (88, 92), (104, 88), (108, 116)], 6), dark(rgb, 0.7))


def tote(c: Canvas, rgb: RGB, pattern: str) -> None:
    """A canvas bag with two long handles."""
    for points, tone in (
        ([(184, 190), (192, 96), (240, 76), (288, 96), (296, 190)], 0.6),
        ([(176, 220), (184, 118), (240, 96), (296, 118), (304, 220)], 0.75),
    ):
        c.paint(c.stroke(points, 14), dark(rgb, tone))
    c.paint(c.shape([(112, 182), (368, 182), (386, 410), (94, 410)], 10), rgb, pattern)
    c.stitches([(114, 204), (366, 204)], rgb)
    c.flat(c.shape([(240, 262), (268, 296), (240, 332), (212, 296)], 4), contrast(rgb), 0.75)
    c.flat(c.shape([(240, 276), (257, 297), (240, 318), (223, 297)], 3), rgb)
    for x in (168, 290):
        c.flat(c.slab((x, 196, x + 22, 236), 4), dark(rgb, 0.75))


def sling(c: Canvas, rgb: RGB, pattern: str) -> None:
    """A small leather shoulder bag with a flap."""
    c.paint(without(c.disc((112, 40, 368, 380)), c.disc((124, 52, 356, 368))), dark(rgb, 0.7))
    c.paint(c.shape([(96, 212), (384, 212), (392, 396), (88, 396)], 16), rgb)
    flap = c.shape([(92, 204), (388, 204), (384, 296), (300, 330), (180, 330), (96, 296)], 14)
    c.paint(flap, light(rgb, 0.08))
    c.stitches([(104, 292), (184, 322), (296, 322), (376, 292)], rgb)
    c.flat(c.disc((226, 302, 254, 330)), BRASS)
    c.flat(c.disc((233, 309, 247, 323)), dark(rgb, 0.6))
    for x in (112, 368):
        c.flat(c.ring((x - 13, 196, x + 13, 222), 5), BRASS)


def backpack(c: Canvas, rgb: RGB, pattern: str) -> None:
    """A rucksack with a front pocket."""
    c.flat(without(c.disc((208, 50, 272, 120)), c.disc((218, 60, 262, 116))), dark(rgb, 0.6))
    for x in (104, 346):
        c.paint(c.slab((x, 232, x + 32, 372), 16), dark(rgb, 0.75))
    c.paint(c.shape([(150, 92), (330, 92), (362, 180), (360, 404), (120, 404), (118, 180)], 22), rgb, pattern)
    c.seam([(136, 172), (240, 154), (344, 172)], rgb, 3.5)
    pocket = c.shape([(148, 250), (332, 250), (338, 388), (142, 388)], 16)
    c.paint(pocket, light(rgb, 0.09))
    c.flat(c.stroke([(162, 278), (318, 278)], 4), dark(rgb, 0.65))
    c.flat(c.stroke([(296, 280), (296, 304)], 5), BRASS)
    for x in (176, 290):
        c.flat(c.slab((x, 180, x + 14, 256), 4), WOOD)


def round_bag(c: Canvas, rgb: RGB, pattern: str) -> None:
    """A round rattan bag."""
    c.paint(without(c.disc((126, 30, 354, 360)), c.disc((135, 39, 345, 351))), WOOD)
    body = c.disc((92, 140, 388, 428))
    c.paint(body, rgb, pattern)
    c.flat(c.ring((92, 140, 388, 428), 14), dark(rgb, 0.72))
    for inset in (44, 84):
        c.flat(c.ring((92 + inset, 140 + inset, 388 - inset, 428 - inset), 6), dark(rgb, 0.78), 0.7)
    c.paint(c.slab((218, 150, 262, 220), 10), WOOD)
    c.flat(c.disc((232, 194, 248, 210)), BRASS)


def wallet(c: Canvas, rgb: RGB, pattern: str) -> None:
    """A folded leather wallet with cards showing."""
    for step, tone in enumerate(((124, 158, 168), (222, 190, 140), (240, 232, 216))):
        c.paint(c.slab((132, 130 + step * 18, 348, 260), 10), tone)
    c.paint(c.slab((100, 178, 380, 366), 18), rgb)
    c.stitches([(114, 194), (366, 194), (366, 350), (114, 350), (114, 194)], rgb)
    c.paint(c.slab((300, 246, 396, 298), 22), dark(rgb, 0.85))
    c.flat(c.disc((322, 262, 342, 282)), BRASS)


def hat(c: Canvas, rgb: RGB, pattern: str) -> None:
    """A wide-brimmed woven hat."""
    c.paint(c.disc((52, 236, 428, 376)), rgb, pattern)
    c.flat(c.ring((52, 236, 428, 376), 7), dark(rgb, 0.75))
    c.paint(
        c.shape([(160, 300), (166, 190), (200, 142), (280, 142), (314, 190), (320, 300), (240, 318)], 18), rgb, pattern
    )
    ribbon = c.shape([(161, 258), (319, 258), (321, 300), (240, 318), (159, 300)], 8)
    c.flat(ribbon, (134, 70, 62))


def belt(c: Canvas, rgb: RGB, pattern: str) -> None:
    """A rolled leather belt with its buckle."""
    coil = c.ring((110, 110, 370, 370), 38)
    c.paint(coil, rgb)
    c.paint(c.ring((164, 164, 316, 316), 26), dark(rgb, 0.85))
    c.flat(c.ring((122, 122, 358, 358), 2), light(rgb, 0.3))
    c.paint(c.shape([(240, 332), (420, 332), (420, 370), (240, 370)], 4), rgb)
    frame = without(c.slab((352, 316, 430, 386), 12), c.slab((364, 328, 418, 374), 6))
    c.paint(frame, BRASS)
    c.flat(c.stroke([(358, 351), (412, 351)], 5), dark(BRASS, 0.8))


def socks(c: Canvas, rgb: RGB, pattern: str) -> None:
    """A pair of socks."""
    for dx, dy in ((46, -16), (-22, 14)):
        outline = [(162, 88), (240, 88), (244, 250), (330, 312), (338, 352), (300, 374), (190, 330), (160, 276)]
        sock = c.shape([(x + dx, y + dy) for x, y in outline], 16)
        c.paint(sock, rgb, pattern)
        c.flat(inside(c.slab((150 + dx, 84 + dy, 260 + dx, 118 + dy), 0), sock), light(rgb, 0.35))
        c.flat(inside(c.disc((290 + dx, 296 + dy, 370 + dx, 390 + dy)), sock), dark(rgb, 0.75))
        c.flat(inside(c.disc((140 + dx, 244 + dy, 214 + dx, 336 + dy)), sock), dark(rgb, 0.75))


def scarf(c: Canvas, rgb: RGB, pattern: str) -> None:
    """A square scarf folded to a triangle."""
    c.paint(c.shape([(70, 140), (410, 140), (246, 408)], 8), light(rgb, 0.25), pattern)
    c.paint(c.shape([(84, 120), (396, 120), (220, 366)], 8), rgb, pattern)
    c.flat(c.stroke([(102, 132), (221, 350), (380, 132)], 4), light(rgb, 0.6))


def shawl(c: Canvas, rgb: RGB, pattern: str) -> None:
    """A long shawl laid over itself, with fringes."""
    for step in range(12):
        x = 134 + step * 8.4
        c.flat(c.stroke([(x, 384), (x - 2, 424)], 2.6), dark(rgb, 0.85))
        c.flat(c.stroke([(x + 116, 352), (x + 118, 392)], 2.6), dark(rgb, 0.85))
    c.paint(c.shape([(182, 96), (300, 84), (352, 362), (240, 362)], 10), light(rgb, 0.12), pattern)
    c.paint(c.shape([(300, 88), (176, 88), (126, 392), (236, 392)], 10), rgb, pattern)
    c.paint(c.shape([(170, 82), (306, 76), (322, 118), (240, 138), (164, 122)], 14), dark(rgb, 0.88), pattern)


def folded(c: Canvas, rgb: RGB, pattern: str) -> None:
    """A folded length of cloth."""
    for step, tone in enumerate((dark(rgb, 0.72), dark(rgb, 0.85), rgb)):
        c.paint(c.slab((96, 330 - step * 26, 384, 392 - step * 26), 22), tone)
    c.paint(c.shape([(114, 116), (366, 116), (388, 310), (92, 310)], 18), rgb, pattern)
    c.flat(c.stroke([(122, 296), (360, 296)], 4), light(rgb, 0.5))


DRAWINGS: dict[str, Drawing] = {
    "sneaker": sneaker, "loafer": loafer, "flat": flat, "sandal": sandal, "boot": boot, "tote": tote, "sling": sling,
    "backpack": backpack, "round_bag": round_bag, "wallet": wallet, "hat": hat, "belt": belt, "socks": socks,
    "scarf": scarf, "shawl": shawl, "folded": folded,
}  # fmt: skip
