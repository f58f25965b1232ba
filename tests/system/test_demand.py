# SPDX-License-Identifier: Apache-2.0
"""Demand: what is read on the feed is opened at the exchange, and closed a while after the last reader has left;
prefixes open nothing."""
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from harness import Stack, Subscriber, connection, main, symbols, until

DEMAND = "demand: {enabled: true, max: 3, linger: 1s}\n"


def stack(connections=(), demand=DEMAND):
    return Stack(["--symbols", 8, "--rate", 400, "--seed", 9], connections, extra=demand)


def streams(tested):
    return tested.sim.stats()["streams"]


def totals(tested):
    return tested.gateway.result("stats.get", part="gateway")["gateway"]


def wanted(tested):
    return {(row["channel"], row["symbol"]) for row in tested.gateway.result("subscription.list")["subscriptions"]}


def demanded(tested):
    return {row["symbol"] for row in tested.gateway.result("subscription.list")["subscriptions"] if row["demand"]}


def test_a_reader_opens_its_topic_and_it_closes_a_while_after_he_left():
    with stack() as tested:
        assert streams(tested) == 0
        assert not tested.gateway.result("connector.list")["connectors"], "nobody wants anything"
        reader = Subscriber(tested.gateway.feed, "trade.binance.BTC-USDT.")
        reader.wait_for(lambda topic, event: event["update"] == "data" and event["state"] == "ok", 20, "a trade")
        assert streams(tested) == 1
        rows = tested.gateway.result("subscription.list")["subscriptions"]
        assert len(rows) == 1 and rows[0]["demand"] and not rows[0]["added"], rows
        until(lambda: totals(tested)["demand"] == 1, 5, "it is counted")
        second = Subscriber(tested.gateway.feed, "trade.binance.BTC-USDT.", "candle.binance.ETH-USDT.1m.")
        second.wait_for(lambda topic, event: topic.startswith("candle.") and event["update"] == "data", 20, "a candle")
        reader.close()
        until(lambda: totals(tested)["feed_subscriptions"] == 2, 10, "the first reader has left")
        until(lambda: streams(tested) == 2, 10, "the second one reads both")
        second.close()
        until(lambda: streams(tested) == 0, 20, "all is closed after the linger")
        until(lambda: totals(tested)["demand"] == 0 and not wanted(tested), 5, "and the gateway knows")


def test_a_reader_that_comes_back_in_time_finds_his_book_as_it_was():
    with stack(demand="demand: {enabled: true, linger: 60s}\n") as tested:
        topic = "book.binance.BTC-USDT."
        reader = Subscriber(tested.gateway.feed, topic)
        reader.wait_for(lambda _, event: event["update"] == "delta" and event["state"] == "ok", 20, "the book is whole")
        reader.close()
        until(lambda: totals(tested)["feed_subscriptions"] == 0, 10, "nobody reads it")
        again = Subscriber(tested.gateway.feed, topic)
        _, event = again.wait_for(lambda _, event: True, 10, "it flows on")
        assert event["update"] == "delta" and event["state"] == "ok", event
        again.close()


def test_prefixes_and_what_there_is_not_open_nothing():
    with stack([connection("trades", "trade_feed", ["ETH-USDT"])]) as tested:
        until(lambda: streams(tested) == 1, 20, "what was configured is open")
        recorder = Subscriber(tested.gateway.feed, "", "trade.", "trade.binance.", "trade.binance.BTC-USDT",
                              "candle.binance.BTC-USDT.", "trade.binance.NOPE-USDT.", "mark.binance.BTC-USDT.",
                              "trade.upbit.BTC-KRW.", "candle.binance.BTC-USDT.7m.", "trade.binance.%42TC-USDT.")
        recorder.wait_for(lambda topic, event: topic == "trade.binance.ETH-USDT." and event["update"] == "data", 20,
                          "the recorder hears what flows")
        until(lambda: totals(tested)["feed_subscriptions"] == 10, 10, "all of it has come")
        recorder.wait_for(lambda topic, event: topic == "sys.stats.gateway." and event["feed_subscriptions"] == 10, 10,
                          "and the gateway has gone on for a while")
        assert streams(tested) == 1 and totals(tested)["demand"] == 0 and wanted(tested) == {("trade", "ETH-USDT")}
        recorder.close()


def test_what_is_held_by_others_stays_and_what_is_beyond_the_cap_waits():
    with stack([connection("trades", "trade_feed", ["BTC-USDT"])]) as tested:
        topics = [f"trade.binance.{symbol}." for symbol in symbols(5)]
        reader = Subscriber(tested.gateway.feed, *topics)
        until(lambda: totals(tested)["demand"] == 3, 20, "as many as demand.max")
        until(lambda: totals(tested)["demand_refused"] == 2, 10, "the others are counted")
        log = tested.gateway.log_text()
        assert log.count("demand_refused") == 1, log
        opened = demanded(tested)
        for symbol in sorted(opened)[:2]:
            reader.socket.unsubscribe(f"trade.binance.{symbol}.")
        until(lambda: len(demanded(tested) - opened) == 2, 30, "those that waited have their turn")
        reader.close()
        until(lambda: wanted(tested) == {("trade", "BTC-USDT")}, 20, "what a connection wants stays")


def test_a_bomb_of_prefixes_opens_no_more_than_the_cap_and_harms_nobody():
    with stack() as tested:
        reader = Subscriber(tested.gateway.feed, "trade.binance.BTC-USDT.")
        reader.wait_for(lambda topic, event: event["update"] == "data", 20, "a trade")
        bomb = Subscriber(tested.gateway.feed)
        for i in range(20000):
            bomb.socket.subscribe(f"trade.binance.X{i}-USDT." if i % 2 else f"x{i}")
        until(lambda: totals(tested)["feed_subscriptions"] == 20001, 30, "the bomb has come")
        until(lambda: totals(tested)["demand_dropped"] >= 9000, 5, "what it asked for beyond the bounds is counted")
        assert totals(tested)["demand"] == 1 and streams(tested) == 1
        reader.wait_for(lambda topic, event: event["update"] == "data", 10, "the reader's trades go on")
        bomb.close()
        until(lambda: totals(tested)["feed_subscriptions"] == 1, 30, "it has left")
        later = Subscriber(tested.gateway.feed, "trade.binance.ETH-USDT.")
        later.wait_for(lambda topic, event: event["update"] == "data", 20, "others find room again")
        later.close()
        reader.close()


if __name__ == "__main__":
    main(globals())
