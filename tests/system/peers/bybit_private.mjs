// SPDX-License-Identifier: Apache-2.0
// npm bybit-api, pointed at the simulator, logs in and watches an account: node bybit_private.mjs EXCHANGE wss://...
// https://..., key and secret in KEY and SECRET. It does not interpret: its words are the exchange's.
import { RestClientV5, WebsocketClient } from "bybit-api";
import { Account, fail, quiet, serve } from "./account.mjs";

const [name, websocket, rest] = process.argv.slice(2);
const category = { "bybit": "spot", "bybit-linear": "linear", "bybit-inverse": "inverse" }[name];
const keys = { key: process.env.KEY, secret: process.env.SECRET };
const seen = new Account(), symbols = new Set();
const order = (account, row) => account.order(row.orderId, row.orderStatus, row.orderStatus, row.cumExecQty, row.side);
const fill = (account, row) => account.fill(row.execId, row.orderId, row.execPrice, row.execQty, row.side);

const client = new RestClientV5({ ...keys, baseUrl: rest, parseAPIRateLimits: false });
async function* pages(method, symbol) {
  for (let cursor; cursor !== "";) {
    const { retCode, retMsg, result } = await client[method]({ category, symbol, limit: 50, ...(cursor ? { cursor } : {}) });
    if (retCode !== 0) throw new Error(`${method}: ${retMsg}`);
    yield* result.list;
    cursor = result.nextPageCursor;
  }
}
async function ask() {
  const account = new Account();
  for (const symbol of symbols) {
    for (const method of ["getActiveOrders", "getHistoricOrders"])
      for await (const row of pages(method, symbol)) order(account, row);
    for await (const row of pages("getExecutionList", symbol)) fill(account, row);
  }
  return account;
}

const socket = new WebsocketClient({ ...keys, market: "v5", wsUrl: `${websocket}/v5/private` }, quiet);
socket.on("update", ({ topic, data }) => {
  for (const row of data) {
    if (topic === "order" && symbols.add(row.symbol)) order(seen, row);
    if (topic === "execution") fill(seen, row);
  }
});
socket.on("exception", fail);
serve({ stream: async () => seen, rest: ask });
const topics = ["order", "execution", "wallet", ...(category === "spot" ? [] : ["position"])];
await Promise.all(socket.subscribeV5(topics, category, true)).catch(fail);
