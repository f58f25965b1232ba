# SPDX-License-Identifier: Apache-2.0
"""Requests: each bad one gets one error that names the field, and the gateway stays as it was; the good ones do
what docs/WIRE.md says."""
import json
import os
import socket
import sys
import time

import zmq

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from harness import CONTEXT, SHORT, Client, Stack, Subscriber, connection, main, symbols, until

LONG = "x" * 300


def op(name, /, **arguments):
    return {"op": name, **arguments}


OPEN = dict(exchange="binance", type="price_feed", symbols=["BTC-USDT"])

# (what is sent, a word that the message must contain, the code or None for any)
BAD = [
    # not a request at all
    (b"", None, "bad_json"),
    (b"\x00", None, "bad_json"),
    (b"hello", None, "bad_json"),
    (b"{", None, "bad_json"),
    (b'{"op":"ping"', None, "bad_json"),
    (b'{"op":"ping"}}', None, "bad_json"),
    (b'{"op":"ping","op":"hello"}', "op", "bad_json"),
    (b'{"op":"p\xff\xfeng"}', None, "bad_json"),
    (b'{"op":"\\u0000"}', None, None),
    (b"[" * 3000 + b"]" * 3000, None, "bad_json"),
    (b"NaN", None, "bad_json"),
    (b"42", None, "bad_request"),
    (b'"ping"', None, "bad_request"),
    (b"null", None, "bad_request"),
    (b"[]", None, "bad_request"),
    (b'[{"op":"ping"}]', None, "bad_request"),
    (b"{}", "id", None),
    (b"{}" * 20000, None, "bad_json"),
    # id
    ({"op": "ping", "id": None}, "id", None),
    ({"op": "ping", "id": True}, "id", None),
    ({"op": "ping", "id": 1.5}, "id", None),
    ({"op": "ping", "id": []}, "id", None),
    ({"op": "ping", "id": {}}, "id", None),
    ({"op": "ping", "id": "x" * 65}, "id", None),
    ({"op": "ping", "id": "x" * 10240}, "id", None),
    ({"op": "ping", "id": 2 ** 53}, "id", None),
    ({"op": "ping", "id": -(2 ** 53)}, "id", None),
    (b'{"op":"ping","id":99999999999999999999}', None, None),
    # op
    ({"id": 1}, "op", "missing_field"),
    ({"id": 1, "op": None}, "op", "wrong_type"),
    ({"id": 1, "op": 7}, "op", "wrong_type"),
    ({"id": 1, "op": ["ping"]}, "op", "wrong_type"),
    ({"id": 1, "op": ""}, "op", "unknown_op"),
    ({"id": 1, "op": "PING"}, "PING", "unknown_op"),
    ({"id": 1, "op": "ping "}, "ping", "unknown_op"),
    ({"id": 1, "op": "quote.gett"}, "quote.gett", "unknown_op"),
    ({"id": 1, "op": LONG}, None, "unknown_op"),
    ({"id": 1, "op": "ping", "extra": 1}, "extra", "unknown_field"),
    # quote.get, book.get
    (op("quote.get"), "exchange", "missing_field"),
    (op("quote.get", exchange="binance"), "symbol", "missing_field"),
    (op("quote.get", exchange=1, symbol="BTC-USDT"), "exchange", "wrong_type"),
    (op("quote.get", exchange="binance", symbol=["BTC-USDT"]), "symbol", "wrong_type"),
    (op("quote.get", exchange="Binance", symbol="BTC-USDT"), "Binance", "unknown_exchange"),
    (op("quote.get", exchange="nasdaq", symbol="BTC-USDT"), "nasdaq", "unknown_exchange"),
    (op("quote.get", exchange="binance", symbol="BTCUSDT"), "BTCUSDT", "unknown_symbol"),
    (op("quote.get", exchange="binance", symbol="btc-usdt"), "btc-usdt", "unknown_symbol"),
    (op("quote.get", exchange="binance", symbol=""), "symbol", None),
    (op("quote.get", exchange="binance", symbol="BTC-USDT\n"), None, None),
    (op("quote.get", exchange="binance", symbol="BTC-*"), None, None),
    (op("quote.get", exchange="binance", symbol="BTC-USDT\u202e"), None, None),
    (op("quote.get", exchange="binance", symbol="%42TC-USDT"), None, None),
    (op("quote.get", exchange="binance", symbol=LONG), "symbol", None),
    (b'{"id":1,"op":"quote.get","exchange":"binance","symbol":"BTC\\u0000USDT"}', None, None),
    (op("book.get", exchange="binance", symbol="BTC-USDT", depth=-1), "depth", None),
    (op("book.get", exchange="binance", symbol="BTC-USDT", depth=10 ** 12), "depth", None),
    (op("book.get", exchange="binance", symbol="BTC-USDT", depth="20"), "depth", "wrong_type"),
    (op("book.get", exchange="binance", symbol="BTC-USDT", depth=2.5), "depth", "wrong_type"),
    # snapshot
    (op("snapshot"), "prefixes", "missing_field"),
    (op("snapshot", prefixes="trade."), "prefixes", "wrong_type"),
    (op("snapshot", prefixes=[1]), "prefixes", None),
    (op("snapshot", prefixes=["trade."] * 5000), "prefixes", None),
    (op("snapshot", prefixes=["trade."], endpoint="accounts"), "endpoint", None),
    (op("snapshot", prefixes=["trade."], sync=7), "sync", "wrong_type"),
    (op("snapshot", prefixes=["trade."], sync="a.b c"), "sync", None),
    (op("snapshot", prefixes=["trade."], sync="x" * 200), "sync", None),
    (op("snapshot", prefixes=["trade."], depth=-5), "depth", None),
    # connections and subscriptions
    (op("connection.open"), "exchange", "missing_field"),
    (op("connection.open", exchange="binance", symbols=["BTC-USDT"]), "type", "missing_field"),
    (op("connection.open", exchange="binance", type="price_feed"), "symbols", "missing_field"),
    (op("connection.open", **{**OPEN, "type": "prices"}), "type", "unknown_type"),
    (op("connection.open", **{**OPEN, "symbols": []}), "symbols", None),
    (op("connection.open", **{**OPEN, "symbols": "BTC-USDT"}), "symbols", "wrong_type"),
    (op("connection.open", **{**OPEN, "symbols": [None]}), "symbols", None),
    (op("connection.open", **{**OPEN, "symbols": ["NOPE-USDT"]}), "NOPE-USDT", "unknown_symbol"),
    (op("connection.open", **OPEN, name=5), "name", "wrong_type"),
    (op("connection.open", **OPEN, name="n" * 100), "name", None),
    (op("connection.open", **OPEN, lease_s=-1), "lease_s", None),
    (op("connection.open", **OPEN, interval="1m"), "interval", None),
    (op("connection.open", **{**OPEN, "type": "candle_feed"}), "interval", None),
    (op("connection.open", **{**OPEN, "type": "candle_feed"}, interval="7m"), "interval", None),
    (op("connection.open", exchange="binance", type="price_feed", symbols=["ETH-USDT"], name="quotes"), "quotes", "conflict"),
    (op("connection.open", **{**OPEN, "type": "mark_feed"}), "it has quote, trade, book, candle", "unknown_type"),
    (op("connection.open", **{**OPEN, "type": "liquidation_feed"}), "type: binance has no", "unknown_type"),
    (op("connection.open", **{**OPEN, "type": "order_execution"}), "accounts", "auth_required"),
    (op("connection.close"), "id", None),
    (op("connection.get"), "id", None),
    (op("subscription.add", exchange="binance", channel="quotes", symbols=["BTC-USDT"]), "channel", "unknown_channel"),
    (op("subscription.add", exchange="binance", channel="quote"), "symbols", "missing_field"),
    (op("subscription.remove", exchange="binance", symbols=["BTC-USDT"]), "channel", "missing_field"),
    (op("subscription.add", exchange="binance", channel="mark", symbols=["BTC-USDT"]), "channel: binance has no", "unknown_channel"),
    (op("subscription.add", exchange="binance", channel="liquidation", symbols=["BTC-USDT"]), "channel", "unknown_channel"),
    (op("subscription.add", exchange="binance", channel="candle", symbols=["BTC-USDT"]), "interval", "missing_field"),
    (op("subscription.add", exchange="binance", channel="order", symbols=["BTC-USDT"]), "accounts", "auth_required"),
    # connectors
    (op("connector.create"), "type", "missing_field"),
    (op("connector.create", type="BinancePublicConnector"), "exchange", "missing_field"),
    (op("connector.create", type="BinancePrivateConnector", exchange="binance"), "connector.types", "unknown_type"),
    (op("connector.create", type="BinancePublicConnector", exchange="nasdaq"), "nasdaq", "unknown_exchange"),
    (op("connector.create", type="BinancePublicConnector", exchange="binance", name="n" * 100), "name", "bad_value"),
    (op("connector.create", type="BinancePublicConnector", exchange="binance", symbols=["A-B"]), "symbols", "unknown_field"),
    (op("connector.register"), "path", "missing_field"),
    (op("connector.register", path=7), "path", "wrong_type"),
    (op("connector.register", path=""), "path", "bad_value"),
    (op("connector.register", path="/usr/lib/x.so"), "connector.directories is empty", "forbidden"),
    (op("connector.register", path="x" * 600), "path", "bad_value"),
    (op("connector.list", limit=0), "limit", "bad_value"),
    (op("connector.types", exchange="binance"), "exchange", "unknown_field"),
    (op("instrument.list", exchange="nasdaq"), "nasdaq", "unknown_exchange"),
    (op("instrument.list", exchange="binance", limit=-1), "limit", None),
    # cache and log
    (op("cache.set", size=0), "size", None),
    (op("cache.set", size="10"), "size", "wrong_type"),
    (op("cache.set", expiry_ms=-5), "expiry_ms", None),
    (op("cache.set", expiry_ms=10 ** 15), "expiry_ms", None),
    (op("cache.set", sizes=10), "sizes", "unknown_field"),
    (op("log.set"), "level", "missing_field"),
    (op("log.set", level="loud"), "level", None),
    (op("stats.get", part=5), "part", "wrong_type"),
    # what is not public
    (op("account.list"), None, None),
    (op("journal.read", account="a", after=0), None, None),
]


def send_raw(client, body):
    """Sends bytes as they are; the one reply."""
    client.socket.send(body)
    assert client.socket.poll(3000), f"no reply to {body[:80]!r}"
    reply = json.loads(client.socket.recv_multipart()[-1])
    assert not client.socket.poll(0), f"a second reply to {body[:80]!r}"
    return reply


def as_bytes(request):
    if isinstance(request, bytes):
        return request
    # connection.close and connection.get take the connection's id under "connection"; "id" is the request's.
    return json.dumps(request if "id" in request else {"id": 1, **request}).encode()


def ping_times(gateway, count):
    times = []
    for _ in range(count):
        began = time.monotonic()
        assert gateway.ask("ping")
        times.append(time.monotonic() - began)
    return sorted(times)


def stack():
    return Stack(["--symbols", 3, "--rate", 200, "--seed", 2], [connection("quotes", "price_feed", symbols(3))])


def wait_live(gateway):
    until(lambda: gateway.result("connection.list")["connections"][0]["state"] == "live", 30, "live")


def test_every_bad_request_gets_one_error_that_names_the_field():
    assert len(BAD) >= 60
    with stack() as tested:
        gateway = tested.gateway
        wait_live(gateway)
        client = Client(gateway.requests)
        for _ in range(200 if not SHORT else 5):  # what memory the first ones take is taken
            for request, _, _ in BAD:
                send_raw(client, as_bytes(request))
        median_before = ping_times(gateway, 201)[100]
        before = gateway.rss_kib()
        for request, word, code in BAD:
            body = as_bytes(request)
            reply = send_raw(client, body)
            assert reply["ok"] is False, (body[:120], reply)
            assert reply["error"]["code"] and reply["error"]["message"], reply
            if code:
                assert reply["error"]["code"] == code, (body[:120], reply)
            if word:
                assert word in reply["error"]["message"], (body[:120], reply)
        for _ in range(200 if not SHORT else 5):
            for request, _, _ in BAD:
                send_raw(client, as_bytes(request))
        grown = gateway.rss_kib() - before
        median_after = ping_times(gateway, 201)[100]
        assert grown < 1024 or SHORT, f"{grown} KiB more after {200 * len(BAD)} bad requests"
        assert median_after < 3 * median_before + 0.002, (median_before, median_after)
        print(f"  {len(BAD)} kinds; {grown} KiB more after {200 * len(BAD)}; ping {median_before * 1e6:.0f} us before, "
              f"{median_after * 1e6:.0f} us after")
        client.close()


def test_frames_and_peers_of_every_kind_do_no_harm():
    with stack() as tested:
        gateway = tested.gateway
        wait_live(gateway)
        before = gateway.rss_kib()
        client = Client(gateway.requests)
        client.socket.send_multipart([b"", b'{"id":1,"op":"ping"}'])
        assert client.socket.poll(3000)
        frames = client.socket.recv_multipart()
        assert frames[0] == b"" and json.loads(frames[1])["ok"], frames
        request = CONTEXT.socket(zmq.REQ)
        request.linger = 0
        request.connect(gateway.requests)
        request.send(b'{"id":"r","op":"hello"}')
        assert request.poll(3000) and json.loads(request.recv())["id"] == "r"
        request.close()
        for frames in ([b""], [b"", b""], [b"x"] * 65, [b"a", b"b", b"", b"{}"]):
            client.socket.send_multipart(frames)
        for kind in (zmq.SUB, zmq.PUSH, zmq.PAIR, zmq.PUB):
            other = CONTEXT.socket(kind)
            other.linger = 0
            other.connect(gateway.requests)
            if kind in (zmq.PUSH, zmq.PAIR, zmq.PUB):
                other.send(b"x", flags=zmq.DONTWAIT) if kind == zmq.PUB else None
            other.close()
        path = gateway.requests[len("ipc://"):]
        for greeting in (b"GET / HTTP/1.1\r\n\r\n", b"\x16\x03\x01\x00\xa5\x01", b"\xff" * 10, b"\xff\0\0\0\0\0\0\0\x01\x7f\x03",
                         b""):
            with socket.socket(socket.AF_UNIX) as raw:
                raw.connect(path)
                if greeting:
                    raw.sendall(greeting)
        big = Client(gateway.requests)
        big.socket.send(b"x" * 1000000)
        assert not big.socket.poll(500), "a request over the limit is not answered: its sender is cut off"
        big.close()
        assert gateway.ask("ping")["ok"]
        client.close()
        assert gateway.rss_kib() - before < 4096 or SHORT


def test_a_flood_without_reading_is_bounded_and_others_are_served():
    with stack() as tested:
        gateway = tested.gateway
        wait_live(gateway)
        before = gateway.rss_kib()
        flood = CONTEXT.socket(zmq.DEALER)
        flood.linger, flood.rcvhwm = 0, 10
        flood.connect(gateway.requests)
        sent = 0
        while sent < 20000:
            try:
                flood.send(b'{"id":1,"op":"hello"}', flags=zmq.DONTWAIT)
                sent += 1
            except zmq.Again:
                break
        assert gateway.ask("ping")["ok"]
        flood.close()
        assert gateway.ask("ping")["ok"]
        grown = gateway.rss_kib() - before
        assert grown < 16384 or SHORT, grown
        print(f"  {sent} requests without reading: {grown} KiB more")


def test_a_client_over_its_rate_is_told_busy():
    with Stack(["--symbols", 1], [], rate=5) as tested:
        client = Client(tested.gateway.requests)
        replies = [client.ask({"op": "ping"}) for _ in range(50)]
        refused = [reply["error"]["code"] for reply in replies if not reply["ok"]]
        assert refused and set(refused) == {"busy"}, refused
        client.close()


def test_what_is_asked_is_done():
    with stack() as tested:
        gateway = tested.gateway
        wait_live(gateway)
        hello = gateway.result("hello")
        assert hello["name"] == "tickgate" and hello["protocol"] == 1 and hello["epoch"] > 10 ** 12
        quote = until(lambda: (lambda reply: reply["ok"] and reply["result"])(
            gateway.ask("quote.get", exchange="binance", symbol="BTC-USDT")), 10, "a quote")
        assert {"price", "volume", "change_24h", "exchange", "symbol"} <= set(quote), quote
        opened = gateway.result("connection.open", exchange="binance", type="order_book", symbols=["BTC-USDT", "ETH-USDT"],
                                name="mine")
        assert gateway.result("connection.open", exchange="binance", type="order_book", symbols=["BTC-USDT", "ETH-USDT"],
                              name="mine")["id"] == opened["id"]
        book = until(lambda: (lambda reply: reply["ok"] and reply["result"]["state"] == "ok" and reply["result"])(
            gateway.ask("book.get", exchange="binance", symbol="BTC-USDT", depth=5)), 15, "a book")
        assert len(book["bids"]) == 5 and len(book["asks"]) == 5, book
        rows = gateway.result("subscription.list")["subscriptions"]
        assert {row["channel"] for row in rows} == {"quote", "book"}
        gateway.result("subscription.add", exchange="binance", channel="trade", symbols=["BTC-USDT"])
        feed = Subscriber(gateway.feed, "trade.binance.BTC-USDT.")
        feed.wait_for(lambda topic, event: event["update"] == "data", 15, "a trade")
        gateway.result("subscription.remove", exchange="binance", channel="trade", symbols=["BTC-USDT"])
        feed.wait_for(lambda topic, event: event.get("reason") == "unsubscribed", 10, "its end is said")
        feed.close()
        listed = gateway.result("instrument.list", exchange="binance")["instruments"]
        assert {"BTC-USDT", "ETH-USDT"} <= {row["symbol"] for row in listed}
        cache = gateway.result("cache.set", size=2, expiry_ms=30000)
        assert gateway.result("cache.get")["size"] == 2 and cache["expiry_ms"] == 30000
        gateway.result("cache.set", size=1000, expiry_ms=1)
        until(lambda: gateway.ask("quote.get", exchange="binance", symbol="BTC-USDT")["ok"] is False, 5,
              "with an expiry of 1 ms a quote is soon too old")
        assert gateway.result("stats.get")["gateway"]["frames"] > 0


def test_connectors_are_named_created_and_listed():
    with Stack(["--symbols", 3, "--rate", 200, "--seed", 2], [], extra="pool: {max: 1, idle_timeout: 1s}\n") as tested:
        gateway = tested.gateway
        hello = gateway.result("hello")
        assert hello["channels"]["binance"] == ["quote", "trade", "book", "candle"], hello
        types = gateway.result("connector.types")["types"]
        assert any(row["exchange"] == "binance" and row["enabled"] for kind in types for row in kind["exchanges"]), types
        assert gateway.result("connector.list")["connectors"] == []
        wanted = dict(type="BinancePublicConnector", exchange="binance")
        created = gateway.result("connector.create", **wanted, name="mine")
        assert created["state"] == "idle" and created["topics"] == 0, created
        assert gateway.result("connector.create", **wanted)["id"] == created["id"]
        assert gateway.ask("connector.create", **wanted, name="yours")["error"]["code"] == "conflict"
        until(lambda: gateway.ask("instrument.list", exchange="binance")["ok"], 15, "it has read what the exchange lists")
        until(lambda: gateway.result("connector.list")["connectors"][0]["state"] == "stopped", 15, "idle, it is closed")
        gateway.result("connection.open", **OPEN)
        row = until(lambda: (lambda row: row["state"] == "running" and row["sessions"] == 1 and row)(
            gateway.result("connector.list")["connectors"][0]), 15, "wanted, it runs again")
        assert row["id"] == created["id"] and "name" not in row and row["topics"] == 1, row


def test_the_epoch_rises_with_each_start():
    with stack() as tested:
        first = tested.gateway.result("hello")["epoch"]
        tested.gateway.stop()
        tested.gateway = tested.start_gateway()
        assert tested.gateway.result("hello")["epoch"] > first


if __name__ == "__main__":
    main(globals())
