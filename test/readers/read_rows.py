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


if __name__ == "__main__":
    rows = {"orc": orc_rows}[sys.argv[1]](sys.argv[2])
    for row in rows:
        print(json.dumps(row, ensure_ascii=False, separators=(",", ":")))
