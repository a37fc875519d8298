"""Writes what was sold in each country as CSV into the lake. boto3 finds this server through its usual variables."""

import csv
import io
import os
import time

import boto3

QUERY = """
    SELECT country, sum(orders) AS orders, sum(revenue) AS revenue
    FROM daily_sales GROUP BY country ORDER BY country"""


def rows_of(athena, query):
    started = athena.start_query_execution(QueryString=query, QueryExecutionContext={"Database": "shop"})
    execution = {"QueryExecutionId": started["QueryExecutionId"]}
    while True:
        status = athena.get_query_execution(**execution)["QueryExecution"]["Status"]
        if status["State"] not in ("QUEUED", "RUNNING"):
            break
        time.sleep(0.1)
    if status["State"] != "SUCCEEDED":
        raise SystemExit(status["StateChangeReason"])
    rows = athena.get_query_results(**execution)["ResultSet"]["Rows"]
    return [[cell.get("VarCharValue", "") for cell in row["Data"]] for row in rows]


rows = rows_of(boto3.client("athena"), QUERY)
text = io.StringIO()
csv.writer(text, lineterminator="\n").writerows(rows)
bucket, key = os.environ["BUCKET"], os.environ["KEY"]
boto3.client("s3").put_object(Bucket=bucket, Key=key, Body=text.getvalue().encode(), ContentType="text/csv")
print(f"{len(rows) - 1} countries written to s3://{bucket}/{key}")
