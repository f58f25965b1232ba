/* SPDX-License-Identifier: Apache-2.0 */
/* Messages of accounts from bytes: the first byte chooses a private half (a: the first); each line
 * of the rest is routed and parsed as a frame, and read as the reply to each call that there is.
 * What comes of it is judged by a ledger, written as it goes to the wire, and restored from that.
 */
#include "common/ensure.h"
#include "common/scan.h"
#include "connectors/private_exchange.h"
#include "gateway/ledger.h"
#include "proto/wire_json.h"

#include <stdlib.h>

#define LINES_MAX  64
#define ORDERS_MAX 4
#define FILLS_MAX  8

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct checking {
    const struct private_exchange *exchange;
    struct ledger *ledger, *restored;
    size_t told;
};

#define ENSURE_TEXT(field) ENSURE(memchr((field), '\0', sizeof(field)) != NULL)

static bool positive(const struct decimal *value)
{
    return !value->negative && !decimal_is_zero(value);
}

static void check_order(const struct order *order)
{
    ENSURE_TEXT(order->exchange_symbol);
    ENSURE_TEXT(order->client_order_id);
    ENSURE_TEXT(order->exchange_status);
    ENSURE_TEXT(order->reject_reason);
    ENSURE_TEXT(order->fee_asset);
    ENSURE(order->exchange_symbol[0] != '\0' && order->exchange_status[0] != '\0');
    ENSURE(order->order_id.len > 0 && order->order_id.len <= ID_MAX);
    ENSURE(order->trade_id.len <= ID_MAX && order->known < 1u << ORDER_FIELD_COUNT);
    ENSURE(order->side < SIDE_COUNT && order->order_type < ORDER_TYPE_COUNT);
    ENSURE(order->time_in_force < TIME_IN_FORCE_COUNT && order->status < ORDER_STATUS_COUNT);
    ENSURE(order->liquidity < LIQUIDITY_COUNT && order->position_side < POSITION_SIDE_COUNT);
    ENSURE(!order->impossible && !order->reconciled);
}

static void check_fill(const struct fill *fill)
{
    ENSURE_TEXT(fill->exchange_symbol);
    ENSURE_TEXT(fill->client_order_id);
    ENSURE_TEXT(fill->fee_asset);
    ENSURE(fill->exchange_symbol[0] != '\0');
    ENSURE(fill->order_id.len > 0 && fill->order_id.len <= ID_MAX);
    ENSURE(fill->trade_id.len > 0 && fill->trade_id.len <= ID_MAX);
    ENSURE(positive(&fill->price) && positive(&fill->qty));
    ENSURE(fill->side < SIDE_COUNT && fill->liquidity < LIQUIDITY_COUNT && !fill->reconciled);
}

static void check_record(const struct event *event)
{
    const struct position *position = &event->position;
    const struct balance *balance = &event->balance;
    switch ((enum kind)event->kind) {
    case KIND_ORDER:
        check_order(&event->order);
        break;
    case KIND_FILL:
        check_fill(&event->fill);
        break;
    case KIND_POSITION:
        ENSURE_TEXT(position->exchange_symbol);
        ENSURE(position->exchange_symbol[0] != '\0' && !position->qty.negative);
        ENSURE(position->known < 1u << POSITION_FIELD_COUNT && !position->reconciled);
        ENSURE((position->side == POSITION_FLAT) == decimal_is_zero(&position->qty));
        ENSURE(position->side < POSITION_SIDE_COUNT && position->margin_mode < MARGIN_MODE_COUNT);
        ENSURE(position->position_side < POSITION_SIDE_COUNT);
        break;
    case KIND_BALANCE:
        ENSURE_TEXT(balance->asset);
        ENSURE(balance->asset[0] != '\0' && balance->known & 1u << BALANCE_TOTAL);
        ENSURE(balance->known < 1u << BALANCE_FIELD_COUNT && !balance->reconciled);
        break;
    default:
        ENSURE(false && "a kind of an account that an exchange tells of");
    }
}

/* What goes to the wire of it is JSON, fits what is said to fit always, and can be read back. */
static void check_wire(struct checking *checking, const struct event *event)
{
    size_t room = wire_json_private_max();
    char *bytes = malloc(room);
    ENSURE(bytes != NULL);
    struct text text = text_over(bytes, room);
    struct scan scan;
    wire_json_private(&text, slice_of(checking->exchange->name), SLICE("main"), event, 1, true, 1);
    ENSURE(!text.overflow);
    scan_begin(&scan, text_slice(&text));
    scan_skip(&scan);
    ENSURE(scan_end(&scan));
    ENSURE(ledger_restore(checking->restored, text_slice(&text)));
    free(bytes);
}

static void take(void *context, struct event *event)
{
    struct checking *checking = context;
    ENSURE(event->size == event_size((enum kind)event->kind, 0) && event->ts_exchange >= 0);
    check_record(event);
    event->ts_received = 1;
    enum ledger_verdict verdict = ledger_judge(checking->ledger, event);
    ENSURE(verdict != LEDGER_BAD);
    if (verdict == LEDGER_NEWS) {
        check_wire(checking, event);
        ledger_put(checking->ledger, event);
        ENSURE(ledger_judge(checking->ledger, event) != LEDGER_NEWS);
    }
    ENSURE(ledger_count(checking->ledger, KIND_ORDER) <= ORDERS_MAX);
    checking->told++;
}

static void take_frame(struct checking *checking, struct slice frame)
{
    const struct private_exchange *exchange = checking->exchange;
    struct private_route route;
    struct parsing parsing = {.drift = DRIFT_NONE};
    exchange->route(frame, &route);
    ENSURE((route.class == PRIVATE_REFUSED) == (route.refusal != REFUSAL_NONE));
    if (route.class == PRIVATE_DATA)
        exchange->parse(route.payload, &parsing, take, checking);
    ENSURE(parsing.drift < DRIFT_COUNT);
}

static void take_reply(struct checking *checking, enum call_purpose purpose, struct slice body)
{
    static const uint32_t statuses[] = {200, 400};
    char cursor[PRIVATE_CURSOR_MAX], listen_key[PRIVATE_LISTEN_KEY_MAX];
    const struct call_ask ask = {.purpose = purpose,
                                 .exchange_symbol = SLICE("BTCUSDT"),
                                 .order_id = SLICE("1"),
                                 .listen_key = SLICE("key")};
    for (size_t i = 0; i < 2; i++) {
        struct parsing parsing = {.drift = DRIFT_NONE};
        struct call_reply reply = {.cursor = text_over(cursor, sizeof cursor),
                                   .listen_key = text_over(listen_key, sizeof listen_key)};
        checking->exchange->read_reply(body, statuses[i], &ask, &parsing, take, checking, &reply);
        ENSURE(reply.cursor.len <= sizeof cursor && reply.listen_key.len <= sizeof listen_key);
        ENSURE(reply.verdict <= VERDICT_ELSE && reply.refusal < REFUSAL_COUNT);
        ENSURE(reply.detail.len <= body.len);
    }
}

static void take_line(struct checking *checking, struct slice line)
{
    take_frame(checking, line);
    for (int purpose = 0; purpose < CALL_PURPOSES; purpose++)
        if (checking->exchange->scopes[purpose] != SCOPE_NONE)
            take_reply(checking, (enum call_purpose)purpose, line);
}

static const struct private_exchange *choose(uint8_t byte)
{
    size_t count = 0;
    while (private_exchange_at(count) != NULL)
        count++;
    return private_exchange_at((uint8_t)(byte - 'a') % count);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0)
        return 0;
    struct checking checking = {.exchange = choose(data[0]),
                                .ledger = ledger_new(ORDERS_MAX, FILLS_MAX),
                                .restored = ledger_new(ORDERS_MAX, FILLS_MAX)};
    ENSURE(checking.ledger != NULL && checking.restored != NULL);
    data++;
    size--;
    for (int lines = 0; size > 0 && lines < LINES_MAX; lines++) {
        const uint8_t *end = memchr(data, '\n', size);
        size_t len = end != NULL ? (size_t)(end - data) : size;
        /* Of exactly these bytes, so that a step beyond them is seen. */
        char *line = malloc(len + (len == 0));
        ENSURE(line != NULL);
        memcpy(line, data, len);
        take_line(&checking, (struct slice){line, len});
        free(line);
        data += len + (end != NULL);
        size -= len + (end != NULL);
    }
    ledger_destroy(&checking.ledger);
    ledger_destroy(&checking.restored);
    return 0;
}
