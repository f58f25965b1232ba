# SPDX-License-Identifier: Apache-2.0
"""What each exchange's frames mean, written out once more in the plainest way; nothing of the gateway's code takes
part. `parts(exchange, record)` gives (kind, exchange_symbol, part, values) for each thing that a frame of the
simulator's truth says: values are exact numbers and texts, so that what a subscriber saw can be compared with them."""
from decimal import Decimal

# What a subscriber's event of a kind says, part by part; a part is what one upstream stream brings.
PARTS = {
    "trade": {"": ("trade_id", "price", "size", "side")},
    "candle": {"": ("open", "high", "low", "close", "volume")},
    "liquidation": {"": ("price", "size", "side")},
    "quote": {"day": ("price", "volume", "turnover", "change_24h"),
              "top": ("bid_price", "bid_size", "ask_price", "ask_size")},
    "mark": {"": ("mark_price", "index_price", "funding_rate")},
}
NUMBERS = {"price", "size", "open", "high", "low", "close", "volume", "turnover", "change_24h", "bid_price", "bid_size",
           "ask_price", "ask_size", "mark_price", "index_price", "funding_rate"}


def number(value):
    """An exact number, whichever way it is spelled; None where there is none."""
    return None if value in (None, "") else Decimal(value)


def levels(side):
    return tuple((Decimal(price), Decimal(size)) for price, size in side)


def seen(event):
    """The parts of an event as a subscriber sees it: (part, values)."""
    if event["kind"] == "book":
        yield "", (event.get("last_update_id"), levels(event["bids"]), levels(event["asks"]))
        return
    for part, fields in PARTS[event["kind"]].items():
        values = tuple(number(event.get(name)) if name in NUMBERS else event.get(name) for name in fields)
        if any(value is not None for value in values):
            yield part, values


def binance(record):
    frame = record["frame"]
    if "stream" not in frame:
        return
    data, name = frame["data"], frame["stream"].split("@", 1)[1]
    symbol = (data.get("s") or data["o"]["s"])
    if name in ("trade", "aggTrade"):
        yield "trade", symbol, "", (str(data["t" if name == "trade" else "a"]), number(data["p"]), number(data["q"]),
                                    "sell" if data["m"] else "buy")
    elif name.startswith("depth"):
        yield "book", symbol, "", (str(data["u"]), levels(data["b"]), levels(data["a"]))
    elif name == "ticker":
        yield "quote", symbol, "day", tuple(number(data[key]) for key in "cvqP")
        if "b" in data:
            yield "quote", symbol, "top", tuple(number(data[key]) for key in "bBaA")
    elif name == "bookTicker":
        yield "quote", symbol, "top", tuple(number(data[key]) for key in "bBaA")
    elif name.startswith("kline_"):
        yield "candle", symbol, "", tuple(number(data["k"][key]) for key in "ohlcv")
    elif name.startswith("markPrice"):
        yield "mark", symbol, "", tuple(number(data[key]) for key in "pir")
    elif name == "forceOrder":
        order = data["o"]
        yield "liquidation", symbol, "", (number(order["p"]), number(order["q"]), order["S"].lower())


TICKERS = {}  # (market, session, symbol) -> a ticker as its deltas have made it


def bybit(record):
    frame = record["frame"]
    if "topic" not in frame:
        return
    name, symbol = frame["topic"].rsplit(".", 1)
    data = frame["data"]
    if name == "publicTrade":
        for row in data:
            yield "trade", symbol, "", (row["i"], number(row["p"]), number(row["v"]), row["S"].lower())
    elif name == "orderbook.1":
        bid, ask = (data[side][0] if data[side] else ("", "") for side in "ba")
        yield "quote", symbol, "top", (number(bid[0]), number(bid[1]), number(ask[0]), number(ask[1]))
    elif name.startswith("orderbook."):
        yield "book", symbol, "", (str(data["u"]), levels(data["b"]), levels(data["a"]))
    elif name == "tickers":
        place = (record["market"], record["session"], symbol)
        if frame["type"] == "snapshot":
            TICKERS[place] = {}
        ticker = TICKERS.setdefault(place, {})
        ticker.update(data)
        change = number(ticker.get("price24hPcnt"))
        volume, turnover = (number(ticker.get(key)) for key in ("volume24h", "turnover24h"))
        if record["market"] == "bybit-inverse":  # a contract is one USD: what is called volume is in the quote
            volume, turnover = turnover, volume
        yield "quote", symbol, "day", (number(ticker.get("lastPrice")), volume, turnover,
                                       None if change is None else change.scaleb(2))
        if "markPrice" in ticker:
            yield "mark", symbol, "", tuple(number(ticker.get(key)) for key in ("markPrice", "indexPrice", "fundingRate"))
    elif name.startswith("kline."):
        volume = "turnover" if record["market"] == "bybit-inverse" else "volume"
        for row in data:
            yield "candle", symbol, "", tuple(number(row[key]) for key in ("open", "high", "low", "close", volume))
    elif name == "allLiquidation":
        for row in data:  # S is the position: a long that is liquidated is sold
            yield "liquidation", symbol, "", (number(row["p"]), number(row["v"]), "sell" if row["S"] == "Buy" else "buy")


def korean(record):
    """Upbit and Bithumb: whole books; a side's row is a level only if it has both a price and a size."""
    frame = record["frame"]
    if "type" not in frame:
        return
    kind, symbol = frame["type"], frame["code"]
    if kind == "trade" and frame["stream_type"] == "REALTIME":
        yield "trade", symbol, "", (str(frame["sequential_id"]), number(frame["trade_price"]), number(frame["trade_volume"]),
                                    "sell" if frame["ask_bid"] == "ASK" else "buy")
    elif kind == "ticker":
        yield "quote", symbol, "day", (number(frame["trade_price"]), number(frame["acc_trade_volume_24h"]),
                                       number(frame["acc_trade_price_24h"]), number(frame["signed_change_rate"]).scaleb(2))
    elif kind == "orderbook":
        sides = [tuple((Decimal(row[side + "_price"]), Decimal(row[side + "_size"])) for row in frame["orderbook_units"]
                       if Decimal(row[side + "_price"]) != 0 and Decimal(row[side + "_size"]) != 0) for side in ("bid", "ask")]
        yield "book", symbol, "", (None, *sides)
        bid, ask = (side[0] if side else (None, None) for side in sides)
        if bid != (None, None) or ask != (None, None):
            yield "quote", symbol, "top", (*bid, *ask)
    elif kind.startswith("candle."):
        yield "candle", symbol, "", tuple(number(frame[key]) for key in (
            "opening_price", "high_price", "low_price", "trade_price", "candle_acc_trade_volume"))


RULES = {"binance": binance, "binance-usdm": binance, "bybit": bybit, "bybit-linear": bybit, "bybit-inverse": bybit,
         "upbit": korean, "bithumb": korean}


def parts(exchange, record):
    record["market"] = exchange
    return RULES[exchange](record)
