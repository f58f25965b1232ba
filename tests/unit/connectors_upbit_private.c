/* SPDX-License-Identifier: Apache-2.0 */
/* Upbit's private half (upbit.md 6 to 8). */
#include "connectors/upbit/private.h"
#include "tests/unit/korea_alike.h"

static const struct tested_account tested = {private_upbit, &upbit_account};

#define UUID  "ac2dc2a3-fce9-40a2-a4f6-5987c25c438f"
#define TRADE "68315169-fba4-4175-ade3-aff14a616657"

/* The document's own. */
static const char fill[] =
    "{\"type\":\"myOrder\",\"code\":\"KRW-BTC\",\"uuid\":\"" UUID "\",\"ask_bid\":\"BID\","
    "\"order_type\":\"limit\",\"state\":\"trade\",\"trade_uuid\":\"" TRADE "\",\"price\":0.001453,"
    "\"avg_price\":0.00145372,\"volume\":30925891.29839369,\"remaining_volume\":29968038.09235948,"
    "\"executed_volume\":30925891.29839369,\"trades_count\":1,\"reserved_fee\":44.23943970238218,"
    "\"remaining_fee\":21.77177967409916,\"paid_fee\":22.467660028283017,"
    "\"locked\":43565.33112787242,\"executed_funds\":44935.32005656603,\"time_in_force\":null,"
    "\"trade_fee\":22.467660028283017,\"is_maker\":true,\"identifier\":\"test-1\","
    "\"smp_type\":\"cancel_maker\",\"prevented_volume\":1.174291929,"
    "\"prevented_locked\":0.001706246173,\"trade_timestamp\":1710751590421,"
    "\"order_timestamp\":1710751590000,\"timestamp\":1710751597500,\"stream_type\":\"REALTIME\"}";

/* In a trade price and volume are the fill's, and what was ordered is what is left, what is filled
 * and what was prevented. */
START_TEST(upbit_trade_is_an_order_and_a_fill)
{
    expect_frame(fill, "order 1710751597500 KRW-BTC " UUID " client=test-1 buy limit gtc"
                       " partially_filled(trade) trade=" TRADE " liquidity=maker"
                       " qty=60893930.565045099 filled_qty=30925891.29839369"
                       " leaves_qty=29968038.09235948 avg_price=0.00145372"
                       " last_qty=30925891.29839369 last_price=0.001453 fee=22.467660028283017"
                       " fee_asset=KRW\n"
                       "fill 1710751590421 KRW-BTC " UUID " " TRADE " client=test-1 buy maker"
                       " price=0.001453 qty=30925891.29839369 fee=22.467660028283017"
                       " fee_asset=KRW\n");
    ck_assert_int_eq(parsing.drift, DRIFT_NONE);
}
END_TEST

#define ORDER(side, type, state, rest)                                                             \
    "{\"type\":\"myOrder\",\"code\":\"KRW-BTC\",\"uuid\":\"u1\",\"ask_bid\":\"" side               \
    "\",\"order_type\":\"" type "\",\"state\":\"" state "\"," rest                                 \
    ",\"timestamp\":1762190961161,\"stream_type\":\"REALTIME\"}"

/* An order by an amount has no quantity until it is over; it ends in `cancel`. */
START_TEST(upbit_market_buy_has_no_quantity_until_it_ends)
{
    expect_frame(ORDER("BID", "price", "wait",
                       "\"trade_uuid\":null,\"price\":5000,\"avg_price\":null,\"volume\":null,"
                       "\"remaining_volume\":null,\"executed_volume\":null,\"trades_count\":0,"
                       "\"reserved_fee\":2.5,\"locked\":5002.5,\"time_in_force\":null,"
                       "\"identifier\":null,\"prevented_volume\":0,"
                       "\"order_timestamp\":1762190961000"),
                 "order 1762190961161 KRW-BTC u1 buy market none quote_sized new(wait)"
                 " filled_qty=0\n");
    expect_frame(ORDER("BID", "price", "trade",
                       "\"trade_uuid\":\"t1\",\"price\":100000000,\"volume\":0.00004,"
                       "\"remaining_volume\":null,\"executed_volume\":0.00004,\"trade_fee\":2,"
                       "\"is_maker\":false,\"trade_timestamp\":1762190961100"),
                 "order 1762190961161 KRW-BTC u1 buy market none quote_sized"
                 " partially_filled(trade) trade=t1 liquidity=taker filled_qty=0.00004"
                 " last_qty=0.00004 last_price=100000000 fee=2 fee_asset=KRW\n"
                 "fill 1762190961100 KRW-BTC u1 t1 buy taker price=100000000 qty=0.00004 fee=2"
                 " fee_asset=KRW\n");
    expect_frame(ORDER("BID", "price", "cancel",
                       "\"price\":5000,\"volume\":null,\"remaining_volume\":null,"
                       "\"executed_volume\":0.00004,\"locked\":1000"),
                 "order 1762190961161 KRW-BTC u1 buy market none quote_sized filled(cancel)"
                 " qty=0.00004 filled_qty=0.00004 leaves_qty=0\n");
}
END_TEST

START_TEST(upbit_reads_short_names_and_texts_for_numbers)
{
    expect_frame(
        "{\"ty\":\"myOrder\",\"cd\":\"BTC-ETH\",\"uid\":\"u2\",\"ab\":\"ASK\","
        "\"ot\":\"limit\",\"s\":\"trade\",\"tuid\":\"t2\",\"p\":\"3.2E-2\",\"ap\":0.032,"
        "\"v\":\"0.5\",\"rv\":0.0,\"ev\":\"1.5\",\"tif\":\"post_only\",\"tf\":\"0.000016\","
        "\"im\":true,\"id\":\"a\\u0042\\\"c\",\"ttms\":1762190961100,"
        "\"tms\":1762190961161}",
        "order 1762190961161 BTC-ETH u2 client=aB\"c sell limit gtc post_only"
        " filled(trade) trade=t2 liquidity=maker qty=1.5 filled_qty=1.5 leaves_qty=0.0"
        " avg_price=0.032 last_qty=0.5 last_price=0.032 fee=0.000016 fee_asset=BTC\n"
        "fill 1762190961100 BTC-ETH u2 t2 client=aB\"c sell maker price=0.032 qty=0.5"
        " fee=0.000016 fee_asset=BTC\n");
}
END_TEST

#define SAYS(state, rest) ORDER("BID", "limit", state, "\"price\":100,\"volume\":2," rest)

START_TEST(upbit_states_become_ours)
{
    static const struct {
        const char *frame, *status;
    } cases[] = {
        {SAYS("wait", "\"executed_volume\":0,\"remaining_volume\":2"), " new(wait) "},
        {SAYS("wait", "\"executed_volume\":1,\"remaining_volume\":1"), " partially_filled(wait) "},
        {SAYS("watch", "\"executed_volume\":0"), " suspended(watch) "},
        {SAYS("done", "\"executed_volume\":2,\"remaining_volume\":0"), " filled(done) "},
        {SAYS("cancel", "\"executed_volume\":0,\"remaining_volume\":2"), " canceled(cancel) "},
        {SAYS("cancel", "\"executed_volume\":1,\"remaining_volume\":1"), " canceled(cancel) "},
        {SAYS("cancel", "\"executed_volume\":1,\"time_in_force\":\"ioc\""), " expired(cancel) "},
        {SAYS("cancel", "\"executed_volume\":0,\"time_in_force\":\"fok\""), " expired(cancel) "},
        {SAYS("cancel", "\"executed_volume\":0,\"time_in_force\":\"post_only\""),
         " expired(cancel) "},
        {SAYS("cancel", "\"executed_volume\":1,\"time_in_force\":\"post_only\""),
         " canceled(cancel) "},
        {SAYS("cancel", "\"executed_volume\":1,\"remaining_volume\":0,\"time_in_force\":\"ioc\","
                        "\"prevented_volume\":1,\"smp_type\":\"cancel_taker\""),
         " canceled(cancel) reason=cancel_taker "},
        {SAYS("prevented", "\"executed_volume\":0,\"remaining_volume\":1,\"prevented_volume\":1,"
                           "\"smp_type\":\"reduce\""),
         " new(prevented) "},
        {SAYS("prevented", "\"executed_volume\":1,\"remaining_volume\":0,\"prevented_volume\":1"),
         " partially_filled(prevented) "},
        {SAYS("trade", "\"executed_volume\":1,\"remaining_volume\":0,\"prevented_volume\":1,"
                       "\"trade_uuid\":\"t\""),
         " partially_filled(trade) "},
        {SAYS("paused", "\"executed_volume\":1"), " unknown(paused) "},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        ck_assert_int_eq(parse(slice_of(cases[i].frame)), REFUSAL_NONE);
        ck_assert_msg(contains(text_slice(&told), cases[i].status), "%.*s instead of%s",
                      (int)told.len, told.data, cases[i].status);
    }
    ck_assert_int_eq(parsing.drift, DRIFT_UNKNOWN_WORD);
    ck_assert(slice_equal(parsing.stranger, SLICE("paused")));
}
END_TEST

START_TEST(upbit_words_that_it_does_not_know_are_noted)
{
    expect_frame(ORDER("LONG", "iceberg", "wait", "\"price\":100,\"volume\":2"),
                 "order 1762190961161 KRW-BTC u1 unknown unknown none new(wait) qty=2 filled_qty=0"
                 " leaves_qty=2\n");
    ck_assert_int_eq(parsing.drift, DRIFT_UNKNOWN_WORD);
    expect_frame(SAYS("wait", "\"time_in_force\":\"gtd\""),
                 "order 1762190961161 KRW-BTC u1 buy limit none new(wait) price=100 qty=2"
                 " filled_qty=0 leaves_qty=2\n");
    ck_assert(slice_equal(parsing.stranger, SLICE("gtd")));
    expect_frame(SAYS("wait", "\"pocket\":{\"a\":[1]}"),
                 "order 1762190961161 KRW-BTC u1 buy limit gtc new(wait) price=100 qty=2"
                 " filled_qty=0 leaves_qty=2\n");
    ck_assert_int_eq(parsing.drift, DRIFT_UNKNOWN_FIELD);
}
END_TEST

START_TEST(upbit_best_buy_spends_an_amount_and_best_sale_does_not)
{
    expect_frame(ORDER("BID", "best", "wait", "\"price\":5000,\"time_in_force\":\"ioc\""),
                 "order 1762190961161 KRW-BTC u1 buy best ioc quote_sized new(wait)"
                 " filled_qty=0\n");
    expect_frame(ORDER("ASK", "best", "wait", "\"volume\":2,\"time_in_force\":\"fok\""),
                 "order 1762190961161 KRW-BTC u1 sell best fok new(wait) qty=2 filled_qty=0"
                 " leaves_qty=2\n");
    expect_frame(ORDER("BID", "best", "cancel", "\"executed_volume\":1,\"time_in_force\":\"ioc\""),
                 "order 1762190961161 KRW-BTC u1 buy best ioc quote_sized expired(cancel) qty=1"
                 " filled_qty=1 leaves_qty=0\n");
}
END_TEST

START_TEST(upbit_assets_become_balances_to_the_last_digit)
{
    expect_frame("{\"type\":\"myAsset\",\"asset_uuid\":\"e635f223\",\"assets\":["
                 "{\"currency\":\"KRW\",\"balance\":1386929.37231066771348207123,"
                 "\"locked\":10329.670127489597585685},"
                 "{\"currency\":\"BTC\",\"balance\":1.0E-8,\"locked\":0.01000000}],"
                 "\"asset_timestamp\":1710146517259,\"timestamp\":1710146517267,"
                 "\"stream_type\":\"REALTIME\"}",
                 "balance 1710146517259 asset=KRW total=1397259.04243815731106775623"
                 " free=1386929.37231066771348207123 locked=10329.670127489597585685\n"
                 "balance 1710146517259 asset=BTC total=0.010000010 free=0.000000010"
                 " locked=0.01000000\n");
    expect_frame("{\"ty\":\"myAsset\",\"astuid\":\"e\",\"ast\":[{\"cu\":\"KRW\",\"b\":1,\"l\":2}],"
                 "\"asttms\":1710146517259,\"st\":\"REALTIME\"}",
                 "balance 1710146517259 asset=KRW total=3 free=1 locked=2\n");
}
END_TEST

#define ASSETS(list) "{\"type\":\"myAsset\",\"assets\":" list ",\"asset_timestamp\":1}"

#define WITH(code, id, time)                                                                       \
    "{\"type\":\"myOrder\",\"code\":\"" code "\",\"uuid\":\"" id                                   \
    "\",\"ask_bid\":\"BID\",\"order_type\":\"limit\",\"state\":\"wait\"," time "}"

START_TEST(upbit_frames_that_are_no_events_are_refused)
{
    static const struct refused_frame cases[] = {
        {SAYS("wait", "\"executed_volume\":0"), REFUSAL_NONE},
        {SAYS("trade", "\"executed_volume\":1"), REFUSAL_MISSING_FIELD}, /* of what trade? */
        {ORDER("BID", "limit", "trade", "\"trade_uuid\":\"t\",\"price\":0,\"volume\":2"),
         REFUSAL_BAD_VALUE},
        {ORDER("BID", "limit", "trade", "\"trade_uuid\":\"t\",\"price\":1"), REFUSAL_BAD_VALUE},
        {ORDER("BID", "limit", "wait", "\"price\":-1"), REFUSAL_BAD_VALUE},
        {ORDER("BID", "limit", "wait", "\"price\":true"), REFUSAL_WRONG_TYPE},
        {ORDER("BID", "limit", "wait", "\"price\":1,\"price\":1"), REFUSAL_BAD_VALUE},
        {ORDER("BID", "limit", "wait", "\"volume\":1e40"), REFUSAL_BAD_NUMBER},
        {ORDER("BID", "limit", "", "\"price\":1"), REFUSAL_MISSING_FIELD},
        {WITH("KRW BTC", "u", "\"timestamp\":1"), REFUSAL_BAD_VALUE},
        {WITH("KRW-BTC", "u", "\"timestamp\":1"), REFUSAL_NONE},
        {WITH("KRW-BTC", "", "\"timestamp\":1"), REFUSAL_MISSING_FIELD},
        {WITH("KRW-BTC", "u", "\"order_timestamp\":1"), REFUSAL_MISSING_FIELD},
        {WITH("KRW-BTC", "012345678901234567890123456789012345678901234567", "\"timestamp\":1"),
         REFUSAL_BAD_VALUE},
        {ASSETS("[]"), REFUSAL_NONE},
        {ASSETS("\"list\""), REFUSAL_WRONG_TYPE},
        {ASSETS("[7]"), REFUSAL_WRONG_TYPE},
        {ASSETS("[{\"currency\":\"KRW\",\"balance\":1}]"), REFUSAL_MISSING_FIELD},
        {ASSETS("[{\"currency\":\"K W\",\"balance\":1,\"locked\":0}]"), REFUSAL_BAD_VALUE},
        {ASSETS("[{\"currency\":\"KRW\",\"balance\":79228162514264337593543950335,"
                "\"locked\":1}]"),
         REFUSAL_BAD_NUMBER},
        {"{\"type\":\"myAsset\",\"assets\":[]}", REFUSAL_MISSING_FIELD},
        {"{\"type\":\"myAsset\"", REFUSAL_TRUNCATED},
    };
    EXPECT_ALL(expect_refused_frames, cases);
}
END_TEST

START_TEST(upbit_garbled_frames_do_no_harm)
{
    expect_garbled_frames(fill);
    expect_garbled_frames(ASSETS("[{\"currency\":\"KRW\",\"balance\":1,\"locked\":0}]"));
}
END_TEST

/* upbit.md 6.1 */
START_TEST(upbit_token_is_that_of_the_fact_sheet)
{
    char room[500];
    struct text token = text_over(room, sizeof room);
    ck_assert(codes_write_token(&upbit_account, &token, &keys,
                                SLICE("b2f1e3f8-2dc1-4d6f-a838-c74c49b0e39a"), 1, SLICE("")));
    text_terminate(&token);
    ck_assert_str_eq(token.data,
                     "eyJhbGciOiJIUzUxMiIsInR5cCI6IkpXVCJ9.eyJhY2Nlc3Nfa2V5IjoiQUsiLCJub25jZSI6ImI"
                     "yZjFlM2Y4LTJkYzEtNGQ2Zi1hODM4LWM3NGM0OWIwZTM5YSJ9.iZCGXZFnC4L-1kg2PtUgGz8U6cY"
                     "zsxKmidMnU8yeL_SboC43MrTUsj0eeJ1ISLgR__OpFqMOuA7eOPXS-NY6dA");
}
END_TEST

START_TEST(upbit_query_is_hashed_as_it_is_before_its_encoding)
{
    char room[PRIVATE_HEADERS_MAX];
    struct text lines = text_over(room, sizeof room);
    ck_assert(codes_write_header(&upbit_account, &lines, &keys, 1,
                                 SLICE("market=KRW-BTC&states[]=wait&states[]=watch")));
    ck_assert(contains(claims_in(&lines),
                       "\"query_hash\":\"c01bbcb80094d2225c90eda65128baf7ef800471fbdeb76579856d1532"
                       "cd263060e41ede9c52bfc926a0b46c4b7797a61e4327cda59d236f829cde4c875dfe77\","
                       "\"query_hash_alg\":\"SHA512\"}"));
}
END_TEST

#define SINCE INT64_C(1790000000000)
#define WEEK  INT64_C(604800000)

START_TEST(upbit_calls_are_signed_by_their_queries)
{
    expect_call(&(struct call_ask){.purpose = CALL_OPEN_ORDERS, .cursor = SLICE("")},
                "/v1/orders/open?states%5B%5D=wait&states%5B%5D=watch&page=1&limit=100"
                "&order_by=asc",
                "states[]=wait&states[]=watch&page=1&limit=100&order_by=asc");
    expect_call(&(struct call_ask){.purpose = CALL_OPEN_ORDERS, .cursor = SLICE("3")},
                "/v1/orders/open?states%5B%5D=wait&states%5B%5D=watch&page=3&limit=100"
                "&order_by=asc",
                "states[]=wait&states[]=watch&page=3&limit=100&order_by=asc");
    expect_call(&(struct call_ask){.purpose = CALL_CLOSED_ORDERS,
                                   .round = 1,
                                   .since_ms = SINCE,
                                   .now_ms = SINCE + WEEK + 1},
                "/v1/orders/closed?states%5B%5D=done&states%5B%5D=cancel"
                "&start_time=1790604800000&limit=1000&order_by=asc",
                "states[]=done&states[]=cancel&start_time=1790604800000&limit=1000&order_by=asc");
    expect_call(&(struct call_ask){.purpose = CALL_ORDER, .order_id = SLICE(UUID)},
                "/v1/order?uuid=" UUID, "uuid=" UUID);
    expect_call(&(struct call_ask){.purpose = CALL_BALANCES}, "/v1/accounts", "");
    expect_no_call(CALL_OPEN_ORDERS, 1);
}
END_TEST

#define REST(id, state, rest)                                                                      \
    "{\"market\":\"KRW-BTC\",\"uuid\":\"" id "\",\"side\":\"bid\",\"ord_type\":\"limit\","         \
    "\"price\":\"100.0\",\"state\":\"" state "\",\"created_at\":\"2026-09-22T08:33:20+09:00\","    \
    "\"volume\":\"2.0\",\"reserved_fee\":\"0\",\"remaining_fee\":\"0\",\"paid_fee\":\"0\","        \
    "\"locked\":\"0\",\"prevented_volume\":\"0\",\"prevented_locked\":\"0\"," rest "}"

START_TEST(upbit_lists_are_read_order_by_order)
{
    const struct call_ask ask = {.purpose = CALL_OPEN_ORDERS, .cursor = SLICE("")};
    read_reply(&ask, 200,
               SLICE("[" REST("a", "wait",
                              "\"remaining_volume\":\"1.5\",\"executed_volume\":\"0.5\","
                              "\"trades_count\":1") "," REST("b", "watch",
                                                             "\"remaining_volume\":\"2.0\","
                                                             "\"executed_volume\":\"0.0\","
                                                             "\"identifier\":\"mine\"") ",{}]"));
    expect_told("order 0 KRW-BTC a buy limit gtc partially_filled(wait) price=100.0 qty=2.0"
                " filled_qty=0.5 leaves_qty=1.5\n"
                "order 0 KRW-BTC b client=mine buy limit gtc suspended(watch) price=100.0 qty=2.0"
                " filled_qty=0.0 leaves_qty=2.0\n");
    ck_assert(reply.refusal == REFUSAL_NONE && reply.skipped == 1 && reply.cursor.len == 0);
    read_reply(&ask, 200, SLICE("{\"a\":1}"));
    ck_assert_int_eq(reply.refusal, REFUSAL_WRONG_TYPE);
}
END_TEST

/* What is in no list: the trades, which were before the order became what it is. */
START_TEST(upbit_order_by_itself_has_its_trades)
{
    const struct call_ask ask = {.purpose = CALL_ORDER};
    read_reply(&ask, 200,
               SLICE(REST("a", "done",
                          "\"remaining_volume\":\"0.0\",\"executed_volume\":\"2.0\",\"trades\":["
                          "{\"market\":\"KRW-BTC\",\"uuid\":\"t1\",\"price\":\"99\","
                          "\"volume\":\"0.5\",\"funds\":\"49.5\",\"trend\":\"down\","
                          "\"created_at\":\"2026-09-22T08:33:21.597751+09:00\",\"side\":\"bid\"},"
                          "{\"market\":\"KRW-BTC\",\"uuid\":\"t2\",\"price\":\"100\","
                          "\"volume\":\"1.5\",\"funds\":\"150\",\"trend\":\"up\","
                          "\"created_at\":\"2026-09-22T08:33:22+09:00\",\"side\":\"bid\"}]")));
    expect_told("fill 1790033601597 KRW-BTC a t1 buy none price=99 qty=0.5\n"
                "fill 1790033602000 KRW-BTC a t2 buy none price=100 qty=1.5\n"
                "order 0 KRW-BTC a buy limit gtc filled(done) price=100.0 qty=2.0 filled_qty=2.0"
                " leaves_qty=0.0\n");
    ck_assert(reply.refusal == REFUSAL_NONE && reply.skipped == 0);
    read_reply(&ask, 200, SLICE(REST("a", "done", "\"trades\":[{\"uuid\":\"t1\"}]")));
    ck_assert_int_eq(reply.refusal, REFUSAL_MISSING_FIELD);
    read_reply(&ask, 200, SLICE("[]"));
    ck_assert_int_eq(reply.refusal, REFUSAL_WRONG_TYPE);
}
END_TEST

/* A reply of so many orders that are alike. */
static void read_many(const struct call_ask *ask, size_t count)
{
    static char room[1 << 20];
    struct text body = text_over(room, sizeof room);
    for (size_t i = 0; i < count; i++) {
        text_append(&body, i > 0 ? SLICE(",") : SLICE("["));
        text_literal(&body, REST("a", "done", "\"executed_volume\":\"2.0\""));
    }
    text_literal(&body, "]");
    ck_assert(!body.overflow);
    begin_telling();
    told = text_over(room + body.len, sizeof room - body.len);
    exchange_of()->read_reply(text_slice(&body), 200, ask, &parsing, take_event, &told, &reply);
    text_terminate(&reply.cursor);
}

START_TEST(upbit_turns_a_full_page)
{
    struct call_ask ask = {.purpose = CALL_OPEN_ORDERS, .cursor = SLICE("")};
    read_many(&ask, 99);
    ck_assert_str_eq(reply.cursor.data, "");
    read_many(&ask, 100);
    ck_assert_str_eq(reply.cursor.data, "2");
    ask.cursor = SLICE("7");
    read_many(&ask, 100);
    ck_assert_str_eq(reply.cursor.data, "8");
}
END_TEST

/* The next call starts where this one ended; if that is where it began there is no way on. */
START_TEST(upbit_goes_on_behind_a_full_list_of_ended_orders)
{
    struct call_ask ask = {.purpose = CALL_CLOSED_ORDERS, .cursor = SLICE("")};
    read_many(&ask, 999);
    ck_assert_str_eq(reply.cursor.data, "");
    read_many(&ask, 1000);
    ck_assert_str_eq(reply.cursor.data, "1790033600000");
    ck_assert_int_eq(reply.refusal, REFUSAL_NONE);
    ask.cursor = SLICE("1790033600000");
    read_many(&ask, 1000);
    ck_assert_int_eq(reply.refusal, REFUSAL_BAD_VALUE);
}
END_TEST

int main(void)
{
    const TTest *const each[] = {
        upbit_trade_is_an_order_and_a_fill,
        upbit_market_buy_has_no_quantity_until_it_ends,
        upbit_reads_short_names_and_texts_for_numbers,
        upbit_states_become_ours,
        upbit_words_that_it_does_not_know_are_noted,
        upbit_best_buy_spends_an_amount_and_best_sale_does_not,
        upbit_assets_become_balances_to_the_last_digit,
        upbit_frames_that_are_no_events_are_refused,
        upbit_garbled_frames_do_no_harm,
        upbit_token_is_that_of_the_fact_sheet,
        upbit_query_is_hashed_as_it_is_before_its_encoding,
        upbit_calls_are_signed_by_their_queries,
        upbit_lists_are_read_order_by_order,
        upbit_order_by_itself_has_its_trades,
        upbit_turns_a_full_page,
        upbit_goes_on_behind_a_full_list_of_ended_orders,
    };
    return run_korea("connectors_upbit_private", each, sizeof each / sizeof *each);
}
