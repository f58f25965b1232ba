// SPDX-License-Identifier: Apache-2.0
// npm bybit-api, pointed at the simulator, logs in and watches an account: node bybit_private.mjs EXCHANGE wss://...
// https://..., key and secret in KEY and SECRET. It does not interpret: its words are the exchange's.
import { WebsocketClient } from "bybit-api";
import { fail, fill, order, quiet, serve } from "./account.mjs";

const [name, websocket] = process.argv.slice(2);
const category = { "bybit": "spot", "bybit-linear": "linear", "bybit-inverse": "inverse" }[name];
const client = new WebsocketClient({ key: process.env.KEY, secret: process.env.SECRET, market: "v5",
  wsUrl: `${websocket}/v5/private` }, quiet);
client.on("update", ({ topic, data }) => {
  for (const row of data) {
    if (topic === "order") order(row.orderId, row.orderStatus, row.orderStatus, row.cumExecQty, row.side);
    if (topic === "execution") fill(row.execId, row.orderId, row.execPrice, row.execQty, row.side);
  }
});
client.on("exception", fail);
serve();
const topics = ["order", "execution", "wallet", ...(category === "spot" ? [] : ["position"])];
await Promise.all(client.subscribeV5(topics, category, true)).catch(fail);
