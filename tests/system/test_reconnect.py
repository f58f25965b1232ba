# SPDX-License-Identifier: Apache-2.0
"""What the exchange or the network does to a session: the state says so in time, no wrong book is ok, and we never
break the exchange's law. Bounds: docs/ARCHITECTURE.md, the failure table."""
import os
import sys
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from checker import Book
from harness import SHORT, Stack, connection, main, symbols, until
from joiner import Joiner

NAMES = symbols(5)
# The bounds of the table, with deadlines made shorter by the same config a user has: stale 2 s, dead 4 s.
EXCHANGE = (", stale: 2s, ping_idle: 2s, hangup: 4s, connect_timeout: 2s, upgrade_timeout: 2s, backoff_min: 100ms,"
            " backoff_max: 2s")
SLACK = 3 if SHORT else 1


class Watch:
    """Follows books and trades of all symbols; a book that is ok but crossed, or a hole, is a failure at once."""

    def __init__(self, stack):
        self.stack = stack
        self.joiner = Joiner(stack.gateway, "book.", "trade.")
        self.joiner.feed.socket.subscribe("sys.connection.")
        self.joiner.join()
        self.states = []  # (moment, topic, state, reason)
        self.connections = []

    def read(self, wait_ms=20):
        got = self.joiner.read(wait_ms)
        if not got:
            return None
        topic, event = got
        if topic.startswith("sys.connection."):
            self.connections.append((time.monotonic(), event))
        elif "update" in event:
            self.states.append((time.monotonic(), topic, event["state"], event.get("reason")))
            mine = self.joiner.topics[topic]
            assert not (mine.valid and mine.book.crossed()), f"{topic} is ok and crossed at seq {event['seq']}"
        assert not self.joiner.holes, self.joiner.holes
        return got

    def wait_state(self, wanted, seconds, what, reasons=None):
        """Until every topic has said one of the wanted states (for one of the reasons); the longest it took."""
        began, place = time.monotonic(), len(self.states)
        missing = set(self.joiner.topics)
        took = 0.0
        while missing:
            assert time.monotonic() - began < seconds * SLACK, f"within {seconds} s: {what}: not said by {sorted(missing)[:3]}"
            self.read()
            for moment, topic, state, reason in self.states[place:]:
                if state in wanted and topic in missing and (reasons is None or reason in reasons):
                    missing.discard(topic)
                    took = moment - began
            place = len(self.states)
        return took

    def wait_recovered(self, seconds):
        """All topics are ok again and every book equals the true one."""
        began = time.monotonic()
        while len(self.joiner.topics) < 2 * len(NAMES) or any(topic.state != "ok" for topic in self.joiner.topics.values()):
            assert time.monotonic() - began < seconds * SLACK, \
                f"not recovered: { {name: topic.state for name, topic in self.joiner.topics.items() if topic.state != 'ok'} }"
            self.read()
        took = time.monotonic() - began
        self.stack.sim.get("/sim/pause")
        deadline = time.monotonic() + 10
        for name in NAMES:
            truth = self.stack.sim.get("/sim/book?symbol=" + name.replace("-", ""))
            theirs = Book()
            theirs.replace(truth)
            mine = self.joiner.topics[f"book.binance.{name}."]
            while not (mine.valid and mine.book.sides == theirs.sides):
                assert time.monotonic() < deadline, f"{name}: the book does not become the true one"
                self.read()
                mine = self.joiner.topics[f"book.binance.{name}."]
        self.stack.sim.get("/sim/resume")
        return took


def watched(options=()):
    return Stack(["--symbols", 5, "--rate", 400, "--seed", 21, "--depth", 50, *options],
                 [connection("books", "order_book", NAMES), connection("trades", "trade_feed", NAMES)], exchange=EXCHANGE)


def run_fault(fault, arguments, states, bound, reasons, recovery, end=True):
    with watched() as stack:
        until(lambda: all(row["state"] == "live" for row in stack.gateway.result("connection.list")["connections"]), 30,
              "both connections are live")
        watch = Watch(stack)
        watch.wait_recovered(20)
        stack.sim.fault(fault, **arguments)
        took = watch.wait_state(states, bound, f"{fault} is said", reasons)
        if end:
            stack.sim.fault("none")
        back = watch.wait_recovered(recovery)
        print(f"  {fault}: said after {took:.2f} s (bound {bound} s), all ok and right {back:.2f} s later")
        watch.joiner.close()


def test_a_proper_close_is_said_within_1_s():
    run_fault("cut", {}, {"down"}, 1, {"closed_by_peer"}, 15)


def test_a_reset_is_said_within_1_s():
    run_fault("reset", {}, {"down"}, 1, {"closed_by_peer", "connection_reset"}, 15)


def test_a_silent_socket_is_stale_then_down():
    with watched() as stack:
        watch = Watch(stack)
        watch.wait_recovered(30)
        stack.sim.fault("silent")
        stale = watch.wait_state({"stale"}, 3, "stale is said", {"silent"})
        down = watch.wait_state({"down"}, 4, "down is said", {"silent"})
        stack.sim.fault("none")
        watch.wait_recovered(20)
        print(f"  silent: stale after {stale:.2f} s, down {down:.2f} s later")
        watch.joiner.close()


def test_data_that_stops_while_pongs_flow_is_stale_and_no_reconnect():
    with watched() as stack:
        watch = Watch(stack)
        watch.wait_recovered(30)
        before = stack.sim.stats()["connects"]
        stack.sim.fault("quiet", for_ms=6000)
        stale = watch.wait_state({"stale"}, 3, "stale is said", {"silent"})
        watch.wait_state({"ok"}, 15, "ok is said again")
        assert stack.sim.stats()["connects"] == before, "a healthy connection was restarted"
        watch.wait_recovered(20)
        print(f"  quiet: stale after {stale:.2f} s, ok again with the data, no reconnect")
        watch.joiner.close()


def refused(kind, reasons, **arguments):
    """New attempts fail: after a cut the state stays down for that reason, and attempts keep to the backoff."""
    with watched() as stack:
        watch = Watch(stack)
        watch.wait_recovered(30)
        before = stack.sim.stats()["connects"]
        stack.sim.fault(kind, **arguments)
        stack.sim.fault("cut")
        watch.wait_state({"down"}, 1, "down is said")
        began = time.monotonic()
        found = until(lambda: watch.read() is None and False or
                      next((event for moment, event in watch.connections
                            if moment > began - 1 and event.get("reason") in reasons), None),
                      10 * SLACK, f"a connection says one of {reasons}")
        until(lambda: watch.read() is None and False or time.monotonic() - began > 4, 10, "four seconds of refusals")
        attempts = stack.sim.stats()["connects"] - before
        assert 1 <= attempts <= 60, attempts
        assert not any(topic.valid for topic in watch.joiner.topics.values()), "a book is ok without a session"
        stack.sim.fault("none")
        watch.wait_recovered(30)
        print(f"  {kind}: said as {found.get('reason')}, {attempts} attempts in 4 s")
        watch.joiner.close()
        return attempts


def test_a_refused_connection_is_said():
    refused("refuse", {"connect_failed", "tls_refused", "connection_reset", "closed_by_peer"})


def test_an_upgrade_that_is_never_answered_is_said():
    refused("stall", {"upgrade_timeout"})


def test_429_is_said_and_its_retry_after_obeyed():
    attempts = refused("status", {"rate_limited"}, code=429, retry_after=7)
    assert attempts <= 2, f"{attempts} attempts although the exchange said to wait 7 s"


def test_a_gap_is_repaired_and_said():
    with watched() as stack:
        watch = Watch(stack)
        watch.wait_recovered(30)
        stack.sim.fault("drop", symbol="BTCUSDT", count=1)
        topic = "book.binance.BTC-USDT."
        until(lambda: watch.read() is None and False or
              any(name == topic and state == "recovering" and reason == "gap" for _, name, state, reason in watch.states),
              10, "the gap is said")
        took = watch.wait_recovered(20)
        others = {name for _, name, state, reason in watch.states if reason == "gap"}
        assert others == {topic}, others
        print(f"  gap: repaired in {took:.2f} s, no other topic concerned")
        watch.joiner.close()


def test_snapshots_older_than_the_stream_are_asked_again():
    with watched() as stack:
        watch = Watch(stack)
        watch.wait_recovered(30)
        stack.sim.fault("rest_old", count=3)
        stack.sim.fault("drop", symbol="BTCUSDT", count=1)
        until(lambda: watch.read() is None and False or
              any(reason == "gap" for _, _, _, reason in watch.states), 10, "the gap is said")
        watch.wait_recovered(30)
        watch.joiner.close()


def test_frames_that_are_no_good_are_counted_and_the_session_stays():
    with watched() as stack:
        watch = Watch(stack)
        watch.wait_recovered(30)
        before = stack.sim.stats()["connects"]
        stack.sim.fault("garbage", count=30)
        until(lambda: watch.read() is None and False or
              stack.gateway.result("stats.get")["gateway"]["refused"] >= 30, 10, "30 frames are refused")
        assert stack.sim.stats()["connects"] == before
        watch.wait_recovered(30)
        watch.joiner.close()


def test_a_server_shutdown_is_survived():
    with watched() as stack:
        watch = Watch(stack)
        watch.wait_recovered(30)
        before = stack.sim.stats()["connects"]
        stack.sim.fault("shutdown")
        until(lambda: watch.read() is None and False or stack.sim.stats()["connects"] > before, 15, "a new connection")
        watch.wait_recovered(30)
        watch.joiner.close()


def test_fragmented_messages_are_put_together():
    with watched() as stack:
        watch = Watch(stack)
        watch.wait_recovered(30)
        stack.sim.fault("fragment", bytes=7, for_ms=2000)
        place = len(watch.states)
        until(lambda: watch.read() is None and False or len(watch.states) > place + 200, 20, "200 events in fragments")
        assert not [state for state in watch.states[place:] if state[2] != "ok"]
        watch.wait_recovered(30)
        watch.joiner.close()


def test_a_message_over_the_cap_ends_the_session():
    with watched() as stack:
        watch = Watch(stack)
        watch.wait_recovered(30)
        before = stack.gateway.rss_kib()
        stack.sim.fault("large", bytes=17 * 1024 * 1024)
        watch.wait_state({"down"}, 10, "down is said", {"message_too_large"})
        watch.wait_recovered(30)
        assert stack.gateway.rss_kib() - before < 17 * 1024 or SHORT
        watch.joiner.close()


if __name__ == "__main__":
    main(globals())
