/* SPDX-License-Identifier: Apache-2.0 */
/* Bithumb's private half (bithumb.md 6 to 8). */
#include "connectors/bithumb/private.h"
#include "tests/unit/korea_alike.h"

static const struct tested_account tested = {private_bithumb, &bithumb_account};

#define ID    "C0101000000001818113"
#define TRADE "C0101000000001744207"

/* The document's own. */
static const char fill[] =
    "{\"type\":\"myOrder\",\"code\":\"KRW-BTC\",\"order_id\":\"" ID "\","
    "\"client_order_id\":\"my-client-order-id-1\",\"side\":\"buy\",\"order_type\":\"limit\","
    "\"state\":\"trade\",\"time_in_force\":\"post_only\",\"order_price\":1927000,"
    "\"order_quantity\":0.55,\"order_amount\":1059850,\"order_timestamp\":1727052318074,"
    "\"timestamp\":1727052318369,\"trade_id\":\"" TRADE "\",\"trade_price\":1927000,"
    "\"trade_quantity\":0.4697,\"trade_amount\":905111.9,\"trade_timestamp\":1727052318148,"
    "\"executed_quantity\":0.4697,\"remaining_quantity\":0.0803,\"executed_amount\":905111.9,"
    "\"paid_fee\":0,\"remaining_fee\":0,\"reserved_fee\":0}";

/* The order's own numbers stand beside the fill's, whose fee nobody tells. */
START_TEST(bithumb_trade_is_an_order_and_a_fill)
{
    expect_frame(fill, "order 1727052318369 KRW-BTC " ID " client=my-client-order-id-1 buy limit"
                       " gtc post_only partially_filled(trade) trade=" TRADE
                       " price=1927000 qty=0.55 filled_qty=0.4697 leaves_qty=0.0803"
                       " last_qty=0.4697 last_price=1927000\n"
                       "fill 1727052318148 KRW-BTC " ID " " TRADE
                       " client=my-client-order-id-1 buy none price=1927000 qty=0.4697\n");
    ck_assert_int_eq(parsing.drift, DRIFT_NONE);
}
END_TEST

/* The same trade under the names of v1, where price and volume are the fill's. */
START_TEST(bithumb_reads_the_names_of_v1_where_they_stand)
{
    expect_frame("{\"type\":\"myOrder\",\"code\":\"KRW-BTC\",\"uuid\":\"" ID "\","
                 "\"ask_bid\":\"BID\",\"order_type\":\"limit\",\"state\":\"trade\","
                 "\"trade_uuid\":\"" TRADE "\",\"price\":1927000,\"volume\":0.4697,"
                 "\"remaining_volume\":0.0803,\"executed_volume\":0.4697,\"trades_count\":1,"
                 "\"reserved_fee\":0,\"remaining_fee\":0,\"paid_fee\":0,"
                 "\"executed_funds\":905111.9,\"trade_timestamp\":1727052318148,"
                 "\"order_timestamp\":1727052318074,\"timestamp\":1727052318369,"
                 "\"stream_type\":\"REALTIME\"}",
                 "order 1727052318369 KRW-BTC " ID " buy limit none partially_filled(trade)"
                 " trade=" TRADE " qty=0.5500 filled_qty=0.4697 leaves_qty=0.0803 last_qty=0.4697"
                 " last_price=1927000\n"
                 "fill 1727052318148 KRW-BTC " ID " " TRADE " buy none price=1927000"
                 " qty=0.4697\n");
    expect_frame("{\"ty\":\"myOrder\",\"cd\":\"KRW-BTC\",\"uid\":\"x\",\"ab\":\"ASK\","
                 "\"ot\":\"market\",\"s\":\"done\",\"v\":2,\"rv\":0,\"ev\":2,\"tms\":1}",
                 "order 1 KRW-BTC x sell market none filled(done) qty=2 filled_qty=2"
                 " leaves_qty=0\n");
    ck_assert_int_eq(parsing.drift, DRIFT_NONE);
}
END_TEST

START_TEST(bithumb_reads_short_names)
{
    expect_frame(
        "{\"ty\":\"myOrder\",\"cd\":\"BTC-ETH\",\"oid\":\"o\",\"coid\":\"c\",\"sd\":\"sell\","
        "\"ot\":\"limit\",\"s\":\"trade\",\"op\":0.03,\"oq\":\"2\",\"oa\":0.06,\"otms\":1,"
        "\"tms\":5,\"tid\":\"t\",\"tp\":\"0.03\",\"tq\":2,\"ta\":0.06,\"ttms\":3,\"eq\":2,"
        "\"rq\":0,\"ea\":0.06,\"rsf\":0,\"rmf\":0,\"pf\":0,\"st\":\"REALTIME\"}",
        "order 5 BTC-ETH o client=c sell limit gtc filled(trade) trade=t price=0.03 qty=2"
        " filled_qty=2 leaves_qty=0 last_qty=2 last_price=0.03\n"
        "fill 3 BTC-ETH o t client=c sell none price=0.03 qty=2\n");
    ck_assert_int_eq(parsing.drift, DRIFT_NONE);
}
END_TEST

#define ORDER(side, type, state, rest)                                                             \
    "{\"type\":\"myOrder\",\"code\":\"KRW-BTC\",\"order_id\":\"o1\",\"side\":\"" side              \
    "\",\"order_type\":\"" type "\",\"state\":\"" state "\"," rest                                 \
    ",\"order_timestamp\":1,\"timestamp\":2,\"stream_type\":\"REALTIME\"}"

/* What does not apply is left out, or 0. */
START_TEST(bithumb_order_that_has_just_come_has_nothing_filled)
{
    expect_frame(ORDER("buy", "limit", "wait", "\"order_price\":100,\"order_quantity\":2"),
                 "order 2 KRW-BTC o1 buy limit gtc new(wait) price=100 qty=2 filled_qty=0"
                 " leaves_qty=2\n");
    expect_frame(ORDER("sell", "market", "wait",
                       "\"order_price\":0,\"order_quantity\":2,\"order_amount\":0"),
                 "order 2 KRW-BTC o1 sell market none new(wait) qty=2 filled_qty=0"
                 " leaves_qty=2\n");
    expect_frame(ORDER("buy", "price", "wait",
                       "\"order_price\":0,\"order_quantity\":0,\"order_amount\":5000"),
                 "order 2 KRW-BTC o1 buy market none quote_sized new(wait) filled_qty=0\n");
}
END_TEST

#define SAYS(type, state, rest)                                                                    \
    ORDER("buy", type, state, "\"order_price\":100,\"order_quantity\":2," rest)

START_TEST(bithumb_states_become_ours)
{
    static const struct {
        const char *frame, *status;
    } cases[] = {
        {SAYS("limit", "wait", "\"executed_quantity\":1"), " partially_filled(wait) "},
        {SAYS("limit", "watch", "\"executed_quantity\":0"), " suspended(watch) "},
        {SAYS("limit", "trade",
              "\"trade_id\":\"t\",\"trade_price\":100,\"trade_quantity\":1,"
              "\"executed_quantity\":2,\"remaining_quantity\":0"),
         " filled(trade) "},
        {SAYS("limit", "trade",
              "\"trade_id\":\"t\",\"trade_price\":100,\"trade_quantity\":1,"
              "\"executed_quantity\":1"),
         " partially_filled(trade) "},
        {SAYS("limit", "done", "\"executed_quantity\":2,\"remaining_quantity\":0"),
         " filled(done) "},
        {SAYS("limit", "done", "\"executed_quantity\":1,\"remaining_quantity\":1"),
         " canceled(done) "},
        {SAYS("market", "done", "\"executed_quantity\":1,\"remaining_quantity\":1"),
         " filled(done) "},
        {SAYS("best", "done", "\"executed_quantity\":1,\"remaining_quantity\":1"),
         " filled(done) "},
        {SAYS("limit", "cancel", "\"executed_quantity\":1,\"remaining_quantity\":1"),
         " canceled(cancel) "},
        {SAYS("limit", "cancel", "\"cancel_type\":\"user\""), " canceled(cancel) reason=user "},
        {SAYS("limit", "cancel", "\"cancel_type\":\"tif_cancel\",\"time_in_force\":\"post_only\""),
         " expired(cancel) reason=tif_cancel "},
        {SAYS("limit", "cancel",
              "\"cancel_type\":\"stp_cancel\",\"time_in_force\":\"ioc\","
              "\"canceling_order_id\":\"C1\""),
         " canceled(cancel) reason=stp_cancel "},
        {SAYS("limit", "cancel", "\"time_in_force\":\"ioc\""), " expired(cancel) "},
        {SAYS("limit", "cancel", "\"time_in_force\":\"post_only\""), " canceled(cancel) "},
        {SAYS("price", "cancel", "\"executed_quantity\":1"), " filled(cancel) "},
        {SAYS("price", "cancel", "\"executed_quantity\":0"), " canceled(cancel) "},
        {SAYS("limit", "held", "\"executed_quantity\":1"), " unknown(held) "},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        ck_assert_int_eq(parse(slice_of(cases[i].frame)), REFUSAL_NONE);
        ck_assert_msg(contains(text_slice(&told), cases[i].status), "%.*s instead of%s",
                      (int)told.len, told.data, cases[i].status);
    }
    ck_assert_int_eq(parsing.drift, DRIFT_UNKNOWN_WORD);
    ck_assert(slice_equal(parsing.stranger, SLICE("held")));
}
END_TEST

#define ASSETS(list) "{\"type\":\"myAsset\",\"assets\":" list ",\"asset_timestamp\":1}"

START_TEST(bithumb_assets_are_texts)
{
    expect_frame("{\"type\":\"myAsset\",\"assets\":[{\"currency\":\"KRW\",\"balance\":"
                 "\"2061832.35\",\"locked\":\"3824127.3\"}],\"asset_timestamp\":1727052537592,"
                 "\"timestamp\":1727052537687,\"stream_type\":\"REALTIME\"}",
                 "balance 1727052537592 asset=KRW total=5885959.65 free=2061832.35"
                 " locked=3824127.3\n");
    expect_frame(ASSETS("[{\"currency\":\"BTC\",\"balance\":1,\"locked\":0}]"),
                 "balance 1 asset=BTC total=1 free=1 locked=0\n");
}
END_TEST

START_TEST(bithumb_frames_that_are_no_events_are_refused)
{
    static const struct refused_frame cases[] = {
        {SAYS("limit", "wait", "\"executed_quantity\":0"), REFUSAL_NONE},
        {SAYS("limit", "trade", "\"trade_price\":1,\"trade_quantity\":1"), REFUSAL_MISSING_FIELD},
        {SAYS("limit", "trade", "\"trade_id\":\"t\",\"trade_price\":1"), REFUSAL_BAD_VALUE},
        {SAYS("limit", "trade", "\"trade_id\":\"t\",\"trade_price\":-1,\"trade_quantity\":1"),
         REFUSAL_BAD_VALUE},
        {SAYS("limit", "wait", "\"executed_quantity\":\"many\""), REFUSAL_WRONG_TYPE},
        {"{\"type\":\"myOrder\",\"code\":\"KRW-BTC\"}", REFUSAL_MISSING_FIELD},
        {ASSETS("{}"), REFUSAL_WRONG_TYPE},
        {ASSETS("[{\"currency\":\"KRW\",\"locked\":\"1\"}]"), REFUSAL_MISSING_FIELD},
    };
    EXPECT_ALL(expect_refused_frames, cases);
}
END_TEST

START_TEST(bithumb_garbled_frames_do_no_harm)
{
    expect_garbled_frames(fill);
    expect_garbled_frames(ASSETS("[{\"currency\":\"KRW\",\"balance\":\"1\",\"locked\":\"0\"}]"));
}
END_TEST

/* bithumb.md 6.1 */
START_TEST(bithumb_token_is_that_of_the_fact_sheet)
{
    char room[500];
    struct text token = text_over(room, sizeof room);
    ck_assert(codes_write_token(&bithumb_account, &token, &keys,
                                SLICE("6f5570df-d8bc-4daf-85b4-976733feb624"), 1712230310689,
                                SLICE("")));
    text_terminate(&token);
    ck_assert_str_eq(token.data,
                     "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJhY2Nlc3Nfa2V5IjoiQUsiLCJub25jZSI6IjZ"
                     "mNTU3MGRmLWQ4YmMtNGRhZi04NWI0LTk3NjczM2ZlYjYyNCIsInRpbWVzdGFtcCI6MTcxMjIzMDM"
                     "xMDY4OX0.Wh2v4QA32SJbuPbW0_l3ps7-yLe5brGUJ2BisI9Lz_M");
}
END_TEST

START_TEST(bithumb_tokens_have_the_time)
{
    char room[PRIVATE_HEADERS_MAX];
    struct text lines = text_over(room, sizeof room);
    ck_assert(exchange_of()->write_header(&lines, &keys, 1712230310689));
    ck_assert(contains(claims_in(&lines), "\",\"timestamp\":1712230310689}"));
    lines.len = 0;
    ck_assert(
        codes_write_header(&bithumb_account, &lines, &keys, 5, SLICE("market=KRW-BTC&limit=10")));
    ck_assert(
        contains(claims_in(&lines),
                 "\"timestamp\":5,\"query_hash\":\"d8214a07d0b7181ac91485f885d4349e9de6733bbd"
                 "0806fec3102519a0ba1479b9be54245055706da413a6e916a8a978c1fc1a79e8e459d54c4de8"
                 "fbe2bc70cd\",\"query_hash_alg\":\"SHA512\"}"));
}
END_TEST

#define SINCE INT64_C(1790000000000)
#define WEEK  INT64_C(604800000)

/* The key of a page has bytes that a URL must have encoded; what is signed has not. */
START_TEST(bithumb_calls_are_signed_by_their_queries)
{
    expect_call(&(struct call_ask){.purpose = CALL_OPEN_ORDERS},
                "/v2/orders/pending?state=wait&limit=100&order_by=asc",
                "state=wait&limit=100&order_by=asc");
    expect_call(
        &(struct call_ask){.purpose = CALL_OPEN_ORDERS, .round = 1, .cursor = SLICE("a+/b=")},
        "/v2/orders/pending?state=watch&limit=100&order_by=asc&next_key=a%2B%2Fb%3D",
        "state=watch&limit=100&order_by=asc&next_key=a+/b=");
    expect_no_call(CALL_OPEN_ORDERS, 2);
    expect_call(&(struct call_ask){.purpose = CALL_CLOSED_ORDERS,
                                   .round = 1,
                                   .since_ms = SINCE,
                                   .now_ms = SINCE + WEEK + 1},
                "/v2/orders/history?start_time=1790604800000&limit=1000&order_by=asc",
                "start_time=1790604800000&limit=1000&order_by=asc");
    expect_call(&(struct call_ask){.purpose = CALL_ORDER, .order_id = SLICE(ID)},
                "/v1/order?uuid=" ID, "uuid=" ID);
    expect_call(&(struct call_ask){.purpose = CALL_BALANCES}, "/v1/accounts", "");
}
END_TEST

#define REST(id, type, state, rest)                                                                \
    "{\"" id "\":\"a\",\"side\":\"ask\",\"" type                                                   \
    "\":\"limit\",\"price\":\"100\",\"state\":\"" state                                            \
    "\",\"market\":\"KRW-BTC\",\"created_at\":\"2026-09-22T08:33:20+09:00\",\"volume\":\"2\","     \
    "\"stp_type\":\"cancel_taker\"," rest "}"

START_TEST(bithumb_lists_come_in_pages)
{
    const struct call_ask ask = {.purpose = CALL_CLOSED_ORDERS};
    read_reply(
        &ask, 200,
        SLICE("{\"data\":[" REST(
            "order_id", "order_type", "done",
            "\"remaining_volume\":\"0\",\"executed_volume\":\"2\"") ","
                                                                    "{\"order_id\":7}],\"has_"
                                                                    "next\":true,\"next_key\":\"a+/"
                                                                    "b=\"}"));
    expect_told("order 0 KRW-BTC a sell limit gtc filled(done) price=100 qty=2 filled_qty=2"
                " leaves_qty=0\n");
    ck_assert(slice_equal(text_slice(&reply.cursor), SLICE("a+/b=")));
    ck_assert(reply.refusal == REFUSAL_NONE && reply.skipped == 1);
    read_reply(&ask, 200, SLICE("{\"data\":[],\"has_next\":false,\"next_key\":\"\"}"));
    ck_assert(reply.refusal == REFUSAL_NONE && reply.cursor.len == 0);
    read_reply(&ask, 200, SLICE("{\"data\":[],\"has_next\":false,\"next_key\":\"a\"}"));
    ck_assert_uint_eq(reply.cursor.len, 0);
    read_reply(&ask, 200, SLICE("{\"data\":[],\"next_key\":null}"));
    ck_assert_uint_eq(reply.cursor.len, 0);
}
END_TEST

START_TEST(bithumb_lists_that_are_none_are_refused)
{
    static const struct refused_frame cases[] = {
        {"{\"list\":[]}", REFUSAL_MISSING_FIELD},
        {"[]", REFUSAL_WRONG_TYPE},
        {"{\"data\":{}}", REFUSAL_WRONG_TYPE},
        {"{\"data\":[", REFUSAL_TRUNCATED},
        {"OK", REFUSAL_NOT_JSON},
    };
    const struct call_ask ask = {.purpose = CALL_OPEN_ORDERS};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        read_reply(&ask, 200, slice_of(cases[i].frame));
        ck_assert_msg(reply.refusal == cases[i].refusal, "%s", cases[i].frame);
    }
}
END_TEST

START_TEST(bithumb_order_by_itself_has_its_trades)
{
    const struct call_ask ask = {.purpose = CALL_ORDER};
    read_reply(&ask, 200,
               SLICE(REST("uuid", "ord_type", "cancel",
                          "\"remaining_volume\":\"1.5\",\"executed_volume\":\"0.5\","
                          "\"cancel_type\":\"stp_cancel\",\"canceling_uuid\":\"b\",\"trades\":["
                          "{\"market\":\"KRW-BTC\",\"uuid\":\"t1\",\"price\":\"100\","
                          "\"volume\":\"0.5\",\"funds\":\"50\",\"side\":\"ask\","
                          "\"created_at\":\"2026-09-22T08:33:21+09:00\"}]")));
    expect_told("fill 1790033601000 KRW-BTC a t1 sell none price=100 qty=0.5\n"
                "order 0 KRW-BTC a sell limit gtc canceled(cancel) reason=stp_cancel price=100"
                " qty=2 filled_qty=0.5 leaves_qty=1.5\n");
}
END_TEST

int main(void)
{
    const TTest *const each[] = {
        bithumb_trade_is_an_order_and_a_fill,
        bithumb_reads_the_names_of_v1_where_they_stand,
        bithumb_reads_short_names,
        bithumb_order_that_has_just_come_has_nothing_filled,
        bithumb_states_become_ours,
        bithumb_assets_are_texts,
        bithumb_frames_that_are_no_events_are_refused,
        bithumb_garbled_frames_do_no_harm,
        bithumb_token_is_that_of_the_fact_sheet,
        bithumb_tokens_have_the_time,
        bithumb_calls_are_signed_by_their_queries,
        bithumb_lists_come_in_pages,
        bithumb_lists_that_are_none_are_refused,
        bithumb_order_by_itself_has_its_trades,
    };
    return run_korea("connectors_bithumb_private", each, sizeof each / sizeof *each);
}
