import json
import sys
import tempfile
from pathlib import Path

from wechatpayv3 import WeChatPay, WeChatPayType
from wechatpayv3.type import RequestType
from wechatpayv3.utils import load_certificate, rsa_encrypt


def open_client(order):
    global core
    folder = tempfile.mkdtemp(dir=".")
    core = WeChatPay(
        wechatpay_type=WeChatPayType.NATIVE,
        mchid=order["mchid"],
        cert_serial_no=order["serial"],
        private_key=order["privateKey"],
        apiv3_key=order["apiV3Key"],
        public_key=order.get("publicKey"),
        public_key_id=order.get("publicKeyId"),
        cert_dir=folder,
        appid="wx0000000000000000",
        notify_url="https://example.com",
        proxy={"https": order["urls"]["proxy"]},
    )._core  # What each of its own methods calls; it has none for these paths.
    return {"certificates": {file.stem: file.read_text() for file in Path(folder).iterdir()}}


def encrypt(order):
    if "certificate" not in order:
        return {"text": core.encrypt(order["text"])}
    return {"text": rsa_encrypt(order["text"], load_certificate(order["certificate"]).public_key())}


def post(order):
    signed = json.dumps(order["body"], separators=(",", ":")) if order.get("altered") else None
    status, text = core.request(
        order["path"],
        RequestType.POST,
        data=order["body"],
        sign_data=signed,
        cipher_data=not order.get("unnamed"),
    )
    if status != 200:
        raise Exception(f"{status} {text}")
    return {"answer": json.loads(text)}


orders = {"open": open_client, "encrypt": encrypt, "post": post}
for line in sys.stdin:
    order = json.loads(line)
    try:
        answer = orders[order["order"]](order)
    except Exception as error:
        answer = {"error": repr(error)}
    print(json.dumps(answer), flush=True)
