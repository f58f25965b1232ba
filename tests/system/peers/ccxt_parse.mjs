// SPDX-License-Identifier: Apache-2.0
// ccxt's own parsers over recorded frames: node ccxt_parse.mjs FILE.jsonl LIMIT. One JSON line a frame that it knows.
import { createReadStream } from "node:fs";
import { createInterface } from "node:readline";
import ccxt from "ccxt";

const [file, limit] = process.argv.slice(2);
const exchange = new ccxt.pro.binance();
// Numbers stay the texts they are: what is compared are digits, not doubles.
exchange.number = String;
const market = (id) => ({ id, symbol: id, base: id, quote: "", spot: true, type: "spot", contract: false, precision: {}, limits: {} });

let count = 0;
for await (const line of createInterface({ input: createReadStream(file) })) {
  const frame = JSON.parse(line);
  const data = frame.data ?? frame;
  if (data === null || Array.isArray(data)) continue;
  let out = null;
  if (data.e === "trade" || data.e === "aggTrade") {
    const trade = exchange.parseWsTrade(data, market(data.s));
    out = { kind: "trade", symbol: data.s, trade_id: trade.id, price: trade.price, size: trade.amount, side: trade.side };
  } else if (data.e === "depthUpdate") {
    const book = { bids: [], asks: [] };
    const store = (side) => ({ store: (price, size) => side.push([price, size]) }); // ccxt makes doubles of these
    const sides = { bids: store(book.bids), asks: store(book.asks), nonce: undefined };
    exchange.handleOrderBookMessage({}, data, sides);
    out = { kind: "book", symbol: data.s, last: sides.nonce, bids: book.bids, asks: book.asks };
  } else if (data.e === "24hrTicker" || (data.u && data.b && data.B && !data.e)) {
    const ticker = exchange.parseWsTicker(data, "ticker");
    out = { kind: "quote", symbol: data.s, bid: ticker.bid, bid_size: ticker.bidVolume, ask: ticker.ask, ask_size: ticker.askVolume,
      last: data.e ? ticker.last : undefined };
  }
  if (out !== null) console.log(JSON.stringify(out));
  if (++count == limit) break;
}
process.exit(0);
