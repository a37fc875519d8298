"""What a program in Python asks CloudWatch: prints what it saw as one JSON document.

Arguments: endpoint, stream.
"""

import datetime
import json
import sys

import boto3
from botocore.exceptions import ClientError

cloudwatch = boto3.client(
    "cloudwatch",
    endpoint_url=sys.argv[1],
    region_name="eu-central-1",
    aws_access_key_id="AKIAPYTHON",
    aws_secret_access_key="secret-of-python",
)
now = datetime.datetime.now(datetime.timezone.utc)
dimensions = [{"Name": "DeliveryStreamName", "Value": sys.argv[2]}]
incoming = {"Namespace": "AWS/Firehose", "MetricName": "IncomingBytes", "Dimensions": dimensions}
span = {"StartTime": now - datetime.timedelta(hours=1), "EndTime": now + datetime.timedelta(minutes=1)}
statistics = cloudwatch.get_metric_statistics(**incoming, **span, Period=60, Statistics=["Sum", "Maximum"])
seen = {
    "label": statistics["Label"],
    "sum": sum(point["Sum"] for point in statistics["Datapoints"]),
    "maximum": max(point["Maximum"] for point in statistics["Datapoints"]),
    "units": sorted({point["Unit"] for point in statistics["Datapoints"]}),
    "recent": all(abs((now - point["Timestamp"]).total_seconds()) < 600 for point in statistics["Datapoints"]),
}
own = {"Namespace": "Shop", "MetricName": "Orders", "Dimensions": [{"Name": "shop", "Value": "north & south"}]}
many = [{**own, "Value": value, "Unit": "Count"} for value in range(1, 601)]
for datum in many:
    del datum["Namespace"]
cloudwatch.put_metric_data(Namespace="Shop", MetricData=many)
queries = [
    {"Id": "bytes", "MetricStat": {"Metric": incoming, "Period": 300, "Stat": "Sum"}},
    {"Id": "orders", "Label": "o", "MetricStat": {"Metric": own, "Period": 3600, "Stat": "Average"}},
    {"Id": "none", "MetricStat": {"Metric": {**own, "MetricName": "None"}, "Period": 60, "Stat": "Sum"}},
]
results = cloudwatch.get_paginator("get_metric_data").paginate(MetricDataQueries=queries, **span)
seen["data"] = {
    result["Id"]: [result["Label"], sum(result["Values"]), len(result["Values"]) == len(result["Timestamps"])]
    for page in results
    for result in page["MetricDataResults"]
}
pages = cloudwatch.get_paginator("list_metrics").paginate(Namespace="AWS/Firehose", Dimensions=dimensions)
seen["names"] = [metric["MetricName"] for page in pages for metric in page["Metrics"]]
seen["shop"] = cloudwatch.list_metrics(Namespace="Shop")["Metrics"]
refused = []
for call, arguments in [
    (cloudwatch.put_metric_data, {"Namespace": "AWS/Firehose", "MetricData": [{"MetricName": "x", "Value": 1}]}),
    (cloudwatch.get_metric_statistics, {**incoming, **span, "Period": 61, "Statistics": ["Sum"]}),
    (cloudwatch.get_metric_statistics, {**incoming, **span, "Period": 60, "ExtendedStatistics": ["p99"]}),
    (cloudwatch.get_metric_data, {**span, "MetricDataQueries": [{"Id": "e", "Expression": "SUM(METRICS())"}]}),
]:
    try:
        call(**arguments)
    except ClientError as error:
        refused.append(error.response["Error"]["Code"])
seen["refused"] = refused
print(json.dumps(seen))
