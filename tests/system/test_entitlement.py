# SPDX-License-Identifier: Apache-2.0
"""Who may know what: a key that is entitled to one account gets nothing of another, whatever it tries; one that is
revoked gets nothing from a second later on, and the others are back by then and have lost nothing."""
import glob
import json
import os
import subprocess
import sys
import time

import zmq

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from harness import PROGRAMS, SHORT, Client, Skip, Subscriber, main, until
from vault import AccountClient, AccountStack, AccountSubscriber, Follower, learnt

EXCHANGES = ["binance", "upbit"]
OPTIONS = ["--symbols", 2, "--rate", 20, "--depth", 50, "--order-rate", 10, "--orders", 100000, "--seed", 3]
PREFIX = "ours-"  # what nobody is told who may not know of accounts
A, B = (PREFIX + exchange for exchange in EXCHANGES)
SLACK = 3 if SHORT else 1
ENDED = {"filled", "canceled", "rejected", "expired"}


def stack_of(**arguments):
    return AccountStack(EXCHANGES, OPTIONS, sync="never", prefix=PREFIX, **arguments)


def new_key(stack, *arguments):
    """A key that the gateway knows of."""
    pair = stack.keys.new(*arguments)

    def is_known():
        client = AccountClient(stack.accounts_requests, stack.server, pair)
        reply = client.ask("ping", wait_ms=300)
        client.close()
        return reply
    until(is_known, 10, "the new key is let in")
    return pair


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
        pair = new_key(stack, "of-a", "read,control", A)
        mine = AccountSubscriber(stack.accounts[A]["endpoint"], stack.server, pair)
        assert until(lambda: mine.read(100), 10, "its own events come")[0].split(".")[2] == A
        attempts = {"all": [b""], "every kind": [b"order.", b"fill.", b"account.", b"balance."], "by name": [f"fill.{EXCHANGES[1]}.{B}.".encode()],
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
        for prefixes in ([""], [f"order.{EXCHANGES[1]}.{B}."], ["fill."], ["account."]):
            images = client.ask("snapshot", prefixes=prefixes, sync="mine")
            assert images["ok"] and B not in json.dumps(images), (prefixes, images)
        opened = client.ask("connection.open", exchange=EXCHANGES[1], type="order_execution", account=B)
        assert opened["error"]["code"] == "unknown_account", opened
        whole = AccountClient(stack.accounts_requests, stack.server, stack.pair)
        theirs = whole.result("connection.open", exchange=EXCHANGES[1], type="order_execution", account=B)["id"]
        for op in ("connection.get", "connection.close"):
            assert client.ask(op, connection=theirs)["error"]["code"] == "unknown_connection"
        assert whole.result("connection.get", connection=theirs)["account"] == B
        for op in ("hello", "connection.list", "connector.list", "subscription.list", "stats.get"):
            assert B not in json.dumps(client.result(op)), op
        forged = AccountClient(stack.accounts_requests, stack.server, pair)
        for request in ({"op": "journal.read", "account": B, "after": 0, "client": "tester"}, {"op": "journal.read", "account": B,
                        "after": 0, "roles": "read,control"}, {"op": "account.list", "accounts": "*"}):
            reply = forged.ask(**request)
            assert reply is not None and not (reply["ok"] and B in json.dumps(reply["result"])), reply
        for what, pair_of in (("no key", False), ("a key of nobody", None)):
            asker = AccountClient(stack.accounts_requests, stack.server, pair_of or None, curve=pair_of is not False)
            assert asker.ask("account.list", wait_ms=1000) is None, f"{what} was answered"
            asker.close()
        for socket in (mine, client, forged, whole):
            socket.close()


def test_a_key_that_may_only_read_changes_nothing():
    with stack_of() as stack:
        stack.wait_ready()
        reader = AccountClient(stack.accounts_requests, stack.server, new_key(stack, "reader", "read", A))
        commander = AccountClient(stack.accounts_requests, stack.server, new_key(stack, "commander", "control", A))
        opening = {"exchange": EXCHANGES[0], "type": "order_execution", "account": A}
        changes = {"connection.open": opening, "connection.close": {"connection": "x"}, "log.set": {"level": "debug"},
                   "subscription.add": {"exchange": EXCHANGES[0], "channel": "trade", "symbols": ["BTC-USDT"]},
                   "subscription.remove": {"exchange": EXCHANGES[0], "channel": "trade", "symbols": ["BTC-USDT"]},
                   "connector.create": {"type": "BinanceConnector", "exchange": EXCHANGES[0]},
                   "connector.register": {"path": "/none.so"}, "cache.set": {"size": 16}}
        for op, arguments in changes.items():
            assert reader.ask(op, **arguments)["error"]["code"] == "forbidden", op
        assert commander.ask("account.list")["error"]["code"] == "forbidden"
        connection = commander.result("connection.open", **opening)["id"]
        assert reader.result("connection.get", connection=connection)["account"] == A
        assert reader.ask("connection.close", connection=connection)["error"]["code"] == "forbidden"
        commander.result("connection.close", connection=connection)
        assert reader.ask("connection.get", connection=connection)["error"]["code"] == "unknown_connection"
        reader.close()
        commander.close()


def test_a_snapshot_the_live_events_and_the_journal_agree():
    with stack_of() as stack:
        stack.wait_ready()
        client = AccountClient(stack.accounts_requests, stack.server, stack.pair)
        for attempt in range(3):
            live = AccountSubscriber(stack.accounts[A]["endpoint"], stack.server, stack.pair, "order.", "fill.", "balance.",
                                     "account.", "position.", f"sync.n{attempt}.")
            until(lambda: live.read(100), 10, "events come")
            reply = client.result("snapshot", prefixes=[f"{kind}.{EXCHANGES[0]}.{A}." for kind in ("order", "balance", "account")],
                                  sync=f"n{attempt}")
            at = {row["account"]: row["journal_seq"] for row in reply["accounts"]}[A]
            until(lambda: (live.read(100) or ("",))[0] == f"sync.n{attempt}.", 10, "the marker comes")
            first = until(lambda: live.read(100), 10, "events go on behind the marker")[1]["journal_seq"]
            assert first == at + 1, f"after the marker comes {first}, the images stand at {at}"
            page, past = {"next": 0}, []
            while page["next"] < at:
                page = client.result("journal.read", account=A, after=page["next"], limit=1000)
                past += [event for event in page["events"] if event["journal_seq"] <= at]
            orders, _, balances, _ = learnt(past)
            images = [image["event"] for image in reply["images"]]
            seen = {image["order_id"]: image for image in images if image["kind"] == "order"}
            assert set(seen) == {number for number, order in orders.items() if order["status"] not in ENDED}
            for number, image in seen.items():
                for field in ("status", "filled_qty", "leaves_qty", "qty"):
                    assert image.get(field) == orders[number].get(field), (image, orders[number])
            held = {image["asset"]: image["total"] for image in images if image["kind"] == "balance"}
            assert held == {asset: balance["total"] for asset, balance in balances.items()}
            assert [image["status"] for image in images if image["kind"] == "account"] == ["ready"]
            live.close()
        client.close()


def test_while_the_gate_stands_still_nobody_comes_in_and_who_is_in_goes_on():
    stall = os.path.join(PROGRAMS, "system_stall")
    with stack_of() as stack:
        stack.wait_ready()
        threads = {}
        for path in glob.glob(f"/proc/{stack.gateway.pid}/task/*/comm"):
            with open(path, encoding="ascii") as file:
                threads[file.read().strip()] = path.split("/")[-2]
        inside = AccountSubscriber(stack.accounts[A]["endpoint"], stack.server, stack.pair)
        asker = AccountClient(stack.accounts_requests, stack.server, stack.pair)
        until(lambda: inside.read(100), 10, "events come")
        asker.result("ping")
        stalled = subprocess.Popen([stall, threads["gate"], "4000"], stderr=subprocess.PIPE)
        try:
            began = time.monotonic()

            def stands():
                with open(f"/proc/{stack.gateway.pid}/task/{threads['gate']}/status", encoding="ascii") as file:
                    return "State:\tt" in file.read() or stalled.poll() is not None
            until(stands, 10, "the gate stands still")
            if stalled.poll() is not None:
                raise Skip("only root may hold a thread of a process that is not dumpable")
            outside = AccountSubscriber(stack.accounts[A]["endpoint"], stack.server, stack.pair)
            late = AccountClient(stack.accounts_requests, stack.server, stack.pair)
            assert late.ask("ping", wait_ms=1500) is None, "somebody came in, and nobody had judged"
            assert not outside.read(0)
            assert drain(inside, 0.5), "who is in gets no events"
            asker.result("ping")
            assert stalled.poll() is None and time.monotonic() - began < 4
        finally:
            stalled.wait()
            stalled.stderr.close()
        until(lambda: outside.read(100), 10, "he comes in when the gate goes on")
        until(lambda: late.ask("ping", wait_ms=500), 10, "so does who asks")
        for socket in (inside, asker, outside, late):
            socket.close()


def test_the_public_sockets_say_nothing_of_accounts():
    with stack_of() as stack:
        stack.wait_ready()
        everything = Subscriber(stack.gateway.feed, "")
        public = Client(stack.gateway.requests)
        for op, arguments in (("account.list", {}), ("journal.read", {"account": A, "after": 0}),
                              ("connection.open", {"exchange": EXCHANGES[0], "type": "order_execution", "account": A})):
            reply = public.ask({"op": op, **arguments})
            assert not reply["ok"] and reply["error"]["code"] == "auth_required", (op, reply)
        deadline = time.monotonic() + 2 * SLACK
        while time.monotonic() < deadline:
            got = everything.read(50)
            assert PREFIX not in json.dumps(got), got
        stack.sims[EXCHANGES[0]].fault("private_cut")  # and what is said of sessions and gaps
        for op, arguments in (("hello", {}), ("stats.get", {}), ("connection.list", {}), ("connector.list", {}),
                              ("subscription.list", {}), ("snapshot", {"prefixes": [""]}), ("snapshot", {"prefixes": ["o", "acc"]})):
            reply = public.ask({"op": op, **arguments})
            assert reply["ok"] and PREFIX not in json.dumps(reply), (op, reply)
        for prefix in ("order.", f"fill.{EXCHANGES[0]}.{A}.", "account."):
            assert public.ask({"op": "snapshot", "prefixes": [prefix]})["error"]["code"] == "auth_required"
        public.close()
        everything.close()


def test_a_revoked_key_gets_nothing_from_a_second_later_and_the_others_lose_nothing():
    with stack_of() as stack:
        stack.wait_ready()
        pair = new_key(stack, "leaver", "read", A)
        leaver = AccountSubscriber(stack.accounts[A]["endpoint"], stack.server, pair)
        until(lambda: leaver.read(100), 10, "its events come")
        asker = AccountClient(stack.accounts_requests, stack.server, pair)
        asker.result("account.list")
        stayer = Follower(stack, A)
        until(lambda: stayer.read(100), 10, "the other one's events come")
        stack.keys.revoke("leaver")
        revoked = time.monotonic()
        heard = longest = 0
        while time.monotonic() < revoked + 4 * SLACK:
            late = time.monotonic() > revoked + SLACK
            assert not leaver.read(5) or not late, "an event a second after the key was revoked"
            while stayer.read(5):
                longest = max(longest, time.monotonic() - (heard or revoked))
                heard = time.monotonic()
                if heard > revoked + 4 * SLACK:
                    break
        assert asker.ask("account.list", wait_ms=500) is None, "a revoked key was answered"
        assert longest < SLACK, f"the others heard nothing for {longest:.2f} s"
        until(stayer.catch_up, 10, "the other one reads on in the journal")
        assert sorted(stayer.events)[-1] - sorted(stayer.events)[0] + 1 == len(stayer.events), "a hole"
        print(f"  the others heard nothing for {longest:.2f} s, and have all {len(stayer.events)} events")
        for socket in (leaver, asker, stayer):
            socket.close()


if __name__ == "__main__":
    main(globals())
