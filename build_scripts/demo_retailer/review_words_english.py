"""Fragments of English reviews, by the same names as `review_words`."""

from build_scripts.demo_retailer.review_words import Words, lines

PRAISE: Words = {
    "top": lines("""the fabric breathes even at noon
        stitching is clean inside and out
        the {warna} looks just like the photo
        my usual {ukuran} fits well across the shoulders
        it keeps its shape in the wash
        I wore it on a long flight and it barely creased"""),
    "bottom": lines("""the cut is flattering without being tight
        pockets are deep enough for a phone
        size {ukuran} matched the chart exactly
        soft from the first wear"""),
    "scarf": lines("""light, soft and not slippery
        the weaving is beautiful up close
        colour is calm and goes with everything"""),
    "shoe": lines("""no blisters, not even on day one
        {ukuran} is true to size for me
        I walked all over Ubud in them
        the sole is soft but not mushy"""),
    "bag": lines("""it holds far more than it looks
        the leather is lovely and ages well
        the strap is comfortable on the shoulder
        well made, down to the zip"""),
    "ceramic": lines("""you can feel it was made by hand
        packed so well that nothing chipped
        the glaze is smooth and the weight is right"""),
    "candle": lines("""the scent is gentle, never heavy
        it burns evenly to the bottom"""),
    "wood": lines("""the grain is beautiful
        sturdy and prettier than in the pictures
        it makes the room feel finished"""),
    "buttoned": lines("""
        the buttons are sturdy and there is a spare
        """),
    "skirt": lines("""
        it falls beautifully and is not see-through
        comfortable around the waist all day
        the length is perfect on me
        it goes with every blouse I own
        """),
    "accessory": lines("""
        looks more expensive than it was
        I use it every day and it holds up
        careful work, nice box
        just the right size
        """),
    "cloth": lines("""
        the weave is dense and soft
        cool on the skin from the first wear
        the colours are deep and rich
        a piece to keep for years
        """),
    "cosy": lines("""
        it makes the whole room warmer
        soft, and the pattern is neat
        washed twice and still like new
        my cat has claimed it already
        """),
    "linens": lines("""
        soft and quick to dry
        it gets better with every wash
        the edges are sewn to last
        fits as described
        """),
    "decor": lines("""
        it brings the corner to life
        each one is a little different, which I like
        packed so well that nothing chipped
        simple and graceful
        """),
    "lamp": lines("""
        it throws the loveliest shadows on the wall
        warm light, easy to put up
        larger than I thought, in a good way
        """),
    "woven": lines("""
        the weave is tight and tidy
        strong enough for a pile of toys
        light and smells faintly of grass
        """),
}
GRIPE: Words = {
    "top": lines("""sleeves run long on me
        the colour is a shade darker than on screen
        it shrank a little in the first wash"""),
    "bottom": lines("""the legs had to be shortened
        the waist is snug in {ukuran}
        the zip sticks now and then"""),
    "scarf": lines("""one edge frays slightly
        smaller than I expected"""),
    "shoe": lines("""the heel rubbed during the first week
        {ukuran} was too small, go one up
        slippery on wet tiles"""),
    "bag": lines("""there was a small scratch on the back
        the magnet is weak"""),
    "ceramic": lines("""one piece arrived with a hairline crack
        the base is rough and marks the table"""),
    "candle": lines("""hardly any scent in a big room
        it tunnels in the middle"""),
    "wood": lines("""there was a trace of glue
        a few rough spots needed sanding"""),
    "buttoned": lines("""
        one button came loose after a week
        """),
    "skirt": lines("""
        the waist is loose and had to be taken in
        it creases when I sit
        shorter than expected
        """),
    "accessory": lines("""
        smaller than I imagined
        there was a small scratch on it
        """),
    "cloth": lines("""
        it bled a little in the first wash
        thinner than I hoped
        one thread was pulled
        """),
    "cosy": lines("""
        it shed some lint at first
        the filling could be firmer
        thinner than I hoped
        """),
    "linens": lines("""
        it shrank by two centimetres
        one corner came undone
        it shed some lint at first
        """),
    "decor": lines("""
        there was a tiny chip on the rim
        the base is rough and marks the table
        """),
    "lamp": lines("""
        the cable is short
        not bright enough to read by
        """),
    "woven": lines("""
        a few ends were not trimmed
        it leans a little to one side
        """),
}
OPEN_GOOD = lines("""Love it.
    Bought this while visiting Denpasar.
    Second one already.
    Better than expected.
    A present for my mother, and she adores it.
    Exactly what I was looking for.
    Great find.
    Very happy with this {barang}.""")
OPEN_MIXED = lines("""Decent.
    Good, with one remark.
    It is fine for the price.
    Mixed feelings.""")
OPEN_BAD = lines("""Disappointed.
    Not what I expected.
    Had to send it back.
    I wanted to like it.""")
SERVICE_GOOD = lines("""The staff were patient and kind.
    Delivery to my hotel took one day.
    Picking it up in the shop was easy.
    They swapped the size without any fuss.""")
SERVICE_BAD = lines("""Delivery was three days late.
    Nobody answered my e-mail for a while.
    The box arrived crushed.""")
CLOSE_GOOD = lines("""Will buy again.
    Recommended.
    Thank you!
    Please make it in more colours.
    Worth every rupiah.""")
CLOSE_BAD = lines("""I hope they improve it.
    At least the return was painless.""")
TITLE_GOOD = lines("""Lovely
    Great quality
    True to size
    So comfortable
    Beautiful""")
TITLE_MIXED = lines("""Okay
    Nearly there
    Fine for the price""")
TITLE_BAD = lines("""Not for me
    Disappointing
    Returned it""")
THANKS = lines("""So glad you like it, see you again!
    Thank you for taking the time to write.""")
APOLOGIES = lines("""Thank you for telling us. Please bring it to any of our shops and we will exchange it.
    We are sorry about this and have written to you to put it right.""")
