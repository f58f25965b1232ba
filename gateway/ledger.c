/* SPDX-License-Identifier: Apache-2.0 */
#include "gateway/ledger.h"

#include "common/clock.h"
#include "common/ensure.h"
#include "common/map.h"
#include "gateway/ledger_parts.h"

#include <stdlib.h>

#define KEY_MAX_LEN     (SYMBOL_MAX + ID_MAX + 2)
#define FILL_KEY_MAX    (SYMBOL_MAX + 2 * ID_MAX + 2)
#define FILL_ROOM_FIRST 256
#define LOOK_BACK_NS    (3600 * NS_PER_SECOND) /* the largest private_config.overlap_ms */

struct fill_key {
    uint8_t len;
    char bytes[FILL_KEY_MAX];
};

struct ledger {
    struct ledger_rows orders, positions, balances;
    struct map *fills;       /* ids -> nothing */
    struct fill_key *oldest; /* the same as a ring, in the order of their coming */
    uint32_t fill_room, fill_count, fill_first, fills_max;
    uint64_t forgotten;
    uint64_t turn;
    bool lost;  /* something could not be put since the turn began */
    bool whole; /* it is ready, and nothing was lost since */
    int64_t since_ns, newest_ns;
};

struct ledger *ledger_new(uint32_t orders_max, uint32_t fills_max)
{
    struct ledger *ledger = calloc(1, sizeof *ledger);
    ENSURE(orders_max > 0 && fills_max > 0);
    if (ledger == NULL)
        return NULL;
    ledger->fills_max = fills_max;
    ledger->fills = map_new(fills_max);
    bool made = ledger_rows_init(&ledger->orders, KIND_ORDER, orders_max);
    made &= ledger_rows_init(&ledger->positions, KIND_POSITION, LEDGER_ROWS_MAX);
    made &= ledger_rows_init(&ledger->balances, KIND_BALANCE, LEDGER_ROWS_MAX);
    if (!made || ledger->fills == NULL)
        ledger_destroy(&ledger);
    return ledger;
}

void ledger_destroy(struct ledger **ledger)
{
    if (*ledger == NULL)
        return;
    ledger_rows_fini(&(*ledger)->orders);
    ledger_rows_fini(&(*ledger)->positions);
    ledger_rows_fini(&(*ledger)->balances);
    map_destroy(&(*ledger)->fills);
    free((*ledger)->oldest);
    free(*ledger);
    *ledger = NULL;
}

static struct slice id_of(const struct id *id)
{
    return (struct slice){id->text, id->len};
}

/* The parts of a key are told apart by a NUL, which none of them has. */
static void add_part(struct text *key, struct slice part)
{
    text_append(key, part);
    text_bytes(key, "", 1);
}

static void order_key(struct text *key, const char *exchange_symbol, const struct id *order_id)
{
    add_part(key, slice_of(exchange_symbol));
    text_append(key, id_of(order_id));
}

/* The key of an event's row; nothing if it lacks what makes it one. */
static struct slice key_of(const struct event *event, struct text *key)
{
    const struct position *position = &event->position;
    switch ((enum kind)event->kind) {
    case KIND_ORDER:
        if (event->order.exchange_symbol[0] != '\0' && event->order.order_id.len > 0)
            order_key(key, event->order.exchange_symbol, &event->order.order_id);
        break;
    case KIND_POSITION:
        if (position->exchange_symbol[0] != '\0') {
            add_part(key, slice_of(position->exchange_symbol));
            text_append(key, position_side_word((enum position_side)position->position_side));
        }
        break;
    case KIND_BALANCE:
        text_append(key, slice_of(event->balance.asset));
        break;
    default:
        ENSURE(false && "a kind with rows");
    }
    return text_slice(key);
}

static struct slice fill_key(const struct fill *fill, struct text *key)
{
    if (fill->exchange_symbol[0] == '\0' || fill->order_id.len == 0 || fill->trade_id.len == 0)
        return (struct slice){NULL, 0};
    order_key(key, fill->exchange_symbol, &fill->order_id);
    text_bytes(key, "", 1);
    text_append(key, id_of(&fill->trade_id));
    return text_slice(key);
}

static const struct ledger_rows *rows_of(const struct ledger *ledger, enum kind kind)
{
    ENSURE(kind == KIND_ORDER || kind == KIND_POSITION || kind == KIND_BALANCE);
    return kind == KIND_ORDER      ? &ledger->orders
           : kind == KIND_POSITION ? &ledger->positions
                                   : &ledger->balances;
}

/* What a fill does not say, its order does. */
static enum ledger_verdict judge_fill(const struct ledger *ledger, struct event *event)
{
    struct fill *fill = &event->fill;
    char room[FILL_KEY_MAX], order_room[KEY_MAX_LEN];
    struct text text = text_over(room, sizeof room);
    struct text order_text = text_over(order_room, sizeof order_room);
    struct slice key = fill_key(fill, &text);
    uint32_t nothing;
    if (key.len == 0)
        return LEDGER_BAD;
    if (map_get(ledger->fills, key, &nothing))
        return LEDGER_REPEATED;
    order_key(&order_text, fill->exchange_symbol, &fill->order_id);
    const struct ledger_row *row = ledger_rows_find(&ledger->orders, text_slice(&order_text));
    if (row == NULL)
        return LEDGER_NEWS;
    const struct order *order = &row->event.order;
    if (fill->side == SIDE_UNKNOWN)
        fill->side = order->side;
    if (fill->client_order_id[0] == '\0')
        memcpy(fill->client_order_id, order->client_order_id, sizeof fill->client_order_id);
    if (fill->symbol[0] == '\0')
        memcpy(fill->symbol, order->symbol, sizeof fill->symbol);
    return LEDGER_NEWS;
}

enum ledger_verdict ledger_judge(struct ledger *ledger, struct event *event)
{
    static enum ledger_verdict (*const judges[KIND_COUNT])(const struct event *known,
                                                           struct event *event) = {
        [KIND_ORDER] = ledger_judge_order,
        [KIND_POSITION] = ledger_judge_position,
        [KIND_BALANCE] = ledger_judge_balance,
    };
    char room[KEY_MAX_LEN];
    struct text text = text_over(room, sizeof room);
    if (event->kind == KIND_ACCOUNT)
        return LEDGER_NEWS;
    if (event->kind == KIND_FILL)
        return judge_fill(ledger, event);
    struct slice key = key_of(event, &text);
    if (key.len == 0)
        return LEDGER_BAD;
    struct ledger_row *row = ledger_rows_find(rows_of(ledger, (enum kind)event->kind), key);
    enum ledger_verdict verdict = judges[event->kind](row != NULL ? &row->event : NULL, event);
    if (row != NULL && verdict == LEDGER_REPEATED)
        row->turn = ledger->turn;
    return verdict;
}

/* Room for one more id, the oldest of a full ring left out of it; false when memory is out. */
static bool make_room(struct ledger *ledger)
{
    if (ledger->fill_count < ledger->fill_room)
        return true;
    if (ledger->fill_room == ledger->fills_max) {
        const struct fill_key *first = &ledger->oldest[ledger->fill_first];
        map_remove(ledger->fills, (struct slice){first->bytes, first->len});
        ledger->fill_first = (ledger->fill_first + 1) % ledger->fill_room;
        ledger->fill_count--;
        ledger->forgotten++;
        return true;
    }
    /* It has not turned yet: the first one stands at 0. */
    uint32_t room = ledger->fill_room == 0 ? FILL_ROOM_FIRST : 2 * ledger->fill_room;
    room = room < ledger->fills_max ? room : ledger->fills_max;
    struct fill_key *more = realloc(ledger->oldest, room * sizeof *more);
    if (more == NULL)
        return false;
    ledger->oldest = more;
    ledger->fill_room = room;
    return true;
}

static void put_fill(struct ledger *ledger, const struct fill *fill)
{
    char room[FILL_KEY_MAX];
    struct text text = text_over(room, sizeof room);
    struct slice key = fill_key(fill, &text);
    uint32_t nothing;
    ENSURE(key.len > 0 && !text.overflow);
    if (map_get(ledger->fills, key, &nothing))
        return;
    if (!make_room(ledger) || !map_put(ledger->fills, key, 0)) {
        ledger->forgotten++;
        return;
    }
    uint32_t last = (ledger->fill_first + ledger->fill_count++) % ledger->fill_room;
    struct fill_key *id = &ledger->oldest[last];
    id->len = (uint8_t)key.len;
    memcpy(id->bytes, key.data, key.len);
    text.len = 0;
    order_key(&text, fill->exchange_symbol, &fill->order_id);
    struct ledger_row *order = ledger_rows_find(&ledger->orders, text_slice(&text));
    struct decimal sum;
    if (order != NULL && decimal_add(&order->traded, &fill->qty, &sum))
        order->traded = sum;
}

static bool is_done(const struct event *event)
{
    return event->kind == KIND_ORDER
               ? order_status_is_final((enum order_status)event->order.status)
               : event->kind == KIND_POSITION && event->position.side == POSITION_FLAT;
}

/* A word that we do not know ends no order, and opens none that has ended. */
static void put_row(struct ledger *ledger, const struct event *event)
{
    char room[KEY_MAX_LEN];
    struct text text = text_over(room, sizeof room);
    struct ledger_rows *rows = (struct ledger_rows *)rows_of(ledger, (enum kind)event->kind);
    struct slice key = key_of(event, &text);
    ENSURE(key.len > 0 && !text.overflow);
    const struct ledger_row *known = ledger_rows_find(rows, key);
    bool ended = event->kind == KIND_ORDER && event->order.status == ORDER_UNKNOWN &&
                 known != NULL && known->done;
    uint8_t status = ended ? known->event.order.status : 0;
    struct ledger_row *row = ledger_rows_put(rows, key, event, ended || is_done(event));
    if (row == NULL)
        return;
    row->turn = ledger->turn;
    if (ended)
        row->event.order.status = status;
}

/* Reconciling begins a turn, ready ends it; whatever else is said, something may be missing. */
static void put_account(struct ledger *ledger, enum account_status status)
{
    ledger->turn += status == ACCOUNT_RECONCILING;
    ledger->lost &= status != ACCOUNT_RECONCILING;
    ledger->whole = status == ACCOUNT_READY && !ledger->lost;
}

/* The exchange's time up to which an event speaks; 0: it says nothing of that. Ready speaks of all
 * that has happened, so that a quiet account does not grow old. */
static int64_t time_of(const struct event *event)
{
    const struct account_report *account = &event->account;
    if (event->kind != KIND_ACCOUNT)
        return event->ts_exchange != 0 ? event->ts_exchange : event->ts_received;
    if (account->status != ACCOUNT_READY)
        return 0;
    return event->ts_received +
           (account->clock_samples > 0 ? account->clock_offset_us * NS_PER_US : 0);
}

void ledger_put(struct ledger *ledger, const struct event *event)
{
    int64_t at_ns = time_of(event);
    if (event->kind == KIND_ACCOUNT)
        put_account(ledger, (enum account_status)event->account.status);
    else if (event->kind == KIND_FILL)
        put_fill(ledger, &event->fill);
    else
        put_row(ledger, event);
    if (event->kind == KIND_ACCOUNT && !ledger->whole)
        return;
    if (at_ns > ledger->newest_ns)
        ledger->newest_ns = at_ns;
    if (ledger->whole)
        ledger->since_ns = ledger->newest_ns;
}

bool ledger_restore(struct ledger *ledger, struct slice body)
{
    struct event event;
    char room[FILL_KEY_MAX];
    struct text text = text_over(room, sizeof room);
    if (!ledger_read(body, &event))
        return false;
    if ((event.kind == KIND_FILL && fill_key(&event.fill, &text).len == 0) ||
        (event.kind != KIND_FILL && event.kind != KIND_ACCOUNT && key_of(&event, &text).len == 0))
        return false;
    ledger_put(ledger, &event);
    return true;
}

static bool is_nothing(const struct balance *balance)
{
    for (unsigned int i = 0; i < BALANCE_FIELD_COUNT; i++)
        if (balance->known & 1u << i && !decimal_is_zero(&balance->numbers[i]))
            return false;
    return true;
}

static void make_flat(struct position *position)
{
    position->side = POSITION_FLAT;
    position->qty = (struct decimal){0};
    position->known &= 1u << POSITION_LEVERAGE;
    position->reconciled = true;
}

static void make_nothing(struct balance *balance)
{
    memset((void *)balance->numbers, 0, sizeof balance->numbers);
    balance->reconciled = true;
}

bool ledger_missing(const struct ledger *ledger, enum kind kind, struct event *event)
{
    const struct ledger_rows *rows = rows_of(ledger, kind);
    ENSURE(kind != KIND_ORDER);
    if (ledger->lost)
        return false;
    uint32_t at = rows->lists[0].oldest;
    for (; at != LEDGER_NONE; at = rows->rows[at].after) {
        const struct ledger_row *row = &rows->rows[at];
        if (row->turn == ledger->turn || (kind == KIND_BALANCE && is_nothing(&row->event.balance)))
            continue;
        memcpy((void *)event, &row->event, event_size(kind, 0));
        event->ts_exchange = event->ts_received = 0;
        if (kind == KIND_POSITION)
            make_flat(&event->position);
        else
            make_nothing(&event->balance);
        return true;
    }
    return false;
}

void ledger_lose(struct ledger *ledger)
{
    ledger->lost = true;
    ledger->whole = false;
}

/* Adds the symbols of one list, the newest first, to those that there are. */
static void add_symbols(const struct ledger_rows *rows, bool done, struct map *known,
                        char (*symbols)[SYMBOL_MAX + 1], uint32_t symbols_max)
{
    uint32_t at = rows->lists[done].newest, nothing;
    for (; at != LEDGER_NONE && map_count(known) < symbols_max; at = rows->rows[at].before) {
        const struct event *event = &rows->rows[at].event;
        const char *symbol = event->kind == KIND_ORDER ? event->order.exchange_symbol
                                                       : event->position.exchange_symbol;
        if (map_get(known, slice_of(symbol), &nothing))
            continue;
        memcpy(symbols[map_count(known)], symbol, SYMBOL_MAX + 1);
        if (!map_put(known, slice_of(symbol), 0))
            return;
    }
}

static void add_order(struct private_desired *desired, const struct ledger_row *row)
{
    struct private_order *order = &desired->orders[desired->order_count++];
    memcpy(order->exchange_symbol, row->event.order.exchange_symbol, SYMBOL_MAX + 1);
    order->order_id = row->event.order.order_id;
    order->traded = row->traded;
    order->closed = row->done;
}

/* Those that are open, and those that have ended since a reconciliation may look back to. */
static void add_orders(const struct ledger *ledger, struct private_desired *desired)
{
    const struct ledger_rows *orders = &ledger->orders;
    int64_t from_ns = ledger->since_ns - LOOK_BACK_NS;
    uint32_t open = orders->lists[0].oldest, done = orders->lists[1].newest;
    desired->order_count = 0;
    for (; open != LEDGER_NONE; open = orders->rows[open].after)
        add_order(desired, &orders->rows[open]);
    for (; done != LEDGER_NONE; done = orders->rows[done].before) {
        const struct ledger_row *row = &orders->rows[done];
        if (row->event.ts_exchange != 0 && row->event.ts_exchange < from_ns)
            return;
        add_order(desired, row);
    }
}

static void add_assets(const struct ledger *ledger, struct private_desired *desired)
{
    const struct event *event;
    uint32_t place = 0;
    for (size_t i = 0; (event = ledger_each(ledger, KIND_BALANCE, &place)) != NULL; i++) {
        memcpy(desired->assets[i].asset, event->balance.asset, sizeof desired->assets[i].asset);
        desired->assets[i].total = event->balance.numbers[BALANCE_TOTAL];
    }
}

struct private_desired *ledger_desired(const struct ledger *ledger, uint32_t symbols_max)
{
    struct private_desired *desired = NULL;
    struct map *known = map_new(symbols_max);
    char(*symbols)[SYMBOL_MAX + 1] = calloc(symbols_max + 1, sizeof *symbols);
    if (known != NULL && symbols != NULL) {
        for (int done = 0; done < 2; done++) {
            add_symbols(&ledger->orders, done, known, symbols, symbols_max);
            add_symbols(&ledger->positions, done, known, symbols, symbols_max);
        }
        desired = private_desired_new(
            map_count(known), (size_t)ledger->orders.lists[0].count + ledger->orders.lists[1].count,
            ledger->balances.lists[0].count);
    }
    if (desired != NULL) {
        desired->since_ns = ledger->since_ns;
        if (desired->symbol_count > 0)
            memcpy(desired->symbols, symbols, desired->symbol_count * sizeof *symbols);
        add_orders(ledger, desired);
        add_assets(ledger, desired);
    }
    map_destroy(&known);
    free(symbols);
    return desired;
}

int64_t ledger_since(const struct ledger *ledger)
{
    return ledger->since_ns;
}

const struct event *ledger_each(const struct ledger *ledger, enum kind kind, uint32_t *place)
{
    const struct ledger_rows *rows = rows_of(ledger, kind);
    uint32_t at = *place == 0 ? rows->lists[0].oldest : rows->rows[*place - 1].after;
    if (at == LEDGER_NONE)
        return NULL;
    *place = at + 1;
    return &rows->rows[at].event;
}

uint32_t ledger_count(const struct ledger *ledger, enum kind kind)
{
    return rows_of(ledger, kind)->lists[0].count;
}

uint64_t ledger_forgotten(const struct ledger *ledger)
{
    return ledger->forgotten + ledger->orders.forgotten + ledger->positions.forgotten +
           ledger->balances.forgotten;
}
