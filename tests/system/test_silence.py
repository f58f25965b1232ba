# SPDX-License-Identifier: Apache-2.0
"""Acknowledged is not live: a channel that is dead is told from a market that is quiet, said, and subscribed anew alone;
the connection that carries it is never restarted for it. Nor for one that the exchange refuses."""
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from harness import SHORT, Stack, Subscriber, connection, main, until

SLACK = 3 if SHORT else 1
QUICK = ", silent: 3s, stale: 60s, hangup: 60s, backoff_min: 100ms, backoff_max: 2s"


def state_of(stack, exchange, channel, symbol):
    rows = stack.gateway.result("subscription.list", exchange=exchange, channel=channel, symbol=symbol)["subscriptions"]
    return (rows[0]["state"], rows[0].get("reason")) if rows else None


def reconnects(stack):
    return stack.gateway.result("stats.get")["gateway"]["reconnects"]


def stands(stack, exchange, channel, symbol, wanted, seconds):
    until(lambda: state_of(stack, exchange, channel, symbol) == wanted, seconds * SLACK,
          f"{channel} of {symbol} is {wanted}, it is {state_of(stack, exchange, channel, symbol)}")


def dead_channel(exchange, symbol, key, channel, feeds):
    """One stream is acknowledged and mute while the market goes on: silent; with the stream back it is live again."""
    connections = [connection(kind, kind, [symbol], exchange=exchange) for kind in feeds]
    with Stack(["--symbols", 3, "--rate", 200, "--paused"], connections, exchange=QUICK, venue=exchange) as stack:
        until(lambda: stack.sim.stats()["streams"] > 0, 20, "something is subscribed")
        stack.sim.fault("mute", stream=key)
        stack.sim.get("/sim/resume")
        stands(stack, exchange, channel, symbol, ("silent", "silent"), 30)
        others = [kind for kind in ("trade", "book", "quote") if kind != channel and
                  state_of(stack, exchange, kind, symbol) is not None]
        for other in others:
            stands(stack, exchange, other, symbol, ("live", None), 10)
        feed = Subscriber(stack.gateway.feed, f"{channel}.{exchange}.{symbol}.")
        stack.sim.fault("none")
        stands(stack, exchange, channel, symbol, ("live", None), 30)
        feed.wait_for(lambda _, event: event["state"] == "ok", 30 * SLACK, f"{channel} is ok again")
        feed.close()
        assert reconnects(stack) == 0, "a healthy connection was restarted"


def test_a_dead_channel_is_told_by_its_siblings_and_subscribed_anew_alone():
    dead_channel("binance", "BTC-USDT", "btcusdt@trade", "trade", ["price_feed", "trade_feed", "order_book"])
    dead_channel("binance", "BTC-USDT", "btcusdt@depth@100ms", "book", ["price_feed", "trade_feed", "order_book"])
    dead_channel("bybit-linear", "BTC-USDT-PERP", "publicTrade.BTCUSDT", "trade",
                 ["price_feed", "trade_feed", "order_book"])


def test_a_quiet_market_is_no_dead_channel():
    """Of an instrument that nobody trades only its ticker comes, which says that nobody trades it."""
    names = ["BTC-USDT", "S0003-USDT"]
    connections = [connection("trades", "trade_feed", names), connection("quotes", "price_feed", names)]
    with Stack(["--symbols", 3, "--active", 1, "--rate", 200], connections, exchange=QUICK) as stack:
        stands(stack, "binance", "trade", "BTC-USDT", ("live", None), 30)
        stands(stack, "binance", "trade", "S0003-USDT", ("silent", "quiet_market"), 30)
        heads = stack.gateway.result("stats.get")["gateway"]["heads"]
        until(lambda: stack.gateway.result("stats.get")["gateway"]["heads"] >= heads + 8, 30, "eight seconds have gone by")
        assert state_of(stack, "binance", "trade", "S0003-USDT") == ("silent", "quiet_market")
        assert "subscribed_anew" not in stack.gateway.log_text(), "a quiet market was subscribed anew"
        stack.sim.get("/sim/send?stream=s0003usdt@trade&count=1")
        stands(stack, "binance", "trade", "S0003-USDT", ("live", None), 30)
        assert reconnects(stack) == 0


def test_what_the_exchange_repeats_itself_has_a_deadline():
    """Bybit says the top of a book again every three seconds: ten without are too many, trade or no trade."""
    with Stack(["--symbols", 3, "--active", 1, "--rate", 50], [connection("quotes", "price_feed", ["BTC-USDT-PERP"],
                                                                          exchange="bybit-linear")],
               exchange=QUICK, venue="bybit-linear") as stack:
        stands(stack, "bybit-linear", "quote", "BTC-USDT-PERP", ("live", None), 30)
        feed = Subscriber(stack.gateway.feed, "quote.bybit-linear.")
        stack.sim.fault("mute", stream="orderbook.1.BTCUSDT")
        _, event = feed.wait_for(lambda _, event: event["state"] == "stale", 25 * SLACK, "the quote is stale")
        assert event["reason"] == "silent", event
        _, event = feed.wait_for(lambda _, event: event["update"] == "data", 10 * SLACK, "the ticker goes on")
        assert event["state"] == "stale" and event["stale_parts"] == ["orderbook.1"], event
        stack.sim.fault("none")
        feed.wait_for(lambda _, event: event["state"] == "ok" and "bid_price" in event, 30 * SLACK, "the quote is ok again")
        feed.close()
        assert reconnects(stack) == 0


def test_a_session_that_brings_nothing_is_not_hidden_by_another():
    """A USD-M quote has its price from one path and its top from another: what one brings proves nothing of the other."""
    with Stack(["--symbols", 3, "--active", 1, "--rate", 100], [connection("quotes", "price_feed", ["BTC-USDT-PERP"],
                                                                           exchange="binance-usdm")],
               exchange=QUICK.replace("stale: 60s", "stale: 3s"), venue="binance-usdm") as stack:
        stands(stack, "binance-usdm", "quote", "BTC-USDT-PERP", ("live", None), 30)
        feed = Subscriber(stack.gateway.feed, "quote.binance-usdm.")
        stack.sim.fault("mute", stream="btcusdt@ticker")
        feed.wait_for(lambda _, event: event["state"] == "stale", 10 * SLACK, "the quote is stale")
        for _ in range(20):  # the top goes on, and the quote with it
            _, event = feed.wait_for(lambda _, event: event["update"] == "data", 10 * SLACK, "the top of the book flows")
            assert event["state"] == "stale" and event["stale_parts"] == ["ticker"], event
        stack.sim.fault("none")
        feed.wait_for(lambda _, event: event["state"] == "ok", 20 * SLACK, "the quote is ok again")
        feed.close()
        assert reconnects(stack) == 0


def test_one_bad_topic_is_dropped_and_said_and_the_others_go_on():
    """Bybit refuses a whole request for one topic that it does not know."""
    with Stack(["--symbols", 3, "--rate", 200], exchange=QUICK, venue="bybit-linear") as stack:
        stack.gateway.result("connector.create", type="BybitPublicConnector", exchange="bybit-linear")
        listed = until(lambda: (stack.gateway.ask("instrument.list", exchange="bybit-linear") or {}).get("result", {}).get("instruments"),
                       20 * SLACK, "the list is there")
        names, bad = [row["symbol"] for row in listed], listed[1]
        stack.sim.fault("delisted", symbol=bad["exchange_symbol"])
        feed = Subscriber(stack.gateway.feed, f"sys.subscription.bybit-linear.trade.{bad['symbol']}.", "trade.bybit-linear.")
        until(lambda: stack.gateway.result("stats.get")["gateway"]["feed_subscriptions"] >= 2, 20, "the reader is there")
        stack.gateway.result("subscription.add", exchange="bybit-linear", channel="trade", symbols=names)
        _, told = feed.wait_for(lambda topic, event: event.get("state") == "refused", 20 * SLACK, "the bad one is told")
        assert told["reason"] == "refused_by_exchange" and "handler not found" in told["detail"], told
        for name in names:
            if name != bad["symbol"]:
                stands(stack, "bybit-linear", "trade", name, ("live", None), 20)
        feed.close()
        assert reconnects(stack) == 0


if __name__ == "__main__":
    main(globals())
