#!/usr/bin/env python3
"""Makes inputs that look like a busy shop's: corpus.py log|orders OUT MB [SEED]

`log` is a combined access log, `orders` an order export as CSV with a row for each position (18 columns, the order's own
repeated in every row, one row in four with a quoted value or more, some with line ends inside).

The same seed and size give the same bytes, on any machine. Visitors come several times in two weeks, look at pages
that drag bursts of assets along, search, follow campaigns; about a ninth of the requests are bots'; some agents
have escaped quotes, some addresses are IPv6, clients shake hands with the wrong port; a line comes up to a few seconds
late (normal distribution, 0.6 s); one line in 50,000 is cut off in the middle.

Memory stays small: visits are made an hour at a time, and an hour's lines are sorted before they are written. What
was put in is counted on the way and printed as one JSON object.
"""
import json
import random
import sys
from time import gmtime, strftime

HOURS = 14 * 24
BEGIN = 1772323200  # 2026-03-01T00:00:00Z
BYTES_PER_LINE = 255.5
WORDS = (
    "acorn basalt cedar dune elm fern granite heath iris juniper kelp larch maple nettle oak pine quince reed sage "
    "thistle umber vetch walnut yarrow zinnia amber birch cobalt damson ebony flint garnet hazel indigo jade"
).split()
SEARCHES = ["desk+lamp", "caf%C3%A9+table", "%D0%BB%D0%B0%D0%BC%D0%BF%D0%B0", "wool%20blanket", "%E6%A4%85%E5%AD%90", "usb-c"]
SOURCES = ["newsletter", "search", "social", "partner"]
REFERERS = ["-"] * 8 + [
    "https://www.google.com/", "https://www.google.com/", "https://www.bing.com/", "https://duckduckgo.com/",
    "https://social.example/@someone/1138", "https://news.example.org/2026/spring-guide?ref=feed&pos=4",
]
BOTS = [
    "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
    "Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko; compatible; bingbot/2.0; +http://www.bing.com/bingbot.htm) "
    "Chrome/116.0.1938.76 Safari/537.36",
    "Mozilla/5.0 (compatible; AhrefsBot/7.0; +http://ahrefs.com/robot/)",
    "Mozilla/5.0 (compatible; YandexBot/3.0; +http://yandex.com/bots)",
    "curl/8.5.0", "python-requests/2.32.3", "Go-http-client/1.1", "-",
]
PROBES = [
    '"\\x16\\x03\\x01\\x02\\x00\\x01\\x00\\x01\\xFC\\x03\\x03" 400 150', '"-" 408 0', '"" 400 0',
    '"GET /.env HTTP/1.1" 404 150', '"GET /wp-login.php HTTP/1.1" 404 150', '"OPTIONS * HTTP/1.0" 200 0',
    '"CONNECT proxy.example:443 HTTP/1.1" 405 157', '"GET /a b/c HTTP/1.0" 400 150',
]
SITE = "https://shop.example.com"


def agents(rng):
    platforms = ["Windows NT 10.0; Win64; x64", "Macintosh; Intel Mac OS X 10_15_7", "X11; Linux x86_64"]
    phones = ["K", "Pixel 8", "SM-A546B", "SM-S911B Build/UP1A.231005.007", "Redmi Note 12"]
    made = []
    for platform in platforms:
        for version in range(118, 140):
            made.append(
                f"Mozilla/5.0 ({platform}) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/{version}.0.0.0 Safari/537.36")
        for version in range(115, 139, 2):
            made.append(f"Mozilla/5.0 ({platform}; rv:{version}.0) Gecko/20100101 Firefox/{version}.0")
    for phone in phones:
        for system in (12, 13, 14, 15):
            for version in range(124, 140, 2):
                made.append(
                    f"Mozilla/5.0 (Linux; Android {system}; {phone}) AppleWebKit/537.36 (KHTML, like Gecko) "
                    f"Chrome/{version}.0.0.0 Mobile Safari/537.36")
    for system in range(15, 19):
        for minor in range(7):
            made.append(
                f"Mozilla/5.0 (iPhone; CPU iPhone OS {system}_{minor} like Mac OS X) AppleWebKit/605.1.15 "
                f"(KHTML, like Gecko) Version/{system}.{minor} Mobile/15E148 Safari/604.1")
    made.append('Mozilla/5.0 \\"Custom\\" Shell/1.0 (\\"a\\\\b\\")')
    made.append("Mozilla/5.0 (X11; Linux) T\\xc3\\xa9l\\xc3\\xa9/2.1")
    rng.shuffle(made)
    return made


class Maker:
    def __init__(self, seed, lines):
        self.rng = random.Random(seed)
        self.agents = agents(self.rng)
        word = self.rng.choice
        self.pages = (
            [f"/product/{word(WORDS)}-{word(WORDS)}-{n}" for n in range(5000)]
            + [f"/category/{a}/{b}" for a in WORDS[:16] for b in WORDS[16:24]] * 6
            + [f"/blog/20{n % 8 + 19}/{n % 12 + 1:02}/" + "-".join(word(WORDS) for _ in range(4)) for n in range(400)]
            + ["/", "/cart", "/checkout", "/about", "/help/delivery"] * 150)
        self.assets = (
            [f"/static/app.{self.rng.getrandbits(32):08x}.js" for _ in range(10)]
            + [f"/static/main.{self.rng.getrandbits(32):08x}.css" for _ in range(4)]
            + [f"/images/{word(WORDS)}/{n}_640x640.webp" for n in range(4000)]
            + ["/favicon.ico", "/fonts/text-regular.woff2"] * 40)
        # A visit has about 18 requests; a person comes 2.3 times; bots' and probes' lines come on top.
        self.visits_an_hour = lines * 0.886 / 18.15 / HOURS
        self.bots_an_hour = lines * 0.11 / HOURS
        self.probes_an_hour = lines * 0.004 / HOURS
        people = max(50, int(self.visits_an_hour * HOURS / 2.3))
        self.people = [self.person(n) for n in range(people)]
        self.crawlers = [(self.address(), word(BOTS)) for _ in range(60)]
        self.counts = dict(lines=0, pages=0, assets=0, searches=0, campaigns=0, bots=0, probes=0, visits=0, truncated=0)

    def address(self):
        rng = self.rng
        if rng.random() < 0.12:
            return f"2001:db8:{rng.getrandbits(16):x}:{rng.getrandbits(12):x}::{rng.getrandbits(16):x}"
        bits = rng.getrandbits(32)
        return f"{bits >> 24 or 1}.{bits >> 16 & 255}.{bits >> 8 & 255}.{bits & 255}"

    def person(self, number):
        user = f"customer{number}" if self.rng.random() < 0.01 else "-"
        return f"{self.address()} - {user} [", self.agents[int(self.rng.random() ** 2 * len(self.agents))]

    def visit(self, start, add):
        rng = self.rng
        rnd = rng.random
        head, agent = self.people[int(rnd() * len(self.people))]
        tail = f'" "{agent}"\n'
        referer = REFERERS[int(rnd() * len(REFERERS))]
        counts = self.counts
        counts["visits"] += 1
        time = start
        for step in range(1 + min(30, int(rng.expovariate(0.45)))):
            page = self.pages[int(rnd() * len(self.pages))]
            kind = rnd()
            if kind < 0.08:
                page = f"/search?q={SEARCHES[int(rnd() * 6)]}&page={1 + int(rnd() * 4)}"
                counts["searches"] += 1
            elif kind < 0.13 and step == 0:
                page += (
                    f"?utm_source={SOURCES[int(rnd() * 4)]}&utm_medium=cpc&utm_campaign="
                    f"{WORDS[int(rnd() * 35)]}_{int(rnd() * 40)}&click={rng.getrandbits(96):024x}")
                counts["campaigns"] += 1
            elif kind < 0.2:
                page += f"?size={int(rnd() * 9)}&colour={WORDS[int(rnd() * 35)]}"
            status = 200 if rnd() < 0.95 else (301, 302, 304, 404, 404, 500)[int(rnd() * 6)]
            method = "GET" if rnd() < 0.97 else "POST"
            add(time, f'{method} {page} HTTP/2.0" {status} {900 + int(rnd() * 60000)} "{referer}', head, tail)
            counts["pages"] += 1
            referer = SITE + page
            burst = int(rnd() * 12)
            for _ in range(burst):
                asset = self.assets[int(rnd() * rnd() * len(self.assets))]
                cached = rnd() < 0.2
                add(
                    time + rnd() * 2.5,
                    f'GET {asset} HTTP/2.0" {304 if cached else 200} {0 if cached else 300 + int(rnd() * 90000)} '
                    f'"{referer}', head, tail)
            counts["assets"] += burst
            time += 2 + rng.expovariate(1 / 70)

    def hour(self, number, add):
        rng = self.rng
        rnd = rng.random
        start = BEGIN + number * 3600
        # Nights are quiet: 0.25 to 1.75 of the mean.
        share = 1 + 0.75 * (1 - abs((number % 24) - 13) / 5.75 if abs((number % 24) - 13) < 11.5 else -1)
        for _ in range(int(self.visits_an_hour * share + rnd())):
            self.visit(start + rnd() * 3600, add)
        for _ in range(int(self.bots_an_hour + rnd())):
            address, agent = self.crawlers[int(rnd() * 60)]
            page = "/robots.txt" if rnd() < 0.02 else self.pages[int(rnd() * len(self.pages))]
            add(
                start + rnd() * 3600, f'GET {page} HTTP/1.1" {200 if rnd() < 0.97 else 404} {int(rnd() * 30000)} "-',
                f"{address} - - [", f'" "{agent}"\n')
            self.counts["bots"] += 1
        for _ in range(int(self.probes_an_hour + rnd())):
            probe = PROBES[int(rnd() * len(PROBES))]
            add(start + rnd() * 3600, probe[1:] + ' "-', f"{self.address()} - - [", '" "-"\n')
            self.counts["probes"] += 1


def write_log(out, megabytes, seed):
    maker = Maker(seed, megabytes * 1e6 / BYTES_PER_LINE)
    counts = maker.counts
    gauss = maker.rng.gauss
    waiting = []
    written = 0

    def add(time, request, head, tail):
        # Sorted by when the line was written, dated by when the request came.
        waiting.append((time + gauss(0, 0.6), int(time), head, request, tail))

    stamps = {}
    for number in range(HOURS + 1):
        if number < HOURS:
            maker.hour(number, add)
        waiting.sort()
        limit = BEGIN + (number + 1) * 3600 - 5 if number < HOURS else float("inf")
        lines = []
        rest = []
        for item in waiting:
            if item[0] >= limit:
                rest.append(item)
                continue
            _, time, head, request, tail = item
            minute = time // 60
            stamp = stamps.get(minute)
            if stamp is None:
                stamps.clear() if len(stamps) > 600 else None
                stamp = stamps[minute] = strftime("%d/%b/%Y:%H:%M:", gmtime(minute * 60))
            line = f'{head}{stamp}{time % 60:02} +0000] "{request}{tail}'
            counts["lines"] += 1
            if counts["lines"] % 50_000 == 25_000:
                line = line[: len(line) * 2 // 5].rstrip("\\") + "\n"
                counts["truncated"] += 1
            lines.append(line)
        waiting = rest
        data = "".join(lines).encode()
        written += len(data)
        out.write(data)
    counts["bytes"] = written
    return counts


PRODUCTS = [
    "Desk lamp", "Wool blanket 130×200", 'Screen 27" matte', "Notebook A5, ruled", "Küchenmesser", "USB-C cable 2 m",
    "三脚", "Чайник 1,7 л", "Socks (3 pairs)", "Tea, green, 250 g",
]
NAMES = ["Anna", "Zoë", "Łukasz", "José", "李", "Olga", "Ахмед", "Mary Ann"]
FAMILIES = ["Smith", "Kowalska", "García", "Müller", "O'Neill", "王", "Иванова", "Jr., Baker"]
CITIES = ["Berlin", "Kraków", "Paris", "Portland, OR", "東京", "Lyon"]
NOTES = [""] * 6 + ["Leave at the door", 'Ring "twice"', "Second floor\nleft door, please", "Gift"]
COLUMNS = (
    "order_id,created_at,visitor_id,customer_name,email,status,currency,line_no,sku,product_name,category,quantity,"
    "unit_price,line_total,discount,ship_country,ship_city,notes")


def quoted(text):
    if any(mark in text for mark in ',"\n\r'):
        return '"' + text.replace('"', '""') + '"'
    return text


def write_orders(out, megabytes, seed):
    rng = random.Random(seed)
    rnd = rng.random
    products, names, families = [quoted(p) for p in PRODUCTS], NAMES, FAMILIES
    cities, notes = [quoted(c) for c in CITIES], [quoted(n) for n in NOTES]
    counts = dict(orders=0, rows=0)
    written = 0
    time = BEGIN
    lines = [COLUMNS + "\n"]
    while written < megabytes * 1e6:
        for _ in range(2000):
            counts["orders"] += 1
            time += int(rnd() * 7)
            name = quoted(f"{names[int(rnd() * 8)]} {families[int(rnd() * 8)]}")
            buyer = int(rnd() * 120_000)
            head = (
                f"{200_000 + counts['orders']},{strftime('%Y-%m-%dT%H:%M:%SZ', gmtime(time))},{buyer * 2654435761:016x},"
                f"{name},{WORDS[buyer % 35]}.{buyer}@mail.example,{('paid', 'shipped', 'returned')[int(rnd() * 3)]},"
                f"{('EUR', 'PLN', 'USD')[int(rnd() * 3)]},")
            tail = f"{('DE', 'PL', 'FR', 'US', 'JP')[int(rnd() * 5)]},{cities[int(rnd() * 6)]},{notes[int(rnd() * 10)]}\n"
            for line in range(1, (2, 2, 2, 3, 3, 4, 6)[int(rnd() * 7)]):
                quantity, cents = 1 + int(rnd() * 4), 99 + int(rnd() * 90_000)
                total = quantity * cents
                kind = '"Home, Kitchen & Garden"' if rnd() < 0.3 else "Electronics"
                lines.append(
                    f"{head}{line},SKU-{1000 + int(rnd() * 9000)},{products[int(rnd() * 10)]},{kind},{quantity},"
                    f"{cents // 100}.{cents % 100:02},{total // 100}.{total % 100:02},{'0.10' if rnd() < 0.2 else ''},{tail}")
                counts["rows"] += 1
        data = "".join(lines).encode()
        written += len(data)
        out.write(data)
        lines = []
    counts["bytes"] = written
    return counts


def main():
    kinds = {"log": write_log, "orders": write_orders}
    if len(sys.argv) not in (4, 5) or sys.argv[1] not in kinds:
        sys.exit("usage: corpus.py log|orders OUT MB [SEED]")
    with open(sys.argv[2], "wb") as out:
        counts = kinds[sys.argv[1]](out, float(sys.argv[3]), int(sys.argv[4]) if len(sys.argv) == 5 else 1)
    print(json.dumps(counts))


if __name__ == "__main__":
    main()
