/* SPDX-License-Identifier: Apache-2.0 */
#include "connectors/binance/rest.h"

#include "connectors/payload.h"

#include <strings.h>

/* 2.1: batches of 100 to 200 streams; one of 437 was seen to fail silently (ccxws#161). */
void binance_write_request(struct text *message, bool subscribe, const struct slice *keys,
                           size_t count, uint64_t request)
{
    text_literal(message, "{\"method\":\"");
    text_append(message, subscribe ? SLICE("SUBSCRIBE") : SLICE("UNSUBSCRIBE"));
    text_literal(message, "\",\"params\":[");
    for (size_t i = 0; i < count; i++) {
        if (i > 0)
            text_literal(message, ",");
        text_json_string(message, keys[i]);
    }
    text_literal(message, "],\"id\":");
    text_unsigned(message, request);
    text_literal(message, "}");
}

/* 5.1: filters stand in any order and are found by filterType. */
static void scan_filters(struct scan *scan, struct instrument *instrument)
{
    struct slice key, type;
    scan_array(scan);
    while (scan_element(scan)) {
        struct decimal tick = {0}, step = {0};
        type = (struct slice){NULL, 0};
        scan_object(scan);
        while (scan_member(scan, &key)) {
            if (slice_equal(key, SLICE("filterType")))
                scan_string(scan, &type);
            else if (slice_equal(key, SLICE("tickSize")))
                scan_decimal(scan, &tick);
            else if (slice_equal(key, SLICE("stepSize")))
                scan_decimal(scan, &step);
            else
                scan_skip(scan);
        }
        if (slice_equal(type, SLICE("PRICE_FILTER")))
            instrument->tick = tick;
        else if (slice_equal(type, SLICE("LOT_SIZE")))
            instrument->step = step;
    }
}

/* One entry of symbols[], a document by itself so that what is wrong with it touches no other;
 * false if it cannot be held. */
static bool read_instrument(struct slice entry, binance_suffix *suffix, struct event *event)
{
    struct instrument *instrument = &event->instrument;
    struct binance_contract contract = {.type = {NULL, 0}};
    struct scan scan;
    struct slice key;
    bool held = true;
    event_begin(event, KIND_INSTRUMENT);
    scan_begin(&scan, entry);
    scan_object(&scan);
    while (scan_member(&scan, &key)) {
        if (slice_equal(key, SLICE("symbol")))
            held &= payload_text(&scan, instrument->exchange_symbol,
                                 sizeof instrument->exchange_symbol);
        else if (slice_equal(key, SLICE("baseAsset")))
            held &= payload_text(&scan, instrument->base, sizeof instrument->base);
        else if (slice_equal(key, SLICE("quoteAsset")))
            held &= payload_text(&scan, instrument->quote, sizeof instrument->quote);
        else if (slice_equal(key, SLICE("status")))
            held &= payload_text(&scan, instrument->status, sizeof instrument->status);
        else if (slice_equal(key, SLICE("contractType")))
            scan_string(&scan, &contract.type);
        else if (slice_equal(key, SLICE("deliveryDate")))
            payload_ms(&scan, &contract.delivery_ns);
        else if (slice_equal(key, SLICE("filters")))
            scan_filters(&scan, instrument);
        else
            scan_skip(&scan);
    }
    struct text symbol = text_over(instrument->symbol, sizeof instrument->symbol);
    text_append(&symbol, slice_of(instrument->base));
    text_literal(&symbol, "-");
    text_append(&symbol, slice_of(instrument->quote));
    if (suffix != NULL)
        held &= suffix(&symbol, &contract);
    text_terminate(&symbol);
    instrument->tradable = strcmp(instrument->status, "TRADING") == 0;
    return scan_end(&scan) && held && !symbol.overflow && instrument->exchange_symbol[0] != '\0' &&
           instrument->base[0] != '\0' && instrument->quote[0] != '\0';
}

/* The array that symbols is of a document; empty if there is none. */
static enum refusal find_symbols(struct slice body, struct slice *symbols)
{
    struct scan scan;
    struct slice key;
    *symbols = (struct slice){NULL, 0};
    scan_begin(&scan, body);
    scan_object(&scan);
    while (scan_member(&scan, &key)) {
        bool found = slice_equal(key, SLICE("symbols")) && scan_peek(&scan) == SCAN_ARRAY;
        struct slice value;
        if (scan_raw(&scan, &value) && found)
            *symbols = value;
    }
    return scan_end(&scan) ? REFUSAL_NONE : payload_refusal(&scan);
}

enum refusal binance_read_instruments(struct slice body, binance_suffix *suffix,
                                      exchange_take *take, void *context, size_t *skipped)
{
    struct scan scan;
    struct slice symbols, entry;
    struct event event;
    size_t given = 0;
    *skipped = 0;
    enum refusal refusal = find_symbols(body, &symbols);
    if (refusal != REFUSAL_NONE)
        return refusal;
    scan_begin(&scan, symbols);
    scan_array(&scan);
    while (scan_element(&scan) && scan_raw(&scan, &entry)) {
        if (read_instrument(entry, suffix, &event)) {
            take(context, &event);
            given++;
        } else {
            ++*skipped;
        }
    }
    return given > 0 ? REFUSAL_NONE : REFUSAL_MISSING_FIELD;
}

/* 5.3. */
int64_t binance_used_weight(struct slice line)
{
    static const char name[] = "x-mbx-used-weight-1m:";
    size_t at = sizeof name - 1;
    if (line.len <= at || strncasecmp(line.data, name, at) != 0)
        return -1;
    while (at < line.len && line.data[at] == ' ')
        at++;
    int64_t used = 0;
    size_t digits = at;
    for (; at < line.len && line.data[at] >= '0' && line.data[at] <= '9' && at - digits < 9; at++)
        used = used * 10 + (line.data[at] - '0');
    return at > digits ? used : -1;
}
