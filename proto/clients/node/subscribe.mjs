// SPDX-License-Identifier: Apache-2.0
// Prints "topic body" for what flows: npm ci && node subscribe.mjs tcp://127.0.0.1:7700 trade.
import { Subscriber } from "zeromq";

const feed = new Subscriber({ sendHighWaterMark: 0, receiveHighWaterMark: 200000 }); // 0: or prefixes past 1000 are lost
feed.subscribe(...process.argv.slice(3));
feed.connect(process.argv[2]);
for await (const [topic, body] of feed) process.stdout.write(`${topic} ${body}\n`);
