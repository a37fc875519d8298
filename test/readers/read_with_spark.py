"""
Reads files with one Spark session, which takes its time to start, and writes beside each what it finds: FILE.found, with a
line of JSON for each row, in the form of `plainCell`; of a SequenceFile, key and value (hexadecimal) of each record.

The only argument names a list in JSON: `path` and `format` of each file, and where wanted `schema` and `options` of the reader.
"""

import datetime
import decimal
import json
import os
import struct
import sys
from pathlib import Path

from pyspark.sql import SparkSession, functions as sql
from pyspark.sql.types import ArrayType, MapType, StructType

EPOCH = datetime.datetime(1970, 1, 1)
MICROSECOND = datetime.timedelta(microseconds=1)


def session(scratch):
    """On loopback, in `scratch`, on one thread, so that rows keep the order of the file."""
    settings = {
        "spark.ui.enabled": "false",
        "spark.ui.showConsoleProgress": "false",
        "spark.log.level": "ERROR",
        "spark.driver.host": "127.0.0.1",
        "spark.driver.bindAddress": "127.0.0.1",
        "spark.driver.extraClassPath": os.environ["LAKEHOSE_TEST_SPARK_AVRO"],
        # A process this short is over before the second compiler has paid for itself.
        "spark.driver.extraJavaOptions": f"-Djava.io.tmpdir={scratch} -XX:TieredStopAtLevel=1 -XX:+UseSerialGC",
        "spark.local.dir": scratch,
        "spark.sql.warehouse.dir": scratch,
        "spark.sql.session.timeZone": "UTC",
        # Spark asks what calendar old dates are in, unless it wrote the file itself: in that of today.
        "spark.sql.parquet.datetimeRebaseModeInRead": "CORRECTED",
        "spark.sql.parquet.int96RebaseModeInRead": "CORRECTED",
        "spark.sql.avro.datetimeRebaseModeInRead": "CORRECTED",
    }
    builder = SparkSession.builder.master("local[1]").appName("readers")
    for name, value in settings.items():
        builder = builder.config(name, value)
    return builder.getOrCreate()


def rows(spark, file):
    reader = spark.read.format(file["format"]).options(**file.get("options", {}))
    if "schema" in file:
        reader = reader.schema(file["schema"])
    found = reader.load(file["path"])
    columns = [cell(found[field.name], field).alias(field.name) for field in found.schema]
    return [json.dumps(plain(row), ensure_ascii=False) for row in found.select(columns).collect()]


def cell(column, field):
    """Without the spaces that fill up a `char`."""
    declared = field.metadata.get("__CHAR_VARCHAR_TYPE_STRING", "")
    return sql.rtrim(column) if declared.startswith("char") else entries(column, field.dataType)


def entries(column, kind):
    """With maps as arrays of pairs at every depth: a Python dictionary would come without their order."""
    if isinstance(kind, MapType):
        pair = lambda one: sql.struct(entries(one["key"], kind.keyType), entries(one["value"], kind.valueType))
        return sql.transform(sql.map_entries(column), pair)
    if isinstance(kind, ArrayType):
        return sql.transform(column, lambda one: entries(one, kind.elementType))
    if isinstance(kind, StructType):
        fields = [entries(column[field.name], field.dataType) for field in kind]
        return sql.when(column.isNotNull(), sql.struct(*fields))
    return column


def plain(value):
    if value is None or isinstance(value, (bool, str)):
        return value
    if isinstance(value, int):
        return str(value)
    if isinstance(value, float):
        return struct.pack(">d", value).hex()
    if isinstance(value, decimal.Decimal):
        return format(value, "f")
    if isinstance(value, datetime.datetime):
        micros = (value - EPOCH) // MICROSECOND
        return f"{micros // 1_000_000}.{micros % 1_000_000 * 1000}"
    if isinstance(value, datetime.date):
        return str((value - EPOCH.date()).days)
    if isinstance(value, bytearray):
        return value.hex()
    return [plain(one) for one in value]


def records(spark, file):
    """In three parts, as three tasks would read them."""
    found = spark.sparkContext.sequenceFile(file["path"], minSplits=3)
    return [f"{key} {(value.encode() if isinstance(value, str) else value).hex()}" for key, value in found.collect()]


if __name__ == "__main__":
    files = Path(sys.argv[1])
    spark = session(str(files.parent))
    for file in json.loads(files.read_text()):
        read = records if file["format"] == "sequence-file" else rows
        Path(file["path"] + ".found").write_text("".join(f"{line}\n" for line in read(spark, file)), "utf-8")
    spark.stop()
