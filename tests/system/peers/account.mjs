// SPDX-License-Identifier: Apache-2.0
// What the private clients share: an account as a client sees it. For a line "stream" on the input what it saw there is
// printed, for "rest" what it is answered when it asks, in one line each; it ends when its input does.
import { createInterface } from "node:readline";

export class Account {
  orders = {};
  fills = [];
  // `told`: the exchange's word for how the order stands, `status`: the client's.
  order(id, told, status, filled, side) {
    this.orders[id] = { told, status, filled, side: side.toLowerCase() };
  }
  fill(id, order, price, qty, side) {
    this.fills.push({ id: String(id), order: String(order), price, qty, side: side.toLowerCase() });
  }
}

export function fail(error) {
  console.error(error);
  process.exit(1);
}

export function serve(looks) {
  createInterface({ input: process.stdin })
    .on("line", async (which) => console.log(JSON.stringify(await looks[which]().catch(fail))))
    .on("close", () => process.stdout.write("", () => process.exit(0)));
}

export const quiet = { trace() {}, info() {}, error: console.error };
