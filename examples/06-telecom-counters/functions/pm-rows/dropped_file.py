"""Turns each measurement file that is put into the bucket into an object of rows beside it: called by object-created.

On AWS this is boto3; against a server without keys, as in this example, S3 is plain HTTP and needs no library.
"""

import os
from urllib.parse import quote, unquote_plus
from urllib.request import Request, urlopen

from lambda_function import json_of, parsed, rows_of

ROWS = "counters-dropped"


def lambda_handler(event, context):
    for record in event["Records"]:
        bucket = record["s3"]["bucket"]["name"]
        key = unquote_plus(record["s3"]["object"]["key"])
        rows = json_of(rows_of(parsed(s3("GET", bucket, key))))
        # The name comes from that of the file, so a call that comes twice writes the same object again.
        s3("PUT", bucket, f"{ROWS}/{key.rpartition('/')[2]}.json", rows.encode("utf-8"))


def s3(method, bucket, key, body=None):
    url = f"{os.environ['AWS_ENDPOINT_URL']}/{bucket}/{quote(key)}"
    with urlopen(Request(url, data=body, method=method), timeout=60) as response:
        return response.read()
