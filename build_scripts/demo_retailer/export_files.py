"""The retailer as export files: Shopify's own four and Judge.me's reviews. Ours are in `own_files`.

Columns in the order the platforms write them; what the retailer does not use stays empty.
"""

import csv
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from build_scripts.demo_retailer.catalogue import CATEGORY, GRAMS, picture_path
from build_scripts.demo_retailer.model import BRAND, STOCKED, WEB, Order, Product, Variant, rupiah, stamp
from build_scripts.demo_retailer.retailer import Retailer
from build_scripts.demo_retailer.stock import Level

Row = Mapping[str, str | int]


def columns(names: str) -> list[str]:
    """The names of a comma-separated header."""
    return names.split(",")


PRODUCT_COLUMNS = columns(
    "Handle,Title,Body (HTML),Vendor,Product Category,Type,Tags,Published,Option1 Name,Option1 Value,Option2 Name,"
    "Option2 Value,Option3 Name,Option3 Value,Variant SKU,Variant Grams,Variant Inventory Tracker,"
    "Variant Inventory Qty,Variant Inventory Policy,Variant Fulfillment Service,Variant Price,"
    "Variant Compare At Price,Variant Requires Shipping,Variant Taxable,Variant Barcode,Image Src,Image Position,"
    "Image Alt Text,Gift Card,SEO Title,SEO Description,Variant Image,Variant Weight Unit,Variant Tax Code,"
    "Cost per item,Status"
)
CUSTOMER_COLUMNS = columns(
    "Customer ID,First Name,Last Name,Email,Accepts Email Marketing,Default Address Company,"
    "Default Address Address1,Default Address Address2,Default Address City,Default Address Province Code,"
    "Default Address Country Code,Default Address Zip,Phone,Default Address Phone,Accepts SMS Marketing,"
    "Total Spent,Total Orders,Note,Tax Exempt,Tags"
)
_ADDRESS = columns("Name,Street,Address1,Address2,Company,City,Zip,Province,Country,Phone")
ORDER_COLUMNS = [
    *columns(
        "Name,Email,Financial Status,Paid at,Fulfillment Status,Fulfilled at,Accepts Marketing,Currency,Subtotal,"
        "Shipping,Taxes,Total,Discount Code,Discount Amount,Shipping Method,Created at,Lineitem quantity,"
        "Lineitem name,Lineitem price,Lineitem compare at price,Lineitem sku,Lineitem requires shipping,"
        "Lineitem taxable,Lineitem fulfillment status"
    ),
    *(f"Billing {part}" for part in _ADDRESS),
    *(f"Shipping {part}" for part in _ADDRESS),
    *columns(
        "Notes,Note Attributes,Cancelled at,Payment Method,Payment Reference,Refunded Amount,Vendor,"
        "Outstanding Balance,Employee,Location,Device ID,Id,Tags,Risk Level,Source,Lineitem discount,Tax 1 Name,"
        "Tax 1 Value,Phone,Receipt Number,Duties,Billing Province Name,Shipping Province Name,Payment ID,"
        "Payment Terms Name,Next Payment Due At,"
        "Payment References"
    ),
]
_STOCK_START = columns(
    "Handle,Title,Option1 Name,Option1 Value,Option2 Name,Option2 Value,Option3 Name,Option3 Value,SKU,HS Code,COO"
)
STOCK_COLUMNS = [
    *_STOCK_START,
    *columns(
        "Location,Bin name,Incoming (not editable),Unavailable (not editable),Committed (not editable),"
        "Available (not editable),On hand (current),On hand (new)"
    ),
]
REVIEW_COLUMNS = columns(
    "title,body,rating,review_date,source,curated,reviewer_name,reviewer_email,product_id,product_handle,reply,"
    "reply_date,picture_urls,ip_address,location,metaobject_handle"
)
PROVINCE = {"Bandung": "JB", "Surabaya": "JI", "Denpasar": "BA"}
PROVINCE_NAME = {"Bandung": "Jawa Barat", "Surabaya": "Jawa Timur", "Denpasar": "Bali"}
NOT_STOCKED = "not stocked"


def write_table(path: Path, header: Sequence[str], rows: Iterable[Row]) -> None:
    """Writes a comma-separated file in UTF-8; a column a row does not name is empty, an unknown one an error."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, fieldnames=header, restval="", lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def write_shopify(folder: Path, shop: Retailer) -> None:
    """Writes products, customers, orders, inventory and reviews into the folder."""
    write_table(folder / "products_export.csv", PRODUCT_COLUMNS, _product_rows(shop))
    write_table(folder / "customers_export.csv", CUSTOMER_COLUMNS, _customer_rows(shop))
    write_table(folder / "orders_export.csv", ORDER_COLUMNS, _order_rows(shop.orders))
    write_table(folder / "inventory_export.csv", STOCK_COLUMNS, (_stock_row(level) for level in shop.levels))
    write_table(folder / "reviews.csv", REVIEW_COLUMNS, _review_rows(shop))


def options(variant: Variant) -> dict[str, str]:
    """The option columns of a variant; a product without any has Shopify's own placeholder."""
    named = [("Warna", variant.colour.name)] if variant.colour else []
    named += [(variant.product.option_name, variant.option)] if variant.option else []
    shown = named or [("Title", "Default Title")]
    filled: dict[str, str] = {}
    for place, (name, value) in enumerate(shown, start=1):
        filled |= {f"Option{place} Name": name, f"Option{place} Value": value}
    return filled


def _product_rows(shop: Retailer) -> Iterator[Row]:
    by_handle: dict[str, list[Variant]] = {}
    for variant in shop.variants:
        by_handle.setdefault(variant.product.handle, []).append(variant)
    units: dict[str, int] = {}
    for level in shop.levels:
        units[level.variant.sku] = units.get(level.variant.sku, 0) + max(0, level.available)
    for product in shop.products:
        images = [picture_path(product, colour) for colour in product.colours]
        for place, variant in enumerate(by_handle[product.handle]):
            row: dict[str, str | int] = {"Handle": product.handle, **options(variant)}
            row |= _first_row(product) if place == 0 else {}
            row |= _variant_columns(variant, units[variant.sku])
            if place < len(images):
                alt = f"{product.title}, {product.colours[place].name.lower()}"
                row |= {"Image Src": images[place], "Image Position": place + 1, "Image Alt Text": alt}
            yield row


def _first_row(product: Product) -> dict[str, str | int]:
    tags = {"top": "busana", "bottom": "busana", "scarf": "busana", "shoe": "sepatu", "bag": "aksesori"}
    tag = tags.get(product.review_group, "rumah")
    return {
        "Title": product.title,
        "Body (HTML)": product.body_html,
        "Vendor": BRAND,
        "Product Category": CATEGORY[product.review_group],
        "Type": product.type_name,
        "Tags": ", ".join(dict.fromkeys((tag, product.type_name.lower(), *(c.name.lower() for c in product.colours)))),
        "Published": "true",
        "Gift Card": "false",
        "SEO Title": f"{product.title} | {BRAND}",
        "Status": "active",
    }


def _variant_columns(variant: Variant, units: int) -> dict[str, str | int]:
    product = variant.product
    return {
        "Variant SKU": variant.sku,
        "Variant Grams": GRAMS.get(product.review_group, 900),
        "Variant Inventory Tracker": "shopify",
        "Variant Inventory Qty": units,
        "Variant Inventory Policy": "deny",
        "Variant Fulfillment Service": "manual",
        "Variant Price": rupiah(product.price),
        "Variant Requires Shipping": "true",
        "Variant Taxable": "true",
        "Variant Barcode": variant.gtin,
        "Variant Image": picture_path(product, variant.colour),
        "Variant Weight Unit": "g",
        "Cost per item": rupiah(product.price * 45 // 100),
    }


def _customer_rows(shop: Retailer) -> Iterator[Row]:
    spent: dict[int, int] = {}
    count: dict[int, int] = {}
    for order in shop.orders:
        if order.customer is not None and order.cancelled_at is None:
            number = order.customer.customer_id
            spent[number] = spent.get(number, 0) + order.total - order.refunded
            count[number] = count.get(number, 0) + 1
    agreed = {member.customer.customer_id: member.consents for member in shop.members}
    for who in shop.people:
        consents = agreed[who.customer_id]
        yield {
            "Customer ID": who.customer_id,
            "First Name": who.first,
            "Last Name": who.last,
            "Email": who.email,
            "Accepts Email Marketing": consents["marketing_email"] or "no",
            "Accepts SMS Marketing": consents["marketing_sms"] or "no",
            "Default Address City": who.city.city,
            "Default Address Province Code": PROVINCE[who.city.city],
            "Default Address Country Code": "ID",
            "Phone": who.phone_typed,
            "Default Address Phone": who.phone_typed,
            "Total Spent": rupiah(spent.get(who.customer_id, 0)),
            "Total Orders": count.get(who.customer_id, 0),
            "Note": who.note,
            "Tax Exempt": "no",
            "Tags": "newsletter" if consents["marketing_email"] == "yes" else "",
        }


def _order_rows(orders: Sequence[Order]) -> Iterator[Row]:
    for order in orders:
        for place, line in enumerate(order.lines):
            row: dict[str, str | int] = {"Name": order.name, "Email": order.customer.email if order.customer else ""}
            row |= _order_columns(order) if place == 0 else {}
            row |= {
                "Created at": stamp(order.at),
                "Lineitem quantity": line.quantity,
                "Lineitem name": line.variant.label,
                "Lineitem price": rupiah(line.price),
                "Lineitem sku": line.variant.sku,
                "Lineitem requires shipping": "true" if order.place == WEB else "false",
                "Lineitem taxable": "true",
                "Lineitem fulfillment status": "fulfilled" if order.fulfilled_at else "pending",
                "Vendor": BRAND,
                "Lineitem discount": rupiah(line.discount),
            }
            yield row


def _order_columns(order: Order) -> dict[str, str | int]:
    who, online = order.customer, order.place == WEB
    paid = order.financial not in ("pending", "voided")
    filled: dict[str, str | int] = {
        "Financial Status": order.financial,
        "Paid at": stamp(order.at) if paid else "",
        "Fulfillment Status": order.fulfilment,
        "Fulfilled at": stamp(order.fulfilled_at) if order.fulfilled_at else "",
        "Accepts Marketing": "no",
        "Currency": "IDR",
        "Subtotal": rupiah(order.subtotal),
        "Shipping": rupiah(order.shipping),
        "Taxes": rupiah(order.tax),
        "Total": rupiah(order.total),
        "Discount Code": order.code,
        "Discount Amount": rupiah(order.discount),
        "Shipping Method": order.shipping_method,
        "Notes": order.note,
        "Cancelled at": stamp(order.cancelled_at) if order.cancelled_at else "",
        "Payment Method": order.payment,
        "Refunded Amount": rupiah(order.refunded),
        "Outstanding Balance": rupiah(0 if paid or order.cancelled_at else order.total),
        "Employee": order.employee,
        "Location": "" if online else order.place.name,
        "Id": 5_900_100_000_000 + order.number * 1009,
        "Tags": ", ".join(order.tags),
        "Risk Level": "Low",
        "Source": "web" if online else "pos",
        "Tax 1 Name": "PPN 11%",
        "Tax 1 Value": rupiah(order.tax),
    }
    if who is not None:
        filled |= {"Phone": who.phone, "Billing Name": who.name, "Billing City": who.city.city, "Billing Country": "ID"}
        filled |= {"Billing Phone": who.phone, "Billing Province": PROVINCE[who.city.city]}
        filled |= {"Billing Province Name": PROVINCE_NAME[who.city.city]}
    if who is not None and online:
        filled |= {"Shipping Name": who.name, "Shipping City": who.city.city, "Shipping Country": "ID"}
        filled |= {"Shipping Phone": who.phone, "Shipping Province": PROVINCE[who.city.city]}
        filled |= {"Shipping Province Name": PROVINCE_NAME[who.city.city]}
    return filled


def _stock_row(level: Level) -> Row:
    start = {"Handle": level.variant.product.handle, "Title": level.variant.product.title, **options(level.variant)}
    start |= {"SKU": level.variant.sku, "COO": "ID", "Location": level.place.name}
    if level.on_hand is None:
        return start | {"On hand (current)": NOT_STOCKED, "Available (not editable)": NOT_STOCKED}
    return start | {
        "Incoming (not editable)": "0",
        "Unavailable (not editable)": str(level.unavailable),
        "Committed (not editable)": str(level.committed),
        "Available (not editable)": str(level.available),
        "On hand (current)": str(level.on_hand),
    }


def write_stock_by_columns(path: Path, levels: Sequence[Level]) -> None:
    """Writes Shopify's other inventory file: a row per variant, a column per location with what is available."""
    rows: dict[str, dict[str, str | int]] = {}
    for level in levels:
        row = rows.setdefault(
            level.variant.sku,
            {
                "Handle": level.variant.product.handle,
                "Title": level.variant.product.title,
                **options(level.variant),
                "SKU": level.variant.sku,
                "COO": "ID",
            },
        )
        row[level.place.name] = NOT_STOCKED if level.on_hand is None else level.available
    write_table(path, [*_STOCK_START, *(place.name for place in STOCKED)], rows.values())


def _review_rows(shop: Retailer) -> Iterator[Row]:
    for review in shop.reviews:
        yield {
            "title": review.title,
            "body": review.body,
            "rating": review.rating,
            "review_date": stamp(review.at),
            "source": "email",
            "curated": "ok",
            "reviewer_name": review.author,
            "reviewer_email": review.email,
            "product_id": review.variant.product.product_id,
            "product_handle": review.variant.product.handle,
            "reply": review.reply,
            "reply_date": stamp(review.reply_at) if review.reply_at else "",
        }
