"""What a reader and writer of the lake does in Python: prints what it saw as one JSON document.

Argument: endpoint.
"""

import io
import json
import re
import sys
import urllib.error
import urllib.request

import boto3
from boto3.s3.transfer import TransferConfig
from botocore.config import Config

(endpoint,) = sys.argv[1:]
session = dict(
    endpoint_url=endpoint,
    region_name="eu-central-1",
    aws_access_key_id="AKIAPYTHON",
    aws_secret_access_key="secret-of-python",
    config=Config(s3={"addressing_style": "path"}, retries={"max_attempts": 1}),
)
s3 = boto3.client("s3", **session)
resource = boto3.resource("s3", **session)
seen = {}


def code_of(call, **arguments):
    try:
        call(**arguments)
    except s3.exceptions.ClientError as error:
        return error.response["Error"]["Code"]
    return None


s3.create_bucket(Bucket="lake", CreateBucketConfiguration={"LocationConstraint": "eu-central-1"})
bucket = resource.Bucket("lake")
seen["location"] = s3.get_bucket_location(Bucket="lake")["LocationConstraint"]
seen["buckets"] = [one.name for one in resource.buckets.all()]

for index in range(5):
    bucket.put_object(Key=f"many/{index} \u00e4+", Body=str(index).encode(), Metadata={"index": str(index)})
pages = s3.get_paginator("list_objects_v2").paginate(Bucket="lake", PaginationConfig={"PageSize": 2})
seen["keys"] = [one["Key"] for page in pages for one in page["Contents"]]
seen["metadata"] = resource.Object("lake", "many/3 \u00e4+").metadata

large = bytes(range(256)) * (12 * 1024 * 1024 // 256)
bucket.upload_fileobj(io.BytesIO(large), "large", Config=TransferConfig(multipart_threshold=1, multipart_chunksize=5 * 1024 * 1024))
target = io.BytesIO()
bucket.download_fileobj("large", target, Config=TransferConfig(multipart_threshold=1, multipart_chunksize=1024 * 1024))
seen["large"] = target.getvalue() == large
seen["etag"] = resource.Object("lake", "large").e_tag.endswith('-3"')
bucket.copy({"Bucket": "lake", "Key": "large"}, "copy")
seen["copied"] = resource.Object("lake", "copy").content_length

seen["once"] = [code_of(s3.put_object, Bucket="lake", Key="once", Body=b"1", IfNoneMatch="*") for _ in range(2)]
seen["absent"] = code_of(s3.get_object, Bucket="lake", Key="absent")
seen["acl"] = code_of(s3.get_bucket_acl, Bucket="lake")
for algorithm in ["CRC32", "SHA1", "SHA256"]:
    s3.put_object(Bucket="lake", Key="sum", Body=io.BytesIO(b"checked"), ChecksumAlgorithm=algorithm)
seen["sum"] = s3.get_object(Bucket="lake", Key="sum")["Body"].read().decode()



def fetch(version):
    client = boto3.client("s3", **{**session, "config": Config(signature_version=version, s3={"addressing_style": "path"})})
    url = client.generate_presigned_url("get_object", Params={"Bucket": "lake", "Key": "sum"})
    try:
        return urllib.request.urlopen(url).read().decode()
    except urllib.error.HTTPError as error:
        return re.search("<Code>(.*)</Code>", error.read().decode()).group(1)


seen["presigned"] = [fetch("s3v4"), fetch("s3")]

seen["deleted"] = len(bucket.objects.all().delete()[0]["Deleted"])
bucket.delete()
seen["gone"] = code_of(s3.head_bucket, Bucket="lake")
print(json.dumps(seen))
