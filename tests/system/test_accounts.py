# SPDX-License-Identifier: Apache-2.0
"""Nothing lost: orders live at four exchanges while their streams are cut and the gateway is killed; at the end the
journal holds each fill once, every order's last state is the exchange's, and a client that reads on from the journal
knows the same. `--long` is the whole of it: 10 000 orders, 500 cuts, 100 kills."""
import os
import random
import subprocess
import sys
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from decimal import Decimal

from harness import SHORT, Skip, main, until
from vault import FINAL, AccountStack, Follower, learnt

LONG = "--long" in sys.argv
EXCHANGES = ["binance", "bybit-linear", "upbit", "bithumb"]
ORDERS, CUTS, KILLS = (10000, 500, 100) if LONG else (240, 12, 3) if SHORT else (800, 40, 4)
RATE = 3 if LONG else 10  # orders a second at each exchange
# A reconciliation costs 300 of Binance's weight, of which a minute has 6000 and half is ours; each kill costs one.
CUT_AT = [exchange for exchange in EXCHANGES for _ in range(1 if exchange == "binance" else 12)]
BACKOFF = ", backoff_min: 50ms, backoff_max: 500ms"


def as_seen(fill):
    return (fill["exchange_symbol"], fill["order_id"], fill["trade_id"]), (Decimal(fill["price"]), Decimal(fill["qty"]))


def as_true(fill):
    return (fill["symbol"], fill["order"], fill["id"]), (Decimal(fill["price"]), Decimal(fill["qty"]))


def assert_fills(name, fills, truth, who):
    mine = [as_seen(fill) for fill in fills]
    theirs = dict(as_true(fill) for fill in truth["fills"])
    ids = [key for key, _ in mine]
    twice = {key for key in ids if ids.count(key) > 1} if len(ids) != len(set(ids)) else set()
    assert not twice, f"{name}: {who} has fills twice: {sorted(twice)[:3]}"
    missing = set(theirs) - set(ids)
    assert not missing, f"{name}: {who} lacks {len(missing)} of {len(theirs)} fills: {sorted(missing)[:3]}"
    for key, values in mine:
        assert theirs.get(key) == values, f"{name}: {who} has {key} as {values}, the exchange {theirs.get(key)}"


def assert_orders(name, orders, truth, who):
    for order in truth["orders"]:
        mine = orders.get(order["id"])
        assert mine, f"{name}: {who} does not know order {order}"
        assert mine["status"] in order_words(name, order), f"{name}: {who} has {mine['status']} of {order}"
        assert Decimal(mine["filled_qty"]) == Decimal(order["filled"]), f"{name}: {who} has {mine} of {order}"
    impossible = [order for order in orders.values() if order.get("impossible")]
    assert not impossible, impossible[:2]


def order_words(name, order):
    """How an exchange says it: a market order for an amount ends as filled; Upbit and Bithumb, and Bybit, cancel what
    would have taken or what is left of an immediate one, and our tables say what that means."""
    words = set(FINAL[order["state"]])
    if order["state"] in ("expired", "canceled") and Decimal(order["filled"]) > 0:
        words |= {"filled"} if order["type"] == "market_amount" else {"canceled"}
    if order["state"] in ("expired", "canceled", "rejected"):
        words |= {"expired", "canceled"} if order["cause"] != "user" else set()
        words |= {"rejected"} if order["cause"] == "post_only" else set()
    return words


def assert_balances(name, balances, truth, who):
    for row in truth["balances"]:
        mine = balances.get(row["asset"])
        assert mine, f"{name}: {who} has no balance of {row['asset']}"
        assert Decimal(mine["total"]) == Decimal(row["free"]) + Decimal(row["locked"]), f"{name}: {who}: {mine} for {row}"


def assert_positions(name, positions, truth, who):
    for row in truth.get("positions", []):
        mine = positions.get((row["symbol"], None))
        qty = Decimal(row["qty"])
        if mine is None:
            assert qty == 0, f"{name}: {who} does not know the position {row}"
            continue
        sign = {"long": 1, "short": -1, "flat": 0}[mine["side"]]
        assert Decimal(mine["qty"]) * sign == qty, f"{name}: {who}: {mine} for {row}"


def assert_same(stack, name, events, who):
    orders, fills, balances, positions = learnt(events)
    truth = stack.truth(name)
    assert_fills(name, fills, truth, who)
    assert_orders(name, orders, truth, who)
    assert_balances(name, balances, truth, who)
    assert_positions(name, positions, truth, who)
    return len(truth["orders"]), len(fills)


def all_over(sim):
    return all(account["open"] == 0 for account in sim.get("/sim/accounts")["accounts"])


def listen(followers, seconds):
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        for follower in followers.values():
            follower.read(2)


def trouble(stack, followers, choice, rest):
    """Cuts and kills at random, evenly over the orders' lives, until all orders were made."""
    cuts, kills, began = 0, 0, time.monotonic()
    limit = 120 + 3 * ORDERS / (RATE * len(EXCHANGES))
    while cuts < CUTS or kills < KILLS or any(stack.sims[exchange].get("/sim/accounts")["left"] for exchange in EXCHANGES):
        assert time.monotonic() - began < limit, "the orders do not come to their end"
        listen(followers, choice.uniform(0.05, 2 * rest))
        if kills < KILLS and choice.random() < KILLS / (KILLS + CUTS):
            stack.kill_gateway()
            stack.start_gateway()
            kills += 1
        elif cuts < CUTS:
            sim, how = stack.sims[choice.choice(CUT_AT)], choice.choice(["cut", "cut", "mute", "over"])
            if how == "mute":  # what happens from here to the cut is said to nobody
                sim.fault("private_mute")
                listen(followers, choice.uniform(0, rest))
            sim.fault("private_over" if how == "over" and sim.exchange.startswith("binance") else "private_cut")
            cuts += 1
    return cuts, kills


def assert_journal_is_whole(stack, name):
    bodies = list(stack.journal(name))
    assert [body["journal_seq"] for body in bodies] == list(range(1, len(bodies) + 1)), f"{name}: journal_seq has a hole"
    return bodies


def test_each_fill_is_in_the_journal_once_whatever_breaks():
    choice = random.Random(4)
    each = ORDERS // len(EXCHANGES)
    options = ["--symbols", 4, "--rate", 20, "--depth", 50, "--orders", each, "--order-rate", RATE, "--seed", 9]
    with AccountStack(EXCHANGES, options, connector=BACKOFF) as stack:
        stack.wait_ready()
        followers = {name: Follower(stack, name) for name in stack.accounts}
        rest = max(0.05, each / RATE / (CUTS + KILLS))
        cuts, kills = trouble(stack, followers, choice, rest)
        for sim in stack.sims.values():
            sim.fault("none")
            until(lambda sim=sim: not sim.get("/sim/accounts")["going"] or all_over(sim), 60, "all orders have come to their end")
        stack.wait_ready(60)
        for name, follower in followers.items():
            def settled(name=name, follower=follower):
                follower.catch_up()
                try:
                    assert_same(stack, name, [follower.events[seq] for seq in sorted(follower.events)], "the client")
                    return True
                except AssertionError as why:
                    settled.why = why
                    return False
            try:
                until(settled, 40, f"{name}: the client knows what the exchange knows")
            except AssertionError:
                raise settled.why
            bodies = assert_journal_is_whole(stack, name)
            orders, fills = assert_same(stack, name, bodies, "the journal")
            until(lambda follower=follower: follower.catch_up() and follower.last >= len(bodies), 10, f"{name}: the client has it all")
            for body in bodies:
                told = follower.events[body["journal_seq"]]
                assert told == body, f"{name}: what was told is not what stands: {told}, {body}"
            reconciled = sum(bool(body.get("reconciled")) for body in bodies)
            print(f"  {name}: {orders} orders, {fills} fills, {len(bodies)} events, {reconciled} of them reconciled")
        print(f"  {cuts} cuts, {kills} kills")
        for follower in followers.values():
            follower.close()


class SmallDisk(AccountStack):
    """The journal lies on a file system of its own, which is too small."""

    def start_gateway(self):
        self.disk = os.path.join(self.directory, "journal")
        os.makedirs(self.disk, exist_ok=True)
        self.mount("size=512k")
        super().start_gateway()

    def mount(self, options):
        done = subprocess.run(["mount", "-t", "tmpfs", "-o", options, "tmpfs", self.disk], capture_output=True, check=False)
        if done.returncode != 0:
            raise Skip("only root may mount a small disk")

    def __exit__(self, *why):
        try:
            return super().__exit__(*why)
        finally:
            subprocess.run(["umount", "-l", self.disk], capture_output=True, check=False)


def test_a_full_disk_stops_nothing_and_loses_nothing():
    """Two accounts at one exchange. What cannot be written down goes out at once and says so; when there is room again
    the journal gets all of it, once."""
    with SmallDisk(["bybit-linear"], ["--symbols", 4, "--rate", 20, "--depth", 50, "--orders", 300, "--order-rate", 30],
                   connector=BACKOFF, journal=", retry: 500ms", each=2) as stack:
        followers = {name: Follower(stack, name) for name in stack.accounts}
        fleeting = {name: 0 for name in stack.accounts}
        said = set()

        def not_durable():
            for name, follower in followers.items():
                got = follower.read(5)
                if got and got[1].get("durable") is False:
                    assert "journal_seq" not in got[1], got
                    fleeting[name] += 1
                    said.add((name, got[1]["state"], got[1].get("reason")))
            return all(fleeting[name] > 20 and (name, "suspect", "not_durable") in said for name in followers)
        until(not_durable, 60, "events go out although the disk is full")
        assert stack.gateway.result("ping") is not None
        subprocess.run(["mount", "-o", "remount,size=64m", stack.disk], check=True)
        sim = stack.sims["bybit-linear"]
        until(lambda: sim.get("/sim/accounts")["left"] == 0 and all_over(sim), 60, "all orders have come to their end")
        stack.wait_ready(30)
        for name, follower in followers.items():
            until(follower.catch_up, 20, f"{name}: the journal is read")

            def settled(name=name):
                try:
                    settled.counts = assert_same(stack, name, assert_journal_is_whole(stack, name), "the journal")
                    return True
                except AssertionError as why:
                    settled.why = why
                    return False
            try:
                until(settled, 30, f"{name}: the journal has it all")
            except AssertionError:
                raise settled.why
            print(f"  {name}: {settled.counts} orders and fills, {fleeting[name]}+ events were told before they were written")
            follower.close()


def test_a_stream_that_keeps_to_itself_what_happens_is_found():
    """The connection lives, pings are answered, and nothing is told: REST knows better, twice, and all begins anew."""
    with AccountStack(EXCHANGES, ["--symbols", 2, "--rate", 20, "--depth", 50], connector=BACKOFF + ", check: 1s") as stack:
        stack.wait_ready()
        followers = {name: Follower(stack, name) for name in stack.accounts}
        until(lambda: all(follower.catch_up() for follower in followers.values()), 10, "the journals are read")
        for name, sim in stack.sims.items():
            sim.fault("private_mute")
            symbol = sim.get("/sim/symbols")[0]
            placed = sim.get(f"/sim/order?account={name}&symbol={symbol}&side=sell&type=limit&qty=1&price=" + far_price(sim, symbol))
            assert placed["ok"], placed

            def found(name=name, order=placed["id"]):
                followers[name].catch_up()
                kinds = [(event["kind"], event.get("reason")) for event in followers[name].events.values()]
                return ("account", "silent") in kinds and any(
                    event["kind"] == "order" and event["order_id"] == order and event["reconciled"]
                    for event in followers[name].events.values())
            until(found, 30, f"{name}: the gap is said, and the order told")
        for sim in stack.sims.values():
            sim.fault("none")
        stack.wait_ready(30)
        for follower in followers.values():
            follower.close()


def far_price(sim, symbol):
    """The worst ask: nobody buys there."""
    return sim.get("/sim/book?symbol=" + symbol)["asks"][-1][0]


if __name__ == "__main__":
    main(globals())
