// SPDX-License-Identifier: Apache-2.0
// ccxt's own parsers over frames: node ccxt_parse.mjs EXCHANGE FILE.jsonl LIMIT. One JSON line for each thing that it reads.
import { createReadStream } from "node:fs";
import { createInterface } from "node:readline";
import ccxt from "ccxt";

const [name, file, limit] = process.argv.slice(2);
const market = (id) => ({ id, symbol: id, base: id, quote: "", spot: true, type: "spot", contract: false, precision: {}, limits: {} });
const client = { url: `wss://x/${name === "bybit" ? "spot" : "linear"}`, resolve() {} };

// Levels go into a side as ccxt would store them; it makes doubles of these.
function sides() {
  const bids = [], asks = [];
  const store = (side) => ({ store: (price, size) => side.push([price, size]), storeArray: (level) => side.push(level) });
  return { bids: store(bids), asks: store(asks), nonce: undefined, levels: { bids, asks } };
}

const trade = (exchange, parsed, symbol) => ({ kind: "trade", symbol, trade_id: parsed.id, price: parsed.price, size: parsed.amount,
  side: parsed.side, time: parsed.timestamp });

function binance(exchange, frame) {
  const data = frame.data ?? frame;
  if (data === null || Array.isArray(data)) return [];
  if (data.e === "trade" || data.e === "aggTrade") return [trade(exchange, exchange.parseWsTrade(data, market(data.s)), data.s)];
  if (data.e === "depthUpdate") {
    const book = sides();
    exchange.handleOrderBookMessage({}, data, book);
    return [{ kind: "book", symbol: data.s, last: String(book.nonce), ...book.levels }];
  }
  if (data.e === "24hrTicker") {
    const ticker = exchange.parseWsTicker(data, "ticker");
    return [{ kind: "quote", symbol: data.s, price: ticker.last, volume: ticker.baseVolume }];
  }
  if (data.e === "markPriceUpdate") {
    const ticker = exchange.parseWsTicker(data, "markPrice");
    return [{ kind: "mark", symbol: data.s, mark: ticker.markPrice, index: ticker.indexPrice }];
  }
  return [];
}

function bybit(exchange, frame) {
  const topic = frame.topic ?? "", data = frame.data;
  const symbol = topic.slice(topic.lastIndexOf(".") + 1);
  if (topic.startsWith("publicTrade.")) return data.map((row) => trade(exchange, exchange.parseWsTrade(row, market(symbol)), symbol));
  if (topic.startsWith("orderbook.") && !topic.startsWith("orderbook.1.") && !topic.startsWith("orderbook.rpi")) {
    const book = sides();
    exchange.handleDeltas(book.bids, data.b);
    exchange.handleDeltas(book.asks, data.a);
    return [{ kind: "book", symbol, last: String(data.u), ...book.levels }];
  }
  if (topic.startsWith("tickers.")) {
    exchange.markets_by_id = { [symbol]: [market(symbol)] };
    exchange.handleTicker(client, frame);
    const ticker = exchange.tickers[symbol];
    // Of an inverse contract, which is one USD, it calls base what is the quote.
    const rows = [{ kind: "quote", symbol, price: ticker.last, volume: name === "bybit-inverse" ? ticker.quoteVolume : ticker.baseVolume }];
    if (ticker.markPrice !== undefined) rows.push({ kind: "mark", symbol, mark: ticker.markPrice, index: ticker.indexPrice });
    return rows;
  }
  return [];
}

function korean(exchange, frame) {
  const symbol = frame.code;
  exchange.markets_by_id = { [symbol]: [market(symbol)] };
  if (frame.type === "trade" && frame.stream_type === "REALTIME") {
    const parsed = exchange.parseTrade(frame, market(symbol));
    return [trade(exchange, { ...parsed, id: String(parsed.id) }, symbol)];
  }
  if (frame.type === "ticker") {
    const ticker = exchange.parseTicker(frame, market(symbol));
    return [{ kind: "quote", symbol, price: ticker.last, volume: ticker.baseVolume }];
  }
  if (frame.type === "orderbook") {
    const bids = [], asks = [];
    for (const unit of frame.orderbook_units) { // as its handleOrderBook stores them, one by one: a size of 0 is no level
      if (unit.bid_size) bids.push([unit.bid_price, unit.bid_size]);
      if (unit.ask_size) asks.push([unit.ask_price, unit.ask_size]);
    }
    return [{ kind: "book", symbol, bids, asks }];
  }
  return [];
}

const rules = { "binance": [ccxt.pro.binance, binance], "binance-usdm": [ccxt.pro.binanceusdm, binance], "bybit": [ccxt.pro.bybit, bybit],
  "bybit-linear": [ccxt.pro.bybit, bybit], "bybit-inverse": [ccxt.pro.bybit, bybit], "upbit": [ccxt.pro.upbit, korean],
  "bithumb": [ccxt.pro.bithumb, korean] };
const [Exchange, rule] = rules[name];
const exchange = new Exchange();
exchange.markets = {};
exchange.number = String; // numbers stay the texts they are: what is compared are digits, not doubles

let count = 0;
for await (const line of createInterface({ input: createReadStream(file) })) {
  // Ids beyond 2^53 are kept as texts, or reading them here would change them.
  let frame;
  try { frame = JSON.parse(line.replace(/"(sequential_id)":(\d+)/g, '"$1":"$2"')); } catch { continue; }
  if (frame === null || typeof frame !== "object") continue;
  for (const row of rule(exchange, frame)) console.log(JSON.stringify(row));
  if (++count == limit) break;
}
process.stdout.write("", () => process.exit(0)); // behind all that a slow reader has not taken yet
