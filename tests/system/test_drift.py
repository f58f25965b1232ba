# SPDX-License-Identifier: Apache-2.0
"""An exchange begins to send something new: it is said, with a sample, and what is known of it flows on."""
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from harness import SHORT, Stack, Subscriber, connection, main, until

SLACK = 3 if SHORT else 1
SYMBOLS = {"binance": "BTC-USDT", "binance-usdm": "BTC-USDT-PERP", "bybit": "BTC-USDT", "bybit-linear": "BTC-USDT-PERP",
           "bybit-inverse": "BTC-USD-PERP", "upbit": "BTC-KRW", "bithumb": "BTC-KRW"}


def test_a_field_that_nobody_knew_is_said_and_the_event_flows():
    """The simulator's stamp is such a field: "ns", in every payload."""
    for exchange, symbol in SYMBOLS.items():
        feeds = [connection(kind, kind, [symbol], exchange=exchange) for kind in ("price_feed", "trade_feed", "order_book")]
        with Stack(["--symbols", 3, "--rate", 200, "--stamp"], feeds, venue=exchange) as stack:
            feed = Subscriber(stack.gateway.feed, f"sys.drift.{exchange}.", f"trade.{exchange}.")
            _, drift = feed.wait_for(lambda topic, event: topic.startswith("sys.drift.") and event.get("drift") == "unknown_field",
                                     30 * SLACK, f"{exchange} drifts")
            assert drift["name"] == "ns" and '"ns":' in drift["example"] and drift["count"] > 0, drift
            feed.wait_for(lambda topic, event: event.get("update") == "data" and event["state"] == "ok", 20 * SLACK,
                          f"trades of {exchange} flow")
            until(lambda: all(row["state"] == "live" for row in stack.gateway.result("subscription.list")["subscriptions"]),
                  30 * SLACK, f"all of {exchange} is live")
            totals = stack.gateway.result("stats.get")["gateway"]
            assert totals["refused"] == 0, totals
            feed.close()


if __name__ == "__main__":
    main(globals())
