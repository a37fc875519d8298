"""Turns each measurement file (3GPP TS 32.435) into rows: one for each counter of each measured object.

With the environment variable OUTPUT=csv the rows are CSV, else JSON, one on a line.
"""

import base64
import csv
import io
import json
import math
import os
from datetime import datetime, timezone
from xml.etree import ElementTree

COLUMNS = [
    "fh_file_format_version", "fh_vendor_name", "fh_dn_prefix", "fh_fs_local_dn", "fh_fs_element_type",
    "fh_mc_begin_time", "ff_mc_end_time", "md_me_local_dn", "md_me_user_label", "md_me_sw_version",
    "md_mi_meas_info_id", "md_mi_job_jobid", "md_mi_gp_duration", "md_mi_gp_end_time", "md_mi_rp_duration",
    "md_mi_meas_obj_ldn", "md_mi_meas_name", "md_mi_meas_value", "md_mi_meas_p", "md_mi_meas_suspect",
]  # fmt: skip


def lambda_handler(event, context):
    return {"records": [answer(record) for record in event["records"]]}


def answer(record):
    try:
        root = parsed(base64.b64decode(record["data"]))
        rows = list(rows_of(root))
        keys = partition_of(root)
    except (ElementTree.ParseError, ValueError) as error:
        # One file that is no measurement file must not take the others of the event along.
        print(f"{record['recordId']}: {error}")
        return {"recordId": record["recordId"], "result": "ProcessingFailed", "data": record["data"]}
    text = csv_of(rows) if os.environ.get("OUTPUT") == "csv" else json_of(rows)
    data = base64.b64encode(text.encode("utf-8")).decode("ascii")
    return {"recordId": record["recordId"], "result": "Ok", "data": data, "metadata": {"partitionKeys": keys}}


def parsed(xml):
    # Measurement files declare no entities; files that do are after the reader's memory.
    if b"<!DOCTYPE" in xml:
        raise ValueError("Expected a measurement file; got XML with a document type")
    root = ElementTree.fromstring(xml)
    # Vendors leave the namespace out or write one of their own, so names count without it: {*}.
    if root.tag.rpartition("}")[2] != "measCollecFile":
        raise ValueError(f"Expected the element measCollecFile; got {root.tag}")
    return root


def partition_of(root):
    """The day and hour in UTC in which the measuring began."""
    written = attribute(root, "{*}fileHeader/{*}measCollec", "beginTime")
    begin = datetime.fromisoformat(written.replace("Z", "+00:00")).astimezone(timezone.utc)
    return {"day": f"{begin:%Y-%m-%d}", "hour": f"{begin:%H}"}


def rows_of(root):
    file = {
        "fh_file_format_version": attribute(root, "{*}fileHeader", "fileFormatVersion"),
        "fh_vendor_name": attribute(root, "{*}fileHeader", "vendorName"),
        "fh_dn_prefix": attribute(root, "{*}fileHeader", "dnPrefix"),
        "fh_fs_local_dn": attribute(root, "{*}fileHeader/{*}fileSender", "localDn"),
        "fh_fs_element_type": attribute(root, "{*}fileHeader/{*}fileSender", "elementType"),
        "fh_mc_begin_time": attribute(root, "{*}fileHeader/{*}measCollec", "beginTime"),
        "ff_mc_end_time": attribute(root, "{*}fileFooter/{*}measCollec", "endTime"),
    }
    for data in root.iterfind("{*}measData"):
        element = {
            "md_me_local_dn": attribute(data, "{*}managedElement", "localDn"),
            "md_me_user_label": attribute(data, "{*}managedElement", "userLabel"),
            "md_me_sw_version": attribute(data, "{*}managedElement", "swVersion"),
        }
        for info in data.iterfind("{*}measInfo"):
            yield from rows_of_info(info, {**file, **element})


def rows_of_info(info, above):
    group = {
        "md_mi_meas_info_id": info.get("measInfoId", ""),
        "md_mi_job_jobid": attribute(info, "{*}job", "jobId"),
        "md_mi_gp_duration": attribute(info, "{*}granPeriod", "duration"),
        "md_mi_gp_end_time": attribute(info, "{*}granPeriod", "endTime"),
        "md_mi_rp_duration": attribute(info, "{*}repPeriod", "duration"),
    }
    listed = info.findtext("{*}measTypes", "").split()
    numbered = {kind.get("p"): (kind.text or "").strip() for kind in info.iterfind("{*}measType")}
    for value in info.iterfind("{*}measValue"):
        suspect = value.findtext("{*}suspect")
        measured = {
            "md_mi_meas_obj_ldn": value.get("measObjLdn", ""),
            "md_mi_meas_suspect": None if suspect is None else suspect.strip() == "true",
        }
        for name, number, p in counters_of(value, listed, numbered):
            counter = {"md_mi_meas_name": name, "md_mi_meas_value": number, "md_mi_meas_p": p}
            yield {**above, **group, **measured, **counter}


def counters_of(value, listed, numbered):
    """Name, value and number of each counter, in both spellings; a list has no numbers."""
    for name, text in zip(listed, value.findtext("{*}measResults", "").split()):
        yield name, number_of(text), None
    for result in value.iterfind("{*}r"):
        p = result.get("p", "")
        yield numbered.get(p, ""), number_of(result.text), int(p) if p.isdecimal() else None


def number_of(text):
    """Elements that could not measure say NIL, or nothing."""
    try:
        number = float(text or "")
    except ValueError:
        return None
    return number if math.isfinite(number) else None


def attribute(element, path, name):
    found = element.find(path)
    return "" if found is None else found.get(name, "")


def json_of(rows):
    return "".join(json.dumps({column: row[column] for column in COLUMNS}) + "\n" for row in rows)


def csv_of(rows):
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerows([csv_field(row[column]) for column in COLUMNS] for row in rows)
    return out.getvalue()


def csv_field(value):
    # Python would write True, which Hive's readers do not know.
    return json.dumps(value) if isinstance(value, bool) else value
