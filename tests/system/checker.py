# SPDX-License-Identifier: Apache-2.0
"""Compares what a subscriber saw with what was true: message for message, digit for digit, level for level.

Truth is the simulator's own log of what it sent, read here by the exchange's rules written out once more in the
plainest way; nothing of the gateway's code takes part. A finding is a text that names topic, seq and difference."""
import json
from decimal import Decimal


def canonical(exchange_symbol):
    return exchange_symbol[:-4] + "-USDT"


class Truth:
    """What the topics must say, in order, from the frames of one or more sessions."""

    def __init__(self, path):
        self.events = {}     # topic -> list of expected fields, one each frame, in order
        self.quotes = {}     # topic -> the quote as known so far
        self.frames = 0
        self.ended = False
        with open(path, "rb") as file:
            for line in file:
                record = json.loads(line)
                if "frame" in record:
                    self.take(record["frame"])
                elif record.get("end"):
                    self.ended = True

    def take(self, frame):
        stream, data = frame["stream"], frame["data"]
        symbol, name = stream.split("@", 1)
        symbol = canonical(symbol.upper())
        self.frames += 1
        if name == "trade":
            self.add(f"trade.binance.{symbol}.", {
                "trade_id": str(data["t"]), "price": data["p"], "size": data["q"],
                "side": "sell" if data["m"] else "buy"})
        elif name.startswith("depth"):
            self.add(f"book.binance.{symbol}.", {
                "first_update_id": str(data["U"]), "last_update_id": str(data["u"]),
                "bids": data["b"], "asks": data["a"]})
        elif name in ("bookTicker", "ticker"):
            topic = f"quote.binance.{symbol}."
            quote = self.quotes.setdefault(topic, {})
            quote.update({"bid_price": data["b"], "bid_size": data["B"], "ask_price": data["a"],
                          "ask_size": data["A"]})
            if name == "ticker":
                quote.update({"price": data["c"], "volume": data["v"], "turnover": data["q"],
                              "change_24h": data["P"], "high_24h": data["h"], "low_24h": data["l"],
                              "open_24h": data["o"]})
            self.add(topic, dict(quote))
        elif name.startswith("kline_"):
            k = data["k"]
            self.add(f"candle.binance.{symbol}.{k['i']}.", {
                "interval": k["i"], "open": k["o"], "high": k["h"], "low": k["l"], "close": k["c"],
                "volume": k["v"], "closed": k["x"]})

    def add(self, topic, fields):
        self.events.setdefault(topic, []).append(fields)


class Book:
    """The slow, obvious book: two dictionaries of exact numbers."""

    def __init__(self):
        self.sides = {"bids": {}, "asks": {}}

    def replace(self, event):
        self.sides = {"bids": {}, "asks": {}}
        self.apply(event)

    def apply(self, event):
        for name, side in self.sides.items():
            for price, size in event[name]:
                price, size = Decimal(price), Decimal(size)
                if size == 0:
                    side.pop(price, None)
                else:
                    side[price] = size

    def crossed(self):
        bids, asks = self.sides["bids"], self.sides["asks"]
        return bool(bids and asks and max(bids) >= min(asks))


def read_lines(path):
    """(topic, event) of each whole line that a client printed."""
    with open(path, "rb") as file:
        for line in file:
            if line.endswith(b"\n"):
                topic, body = line[:-1].split(b" ", 1)
                yield topic.decode(), body


class Checker:
    def __init__(self, truth, findings_max=20):
        self.truth = truth
        self.findings = []
        self.findings_max = findings_max
        self.seqs = {}    # topic -> last seq
        self.places = {}  # topic -> index of the next expected event
        self.books = {}   # topic -> (book of the subscriber, its last update id, valid)
        self.counts = {"data": 0, "state": 0, "snapshot": 0}

    def find(self, topic, event, what):
        if len(self.findings) < self.findings_max:
            self.findings.append(f"{topic} seq {event.get('seq')}: {what}")

    def run(self, lines):
        for topic, body in lines:
            if topic in self.truth.events:
                self.take(topic, json.loads(body))
        for topic, events in self.truth.events.items():
            seen = self.places.get(topic, 0)
            if seen != len(events):
                self.find(topic, {}, f"ended after {seen} of {len(events)} messages")
        return self.findings

    def take(self, topic, event):
        last = self.seqs.get(topic)
        if last is not None and event["seq"] != last + 1:
            self.find(topic, event, f"follows seq {last}")
        self.seqs[topic] = event["seq"]
        update = event["update"]
        if update == "state":
            self.counts["state"] += 1
        elif update == "snapshot":
            self.counts["snapshot"] += 1
            self.take_snapshot(topic, event)
        else:
            self.counts["data"] += 1
            self.take_data(topic, event)

    def take_data(self, topic, event):
        place = self.places[topic] = self.places.get(topic, 0) + 1
        expected = self.truth.events[topic]
        if place > len(expected):
            self.find(topic, event, "was never sent")
            return
        for field, value in expected[place - 1].items():
            if event.get(field) != value:
                self.find(topic, event, f"{field} is {event.get(field)!r}, sent was {value!r}")
        if event["kind"] == "book":
            book, _, valid = self.books.get(topic, (Book(), 0, False))
            valid = valid and event["state"] == "ok"
            if valid:
                book.apply(event)
                if book.crossed():
                    self.find(topic, event, "an ok book is crossed")
            self.books[topic] = (book, int(event["last_update_id"]), valid)

    def take_snapshot(self, topic, event):
        """A snapshot must say what the deltas it continues say: it begins the book anew."""
        book = Book()
        book.replace(event)
        if book.crossed():
            self.find(topic, event, "a snapshot is crossed")
        self.books[topic] = (book, int(event["last_update_id"]), event["state"] == "ok")

    def compare_book(self, topic, true_book):
        """The subscriber's book at its end against the true one (as /sim/book gives it)."""
        book, last, valid = self.books[topic]
        truth = Book()
        truth.replace(true_book)
        if not valid:
            self.find(topic, {}, "has no valid book at its end")
        elif last != true_book["id"]:
            self.find(topic, {}, f"ends at update {last}, the true book at {true_book['id']}")
        elif book.sides != truth.sides:
            for name in ("bids", "asks"):
                wrong = set(book.sides[name].items()) ^ set(truth.sides[name].items())
                if wrong:
                    self.find(topic, {}, f"{name} differ from the true book: {sorted(wrong)[:4]}")
