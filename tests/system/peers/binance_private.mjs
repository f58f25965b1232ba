// SPDX-License-Identifier: Apache-2.0
// npm binance, pointed at the simulator, logs in and watches an account: node binance_private.mjs EXCHANGE wss://...
// https://..., key and secret in KEY and SECRET. It does not interpret: its words are the exchange's.
import { WebsocketAPIClient, WebsocketClient } from "binance";
import { fail, fill, order, quiet, serve } from "./account.mjs";

const [name, websocket, rest] = process.argv.slice(2);
const keys = { api_key: process.env.KEY, api_secret: process.env.SECRET };
const kinds = { executionReport: (event) => event, ORDER_TRADE_UPDATE: (event) => event.o };
function take(message) {
  const event = message.event ?? message.data ?? message;
  const row = kinds[event.e]?.(event);
  if (!row) return;
  order(row.i, row.X, row.X, row.z, row.S);
  if (row.x === "TRADE" || row.x === "CALCULATED") fill(row.t, row.i, row.L, row.l, row.S);
}

serve();
if (name === "binance") {
  const client = new WebsocketAPIClient({ ...keys, wsUrl: websocket, attachEventListeners: false }, quiet);
  client.getWSClient().on("message", take);
  client.getWSClient().on("exception", fail);
  await client.subscribeUserDataStream("mainWSAPI").catch(fail);
} else {
  const client = new WebsocketClient({ ...keys, wsUrl: websocket, restOptions: { baseUrl: rest } }, quiet);
  client.on("message", take);
  client.on("exception", fail);
  await client.subscribeUsdFuturesUserDataStream();
}
