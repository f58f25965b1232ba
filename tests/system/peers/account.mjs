// SPDX-License-Identifier: Apache-2.0
// What the private clients share: the orders and fills of an account as a client sees them. For each line on its input it
// prints them all in one line; it ends when the input does.
import { createInterface } from "node:readline";

export const orders = {}, fills = [];

// `told`: the exchange's word for how the order stands, `status`: the client's.
export function order(id, told, status, filled, side) {
  orders[id] = { told, status, filled, side: side.toLowerCase() };
}

export function fill(id, order, price, qty, side) {
  fills.push({ id: String(id), order: String(order), price, qty, side: side.toLowerCase() });
}

export function fail(error) {
  console.error(error);
  process.exit(1);
}

// `look`: brings `orders` and `fills` up to date, where events do not.
export function serve(look = () => {}) {
  createInterface({ input: process.stdin })
    .on("line", () => { look(); console.log(JSON.stringify({ orders, fills })); })
    .on("close", () => process.exit(0));
}

export const quiet = { trace() {}, info() {}, error: console.error };
