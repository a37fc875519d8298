"""Adds the time at which it ran to each trade: the same trade gets another answer on every run."""

import base64
import json
from datetime import datetime, timezone


def lambda_handler(event, context):
    return {"records": [answer(record) for record in event["records"]]}


def answer(record):
    try:
        trade = json.loads(base64.b64decode(record["data"]))
    except ValueError:
        # One record that is no JSON must not take the others of the event along.
        return {"recordId": record["recordId"], "result": "ProcessingFailed", "data": record["data"]}
    trade["timestamp"] = datetime.now(timezone.utc).isoformat()
    line = json.dumps(trade) + "\n"
    return {
        "recordId": record["recordId"],
        "result": "Ok",
        "data": base64.b64encode(line.encode("utf-8")).decode("ascii"),
    }
