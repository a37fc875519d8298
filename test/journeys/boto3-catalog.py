"""What a program in Python does with the catalog: prints what it saw as one JSON document.

Argument: endpoint.
"""

import json
import sys

import boto3

glue = boto3.client(
    "glue",
    endpoint_url=sys.argv[1],
    region_name="eu-central-1",
    aws_access_key_id="AKIAPYTHON",
    aws_secret_access_key="secret-of-python",
)
columns = [{"Name": "id", "Type": "bigint"}, {"Name": "at", "Type": "struct<x:double,y:double>", "Comment": "where"}]
glue.create_database(DatabaseInput={"Name": "Sales", "Description": "what was sold"})
table = {"Name": "Orders", "StorageDescriptor": {"Columns": columns}, "PartitionKeys": [], "Parameters": {"a": "b"}}
glue.create_table(DatabaseName="sales", TableInput=table)
table["StorageDescriptor"] = {"Columns": columns[:1]}
glue.update_table(DatabaseName="sales", TableInput=table)
for name in ["a", "b", "c"]:
    glue.create_table(DatabaseName="sales", TableInput={"Name": name})
found = glue.get_table(DatabaseName="sales", Name="ORDERS")["Table"]
pages = glue.get_paginator("get_tables").paginate(DatabaseName="sales", PaginationConfig={"PageSize": 2})
versions = glue.get_paginator("get_table_versions").paginate(DatabaseName="sales", TableName="orders")
seen = {
    "database": glue.get_database(Name="sales")["Database"]["Description"],
    "created": found["CreateTime"].isoformat(),
    "table": [found["Name"], found["VersionId"], found["CatalogId"], found["StorageDescriptor"]["Columns"]],
    "names": [[table["Name"] for table in page["TableList"]] for page in pages],
    "versions": [version["VersionId"] for page in versions for version in page["TableVersions"]],
}
events = {"Name": "events", "StorageDescriptor": {"Columns": columns}, "PartitionKeys": [{"Name": "day", "Type": "date"}]}
glue.create_table(DatabaseName="sales", TableInput=events)
of_events = {"DatabaseName": "sales", "TableName": "events"}
days = [{"Values": [f"2024-05-{day:02}"], "StorageDescriptor": {"Columns": columns}} for day in range(1, 32)]
glue.batch_create_partition(PartitionInputList=days, **of_events)
partitions = glue.get_paginator("get_partitions").paginate(
    Expression="day > '2024-05-07'", PaginationConfig={"PageSize": 10}, **of_events
)
pages = [[partition["Values"][0] for partition in page["Partitions"]] for page in partitions]
seen["days"] = [[len(page), page[0]] for page in pages]
gone = glue.batch_delete_partition(PartitionsToDelete=[{"Values": ["2024-05-01"]}, {"Values": ["x"]}], **of_events)
seen["not there"] = [error["PartitionValues"] for error in gone["Errors"]]
glue.delete_table(DatabaseName="sales", Name="orders")
try:
    glue.get_table(DatabaseName="sales", Name="orders")
except glue.exceptions.EntityNotFoundException as error:
    seen["gone"] = error.response["Error"]["Message"]
try:
    glue.create_database(DatabaseInput={"Name": "SALES"})
except glue.exceptions.AlreadyExistsException as error:
    seen["again"] = error.response["Error"]["Message"]
print(json.dumps(seen))
