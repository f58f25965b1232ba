# SPDX-License-Identifier: Apache-2.0
"""Keys that are looked for are found nowhere: not in logs at debug level, replies, events, files or the memory that a
core would hold."""
import base64
import json
import os
import re
import signal
import subprocess
import sys
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from harness import SHORT, TICKGATE, Client, Skip, Subscriber, main, until
from vault import AccountClient, AccountStack, AccountSubscriber

EXCHANGES = ["binance", "upbit"] if SHORT else ["binance", "binance-usdm", "bybit-linear", "upbit", "bithumb"]
OPTIONS = ["--symbols", 2, "--rate", 20, "--depth", 50, "--order-rate", 5, "--orders", 100000]
BACKOFF = ", backoff_min: 50ms, backoff_max: 300ms, refused_retry: 1s"
TOKEN = re.compile(rb"eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}\.|signature(=|%3D|\\?\":\\?\")[A-Za-z0-9%+/]{20}|X-BAPI-SIGN")


def spellings(canary):
    raw = canary.encode()
    return {raw, raw.hex().encode(), base64.b64encode(raw).rstrip(b"="), raw[8:40]}


def assert_clean(data, canaries, where):
    for canary in canaries:
        for spelling in spellings(canary):
            assert spelling not in data, f"{where} holds a {'secret' if canary.startswith('SECRET') else 'key'}"


def dumped_memory(pid):
    """The memory that a core of the process would hold: every readable mapping that is not marked as left out."""
    mapping, flags = None, ""
    with open(f"/proc/{pid}/smaps", encoding="ascii", errors="replace") as file:
        lines = file.read().splitlines()
    for line in lines:
        match = re.match(r"([0-9a-f]+)-([0-9a-f]+) (\S+) ", line)
        if match:
            mapping = (int(match[1], 16), int(match[2], 16), match[3], line)
        elif line.startswith("VmFlags:"):
            flags = line.split()[1:]
            if mapping[2].startswith("r") and "dd" not in flags and "[vvar]" not in mapping[3]:
                yield mapping


def live_through_trouble(stack, failures=2):
    """Whatever makes words: sessions lost, logins refused, clocks off, REST that fails."""
    for sim in stack.sims.values():
        sim.fault("private_cut")
    stack.wait_ready()
    for sim in stack.sims.values():
        if failures:
            sim.fault("private_status", code=503, count=failures)
        sim.fault("skew", ahead_ms=120000, for_ms=1000)
        sim.fault("private_cut")
    for name, row in stack.accounts.items():
        stack.sims[row["exchange"]].fault("deny", account=name, for_ms=1000)
    client = AccountClient(stack.accounts_requests, stack.server, stack.pair)
    until(lambda: any(row["status"] == "refused" for row in client.result("account.list")["accounts"]), 20, "a login is refused")
    said = json.dumps(client.result("account.list")).encode()
    client.close()
    stack.wait_ready(90)
    return said


def all_that_is_said(stack):
    seen = b""
    client = AccountClient(stack.accounts_requests, stack.server, stack.pair)
    public = Client(stack.gateway.requests)
    for op in ("hello", "account.list", "stats.get", "connection.list", "connector.list"):
        seen += json.dumps(client.ask(op)).encode()
        seen += json.dumps(public.ask({"op": op})).encode()
    seen += json.dumps(client.ask("snapshot", prefixes=[""])).encode()
    readers = [AccountSubscriber(row["endpoint"], stack.server, stack.pair) for row in stack.accounts.values()]
    readers.append(Subscriber(stack.gateway.feed, ""))
    for name in stack.accounts:
        seen += json.dumps(client.ask("journal.read", account=name, after=0)).encode()
    deadline = time.monotonic() + 2
    while time.monotonic() < deadline:
        for reader in readers:
            seen += json.dumps(reader.read(10)).encode()
    for socket in (client, public, *readers):
        socket.close()
    return seen


def files_of(stack):
    """What the gateway wrote, and not what was written for it."""
    for folder, _, files in os.walk(stack.directory):
        for name in files:
            path = os.path.join(folder, name)
            if not name.endswith((".key", ".secret")) and "sim-" not in path and os.path.isfile(path):
                with open(path, "rb") as file:
                    yield name, file.read()


def test_no_key_is_found_anywhere_at_debug_level():
    with AccountStack(EXCHANGES, OPTIONS, connector=BACKOFF) as stack:
        stack.gateway.result("log.set", level="debug")
        said = live_through_trouble(stack) + all_that_is_said(stack)
        log = stack.gateway.log_text().encode()
        check = subprocess.run([TICKGATE, "check", "-c", stack.gateway.config], capture_output=True, timeout=20, check=True)
        for data, where in ((said, "a reply or an event"), (log, "the log"), (check.stdout + check.stderr, "tickgate check")):
            assert_clean(data, stack.canaries, where)
            assert not TOKEN.search(data), f"{where} holds what was signed: {TOKEN.search(data)}"
        assert b"account_refused" in log and b"account_gap" in log, "what should have made words made none"
        for place in ("environ", "cmdline"):
            with open(f"/proc/{stack.gateway.pid}/{place}", "rb") as file:
                assert_clean(file.read(), stack.canaries, place)
        names = set()
        for name, data in files_of(stack):
            names.add(name)
            assert_clean(data, stack.canaries, name)
            assert name == "tickgate.yaml" or not TOKEN.search(data), f"{name} holds what was signed"
        assert any(name.endswith(".journal") for name in names), names


def memory_of(pid):
    try:
        memory = open(f"/proc/{pid}/mem", "rb", buffering=0)
    except PermissionError:
        raise Skip("only root may read the memory of a process that is not dumpable")
    with memory:
        for begin, end, _, line in dumped_memory(pid):
            for at in range(begin, end, 1 << 24):
                memory.seek(at)
                try:
                    yield memory.read(min((1 << 24) + 64, end - at)), line
                except OSError:
                    break


def test_a_core_would_hold_no_secret():
    with AccountStack(EXCHANGES, OPTIONS, connector=BACKOFF) as stack:
        stack.wait_ready()
        live_through_trouble(stack, failures=0)  # whoever says 503 is left alone for a while
        pid = stack.gateway.pid
        with open(f"/proc/{pid}/limits", encoding="ascii") as file:
            assert re.search(r"Max core file size\s+0\s+0", file.read()), "a core may be dumped"
        secrets = [canary for canary in stack.canaries if canary.startswith("SECRET")]
        keys = [canary for canary in stack.canaries if canary.startswith("KEY")]
        looked, known, left = 0, False, {}
        endpoint = next(iter(stack.accounts.values()))["endpoint"].encode()  # no secret: it must be found
        os.kill(pid, signal.SIGSTOP)  # it stands still while its memory is read
        try:
            for data, line in memory_of(pid):
                looked += len(data)
                known = known or endpoint in data
                assert_clean(data, secrets, f"memory at {line}")
                for key in keys:
                    count = data.count(key.encode())
                    if count:
                        left[key] = left.get(key, 0) + count
            assert known, "what is looked at is not its memory"
        finally:
            os.kill(pid, signal.SIGCONT)
        names = [name for place, name in enumerate(stack.accounts) if keys[place] in left]
        print(f"  {looked >> 20} MiB looked through; API keys, which are no secrets, stand in it of: {', '.join(names) or 'none'}")


def test_a_crash_leaves_no_core():
    with AccountStack(["binance"], OPTIONS) as stack:
        stack.wait_ready()
        os.kill(stack.gateway.pid, signal.SIGSEGV)
        status = stack.gateway.process.wait(20)
        assert status == -signal.SIGSEGV or SHORT, status  # a sanitizer ends it in its own way
        left = [path for folder in (stack.directory, os.getcwd()) for path in os.listdir(folder) if path.startswith("core")]
        assert not left, left
        assert_clean(stack.gateway.log_text().encode(), stack.canaries, "the log")
        stack.kill_gateway()


if __name__ == "__main__":
    main(globals())
