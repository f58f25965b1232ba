/* SPDX-License-Identifier: Apache-2.0 */
/* The bodies of accounts' events, byte for byte, and that every one of them is JSON and fits. */
#include "common/scan.h"
#include "proto/wire_json.h"

#include <check.h>
#include <stdlib.h>

#define EPOCH     UINT64_C(1790000000001)
#define RECEIVED  INT64_C(1672515782200123456)
#define PUBLISHED INT64_C(1672515782200999999)

#define HEAD(kind) "{\"kind\":\"" kind "\",\"exchange\":\"bybit-linear\",\"account\":\"main\""
#define NAMES      ",\"symbol\":\"BTC-USDT-PERP\",\"exchange_symbol\":\"BTCUSDT\""
#define COMMON                                                                                     \
    ",\"update\":\"data\",\"epoch\":1790000000001,\"seq\":7,\"state\":\"ok\",\"proof\":\"none\","  \
    "\"ts_received\":1672515782200123,\"ts_published\":1672515782200999"

static struct decimal number(const char *digits)
{
    struct decimal value;
    ck_assert_int_eq(decimal_read(slice_of(digits), &value), DECIMAL_OK);
    return value;
}

static void copy_text(char *field, size_t size, const char *text)
{
    ck_assert_uint_lt(strlen(text), size);
    memcpy(field, text, strlen(text) + 1);
}

#define set_text(field, text) copy_text((field), sizeof(field), (text))

static void check_json(struct slice body)
{
    struct scan scan;
    scan_begin(&scan, body);
    scan_skip(&scan);
    ck_assert_msg(scan_end(&scan), "%.*s", (int)body.len, body.data);
}

static void expect(const struct event *event, bool durable, const char *expected)
{
    char bytes[8192];
    struct text body = text_over(bytes, sizeof bytes);
    wire_json_private(&body, SLICE("bybit-linear"), SLICE("main"), event, EPOCH, durable,
                      PUBLISHED);
    text_terminate(&body);
    ck_assert(!body.overflow);
    ck_assert_str_eq(bytes, expected);
    check_json(text_slice(&body));
}

static struct event begin(enum kind kind)
{
    struct event event;
    event_begin(&event, kind);
    event.seq = 7;
    event.ts_received = RECEIVED;
    return event;
}

START_TEST(wire_order_says_all_that_is_known)
{
    struct event event = begin(KIND_ORDER);
    struct order *order = &event.order;
    set_text(order->symbol, "BTC-USDT-PERP");
    set_text(order->exchange_symbol, "BTCUSDT");
    ck_assert(id_set(&order->order_id, SLICE("o-1")) && id_set(&order->trade_id, SLICE("t-1")));
    set_text(order->client_order_id, "mine \"1\"");
    set_text(order->exchange_status, "PartiallyFilled");
    set_text(order->reject_reason, "EC_NoError");
    set_text(order->fee_asset, "USDT");
    order->known = (1u << ORDER_FIELD_COUNT) - 1;
    for (unsigned int i = 0; i < ORDER_FIELD_COUNT; i++)
        order->numbers[i] = (struct decimal){.low = i + 1, .scale = 1};
    order->side = SIDE_SELL;
    order->order_type = ORDER_TYPE_STOP_LIMIT;
    order->time_in_force = TIME_IN_FORCE_IOC;
    order->status = ORDER_PARTIALLY_FILLED;
    order->liquidity = LIQUIDITY_MAKER;
    order->position_side = POSITION_SHORT;
    order->reduce_only = order->post_only = order->quote_sized = true;
    order->impossible = order->reconciled = true;
    expect(&event, true,
           HEAD("order") NAMES COMMON
           ",\"order_id\":\"o-1\",\"client_order_id\":\"mine \\\"1\\\"\",\"side\":\"sell\","
           "\"order_type\":\"stop_limit\",\"time_in_force\":\"ioc\",\"position_side\":\"short\","
           "\"price\":\"0.1\",\"stop_price\":\"0.2\",\"qty\":\"0.3\",\"filled_qty\":\"0.4\","
           "\"leaves_qty\":\"0.5\",\"avg_price\":\"0.6\",\"last_qty\":\"0.7\","
           "\"last_price\":\"0.8\",\"trade_id\":\"t-1\",\"fee\":\"0.9\",\"fee_asset\":\"USDT\","
           "\"liquidity\":\"maker\",\"status\":\"partially_filled\","
           "\"exchange_status\":\"PartiallyFilled\",\"reject_reason\":\"EC_NoError\","
           "\"reduce_only\":true,\"post_only\":true,\"quote_sized\":true,\"impossible\":true,"
           "\"reconciled\":true}");
}
END_TEST

START_TEST(wire_order_leaves_out_what_is_not_known)
{
    struct event event = begin(KIND_ORDER);
    set_text(event.order.exchange_symbol, "NEWCOIN");
    ck_assert(id_set(&event.order.order_id, SLICE("1")));
    expect(&event, true,
           HEAD("order") ",\"exchange_symbol\":\"NEWCOIN\"" COMMON
                         ",\"order_id\":\"1\",\"side\":\"unknown\",\"order_type\":\"unknown\","
                         "\"status\":\"unknown\",\"exchange_status\":\"\",\"reconciled\":false}");
}
END_TEST

START_TEST(wire_fill_has_its_fee_if_it_is_known)
{
    struct event event = begin(KIND_FILL);
    struct fill *fill = &event.fill;
    set_text(fill->symbol, "BTC-USDT-PERP");
    set_text(fill->exchange_symbol, "BTCUSDT");
    ck_assert(id_set(&fill->order_id, SLICE("o-1")) && id_set(&fill->trade_id, SLICE("t-1")));
    fill->price = number("95900.10");
    fill->qty = number("0.5");
    fill->side = SIDE_BUY;
    expect(&event, true,
           HEAD("fill") NAMES COMMON
           ",\"order_id\":\"o-1\",\"trade_id\":\"t-1\",\"side\":\"buy\",\"price\":\"95900.10\","
           "\"qty\":\"0.5\",\"reconciled\":false}");
    set_text(fill->client_order_id, "mine");
    set_text(fill->fee_asset, "BNB");
    fill->fee = number("-0.0001");
    fill->liquidity = LIQUIDITY_TAKER;
    fill->reconciled = true;
    expect(&event, true,
           HEAD("fill") NAMES COMMON
           ",\"order_id\":\"o-1\",\"trade_id\":\"t-1\",\"client_order_id\":\"mine\","
           "\"side\":\"buy\",\"price\":\"95900.10\",\"qty\":\"0.5\",\"fee\":\"-0.0001\","
           "\"fee_asset\":\"BNB\",\"liquidity\":\"taker\",\"reconciled\":true}");
}
END_TEST

START_TEST(wire_position_and_balance)
{
    struct event event = begin(KIND_POSITION);
    struct position *position = &event.position;
    set_text(position->symbol, "BTC-USDT-PERP");
    set_text(position->exchange_symbol, "BTCUSDT");
    position->side = POSITION_LONG;
    position->qty = number("0.50");
    position->known = 1u << POSITION_ENTRY_PRICE | 1u << POSITION_LIQUIDATION_PRICE;
    position->numbers[POSITION_ENTRY_PRICE] = number("95000");
    position->numbers[POSITION_LIQUIDATION_PRICE] = number("80000.5");
    position->margin_mode = MARGIN_CROSS;
    expect(&event, true,
           HEAD("position") NAMES COMMON
           ",\"side\":\"long\",\"qty\":\"0.50\",\"entry_price\":\"95000\","
           "\"liquidation_price\":\"80000.5\",\"margin_mode\":\"cross\",\"reconciled\":false}");
    position->side = POSITION_FLAT;
    position->position_side = POSITION_LONG;
    position->qty = number("0");
    position->known = 0;
    position->margin_mode = MARGIN_NONE;
    expect(&event, true,
           HEAD("position") NAMES COMMON ",\"side\":\"flat\",\"position_side\":\"long\","
                                         "\"qty\":\"0\",\"reconciled\":false}");
    event = begin(KIND_BALANCE);
    set_text(event.balance.asset, "USDT");
    event.balance.known = 1u << BALANCE_TOTAL | 1u << BALANCE_LOCKED;
    event.balance.numbers[BALANCE_TOTAL] = number("100.00");
    event.balance.numbers[BALANCE_LOCKED] = number("1");
    event.ts_exchange = INT64_C(1672515782136000000);
    event.balance.reconciled = true;
    expect(&event, true,
           HEAD("balance") ",\"update\":\"data\",\"epoch\":1790000000001,\"seq\":7,\"state\":"
                           "\"ok\",\"proof\":\"none\",\"ts_exchange\":1672515782136000,"
                           "\"ts_received\":1672515782200123,\"ts_published\":1672515782200999,"
                           "\"asset\":\"USDT\",\"total\":\"100.00\",\"locked\":\"1\","
                           "\"reconciled\":true}");
}
END_TEST

START_TEST(wire_account_says_its_status_and_why)
{
    struct event event = begin(KIND_ACCOUNT);
    event.account.status = ACCOUNT_READY;
    event.account.clock_samples = 3;
    event.account.clock_offset_us = -1500;
    expect(&event, true, HEAD("account") COMMON ",\"status\":\"ready\",\"clock_offset_us\":-1500}");
    event.account.status = ACCOUNT_REFUSED;
    event.account.clock_samples = 0;
    event.account.retry_in_ms = 60000;
    event.state = TOPIC_DOWN;
    event.reason = REASON_KEY_REFUSED;
    set_text(event.account.detail, "API-key format invalid.");
    expect(&event, true,
           HEAD("account") ",\"update\":\"data\",\"epoch\":1790000000001,\"seq\":7,\"state\":"
                           "\"down\",\"reason\":\"key_refused\",\"proof\":\"none\","
                           "\"ts_received\":1672515782200123,\"ts_published\":1672515782200999,"
                           "\"status\":\"refused\",\"detail\":\"API-key format invalid.\","
                           "\"retry_in_ms\":60000}");
}
END_TEST

START_TEST(wire_says_what_is_not_durable)
{
    struct event event = begin(KIND_ACCOUNT);
    event.account.status = ACCOUNT_GAP;
    expect(&event, false, HEAD("account") COMMON ",\"status\":\"gap\",\"durable\":false}");
}
END_TEST

START_TEST(wire_sends_on_no_bytes_that_are_no_utf_8)
{
    struct event event = begin(KIND_BALANCE);
    set_text(event.balance.asset, "a\xec\x9b\x90\xec\x9b"); /* a character, and a cut one */
    expect(&event, true,
           HEAD("balance") COMMON ",\"asset\":\"a\xec\x9b\x90??\",\"reconciled\":false}");
}
END_TEST

/* Every byte that can stand in a text is one that is written as six. */
static void fill_text(char *field, size_t size)
{
    memset(field, '\x01', size - 1);
    field[size - 1] = '\0';
}

static void fill_id(struct id *id)
{
    id->len = ID_MAX;
    memset(id->text, '\x01', ID_MAX);
}

static void fill_record(struct event *event)
{
    const struct decimal digits = {UINT64_MAX, UINT32_MAX, 28, true, {0}};
    struct order *order = &event->order;
    if (event->kind == KIND_ORDER) {
        fill_text(order->symbol, sizeof order->symbol);
        fill_text(order->exchange_symbol, sizeof order->exchange_symbol);
        fill_text(order->client_order_id, sizeof order->client_order_id);
        fill_text(order->exchange_status, sizeof order->exchange_status);
        fill_text(order->reject_reason, sizeof order->reject_reason);
        fill_text(order->fee_asset, sizeof order->fee_asset);
        fill_id(&order->order_id);
        fill_id(&order->trade_id);
        order->known = UINT32_MAX;
        for (int i = 0; i < ORDER_FIELD_COUNT; i++)
            order->numbers[i] = digits;
        order->order_type = ORDER_TYPE_TAKE_PROFIT_MARKET;
        order->time_in_force = TIME_IN_FORCE_GTC;
        order->status = ORDER_PARTIALLY_FILLED;
        order->liquidity = LIQUIDITY_MAKER;
        order->position_side = POSITION_SHORT;
        order->reduce_only = order->post_only = order->impossible = order->quote_sized = true;
    } else if (event->kind == KIND_FILL) {
        struct fill *fill = &event->fill;
        fill_text(fill->symbol, sizeof fill->symbol);
        fill_text(fill->exchange_symbol, sizeof fill->exchange_symbol);
        fill_text(fill->client_order_id, sizeof fill->client_order_id);
        fill_text(fill->fee_asset, sizeof fill->fee_asset);
        fill_id(&fill->order_id);
        fill_id(&fill->trade_id);
        fill->price = fill->qty = fill->fee = digits;
        fill->liquidity = LIQUIDITY_MAKER;
    } else if (event->kind == KIND_POSITION) {
        struct position *position = &event->position;
        fill_text(position->symbol, sizeof position->symbol);
        fill_text(position->exchange_symbol, sizeof position->exchange_symbol);
        position->known = UINT32_MAX;
        for (int i = 0; i < POSITION_FIELD_COUNT; i++)
            position->numbers[i] = digits;
        position->qty = digits;
        position->position_side = POSITION_SHORT;
        position->margin_mode = MARGIN_ISOLATED;
    } else if (event->kind == KIND_BALANCE) {
        fill_text(event->balance.asset, sizeof event->balance.asset);
        event->balance.known = UINT32_MAX;
        for (int i = 0; i < BALANCE_FIELD_COUNT; i++)
            event->balance.numbers[i] = digits;
    } else {
        fill_text(event->account.detail, sizeof event->account.detail);
        event->account.retry_in_ms = UINT32_MAX;
        event->account.status = ACCOUNT_RECONCILING;
        event->account.clock_samples = 1;
        event->account.clock_offset_us = INT64_MIN;
    }
}

START_TEST(wire_room_is_enough_for_the_longest_of_every_private_kind)
{
    char name[WIRE_NAME_MAX];
    memset(name, '\x01', sizeof name);
    const size_t journal_seq = sizeof ",\"journal_seq\":18446744073709551615" - 1;
    for (unsigned int kind = KIND_ORDER; kind < KIND_SESSION; kind++) {
        struct event event = begin((enum kind)kind);
        size_t room = wire_json_private_max() - journal_seq;
        char *bytes = malloc(room);
        ck_assert_ptr_nonnull(bytes);
        struct text body = text_over(bytes, room);
        event.seq = UINT64_MAX;
        event.update = UPDATE_SNAPSHOT;
        event.state = TOPIC_RECOVERING;
        event.reason = REASON_REFUSED_BY_EXCHANGE;
        event.proof = PROOF_SNAPSHOT;
        event.ts_exchange = event.ts_received = INT64_MAX;
        fill_record(&event);
        wire_json_private(&body, (struct slice){name, sizeof name},
                          (struct slice){name, sizeof name}, &event, UINT64_MAX, false, INT64_MAX);
        ck_assert(!body.overflow);
        check_json(text_slice(&body));
        free(bytes);
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("proto_wire_json_private");
    TCase *tests = tcase_create("wire");
    tcase_add_test(tests, wire_order_says_all_that_is_known);
    tcase_add_test(tests, wire_order_leaves_out_what_is_not_known);
    tcase_add_test(tests, wire_fill_has_its_fee_if_it_is_known);
    tcase_add_test(tests, wire_position_and_balance);
    tcase_add_test(tests, wire_account_says_its_status_and_why);
    tcase_add_test(tests, wire_says_what_is_not_durable);
    tcase_add_test(tests, wire_sends_on_no_bytes_that_are_no_utf_8);
    tcase_add_test(tests, wire_room_is_enough_for_the_longest_of_every_private_kind);
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? 0 : 1;
}
