// SPDX-License-Identifier: Apache-2.0
// ccxt pro, pointed at the simulator, logs in and watches an account's orders and trades:
// node ccxt_private.mjs EXCHANGE wss://127.0.0.1:P https://127.0.0.1:P, key and secret in KEY and SECRET.
import ccxt from "ccxt";
import { ArrayCacheBySymbolById } from "./node_modules/ccxt/js/src/base/ws/Cache.js";
import { Account, fail, serve } from "./account.mjs";

const [name, websocket, rest] = process.argv.slice(2);
const types = (kind) => ({ fetchMarkets: { types: [kind] } });
const bybit = (kind) => ["bybit", { ...types(kind), defaultType: kind === "spot" ? "spot" : "swap", defaultSubType: kind },
  (info) => info.orderStatus];
const venues = { // its name, options, and where the exchange's word is
  "binance": ["binance", { ...types("spot"), defaultType: "spot" }, (info) => info.X ?? info.status],
  "binance-usdm": ["binanceusdm", types("linear"), (info) => info.X ?? info.status],
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
// Of Upbit it would ask as often as an account may; the gateway asks for the same account.
const pace = name === "upbit" ? { rateLimit: 100 } : {};
const exchange = new ccxt.pro[id]({ apiKey: process.env.KEY, secret: process.env.SECRET, newUpdates: true, options, ...pace });
aim(exchange.urls.api);
exchange.has.fetchCurrencies = false;
exchange.number = String; // what is compared are digits, not doubles
// Of Upbit it makes a new list for each trade, and loses those that come together: it is given one that it keeps.
if (name === "upbit") exchange.myTrades = new ArrayCacheBySymbolById(1000);

function account(orders, trades) {
  const all = new Account();
  for (const row of orders) all.order(row.id, told(row.info), row.status, row.filled, row.side);
  for (const row of trades) all.fill(row.id, row.order, row.price, row.amount, row.side);
  return all;
}
// What it has seen is what it keeps: `watch*` gives only what is new of that.
async function seen() {
  return account(exchange.orders ?? [], exchange.myTrades ?? []);
}
async function watch(what) {
  for (;;) await what();
}

// By market; of the two whose orders bring their trades along by order (of Bithumb's it reads neither id nor size).
async function ask() {
  const orders = [], trades = [];
  if (name === "upbit" || name === "bithumb") {
    for (const { id } of exchange.orders) orders.push(await exchange.fetchOrder(id));
    return account(orders, name === "upbit" ? orders.flatMap(({ trades }) => trades) : []);
  }
  const all = name.startsWith("bybit") ? [{ paginate: true }] : [];
  for (const symbol of exchange.symbols) {
    for (const method of all.length ? ["fetchOpenOrders", "fetchCanceledAndClosedOrders"] : ["fetchOrders"])
      orders.push(...await exchange[method](symbol, undefined, undefined, ...all));
    trades.push(...await exchange.fetchMyTrades(symbol, undefined, undefined, ...all));
  }
  return account(orders, trades);
}

serve({ stream: seen, rest: ask });
await exchange.loadMarkets();
watch(() => exchange.watchOrders()).catch(fail);
if (exchange.has.watchMyTrades) watch(() => exchange.watchMyTrades()).catch(fail); // not of Bithumb
