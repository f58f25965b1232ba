// SPDX-License-Identifier: Apache-2.0
// npm bybit-api, pointed at the simulator, reads its public channels: node bybit_live.mjs EXCHANGE wss://... https://...
import { RestClientV5, WebsocketClient } from "bybit-api";

const [name, websocket, rest] = process.argv.slice(2);
const category = { "bybit": "spot", "bybit-linear": "linear", "bybit-inverse": "inverse" }[name];
const symbol = category === "inverse" ? "BTCUSD" : "BTCUSDT";
const client = new RestClientV5({ baseUrl: rest, parseAPIRateLimits: false });
const info = await client.getInstrumentsInfo({ category, limit: 1000 });
if (info.retCode !== 0) throw new Error(JSON.stringify(info));
console.log(JSON.stringify({ channel: "markets", count: info.result.list.length, symbol: info.result.list[0].symbol }));

const topics = ["publicTrade", "orderbook.1", "orderbook.50", "orderbook.200", "tickers", "kline.1"];
if (category !== "spot") topics.push("allLiquidation");
const wanted = new Set(topics);
const sockets = new WebsocketClient({ wsUrl: `${websocket}/v5/public/${category}`, market: "v5" },
  { trace() {}, info() {}, error: console.error });
sockets.on("update", (message) => {
  const channel = message.topic.slice(0, message.topic.lastIndexOf("."));
  if (!wanted.delete(channel)) return;
  console.log(JSON.stringify({ channel, type: message.type }));
  if (wanted.size === 0) process.exit(0);
});
sockets.on("exception", (error) => { console.error(error); process.exit(1); });
sockets.subscribeV5(topics.map((topic) => `${topic}.${symbol}`), category);
