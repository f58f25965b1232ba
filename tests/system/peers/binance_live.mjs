// SPDX-License-Identifier: Apache-2.0
// npm binance, pointed at the simulator, reads its public channels: node binance_live.mjs EXCHANGE wss://... https://...
import { MainClient, USDMClient, WebsocketClient } from "binance";

const [name, websocket, rest] = process.argv.slice(2);
const venues = {
  "binance": { Client: MainClient, sockets: { main: ["trade", "depth@100ms", "ticker", "kline_1m"] },
    events: ["trade", "depthUpdate", "24hrTicker", "kline"] },
  "binance-usdm": { Client: USDMClient,
    sockets: { usdmPublic: ["bookTicker", "depth@100ms"], usdmMarket: ["aggTrade", "ticker", "kline_1m", "markPrice@1s", "forceOrder"] },
    events: ["bookTicker", "depthUpdate", "aggTrade", "24hrTicker", "kline", "markPriceUpdate", "forceOrder"] },
};
const { Client, sockets, events } = venues[name];
const client = new Client({ baseUrl: rest });
const info = await client.getExchangeInfo();
console.log(JSON.stringify({ channel: "markets", count: info.symbols.length, symbol: info.symbols[0].symbol }));
const depth = await client.getOrderBook({ symbol: "BTCUSDT", limit: 100 });
console.log(JSON.stringify({ channel: "snapshot", bids: depth.bids.length, asks: depth.asks.length }));

const wanted = new Set(events);
for (const [key, streams] of Object.entries(sockets)) {
  const socket = new WebsocketClient({ wsUrl: websocket }, // it puts the root behind it
    { trace() {}, info() {}, error: console.error });
  socket.on("message", (message) => {
    const event = message.data ?? message;
    if (!wanted.delete(event.e)) return;
    console.log(JSON.stringify({ channel: event.e, symbol: event.s ?? event.o?.s }));
    if (wanted.size === 0) process.exit(0);
  });
  socket.on("exception", (error) => { console.error(error); process.exit(1); });
  socket.subscribe(streams.map((stream) => `btcusdt@${stream}`), key);
}
