"""Drawings of things for the home: one function a silhouette."""

import math

from build_scripts.demo_retailer.canvas import Canvas, both, inside, without
from build_scripts.demo_retailer.cloth import RGB, dark, light, mix
from build_scripts.demo_retailer.clothes import Drawing

WOOD = (176, 128, 84)
LEAF = (104, 142, 98)
IVORY = (246, 238, 222)


def _floor(c: Canvas, y: float, half_width: float) -> None:
    """A soft shadow on the ground under a standing thing."""
    c.shadow(c.disc((240 - half_width, y - 10, 240 + half_width, y + 10)), drop=4, blur=7, strength=0.42)


def cushion(c: Canvas, rgb: RGB, pattern: str) -> None:
    """A square cushion, plump in the middle."""
    outline = [(84, 92), (240, 112), (396, 92), (378, 240), (396, 394), (240, 374), (84, 394), (102, 240)]
    body = c.shape(outline, 16)
    c.paint(body, rgb, pattern)
    inner = c.shape([(240 + (x - 240) * 0.9, 242 + (y - 242) * 0.9) for x, y in outline], 14)
    c.flat(without(body, inner), dark(rgb, 0.8), 0.4)
    if pattern == "plain":
        c.button(240, 243, rgb, 11)
        for dx, dy in ((-58, -34), (58, -34), (-58, 36), (58, 36)):
            c.seam([(240 + dx * 0.25, 243 + dy * 0.25), (240 + dx, 243 + dy)], rgb, 2)


def blanket(c: Canvas, rgb: RGB, pattern: str) -> None:
    """A knitted blanket, folded, with tassels."""
    for step in range(13):
        x = 110 + step * 21.6
        c.flat(c.stroke([(x, 366), (x - 3, 410)], 5), light(rgb, 0.15))
    c.paint(c.shape([(100, 120), (380, 120), (392, 376), (88, 376)], 20), rgb, pattern)
    c.paint(c.shape([(96, 112), (384, 112), (390, 232), (90, 232)], 20), light(rgb, 0.1), pattern)
    c.seam([(94, 232), (386, 232)], rgb, 4)


def bedding(c: Canvas, rgb: RGB, pattern: str) -> None:
    """A made bed from the front."""
    _floor(c, 400, 180)
    c.paint(c.slab((72, 120, 408, 330), 26), WOOD)
    for left in (112, 250):
        c.paint(c.shape([(left, 172), (left + 118, 172), (left + 126, 244), (left - 8, 244)], 16), light(rgb, 0.4))
    c.paint(c.shape([(84, 226), (396, 226), (414, 396), (66, 396)], 18), rgb)
    c.flat(c.shape([(84, 226), (396, 226), (400, 264), (80, 264)], 10), light(rgb, 0.5))
    for x, end in ((160, 148), (240, 240), (320, 332)):
        c.seam([(x, 276), (end, 386)], rgb, 1.8)


def towels(c: Canvas, rgb: RGB, pattern: str) -> None:
    """A stack of three folded towels."""
    _floor(c, 392, 160)
    for step, tone in enumerate((dark(rgb, 0.86), rgb, light(rgb, 0.22))):
        top = 298 - step * 82
        c.paint(c.slab((98 + step * 5, top, 382 - step * 5, top + 92), 30), tone, pattern)
        c.seam([(112 + step * 5, top + 46), (368 - step * 5, top + 46)], tone, 3)
        c.flat(c.slab((318, top + 20, 332, top + 88), 3), light(tone, 0.5))


def mug(c: Canvas, rgb: RGB, pattern: str) -> None:
    """A handmade mug with an unglazed foot."""
    _floor(c, 388, 120)
    handle = without(c.disc((272, 186, 404, 336)), c.disc((296, 212, 378, 310)))
    c.paint(handle, rgb, pattern)
    body = c.shape([(118, 142), (322, 142), (316, 330), (298, 388), (142, 388), (124, 330)], 14)
    c.paint(body, rgb, pattern)
    c.flat(inside(c.slab((100, 352, 340, 400), 0), body), (196, 160, 124))
    c.flat(c.disc((120, 128, 320, 164)), light(rgb, 0.3))
    c.flat(c.disc((130, 134, 310, 160)), (94, 62, 48))


def plate(c: Canvas, rgb: RGB, pattern: str) -> None:
    """A plate from above."""
    c.paint(c.disc((68, 68, 412, 412)), rgb, pattern)
    c.flat(c.ring((68, 68, 412, 412), 7), (176, 136, 100))
    c.flat(c.ring((124, 124, 356, 356), 4), dark(rgb, 0.8), 0.6)
    c.flat(c.disc((130, 130, 350, 350)), light(rgb, 0.28), 0.5)


def bowl(c: Canvas, rgb: RGB, pattern: str) -> None:
    """A deep bowl."""
    _floor(c, 374, 110)
    c.paint(c.shape([(184, 350), (296, 350), (304, 378), (176, 378)], 6), (196, 160, 124))
    c.paint(c.shape([(82, 186), (398, 186), (378, 280), (316, 356), (164, 356), (102, 280)], 18), rgb, pattern)
    c.flat(c.disc((82, 152, 398, 222)), light(rgb, 0.25))
    c.flat(c.disc((94, 162, 386, 218)), dark(rgb, 0.7))


def teapot(c: Canvas, rgb: RGB, pattern: str) -> None:
    """A round teapot with a cane handle."""
    _floor(c, 380, 120)
    c.paint(without(c.disc((140, 70, 340, 330)), c.disc((154, 84, 326, 316))), WOOD)
    c.paint(c.shape([(330, 264), (372, 208), (398, 196), (408, 212), (386, 240), (352, 330)], 10), rgb, pattern)
    c.paint(c.disc((108, 176, 372, 388)), rgb, pattern)
    c.paint(c.disc((176, 158, 304, 208)), light(rgb, 0.14), pattern)
    c.paint(c.disc((226, 138, 254, 168)), dark(rgb, 0.8))


def vase(c: Canvas, rgb: RGB, pattern: str) -> None:
    """An earthenware vase with dry stems."""
    _floor(c, 418, 90)
    for end, size in (((186, 74), 13), ((240, 48), 15), ((292, 80), 13), ((218, 112), 10), ((268, 118), 10)):
        c.flat(c.stroke([(240, 220), ((240 + end[0]) / 2 + 4, 150), end], 3), (150, 120, 84))
        for step in range(4):
            y = end[1] + step * size * 0.7
            c.flat(c.disc((end[0] - size * 0.5, y - size * 0.7, end[0] + size * 0.5, y + size * 0.7)), (216, 184, 132))
    body = c.mirrored(
        [(240, 200), (206, 200), (212, 230), (166, 278), (156, 330), (180, 396), (200, 418), (240, 420)], 10
    )
    c.paint(body, rgb, pattern)
    c.flat(c.disc((206, 192, 274, 210)), dark(rgb, 0.55))
    for y in (290, 304):
        c.flat(inside(c.slab((140, y, 340, y + 5), 0), body), light(rgb, 0.35), 0.8)


def glass(c: Canvas, rgb: RGB, pattern: str) -> None:
    """A blown glass vase with water and a branch."""
    _floor(c, 410, 90)
    c.flat(c.stroke([(240, 380), (236, 200), (252, 84)], 4), dark(LEAF, 0.75))
    for x, y, side in ((248, 110, 1), (240, 150, -1), (240, 180, 1), (238, 126, -1), (252, 82, 1)):
        tip = x + side * 54
        c.flat(c.shape([(x, y), (x + side * 24, y - 26), (tip, y - 22), (x + side * 32, y + 2)], 5), LEAF)
    body = c.mirrored([(240, 190), (204, 190), (204, 236), (154, 300), (160, 380), (190, 410), (240, 412)], 14)
    c.shadow(body)
    c.flat(body, light(rgb, 0.25), 0.62)
    c.flat(inside(c.slab((100, 296, 380, 430), 0), body), rgb, 0.5)
    c.flat(inside(c.stroke([(178, 300), (180, 370)], 12), body), (255, 255, 255), 0.55)
    c.flat(c.ring((204, 182, 276, 200), 4), light(rgb, 0.4))


def planter(c: Canvas, rgb: RGB, pattern: str) -> None:
    """An earthenware pot with a plant."""
    _floor(c, 410, 110)
    for angle, reach in ((-150, 108), (-125, 150), (-100, 172), (-78, 168), (-54, 150), (-30, 108)):
        sine, cosine = math.sin(math.radians(angle)), math.cos(math.radians(angle))
        tip, across = (240 + cosine * reach, 258 + sine * reach), 24
        bend = (240 + cosine * reach * 0.55, 258 + sine * reach * 0.55)
        outline = [
            (240, 270),
            (bend[0] - sine * across, bend[1] + cosine * across),
            tip,
            (bend[0] + sine * across, bend[1] - cosine * across),
        ]
        tone = LEAF if angle % 4 else light(LEAF, 0.2)
        c.paint(c.shape(outline, 5), tone)
        c.flat(c.stroke([(240, 262), (bend[0], bend[1])], 2), light(LEAF, 0.4))
    c.paint(c.slab((148, 392, 332, 416), 8), dark(rgb, 0.8))
    c.paint(c.shape([(152, 268), (328, 268), (310, 400), (170, 400)], 8), rgb, pattern)
    c.paint(c.slab((140, 250, 340, 288), 8), light(rgb, 0.1))


def candle(c: Canvas, rgb: RGB, pattern: str) -> None:
    """A lit candle in a glass with a label."""
    _floor(c, 396, 110)
    for reach, strength in ((120, 0.16), (76, 0.22)):
        c.flat(c.disc((240 - reach, 118 - reach, 240 + reach, 118 + reach)), (255, 226, 150), strength)
    body = c.slab((136, 168, 344, 396), 22)
    c.paint(body, mix(rgb, (214, 168, 118), 0.5))
    c.flat(c.disc((138, 152, 342, 192)), light(rgb, 0.5))
    c.flat(c.disc((150, 158, 330, 188)), IVORY)
    c.flat(c.stroke([(240, 172), (240, 146)], 4), (70, 54, 46))
    c.flat(c.mirrored([(240, 78), (222, 116), (224, 136), (240, 146)], 5), (244, 178, 82))
    c.flat(c.mirrored([(240, 104), (231, 124), (233, 138), (240, 142)], 4), (255, 236, 176))
    c.flat(c.slab((172, 250, 308, 340), 8), IVORY)
    c.flat(c.stroke([(240, 322), (240, 268)], 3), LEAF)
    for side in (-1, 1):
        for y in (280, 298, 314):
            c.flat(c.shape([(240, y), (240 + side * 22, y - 12), (240 + side * 12, y + 4)], 2), LEAF)


def lamp(c: Canvas, rgb: RGB, pattern: str) -> None:
    """A table lamp with a rattan shade."""
    _floor(c, 414, 90)
    c.flat(c.shape([(168, 216), (312, 216), (384, 410), (96, 410)], 30), (255, 232, 168), 0.35)
    c.paint(c.slab((231, 214, 249, 392), 6), WOOD)
    c.paint(c.shape([(178, 388), (302, 388), (312, 414), (168, 414)], 8), dark(WOOD, 0.8))
    c.paint(c.shape([(186, 84), (294, 84), (354, 226), (126, 226)], 10), light(rgb, 0.12), pattern)
    for box in ((186, 80, 294, 92), (124, 216, 356, 230)):
        c.flat(c.slab(box, 5), dark(rgb, 0.7))


def pendant(c: Canvas, rgb: RGB, pattern: str) -> None:
    """A bamboo lamp that hangs from the ceiling."""
    c.flat(c.shape([(170, 330), (310, 330), (372, 440), (108, 440)], 30), (255, 232, 168), 0.4)
    c.flat(c.stroke([(240, 0), (240, 150)], 4), (78, 62, 54))
    c.flat(c.disc((206, 310, 274, 372)), (255, 240, 196))
    c.paint(
        c.shape([(216, 132), (264, 132), (340, 206), (362, 292), (330, 340), (150, 340), (118, 292), (140, 206)], 16),
        light(rgb, 0.08),
        pattern,
    )
    for y, half in ((186, 84), (244, 112), (300, 122)):
        c.flat(c.slab((240 - half, y, 240 + half, y + 5), 2), dark(rgb, 0.68))
    c.flat(c.slab((212, 124, 268, 146), 8), dark(rgb, 0.6))


def basket(c: Canvas, rgb: RGB, pattern: str) -> None:
    """A woven basket with two handles."""
    _floor(c, 404, 140)
    for left in (96, 296):
        c.paint(c.ring((left, 132, left + 88, 240), 12), dark(rgb, 0.75))
    c.paint(c.disc((98, 166, 382, 226)), dark(rgb, 0.5))
    c.paint(c.shape([(96, 196), (240, 222), (384, 196), (360, 396), (240, 410), (120, 396)], 14), rgb, pattern)
    c.flat(c.stroke([(100, 204), (170, 222), (240, 227), (310, 222), (380, 204)], 12), dark(rgb, 0.78))


def rug(c: Canvas, rgb: RGB, pattern: str) -> None:
    """A round jute rug from above."""
    c.paint(c.disc((56, 56, 424, 424)), rgb, pattern)
    c.flat(c.ring((56, 56, 424, 424), 12), IVORY, 0.75)


def mirror(c: Canvas, rgb: RGB, pattern: str) -> None:
    """A rattan mirror like a sun."""
    for step in range(36):
        angle = math.radians(step * 10)
        reach = 186 if step % 2 else 160
        ray = [
            (240 + math.cos(angle) * 96, 240 + math.sin(angle) * 96),
            (240 + math.cos(angle) * reach, 240 + math.sin(angle) * reach),
        ]
        c.paint(c.stroke(ray, 8), rgb if step % 2 else dark(rgb, 0.85))
    c.paint(c.disc((124, 124, 356, 356)), dark(rgb, 0.8))
    pane = c.disc((140, 140, 340, 340))
    c.flat(pane, (206, 222, 226))
    c.flat(inside(c.shape([(150, 310), (290, 130), (326, 150), (180, 346)], 2), pane), (232, 240, 242))


def clock(c: Canvas, rgb: RGB, pattern: str) -> None:
    """A wooden wall clock at ten past ten."""
    c.paint(c.disc((80, 80, 400, 400)), rgb, pattern)
    c.flat(c.disc((104, 104, 376, 376)), IVORY)
    for hour in range(12):
        angle = math.radians(hour * 30)
        near = 106 if hour % 3 == 0 else 114
        mark = [(240 + math.cos(angle) * at, 240 + math.sin(angle) * at) for at in (near, 122)]
        c.flat(c.stroke(mark, 6 if hour % 3 == 0 else 3), dark(rgb, 0.8))
    for turn, length, width in ((-145, 66, 9), (-30, 92, 6)):
        angle = math.radians(turn)
        c.flat(
            c.stroke([(240, 240), (240 + math.cos(angle) * length, 240 + math.sin(angle) * length)], width),
            (70, 54, 46),
        )
    c.flat(c.disc((231, 231, 249, 249)), (194, 108, 80))


def stool(c: Canvas, rgb: RGB, pattern: str) -> None:
    """A three-legged wooden stool."""
    _floor(c, 412, 130)
    for points in ([(176, 214), (136, 410)], [(304, 214), (344, 410)], [(240, 214), (240, 404)]):
        c.paint(c.stroke(points, 20), dark(rgb, 0.85))
    c.paint(c.stroke([(158, 318), (322, 318)], 12), dark(rgb, 0.8))
    c.paint(c.slab((116, 168, 364, 222), 26), dark(rgb, 0.9), pattern)
    c.paint(c.disc((116, 146, 364, 206)), light(rgb, 0.1), pattern)


def tray(c: Canvas, rgb: RGB, pattern: str) -> None:
    """A wooden tray from above with two cups' worth of room."""
    c.paint(c.slab((52, 138, 428, 350), 40), dark(rgb, 0.85), pattern)
    c.flat(c.slab((70, 156, 410, 332), 28), light(rgb, 0.1))
    inner = c.slab((78, 164, 402, 324), 24)
    c.paint(inner, rgb, pattern, shadow=False)
    for left in (56, 406):
        c.flat(c.slab((left + 3, 212, left + 15, 276), 6), dark(rgb, 0.4))
    c.paint(both(c.disc((250, 196, 342, 288)), c.slab((330, 230, 366, 252), 10)), IVORY)
    c.flat(c.disc((262, 208, 330, 276)), (150, 96, 60))


DRAWINGS: dict[str, Drawing] = {
    "cushion": cushion, "blanket": blanket, "bedding": bedding, "towels": towels, "mug": mug, "plate": plate,
    "bowl": bowl, "teapot": teapot, "vase": vase, "glass": glass, "planter": planter, "candle": candle, "lamp": lamp,
    "pendant": pendant, "basket": basket, "rug": rug, "mirror": mirror, "clock": clock, "stool": stool, "tray": tray,
}  # fmt: skip
