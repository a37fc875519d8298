"""Prints the rows of a file as readers none of us wrote find them: one line of JSON each, in the form of `plainCell`."""

import json
import struct
import sys


def bits(value):
    return struct.pack(">d", value).hex()


def time(nanos):
    return f"{nanos // 1_000_000_000}.{nanos % 1_000_000_000}"


def arrow_values(array):
    """Values of a pyarrow array, whatever its type, without passing through Python's own dates and times."""
    import pyarrow as pa

    kind = array.type
    if pa.types.is_struct(kind):
        columns = [arrow_values(array.field(index)) for index in range(kind.num_fields)]
        values = [[column[row] for column in columns] for row in range(len(array))]
    elif pa.types.is_map(kind):
        pairs = list(zip(arrow_values(array.keys), arrow_values(array.items)))
        values = [[list(one) for one in pairs[from_:to]] for from_, to in spans(array)]
    elif pa.types.is_list(kind) or pa.types.is_large_list(kind):
        elements = arrow_values(array.values)
        values = [elements[from_:to] for from_, to in spans(array)]
    elif pa.types.is_timestamp(kind):
        scale = {"s": 10**9, "ms": 10**6, "us": 10**3, "ns": 1}[kind.unit]
        values = [None if one is None else time(one * scale) for one in array.cast(pa.int64()).to_pylist()]
    elif pa.types.is_date32(kind):
        values = [None if one is None else str(one) for one in array.cast(pa.int32()).to_pylist()]
    elif pa.types.is_integer(kind) or pa.types.is_decimal(kind):
        values = [None if one is None else format(one, "f") if pa.types.is_decimal(kind) else str(one) for one in array.to_pylist()]
    elif pa.types.is_floating(kind):
        values = [None if one is None else bits(one) for one in array.to_pylist()]
    elif pa.types.is_binary(kind) or pa.types.is_large_binary(kind):
        values = [None if one is None else one.hex() for one in array.to_pylist()]
    else:
        values = array.to_pylist()
    return [value if there else None for value, there in zip(values, array.is_valid().to_pylist())]


def spans(array):
    offsets = array.offsets.to_pylist()
    return zip(offsets, offsets[1:])


def orc_rows(path):
    import pyarrow.orc

    table = pyarrow.orc.ORCFile(path).read().combine_chunks()
    columns = [arrow_values(column.combine_chunks()) for column in table.columns]
    return [[column[row] for column in columns] for row in range(table.num_rows)]


def parquet_rows(path):
    import pyarrow.parquet

    # Read as one file: by its folder's name it could be part of a partitioned data set. Nanoseconds, pyarrow's own choice
    # for INT96, would end in 2262.
    table = pyarrow.parquet.ParquetFile(path, coerce_int96_timestamp_unit="us").read().combine_chunks()
    columns = [arrow_values(column.combine_chunks()) for column in table.columns]
    return [[column[row] for column in columns] for row in range(table.num_rows)]


def avro_rows(path):
    """Plain values with their logical types left aside: those are put back by the schema in the file, not by Python."""
    import fastavro

    # Decimals, dates and times as the bytes and numbers that they are stored as.
    fastavro.read.LOGICAL_READERS.clear()
    with open(path, "rb") as file:
        reader = fastavro.reader(file)
        schema = reader.writer_schema
        return [avro_value(row, schema) for row in reader]


def avro_value(value, schema):
    if value is None:
        return None
    if isinstance(schema, list):
        return avro_value(value, schema[1])
    if not isinstance(schema, dict):
        schema = {"type": schema}
    kind, logical = schema["type"], schema.get("logicalType")
    if kind == "record":
        return [avro_value(value[field["name"]], field["type"]) for field in schema["fields"]]
    if kind == "array":
        return [avro_value(one, schema["items"]) for one in value]
    if kind == "map":
        return [[key, avro_value(one, schema["values"])] for key, one in value.items()]
    if logical == "decimal":
        unscaled, scale = int.from_bytes(value, "big", signed=True), schema["scale"]
        digits = str(abs(unscaled)).rjust(scale + 1, "0")
        text = digits if scale == 0 else f"{digits[:-scale]}.{digits[-scale:]}"
        return f"-{text}" if unscaled < 0 else text
    if logical == "timestamp-micros":
        return time(value * 1000)
    if kind in ("int", "long"):
        return str(value)
    if kind in ("float", "double"):
        return bits(value)
    return value.hex() if kind == "bytes" else value


if __name__ == "__main__":
    rows = {"avro": avro_rows, "orc": orc_rows, "parquet": parquet_rows}[sys.argv[1]](sys.argv[2])
    for row in rows:
        print(json.dumps(row, ensure_ascii=False, separators=(",", ":")))
