// SPDX-License-Identifier: Apache-2.0
// ccxt pro, pointed at the simulator, logs in and watches an account's orders and trades:
// node ccxt_private.mjs EXCHANGE wss://127.0.0.1:P https://127.0.0.1:P, key and secret in KEY and SECRET.
import ccxt from "ccxt";
import { ArrayCacheBySymbolById } from "./node_modules/ccxt/js/src/base/ws/Cache.js";
import { fail, fill, fills, order, serve } from "./account.mjs";

const [name, websocket, rest] = process.argv.slice(2);
const types = (kind) => ({ fetchMarkets: { types: [kind] } });
const bybit = (kind) => ["bybit", { ...types(kind), defaultType: kind === "spot" ? "spot" : "swap", defaultSubType: kind },
  (info) => info.orderStatus];
const venues = { // its name, options, and where the exchange's word is
  "binance": ["binance", { ...types("spot"), defaultType: "spot" }, (info) => info.X],
  "binance-usdm": ["binanceusdm", types("linear"), (info) => info.X],
  "bybit": bybit("spot"),
  "bybit-linear": bybit("linear"),
  "bybit-inverse": bybit("inverse"),
  "upbit": ["upbit", {}, (info) => info.state],
  "bithumb": ["bithumb", {}, (info) => info.state],
};

// Every address of the exchange is the simulator's, under the same path.
function aim(urls) {
  for (const [key, value] of Object.entries(urls)) {
    if (typeof value === "object") aim(value);
    else if (typeof value === "string") urls[key] = value.replace(/^wss:\/\/[^/]+/, websocket).replace(/^https:\/\/[^/]+/, rest);
  }
}

const [id, options, told] = venues[name];
const exchange = new ccxt.pro[id]({ apiKey: process.env.KEY, secret: process.env.SECRET, newUpdates: true, options });
aim(exchange.urls.api);
exchange.has.fetchCurrencies = false;
exchange.number = String; // what is compared are digits, not doubles
if (name === "upbit") exchange.myTrades = new ArrayCacheBySymbolById(1000); // itself it makes a new list for each trade

// What it says is what it keeps: `watch*` gives only what is new of that.
function look() {
  fills.length = 0;
  for (const row of exchange.orders ?? []) order(row.id, told(row.info), row.status, row.filled, row.side);
  for (const row of exchange.myTrades ?? []) fill(row.id, row.order, row.price, row.amount, row.side);
}
async function watch(what) {
  for (;;) await what();
}

serve(look);
await exchange.loadMarkets();
watch(() => exchange.watchOrders()).catch(fail);
if (exchange.has.watchMyTrades) watch(() => exchange.watchMyTrades()).catch(fail); // not of Bithumb
