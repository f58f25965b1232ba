// SPDX-License-Identifier: Apache-2.0
// npm binance, pointed at the simulator, reads its public channels: node binance_live.mjs wss://... https://...
import { MainClient, WebsocketClient } from "binance";

const [websocket, rest] = process.argv.slice(2);
const client = new MainClient({ baseUrl: rest });
const info = await client.getExchangeInfo();
console.log(JSON.stringify({ channel: "markets", count: info.symbols.length, symbol: info.symbols[0].symbol }));
const depth = await client.getOrderBook({ symbol: "BTCUSDT", limit: 100 });
console.log(JSON.stringify({ channel: "snapshot", bids: depth.bids.length, asks: depth.asks.length }));

const wanted = new Map([["trade", "btcusdt@trade"], ["depthUpdate", "btcusdt@depth@100ms"], ["24hrTicker", "btcusdt@ticker"],
  ["kline", "btcusdt@kline_1m"]]);
const sockets = new WebsocketClient({ wsUrl: websocket }, { trace() {}, info() {}, error: console.error });
sockets.on("message", (message) => {
  const event = message.data ?? message;
  if (!wanted.delete(event.e)) return;
  console.log(JSON.stringify({ channel: event.e, symbol: event.s }));
  if (wanted.size === 0) process.exit(0);
});
sockets.on("exception", (error) => { console.error(error); process.exit(1); });
sockets.subscribe([...wanted.values()], "main");
