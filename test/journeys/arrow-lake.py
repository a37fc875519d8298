"""What a reader and writer of the lake does with Arrow: prints what it saw as one JSON document.

Arguments: address, access key, secret.
"""

import json
import sys

import pyarrow as pa
import pyarrow.compute
import pyarrow.csv
import pyarrow.dataset as ds
import pyarrow.fs
import pyarrow.json
import pyarrow.orc
import pyarrow.parquet as pq

address, access_key, secret_key = sys.argv[1:]
lake = pyarrow.fs.S3FileSystem(
    endpoint_override=address, scheme="http", access_key=access_key, secret_key=secret_key, region="eu-central-1",
    allow_bucket_creation=True, allow_bucket_deletion=True,
)
seen = {}


def rows(table):
    return sorted(table.to_pylist(), key=lambda row: row["id"])


def paths(folder):
    found = lake.get_file_info(pyarrow.fs.FileSelector(folder, recursive=True))
    return [one.path for one in found if one.is_file]


# What streams delivered: Parquet in partitions, and lines of JSON under gzip.
orders = ds.dataset("lake/orders", filesystem=lake, format="parquet", partitioning="hive")
seen["orders"] = rows(orders.to_table())
seen["filtered"] = rows(orders.to_table(columns=["id"], filter=(ds.field("shop") == "b") & (ds.field("id") > 2)))
lines = []
for path in paths("lake/lines"):
    with lake.open_input_stream(path, compression="gzip") as stream:
        lines += pyarrow.json.read_json(stream).to_pylist()
seen["lines"] = sorted(lines, key=lambda row: row["id"])

# Parts of an object, from anywhere in it.
large = bytes(range(256)) * (20 * 1024 * 1024 // 256)
with lake.open_output_stream("lake/large.bin", metadata={"Content-Type": "application/x-large"}) as stream:
    for at in range(0, len(large), 3_000_000):
        stream.write(large[at : at + 3_000_000])
with lake.open_input_file("lake/large.bin") as file:
    seen["size"] = file.size() == len(large)
    seen["ranges"] = [file.read_at(10, at) == large[at : at + 10] for at in (0, 7_654_321, len(large) - 10)]
    seen["metadata"] = file.metadata().get("Content-Type", b"").decode()

# Tables that our SQL reads.
table = pa.table({"id": [1, 2, 3], "name": ["Ada", None, "Köln"], "part": ["x", "y", "x"]})
ds.write_dataset(table, "lake/arrow_parquet", filesystem=lake, format="parquet", partitioning=["part"], partitioning_flavor="hive")
for part in ("x", "y"):
    rows_of_part = table.filter(pa.compute.field("part") == part).drop_columns("part")
    with lake.open_output_stream(f"lake/arrow_orc/part={part}/a.orc") as stream:
        pyarrow.orc.write_table(rows_of_part, stream)
with lake.open_output_stream("lake/arrow_csv/a.csv.gz", compression="gzip") as stream:
    pyarrow.csv.write_csv(table, stream)
pq.write_table(table, "lake/single.parquet", filesystem=lake)
seen["single"] = pq.read_table("lake/single.parquet", filesystem=lake).num_rows

# Names, copies, moves, deletions.
lake.create_dir("lake/empty/folder", recursive=True)
seen["folder"] = lake.get_file_info("lake/empty/folder").type.name
seen["absent"] = lake.get_file_info("lake/absent").type.name
lake.copy_file("lake/single.parquet", "lake/odd/ä +%.parquet")
lake.move("lake/odd/ä +%.parquet", "lake/odd/moved")
seen["odd"] = paths("lake/odd")
lake.delete_file("lake/odd/moved")
lake.delete_dir("lake/empty")
seen["left"] = lake.get_file_info("lake/empty").type.name
lake.create_dir("other-bucket")
lake.delete_dir("other-bucket")
seen["buckets"] = [one.path for one in lake.get_file_info(pyarrow.fs.FileSelector(""))]
print(json.dumps(seen))
