"""python hear.py FOLDER: keeps each outcome and notification that comes to the queue once, as a file in FOLDER.

It may be killed at any time: what was kept and not yet deleted comes again, and is known.
"""
import hashlib
import json
import os
import sys
import tempfile
import time
from pathlib import Path

import boto3
from botocore.exceptions import BotoCoreError, ClientError

QUEUE = os.environ["PRESIGN_QUEUE_URL"]
sqs = boto3.client("sqs")


def identity_of(text: str) -> list[str]:
    """What an event is known by: SQS, EventBridge and WeChat Pay may each bring it twice. Raises when it is none of ours."""
    event = json.loads(text)
    detail = event["detail"]
    if "notification_id" in detail:
        return [detail["mchid"], detail["notification_id"]]
    return [event["detail-type"], detail["mchid"], detail["request_id"]]


def keep(folder: Path, identity: list[str], text: str) -> bool:
    """Keeps the event as it came; numbers above 2^53 stay whole. Tells whether it is new.

    Your database stands here: an INSERT with the identity as primary key, in the transaction that changes your contract.
    """
    name = hashlib.sha256(json.dumps(identity).encode()).hexdigest()
    handle, draft = tempfile.mkstemp(suffix=".draft", dir=folder)  # Its owner's alone.
    try:
        with open(handle, "w", encoding="utf-8", newline="") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        os.link(draft, folder / f"{name}.json")  # Never over a file that is there, and never half of one.
        return True
    except FileExistsError:
        return False
    finally:
        os.unlink(draft)


def handle(folder: Path, message: dict) -> None:
    try:
        identity = identity_of(message["Body"])
        is_new = keep(folder, identity, message["Body"])
        # Only now: what is deleted before it is kept is lost.
        sqs.delete_message(QueueUrl=QUEUE, ReceiptHandle=message["ReceiptHandle"])
        print("new" if is_new else "known", *identity, flush=True)
    except (ValueError, KeyError, TypeError, OSError, BotoCoreError, ClientError) as error:
        # It comes again, and is a dead letter of your queue after some receives. No text of it: it may hold personal data.
        print(f"message {message['MessageId']} stays: {type(error).__name__}", file=sys.stderr, flush=True)


def hear(folder: Path) -> None:
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    while True:
        try:
            answer = sqs.receive_message(QueueUrl=QUEUE, MaxNumberOfMessages=10, WaitTimeSeconds=20)
        except (BotoCoreError, ClientError) as error:
            print(f"the queue cannot be read: {type(error).__name__}", file=sys.stderr, flush=True)
            time.sleep(1)
            continue
        for message in answer.get("Messages", []):
            handle(folder, message)


if __name__ == "__main__":
    hear(Path(sys.argv[1]))
