"""Makes `assets/demo`: the invented retailer "Benang Teduh" as export files, pictures and a shelf label.

    python build_scripts/demo_data.py --out assets/demo --seed 20261122 --today 2026-11-22

The same seed and day give the same files. Every date is counted from `--today`, which demo.toml repeats as
`generated_for`: whoever opens the demo later shifts all times by whole days. Needs Pillow and qrcode.
"""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import argparse
from datetime import date

from build_scripts.demo_retailer import pictures, shelf_label
from build_scripts.demo_retailer.export_files import write_shopify, write_stock_by_columns
from build_scripts.demo_retailer.first_minute import SCAN_SKU
from build_scripts.demo_retailer.model import BANDUNG
from build_scripts.demo_retailer.own_files import write_own
from build_scripts.demo_retailer.retailer import Retailer, build

ROOT = Path(__file__).resolve().parent.parent
SEED = 20261122
TODAY = date(2026, 11, 22)
SHAPE_A_PRODUCTS = ("kemeja-linen", "bangku-kayu", "lilin-aromaterapi")


def write_files(folder: Path, shop: Retailer, *, seed: int) -> None:
    """Writes every text file of the export into the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    write_shopify(folder, shop)
    write_own(folder, shop, seed=seed)


def write_label(folder: Path, shop: Retailer) -> None:
    """Writes the picture of the shelf label that the first minute scans."""
    variant = next(variant for variant in shop.variants if variant.sku == SCAN_SKU)
    noon = shop.day.ago(0)
    offers = [offer for offer in shop.promotions if offer.holds(variant.product.handle, BANDUNG, noon)]
    label = shelf_label.shelf_label(
        BANDUNG, variant, min(offers, key=lambda offer: offer.price(variant.product.price), default=None)
    )
    label.save(folder / "shelf_label.png", optimize=True)


def write_shape_a(path: Path, shop: Retailer) -> None:
    """Writes a small inventory file with a column per location, the other shape Shopify exports."""
    write_stock_by_columns(path, [level for level in shop.levels if level.variant.product.handle in SHAPE_A_PRODUCTS])


def main() -> None:
    """Writes what the command line asks for and says how much it was."""
    parser = argparse.ArgumentParser(description="Make the export files of the demo retailer.")
    parser.add_argument("--out", type=Path, default=ROOT / "assets" / "demo")
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--today", type=date.fromisoformat, default=TODAY)
    parser.add_argument("--shape-a", type=Path, help="also write a small inventory file with a column per location")
    parser.add_argument("--without-pictures", action="store_true", help="text files only")
    options = parser.parse_args()
    shop = build(options.seed, options.today)
    write_files(options.out, shop, seed=options.seed)
    if options.shape_a is not None:
        write_shape_a(options.shape_a, shop)
    print(
        f"{len(shop.people)} customers, {len(shop.products)} products, {len(shop.variants)} variants, "
        f"{len(shop.orders)} orders, {len(shop.reviews)} reviews"
    )
    if not options.without_pictures:
        write_label(options.out, shop)
        count = sum(1 for _ in pictures.write_pictures(options.out, shop.products))
        print(f"{count} pictures")


if __name__ == "__main__":
    main()
