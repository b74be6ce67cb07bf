#!/usr/bin/env python3
"""Order export, a row a position -> one JSON object an order with a list of its positions, with polars.

polars_orders.py CSV OUT      POLARS_MAX_THREADS limits its threads

All values stay texts; rows of an order may stand anywhere, and objects come in no order.
"""
import sys

import polars as pl

ORDER = ["created_at", "visitor_id", "customer_name", "email", "notes", "currency", "ship_city"]
ITEM = ["sku", "product_name", "category", "quantity", "unit_price"]


def main(orders, out):
    (
        pl.scan_csv(orders, infer_schema=False)
        .group_by("order_id")
        .agg(*(pl.col(name).first() for name in ORDER), items=pl.struct(ITEM))
        .sink_ndjson(out)
    )


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
