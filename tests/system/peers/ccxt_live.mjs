// SPDX-License-Identifier: Apache-2.0
// ccxt pro, pointed at the simulator, reads its public channels: node ccxt_live.mjs wss://127.0.0.1:P https://127.0.0.1:P
// Prints one JSON line a channel: what came.
import ccxt from "ccxt";

const [websocket, rest] = process.argv.slice(2);
const exchange = new ccxt.pro.binance({ options: { defaultType: "spot", fetchMarkets: { types: ["spot"] }, fetchCurrencies: false } });
exchange.urls.api.public = rest + "/api/v3";
exchange.urls.api.v1 = rest + "/api/v1";
exchange.urls.api.ws.spot = websocket + "/ws";
exchange.has.fetchCurrencies = false;

const markets = await exchange.loadMarkets();
console.log(JSON.stringify({ channel: "markets", count: Object.keys(markets).length, symbol: markets["BTC/USDT"].id }));
const trades = await exchange.watchTrades("BTC/USDT");
console.log(JSON.stringify({ channel: "trade", count: trades.length, price: trades[0].price, side: trades[0].side }));
const book = await exchange.watchOrderBook("BTC/USDT", 100);
console.log(JSON.stringify({ channel: "book", bids: book.bids.length, asks: book.asks.length, bid: book.bids[0][0], ask: book.asks[0][0] }));
const ticker = await exchange.watchTicker("ETH/USDT");
console.log(JSON.stringify({ channel: "quote", last: ticker.last, bid: ticker.bid, ask: ticker.ask }));
const candles = await exchange.watchOHLCV("BTC/USDT", "1m");
console.log(JSON.stringify({ channel: "candle", count: candles.length, close: candles[0][4] }));
await exchange.close();
process.exit(0);
