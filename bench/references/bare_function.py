"""The Python handler called bare, over and over: `bare_function.py FOLDER EVENTS SECONDS`, an event a line in EVENTS.

Prints how many records it took, in how many seconds, and in how many of processor time.
"""

import json
import sys
import time

folder, events_path, seconds = sys.argv[1:]
sys.path.insert(0, folder)
from lambda_function import lambda_handler  # noqa: E402

with open(events_path, "rb") as lines:
    EVENTS = [json.loads(line) for line in lines]


def run(seconds_max):
    started_at, used_before, count, index = time.perf_counter(), time.process_time(), 0, 0
    while time.perf_counter() - started_at < seconds_max:
        count += len(lambda_handler(EVENTS[index % len(EVENTS)], None)["records"])
        index += 1
    return count, time.perf_counter() - started_at, time.process_time() - used_before


run(0.5)
print("took %d in %f used %f and 0" % run(float(seconds)), flush=True)
