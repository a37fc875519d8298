"""Parses each record, adds a field, serialises it: as such handlers are written."""

import base64
import json


def lambda_handler(event, context):
    output = []
    for record in event["records"]:
        payload = json.loads(base64.b64decode(record["data"]))
        payload["processed"] = True
        data = base64.b64encode((json.dumps(payload) + "\n").encode("utf-8")).decode("utf-8")
        output.append({"recordId": record["recordId"], "result": "Ok", "data": data})
    return {"records": output}
