// SPDX-License-Identifier: Apache-2.0
// npm tardis-dev, pointed at the simulator by WSS_URL_*, normalizes live channels:
// node tardis_live.mjs THEIR_NAME SYMBOL NORMALIZER... Prints one JSON line a normalizer: what came.
import { normalizeTrades, normalizeBookChanges, normalizeBookTickers, normalizeDerivativeTickers, normalizeLiquidations,
  streamNormalized } from "tardis-dev";

const known = { trade: normalizeTrades, book_change: normalizeBookChanges, book_ticker: normalizeBookTickers,
  derivative_ticker: normalizeDerivativeTickers, liquidation: normalizeLiquidations };
const [exchange, symbol, ...names] = process.argv.slice(2);
const wanted = new Set(names);
const messages = streamNormalized({ exchange, symbols: [symbol], withDisconnectMessages: true, timeoutIntervalMS: 20000,
  onError: (error) => { console.error(error.message); process.exit(1); } }, ...names.map((name) => known[name]));
for await (const message of messages) {
  if (message.type === "disconnect") { console.error("disconnected"); process.exit(1); }
  if (!wanted.delete(message.type)) continue;
  const first = message.bids?.[0] ?? message.price ?? message.markPrice ?? message.bidPrice;
  console.log(JSON.stringify({ channel: message.type, symbol: message.symbol, first }));
  if (wanted.size === 0) process.exit(0);
}
