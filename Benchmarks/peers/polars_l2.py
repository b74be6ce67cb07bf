#!/usr/bin/env python3
"""Combined log -> sessions of 30 minutes by address and agent -> one JSON object a session, with polars.

polars_l2.py LOG OUT      POLARS_MAX_THREADS limits its threads
"""
import sys

import polars as pl

LINE = (
    r'^(?P<ip>\S+) \S+ (?P<user>\S+) \[(?P<time>[^\]]+)\] "(?P<method>\S+) (?P<target>\S+) (?P<protocol>[^"]+)" '
    r'(?P<status>\d{3}) (?P<bytes>\d+|-) "(?P<referer>(?:[^"\\]|\\.)*)" "(?P<agent>(?:[^"\\]|\\.)*)"')


def main(log, out):
    visitor = ["ip", "agent"]
    (
        pl.scan_csv(log, separator="\x01", quote_char=None, has_header=False, schema={"line": pl.String})
        .select(pl.col("line").str.extract_groups(LINE).alias("fields"))
        .unnest("fields")
        .drop_nulls("ip")
        .with_columns(
            pl.col("time").str.strptime(pl.Datetime, "%d/%b/%Y:%H:%M:%S %z").dt.epoch("s"),
            pl.col("status").cast(pl.Int32),
            pl.col("bytes").cast(pl.Int64, strict=False))
        .sort("time", maintain_order=True)
        .with_columns((pl.col("time").diff().over(visitor) > 1800).fill_null(False).alias("opens"))
        .with_columns(pl.col("opens").cast(pl.UInt32).cum_sum().over(visitor).alias("number"))
        .group_by(*visitor, "number")
        .agg(
            pl.col("time").min().alias("start"),
            pl.col("time").max().alias("stop"),
            pl.struct("time", "method", "target", "status", "bytes", "referer").alias("events"))
        .with_columns(pl.struct(visitor).hash().alias("visitor"))
        .drop("number")
        .sink_ndjson(out)
    )


if __name__ == "__main__":
    main(*sys.argv[1:3])
