#!/usr/bin/env python3
"""Writes a combined log as another server would have written it: rewrite.py iis|alb|nginx_json|caddy FILE >OUT

Lines that are none of the format are left out.
"""
import json
import re
import sys
from datetime import datetime, timezone

LINE = re.compile(r'(\S+) - (\S+) \[([^\]]+)\] "(\S+) (\S+) (HTTP/[\d.]+)" (\d+) (\d+|-) "([^"]*)" "([^"]*)"$')


def iis(time, ip, user, method, target, proto, status, size, referer, agent):
    path, _, query = target.partition("?")
    return (
        f"{time:%Y-%m-%d %H:%M:%S} 10.0.0.4 {method} {path} {query or '-'} 443 {user} {ip} "
        f"{agent.replace(' ', '+')} {referer.replace(' ', '+')} {status} 0 0 297\n"
    )


def alb(time, ip, user, method, target, proto, status, size, referer, agent):
    return (
        f"https {time:%Y-%m-%dT%H:%M:%S}.186641Z app/shop/50dc6c495c0c9188 {ip}:41342 10.0.0.66:9000 0.000 0.012 0.000 "
        f'{status} {status} 366 {0 if size == "-" else size} "{method} https://www.example.com:443{target} {proto}" '
        f'"{agent}" ECDHE-RSA-AES128-GCM-SHA256 TLSv1.2 '
        "arn:aws:elasticloadbalancing:eu-central-1:123456789012:targetgroup/shop/73e2d6bc24d8a067 "
        '"Root=1-58337262-36d228ad5d99923122bbe354" "www.example.com" "session-reused" 0 '
        f'{time:%Y-%m-%dT%H:%M:%S}.174000Z "forward" "-" "-" "10.0.0.66:9000" "{status}" "-" "-" TID_1234abcd5678ef90\n'
    )


def nginx_json(time, ip, user, method, target, proto, status, size, referer, agent):
    return json.dumps(
        {
            "time_iso8601": f"{time:%Y-%m-%dT%H:%M:%S}+00:00",
            "remote_addr": ip,
            "remote_user": "" if user == "-" else user,
            "request": f"{method} {target} {proto}",
            "status": status,
            "body_bytes_sent": "0" if size == "-" else size,
            "request_time": "0.012",
            "http_referer": "" if referer == "-" else referer,
            "http_user_agent": agent,
            "http_x_forwarded_for": "",
        },
        separators=(",", ":"),
    ) + "\n"


def caddy(time, ip, user, method, target, proto, status, size, referer, agent):
    headers = {"User-Agent": [agent], "Accept": ["*/*"]}
    if referer != "-":
        headers["Referer"] = [referer]
    return json.dumps(
        {
            "level": "info",
            "ts": time.timestamp(),
            "logger": "http.log.access",
            "msg": "handled request",
            "request": {
                "remote_ip": ip,
                "remote_port": "41342",
                "client_ip": ip,
                "proto": proto,
                "method": method,
                "host": "www.example.com",
                "uri": target,
                "headers": headers,
            },
            "bytes_read": 0,
            "user_id": "" if user == "-" else user,
            "duration": 0.000929675,
            "size": 0 if size == "-" else int(size),
            "status": int(status),
            "resp_headers": {"Server": ["Caddy"]},
        },
        separators=(",", ":"),
    ) + "\n"


def main():
    forms = {"iis": iis, "alb": alb, "nginx_json": nginx_json, "caddy": caddy}
    if len(sys.argv) != 3 or sys.argv[1] not in forms:
        sys.exit(__doc__)
    write = forms[sys.argv[1]]
    out = sys.stdout
    if write is iis:
        out.write(
            "#Fields: date time s-ip cs-method cs-uri-stem cs-uri-query s-port cs-username c-ip cs(User-Agent) "
            "cs(Referer) sc-status sc-substatus sc-win32-status time-taken\n"
        )
    with open(sys.argv[2], encoding="utf-8", errors="surrogateescape") as log:
        for line in log:
            found = LINE.match(line.rstrip("\n"))
            if not found:
                continue
            ip, user, time, *rest = found.groups()
            try:
                time = datetime.strptime(time, "%d/%b/%Y:%H:%M:%S %z").astimezone(timezone.utc)
            except ValueError:
                continue
            out.write(write(time, ip, user, *rest))


if __name__ == "__main__":
    sys.stdout.reconfigure(encoding="utf-8", errors="surrogateescape")
    main()
