#!/usr/bin/env python3
"""Combined log -> sessions of 30 minutes by address and agent -> one JSON object a session, with DuckDB.

duckdb_l2.py LOG OUT [THREADS]
"""
import sys

import duckdb

LINE = (
    r'^(\S+) \S+ (\S+) \[([^\]]+)\] "(\S+) (\S+) ([^"]+)" (\d{3}) (\d+|-) '
    r'"((?:[^"\\]|\\.)*)" "((?:[^"\\]|\\.)*)"')

QUERY = """
copy (
  with records as (
    select epoch(strptime(f.time, '%d/%b/%Y:%H:%M:%S %z'))::bigint as time, f.ip as ip, f.agent as agent,
      f.method as method, f.target as target, f.status::int as status, try_cast(f.bytes as bigint) as bytes,
      f.referer as referer
    from (
      select regexp_extract(line, '{line}',
        ['ip', 'user', 'time', 'method', 'target', 'protocol', 'status', 'bytes', 'referer', 'agent']) as f
      from read_csv('{log}', delim = '\x01', quote = '', escape = '', header = false, auto_detect = false,
        columns = {{'line': 'varchar'}}))
    where f.ip <> ''),
  marked as (
    select *, (time - lag(time) over (partition by ip, agent order by time) > 1800)::int as opens from records),
  numbered as (
    select *, coalesce(sum(opens) over (partition by ip, agent order by time rows unbounded preceding), 0) as number
    from marked)
  select hash(ip, agent) as visitor, ip, agent, min(time) as start, max(time) as stop,
    list({{'time': time, 'method': method, 'target': target, 'status': status, 'bytes': bytes, 'referer': referer}}
      order by time) as events
  from numbered group by ip, agent, number
) to '{out}' (format json)
"""


def main(log, out, threads="2"):
    connection = duckdb.connect()
    connection.execute(f"set threads = {int(threads)}")
    connection.execute(QUERY.format(line=LINE, log=log.replace("'", "''"), out=out.replace("'", "''")))


if __name__ == "__main__":
    main(*sys.argv[1:4])
