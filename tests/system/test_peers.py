# SPDX-License-Identifier: Apache-2.0
"""Clients that we did not write: they read the simulator without complaint, and their parsers agree with ours."""
import json
import os
import subprocess
import sys
import tempfile
from decimal import Decimal

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from harness import CAPTURES, SHORT, TICKGATE, Simulator, Skip, Stack, connection, main, until
from npm import node, peers

FRAMES = 2000 if SHORT else 20000


def live(exchange, script, channels, arguments=None, env=None):
    """One client against the simulated exchange: it sees all these channels, and neither of the two complains."""
    peers()
    directory = tempfile.mkdtemp(prefix="tickgate-peers.")
    sim = Simulator(directory, "--symbols", 6, "--rate", 200, "--seed", 4, exchange=exchange)
    try:
        env = {name: value.format(websocket=sim.websocket) for name, value in (env or {}).items()}
        done = node([script, *(arguments or (exchange, sim.websocket, sim.rest))], {"NODE_EXTRA_CA_CERTS": sim.ca, **env})
        assert done.returncode == 0, done.stdout + done.stderr
        seen = [json.loads(line)["channel"] for line in done.stdout.splitlines()]
        assert set(channels) <= set(seen), (seen, done.stderr)
        complaints = [line for line in done.stderr.splitlines() if line.strip()]
        assert not complaints, complaints
        sim.assert_no_violations()
        print(f"  {script} {exchange}: {', '.join(seen)}")
    finally:
        sim.stop()


SPOT = ["markets", "trade", "book", "quote", "candle"]


def test_ccxt_reads_every_exchange():
    live("binance", "ccxt_live.mjs", SPOT)
    live("binance-usdm", "ccxt_live.mjs", [*SPOT, "mark", "open interest", "liquidation"])
    live("bybit", "ccxt_live.mjs", [*SPOT, "top"])
    live("bybit-linear", "ccxt_live.mjs", [*SPOT, "top", "mark", "liquidation"])
    live("bybit-inverse", "ccxt_live.mjs", [*SPOT, "top", "mark", "liquidation"])
    live("upbit", "ccxt_live.mjs", SPOT)
    live("bithumb", "ccxt_live.mjs", [channel for channel in SPOT if channel != "candle"])


def test_npm_binance_reads_the_simulator():
    live("binance", "binance_live.mjs", ["markets", "snapshot", "trade", "depthUpdate", "24hrTicker", "kline"])
    live("binance-usdm", "binance_live.mjs", ["markets", "snapshot", "bookTicker", "depthUpdate", "aggTrade", "24hrTicker", "kline",
                                              "markPriceUpdate", "forceOrder"])


def test_npm_bybit_api_reads_the_simulator():
    channels = ["markets", "publicTrade", "orderbook.1", "orderbook.50", "orderbook.200", "tickers", "kline.1"]
    live("bybit", "bybit_live.mjs", channels)
    live("bybit-linear", "bybit_live.mjs", [*channels, "allLiquidation"])
    live("bybit-inverse", "bybit_live.mjs", [*channels, "allLiquidation"])


def test_npm_tardis_dev_reads_the_simulator():
    def tardis(exchange, theirs, path, symbol, names):
        variable = "WSS_URL_" + theirs.upper().replace("-", "_")
        live(exchange, "tardis_live.mjs", names, [theirs, symbol, *names], {variable: "{websocket}" + path})
    tardis("binance", "binance", "/stream", "btcusdt", ["trade", "book_ticker"])
    tardis("binance-usdm", "binance-futures", "/market/stream", "btcusdt", ["derivative_ticker", "liquidation"])
    tardis("bybit", "bybit-spot", "/v5/public/spot", "BTCUSDT", ["trade", "book_change", "book_ticker"])
    tardis("bybit-linear", "bybit", "/v5/public/linear", "BTCUSDT", ["trade", "book_change", "derivative_ticker", "liquidation",
                                                                     "book_ticker"])
    tardis("upbit", "upbit", "/websocket/v1", "KRW-BTC", ["trade", "book_change"])


def rows_of(event):
    """What is compared of one of our events; nothing for one that says nothing of it."""
    symbol = event["exchange_symbol"]
    if event["kind"] == "trade":
        yield {"kind": "trade", "symbol": symbol, **{key: event[key] for key in ("trade_id", "price", "size", "side")},
               "time": event["ts_exchange"] // 1000}
    elif event["kind"] == "book":
        last = {"last": event["last_update_id"]} if "last_update_id" in event else {}
        yield {"kind": "book", "symbol": symbol, **last,
               **{side: [[float(price), float(size)] for price, size in event[side]] for side in ("bids", "asks")}}
    elif event["kind"] == "quote" and "price" in event and "volume" in event:
        yield {"kind": "quote", "symbol": symbol, "price": event["price"], "volume": event["volume"]}
    elif event["kind"] == "mark" and "mark_price" in event:
        yield {"kind": "mark", "symbol": symbol, "mark": event["mark_price"], "index": event.get("index_price")}


def by_topic(rows):
    """Rows of each (kind, symbol) in order; what says the same again is one. Decimals are compared as numbers."""
    topics = {}
    for row in rows:
        for field in ("price", "size", "volume", "mark", "index"):
            if row.get(field) is not None and field in row:
                row[field] = Decimal(row[field])
        rows_before = topics.setdefault((row["kind"], row["symbol"]), [])
        if not rows_before or rows_before[-1] != row:
            rows_before.append(row)
    return topics


def agree(exchange, path):
    """How many messages of a file ccxt and we read alike; every difference is a failure, but those that are known."""
    done = node(["ccxt_parse.mjs", exchange, path, str(FRAMES)])
    assert done.returncode == 0, done.stderr
    theirs = by_topic(json.loads(line) for line in done.stdout.splitlines())
    head = os.path.join(tempfile.mkdtemp(prefix="tickgate-peers."), "frames.jsonl")
    with open(path, "rb") as source, open(head, "wb") as file:
        file.writelines(line for line, _ in zip(source, range(FRAMES)))
    out = subprocess.run([TICKGATE, "parse", "--exchange", exchange, head], capture_output=True, text=True, check=True).stdout
    events = (json.loads(line) for line in out.splitlines())
    mine = by_topic(row for event in events if event["update"] != "state" and not is_join(exchange, event)
                    for row in rows_of(event))
    for topic, rows in theirs.items():
        for place, (ours, other) in enumerate(zip(mine.get(topic, []), rows)):
            assert ours == other, (topic, place, ours, other)
        assert len(mine.get(topic, [])) == len(rows), (topic, len(mine.get(topic, [])), len(rows))
    return sum(map(len, theirs.values()))


def is_join(exchange, event):
    """A book that was put together from a REST reply and the deltas behind it: ccxt's parser sees the deltas alone."""
    return exchange.startswith("binance") and event["kind"] == "book" and event["update"] == "snapshot"


def test_ccxt_and_we_read_the_recordings_alike():
    peers()
    folder = os.path.join(CAPTURES, "open")
    if not os.path.isdir(folder):
        raise Skip("no recordings")
    recordings = {"binance": ["binance-spot/cf-20210405-10sym", "binance-spot/cf-20210417-1282", "binance-spot/hft-btcusdt-20240808",
                              "binance-spot/hft-ethusdt-20240809"],
                  "binance-usdm": ["binance-usdm/cf-20210405-5sym", "binance-usdm/hft-btcusdt-20240808"],
                  "bybit": ["bybit-spot/cf-20260809"], "bybit-linear": ["bybit-linear/cf-20260809"],
                  "upbit": ["upbit/sml-ticker-20250714"]}
    for exchange, names in recordings.items():
        for name in names:
            print(f"  {name}: {agree(exchange, os.path.join(folder, name + '.jsonl'))} messages agree")


def test_ccxt_and_we_read_the_simulators_alike():
    """Where recordings are few or old: the frames that the simulated exchange sends."""
    peers()
    for exchange in ("binance-usdm", "bybit", "bybit-linear", "bybit-inverse", "upbit", "bithumb"):
        truth = os.path.join(tempfile.mkdtemp(prefix="tickgate-peers."), "truth")
        symbol = {"bybit": "BTC-USDT", "bybit-inverse": "BTC-USD-PERP", "upbit": "BTC-KRW", "bithumb": "BTC-KRW"}.get(
            exchange, "BTC-USDT-PERP")
        feeds = ["price_feed", "trade_feed", "order_book", *(["mark_feed"] if symbol.endswith("PERP") else [])]
        with Stack(["--symbols", 6, "--rate", 1000, "--messages", 1500 if SHORT else 3000, "--linger", "--truth", truth],
                   [connection(feed, feed, [symbol], exchange=exchange) for feed in feeds], venue=exchange) as stack:
            until(lambda: not stack.sim.stats()["running"], 60, "the market has come to its end")
        frames = truth + ".jsonl"
        with open(truth, encoding="utf-8") as source, open(frames, "w", encoding="utf-8") as file:
            for line in source:
                start = line.find('"frame":')
                if start >= 0:  # the very bytes that were sent: reading them here would spell numbers anew
                    file.write(line[start + 8:].rstrip()[:-1] + "\n")
        print(f"  {exchange}: {agree(exchange, frames)} messages agree")


if __name__ == "__main__":
    # What reads the simulator alone has nothing of the gateway's in it, and is run once.
    main({name: test for name, test in globals().items() if not (SHORT and name.endswith(("exchange", "simulator", "simulators_alike")))})
