"""Writes files as people's own programs do, below the folder that is named: Parquet by partition, CSV, gzipped NDJSON."""

import datetime
import decimal
import gzip
import json
import pathlib
import sys

import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet

folder = pathlib.Path(sys.argv[1])

orders = pa.table(
    {
        "id": pa.array([1, 2, 3, 4], pa.int64()),
        "price": pa.array([decimal.Decimal("1.50"), None, decimal.Decimal("3.25"), decimal.Decimal("9.99")], pa.decimal128(10, 2)),
        "at": pa.array([datetime.datetime(2026, 1, 1, hour) for hour in range(4)], pa.timestamp("ms")),
        "tags": pa.array([["a"], [], None, ["b", "c"]], pa.list_(pa.string())),
        "dt": ["2026-01-01", "2026-01-01", "2026-01-02", "2026-01-02"],
    }
)
pa.parquet.write_to_dataset(orders, folder / "orders", partition_cols=["dt"], compression="zstd")

prices = pa.table({"symbol": ["AA", "BB"], "price": [1.5, 2.25], "volume": [10, 20]})
(folder / "prices").mkdir()
pa.csv.write_csv(prices, folder / "prices" / "prices.csv")

for day in ["01", "02"]:
    path = folder / "clicks" / "2026" / "01" / day / "part-0.json.gz"
    path.parent.mkdir(parents=True)
    with gzip.open(path, "wt") as out:
        for number in range(3):
            out.write(json.dumps({"user": f"u{number}", "clicks": number, "page": {"path": "/"}}) + "\n")
