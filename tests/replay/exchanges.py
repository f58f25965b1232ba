# SPDX-License-Identifier: Apache-2.0
"""How the recordings of each exchange are to be read, written once more in the plainest way; nothing of the gateway's
code takes part. A row of EXCHANGES has: its name, the folders of its recordings and of its fixtures, how many kinds of
lines there are at least, by which word (a pattern) they are told apart."""
import collections
import json
import os
import re
import sys
from decimal import Decimal

sys.path.insert(0, os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "system"))
from checker import Book


class Exchange:
    """What only some have."""

    def late(self, lines):
        """How many lines have nothing new to say, by ids that have been passed."""
        return 0

    def pieces(self, path):
        """What makes the books of a recording, if its order can be proven."""
        return ()

    def trades(self, path):
        """Trades whose ids rise by one."""
        return ()


class Whole:
    """A book that comes whole each time: what it is now, and each one that differed from the one before."""

    def __init__(self):
        self.book, self.last, self.history = Book(), None, []

    def replace(self, bids, asks):
        self.book.replace({"bids": bids, "asks": asks})
        self.last = 0
        if not self.history or self.history[-1] != self.book.sides:
            self.history.append(self.book.sides)


class Korean(Exchange):
    """Upbit and Bithumb: a frame names its type and its code, in DEFAULT or SIMPLE format."""
    word = r'"(?:type|ty)":\s*"([\w.]+)"'
    # What each type needs, in both formats.
    needs = {
        "trade": ("code cd", "trade_price tp", "trade_volume tv", "ask_bid ab", "trade_timestamp ttms", "sequential_id sid",
                  "stream_type st"),
        "ticker": ("code cd", "trade_price tp", "signed_change_rate scr", "acc_trade_volume_24h atv24h",
                   "acc_trade_price_24h atp24h", "trade_timestamp ttms", "timestamp tms"),
        "orderbook": ("code cd", "orderbook_units obu", "timestamp tms"),
    }
    needs.update(dict.fromkeys(
        ("candle.1s", "candle.1m", "candle.3m", "candle.5m", "candle.15m", "candle.30m", "candle.60m", "candle.240m"),
        ("code cd", "candle_date_time_utc cdttmu", "opening_price op", "high_price hp", "low_price lp", "trade_price tp",
         "candle_acc_trade_volume catv", "candle_acc_trade_price catp", "timestamp tms")))

    def __init__(self, name, kinds):
        self.name = self.folder = self.fixtures = name
        self.kinds = kinds

    def is_current(self, frame):
        """Whether a frame must give an event. The last trade before the request is none."""
        if isinstance(frame, list):
            return bool(frame) and all(map(self.is_current, frame))
        if not isinstance(frame, dict):
            return False
        kind = frame.get("type", frame.get("ty"))
        return kind in self.needs and all(any(name in frame for name in names.split()) for names in self.needs[kind]) and \
            (kind != "trade" or frame.get("stream_type", frame.get("st")) == "REALTIME")

    def rebuild(self, path):
        """{code: Whole}; a row is a level of a side if it has both a price and a size there."""
        books = collections.defaultdict(Whole)
        with open(path, "rb") as file:
            for line in file:
                frame = json.loads(line, parse_float=Decimal)
                if not self.is_current(frame) or frame.get("type", frame.get("ty")) != "orderbook":
                    continue
                rows = frame.get("orderbook_units", frame.get("obu"))
                sides = [[(str(price), str(size)) for price, size in
                          ((row.get(side + "_price", row.get(side[0] + "p")), row.get(side + "_size", row.get(side[0] + "s")))
                           for row in rows) if price and size] for side in ("bid", "ask")]
                books[frame.get("code", frame.get("cd"))].replace(*sides)
        return books

    @staticmethod
    def follows(book, event):
        return event["update"] == "snapshot"


class Chained:
    """Binance's rule for a local book: a snapshot, then each delta that begins at the last id + 1."""

    def __init__(self):
        self.book, self.kept, self.last, self.history = Book(), [], None, None
        self.fresh = True  # nothing but a snapshot so far

    def snapshot(self, reply):
        if self.last is None and (not self.kept or self.joins(self.kept[0], reply["lastUpdateId"])):
            self.book.replace(reply)
            self.last, self.fresh = reply["lastUpdateId"], True
            for delta in self.kept:
                self.apply(delta)
            self.kept = []

    def delta(self, data):
        if self.last is None:
            self.kept.append(data)
        else:
            self.apply(data)

    def apply(self, data):
        if self.is_old(data):
            return
        if not self.continues(data):
            self.last, self.kept = None, [data]
            return
        self.book.apply({"bids": data["b"], "asks": data["a"]})
        self.last, self.fresh = data["u"], False

    @staticmethod
    def joins(first, last):
        return first["U"] <= last + 1

    def is_old(self, data):
        return data["u"] <= self.last

    def continues(self, data):
        return data["U"] <= self.last + 1


class Linked(Chained):
    """The same where each delta names the one before; the first one behind a snapshot spans its id, or follows it."""

    @staticmethod
    def joins(first, last):
        return first["U"] <= last or first["pu"] == last

    def is_old(self, data):
        return data["u"] < self.last

    def continues(self, data):
        return data["pu"] == self.last or (self.fresh and data["U"] <= self.last)


class Binance(Exchange):
    name, folder, fixtures, kinds = "binance", "binance-spot", "binance", 20
    word = r'"e":\s*"(\w+)"'
    rule = Chained
    partial = r"@depth\d+(@100ms)?$"
    partial_needs = "lastUpdateId bids asks"
    # What a frame of each event word has today (binance.md 3.1, docs of 2026-07-21); a bookTicker has no such word.
    current = {
        "trade": "e E s t p q T m", "aggTrade": "e E s a p q f l T m", "depthUpdate": "e E s U u b a",
        "24hrTicker": "e E s p P w x c Q b B a A o h l v q O C F L n", "24hrMiniTicker": "e E s c o h l v q",
        "kline": "e E s k", None: "u s b B a A"}

    def is_current(self, frame, stream=None):
        if isinstance(frame, list):
            return bool(frame) and all(self.is_current(element) for element in frame)
        if not isinstance(frame, dict):
            return False
        if set(frame) == {"stream", "data"}:
            return self.is_current(frame["data"], frame["stream"])
        if stream and re.search(self.partial, stream):
            return set(self.partial_needs.split()) <= set(frame)
        word = frame.get("e")
        return word in self.current and set(self.current[word].split()) <= set(frame) and \
            (not stream or stream.startswith("!") or stream.split("@")[0] == self.symbol(frame).lower())

    @staticmethod
    def symbol(data):
        return data["s"]

    def late(self, lines):
        """How many tops of books say nothing new: their ids have been passed. Recordings that were put together from
        several connections have such."""
        highest, count = {}, 0
        for line in lines:
            if b'"u":' not in line or b'"pu":' in line:
                continue
            frame = json.loads(line)
            data = frame.get("data", frame) if isinstance(frame, dict) else frame
            if isinstance(data, dict) and data.get("e", "bookTicker") == "bookTicker" and {"s", "u", "b"} <= set(data):
                count += data["u"] <= highest.get(data["s"], 0)
                highest[data["s"]] = max(data["u"], highest.get(data["s"], 0))
        return count

    def pieces(self, path):
        """(line, connection, symbol, whether it is a delta, what it does to its book) of all that makes books."""
        for line, (reply, symbol) in zip(read_lines(path), connections(path) or []):
            if not reply and b'"depthUpdate"' not in line:
                continue
            frame = json.loads(line)
            data = frame.get("data", frame)
            if reply:
                yield line, "rest-" + symbol if symbol else "rest", symbol, False, lambda book, data=data: book.snapshot(data)
            elif data.get("e") == "depthUpdate" and not re.search(self.partial, frame.get("stream", "")):
                yield line, "ws", data["s"], True, lambda book, data=data: book.delta(data)

    def rebuild(self, path):
        """{symbol: rule} straight from the raw frames; nothing if there is no snapshot. A reply without a name is of the
        only book that there is by then."""
        streams = collections.defaultdict(self.rule)
        if not any(reply for reply, _ in connections(path) or []):
            return {}
        for _, _, symbol, _, change in self.pieces(path):
            (only,) = [symbol] if symbol else streams or [None]
            if only is not None:
                change(streams[only])
        return streams

    def trades(self, path):
        """(line, symbol, id) of each trade; ids of a symbol rise by one."""
        for line in read_lines(path):
            frame = json.loads(line) if b'rade"' in line else {}
            data = frame.get("data", frame) if isinstance(frame, dict) else {}
            if data.get("e") in ("trade", "aggTrade") and set(self.current[data["e"]].split()) <= set(data):
                yield line, data["s"], data["a" if data["e"] == "aggTrade" else "t"]

    @staticmethod
    def image(stream, _):
        """What the exchange would bring when asked for the book by now: a reply."""
        return "rest", json.dumps({"lastUpdateId": stream.last, **levels_of(stream.book)}).encode()

    @staticmethod
    def follows(book, event):
        return int(event["first_update_id"]) <= book.last + 1 <= int(event["last_update_id"])


class Usdm(Binance):
    name, folder, fixtures = "binance-usdm", "binance-usdm", "binance"
    rule = Linked
    partial = r"@depth\d+(@[15]00ms)?$"
    partial_needs = "e E T s U u pu b a"
    # What a frame of each event word has had since 2021, besides what came in 2026 (binance.md 3.2).
    current = {
        "trade": "e E T s t p q m", "aggTrade": "e E s a p q f l T m", "depthUpdate": "e E T s U u pu b a",
        "bookTicker": "e u E T s b B a A", "24hrTicker": "e E s p P w c Q o h l v q O C F L n",
        "24hrMiniTicker": "e E s c o h l v q", "kline": "e E s k", "markPriceUpdate": "e E s p i r T", "forceOrder": "e E o"}

    @staticmethod
    def symbol(data):
        return data["o"]["s"] if data["e"] == "forceOrder" else data["s"]

    @staticmethod
    def follows(book, event):
        first, last, prev = (int(event[name]) for name in ("first_update_id", "last_update_id", "prev_update_id"))
        return prev == book.last or first <= book.last <= last


class Stepped:
    """Bybit's rule for a local book: the stream brings a snapshot, then each delta has the next id."""
    history = None

    def __init__(self):
        self.book, self.last = Book(), None

    def take(self, frame):
        data = frame["data"]
        sides = {"bids": data["b"], "asks": data["a"]}
        if frame["type"] == "snapshot":
            self.book.replace(sides)
        elif self.last is not None and data["u"] == self.last + 1:
            self.book.apply(sides)
        else:
            self.last = self.last if self.last is not None and data["u"] <= self.last else None
            return
        self.last = data["u"]


class Bybit(Exchange):
    fixtures, rule = "bybit", Stepped
    word = r'"topic":\s*"(\w+\.?\d*)'
    # What each topic's data needs (bybit.md 3, docs of 2026-07-24): all of these ...
    needs = {"publicTrade": "TsSvpi", "allLiquidation": "TsSvp", "orderbook": "sbau",
             "kline": ("start", "end", "interval", "open", "close", "high", "low", "volume", "turnover", "confirm", "timestamp")}
    # ... or, a ticker, one of these: its best prices come with the top of the book.
    told = {"lastPrice", "price24hPcnt", "prevPrice24h", "highPrice24h", "lowPrice24h", "turnover24h", "volume24h",
            "markPrice", "indexPrice", "openInterest", "fundingRate", "nextFundingTime"}

    def __init__(self, name, folder, kinds):
        self.name, self.folder, self.kinds = name, folder, kinds

    def is_current(self, frame):
        """Whether a frame must give an event. Books without the engine's time, and tops that are no snapshot, are old."""
        kind, *rest = frame.get("topic", "").split(".")
        data = frame.get("data")
        if kind == "tickers":
            return "/" not in rest[0] and bool(self.told & set(data))
        if kind == "orderbook":
            return rest[0] in ("1", "50", "200", "1000") and "cts" in frame and (rest[0] != "1" or frame["type"] == "snapshot")
        return kind in self.needs and isinstance(data, list) and "/" not in rest[-1] and \
            all(set(self.needs[kind]) <= set(row) for row in data)

    def pieces(self, path):
        """(line, connection, symbol, whether it is a delta, what it does to its book) of all that makes books."""
        for line in read_lines(path):
            frame = json.loads(line)
            if re.match(r"orderbook\.(50|200|1000)\.", frame.get("topic", "")):
                yield line, "ws", frame["topic"].split(".")[-1], frame["type"] == "delta", \
                    lambda book, frame=frame: book.take(frame)

    @staticmethod
    def image(stream, line):
        """What the exchange would bring when subscribed to anew behind this line: a snapshot on the stream."""
        frame, levels = json.loads(line), levels_of(stream.book)
        frame["data"].update(b=levels["bids"], a=levels["asks"])
        return "ws", json.dumps({**frame, "type": "snapshot"}, separators=(",", ":")).encode()

    def rebuild(self, path):
        """{symbol: Stepped}; nothing if there is no snapshot."""
        books = collections.defaultdict(Stepped)
        for _, _, symbol, _, change in self.pieces(path):
            change(books[symbol])
        return {symbol: book for symbol, book in books.items() if book.last is not None}

    @staticmethod
    def follows(book, event):
        return int(event["first_update_id"]) == book.last + 1 == int(event["last_update_id"])


EXCHANGES = [Binance(), Usdm(), Bybit("bybit", "bybit-spot", 16), Bybit("bybit-linear", "bybit-linear", 20),
             Bybit("bybit-inverse", "bybit-inverse", 5), Korean("bithumb", 8), Korean("upbit", 12)]


def read_lines(path):
    with open(path, "rb") as file:
        return file.read().splitlines()


def connections(path):
    """The connection of each line: (is a REST reply, the symbol it is of)."""
    base = path[:-len(".jsonl")]
    if not os.path.exists(base + ".conn"):
        return None
    with open(base + ".conns.json", encoding="utf-8") as file:
        known = json.load(file)
    names = [name.decode() for name in read_lines(base + ".conn")]
    urls = {name: about["url"] if isinstance(about, dict) else "" for name, about in known.items()}
    return [(name.startswith(("http", "rest")), (re.findall(r"symbol=(\w+)", urls[name]) or [None])[0]) for name in names]


def levels_of(book):
    return {name: [[f"{price:f}", f"{size:f}"] for price, size in side.items()] for name, side in book.sides.items()}


def follow_books(exchange, messages):
    """{symbol: [book as it is at the end, each whole book that came]} of the events, each `ok` one checked against those
    before."""
    books = {}
    for event in messages:
        if event["kind"] != "book":
            continue
        name = event["exchange_symbol"]
        if event["update"] == "snapshot" and event["state"] == "ok":
            book, history = books.get(name, (None, []))
            book = Book()
            book.replace(event)
            books[name] = book, [*history, book.sides]
        elif event["state"] != "ok":
            books.pop(name, None)
            continue
        elif event["update"] == "delta":
            book = books[name][0]
            assert exchange.follows(book, event), event
            book.apply(event)
        if event["update"] != "state":
            book = books[name][0]
            book.last = int(event.get("last_update_id", 0))
            bids, asks = book.sides["bids"], book.sides["asks"]
            assert not bids or not asks or max(bids) < min(asks), f"{name} crosses at {book.last}"
            assert all(size > 0 for side in (bids, asks) for size in side.values()), event
    return books


def levels_are_real(event):
    return all(Decimal(price) > 0 for side in ("bids", "asks") for price, _ in event.get(side, []))
