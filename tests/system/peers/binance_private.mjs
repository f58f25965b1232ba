// SPDX-License-Identifier: Apache-2.0
// npm binance, pointed at the simulator, logs in and watches an account: node binance_private.mjs EXCHANGE wss://...
// https://..., key and secret in KEY and SECRET. It does not interpret: its words are the exchange's.
import { MainClient, USDMClient, WebsocketAPIClient, WebsocketClient } from "binance";
import { Account, fail, quiet, serve } from "./account.mjs";

const [name, websocket, rest] = process.argv.slice(2);
const keys = { api_key: process.env.KEY, api_secret: process.env.SECRET };
const seen = new Account(), symbols = new Set();
const kinds = { executionReport: (event) => event, ORDER_TRADE_UPDATE: (event) => event.o };
function take(message) {
  const event = message.event ?? message.data ?? message;
  const row = kinds[event.e]?.(event);
  if (!row) return;
  symbols.add(row.s);
  seen.order(row.i, row.X, row.X, row.z, row.S);
  if (row.x === "TRADE" || row.x === "CALCULATED") seen.fill(row.t, row.i, row.L, row.l, row.S);
}

const client = new (name === "binance" ? MainClient : USDMClient)({ ...keys, baseUrl: rest });
async function ask() {
  const account = new Account();
  for (const symbol of symbols) {
    for (const row of await client.getAllOrders({ symbol, limit: 500 }))
      account.order(row.orderId, row.status, row.status, row.executedQty, row.side);
    const trades = await (name === "binance" ? client.getAccountTradeList({ symbol }) : client.getAccountTrades({ symbol }));
    for (const row of trades) account.fill(row.id, row.orderId, row.price, row.qty, row.side ?? (row.isBuyer ? "buy" : "sell"));
  }
  return account;
}

serve({ stream: async () => seen, rest: ask });
if (name === "binance") {
  const socket = new WebsocketAPIClient({ ...keys, wsUrl: websocket, attachEventListeners: false }, quiet);
  socket.getWSClient().on("message", take);
  socket.getWSClient().on("exception", fail);
  await socket.subscribeUserDataStream("mainWSAPI").catch(fail);
} else {
  const socket = new WebsocketClient({ ...keys, wsUrl: websocket, restOptions: { baseUrl: rest } }, quiet);
  socket.on("message", take);
  socket.on("exception", fail);
  await socket.subscribeUsdFuturesUserDataStream();
}
