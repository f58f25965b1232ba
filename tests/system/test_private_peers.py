# SPDX-License-Identifier: Apache-2.0
"""Clients that we did not write log in to the simulator beside us, with the same keys, and see the same orders and fills;
how they read an exchange's words stands beside how we do."""
import json
import os
import select
import subprocess
import sys
import time
from collections import Counter
from decimal import Decimal

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from harness import SHORT, main, until
from npm import FOLDER, node, peers
from vault import AccountStack, Follower, learnt

AMOUNTS = ["bybit", "upbit", "bithumb"]  # with market orders for an amount that end with a rest of it
CLIENTS = {"ccxt": ["binance", "binance-usdm", "bybit", "bybit-linear", "bybit-inverse", "upbit", "bithumb"],
           "binance": ["binance", "binance-usdm"], "bybit": ["bybit", "bybit-linear", "bybit-inverse"]}
OPTIONS = ["--symbols", 4, "--rate", 20, "--depth", 50, "--orders", 60, "--order-rate", 30, "--seed", 9]

# ccxt has five words: what it has for ours where we agree. The two npm clients have none of their own.
CCXT = {"new": "open", "partially_filled": "open", "filled": "closed", "canceled": "canceled", "expired": "expired",
        "rejected": "rejected"}
# Where we do not: (exchange, its word, ccxt's, ours), and why.
IMMEDIATE = "it ended by its own terms, IOC or FOK: its force says so, which ccxt does not look at"
TERMS = "it ended by its own terms, IOC, FOK or post-only: its force says so, which ccxt does not look at"
AMOUNT = "a market order to buy ends so when the rest of its amount buys nothing more: it got what it asked for"
CLOSED = "ccxt calls it closed, though its owner cancelled what was left"
POST_ONLY = "it would have taken, and was never in the book: the exchange's reason says so, which ccxt does not read"
DIFFERENCES = {
    ("bybit", "PartiallyFilledCanceled", "closed", "canceled"): CLOSED,
    ("bybit", "PartiallyFilledCanceled", "closed", "expired"): f"ccxt calls it closed, though some was left; {IMMEDIATE}",
    ("bybit", "Cancelled", "canceled", "expired"): IMMEDIATE,
    ("bybit", "Cancelled", "canceled", "rejected"): POST_ONLY,
    ("bybit-linear", "Cancelled", "canceled", "expired"): IMMEDIATE,
    ("bybit-linear", "Cancelled", "canceled", "rejected"): POST_ONLY,
    ("bybit-inverse", "Cancelled", "canceled", "expired"): IMMEDIATE,
    ("bybit-inverse", "Cancelled", "canceled", "rejected"): POST_ONLY,
    ("upbit", "cancel", "canceled", "expired"): TERMS,
    ("upbit", "cancel", "canceled", "filled"): AMOUNT,
    ("bithumb", "cancel", "canceled", "expired"): TERMS,
    ("bithumb", "cancel", "canceled", "filled"): AMOUNT,
}
# The last fill says that nothing is left; what follows is no news, and we stay with the word before it.
FILLED_BEFORE = {("upbit", "trade", "done"), ("bithumb", "trade", "done")}
# What ccxt cannot see: its Bithumb has no trades of an account, knows neither id nor size of those that come with an order,
# and reads what is filled by names that v2 has not (executed_volume is executed_quantity there).
BLIND = {("ccxt", "bithumb")}


class Peer:
    """A client's process, logged in to an exchange of the stack."""

    def __init__(self, stack, client, exchange):
        self.client, self.exchange, self.sim = client, exchange, stack.sims[exchange]
        self.blind = (client, exchange) in BLIND
        keys = {}
        for kind in ("key", "secret"):
            with open(f"{stack.directory}/{exchange}.{kind}", encoding="ascii") as file:
                keys[kind.upper()] = file.read().strip()
        self.complaints = os.path.join(stack.directory, f"{client}-{exchange}.log")
        with open(self.complaints, "wb") as log:
            self.process = subprocess.Popen(
                ["node", f"{client}_private.mjs", exchange, self.sim.websocket, self.sim.rest], cwd=FOLDER, text=True,
                stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log,
                env={**os.environ, **keys, "NODE_EXTRA_CA_CERTS": self.sim.ca})

    def __repr__(self):
        return f"{self.client} at {self.exchange}"

    def check(self):
        with open(self.complaints, encoding="utf-8") as file:
            text = file.read()
        assert not text.strip() and self.process.poll() is None, f"{self}: {text[-3000:]}"

    def ask(self, where):
        """For what it saw on the stream, or is answered by REST."""
        self.check()
        self.process.stdin.write(where + "\n")
        self.process.stdin.flush()

    def hear(self):
        """Its orders by id, and its fills."""
        assert select.select([self.process.stdout], [], [], 60)[0], f"{self} does not answer"
        line = self.process.stdout.readline()
        if not line:
            self.process.wait(10)
        self.check()
        account = json.loads(line)
        return account["orders"], account["fills"]

    def look(self):
        self.ask("stream")
        return self.hear()

    def stop(self):
        self.check()
        self.process.stdin.close()
        assert self.process.wait(10) == 0, str(self)
        self.process.stdout.close()


class Quiet(AccountStack):
    """Nothing happens to the accounts until it is said."""

    def start_gateway(self):
        self.peers = []
        for sim in self.sims.values():
            sim.get("/sim/orders?run=0")
        super().start_gateway()

    def log_in(self, clients):
        self.wait_ready()
        self.peers += [Peer(self, client, exchange) for client, exchanges in clients.items() for exchange in exchanges]

    def __exit__(self, kind, value, trace):
        for peer in self.peers:
            peer.process.kill()
        return super().__exit__(kind, value, trace)


class Hand:
    """Orders made by hand on one exchange, each of two sizes of the book, `part` of which is filled."""

    def __init__(self, sim):
        self.sim = sim
        self.symbol = sim.get("/sim/symbols")[0]
        (self.price, part), (_, rest) = sim.get(f"/sim/book?symbol={self.symbol}")["bids"][:2]
        self.part, self.qty = part, format(Decimal(part) + Decimal(rest), "f")

    def order(self, part=False, end="", **arguments):
        query = "".join(f"&{name}={value}" for name, value in {"price": self.price, "qty": self.qty, **arguments}.items())
        made = self.sim.get(f"/sim/order?account={self.sim.exchange}&symbol={self.symbol}&side=buy{query}")["id"]
        if part:
            self.sim.get(f"/sim/fill?order={made}&qty={self.part}&price={self.price}")
        if end:
            self.sim.get(f"/sim/{end.format(made)}")
        return made

    def all_ends(self):
        self.order()
        self.order(part=True)
        self.order(part=True, end="fill?order={}")
        self.order(end="cancel?order={}")
        self.order(part=True, end="cancel?order={}")
        self.order(part=True, force="ioc", end="expire?order={}")
        self.order(force="fok", end="expire?order={}")
        self.order(end="expire?order={}&cause=self")
        if self.sim.exchange != "binance":  # whose spot refuses it before it is an order
            self.order(force="post_only", end="expire?order={}")
        if self.sim.exchange in AMOUNTS:
            amount = format(Decimal(self.price) * Decimal(self.qty), "f")
            self.order(part=True, type="market_amount", qty="0", price="0", amount=amount, end="expire?order={}")


def let_in(stack, hands):
    """Orders that are filled at once, until each client has seen one of its exchange: then it is told everything. The ids of
    these orders."""
    probes, waiting, last = set(), list(stack.peers), 0.0

    def all_in():
        nonlocal last
        if time.monotonic() > last + 1:
            last = time.monotonic()
            for exchange in {peer.exchange for peer in waiting}:
                probes.add(hands[exchange].order(end="fill?order={}"))
        for peer in list(waiting):
            orders, fills = peer.look()
            if fills or (orders and peer.blind):
                waiting.remove(peer)
        return not waiting
    until(all_in, 40, waiting)  # whose names it fails by
    return probes


FILL = ("id", "order", "price", "qty", "side")


def facts(orders, fills, probes=(), blind=False):
    """What is compared: how much of each order is filled, and each fill; of one that cannot see that which orders there are."""
    known = {("order", id): None if blind else Decimal(filled) for id, filled in orders if id not in probes}
    for id, order, price, qty, side in fills:
        if order not in probes and not blind:
            assert ("fill", id) not in known, f"fill {id} twice"
            known["fill", id] = (order, Decimal(price), Decimal(qty), side)
    return known


def as_seen(account, probes, blind):
    orders, fills = account  # some do not say that nothing is filled
    return facts([(id, row.get("filled") or "0") for id, row in orders.items()], [[fill[key] for key in FILL] for fill in fills],
                 probes, blind)


def as_true(account, probes=(), blind=False):
    return facts([(row["id"], row["filled"]) for row in account["orders"]],
                 [[fill[key] for key in FILL] for fill in account["fills"]], probes, blind)


def as_told(follower):
    follower.catch_up()
    orders, fills, _, _ = learnt(follower.events[seq] for seq in sorted(follower.events))
    return facts([(id, row["filled_qty"]) for id, row in orders.items()],
                 [[fill[key] for key in ("trade_id", "order_id", "price", "qty", "side")] for fill in fills])


def same(who, seen, truth):
    differ = [(key, seen.get(key), truth.get(key)) for key in {**seen, **truth} if seen.get(key) != truth.get(key)]
    assert seen == truth, f"{who}: {len(differ)} differ, as (what, seen, true): {differ[:4]}"


def settle(who, look, truth):
    """Waits until it is the truth; else fails with what differs."""
    try:
        until(lambda: look() == truth, 15, who)
    except AssertionError:
        same(who, look(), truth)


def words(peer, probes, orders):
    """(exchange, its word, the client's, ours) of each order."""
    for id, row in peer.look()[0].items():
        if id not in probes:
            word = orders[id]["exchange_status"]
            assert word == row["told"] or (peer.exchange, word, row["told"]) in FILLED_BEFORE, f"{peer}: {row} for {orders[id]}"
            yield peer.exchange, row["told"], row["status"], orders[id]["status"]


def compare(stack):
    """What each client and we know at the end is the truth. How often there was each row of words, by client."""
    hands = {exchange: Hand(sim) for exchange, sim in stack.sims.items()}
    followers = {name: Follower(stack, name) for name in stack.accounts}
    probes = let_in(stack, hands)
    for exchange, sim in stack.sims.items():
        sim.get("/sim/orders?run=1")
        hands[exchange].all_ends()
    for sim in stack.sims.values():
        until(lambda sim=sim: not sim.get("/sim/accounts")["left"], 30, f"{sim.exchange}: all orders have come to their end")
    for name, follower in followers.items():
        settle(f"we at {name}", lambda follower=follower: as_told(follower), as_true(stack.truth(name)))
        follower.close()
    rows = {}
    for peer in stack.peers:
        truth = as_true(stack.truth(peer.exchange), probes, peer.blind)
        settle(f"{peer} by stream", lambda peer=peer: as_seen(peer.look(), probes, peer.blind), truth)
        orders = learnt(event for _, event in sorted(followers[peer.exchange].events.items()))[0]
        rows.setdefault(peer.client, Counter()).update(words(peer, probes, orders))
    for peer in stack.peers:
        peer.ask("rest")
    for peer in stack.peers:
        same(f"{peer} by REST", as_seen(peer.hear(), probes, peer.blind),
             as_true(stack.truth(peer.exchange), probes, peer.blind))
        peer.stop()
    complaints = [line for line in stack.gateway.log_text().splitlines() if " INFO " not in line]
    assert not complaints, complaints
    for exchange, sim in stack.sims.items():
        private = sim.stats()["private"]
        assert not private["refused"] and not private["asked_refused"], (exchange, private)
        print(f"  {exchange}: {private['orders']} orders, {private['fills']} fills, {private['logins']} logins")
    return rows


def show(client, rows):
    print(f"  {client}: exchange | its word | {client}'s | ours | orders | why they differ")
    for row, count in sorted(rows.items()):
        print(f"    {' | '.join(row)} | {count} | {DIFFERENCES.get(row, '')}")


def test_other_clients_see_the_orders_and_fills_that_we_see():
    peers()
    with Quiet(CLIENTS["ccxt"], OPTIONS) as stack:
        stack.log_in(CLIENTS)
        rows = compare(stack)
    for client in CLIENTS:
        show(client, rows[client])
    differ = {row for row in rows["ccxt"] if CCXT.get(row[3]) != row[2]}
    assert differ == set(DIFFERENCES), (differ - set(DIFFERENCES), set(DIFFERENCES) - differ)
    for client in ("binance", "bybit"):
        assert all(row[1] == row[2] for row in rows[client]), rows[client]


def test_npm_binance_logs_in_with_an_ed25519_key():
    peers()
    made = node(["-e", "process.stdout.write(require('crypto').generateKeyPairSync('ed25519').privateKey"
                       ".export({ type: 'pkcs8', format: 'pem' }))"])
    with Quiet(["binance"], OPTIONS, secret=made.stdout) as stack:
        stack.log_in({"binance": ["binance"]})
        show("binance", compare(stack)["binance"])


if __name__ == "__main__":
    # What others make of the simulator is the same under a sanitizer, and is run once; that we log in with such a key is not.
    main({name: test for name, test in globals().items() if not (SHORT and name.startswith("test_other_clients"))})
