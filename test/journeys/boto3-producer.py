"""What a producer in Python does all its life: prints what it saw as one JSON document.

Arguments: endpoint, and a file with one base64 record a line.
"""

import base64
import json
import sys
import time

import boto3
from botocore.config import Config

endpoint, records_file = sys.argv[1:]
firehose = boto3.client(
    "firehose",
    endpoint_url=endpoint,
    region_name="eu-central-1",
    aws_access_key_id="AKIAPYTHON",
    aws_secret_access_key="secret-of-python",
    config=Config(retries={"mode": "standard", "max_attempts": 5}),
)
name = "python"
seen = {}


def error_of(call, **arguments):
    try:
        call(**arguments)
    except firehose.exceptions.ClientError as error:
        return {
            "class": type(error).__name__,
            "code": error.response["Error"]["Code"],
            "message": error.response["Error"]["Message"],
        }
    return None


created = firehose.create_delivery_stream(
    DeliveryStreamName=name,
    ExtendedS3DestinationConfiguration={
        "RoleARN": "arn:aws:iam::000000000000:role/delivery",
        "BucketARN": "arn:aws:s3:::lake",
        "Prefix": "python/!{timestamp:yyyy}/",
        "ErrorOutputPrefix": "errors/!{firehose:error-output-type}/",
        "BufferingHints": {"SizeInMBs": 128, "IntervalInSeconds": 900},
        "CompressionFormat": "GZIP",
    },
    Tags=[{"Key": "team", "Value": "data"}, {"Key": "lakehose:rate-records", "Value": "400"}],
)
seen["arn"] = created["DeliveryStreamARN"]


def describe():
    return firehose.describe_delivery_stream(DeliveryStreamName=name)["DeliveryStreamDescription"]


while describe()["DeliveryStreamStatus"] == "CREATING":
    time.sleep(0.05)
description = describe()
seen["status"] = description["DeliveryStreamStatus"]
seen["created_at"] = description["CreateTimestamp"].isoformat()
seen["encryption"] = description["DeliveryStreamEncryptionConfiguration"]["Status"]

with open(records_file, encoding="ascii") as file:
    left = [base64.b64decode(line) for line in file]
first = left.pop(0)
seen["record_id"] = firehose.put_record(DeliveryStreamName=name, Record={"Data": first})["RecordId"]
seen["refused"] = 0
while left:
    batch, rest = left[:500], left[500:]
    answer = firehose.put_record_batch(DeliveryStreamName=name, Records=[{"Data": data} for data in batch])
    refused = [data for data, told in zip(batch, answer["RequestResponses"], strict=True) if "ErrorCode" in told]
    assert answer["FailedPutCount"] == len(refused)
    seen["refused"] += len(refused)
    left = refused + rest
    if refused:
        time.sleep(0.2)

firehose.update_destination(
    DeliveryStreamName=name,
    CurrentDeliveryStreamVersionId=description["VersionId"],
    DestinationId=description["Destinations"][0]["DestinationId"],
    ExtendedS3DestinationUpdate={"Prefix": "changed/!{timestamp:yyyy}/"},
)
seen["version"] = describe()["VersionId"]
firehose.tag_delivery_stream(DeliveryStreamName=name, Tags=[{"Key": "cost", "Value": "1"}])
firehose.untag_delivery_stream(DeliveryStreamName=name, TagKeys=["team"])
seen["tags"] = [tag["Key"] for tag in firehose.list_tags_for_delivery_stream(DeliveryStreamName=name)["Tags"]]
seen["names"] = firehose.list_delivery_streams()["DeliveryStreamNames"]
seen["errors"] = {
    "again": error_of(
        firehose.create_delivery_stream,
        DeliveryStreamName=name,
        ExtendedS3DestinationConfiguration={
            "RoleARN": "arn:aws:iam::000000000000:role/delivery",
            "BucketARN": "arn:aws:s3:::lake",
        },
    ),
    "nobody": error_of(firehose.put_record, DeliveryStreamName="nobody", Record={"Data": b"x"}),
    "too large": error_of(firehose.put_record, DeliveryStreamName=name, Record={"Data": b"x" * 1_024_001}),
    "no key": error_of(firehose.start_delivery_stream_encryption, DeliveryStreamName=name),
}

firehose.delete_delivery_stream(DeliveryStreamName=name)
while True:
    gone = error_of(firehose.describe_delivery_stream, DeliveryStreamName=name)
    if gone is not None:
        break
    time.sleep(0.05)
seen["gone"] = gone["code"]
print(json.dumps(seen))
