# SPDX-License-Identifier: Apache-2.0
"""Keys that are looked for are found nowhere: not in logs at debug level, replies, events, files or the memory that a
core would hold."""
import base64
import json
import os
import re
import sys
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from harness import Client, Skip, Subscriber, main, until
from vault import AccountClient, AccountStack, AccountSubscriber

EXCHANGES = ["binance", "binance-usdm", "bybit-linear", "upbit", "bithumb"]
OPTIONS = ["--symbols", 2, "--rate", 20, "--depth", 50, "--order-rate", 5, "--orders", 100000]


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


def test_no_key_is_found_anywhere_at_debug_level():
    with AccountStack(EXCHANGES, OPTIONS) as stack:
        stack.gateway.result("log.set", level="debug")
        for sim in stack.sims.values():
            sim.fault("private_cut")
        stack.wait_ready()
        stack.sims["binance"].fault("private_status", code=503, count=3)
        for sim in stack.sims.values():
            sim.fault("private_cut")
        stack.wait_ready(60)
        seen = b""
        client = AccountClient(stack.accounts_requests, stack.server, stack.pair)
        for op in ("hello", "account.list", "stats.get", "connection.list", "connector.list"):
            seen += json.dumps(client.ask(op)).encode()
        public = Client(stack.gateway.requests)
        for op in ("hello", "stats.get", "connection.list", "connector.list"):
            seen += json.dumps(public.ask({"op": op})).encode()
        for name, row in stack.accounts.items():
            seen += json.dumps(client.ask("journal.read", account=name, after=0)).encode()
            subscriber = AccountSubscriber(row["endpoint"], stack.server, stack.pair)
            deadline = time.monotonic() + 1
            while time.monotonic() < deadline:
                seen += json.dumps(subscriber.read(50)).encode()
            subscriber.close()
        feed = Subscriber(stack.gateway.feed, "")
        deadline = time.monotonic() + 2
        while time.monotonic() < deadline:
            seen += json.dumps(feed.read(50)).encode()
        assert_clean(seen, stack.canaries, "a reply or an event")
        assert_clean(stack.gateway.log_text().encode(), stack.canaries, "the log")
        pid = stack.gateway.pid
        for place in ("environ", "cmdline"):
            with open(f"/proc/{pid}/{place}", "rb") as file:
                assert_clean(file.read(), stack.canaries, place)
        for folder, _, files in os.walk(stack.directory):
            for name in files:
                if name.endswith((".key", ".secret")) or "sim-" in folder or not os.path.isfile(os.path.join(folder, name)):
                    continue
                with open(os.path.join(folder, name), "rb") as file:
                    assert_clean(file.read(), stack.canaries, name)
        for socket in (client, public, feed):
            socket.close()


def test_a_core_would_hold_no_secret():
    with AccountStack(EXCHANGES, OPTIONS) as stack:
        stack.wait_ready()
        for sim in stack.sims.values():
            sim.fault("private_cut")
        stack.wait_ready(60)
        pid = stack.gateway.pid
        with open(f"/proc/{pid}/limits", encoding="ascii") as file:
            assert re.search(r"Max core file size\s+0\s+0", file.read()), "a core may be dumped"
        os.kill(pid, 19)  # it stands still while its memory is read
        try:
            looked = 0
            secrets = [canary for canary in stack.canaries if canary.startswith("SECRET")]
            try:
                memory = open(f"/proc/{pid}/mem", "rb", buffering=0)
            except PermissionError:
                raise Skip("only root may read the memory of a process that is not dumpable")
            with memory:
                for begin, end, _, line in dumped_memory(pid):
                    for at in range(begin, end, 1 << 24):
                        memory.seek(at)
                        try:
                            data = memory.read(min(1 << 24, end - at))
                        except OSError:
                            break
                        looked += len(data)
                        assert_clean(data, secrets, f"memory at {line}")
            assert looked > 1 << 20
            print(f"  {looked >> 20} MiB looked through")
        finally:
            os.kill(pid, 18)


if __name__ == "__main__":
    main(globals())
