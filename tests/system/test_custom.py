# SPDX-License-Identifier: Apache-2.0
"""Connectors of others: a shared object is loaded into a running gateway and gives its quotes; one that is not what
it has to be, or does not lie where it has to, is refused with the reason."""
import os
import shutil
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from harness import PROGRAMS, TICKGATE, Gateway, Simulator, Subscriber, connection, main, until

EXAMPLE = os.path.join(os.path.dirname(TICKGATE), "tickgate-example.so")


class Place:
    """A simulator, and a directory from which objects may be loaded."""

    def __enter__(self):
        self.directory = tempfile.mkdtemp(prefix="tickgate-test.")
        self.objects = os.path.join(self.directory, "objects")
        os.mkdir(self.objects, 0o755)
        self.sim = Simulator(self.directory, "--symbols", 3, "--rate", 300, "--seed", 6)
        self.gateway = None
        return self

    def put(self, source, name):
        path = os.path.join(self.objects, name)
        shutil.copy(source, path)
        os.chmod(path, 0o644)
        return path

    def settings(self, objects=()):
        paths = ", ".join(f'"{path}"' for path in objects)
        return (f'  example: {{websocket: "{self.sim.websocket}", rest: "{self.sim.rest}", ca_file: "{self.sim.ca}"}}\n'
                f'connector: {{directories: ["{self.objects}"], objects: [{paths}]}}\n')

    def start(self, connections=(), objects=()):
        self.gateway = Gateway(self.directory, self.sim, connections, extra=self.settings(objects))
        return self.gateway

    def __exit__(self, kind, value, trace):
        try:
            if self.gateway is not None:
                self.gateway.stop()
                if kind is not None:
                    print(self.gateway.log_text()[-3000:])
        finally:
            self.sim.stop()
            shutil.rmtree(self.directory)
        return False


def expect_quotes(gateway):
    feed = Subscriber(gateway.feed, "quote.example.")
    feed.wait_for(lambda topic, event: event["state"] == "ok" and {"price", "bid_price", "volume"} <= set(event), 30,
                  "a quote of the example's")
    feed.close()
    quote = until(lambda: (lambda reply: reply["ok"] and reply["result"])(
        gateway.ask("quote.get", exchange="example", symbol="BTC-USDT")), 10, "quote.get")
    assert quote["exchange_symbol"] == "BTCUSDT", quote


def test_an_object_is_loaded_into_a_running_gateway_and_gives_its_quotes():
    with Place() as place:
        gateway = place.start([connection("quotes", "price_feed", ["BTC-USDT"])])
        path = place.put(EXAMPLE, "example.so")
        wanted = dict(exchange="example", type="price_feed", symbols=["BTC-USDT", "ETH-USDT"])
        assert gateway.ask("connection.open", **wanted)["error"]["code"] == "unknown_exchange"
        assert gateway.result("hello")["exchanges"] == ["binance"]
        registered = gateway.result("connector.register", path=path)
        assert registered["object"] == path, registered
        assert [row["exchange"] for row in registered["exchanges"]] == ["example"], registered
        assert gateway.result("connector.register", path=path) == registered
        assert gateway.result("hello")["channels"]["example"] == ["quote"]
        types = {row["type"]: row for row in gateway.result("connector.types")["types"]}
        assert types["ExamplePublicConnector"]["object"] == path and "object" not in types["BinancePublicConnector"]
        created = gateway.result("connector.create", type="ExamplePublicConnector", exchange="example", name="mine")
        assert created["name"] == "mine" and created["state"] == "idle", created
        gateway.result("connection.open", **wanted)
        expect_quotes(gateway)
        rows = {row["exchange"]: row for row in gateway.result("connector.list")["connectors"]}
        assert rows["example"]["id"] == created["id"] and rows["example"]["state"] == "running", rows
        assert rows["example"]["topics"] == 2 and rows["example"]["sessions"] >= 1, rows
        assert gateway.ask("connection.open", **{**wanted, "type": "order_book"})["error"]["code"] == "unknown_type"
        place.sim.assert_no_violations()


def test_an_object_of_the_configuration_is_there_at_the_start():
    with Place() as place:
        path = place.put(EXAMPLE, "example.so")
        gateway = place.start([connection("mine", "price_feed", ["BTC-USDT"]).replace("exchange: binance", "exchange: example")],
                              [path])
        expect_quotes(gateway)


def test_a_bad_object_is_refused_with_the_reason_and_harms_nobody():
    bad = {"no_entry": "tickgate_connector is missing", "nothing": "gives nothing", "wrong_version": "version 2",
           "wrong_size": "other sizes", "half_filled": "limits.group is missing"}
    with Place() as place:
        gateway = place.start([connection("quotes", "price_feed", ["BTC-USDT"])])
        for name, words in bad.items():
            path = place.put(os.path.join(PROGRAMS, f"object_{name}.so"), "object.so")
            error = gateway.ask("connector.register", path=path)["error"]
            assert error["code"] == "bad_object" and words in error["message"], (name, error)
        with open(path, "wb") as file:
            file.write(b"\x7fELF and nothing behind it")
        assert gateway.ask("connector.register", path=path)["error"]["code"] == "bad_object"
        assert gateway.result("hello")["exchanges"] == ["binance"]
        until(lambda: gateway.result("connection.list")["connections"][0]["state"] == "live", 30, "the others live")
        path = place.put(EXAMPLE, "object.so")
        assert gateway.ask("connector.register", path=path)["ok"], "a good one is taken behind them"


def test_an_object_that_others_could_change_is_refused_with_the_reason():
    with Place() as place:
        gateway = place.start()
        path = place.put(EXAMPLE, "example.so")

        def refused(what, words):
            error = gateway.ask("connector.register", path=what)["error"]
            assert error["code"] == "forbidden" and words in error["message"], (what, error)

        os.chmod(path, 0o666)
        refused(path, "may be written by anybody")
        os.chmod(path, 0o644)
        os.chmod(place.objects, 0o1777)
        refused(path, "may be written by anybody")
        os.chmod(place.objects, 0o755)
        refused(EXAMPLE, "none of connector.directories")
        refused(os.path.join(place.objects, "..", "example.so"), "none of connector.directories")
        link = os.path.join(place.objects, "link.so")
        os.symlink(path, link)
        refused(link, "symbolic link")
        assert gateway.ask("connector.register", path=path)["ok"]


def test_a_configuration_with_bad_objects_says_all_of_it_and_starts_nothing():
    with Place() as place:
        bad = place.put(os.path.join(PROGRAMS, "object_half_filled.so"), "half.so")
        config = os.path.join(place.directory, "bad.yaml")
        with open(config, "w", encoding="utf-8") as file:
            file.write(f'exchanges:\n{place.settings([bad, os.path.join(place.objects, "none.so")])}feeds: {{}}\n')
        ended = subprocess.run([TICKGATE, "run", "-c", config], capture_output=True, text=True, timeout=30)
        assert ended.returncode == 78, ended
        for words in ("limits.group is missing", "No such file", 'unknown key "feeds"'):
            assert words in ended.stderr, ended.stderr


if __name__ == "__main__":
    main(globals())
