# SPDX-License-Identifier: Apache-2.0
"""Simulator -> gateway -> plain SUB clients in three languages: what they saw is what was true."""
import filecmp
import json
import os
import random
import shutil
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from checker import Checker, Truth, read_lines
from harness import ROOT, SCHEMAS, SHORT, Skip, Stack, main, symbols, until

CLIENTS = os.path.join(ROOT, "proto", "clients")
NODE_FOLDER = os.path.join(ROOT, "build", "node")
MESSAGES, RATE = (20000, 2000) if SHORT else (1000000, 12000)
NAMES = symbols(20)
CONNECTIONS = [dict(name="quotes", type="price_feed", symbols=NAMES), dict(name="trades", type="trade_feed", symbols=NAMES),
               dict(name="books", type="order_book", symbols=NAMES),
               dict(name="candles", type="candle_feed", symbols=NAMES[:2], interval="1m")]
KEPT = {}  # what the long run left, for the checker's own test


def node_client():
    """The node client with its locked packages installed; says why not where the registry does not answer."""
    if not shutil.which("node") or not shutil.which("npm"):
        raise Skip("no node on this machine")
    os.makedirs(NODE_FOLDER, exist_ok=True)
    for name in ("package.json", "package-lock.json", "subscribe.mjs"):
        shutil.copy(os.path.join(CLIENTS, "node", name), NODE_FOLDER)
    if not os.path.isdir(os.path.join(NODE_FOLDER, "node_modules", "zeromq")):
        done = subprocess.run(["npm", "ci", "--no-audit", "--no-fund"], cwd=NODE_FOLDER, capture_output=True, text=True,
                              timeout=180, check=False)
        if done.returncode != 0:
            raise Skip("the npm registry does not answer")
    return ["node", os.path.join(NODE_FOLDER, "subscribe.mjs")]


def c_client():
    program = os.path.join(ROOT, "build", "subscribe")
    subprocess.run(["cc", "-O2", os.path.join(CLIENTS, "c", "subscribe.c"), "-o", program, "-lzmq"], check=True)
    return [program]


def python_client():
    return ["/usr/bin/python3", os.path.join(CLIENTS, "python", "subscribe.py")]


def collect(clients, messages, rate):
    """Runs the market while the clients print to files; (truth path, {language: path}, true books)."""
    directory = tempfile.mkdtemp(prefix="tickgate-e2e.")
    truth = os.path.join(directory, "truth")
    options = ["--symbols", len(NAMES), "--rate", rate, "--messages", messages, "--seed", 7, "--truth", truth, "--linger",
               "--paused"]
    outputs = {language: os.path.join(directory, language) for language in clients}
    processes = []
    with Stack(options) as stack:
        try:
            for language, command in clients.items():
                with open(outputs[language], "wb") as out:
                    processes.append(subprocess.Popen(
                        command + [stack.gateway.feed, "quote.", "trade.", "book.", "candle."], stdout=out))
            run_market(stack, outputs, messages, rate)
            books = {f"book.binance.{name}.": stack.sim.get("/sim/book?symbol=" + name.replace("-", ""))
                     for name in NAMES}
        finally:
            for process in processes:
                process.terminate()
                process.wait()
        stack.sim.assert_no_violations()
        totals = stack.gateway.result("stats.get")["gateway"]
        lost = {name: totals[name] for name in ("bus_dropped", "dropped", "holes", "gaps", "refused", "reconnects")}
        assert not any(lost.values()), lost
    return truth, outputs, books


def run_market(stack, outputs, messages, rate):
    """From the clients' subscriptions to the moment when each has printed all."""
    until(lambda: stack.gateway.result("stats.get")["gateway"]["feed_subscriptions"] >= 4 * len(outputs), 20,
          "all clients have subscribed")
    for arguments in CONNECTIONS:  # only now: plain subscribers must be there before the books' snapshots
        stack.gateway.result("connection.open", exchange="binance", **arguments)
    until(lambda: stack.sim.stats()["streams"] >= len(NAMES) * 4 + 2, 30, "all streams are subscribed")
    stack.sim.get("/sim/resume")
    until(lambda: not stack.sim.stats()["running"], messages / rate * 3 + 60, "the market has come to its end")
    frames = stack.sim.stats()["sent"]
    until(lambda: stack.gateway.result("stats.get")["gateway"]["frames"] >= frames, 60, "the gateway has read it all")
    until(lambda: all(os.path.getsize(path) > 0 for path in outputs.values()), 10, "each client has printed")
    sizes = {}

    def settled():
        """Nothing more comes: all outputs as large as three heads ago."""
        now = {language: os.path.getsize(path) for language, path in outputs.items()}
        heads = stack.gateway.result("stats.get")["gateway"]["heads"]
        if sizes.get("now") != now:
            sizes.update(now=now, heads=heads)
        return heads >= sizes["heads"] + 3

    until(settled, 60, "the clients have printed all")


def check_client(language, truth, path, books):
    checker = Checker(truth)
    checker.run(read_lines(path))
    for topic, book in books.items():
        checker.compare_book(topic, book)
    assert not checker.findings, f"{language}: {len(checker.findings)} findings\n" + "\n".join(checker.findings)
    print(f"  {language}: {checker.counts['data']} messages as sent, {checker.counts['snapshot']} snapshots, "
          f"{checker.counts['state']} state events, {len(books)} books equal to the true ones, no hole in seq")


def test_three_languages_see_the_truth():
    clients = {"c": c_client(), "python": python_client()}
    try:
        clients["node"] = node_client()
    except Skip as why:
        print(f"skipped node client: {why}")
    truth_path, outputs, books = collect(clients, MESSAGES, RATE)
    truth = Truth(truth_path)
    assert truth.ended and truth.frames >= MESSAGES, (truth.ended, truth.frames)
    check_client("c", truth, outputs["c"], books)
    for language, path in outputs.items():
        if language != "c" and filecmp.cmp(path, outputs["c"], shallow=False):
            print(f"  {language}: the same, byte for byte")
        elif language != "c":
            check_client(language, truth, path, books)
    for count, (_, body) in enumerate(read_lines(outputs["c"])):
        if count % 100 == 0 or count < 2000:
            SCHEMAS.check(json.loads(body))
    KEPT.update(truth=truth, path=outputs["c"], books=books)


def mutate(lines, fault, chance):
    """One fault in the middle of what a client printed."""
    kinds = {"drop": b'"update":"data"', "swap": b"trade.", "duplicate": b"trade.", "alter": b'"update":"delta"'}
    places = [i for i, line in enumerate(lines) if kinds[fault] in line and i > len(lines) // 2]
    if fault == "alter":
        places = [i for i in places if b'"state":"ok"' in lines[i] and b'"bids":[["' in lines[i]]
    i = chance.choice(places)
    if fault == "drop":
        del lines[i]
    elif fault == "duplicate":
        lines.insert(i, lines[i])
    elif fault == "swap":
        topic = lines[i].split(b" ", 1)[0] + b" "
        other = next(j for j in range(i - 1, -1, -1) if lines[j].startswith(topic))
        lines[i], lines[other] = lines[other], lines[i]
    else:
        head, tail = lines[i].split(b'"bids":[["', 1)
        digit = chr(ord("1") + (tail[0] - ord("0") + 1) % 9).encode()
        lines[i] = head + b'"bids":[["' + digit + tail[1:]
    return lines


def test_the_checker_finds_every_seeded_fault():
    if not KEPT:
        raise Skip("the run that leaves its material did not pass")
    with open(KEPT["path"], "rb") as file:
        lines = file.readlines()[:20000]
    unspoilt = Checker(KEPT["truth"])
    for topic, body in (line[:-1].split(b" ", 1) for line in lines):
        if topic.decode() in KEPT["truth"].events:
            unspoilt.take(topic.decode(), json.loads(body))
    assert not unspoilt.findings, unspoilt.findings
    for fault in ("drop", "swap", "duplicate", "alter"):
        for seed in range(3):
            checker = Checker(KEPT["truth"])
            for line in mutate(list(lines), fault, random.Random(seed)):
                topic, body = line[:-1].split(b" ", 1)
                if topic.decode() in KEPT["truth"].events:
                    checker.take(topic.decode(), json.loads(body))
            assert checker.findings, f"{fault} with seed {seed} was not found"


if __name__ == "__main__":
    main(globals())
