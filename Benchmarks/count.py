#!/usr/bin/env python3
"""Counts, written without a look at the program, to check it by.

  count.py log FILE        what `Mappings/everything.yaml` must make of a combined log
  count.py orders FILE     what `mappings/orders-csv.yaml` must make of an order export
  count.py payloads FILE   what a converted file holds

All print one JSON object; `events` and `sessions`, for orders `events` and `items`, must be equal.

A line is a record if it reads as the combined format; the last quote may be lost. A visitor is address and agent,
where an agent of "-" is none. A visitor's events in the order of time are cut into sessions before an event that comes
more than 30 minutes after the one before, more than 12 hours after the session's first, or as its 5,001st.
"""
import csv
import json
import re
import sys
from array import array
from calendar import timegm

GAP = 30 * 60
LONGEST = 12 * 3600
CAP = 5000

LINE = re.compile(
    rb'([^ ]+) ([^ ]*) (.*?) \[(\d\d/[A-Z][a-z][a-z]/\d{4}:\d\d:\d\d:\d\d [+-]\d{4})\] '
    rb'"((?:[^"\\]|\\.|"(?! ))*)" (\d+) (\d+|-) "((?:[^"\\]|\\.|"(?! "))*)" '
    rb'"((?:[^"\\]|\\.|"(?! |$))*)(?:"(?: .*)?)?$', re.DOTALL)
MONTHS = {name.encode(): number for number, name in enumerate(
    "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split(), 1)}


def seconds(text, known):
    time = known.get(text)
    if time is None:
        if len(known) > 100_000:
            known.clear()
        offset = int(text[22:24]) * 3600 + int(text[24:26]) * 60
        time = timegm((
            int(text[7:11]), MONTHS[text[3:6]], int(text[:2]), int(text[12:14]), int(text[15:17]), int(text[18:20])))
        time = known[text] = time + offset if text[21:22] == b"-" else time - offset
    return time


def count_log(path):
    counts = dict(lines=0, blanks=0, comments=0, rejected=0, events=0, visitors=0, sessions=0)
    visitors = {}
    known = {}
    with open(path, "rb") as file:
        for line in file:
            counts["lines"] += 1
            line = line.rstrip(b"\n").removesuffix(b"\r")
            if not line.strip(b" \t"):
                counts["blanks"] += 1
                continue
            if line.startswith(b"#"):
                counts["comments"] += 1
                continue
            match = LINE.match(line)
            if match is None:
                counts["rejected"] += 1
                continue
            agent = match[9]
            key = match[1] + b"|" + (b"" if agent == b"-" else agent)
            times = visitors.get(key)
            if times is None:
                times = visitors[key] = array("q")
            times.append(seconds(match[4], known))
            counts["events"] += 1
    counts["visitors"] = len(visitors)
    for times in visitors.values():
        opened = last = held = None
        for time in sorted(times):
            if opened is None or time - last > GAP or time - opened > LONGEST or held == CAP:
                counts["sessions"] += 1
                opened = time
                held = 0
            held += 1
            last = time
    return counts


def count_orders(path):
    """Every row is a position; neighbouring rows of one number are an order."""
    counts = dict(events=0, items=0)
    last = None
    with open(path, newline="", encoding="utf-8") as file:
        rows = csv.reader(file)
        number = next(rows).index("order_id")
        for row in rows:
            counts["items"] += 1
            if row[number] != last:
                counts["events"] += 1
                last = row[number]
    return counts


def count_payloads(path):
    counts = dict(payloads=0, events=0, sessions=0, items=0)
    sessions = set()
    with open(path, "rb") as file:
        for line in file:
            payload = json.loads(line)
            counts["payloads"] += 1
            counts["events"] += len(payload["events"])
            counts["items"] += sum(len(event.get("properties", {}).get("items", ())) for event in payload["events"])
            sessions.add(payload["session"]["id"])
    counts["sessions"] = len(sessions)
    return counts


def main():
    kinds = {"log": count_log, "orders": count_orders, "payloads": count_payloads}
    if len(sys.argv) != 3 or sys.argv[1] not in kinds:
        sys.exit("usage: count.py log|orders|payloads FILE")
    print(json.dumps(kinds[sys.argv[1]](sys.argv[2])))


if __name__ == "__main__":
    main()
