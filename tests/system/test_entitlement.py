# SPDX-License-Identifier: Apache-2.0
"""Who may know what: a key that is entitled to one account gets nothing of another, whatever it tries; one that is
revoked gets nothing from a second later on, and the others are back by then and have lost nothing."""
import json
import os
import sys
import time

import zmq

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from harness import CONTEXT, Client, SHORT, Subscriber, main, until
from vault import AccountClient, AccountStack, AccountSubscriber, Follower

EXCHANGES = ["binance", "upbit"]
OPTIONS = ["--symbols", 2, "--rate", 20, "--depth", 50, "--order-rate", 10, "--orders", 100000, "--seed", 3]
A, B = EXCHANGES
SLACK = 3 if SHORT else 1


def stack_of(**arguments):
    return AccountStack(EXCHANGES, OPTIONS, **arguments)


def drain(subscriber, seconds):
    """All that comes in this time."""
    got, deadline = [], time.monotonic() + seconds
    while time.monotonic() < deadline:
        event = subscriber.read(50)
        if event:
            got.append(event)
    return got


def test_a_key_gets_its_account_and_no_other():
    with stack_of() as stack:
        stack.wait_ready()
        pair = stack.keys.new("of-a", "read", A)
        until(lambda: AccountClient(stack.accounts_requests, stack.server, pair).ask("ping", wait_ms=300), 10, "the new key is let in")
        mine = AccountSubscriber(stack.accounts[A]["endpoint"], stack.server, pair)
        assert until(lambda: mine.read(100), 10, "its own events come")[0].split(".")[1:3] == [A, A]
        attempts = {"all": [b""], "every kind": [b"order.", b"fill.", b"account.", b"balance."], "by name": [f"fill.{B}.{B}.".encode()],
                    "markers": [b"sync."]}
        others = {what: AccountSubscriber(stack.accounts[B]["endpoint"], stack.server, pair, *prefixes)
                  for what, prefixes in attempts.items()}
        others["no key"] = AccountSubscriber(stack.accounts[B]["endpoint"], stack.server, None, curve=False)
        others["a key of nobody"] = AccountSubscriber(stack.accounts[B]["endpoint"], stack.server, None)
        others["another server's key"] = AccountSubscriber(stack.accounts[B]["endpoint"], zmq.curve_keypair()[0], stack.pair)
        seen = drain(mine, 2 * SLACK)
        assert len(seen) > 5 and all(topic.split(".")[2] == A for topic, _ in seen), seen[:2]
        for what, subscriber in others.items():
            assert not subscriber.read(100), f"{what}: an event of {B}"
            subscriber.close()
        client = AccountClient(stack.accounts_requests, stack.server, pair)
        rows = client.result("account.list")["accounts"]
        assert [row["name"] for row in rows] == [A], rows
        assert client.result("journal.read", account=A, after=0, limit=10)["events"]
        of_other = client.ask("journal.read", account=B, after=0)
        of_none = client.ask("journal.read", account="nobody", after=0)
        assert not of_other["ok"] and of_other["error"]["code"] == of_none["error"]["code"] == "unknown_account", of_other
        assert of_other["error"]["message"].replace(B, "nobody") == of_none["error"]["message"]
        for prefixes in ([""], [f"order.{B}.{B}."], ["fill."], ["account."]):
            images = client.ask("snapshot", prefixes=prefixes)
            assert images and f".{B}.{B}." not in json.dumps(images), (prefixes, images)
        opened = client.ask("connection.open", exchange=B, type="order_execution", account=B)
        assert not opened["ok"], opened
        listed = json.dumps([client.ask("connection.list"), client.ask("stats.get")])
        assert f'"account": "{B}"' not in listed
        forged = AccountClient(stack.accounts_requests, stack.server, pair)
        for request in ({"op": "journal.read", "account": B, "after": 0, "client": "tester"}, {"op": "journal.read", "account": B,
                        "after": 0, "roles": "read,control"}, {"op": "account.list", "accounts": "*"}):
            reply = forged.ask(**request)
            assert reply is not None and not (reply["ok"] and B in json.dumps(reply["result"])), reply
        for what, pair_of in (("no key", False), ("a key of nobody", None)):
            asker = AccountClient(stack.accounts_requests, stack.server, pair_of or None, curve=pair_of is not False)
            assert asker.ask("account.list", wait_ms=1000) is None, f"{what} was answered"
            asker.close()
        for socket in (mine, client, forged):
            socket.close()


def test_the_public_sockets_say_nothing_of_accounts():
    with stack_of() as stack:
        stack.wait_ready()
        everything = Subscriber(stack.gateway.feed, "")
        public = Client(stack.gateway.requests)
        for op, arguments in (("account.list", {}), ("journal.read", {"account": A, "after": 0}),
                              ("connection.open", {"exchange": A, "type": "order_execution", "account": A})):
            reply = public.ask({"op": op, **arguments})
            assert not reply["ok"] and reply["error"]["code"] == "auth_required", (op, reply)
        deadline = time.monotonic() + 3 * SLACK
        while time.monotonic() < deadline:
            got = everything.read(50)
            kind = got and got[0].split(".")[0]
            assert kind not in ("order", "fill", "position", "balance", "account"), got
        for reply in (public.ask({"op": "stats.get"}), public.ask({"op": "connection.list"}), public.ask({"op": "hello"}),
                      public.ask({"op": "snapshot", "prefixes": [""]})):
            assert reply["ok"] and "order." + A not in json.dumps(reply), reply
        public.close()
        everything.close()


def test_a_revoked_key_gets_nothing_from_a_second_later_and_the_others_lose_nothing():
    with stack_of() as stack:
        stack.wait_ready()
        pair = stack.keys.new("leaver", "read", A)
        until(lambda: AccountClient(stack.accounts_requests, stack.server, pair).ask("ping", wait_ms=300), 10, "the new key is let in")
        leaver = AccountSubscriber(stack.accounts[A]["endpoint"], stack.server, pair)
        until(lambda: leaver.read(100), 10, "its events come")
        asker = AccountClient(stack.accounts_requests, stack.server, pair)
        asker.result("account.list")
        stayer = Follower(stack, A)
        until(lambda: stayer.read(100), 10, "the other one's events come")
        stack.keys.revoke("leaver")
        revoked = time.monotonic()
        drain(leaver, 1.0 * SLACK)
        back = None
        deadline = time.monotonic() + 3 * SLACK
        while time.monotonic() < deadline:
            assert not leaver.read(10), "an event a second after the key was revoked"
            if stayer.read(10) and back is None:
                back = time.monotonic() - revoked
        assert asker.ask("account.list", wait_ms=500) is None, "a revoked key was answered"
        assert back is not None
        until(stayer.catch_up, 10, "the other one reads on in the journal")
        assert stayer.last >= max(stayer.events) - 5
        assert sorted(stayer.events)[-1] - sorted(stayer.events)[0] + 1 == len(stayer.events), "a hole"
        print(f"  the other one was back before {back:.2f} s")
        for socket in (leaver, asker, stayer):
            socket.close()


if __name__ == "__main__":
    main(globals())
