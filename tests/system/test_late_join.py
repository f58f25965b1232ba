# SPDX-License-Identifier: Apache-2.0
"""Late joins under load, losses that are noticed, and a manager that stalls."""
import os
import random
import subprocess
import sys
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from checker import Book
from harness import PROGRAMS, SHORT, Stack, connection, main, symbols, until
from joiner import Joiner

JOINS, RATE = (20, 1000) if SHORT else (200, 10000)
ACTIVE, QUIET = 100, 5
NAMES = symbols(ACTIVE + QUIET)


def book_topic(name):
    return f"book.binance.{name}."


def compare_with_gateway(stack, joiner, name):
    """The joiner's book equals the gateway's at the same seq."""
    topic = book_topic(name)
    image = stack.gateway.result("book.get", exchange="binance", symbol=name, depth=5000)
    deadline = time.monotonic() + 10
    while joiner.topics[topic].seq < image["seq"]:
        assert time.monotonic() < deadline, f"{topic}: seq {image['seq']} never came"
        before = joiner.topics[topic].seq
        joiner.read(100)
        assert joiner.topics[topic].seq <= max(before + 1, image["seq"])
    mine = joiner.topics[topic]
    assert mine.seq == image["seq"], (topic, mine.seq, image["seq"])
    if image["state"] == "ok":
        theirs = Book()
        theirs.replace(image)
        assert mine.valid, f"{topic} at {mine.seq}: ok at the gateway, not proven here"
        assert mine.book.sides == theirs.sides, f"{topic} at seq {mine.seq}: books differ"
        return 1
    return 0


def test_joined_books_equal_the_gateways_at_the_same_seq():
    chance = random.Random(11)
    compared = lonely = 0
    options = ["--symbols", len(NAMES), "--active", ACTIVE, "--rate", RATE, "--burst", 10, "--seed", 11, "--depth", 200]
    connections = [connection("books", "order_book", NAMES), connection("trades", "trade_feed", NAMES)]
    with Stack(options, connections, exchange=", book_depth: 500") as stack:
        until(lambda: stack.sim.stats()["streams"] == 2 * len(NAMES), 60, "all streams are subscribed")
        until(lambda: all(row["state"] == "live" for row in stack.gateway.result("connection.list")["connections"]), 90,
              "both connections are live")
        for _ in range(JOINS):
            names = {NAMES[min(int(chance.paretovariate(0.8)) - 1, ACTIVE - 1)] for _ in range(2)}
            quiet = NAMES[ACTIVE + chance.randrange(QUIET)]
            prefixes = [book_topic(name) for name in names] + [f"trade.binance.{quiet}."]
            joiner = Joiner(stack.gateway, *prefixes)
            # Exactly one event on a quiet topic, at any moment of the join, and then none.
            when = chance.randrange(3)
            stream = quiet.replace("-", "").lower() + "@trade"
            if when == 0:
                stack.sim.get(f"/sim/send?stream={stream}&count=1")
            joiner.join()
            if when == 1:
                stack.sim.get(f"/sim/send?stream={stream}&count=1")
            for _ in range(chance.randrange(200)):
                joiner.read(1)
            compared += sum(compare_with_gateway(stack, joiner, name) for name in names)
            trade = f"trade.binance.{quiet}."
            head = stack.gateway.result("snapshot", prefixes=[trade])["images"][0]["event"]["seq"]
            until(lambda: joiner.topics[trade].seq >= head or joiner.read(10) and False, 10, f"{trade} at {head}")
            lonely += 1
            assert not joiner.holes, joiner.holes
            joiner.close()
        assert compared >= JOINS, f"only {compared} books were compared"
    print(f"  {JOINS} joins, {compared} books compared, {lonely} quiet topics")


def test_a_lost_last_message_is_noticed_within_12_s():
    name = NAMES[0]
    with Stack(["--symbols", 2, "--rate", 100, "--seed", 3], [connection("trades", "trade_feed", [name])]) as stack:
        topic = f"trade.binance.{name}."
        joiner = Joiner(stack.gateway, topic)
        joiner.feed.socket.subscribe("sys.head.binance.")
        until(lambda: stack.sim.stats()["streams"] == 1, 20, "the stream is subscribed")
        joiner.join()
        until(lambda: joiner.read(10) and joiner.topics.get(topic) and joiner.topics[topic].seq > 20, 20, "trades flow")
        stack.sim.get("/sim/pause")
        last = stack.gateway.result("snapshot", prefixes=[topic])["images"][0]["event"]["seq"]
        until(lambda: joiner.topics[topic].seq == last or joiner.read(10) and False, 5, "all is read")
        stack.sim.get("/sim/send?stream=btcusdt@trade&count=1")
        dropped = []

        def drop(got_topic, event):
            if got_topic == topic and event["seq"] > last:
                dropped.append(time.monotonic())
                return True
            return False

        until(lambda: dropped or joiner.read(10, drop) and False, 5, "the message to drop came")
        until(lambda: topic in joiner.noticed or joiner.read(10, drop) and False, 12, "the loss is noticed")
        print(f"  noticed after {time.monotonic() - dropped[0]:.1f} s")
        joiner.close()


def manager_thread(pid):
    for task in os.listdir(f"/proc/{pid}/task"):
        with open(f"/proc/{pid}/task/{task}/comm", encoding="ascii") as file:
            if file.read().strip() == "manager":
                return task
    raise AssertionError("no thread is named manager")


def test_a_stalled_manager_gives_holes_and_states_and_no_wrong_book():
    rate, stall_ms = (3000, 22000) if SHORT else (50000, 2000)  # more than the bus holds
    names, watched = symbols(10), symbols(10)[5:]  # of so many messages, what this reader can follow
    extra = "limits: {bus_queue: 8MiB, bus_batch: 512KiB}\n"
    with Stack(["--symbols", 10, "--rate", rate, "--seed", 5, "--depth", 100, "--mix", "trade:20,book:60,quote:20"],
               [connection("books", "order_book", names)], exchange=", book_depth: 100", extra=extra) as stack:
        until(lambda: stack.gateway.result("connection.list")["connections"][0]["state"] == "live", 30, "live")
        joiner = Joiner(stack.gateway, *map(book_topic, watched))
        joiner.join()
        stalled = subprocess.Popen([os.path.join(PROGRAMS, "system_stall"), manager_thread(stack.gateway.pid),
                                    str(stall_ms)])
        states = set()

        def read(wait_ms):
            got = joiner.read(wait_ms)
            if got and got[1].get("state", "ok") != "ok":
                states.add((got[0], got[1].get("reason")))
            return got

        until(lambda: stalled.poll() is not None or read(20) and False, 2 * stall_ms / 1000, "the stall is over")
        assert stalled.returncode == 0
        deadline = time.monotonic() + 2
        while time.monotonic() < deadline:
            read(20)
        stack.sim.get("/sim/pause")
        until(lambda: read(200) is None, 30, "the feed is drained")
        lost = stack.gateway.result("stats.get")["gateway"]["bus_dropped"]
        assert lost > 0, "the stall lost nothing: the bus is too large for this test"
        with_holes = {name for name, _, _ in joiner.holes}
        assert with_holes, "events were lost, but no hole was seen"
        assert with_holes <= {topic for topic, _ in states}, "a hole without a state"
        for name in watched:
            until(lambda topic=book_topic(name): joiner.topics[topic].valid or joiner.read(20) and False, 60,
                  f"{name} is proven again")
            assert compare_with_gateway(stack, joiner, name) == 1
            truth = Book()
            truth.replace(stack.sim.get("/sim/book?symbol=" + name.replace("-", "")))
            assert joiner.topics[book_topic(name)].book.sides == truth.sides, f"{name}: an ok book is wrong"
        print(f"  {lost} events lost on the bus, {len(joiner.holes)} holes, {len(states)} states, {len(watched)} books right")
        joiner.close()


if __name__ == "__main__":
    main(globals())
