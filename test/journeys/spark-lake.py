"""What a Spark job does with the lake through s3a: prints what it saw as one JSON document on the last line.

Arguments: endpoint, access key, secret, a folder for scratch.
"""

import json
import os
import sys

from pyspark.sql import SparkSession

endpoint, access_key, secret_key, scratch = sys.argv[1:]
settings = {
    "spark.ui.enabled": "false",
    "spark.log.level": "ERROR",
    "spark.driver.host": "127.0.0.1",
    "spark.driver.bindAddress": "127.0.0.1",
    "spark.driver.extraClassPath": f"{os.environ['LAKEHOSE_TEST_SPARK_S3A']}:{os.environ['LAKEHOSE_TEST_SPARK_AVRO']}",
    "spark.driver.extraJavaOptions": f"-Djava.io.tmpdir={scratch} -Duser.timezone=UTC -XX:TieredStopAtLevel=1 -XX:+UseSerialGC",
    "spark.local.dir": scratch,
    "spark.sql.warehouse.dir": scratch,
    # Far from UTC, so that a wall clock that is shifted shows.
    "spark.sql.session.timeZone": "America/Los_Angeles",
    "spark.sql.shuffle.partitions": "2",
    "spark.hadoop.fs.s3a.endpoint": endpoint,
    "spark.hadoop.fs.s3a.path.style.access": "true",
    "spark.hadoop.fs.s3a.access.key": access_key,
    "spark.hadoop.fs.s3a.secret.key": secret_key,
    "spark.hadoop.fs.s3a.connection.ssl.enabled": "false",
}
builder = SparkSession.builder.master("local[2]").appName("lake")
for name, value in settings.items():
    builder = builder.config(name, value)
spark = builder.getOrCreate()
seen = {}


def rows(frame):
    return [row.asDict() for row in frame.orderBy("id").collect()]


seen["orders"] = rows(spark.read.parquet("s3a://lake/orders/"))
seen["filtered"] = rows(spark.read.parquet("s3a://lake/orders/").where("shop = 'b' AND id > 2").select("id"))
seen["lines"] = rows(spark.read.option("recursiveFileLookup", "true").json("s3a://lake/lines/"))

table = spark.sql(
    """SELECT id, concat('n', id) AS name, CAST(id * 1.5 AS decimal(10,2)) AS price,
    to_timestamp('1969-07-20 20:17:40.25') + make_interval(0, 0, 0, CAST(id AS int)) AS at, to_date('2026-01-02') AS day,
    IF(id % 100 = 7, id * 1000000000, id) AS wide, array(id, NULL) AS list, map('k', id) AS map,
    named_struct('City', 'Köln', 'zip', id) AS place, encode('ä', 'utf-8') AS raw,
    IF(id % 2 = 0, 'even', 'odd') AS part FROM range(3000)"""
)
for kind in ("parquet", "orc", "avro"):
    table.write.partitionBy("part").format(kind).save(f"s3a://lake/spark_{kind}/")
table.selectExpr("id", "name").write.option("compression", "bzip2").csv("s3a://lake/spark_csv/", header=True)
table.selectExpr("id", "name").write.option("compression", "gzip").json("s3a://lake/spark_json/")
table.where("id < 10").write.mode("overwrite").partitionBy("part").json("s3a://lake/spark_again/")
table.where("id < 5").write.mode("overwrite").partitionBy("part").json("s3a://lake/spark_again/")
seen["again"] = spark.read.json("s3a://lake/spark_again/").count()
spark.stop()
print(json.dumps(seen))
