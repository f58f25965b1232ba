/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/sim/control_accounts.h"

#include "tests/sim/http.h"
#include "tests/sim/private.h"
#include "tests/sim/record.h"

static struct slice value_of(const struct dialect_query *query, struct slice name)
{
    struct slice value = {NULL, 0};
    http_parameter(query, name, &value);
    return value;
}

static void write_word(struct text *body, const char *name, struct slice value)
{
    text_format(body, ",\"%s\":", name);
    text_json_string(body, value);
}

static void write_number(struct text *body, const char *name, const struct decimal *value)
{
    text_format(body, ",\"%s\":\"", name);
    decimal_write(body, value);
    text_literal(body, "\"");
}

static void write_order_id(const struct venue *venue, struct text *body, const char *name,
                           uint64_t id)
{
    text_format(body, "\"%s\":\"", name);
    venue->dialect->account->write_order_id(body, id);
    text_literal(body, "\"");
}

static void write_order(const struct venue *venue, struct text *body, const struct order *order)
{
    struct dialect_order shown;
    record_order(venue->accounts, order, &shown);
    text_literal(body, "{");
    write_order_id(venue, body, "id", shown.id);
    write_word(body, "symbol", shown.symbol);
    write_word(body, "client", shown.client_id);
    write_word(body, "side", shown.sell ? SLICE("sell") : SLICE("buy"));
    write_word(body, "type", slice_of(record_type_word(shown.type)));
    write_word(body, "force", slice_of(record_force_word(shown.force)));
    write_word(body, "state", slice_of(record_state_word(&shown)));
    write_word(body, "cause", slice_of(record_cause_word(shown.cause)));
    write_number(body, "price", &shown.price);
    write_number(body, "qty", &shown.qty);
    write_number(body, "amount", &shown.amount);
    write_number(body, "filled", &shown.filled);
    write_number(body, "cost", &shown.cost);
    write_number(body, "average", &shown.average);
    write_number(body, "fee", &shown.fee);
    text_format(body, ",\"fills\":%u}", shown.fills);
}

static void write_fill(const struct venue *venue, struct text *body, const struct fill *fill)
{
    struct dialect_fill shown;
    record_fill(venue->accounts, fill, &shown);
    text_literal(body, "{\"id\":\"");
    venue->dialect->account->write_fill_id(body, &shown);
    text_literal(body, "\",");
    write_order_id(venue, body, "order", shown.order_id);
    write_word(body, "symbol", shown.symbol);
    write_word(body, "side", shown.sell ? SLICE("sell") : SLICE("buy"));
    write_number(body, "price", &shown.price);
    write_number(body, "qty", &shown.qty);
    write_number(body, "cost", &shown.cost);
    write_number(body, "fee", &shown.fee);
    write_word(body, "fee_asset", shown.fee_asset);
    write_number(body, "pnl", &shown.pnl);
    text_literal(body, ",\"maker\":");
    text_append(body, shown.maker ? SLICE("true}") : SLICE("false}"));
}

static void write_balances(const struct venue *venue, struct text *body,
                           const struct account *account)
{
    struct dialect_balance shown;
    for (uint32_t i = 0; i < venue->accounts->asset_count; i++) {
        record_balance(venue->accounts, account, i, &shown);
        text_append(body, i > 0 ? SLICE(",{\"asset\":") : SLICE("{\"asset\":"));
        text_json_string(body, shown.asset);
        write_number(body, "free", &shown.free);
        write_number(body, "locked", &shown.locked);
        text_literal(body, "}");
    }
}

/* Those that are open. */
static void write_positions(const struct venue *venue, struct text *body,
                            const struct account *account)
{
    struct dialect_position shown;
    bool first = true;
    for (uint32_t i = 0; i < venue->accounts->instruments; i++) {
        if (account->positions[i].qty == 0)
            continue;
        record_position(venue->accounts, account, i, &shown);
        text_append(body, first ? SLICE("{\"symbol\":") : SLICE(",{\"symbol\":"));
        text_json_string(body, shown.symbol);
        write_number(body, "qty", &shown.qty);
        write_number(body, "entry", &shown.entry);
        text_literal(body, "}");
        first = false;
    }
}

static void write_account(const struct venue *venue, struct text *body,
                          const struct account *account)
{
    const struct accounts *accounts = venue->accounts;
    text_literal(body, "{\"name\":");
    text_json_string(body, slice_of(account->name));
    text_format(body, ",\"sequence\":%llu,\"open\":%u,\"orders\":[",
                (unsigned long long)account->sequence, account->open);
    for (uint32_t i = 0; i < account->orders.count; i++) {
        text_append(body, i > 0 ? SLICE(",") : SLICE(""));
        write_order(venue, body, &accounts->orders[account->orders.row[i]]);
    }
    text_literal(body, "],\"fills\":[");
    for (uint32_t i = 0; i < account->fills.count; i++) {
        text_append(body, i > 0 ? SLICE(",") : SLICE(""));
        write_fill(venue, body, &accounts->fills[account->fills.row[i]]);
    }
    text_literal(body, "],\"balances\":[");
    write_balances(venue, body, account);
    text_literal(body, "],\"positions\":[");
    write_positions(venue, body, account);
    text_literal(body, "]}");
}

int control_accounts(struct venue *venue, const struct dialect_query *query, struct text *body)
{
    struct slice name = value_of(query, SLICE("account"));
    uint32_t only = 0;
    if (venue->accounts == NULL)
        return control_refuse(body, "there are no accounts");
    if (name.len > 0 && !accounts_find(venue->accounts, name, &only))
        return control_refuse(body, "no such account");
    text_format(body, "{\"going\":%s,\"left\":%llu,\"accounts\":[",
                lives_are_going(venue->lives) ? "true" : "false",
                (unsigned long long)lives_left(venue->lives));
    uint32_t end = name.len > 0 ? only + 1 : venue->accounts->count;
    for (uint32_t i = only; i < end && !body->overflow; i++) {
        text_append(body, i > only ? SLICE(",") : SLICE(""));
        write_account(venue, body, &venue->accounts->rows[i]);
    }
    text_literal(body, "]}");
    return 200;
}

/* How many ticks or steps a number is; false unless it is whole. Nothing given: 0. */
static bool read_units(struct slice digits, money unit, int64_t *units)
{
    money value = 0;
    if (digits.len > 0 && !money_read(digits, &value))
        return false;
    *units = (int64_t)(value / unit);
    return value % unit == 0 && value / unit <= INT64_MAX / 2;
}

/* Without a price: the worst of the levels that it would meet. */
static int64_t price_of(const struct instrument *instrument, bool sell)
{
    const struct book_levels *levels = &instrument->book.sides[sell ? BOOK_BIDS : BOOK_ASKS];
    return levels->row[levels->begin + levels->count - 1].price;
}

/* NULL, or what is wrong. */
static const char *read_wish(struct venue *venue, const struct dialect_query *query,
                             struct order_wish *wish)
{
    struct slice side = value_of(query, SLICE("side"));
    struct slice type = value_of(query, SLICE("type")), force = value_of(query, SLICE("force"));
    *wish = (struct order_wish){.client_id = value_of(query, SLICE("client"))};
    if (!accounts_find(venue->accounts, value_of(query, SLICE("account")), &wish->account))
        return "no such account";
    if (!venue_find(venue, value_of(query, SLICE("symbol")), &wish->instrument) ||
        wish->instrument >= venue->accounts->instruments)
        return "no such symbol";
    wish->sell = slice_equal(side, SLICE("sell"));
    if (!wish->sell && !slice_equal(side, SLICE("buy")))
        return "no such side";
    if ((type.len > 0 && !record_read_type(type, &wish->type)) ||
        (force.len > 0 && !record_read_force(force, &wish->force)))
        return "no such type or force";
    const struct instrument *instrument = &venue->market->instruments[wish->instrument];
    money tick = money_price(&instrument->scale, 1), step = money_size(&instrument->scale, 1);
    struct slice amount = value_of(query, SLICE("amount"));
    if (!read_units(value_of(query, SLICE("price")), tick, &wish->price) ||
        !read_units(value_of(query, SLICE("stop")), tick, &wish->stop) ||
        !read_units(value_of(query, SLICE("qty")), step, &wish->qty) ||
        (amount.len > 0 && !money_read(amount, &wish->amount)))
        return "a number that is none, or no multiple of tick or step";
    if (wish->price == 0 && wish->type != DIALECT_LIMIT && wish->type != DIALECT_STOP_LIMIT)
        wish->price = price_of(instrument, wish->sell);
    return NULL;
}

int control_place(struct venue *venue, const struct dialect_query *query, struct text *body)
{
    struct order_wish wish;
    uint32_t order;
    if (venue->accounts == NULL)
        return control_refuse(body, "there are no accounts");
    const char *why = read_wish(venue, query, &wish);
    if (why == NULL)
        why = accounts_place(venue->accounts, &wish, private_clock_ns(venue), &order);
    if (why != NULL)
        return control_refuse(body, why);
    text_literal(body, "{\"ok\":true,");
    write_order_id(venue, body, "id", venue->accounts->orders[order].id);
    text_literal(body, "}");
    return 200;
}

/* The order that a query names; NULL: there is none, which was said. */
static const struct order *find_order(struct venue *venue, const struct dialect_query *query,
                                      struct text *body, uint32_t *place)
{
    if (venue->accounts == NULL)
        control_refuse(body, "there are no accounts");
    else if (accounts_find_order(venue->accounts, value_of(query, SLICE("order")), place))
        return &venue->accounts->orders[*place];
    else
        control_refuse(body, "no such order");
    return NULL;
}

static int say(struct text *body, const char *why)
{
    return why == NULL ? control_done(body) : control_refuse(body, why);
}

/* Without a price: its own, and of a market order the best that it meets. Without a size: all that
 * is left. */
int control_fill(struct venue *venue, const struct dialect_query *query, struct text *body)
{
    uint32_t place;
    const struct order *order = find_order(venue, query, body, &place);
    if (order == NULL)
        return 400;
    const struct instrument *instrument = &venue->market->instruments[order->instrument];
    bool rests = order->type == DIALECT_LIMIT || order->type == DIALECT_STOP_LIMIT;
    int64_t price, qty;
    if (!read_units(value_of(query, SLICE("price")), money_price(&instrument->scale, 1), &price) ||
        !read_units(value_of(query, SLICE("qty")), money_size(&instrument->scale, 1), &qty))
        return control_refuse(body, "a number that is none, or no multiple of tick or step");
    if (price == 0)
        price = rests ? order->price
                      : book_best(&instrument->book, order->sell ? BOOK_BIDS : BOOK_ASKS)->price;
    if (qty == 0)
        qty = order->qty - order->filled;
    return say(body,
               accounts_fill(venue->accounts, place, price, qty,
                             rests && order->force != DIALECT_IOC && order->force != DIALECT_FOK,
                             private_clock_ns(venue)));
}

int control_trigger(struct venue *venue, const struct dialect_query *query, struct text *body)
{
    uint32_t place;
    if (find_order(venue, query, body, &place) == NULL)
        return 400;
    return say(body, accounts_trigger(venue->accounts, place, private_clock_ns(venue)));
}

int control_cancel(struct venue *venue, const struct dialect_query *query, struct text *body)
{
    uint32_t place;
    if (find_order(venue, query, body, &place) == NULL)
        return 400;
    return say(body, accounts_end(venue->accounts, place, DIALECT_CAUSE_USER,
                                  value_of(query, SLICE("id")), private_clock_ns(venue)));
}

int control_expire(struct venue *venue, const struct dialect_query *query, struct text *body)
{
    uint32_t place;
    struct slice word = value_of(query, SLICE("cause"));
    const struct order *order = find_order(venue, query, body, &place);
    if (order == NULL)
        return 400;
    enum dialect_cause cause = order->type == DIALECT_MARKET_AMOUNT ? DIALECT_CAUSE_AMOUNT
                               : order->force == DIALECT_POST_ONLY  ? DIALECT_CAUSE_POST_ONLY
                                                                    : DIALECT_CAUSE_IMMEDIATE;
    if (word.len > 0 && !record_read_cause(word, &cause))
        return control_refuse(body, "no such cause");
    return say(body, accounts_end(venue->accounts, place, cause, (struct slice){NULL, 0},
                                  private_clock_ns(venue)));
}

int control_orders(struct venue *venue, const struct dialect_query *query, struct text *body)
{
    struct slice run = value_of(query, SLICE("run"));
    bool on = slice_equal(run, SLICE("1"));
    if (venue->accounts == NULL)
        return control_refuse(body, "there are no accounts");
    if (!on && !slice_equal(run, SLICE("0")))
        return control_refuse(body, "run is 0 or 1");
    venue->lives_by_hand = true;
    lives_go(venue->lives, on, venue->now_ns);
    return control_done(body);
}
