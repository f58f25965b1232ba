// SPDX-License-Identifier: Apache-2.0
// ccxt pro, pointed at the simulator, reads every public channel that it knows of an exchange:
// node ccxt_live.mjs EXCHANGE wss://127.0.0.1:P https://127.0.0.1:P. Prints one JSON line a channel: what came.
import ccxt from "ccxt";

const [name, websocket, rest] = process.argv.slice(2);
const bybit = (kind, symbol) => ({
  symbol,
  make() {
    const exchange = new ccxt.pro.bybit({ options: { fetchMarkets: { types: [kind] }, defaultType: kind === "spot" ? "spot" : "swap" } });
    for (const key of Object.keys(exchange.urls.api)) if (typeof exchange.urls.api[key] === "string") exchange.urls.api[key] = rest;
    exchange.urls.api.ws.public[kind] = `${websocket}/v5/public/${kind}`;
    return exchange;
  },
});
const venues = {
  "binance": {
    symbol: "BTC/USDT",
    make() {
      const exchange = new ccxt.pro.binance({ options: { defaultType: "spot", fetchMarkets: { types: ["spot"] } } });
      exchange.urls.api.public = rest + "/api/v3";
      exchange.urls.api.v1 = rest + "/api/v1";
      exchange.urls.api.ws.spot = websocket + "/ws";
      return exchange;
    },
  },
  "binance-usdm": {
    symbol: "BTC/USDT:USDT",
    make() {
      const exchange = new ccxt.pro.binanceusdm({ options: { fetchMarkets: { types: ["linear"] } } });
      exchange.urls.api.fapiPublic = rest + "/fapi/v1";
      exchange.urls.api.ws.future = websocket + "/ws";
      return exchange;
    },
  },
  "bybit": bybit("spot", "BTC/USDT"),
  "bybit-linear": bybit("linear", "BTC/USDT:USDT"),
  "bybit-inverse": bybit("inverse", "BTC/USD:BTC"),
  "upbit": {
    symbol: "BTC/KRW",
    make() {
      const exchange = new ccxt.pro.upbit();
      exchange.urls.api.public = exchange.urls.api.private = rest;
      exchange.urls.api.ws = websocket + "/websocket/v1";
      return exchange;
    },
  },
  "bithumb": {
    symbol: "BTC/KRW",
    make() {
      const exchange = new ccxt.pro.bithumb();
      for (const key of Object.keys(exchange.urls.api)) if (typeof exchange.urls.api[key] === "string") exchange.urls.api[key] = rest;
      exchange.urls.api.ws.publicGen2 = websocket + "/websocket/v1";
      return exchange;
    },
  },
};

const { symbol, make } = venues[name];
const exchange = make();
exchange.has.fetchCurrencies = false;
const say = (channel, what) => console.log(JSON.stringify({ channel, ...what }));

const markets = await exchange.loadMarkets();
say("markets", { count: Object.keys(markets).length, symbol: markets[symbol].id });
const trades = await exchange.watchTrades(symbol);
say("trade", { count: trades.length, price: trades[0].price, side: trades[0].side });
const book = await exchange.watchOrderBook(symbol);
say("book", { bids: book.bids.length, asks: book.asks.length, bid: book.bids[0][0], ask: book.asks[0][0] });
const ticker = await exchange.watchTicker(symbol);
say("quote", { last: ticker.last, volume: ticker.baseVolume });
if (exchange.has.watchOHLCV) {
  const candles = await exchange.watchOHLCV(symbol, name === "upbit" ? "1s" : "1m"); // it knows no other of Upbit
  say("candle", { count: candles.length, close: candles[0][4] });
}
if (exchange.has.watchBidsAsks) {
  const top = Object.values(await exchange.watchBidsAsks([symbol]))[0];
  say("top", { bid: top.bid, ask: top.ask });
}
if (name === "binance-usdm") {
  const mark = await exchange.watchMarkPrice(symbol, { use1sFreq: true });
  say("mark", { mark: mark.markPrice, index: mark.indexPrice });
  const interest = await exchange.fetchOpenInterest(symbol);
  say("open interest", { amount: interest.openInterestAmount });
}
if (name.startsWith("bybit-")) say("mark", { mark: ticker.markPrice, index: ticker.indexPrice });
if (exchange.has.watchLiquidations && symbol.includes(":")) {
  const liquidations = await exchange.watchLiquidations(symbol);
  say("liquidation", { price: liquidations[0].price, side: liquidations[0].side });
}
await exchange.close();
process.exit(0);
