"""python ask.py FILE: asks by events for the pre-signs in FILE, a list of {"request_id": …, "body": …}."""
import json
import os
import random
import sys
import time
from pathlib import Path

import boto3

ENTRIES = 10  # What PutEvents takes at most.
ATTEMPTS = 5

event_bridge = boto3.client("events")


def put(entries: list[dict]) -> None:
    """Returns once the bus has taken all of at most ten. A 200 says nothing of the entries: each has its own result."""
    for attempt in range(1, ATTEMPTS + 1):
        answer = event_bridge.put_events(Entries=entries)
        if answer["FailedEntryCount"] == 0:
            return
        results = answer["Entries"]
        codes = [result["ErrorCode"] for result in results if "ErrorCode" in result]
        entries = [entry for entry, result in zip(entries, results) if "EventId" not in result]
        time.sleep(random.random() * 0.1 * 2**attempt)
    raise RuntimeError(f"EventBridge did not take {len(entries)} entries: {', '.join(codes)}")


def ask(requests: list[dict]) -> None:
    """Raises an error when the bus has not taken all. Ask again for all of them then: the same request_id is one request."""
    entries = [
        {
            "EventBusName": os.environ["PRESIGN_BUS"],
            "Source": "toll.enrolment",
            "DetailType": "VehicleEtcPreopenRequested",
            "Detail": json.dumps(request, ensure_ascii=False),
        }
        for request in requests
    ]
    for at in range(0, len(entries), ENTRIES):
        put(entries[at : at + ENTRIES])


if __name__ == "__main__":
    ask(json.loads(Path(sys.argv[1]).read_text("utf-8")))
