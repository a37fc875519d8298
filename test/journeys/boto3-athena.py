"""What a program in Python does with Athena: prints what it saw as one JSON document.

Argument: endpoint.
"""

import json
import sys
import time

import boto3

athena = boto3.client(
    "athena",
    endpoint_url=sys.argv[1],
    region_name="eu-central-1",
    aws_access_key_id="AKIAPYTHON",
    aws_secret_access_key="secret-of-python",
)


def run(sql, **more):
    id = athena.start_query_execution(QueryString=sql, **more)["QueryExecutionId"]
    while True:
        execution = athena.get_query_execution(QueryExecutionId=id)["QueryExecution"]
        if execution["Status"]["State"] not in ("QUEUED", "RUNNING"):
            return execution
        time.sleep(0.02)


counted = run("SELECT x FROM UNNEST(sequence(1, 25)) AS t(x) WHERE x > ? ORDER BY x", ExecutionParameters=["5"])
pages = athena.get_paginator("get_query_results").paginate(
    QueryExecutionId=counted["QueryExecutionId"], PaginationConfig={"PageSize": 10}
)
run("CREATE DATABASE sales")
shown = run("SHOW DATABASES", ResultConfiguration={"OutputLocation": "s3://elsewhere/shown/"})
rows = athena.get_query_results(QueryExecutionId=shown["QueryExecutionId"])["ResultSet"]["Rows"]
failed = run("SELECT * FROM nowhere", QueryExecutionContext={"Database": "sales"})
seen = {
    "times": sorted(type(value).__name__ for name, value in counted["Status"].items() if name.endswith("DateTime")),
    "pages": [[row["Data"][0]["VarCharValue"] for row in page["ResultSet"]["Rows"]][:2] for page in pages],
    "shown": [row["Data"][0]["VarCharValue"] for row in rows],
    "location": shown["ResultConfiguration"]["OutputLocation"].replace(shown["QueryExecutionId"], "ID"),
    "failure": failed["Status"]["AthenaError"]["ErrorMessage"],
    "groups": [group["Name"] for group in athena.list_work_groups()["WorkGroups"]],
}
try:
    athena.start_query_execution(QueryString="SELEKT 1")
except athena.exceptions.InvalidRequestException as error:
    seen["refused"] = [error.response["AthenaErrorCode"], error.response["Error"]["Message"].split(":")[0]]
print(json.dumps(seen))
