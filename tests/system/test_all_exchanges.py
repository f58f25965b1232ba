# SPDX-License-Identifier: Apache-2.0
"""All exchanges at once, cut again and again: what a subscriber saw is what was sent, wherever it says ok."""
import json
import os
import random
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ProcessPoolExecutor
from decimal import Decimal

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from checker import Book, read_lines
from harness import ROOT, SHORT, Gateway, Simulator, main, until
from venues import RULES, parts, seen

LONG = "--long" in sys.argv
SYMBOLS, RATE, SECONDS = (20, 100, 20) if SHORT else (200, 720, 600 if LONG else 60)
# Cuts a minute: books that come back by REST cost weight, of which an address has only so much.
CUTS = {"binance": 1, "binance-usdm": 1}
CUTS_OTHERS = 4
DERIVATIVES = ("binance-usdm", "bybit-linear", "bybit-inverse")
NO_CANDLES = ("bithumb",)
BOOK_DEPTH = 100
LEVELS = {"upbit": 30, "bithumb": 15}


class Topic:
    """One topic's truth, part by part, and how far a subscriber has come in it."""

    def __init__(self):
        self.parts = {}      # part -> hashes of what was sent, in order
        self.places = {}     # part -> place behind the last one seen
        self.losses = 0      # how often it said that something may have been missed
        self.known = {}      # part -> losses when it was last seen
        self.seq = None
        self.book = None     # the subscriber's, while it is ok


class Checker:
    """Of one exchange. What was sent must be seen in order; what is left out must have been said to be missing, or be
    the same again."""

    def __init__(self, exchange):
        self.exchange = exchange
        self.topics = {}
        self.findings = []
        self.counts = {"sent": 0, "seen": 0, "left_out": 0, "states": 0, "snapshots": 0}

    def find(self, event, what):
        if len(self.findings) < 20:
            self.findings.append(f"{event['kind']}.{self.exchange}.{event['symbol']}. seq {event['seq']}: {what}")

    def read_truth(self, path):
        with open(path, "rb") as file:
            for line in file:
                record = json.loads(line, parse_float=Decimal)
                if "frame" not in record:
                    continue
                for kind, symbol, part, values in parts(self.exchange, record):
                    topic = self.topics.setdefault((kind, symbol), Topic())
                    topic.parts.setdefault(part, []).append(hash(values))
                    self.counts["sent"] += 1

    def take(self, event):
        topic = self.topics.setdefault((event["kind"], event["exchange_symbol"]), Topic())
        if topic.seq is not None and event["seq"] != topic.seq + 1:
            self.find(event, f"follows seq {topic.seq}")
        topic.seq = event["seq"]
        if event["state"] not in ("ok", "suspect"):
            topic.losses += 1
        if event["update"] == "state":
            self.counts["states"] += 1
            if event["state"] in ("recovering", "down"):  # a stale book is old, and still a book
                topic.book = None
            return
        if event["kind"] == "book":
            self.take_book(topic, event)
        for part, values in seen(event):
            if event["kind"] == "book" and event["update"] == "snapshot" and self.exchange.startswith("binance"):
                continue  # made of a REST reply and the deltas behind it
            self.follow(topic, part, values, event)

    def take_book(self, topic, event):
        if event["update"] == "snapshot":
            self.counts["snapshots"] += 1
            topic.book = Book()
            topic.book.replace(event)
        elif event["state"] != "ok":
            topic.book = None
        elif topic.book is None:
            self.find(event, "is ok without a snapshot")
        else:
            topic.book.apply(event)
        if topic.book is not None and event["state"] == "ok" and topic.book.crossed():
            self.find(event, "an ok book is crossed")

    def follow(self, topic, part, values, event):
        sent, place, wanted = topic.parts.get(part, []), topic.places.get(part, 0), hash(values)
        if place > 0 and event["kind"] in ("quote", "mark") and sent[place - 1] == wanted:
            return  # news of another part
        found = place
        while found < len(sent) and sent[found] != wanted:
            found += 1
        if found == len(sent):
            self.find(event, f"was never sent: {part} {values}")
            return
        left_out = [place + i for i, value in enumerate(sent[place:found]) if place == 0 or value != sent[place + i - 1]]
        if left_out and place > 0 and topic.losses == topic.known[part]:
            self.find(event, f"{len(left_out)} messages before it are missing and nothing was said")
        self.counts["left_out"] += len(left_out)
        self.counts["seen"] += 1
        topic.places[part] = found + 1
        topic.known[part] = topic.losses

    def ended(self):
        """Nothing that was sent last is missing."""
        for (kind, symbol), topic in self.topics.items():
            for part, sent in topic.parts.items():
                place = topic.places.get(part, 0)
                left = [value for i, value in enumerate(sent[place:]) if place + i == 0 or value != sent[place + i - 1]]
                if left:
                    self.findings.append(f"{kind}.{self.exchange}.{symbol}: the last {len(left)} of {len(sent)} {part} are missing")

    def compare_books(self, truths):
        """The best levels, as many as the exchange shows."""
        for (kind, symbol), topic in self.topics.items():
            if kind != "book":
                continue
            if topic.book is None:
                self.findings.append(f"book.{self.exchange}.{symbol}: has no book at its end")
                continue
            for name, mine in topic.book.sides.items():
                truth = truths[symbol][name]
                shown = min(len(mine), len(truth), LEVELS.get(self.exchange, BOOK_DEPTH))
                best = [sorted(side.items(), reverse=name == "bids")[:shown] for side in (mine, truth)]
                if best[0] != best[1] or shown == 0:
                    self.findings.append(f"book.{self.exchange}.{symbol}: {name} differ from the true book")


def start(directory):
    sims = {}
    for number, exchange in enumerate(RULES):
        folder = os.path.join(directory, exchange)
        os.makedirs(folder)
        sims[exchange] = Simulator(folder, "--symbols", SYMBOLS, "--rate", RATE, "--seed", 20 + number, "--paused", "--linger",
                                   "--truth", os.path.join(folder, "truth"), exchange=exchange)
    return sims


def names_of(gateway, exchange):
    """Our names of what the exchange lists, once its list is known."""
    def listed():
        reply = gateway.ask("instrument.list", exchange=exchange, limit=1000)
        rows = reply["result"]["instruments"] if reply and reply["ok"] else []
        return [row["symbol"] for row in rows] if len(rows) >= SYMBOLS else None
    return until(listed, 30, exchange + "'s instruments are known")


def open_all(gateway, exchange, names):
    types = [("quotes", "price_feed", names, None), ("trades", "trade_feed", names, None), ("books", "order_book", names, None)]
    if exchange not in NO_CANDLES:
        types.append(("candles", "candle_feed", names[:5], "1m"))
    if exchange in DERIVATIVES:
        types += [("marks", "mark_feed", names, None), ("liquidations", "liquidation_feed", names, None)]
    for name, kind, symbols, interval in types:
        arguments = {"interval": interval} if interval else {}
        gateway.result("connection.open", exchange=exchange, type=kind, name=f"{exchange}-{name}", symbols=symbols, **arguments)


def cut_for(sims, gateway, seconds):
    """Cuts each exchange again and again; how often in all. Who is cut is chosen by chance, when by the clock."""
    chance = random.Random(3)
    due = {exchange: chance.uniform(5, 60 / CUTS.get(exchange, CUTS_OTHERS)) for exchange in sims}
    cuts = dict.fromkeys(sims, 0)
    begun = time.monotonic()

    def cut():
        passed = time.monotonic() - begun
        for exchange, at in due.items():
            if passed >= at and passed < seconds - 10:
                sims[exchange].fault(chance.choice(("cut", "reset")))
                cuts[exchange] += 1
                due[exchange] = at + 60 / CUTS.get(exchange, CUTS_OTHERS)
        assert gateway.alive(), gateway.log_text()[-3000:]
        return passed >= seconds

    until(cut, seconds + 30, "the time is over")
    return cuts


def settle(gateway, sims, path):
    """Books that wait for REST wait as long as the weight of a minute demands."""
    def stand():
        rows = gateway.result("connection.list", limit=1000)["connections"]
        return all(row["state"] == "live" for row in rows if row["type"] == "order_book")

    until(stand, 180, "all books stand")
    for sim in sims.values():
        sim.get("/sim/pause")
    sizes = {}

    def settled():
        now = os.path.getsize(path)
        heads = gateway.result("stats.get")["gateway"]["heads"]
        if sizes.get("now") != now:
            sizes.update(now=now, heads=heads)
        return heads >= sizes["heads"] + 4

    until(settled, 90, "the subscriber has seen all")


def true_books(sim):
    return {symbol: {side: {Decimal(p): Decimal(s) for p, s in book[side]} for side in ("bids", "asks")}
            for symbol, book in ((symbol, sim.get("/sim/book?symbol=" + symbol)) for symbol in sim.get("/sim/symbols"))}


def test_all_exchanges_cut_again_and_again():
    directory = tempfile.mkdtemp(prefix="tickgate-all.")
    path = os.path.join(directory, "seen")
    program = os.path.join(directory, "subscribe")
    subprocess.run(["cc", "-O2", os.path.join(ROOT, "proto", "clients", "c", "subscribe.c"), "-o", program, "-lzmq"], check=True)
    sims = start(directory)
    options = f", backoff_min: 100ms, backoff_max: 2s, book_depth: {BOOK_DEPTH}"
    gateway = Gateway(directory, list(sims.values()), [], exchange=options, extra="limits: {topics: 8192}\n")
    client = None
    try:
        with open(path, "wb") as out:
            client = subprocess.Popen([program, gateway.feed, *(kind + "." for kind in (
                "quote", "trade", "book", "candle", "mark", "liquidation"))], stdout=out)
        until(lambda: gateway.result("stats.get")["gateway"]["feed_subscriptions"] >= 6, 20, "the subscriber is there")
        for exchange in sims:
            gateway.result("connector.create", type=connector_type(exchange), exchange=exchange)
            open_all(gateway, exchange, names_of(gateway, exchange))
        for sim in sims.values():
            sim.get("/sim/resume")
        started = time.monotonic()
        cuts = cut_for(sims, gateway, SECONDS)
        seconds = time.monotonic() - started
        settle(gateway, sims, path)
        totals = gateway.result("stats.get")["gateway"]
        sent = {exchange: sim.stats()["sent"] for exchange, sim in sims.items()}
        for sim in sims.values():
            sim.assert_no_violations()
        print(f"  {sum(sent.values()) / seconds:.0f} messages a second, {sum(cuts.values())} cuts {cuts}")
        print("  gateway: " + ", ".join(f"{name} {totals[name]}" for name in (
            "frames", "events", "gaps", "resyncs", "refused", "reconnects", "holes", "bus_dropped", "dropped")))
        assert not any(totals[name] for name in ("holes", "bus_dropped", "dropped")), totals
        books = {exchange: true_books(sim) for exchange, sim in sims.items()}
    finally:
        if client is not None:
            client.kill()
            client.wait()
        gateway.stop(60)
        for sim in sims.values():
            sim.stop()
    check(directory, path, books)


def connector_type(exchange):
    return {"bin": "Binance", "byb": "Bybit", "upb": "Upbit", "bit": "Bithumb"}[exchange[:3]] + "PublicConnector"


def check_one(exchange, directory, path, books):
    checker = Checker(exchange)
    checker.read_truth(os.path.join(directory, exchange, "truth"))
    for topic, body in read_lines(path):
        if topic.split(".", 2)[1] == exchange:
            checker.take(json.loads(body))
    checker.ended()
    checker.compare_books(books)
    return checker.counts, checker.findings


def check(directory, path, books):
    with ProcessPoolExecutor(max_workers=2) as pool:
        results = {exchange: pool.submit(check_one, exchange, directory, path, books[exchange]) for exchange in books}
        results = {exchange: result.result() for exchange, result in results.items()}
    for exchange, (counts, _) in results.items():
        print(f"  {exchange}: " + ", ".join(f"{name} {value}" for name, value in counts.items()))
    findings = [finding for _, found in results.values() for finding in found]
    assert not findings, f"{len(findings)} findings\n" + "\n".join(findings[:40])
    assert all(counts["seen"] > 0 for counts, _ in results.values())


if __name__ == "__main__":
    main(globals())
