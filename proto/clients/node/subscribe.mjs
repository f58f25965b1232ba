// SPDX-License-Identifier: Apache-2.0
// Prints "topic body" for what flows: npm ci && node subscribe.mjs tcp://127.0.0.1:7700 trade.
import { Subscriber } from "zeromq";

const SNDHWM = 23; // of a SUB: has no property of its own; with the default, prefixes past 1000 are lost
const feed = new Subscriber({ receiveHighWaterMark: 200000 });
feed.setInt32Option(SNDHWM, 0);
feed.subscribe(...process.argv.slice(3));
feed.connect(process.argv[2]);
for await (const [topic, body] of feed) process.stdout.write(`${topic} ${body}\n`);
