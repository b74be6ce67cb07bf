#!/usr/bin/env python3
"""Makes a shop's order export in XML: orders.py OUT MB [SEED]. The same seed and size give the same bytes.

An order comes every few seconds; it has a visitor, a customer, one to five items and sometimes a note.
"""
import random
import sys
from time import gmtime, strftime
from xml.sax.saxutils import escape

BEGIN = 1772323200  # 2026-03-01T00:00:00Z
NAMES = ["Ada Nowak", "Łukasz Zieliński", "Zoë Müller", "Noah Dubois", "Tom O'Hara", "Ana García", "Ivo Żak"]
GOODS = [
    ("Desk lamp", "Home"), ("Wool socks (3-pack)", "Clothing"), ('Monitor 27" IPS', "Electronics"), ("Tea & honey", "Food"),
    ("Café crème 250 g", "Food"), ("USB-C cable, 2 m", "Electronics"), ("Hülle für Smartphone", "Electronics"),
]
NOTES = ["Leave it with the neighbours", 'Call "before" delivery', "Gift: no invoice <please>", "Floor 3, door 12"]


def order(number, time, rng):
    created = strftime("%Y-%m-%dT%H:%M:%SZ", gmtime(time))
    lines = [
        f'  <order id="{number}" status="paid" currency="{rng.choice(("PLN", "EUR", "USD"))}" created="{created}">\n'
        f'    <visitor id="{rng.getrandbits(64):016x}"/>\n'
        f"    <customer>\n      <name>{rng.choice(NAMES)}</name>\n"
        f"      <email>customer{rng.randrange(90000)}@example.test</email>\n    </customer>\n"]
    items = min(5, 1 + int(rng.expovariate(0.8)))
    lines.append(f'    <items count="{items}">\n')
    for _ in range(items):
        title, category = rng.choice(GOODS)
        quantity, cents = rng.randint(1, 4), rng.randint(99, 79999)
        lines.append(
            f'      <item sku="SKU-{rng.randint(1000, 9999)}" qty="{quantity}">\n'
            f'        <title lang="en">{escape(title)}</title>\n'
            f'        <price unit="{cents / 100:.2f}">{quantity * cents / 100:.2f}</price>\n'
            f"        <category>{category}</category>\n      </item>\n")
    lines.append("    </items>\n")
    if rng.random() < 0.4:
        lines.append(f"    <note>{escape(rng.choice(NOTES))}</note>\n")
    lines.append("  </order>\n")
    return "".join(lines)


def main():
    if len(sys.argv) not in (3, 4):
        sys.exit("usage: orders.py OUT MB [SEED]")
    size = int(float(sys.argv[2]) * 1e6)
    rng = random.Random(int(sys.argv[3]) if len(sys.argv) == 4 else 1)
    written, number, time = 0, 100000, BEGIN
    with open(sys.argv[1], "wb") as out:
        out.write(b'<?xml version="1.0" encoding="UTF-8"?>\n<export shop="example">\n')
        while written < size:
            number += 1
            time += rng.randint(0, 8)
            written += out.write(order(number, time, rng).encode())
        out.write(b"</export>\n")


if __name__ == "__main__":
    main()
