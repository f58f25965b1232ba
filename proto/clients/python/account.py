# SPDX-License-Identifier: Apache-2.0
"""Prints what happens to an account, each event once, in order, none left out, whatever is restarted meanwhile:

    python3 account.py tcp://127.0.0.1:7702 mine.key_secret server.key main [journal_seq of the last event that you have]

Without a number it begins with how things stand now (images), with 0 at the beginning of the journal."""
import json
import sys

import zmq
import zmq.auth

KINDS = ["order", "fill", "position", "balance", "account"]
endpoint, key, server, account = sys.argv[1:5]
last = int(sys.argv[5]) if len(sys.argv) > 5 else None
context = zmq.Context()


def connect(socket, where):
    socket.curve_publickey, socket.curve_secretkey = zmq.auth.load_certificate(key)
    socket.curve_serverkey = zmq.auth.load_certificate(server)[0]
    socket.connect(where)
    return socket


requests = context.socket(zmq.REQ)
requests.req_relaxed = requests.req_correlate = 1  # a question that nobody answers may be asked again
connect(requests, endpoint)


def ask(op, **arguments):
    while True:
        requests.send_json({"id": 1, "op": op, **arguments})
        if requests.poll(2000):
            reply = requests.recv_json()
            return reply["result"] if reply["ok"] else sys.exit(json.dumps(reply["error"]))


def take(event):
    global last
    if "journal_seq" in event:
        if event["journal_seq"] <= last:
            return  # it came before
        last = event["journal_seq"]
    print(json.dumps(event), flush=True)


def read_on():
    while True:
        page = ask("journal.read", account=account, after=last)
        for event in page["events"]:
            take(event)
        if last >= page["last"]:
            return


row = next((row for row in ask("account.list")["accounts"] if row["name"] == account), None)
if row is None:
    sys.exit(f"this key has no account {account}")
feed = context.socket(zmq.SUB)
feed.rcvhwm = 200000
feed.subscribe("")
connect(feed, row["endpoint"])
page = {} if last is None else None
while page is not None:
    result = ask("snapshot", prefixes=[f"{kind}.{row['exchange']}.{account}." for kind in KINDS], **page)
    last = min(here["journal_seq"] for here in result["accounts"]) if last is None else last
    for image in result["images"]:
        take(image["event"])
    page = {"after": result["next"]} if "next" in result else None
read_on()
while True:
    told = json.loads(feed.recv_multipart()[1]) if feed.poll(1000) else {}
    if told.get("journal_seq", 0) != last + 1:
        read_on()  # a hole, or silence: nothing else says that the last event before it was lost
    if told:
        take(told)
