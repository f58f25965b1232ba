# SPDX-License-Identifier: Apache-2.0
"""Recordings with lines left out: each hole must be found, at the message that shows it, and be mended by what the exchange
would send then. What that is comes from the books of the whole recording."""
import collections
import json
import os
import random

HOLES = 40


class Punctured:
    """A copy of what makes the books of a recording, with holes, and an image of the book behind each of them."""

    def __init__(self, exchange, path, folder):
        self.path = os.path.join(folder, "holes.jsonl")
        self.holes = collections.Counter()  # by symbol
        self.streams = collections.defaultdict(exchange.rule)
        self.exchange, self.chance, self.open = exchange, random.Random(11), {}
        self.lines, self.connections = [], []
        pieces = list(exchange.pieces(path))
        self.named = any(connection.startswith("rest-") for _, connection, *_ in pieces)
        share = HOLES / max(1, sum(is_delta for _, _, _, is_delta, _ in pieces))
        for piece in pieces:
            self.take(piece, share)
        for line, connection in self.open.values():  # nothing came that would show it
            self.put(line, connection)
        self.write()

    def take(self, piece, share):
        line, connection, symbol, is_delta, change = piece
        if symbol is None:
            (symbol,) = self.streams or [None]
        if symbol is None:
            return
        stream = self.streams[symbol]
        joined = stream.last is not None
        change(stream)
        if is_delta and joined and symbol not in self.open and self.chance.random() < share:
            self.open[symbol] = line, connection
            return
        self.put(line, connection)
        if is_delta and self.open.pop(symbol, None):
            assert stream.last is not None, f"{symbol} has a hole of its own"
            self.holes[symbol] += 1
            connection, image = self.exchange.image(stream, line)
            self.put(image, f"{connection}-{symbol}" if connection == "rest" and self.named else connection)

    def put(self, line, connection):
        self.lines.append(line)
        self.connections.append(connection)

    def write(self):
        base = self.path[:-len(".jsonl")]
        urls = {name: {"url": "https://all/?symbol=" + name[len("rest-"):]} for name in self.connections
                if name.startswith("rest-")}
        with open(self.path, "wb") as file:
            file.write(b"\n".join(self.lines) + b"\n")
        with open(base + ".conn", "w", encoding="utf-8") as file:
            file.write("\n".join(self.connections) + "\n")
        with open(base + ".conns.json", "w", encoding="utf-8") as file:
            json.dump(urls, file)


def gaps_of(kind, messages):
    """How often each symbol's topic said that something is missing."""
    said = collections.Counter()
    for event in messages:
        if event["kind"] == kind and event["update"] == "state" and event.get("reason") == "gap":
            said[event["exchange_symbol"]] += 1
    return said


def trades_with_holes(exchange, path, copy):
    """A copy of a recording's trades with some left out; the holes in the ids of what is left, by symbol."""
    chance, last, holes = random.Random(13), {}, collections.Counter()
    trades = list(exchange.trades(path))
    with open(copy, "wb") as file:
        for line, symbol, number in trades:
            if symbol in last and chance.random() < HOLES / len(trades):
                continue
            holes[symbol] += symbol in last and number > last[symbol] + 1
            last[symbol] = max(number, last.get(symbol, 0))
            file.write(line + b"\n")
    return +holes, len(trades)
