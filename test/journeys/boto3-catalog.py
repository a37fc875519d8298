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
