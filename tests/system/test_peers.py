# SPDX-License-Identifier: Apache-2.0
"""Clients that we did not write: they read the simulator without complaint, and their parsers agree with ours."""
import json
import os
import shutil
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from harness import CAPTURES, ROOT, SHORT, TICKGATE, Simulator, Skip, main

SOURCE = os.path.join(ROOT, "tests", "system", "peers")
FOLDER = os.path.join(ROOT, "build", "peers")
FRAMES = 2000 if SHORT else 20000


def peers():
    if not shutil.which("node") or not shutil.which("npm"):
        raise Skip("no node on this machine")
    os.makedirs(FOLDER, exist_ok=True)
    for name in os.listdir(SOURCE):
        shutil.copy(os.path.join(SOURCE, name), FOLDER)
    if not os.path.isdir(os.path.join(FOLDER, "node_modules", "ccxt")):
        done = subprocess.run(["npm", "ci", "--no-audit", "--no-fund", "--ignore-scripts"], cwd=FOLDER, capture_output=True,
                              timeout=300, check=False)
        if done.returncode != 0:
            raise Skip("the npm registry does not answer")


def live(script, channels):
    peers()
    directory = tempfile.mkdtemp(prefix="tickgate-peers.")
    sim = Simulator(directory, "--symbols", 3, "--rate", 200, "--seed", 4)
    try:
        done = subprocess.run(["node", script, sim.websocket, sim.rest], cwd=FOLDER, capture_output=True, text=True,
                              timeout=60, env={**os.environ, "NODE_EXTRA_CA_CERTS": sim.ca}, check=False)
        assert done.returncode == 0, done.stdout + done.stderr
        seen = [json.loads(line)["channel"] for line in done.stdout.splitlines()]
        assert set(channels) <= set(seen), (seen, done.stderr)
        complaints = [line for line in done.stderr.splitlines() if line.strip()]
        assert not complaints, complaints
        sim.assert_no_violations()
        print(f"  {script}: {', '.join(seen)}")
    finally:
        sim.stop()


def test_ccxt_reads_the_simulator():
    live("ccxt_live.mjs", ["markets", "trade", "book", "quote", "candle"])


def test_npm_binance_reads_the_simulator():
    live("binance_live.mjs", ["markets", "snapshot", "trade", "depthUpdate", "24hrTicker", "kline"])


def ours(path):
    """Our events with data, one for each frame that gives one, in the order of the frames."""
    out = subprocess.run([TICKGATE, "parse", "--exchange", "binance", path], capture_output=True, text=True, check=True).stdout
    for line in out.splitlines():
        event = json.loads(line)
        if event["update"] in ("data", "delta"):
            yield event


def same(mine, theirs):
    """None, or what differs. ccxt keeps levels as doubles, so those are compared as what a double makes of our digits."""
    if mine["kind"] != theirs["kind"] or mine["exchange_symbol"] != theirs["symbol"]:
        return "another message"
    if mine["kind"] == "trade":
        fields = [("trade_id", "trade_id"), ("price", "price"), ("size", "size"), ("side", "side")]
        wrong = [ours_ for ours_, theirs_ in fields if mine[ours_] != theirs[theirs_]]
        return wrong or None
    if mine["kind"] == "book":
        for side in ("bids", "asks"):
            if [[float(price), float(size)] for price, size in mine[side]] != theirs[side]:
                return side
        return None if int(mine["last_update_id"]) == theirs["last"] else "last_update_id"
    fields = [("bid_price", "bid"), ("bid_size", "bid_size"), ("ask_price", "ask"), ("ask_size", "ask_size")]
    return [a for a, b in fields if mine.get(a) != theirs[b]] or None


def test_ccxt_and_we_read_the_recordings_alike():
    peers()
    folder = os.path.join(CAPTURES, "open", "binance-spot")
    if not os.path.isdir(folder):
        raise Skip("no recordings")
    for name in ("cf-20210405-10sym", "cf-20210417-1282", "hft-btcusdt-20240808", "hft-ethusdt-20240809"):
        path = os.path.join(folder, name + ".jsonl")
        out = subprocess.run(["node", "ccxt_parse.mjs", path, str(FRAMES)], cwd=FOLDER, capture_output=True, text=True, check=True).stdout
        theirs = [json.loads(line) for line in out.splitlines()]
        mine = [event for event in ours(path) if event["kind"] in ("trade", "book", "quote")][:len(theirs)]
        assert len(mine) == len(theirs) > 0, (name, len(mine), len(theirs))
        differences = [(place, what) for place, (a, b) in enumerate(zip(mine, theirs)) if (what := same(a, b))]
        assert not differences, (name, len(differences), differences[:3], mine[differences[0][0]], theirs[differences[0][0]])
        print(f"  {name}: {len(theirs)} messages agree")


if __name__ == "__main__":
    main(globals())
