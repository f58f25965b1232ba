# SPDX-License-Identifier: Apache-2.0
"""What the messages of accounts say, written once more in the plainest way; nothing of the gateway's code takes part.
`told(exchange, frame)` gives the events that a frame must become, in their order: (kind, fields that it must have); None
if it is no message of an account, or lacks what every such message has today. Messages of SILENT give none."""
from decimal import Decimal

# By the exchange's word, and why nothing is told of it.
SILENT = {
    "balanceUpdate": "what a deposit adds: outboundAccountPosition says what there is",
    "externalLockUpdate": "the same of an amount that is locked",
    "listStatus": "of a list of orders: each order of it says its own",
    "TRADE_LITE": "the same fill comes as ORDER_TRADE_UPDATE, with its fee",
    "ACCOUNT_CONFIG_UPDATE": "leverage or mode of a symbol: the next reconciliation says it",
    "MARGIN_CALL": "a warning: positions are told when they change",
    "STRATEGY_UPDATE": "of the exchange's own trading programs: their orders say their own",
    "GRID_UPDATE": "the same",
    "CONDITIONAL_ORDER_TRIGGER_REJECT": "of before 2025-12-09: the order says that it has expired",
    "listenKeyExpired": "a control word: the stream is over",
    "execution.fast": "the same fill comes as execution, with its fee",
}

# (exchange, word) of statuses that the exchange does not have: of samples that are not its own.
STRANGE = {("binance", "CANCELLED")}


def add(a, b):
    return str(Decimal(a) + Decimal(b))


def binance_order(report, order_id=None):
    yield "order", {"exchange_symbol": report["s"], "order_id": order_id or str(report["i"]), "exchange_status": report["X"],
                    "side": report["S"].lower(), "qty": report["q"], "filled_qty": report["z"],
                    "client_order_id": report.get("C") or report["c"]}
    if report["x"] == "TRADE":
        yield "fill", {"exchange_symbol": report["s"], "order_id": str(report["i"]), "trade_id": str(report["t"]),
                       "side": report["S"].lower(), "price": report["L"], "qty": report["l"],
                       "liquidity": "maker" if report["m"] else "taker"}


def binance_algo(report):
    yield "order", {"exchange_symbol": report["s"], "order_id": f"algo-{report['aid']}", "exchange_status": report["X"],
                    "side": report["S"].lower(), "qty": report["q"], "client_order_id": report["caid"]}


def side_of(size):
    return "long" if size > 0 else "short" if size < 0 else "flat"


def binance_update(update):
    for row in update["B"]:
        yield "balance", {"asset": row["a"], "total": row["wb"]}
    for row in update["P"]:
        leg = {} if row["ps"] == "BOTH" else {"position_side": row["ps"].lower()}
        size = Decimal(row["pa"])
        yield "position", {"exchange_symbol": row["s"], "side": side_of(size), "qty": str(abs(size)), **leg}


def binance_balances(rows):
    for row in rows:
        yield "balance", {"asset": row["a"], "free": row["f"], "locked": row["l"], "total": add(row["f"], row["l"])}


BINANCE = {
    "executionReport": binance_order, "ORDER_TRADE_UPDATE": lambda data: binance_order(data["o"]),
    "ALGO_UPDATE": lambda data: binance_algo(data["o"]), "ACCOUNT_UPDATE": lambda data: binance_update(data["a"]),
    "outboundAccountPosition": lambda data: binance_balances(data["B"]),
}


def binance(frame):
    data = frame.get("event", frame.get("data", frame))
    return data.get("e"), BINANCE.get(data.get("e")), data


def bybit_orders(rows):
    for row in rows:
        yield "order", {"exchange_symbol": row["symbol"], "order_id": row["orderId"], "exchange_status": row["orderStatus"],
                        "side": row["side"].lower(), "qty": row["qty"], "filled_qty": row["cumExecQty"]}


def bybit_fills(rows):
    for row in rows:
        yield "fill", {"exchange_symbol": row["symbol"], "order_id": row["orderId"], "trade_id": row["execId"],
                       "side": row["side"].lower(), "price": row["execPrice"], "qty": row["execQty"]}


def bybit_positions(rows):
    for row in rows:
        side = {"Buy": "long", "Sell": "short"}.get(row["side"], "flat") if Decimal(row["size"]) else "flat"
        yield "position", {"exchange_symbol": row["symbol"], "side": side, "qty": row["size"]}


def bybit_balances(rows):
    for row in rows:
        for coin in row["coin"]:
            yield "balance", {"asset": coin["coin"], "total": coin["walletBalance"]}


BYBIT = {"order": bybit_orders, "execution": bybit_fills, "position": bybit_positions, "wallet": bybit_balances}


def bybit(frame):
    topic = frame.get("topic", "")
    return topic, BYBIT.get(topic), frame.get("data")


def korean_order(frame):
    yield "order", {"exchange_symbol": frame["code"], "order_id": frame["uuid"], "exchange_status": frame["state"],
                    "side": {"BID": "buy", "ASK": "sell"}[frame["ask_bid"]], "filled_qty": frame["executed_volume"],
                    "leaves_qty": frame["remaining_volume"]}
    if frame["state"] == "trade":
        yield "fill", {"exchange_symbol": frame["code"], "order_id": frame["uuid"], "trade_id": frame["trade_uuid"],
                       "price": frame["price"], "qty": frame["volume"]}


def korean_balances(frame):
    for row in frame["assets"] if "assets" in frame else frame["ast"]:
        free, locked = (row[long if long in row else short] for long, short in (("balance", "b"), ("locked", "l")))
        yield "balance", {"asset": row["currency" if "currency" in row else "cu"], "free": free, "locked": locked,
                          "total": add(free, locked)}


def korean(frame):
    word = frame.get("type", frame.get("ty"))
    return word, {"myOrder": korean_order, "myAsset": korean_balances}.get(word), frame


ROUTES = {"binance": binance, "binance-usdm": binance, "bybit": bybit, "bybit-linear": bybit, "bybit-inverse": bybit,
          "upbit": korean, "bithumb": korean}


def told(exchange, frame):
    if not isinstance(frame, dict):
        return None
    word, read, data = ROUTES[exchange](frame) if isinstance(frame.get("data", {}), (dict, list)) else (None, None, None)
    if word in SILENT:
        return []
    try:
        return list(read(data)) if read else None
    except (KeyError, TypeError, AttributeError):
        return None


def same(wanted, given):
    """Numbers by value, texts as they are."""
    try:
        return Decimal(str(wanted)) == Decimal(str(given))
    except ArithmeticError:
        return wanted == given
