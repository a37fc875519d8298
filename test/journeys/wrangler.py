"""What a program of awswrangler's and one of PyAthena's do with a lake: prints what they saw as one JSON document.

Argument: endpoint. Credentials and region are in the environment.
"""

import datetime
import decimal
import json
import os
import sys

import awswrangler as wr
import boto3
import pandas as pd
import pyathena
from pyathena.pandas.cursor import PandasCursor

endpoint = sys.argv[1]
wr.config.athena_endpoint_url = endpoint
wr.config.glue_endpoint_url = endpoint
wr.config.s3_endpoint_url = endpoint
wr.config.sts_endpoint_url = endpoint
seen = {}

orders = pd.DataFrame(
    {
        "id": [1, 2, 3],
        "note": ["a", None, 'b, "c"'],
        "price": [1.5, 2.0, None],
        "day": [datetime.date(2026, 1, 1), datetime.date(2026, 1, 1), datetime.date(2026, 1, 2)],
        "sold": pd.to_datetime(["2026-01-01 00:00:00.123", "2026-01-01 12:00:00.000", "2026-01-02 00:00:01.500"]),
        "cost": [decimal.Decimal("1.10"), None, decimal.Decimal("3.30")],
        "paid": [True, False, None],
        "kind": ["x", "x", "y"],
    }
)
boto3.client("s3", endpoint_url=endpoint).create_bucket(
    Bucket="lake", CreateBucketConfiguration={"LocationConstraint": "eu-central-1"}
)
wr.catalog.create_database("sales")
wr.s3.to_parquet(
    orders,
    path="s3://lake/orders/",
    dataset=True,
    database="sales",
    table="orders",
    partition_cols=["kind"],
    dtype={"cost": "decimal(10,2)"},
)
seen["databases"] = [name for name in wr.catalog.databases()["Database"]]
seen["types"] = wr.catalog.get_table_types("sales", "orders")
seen["partitions"] = sorted(sum(wr.catalog.get_parquet_partitions("sales", "orders").values(), []))
seen["read_parquet"] = sorted(int(value) for value in wr.s3.read_parquet("s3://lake/orders/", dataset=True)["id"])

query = "SELECT * FROM orders ORDER BY id"
found = wr.athena.read_sql_query(query, database="sales", ctas_approach=False)
seen["columns"] = {name: str(dtype) for name, dtype in found.dtypes.items()}
seen["rows"] = json.loads(found.astype(str).to_json(orient="values"))
some = wr.athena.read_sql_query(
    "SELECT id FROM orders WHERE note = :note",
    database="sales",
    ctas_approach=False,
    params={"note": 'b, "c"'},
)
seen["named parameter"] = [int(value) for value in some["id"]]
some = wr.athena.read_sql_query(
    "SELECT id FROM orders WHERE id > ? AND kind = ?",
    database="sales",
    ctas_approach=False,
    params=["1", "'x'"],
    paramstyle="qmark",
)
seen["parameter"] = [int(value) for value in some["id"]]
# Both write the rows into a folder of their own, which has to be empty for UNLOAD, and read the files from there.
approaches = {"ctas": {"ctas_approach": True}, "unload": {"ctas_approach": False, "unload_approach": True}}
for approach, options in approaches.items():
    def read(sql, name, **more):
        place = f"s3://lake/{approach}/{name}/"
        return wr.athena.read_sql_query(sql, database="sales", s3_output=place, **options, **more)

    found = read(query, "all")
    seen[f"columns by {approach}"] = {name: str(dtype) for name, dtype in found.dtypes.items()}
    seen[f"rows by {approach}"] = sorted(json.loads(found.astype(str).to_json(orient="values")))
    seen[f"chunks by {approach}"] = [len(chunk) for chunk in read(query, "chunks", chunksize=2)]
    # UNLOAD of no rows writes no file, in Athena too, and then awswrangler has no columns.
    try:
        seen[f"no rows by {approach}"] = list(read("SELECT id, note FROM orders WHERE id > 9", "none").columns)
    except wr.exceptions.EmptyDataFrame:
        seen[f"no rows by {approach}"] = "EmptyDataFrame"
chunks = wr.athena.read_sql_query(query, database="sales", ctas_approach=False, chunksize=2)
seen["chunks"] = [len(chunk) for chunk in chunks]
seen["tables"] = [table["Name"] for table in wr.catalog.get_tables(database="sales")]
seen["described"] = wr.athena.describe_table("orders", database="sales").iloc[0].tolist()[:2]
seen["created by"] = wr.athena.show_create_table("orders", database="sales").split("(")[0]
seen["repaired"] = wr.athena.repair_table("orders", database="sales")
try:
    wr.athena.read_sql_query("SELECT * FROM nowhere", database="sales", ctas_approach=False)
except wr.exceptions.QueryFailed as error:
    seen["failure"] = str(error)

# PyAthena asks S3 by itself, so the endpoint of all services is what it has to be told.
os.environ["AWS_ENDPOINT_URL"] = endpoint
connection = pyathena.connect(schema_name="sales", region_name="eu-central-1", work_group="primary")
cursor = connection.cursor()
cursor.execute("SELECT id, note, price, day, sold, cost, paid FROM orders WHERE id <> %(id)d ORDER BY id", {"id": 2})
seen["pyathena"] = [[str(value) for value in row] for row in cursor.fetchall()]
seen["described by pyathena"] = [[column[0], column[1]] for column in cursor.description]
cursor.execute("SELECT id FROM orders WHERE note = ?", ["'a'"], paramstyle="qmark")
seen["pyathena parameter"] = cursor.fetchall()
frame = connection.cursor(PandasCursor).execute("SELECT id, price FROM orders ORDER BY id").as_pandas()
seen["pyathena frame"] = [int(frame["id"].sum()), float(frame["price"].sum())]
print(json.dumps(seen))
