/* SPDX-License-Identifier: Apache-2.0 */
/* One line an event, by kind: see the header. */
#include "gateway/cli/render.h"

#include "common/clock.h"

#include <stdbool.h>
#include <string.h>
#include <time.h>

static const char *text_of(const json_t *event, const char *key)
{
    const char *text = json_string_value(json_object_get(event, key));
    return text != NULL ? text : "-";
}

static void render_time(FILE *out, const json_t *event)
{
    long long us = (long long)json_integer_value(json_object_get(event, "ts_published"));
    time_t seconds = (time_t)(us / 1000000);
    struct tm local;
    char text[16];
    localtime_r(&seconds, &local);
    strftime(text, sizeof text, "%H:%M:%S", &local);
    fprintf(out, "%s.%03lld ", text, us / 1000 % 1000);
}

/* From the exchange's stamp to now; nothing where the exchange gives none. */
static void render_age(FILE *out, const json_t *event)
{
    json_t *stamp = json_object_get(event, "ts_exchange");
    if (stamp != NULL)
        fprintf(out, "  age %lld ms",
                (long long)(clock_real_ns() / NS_PER_US - json_integer_value(stamp)) / 1000);
}

static void render_quote(FILE *out, const json_t *event)
{
    fprintf(out, "last %s  %s x %s | %s x %s  24h %s%%", text_of(event, "price"),
            text_of(event, "bid_price"), text_of(event, "bid_size"), text_of(event, "ask_price"),
            text_of(event, "ask_size"), text_of(event, "change_24h"));
}

static void render_trade(FILE *out, const json_t *event)
{
    fprintf(out, "%-4s %s @ %s  #%s", text_of(event, "side"), text_of(event, "size"),
            text_of(event, "price"), text_of(event, "trade_id"));
}

static const char *level_text(const json_t *levels, size_t part)
{
    const char *text = json_string_value(json_array_get(json_array_get(levels, 0), part));
    return text != NULL ? text : "-";
}

static void render_book(FILE *out, const json_t *event)
{
    const json_t *bids = json_object_get(event, "bids"), *asks = json_object_get(event, "asks");
    if (strcmp(text_of(event, "update"), "snapshot") == 0)
        fprintf(out, "%zu + %zu levels, best %s x %s | %s x %s  to %s", json_array_size(bids),
                json_array_size(asks), level_text(bids, 0), level_text(bids, 1),
                level_text(asks, 0), level_text(asks, 1), text_of(event, "last_update_id"));
    else
        fprintf(out, "%zu bids, %zu asks changed  %s..%s", json_array_size(bids),
                json_array_size(asks), text_of(event, "first_update_id"),
                text_of(event, "last_update_id"));
}

static void render_candle(FILE *out, const json_t *event)
{
    fprintf(out, "%s  o %s h %s l %s c %s  v %s%s", text_of(event, "interval"),
            text_of(event, "open"), text_of(event, "high"), text_of(event, "low"),
            text_of(event, "close"), text_of(event, "volume"),
            json_is_true(json_object_get(event, "closed")) ? "  closed" : "");
}

static void render_order(FILE *out, const json_t *event)
{
    fprintf(out, "%-4s %s @ %s %s  %s, filled %s  #%s", text_of(event, "side"),
            text_of(event, "qty"), text_of(event, "price"), text_of(event, "order_type"),
            text_of(event, "status"), text_of(event, "filled_qty"), text_of(event, "order_id"));
}

static void render_fill(FILE *out, const json_t *event)
{
    fprintf(out, "%-4s %s @ %s  fee %s %s  #%s of #%s", text_of(event, "side"),
            text_of(event, "qty"), text_of(event, "price"), text_of(event, "fee"),
            text_of(event, "fee_asset"), text_of(event, "trade_id"), text_of(event, "order_id"));
}

static void render_position(FILE *out, const json_t *event)
{
    fprintf(out, "%s %s  entry %s", text_of(event, "side"), text_of(event, "qty"),
            text_of(event, "entry_price"));
}

static void render_balance(FILE *out, const json_t *event)
{
    fprintf(out, "%s %s  free %s, locked %s", text_of(event, "asset"), text_of(event, "total"),
            text_of(event, "free"), text_of(event, "locked"));
}

static void render_account(FILE *out, const json_t *event)
{
    fprintf(out, "%s  %s", text_of(event, "status"), text_of(event, "detail"));
}

static const struct {
    const char *kind;
    void (*render)(FILE *out, const json_t *event);
} renderers[] = {
    {"quote", render_quote},       {"trade", render_trade},     {"book", render_book},
    {"candle", render_candle},     {"order", render_order},     {"fill", render_fill},
    {"position", render_position}, {"balance", render_balance}, {"account", render_account}};

static void render_flags(FILE *out, const json_t *event)
{
    static const char *const flags[] = {"reconciled", "impossible"};
    for (size_t i = 0; i < sizeof flags / sizeof *flags; i++)
        if (json_is_true(json_object_get(event, flags[i])))
            fprintf(out, "  %s", flags[i]);
    if (json_is_false(json_object_get(event, "durable")))
        fprintf(out, "  not durable");
}

/* Of a system message: what it says besides its common fields. */
static void render_rest(FILE *out, const json_t *event)
{
    json_t *copy = json_copy((json_t *)(uintptr_t)event);
    static const char *const common[] = {"kind",  "exchange", "symbol",
                                         "epoch", "seq",      "ts_published"};
    for (size_t i = 0; i < sizeof common / sizeof *common; i++)
        json_object_del(copy, common[i]);
    json_dumpf(copy, out, JSON_COMPACT | JSON_ENCODE_ANY);
    json_decref(copy);
}

/* What all kinds but those of the system have in common. An account's event has its status whatever
 * its `update`. */
static void render_known(FILE *out, const json_t *event, void (*render)(FILE *, const json_t *))
{
    const char *kind = text_of(event, "kind"), *state = text_of(event, "state");
    bool says = strcmp(text_of(event, "update"), "state") != 0 || render == render_account;
    fprintf(out, "%-8s ", text_of(event, "exchange"));
    if (json_object_get(event, "account") != NULL)
        fprintf(out, "%-8s ", text_of(event, "account"));
    fprintf(out, "%-12s %-6s ", text_of(event, "symbol"), kind);
    if (says)
        render(out, event);
    render_flags(out, event);
    if (strcmp(state, "ok") != 0)
        fprintf(out, "  -- %s (%s)", state, text_of(event, "reason"));
    else if (!says)
        fprintf(out, "-- ok");
    render_age(out, event);
}

void render_event(FILE *out, const char *topic, const json_t *event)
{
    void (*render)(FILE *, const json_t *) = NULL;
    render_time(out, event);
    for (size_t i = 0; i < sizeof renderers / sizeof *renderers; i++)
        if (strcmp(text_of(event, "kind"), renderers[i].kind) == 0)
            render = renderers[i].render;
    if (render != NULL) {
        render_known(out, event, render);
    } else {
        fprintf(out, "%s ", topic);
        render_rest(out, event);
    }
    fputc('\n', out);
}
