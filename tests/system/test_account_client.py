# SPDX-License-Identifier: Apache-2.0
"""The example client of an account (proto/clients/python/account.py): what it prints is the journal, each line once, though
the gateway is killed and the client itself is started anew from the last number that it printed."""
import json
import os
import subprocess
import sys
import threading

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from harness import ROOT, main, until
from vault import AccountClient, AccountStack

CLIENT = os.path.join(ROOT, "proto", "clients", "python", "account.py")
OPTIONS = ["--symbols", 2, "--rate", 20, "--depth", 50, "--orders", 100000, "--order-rate", 10, "--seed", 5]
NAME = "upbit"


class Example:
    """The client as a process; `events` are the lines that it has printed."""

    def __init__(self, stack, *arguments):
        self.process = subprocess.Popen(
            ["/usr/bin/python3", CLIENT, stack.accounts_requests, os.path.join(stack.keys.secrets, "tester.key_secret"),
             os.path.join(stack.keys.directory, "server.key"), NAME, *map(str, arguments)],
            stdout=subprocess.PIPE)
        self.events = []
        self.reader = threading.Thread(target=self.read)
        self.reader.start()

    def read(self):
        for line in self.process.stdout:
            self.events.append(json.loads(line))

    def numbers(self):
        return [event["journal_seq"] for event in list(self.events) if "journal_seq" in event]

    def stop(self):
        self.process.kill()
        self.reader.join()
        self.process.stdout.close()
        self.process.wait()


def more(example, count):
    """Waits for so many events more."""
    before = len(example.numbers())
    until(lambda: len(example.numbers()) >= before + count, 30, f"{count} events more")


def test_the_example_prints_each_event_once_though_all_is_restarted():
    with AccountStack([NAME], OPTIONS) as stack:
        stack.wait_ready()
        first = Example(stack)
        more(first, 20)
        stack.kill_gateway()
        stack.start_gateway()
        more(first, 20)
        first.stop()
        numbers = first.numbers()
        images = [event for event in first.events if "journal_seq" not in event]
        assert images and all(event["update"] == "snapshot" for event in images), images[:2]
        assert {"balance", "account"} <= {event["kind"] for event in images}, images[:2]
        second = Example(stack, numbers[-1])
        more(second, 20)
        second.stop()
        numbers += second.numbers()
        assert numbers == list(range(numbers[0], numbers[0] + len(numbers))), "a hole, or one twice"
        journal = {body["journal_seq"]: body for body in stack.journal(NAME)}
        for event in first.events + second.events:
            assert "journal_seq" not in event or journal[event["journal_seq"]] == event, event


def test_what_is_counted_of_an_account_is_told_to_who_may_read_it_alone():
    with AccountStack([NAME], OPTIONS) as stack:
        pair = stack.keys.new("stranger", "read")
        stack.wait_ready()
        client, stranger = (AccountClient(stack.accounts_requests, stack.server, who) for who in (stack.pair, pair))
        row = until(lambda: next((row for row in client.result("stats.get", part="sessions")["sessions"] if row["frames"] > 10), None),
                    20, "its stream is counted")
        assert row["account"] == NAME and row["drift"] == [], row
        assert client.result("hello")["accounts"] == [NAME]
        assert stranger.result("stats.get", part="sessions")["sessions"] == [] and stranger.result("hello")["accounts"] == []
        of_all = stack.gateway.result("stats.get")
        assert of_all["sessions"] == [] and "accounts" not in stack.gateway.result("hello"), of_all["sessions"]
        client.close()
        stranger.close()


def test_the_example_says_why_it_cannot_go_on():
    with AccountStack([NAME], OPTIONS) as stack:
        stack.keys.new("stranger", "read")
        stack.wait_ready()
        done = subprocess.run(
            ["/usr/bin/python3", CLIENT, stack.accounts_requests, os.path.join(stack.keys.secrets, "stranger.key_secret"),
             os.path.join(stack.keys.directory, "server.key"), NAME], capture_output=True, text=True, timeout=30, check=False)
        assert done.returncode != 0 and f"no account {NAME}" in done.stderr, done


if __name__ == "__main__":
    main(globals())
