"""python presign.py KEY FILE: pre-signs the ETC user whose request body is in FILE, under the Idempotency-Key KEY."""
import json
import os
import random
import sys
import time
from pathlib import Path

import boto3
import urllib3
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest

ATTEMPT_S = 29  # The service answers within 20 s, API Gateway within 30.
PATIENCE_S = 120
BASE_S, MOST_S = 0.5, 20

URL = os.environ["PRESIGN_API"] + "/v3/vehicle/etc/preopen"
CREDENTIALS = boto3.Session().get_credentials()
# Repeating is done below, where every attempt is signed anew.
HTTP = urllib3.PoolManager(retries=False, timeout=ATTEMPT_S)


class Refused(Exception):
    """The request was refused for good; `uncertain` when an earlier attempt had no answer.

    WeChat Pay may then have made the pre-sign that it refuses now.
    """


class Passing(Exception):
    """The same request may go better later.

    after: the least number of seconds that the service asks us to wait. unknown: whether WeChat Pay may have been asked.
    """

    def __init__(self, why: str, after: int, unknown: bool):
        super().__init__(why)
        self.after = after
        self.unknown = unknown


def signed_headers(key: str, body: bytes) -> dict[str, str]:
    """Signs the call with the credentials of this process, at the time of this attempt."""
    request = AWSRequest("POST", URL, data=body, headers={"Content-Type": "application/json", "Idempotency-Key": key})
    frozen = CREDENTIALS and CREDENTIALS.get_frozen_credentials()
    SigV4Auth(frozen, "execute-api", os.environ["AWS_REGION"]).add_auth(request)
    return dict(request.headers.items())


def attempt(key: str, body: bytes) -> dict:
    headers = signed_headers(key, body)
    try:
        answer = HTTP.request("POST", URL, body=body, headers=headers)
    except urllib3.exceptions.HTTPError as error:
        # A time-out, or a connection that broke: WeChat Pay may have been asked all the same.
        raise Passing("no answer", 0, True) from error
    if answer.status == 200:
        return answer.json()["launch"]
    code = code_of(answer)
    why = f"{answer.status} {code or 'without a code'}"
    if answer.status in (409, 429) or answer.status >= 500:
        after = answer.headers.get("Retry-After", "")
        raise Passing(why, int(after) if after.isdecimal() else 0, answer.status >= 500)
    if code is None:
        # API Gateway's own, or somebody's in between: the service has not seen this attempt.
        raise RuntimeError(f"{why}: look at the address, the credentials and the clock")
    raise Refused(why)


def code_of(answer: urllib3.BaseHTTPResponse) -> str | None:
    try:
        return answer.json().get("code")
    except (ValueError, AttributeError):
        return None


def presign(key: str, body: bytes) -> dict:
    """Asks until there is a final answer, always with the same key and the same bytes, and returns its `launch`.

    Raises Refused when the answer is a no, and TimeoutError when there is none in two minutes: keep key and body then,
    and ask again later. Whether WeChat Pay has made the pre-sign is not known until then.
    """
    end = time.monotonic() + PATIENCE_S
    uncertain = False
    attempts = 0
    while True:
        attempts += 1
        try:
            return attempt(key, body)
        except Refused as refusal:
            raise Refused(f"{refusal}, uncertain") if uncertain else refusal
        except Passing as fault:
            uncertain = uncertain or fault.unknown
            print(f"{key}: attempt {attempts}: {fault}", file=sys.stderr)
            # Full jitter: callers that failed together do not come back together.
            delay = max(fault.after, random.random() * min(MOST_S, BASE_S * 2**attempts))
            if time.monotonic() + delay > end:
                raise TimeoutError("no final answer; ask again later with this key and body") from fault
        time.sleep(delay)


if __name__ == "__main__":
    _, given_key, file = sys.argv
    try:
        launch = presign(given_key, Path(file).read_bytes())
    except Refused as refusal:
        print(f"{given_key}: refused: {refusal}", file=sys.stderr)
        sys.exit(3)
    print(json.dumps(launch, ensure_ascii=False))  # For the mini-program, as it is.
