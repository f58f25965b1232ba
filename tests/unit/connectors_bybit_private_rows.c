/* SPDX-License-Identifier: Apache-2.0 */
/* Rows of Bybit's accounts to events: the samples of bybit.md 6 and the quirks that it names; and
 * that a frame cut anywhere gives no half of an event. */
#include "tests/unit/bybit_private.h"

#define ORDER(category, members)                                                                   \
    "{\"topic\":\"order\",\"id\":\"140894896_BTCPERP_37449201146\",\"creationTime\":"              \
    "1774779351203,\"data\":[{\"category\":\"" category "\"," members "}]}"

static const char filled_order[] = ORDER(
    "linear",
    "\"symbol\":\"BTCPERP\",\"orderId\":\"88d84f9a-a6b5-4ff6-b746-1cc9978afca4\","
    "\"orderLinkId\":\"mine-1\",\"side\":\"Buy\",\"positionIdx\":0,\"orderStatus\":\"Filled\","
    "\"cancelType\":\"UNKNOWN\",\"rejectReason\":\"EC_NoError\",\"timeInForce\":\"IOC\","
    "\"price\":\"69795.6\",\"qty\":\"0.001\",\"avgPrice\":\"66473.5\",\"leavesQty\":\"0\","
    "\"leavesValue\":\"0\",\"cumExecQty\":\"0.001\",\"cumExecValue\":\"66.4735\",\"cumExecFee\":"
    "\"0.0664735\",\"orderType\":\"Market\",\"stopOrderType\":\"\",\"triggerDirection\":0,"
    "\"lastPriceOnCreated\":\"66467.5\",\"closeOnTrigger\":false,\"reduceOnly\":true,"
    "\"smpGroup\":0,\"smpType\":\"None\",\"tpslMode\":\"UNKNOWN\",\"createType\":"
    "\"CreateByUser\",\"marketUnit\":\"\",\"createdTime\":\"1774779351198\",\"updatedTime\":"
    "\"1774779351201\",\"feeCurrency\":\"\",\"closedPnl\":\"0\",\"parentOrderLinkId\":\"\","
    "\"slippageTolerance\":\"0\",\"slippageToleranceType\":\"UNKNOWN\",\"cumFeeDetail\":{\"USDC\":"
    "\"0.0664735\"}");

/* 6.3: the price of a market order is the limit that protects it. */
START_TEST(bybit_order_that_is_filled)
{
    ck_assert_int_eq(parse_frame(LINEAR, filled_order), REFUSAL_NONE);
    ck_assert_uint_eq(told_count, 1);
    ck_assert_int_eq(parsing.drift, DRIFT_NONE);
    const struct order *order = &told[0].order;
    ck_assert_int_eq(told[0].kind, KIND_ORDER);
    ck_assert_int_eq(told[0].ts_exchange, INT64_C(1774779351201000000));
    ck_assert_str_eq(order->exchange_symbol, "BTCPERP");
    ck_assert_str_eq(order->client_order_id, "mine-1");
    ck_assert_str_eq(order->fee_asset, "USDC");
    ck_assert_str_eq(order->exchange_status, "Filled");
    expect_id(&order->order_id, "88d84f9a-a6b5-4ff6-b746-1cc9978afca4");
    ck_assert_int_eq(order->side, SIDE_BUY);
    ck_assert_int_eq(order->order_type, ORDER_TYPE_MARKET);
    ck_assert_int_eq(order->time_in_force, TIME_IN_FORCE_IOC);
    ck_assert_int_eq(order->status, ORDER_FILLED);
    ck_assert_int_eq(order->position_side, POSITION_FLAT);
    ck_assert(order->reduce_only && !order->post_only && !order->quote_sized);
    expect_numbers(&told[0],
                   "qty=0.001 filled_qty=0.001 leaves_qty=0 avg_price=66473.5 fee=0.0664735");
}
END_TEST

/* 6.2: the number of the user stands in `id`. */
START_TEST(bybit_user_is_told_to_nobody)
{
    ck_assert_int_eq(parse_frame(LINEAR, filled_order), REFUSAL_NONE);
    ck_assert_ptr_null(memmem(&told[0], sizeof told[0], "140894896", 9));
}
END_TEST

/* A frame of an order whose members are these, besides what every order has. */
static const struct order *order_of(size_t market, const char *category, const char *members)
{
    char frame[1024];
    snprintf(frame, sizeof frame,
             "{\"topic\":\"order.%s\",\"creationTime\":1774779351203,\"data\":[{\"category\":"
             "\"%s\",\"symbol\":\"BTCUSDT\",\"orderId\":\"1\",%s}]}",
             category, category, members);
    ck_assert_int_eq(parse_frame(market, frame), REFUSAL_NONE);
    ck_assert_uint_eq(told_count, 1);
    return &told[0].order;
}

START_TEST(bybit_order_that_rests_and_one_that_is_cancelled)
{
    const struct order *order =
        order_of(LINEAR, "linear",
                 "\"side\":\"Sell\",\"orderStatus\":\"New\",\"orderType\":\"Limit\","
                 "\"timeInForce\":\"PostOnly\",\"price\":\"69000\",\"qty\":\"0.010\",\"avgPrice\":"
                 "\"\",\"leavesQty\":\"0.010\",\"cumExecQty\":\"0\",\"cumExecFee\":\"0\","
                 "\"triggerPrice\":\"0.00\",\"positionIdx\":2");
    expect_numbers(&told[0], "price=69000 qty=0.010 filled_qty=0 leaves_qty=0.010");
    ck_assert(order->post_only && order->time_in_force == TIME_IN_FORCE_GTC);
    ck_assert_int_eq(order->position_side, POSITION_SHORT);
    ck_assert_int_eq(told[0].ts_exchange, INT64_C(1774779351203000000));
    order = order_of(LINEAR, "linear",
                     "\"side\":\"Sell\",\"orderStatus\":\"Cancelled\",\"cancelType\":"
                     "\"CancelByUser\",\"rejectReason\":\"EC_PerCancelRequest\",\"orderType\":"
                     "\"Limit\",\"timeInForce\":\"GTC\",\"price\":\"69000\",\"qty\":\"0.010\","
                     "\"leavesQty\":\"\",\"cumExecQty\":\"0.003\",\"positionIdx\":1");
    ck_assert_int_eq(order->status, ORDER_CANCELED);
    ck_assert_str_eq(order->reject_reason, "");
    ck_assert_int_eq(order->position_side, POSITION_LONG);
    expect_numbers(&told[0], "price=69000 qty=0.010 filled_qty=0.003");
}
END_TEST

/* 7.5: an amount of quote is no quantity; what it bought is known at its end. */
START_TEST(bybit_amount_of_quote_is_no_quantity)
{
    static const char amount[] = "\"side\":\"Buy\",\"orderStatus\":\"%s\",\"rejectReason\":"
                                 "\"EC_CancelForNoFullFill\",\"orderType\":\"Market\",\"qty\":"
                                 "\"100\",\"leavesQty\":\"0\",\"cumExecQty\":\"0.0015\","
                                 "\"avgPrice\":\"66000\",\"cumFeeDetail\":{\"BTC\":\"0.0000015\"}";
    char members[512];
    snprintf(members, sizeof members, amount, "PartiallyFilled");
    const struct order *order = order_of(SPOT, "spot", members);
    ck_assert(order->quote_sized);
    expect_numbers(&told[0], "filled_qty=0.0015 avg_price=66000 fee=0.0000015");
    snprintf(members, sizeof members, amount, "PartiallyFilledCanceled");
    order = order_of(SPOT, "spot", members);
    ck_assert_int_eq(order->status, ORDER_FILLED);
    ck_assert_str_eq(order->fee_asset, "BTC");
    expect_numbers(&told[0],
                   "qty=0.0015 filled_qty=0.0015 leaves_qty=0 avg_price=66000 fee=0.0000015");
}
END_TEST

START_TEST(bybit_amount_is_told_by_market_side_and_unit)
{
    static const struct {
        size_t market;
        const char *category, *side, *type, *unit;
        bool quote;
    } cases[] = {
        {SPOT, "spot", "Buy", "Market", "", true},
        {SPOT, "spot", "Buy", "Market", "quoteCoin", true},
        {SPOT, "spot", "Buy", "Market", "baseCoin", false},
        {SPOT, "spot", "Sell", "Market", "", false},
        {SPOT, "spot", "Sell", "Market", "quoteCoin", true},
        {SPOT, "spot", "Buy", "Limit", "", false},
        {LINEAR, "linear", "Buy", "Market", "", false},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char members[256];
        snprintf(members, sizeof members,
                 "\"side\":\"%s\",\"orderType\":\"%s\",\"marketUnit\":\"%s\",\"orderStatus\":"
                 "\"New\",\"qty\":\"5\",\"leavesQty\":\"5\"",
                 cases[i].side, cases[i].type, cases[i].unit);
        const struct order *order = order_of(cases[i].market, cases[i].category, members);
        ck_assert_int_eq(order->quote_sized, cases[i].quote);
        expect_numbers(&told[0], cases[i].quote ? "" : "qty=5 leaves_qty=5");
    }
}
END_TEST

START_TEST(bybit_types_are_told_by_what_they_wait_for)
{
    static const struct {
        const char *type, *stop, *create;
        enum order_type expected;
    } cases[] = {
        {"Limit", "", "CreateByUser", ORDER_TYPE_LIMIT},
        {"Market", "UNKNOWN", "CreateByUser", ORDER_TYPE_MARKET},
        {"Limit", "Stop", "CreateByStopOrder", ORDER_TYPE_STOP_LIMIT},
        {"Market", "StopLoss", "CreateByStopLoss", ORDER_TYPE_STOP_MARKET},
        {"Limit", "tpslOrder", "", ORDER_TYPE_STOP_LIMIT},
        {"Market", "TakeProfit", "", ORDER_TYPE_TAKE_PROFIT_MARKET},
        {"Limit", "PartialTakeProfit", "", ORDER_TYPE_TAKE_PROFIT_LIMIT},
        {"Market", "TrailingStop", "", ORDER_TYPE_TRAILING_STOP},
        {"Market", "", "CreateByLiq", ORDER_TYPE_LIQUIDATION},
        {"Limit", "", "CreateByTakeOver_PassThrough", ORDER_TYPE_LIQUIDATION},
        {"UNKNOWN", "", "", ORDER_TYPE_UNKNOWN},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char members[256];
        snprintf(members, sizeof members,
                 "\"side\":\"Buy\",\"orderType\":\"%s\",\"stopOrderType\":\"%s\",\"createType\":"
                 "\"%s\",\"orderStatus\":\"Untriggered\",\"triggerPrice\":\"61000\"",
                 cases[i].type, cases[i].stop, cases[i].create);
        ck_assert_int_eq(order_of(LINEAR, "linear", members)->order_type, cases[i].expected);
        ck_assert_int_eq(parsing.drift, DRIFT_NONE);
        expect_numbers(&told[0], "stop_price=61000");
    }
}
END_TEST

/* 8 #25: a word that is new costs no event. */
START_TEST(bybit_words_that_are_new_are_noted)
{
    static const struct {
        const char *members, *word;
    } cases[] = {
        {"\"side\":\"Both\",\"orderStatus\":\"New\"", "Both"},
        {"\"side\":\"Buy\",\"orderStatus\":\"Sleeping\"", "Sleeping"},
        {"\"side\":\"Buy\",\"orderStatus\":\"New\",\"orderType\":\"Iceberg\"", "Iceberg"},
        {"\"side\":\"Buy\",\"orderStatus\":\"New\",\"timeInForce\":\"GTX\"", "GTX"},
        {"\"side\":\"Buy\",\"orderStatus\":\"New\",\"stopOrderType\":\"Dream\"", "Dream"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const struct order *order = order_of(LINEAR, "linear", cases[i].members);
        ck_assert_int_eq(parsing.drift, DRIFT_UNKNOWN_WORD);
        ck_assert(slice_equal(parsing.stranger, slice_of(cases[i].word)));
        ck_assert_int_eq(order->status, i == 1 ? ORDER_UNKNOWN : ORDER_NEW);
    }
    ck_assert_str_eq(order_of(LINEAR, "linear", "\"orderStatus\":\"New\",\"newThing\":{\"a\":[1]}")
                         ->exchange_status,
                     "New");
    ck_assert_int_eq(parsing.drift, DRIFT_UNKNOWN_FIELD);
}
END_TEST

START_TEST(bybit_fees_of_several_coins_are_no_one_number)
{
    const struct order *order =
        order_of(SPOT, "spot",
                 "\"side\":\"Sell\",\"orderStatus\":\"Filled\",\"cumExecQty\":\"1\","
                 "\"cumFeeDetail\":{\"BTC\":\"0.1\",\"MNT\":\"0.2\"}");
    expect_numbers(&told[0], "filled_qty=1");
    ck_assert_str_eq(order->fee_asset, "");
}
END_TEST

START_TEST(bybit_rows_of_other_markets_are_passed_over)
{
    ck_assert_int_eq(parse_frame(SPOT, filled_order), REFUSAL_NONE);
    ck_assert_uint_eq(told_count, 0);
    ck_assert_int_eq(parse_frame(INVERSE, filled_order), REFUSAL_NONE);
    ck_assert_uint_eq(told_count, 0);
    ck_assert_int_eq(
        parse_frame(INVERSE,
                    "{\"topic\":\"position\",\"data\":[{\"category\":\"linear\",\"symbol\":"
                    "\"BTCUSDT\",\"side\":\"Buy\",\"size\":\"1\"},{\"category\":\"inverse\","
                    "\"symbol\":\"BTCUSD\",\"side\":\"Buy\",\"size\":\"2\"}]}"),
        REFUSAL_NONE);
    ck_assert_uint_eq(told_count, 1);
    ck_assert_str_eq(told[0].position.exchange_symbol, "BTCUSD");
}
END_TEST

#define EXECUTION(category, members)                                                               \
    "{\"topic\":\"execution\",\"id\":\"386825804_BTCUSDT_140612148849382\",\"creationTime\":"      \
    "1746270400355,\"data\":[{\"category\":\"" category "\",\"execTime\":\"1746270400353\","       \
    "\"execId\":\"0ab1bdf7\",\"execPrice\":\"95900.1\",\"execQty\":\"0.5\"," members "}]}"

START_TEST(bybit_fills_are_told_with_their_fee)
{
    static const struct {
        size_t market;
        const char *frame, *symbol, *asset, *fee;
        enum side side;
        enum liquidity liquidity;
    } cases[] = {
        {LINEAR,
         EXECUTION("linear", "\"symbol\":\"BTCUSDT\",\"orderId\":\"9aac161b\",\"execType\":"
                             "\"Trade\",\"execFee\":\"26.3725275\",\"side\":\"Sell\",\"isMaker\":"
                             "false,\"seq\":140612148849382,\"extraFees\":[{\"feeCoin\":\"USDT\","
                             "\"fee\":\"0.006403779\"}],\"feeCurrency\":\"USDT\""),
         "BTCUSDT", "USDT", "26.3725275", SIDE_SELL, LIQUIDITY_TAKER},
        {LINEAR,
         EXECUTION("linear", "\"symbol\":\"BTCUSDT-21FEB25\",\"orderId\":\"1\",\"execType\":"
                             "\"AdlTrade\",\"execFee\":\"-1.5\",\"side\":\"Buy\",\"isMaker\":true"),
         "BTCUSDT-21FEB25", "USDT", "-1.5", SIDE_BUY, LIQUIDITY_MAKER},
        {LINEAR,
         EXECUTION("linear", "\"symbol\":\"BTC-26DEC25\",\"orderId\":\"1\",\"execType\":"
                             "\"BustTrade\",\"execFee\":\"2\",\"side\":\"Buy\",\"isMaker\":false"),
         "BTC-26DEC25", "USDC", "2", SIDE_BUY, LIQUIDITY_TAKER},
        {INVERSE,
         EXECUTION("inverse", "\"symbol\":\"BTCUSDH23\",\"orderId\":\"1\",\"execType\":\"Settle\","
                              "\"execFee\":\"0.0001\",\"side\":\"Sell\",\"isMaker\":false"),
         "BTCUSDH23", "BTC", "0.0001", SIDE_SELL, LIQUIDITY_TAKER},
        {SPOT,
         EXECUTION("spot", "\"symbol\":\"SOLUSDC\",\"orderId\":\"1\",\"execType\":\"Trade\","
                           "\"execFee\":\"0.001\",\"side\":\"Buy\",\"isMaker\":false,"
                           "\"feeCurrency\":\"\""),
         "SOLUSDC", "SOL", "0.001", SIDE_BUY, LIQUIDITY_TAKER},
        {SPOT,
         EXECUTION("spot", "\"symbol\":\"SOLUSDC\",\"orderId\":\"1\",\"execType\":\"Trade\","
                           "\"execFee\":\"0.001\",\"side\":\"Sell\",\"isMaker\":true"),
         "SOLUSDC", "USDC", "0.001", SIDE_SELL, LIQUIDITY_MAKER},
        {SPOT,
         EXECUTION("spot", "\"symbol\":\"SOLUSDC\",\"orderId\":\"1\",\"execType\":\"Trade\","
                           "\"execFee\":\"-0.001\",\"side\":\"Sell\",\"isMaker\":true"),
         "SOLUSDC", "SOL", "-0.001", SIDE_SELL, LIQUIDITY_MAKER},
        {SPOT,
         EXECUTION("spot", "\"symbol\":\"SOLBRL\",\"orderId\":\"1\",\"execType\":\"Trade\","
                           "\"execFee\":\"0.001\",\"side\":\"Sell\",\"isMaker\":false"),
         "SOLBRL", "", "0.001", SIDE_SELL, LIQUIDITY_TAKER},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        ck_assert_int_eq(parse_frame(cases[i].market, cases[i].frame), REFUSAL_NONE);
        ck_assert_uint_eq(told_count, 1);
        ck_assert_int_eq(parsing.drift, DRIFT_NONE);
        const struct fill *fill = &told[0].fill;
        ck_assert_int_eq(told[0].kind, KIND_FILL);
        ck_assert_int_eq(told[0].ts_exchange, INT64_C(1746270400353000000));
        ck_assert_str_eq(fill->exchange_symbol, cases[i].symbol);
        ck_assert_str_eq(fill->fee_asset, cases[i].asset);
        expect_decimal(&fill->fee, cases[i].fee);
        expect_decimal(&fill->price, "95900.1");
        expect_decimal(&fill->qty, "0.5");
        expect_id(&fill->trade_id, "0ab1bdf7");
        ck_assert_int_eq(fill->side, cases[i].side);
        ck_assert_int_eq(fill->liquidity, cases[i].liquidity);
    }
}
END_TEST

/* 6.4: by what sort of execution it is. */
START_TEST(bybit_executions_that_are_fills)
{
    static const char *const sorts[] = {
        "Trade",        "AdlTrade",     "BustTrade",       "Delivery", "Settle",   "BlockTrade",
        "MovePosition", "FutureSpread", "CorporateAction", "Funding",  "UnheardOf"};
    for (size_t i = 0; i < sizeof sorts / sizeof *sorts; i++) {
        char frame[512];
        snprintf(frame, sizeof frame,
                 EXECUTION("linear", "\"symbol\":\"BTCUSDT\",\"orderId\":\"1\",\"execType\":\"%s\""
                                     ",\"orderType\":\"UNKNOWN\",\"side\":\"Buy\""),
                 sorts[i]);
        ck_assert_int_eq(parse_frame(LINEAR, frame), REFUSAL_NONE);
        ck_assert_uint_eq(told_count, i < 9);
        ck_assert_int_eq(parsing.drift, i == 10 ? DRIFT_UNKNOWN_WORD : DRIFT_NONE);
    }
}
END_TEST

/* One that is bad takes no other with it. */
START_TEST(bybit_executions_come_in_their_order)
{
    ck_assert_int_eq(
        parse_frame(LINEAR,
                    "{\"topic\":\"execution.linear\",\"creationTime\":1,\"data\":[{\"symbol\":\"A\""
                    ",\"orderId\":\"1\",\"execId\":\"a\",\"execPrice\":\"1\",\"execQty\":\"1\","
                    "\"execType\":\"Trade\",\"execTime\":\"5\"},{\"symbol\":\"A\",\"orderId\":\"1\""
                    ",\"execId\":\"b\",\"execPrice\":\"0\",\"execQty\":\"1\",\"execType\":"
                    "\"Trade\",\"execTime\":\"5\"},{\"symbol\":\"A\",\"orderId\":\"1\",\"execId\":"
                    "\"c\",\"execPrice\":\"1\",\"execQty\":\"1\",\"execType\":\"Trade\","
                    "\"execTime\":\"5\"}]}"),
        REFUSAL_BAD_VALUE);
    ck_assert_uint_eq(told_count, 2);
    expect_id(&told[0].fill.trade_id, "a");
    expect_id(&told[1].fill.trade_id, "c");
}
END_TEST

#define POSITION(members)                                                                          \
    "{\"id\":\"140894896_position_1774779351206\",\"topic\":\"position\",\"creationTime\":"        \
    "1774779351206,\"data\":[{\"positionIdx\":0,\"symbol\":\"BTCPERP\"," members                   \
    ",\"updatedTime\":\"1774779351201\",\"category\":\"linear\",\"positionStatus\":\"Normal\","    \
    "\"adlRankIndicator\":2,\"seq\":37449201146,\"isReduceOnly\":false}]}"

START_TEST(bybit_positions_have_a_side_and_a_leg)
{
    ck_assert_int_eq(
        parse_frame(LINEAR,
                    POSITION("\"side\":\"Buy\",\"size\":\"0.001\",\"entryPrice\":\"66473.5\","
                             "\"leverage\":\"10\",\"positionValue\":\"66.4735\",\"markPrice\":"
                             "\"66472.02\",\"unrealisedPnl\":\"-0.00148\",\"liqPrice\":"
                             "\"10736.47573672\"")),
        REFUSAL_NONE);
    ck_assert_int_eq(parsing.drift, DRIFT_NONE);
    ck_assert_int_eq(told[0].kind, KIND_POSITION);
    ck_assert_int_eq(told[0].ts_exchange, INT64_C(1774779351206000000));
    ck_assert_int_eq(told[0].position.side, POSITION_LONG);
    ck_assert_int_eq(told[0].position.position_side, POSITION_FLAT);
    expect_decimal(&told[0].position.qty, "0.001");
    expect_numbers(&told[0], "entry_price=66473.5 mark_price=66472.02 unrealized_pnl=-0.00148 "
                             "leverage=10 liquidation_price=10736.47573672");
    ck_assert_int_eq(
        parse_frame(LINEAR, POSITION("\"side\":\"\",\"size\":\"0\",\"entryPrice\":\"0\","
                                     "\"leverage\":\"\",\"markPrice\":\"96557.1\","
                                     "\"unrealisedPnl\":\"0\",\"liqPrice\":\"\"")),
        REFUSAL_NONE);
    ck_assert_int_eq(told[0].position.side, POSITION_FLAT);
    expect_numbers(&told[0], "mark_price=96557.1 unrealized_pnl=0");
    ck_assert_int_eq(parse_frame(LINEAR, POSITION("\"side\":\"\",\"size\":\"1\"")),
                     REFUSAL_BAD_VALUE);
    ck_assert_int_eq(
        parse_frame(LINEAR, "{\"topic\":\"position\",\"data\":[{\"symbol\":\"A\",\"side\":\"Sell\","
                            "\"size\":\"2\",\"positionIdx\":2,\"category\":\"\"}]}"),
        REFUSAL_NONE);
    ck_assert_int_eq(told[0].position.side, POSITION_SHORT);
    ck_assert_int_eq(told[0].position.position_side, POSITION_SHORT);
}
END_TEST

/* 6.7: a balance may be negative; what is not said is not known. */
START_TEST(bybit_wallet_is_a_balance_for_each_coin)
{
    ck_assert_int_eq(
        parse_frame(SPOT,
                    "{\"id\":\"140894896_wallet_1774779351206\",\"topic\":\"wallet\","
                    "\"creationTime\":1774779351206,\"data\":[{\"totalEquity\":\"59.2\",\"coin\":["
                    "{\"coin\":\"USDC\",\"equity\":\"-0.0679535\",\"walletBalance\":"
                    "\"-0.0664735\",\"availableToWithdraw\":\"\",\"borrowAmount\":\"0.0679535\","
                    "\"locked\":\"0\",\"spotBorrow\":\"0\"},{\"coin\":\"BTC\",\"walletBalance\":"
                    "\"1.5\",\"locked\":\"0.25\"},{\"coin\":\"ETH\",\"walletBalance\":\"2\"}],"
                    "\"accountType\":\"UNIFIED\"}]}"),
        REFUSAL_NONE);
    ck_assert_uint_eq(told_count, 3);
    ck_assert_int_eq(parsing.drift, DRIFT_NONE);
    ck_assert_str_eq(told[0].balance.asset, "USDC");
    ck_assert_int_eq(told[0].ts_exchange, INT64_C(1774779351206000000));
    expect_numbers(&told[0], "total=-0.0664735 free=-0.0664735 locked=0 borrowed=0.0679535");
    expect_numbers(&told[1], "total=1.5 free=1.25 locked=0.25");
    expect_numbers(&told[2], "total=2");
}
END_TEST

START_TEST(bybit_frame_cut_anywhere_is_refused)
{
    for (size_t len = 0; len < sizeof filled_order - 1; len++) {
        forget_told();
        struct slice cut = exact_bytes((struct slice){filled_order, len});
        ck_assert_int_eq(private_bybit[LINEAR]->parse(cut, &parsing, keep_told, NULL),
                         REFUSAL_TRUNCATED);
        ck_assert_uint_eq(told_count, 0);
    }
}
END_TEST

START_TEST(bybit_rows_without_what_makes_them_are_refused)
{
    static const struct {
        const char *frame;
        enum refusal refusal;
    } cases[] = {
        {"{\"topic\":\"order\",\"data\":[{\"orderId\":\"1\",\"orderStatus\":\"New\"}]}",
         REFUSAL_MISSING_FIELD},
        {"{\"topic\":\"order\",\"data\":[{\"symbol\":\"A\",\"orderStatus\":\"New\"}]}",
         REFUSAL_MISSING_FIELD},
        {"{\"topic\":\"order\",\"data\":[{\"symbol\":\"A\",\"orderId\":\"1\"}]}",
         REFUSAL_MISSING_FIELD},
        {"{\"topic\":\"order\",\"data\":[{\"symbol\":\"A\",\"orderId\":\"1\",\"orderStatus\":"
         "\"New\",\"qty\":\"-1\"}]}",
         REFUSAL_BAD_VALUE},
        {"{\"topic\":\"order\",\"data\":[{\"symbol\":\"A\",\"orderId\":\"1\",\"orderStatus\":"
         "\"New\",\"qty\":\"x\"}]}",
         REFUSAL_WRONG_TYPE},
        {"{\"topic\":\"order\",\"data\":[7]}", REFUSAL_WRONG_TYPE},
        {"{\"topic\":\"order\"}", REFUSAL_MISSING_FIELD},
        {"{\"topic\":\"order\",\"data\":{}}", REFUSAL_WRONG_TYPE},
        {"{\"topic\":\"wallet\",\"data\":[{}]}", REFUSAL_MISSING_FIELD},
        {"{\"topic\":\"wallet\",\"data\":[{\"coin\":[{\"coin\":\"BTC\"}]}]}",
         REFUSAL_MISSING_FIELD},
        {"{\"topic\":\"position\",\"data\":[{\"symbol\":\"A\"}]}", REFUSAL_MISSING_FIELD},
        {"{\"topic\":\"execution\",\"data\":[{\"hello\":\"world\"}]}", REFUSAL_MISSING_FIELD},
        {"{\"topic\":\"greeks\",\"data\":[]}", REFUSAL_UNKNOWN_EVENT},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        enum refusal refusal = parse_frame(LINEAR, cases[i].frame);
        ck_assert_msg(refusal == cases[i].refusal, "%s: %s", cases[i].frame,
                      refusal_word(refusal).data);
        ck_assert_uint_eq(told_count, 0);
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("connectors_bybit_private_rows");
    TCase *tests = tcase_create("bybit");
    tcase_add_test(tests, bybit_order_that_is_filled);
    tcase_add_test(tests, bybit_user_is_told_to_nobody);
    tcase_add_test(tests, bybit_order_that_rests_and_one_that_is_cancelled);
    tcase_add_test(tests, bybit_amount_of_quote_is_no_quantity);
    tcase_add_test(tests, bybit_amount_is_told_by_market_side_and_unit);
    tcase_add_test(tests, bybit_types_are_told_by_what_they_wait_for);
    tcase_add_test(tests, bybit_words_that_are_new_are_noted);
    tcase_add_test(tests, bybit_fees_of_several_coins_are_no_one_number);
    tcase_add_test(tests, bybit_rows_of_other_markets_are_passed_over);
    tcase_add_test(tests, bybit_fills_are_told_with_their_fee);
    tcase_add_test(tests, bybit_executions_that_are_fills);
    tcase_add_test(tests, bybit_executions_come_in_their_order);
    tcase_add_test(tests, bybit_positions_have_a_side_and_a_leg);
    tcase_add_test(tests, bybit_wallet_is_a_balance_for_each_coin);
    tcase_add_test(tests, bybit_frame_cut_anywhere_is_refused);
    tcase_add_test(tests, bybit_rows_without_what_makes_them_are_refused);
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed != 0;
}
