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
    text_literal(message, "\",\"params\":");
    payload_texts(message, keys, count);
    text_literal(message, ",\"id\":");
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

static const struct payload_terms terms = {
    {"symbol", 6}, {"baseAsset", 9}, {"quoteAsset", 10}, {"status", 6}, {"TRADING", 7}};

bool binance_read_instrument(struct slice entry, binance_suffix *suffix, struct event *event)
{
    struct instrument *instrument = &event->instrument;
    struct binance_contract contract = {.type = {NULL, 0}};
    struct scan scan;
    struct slice key;
    event_begin(event, KIND_INSTRUMENT);
    scan_begin(&scan, entry);
    scan_object(&scan);
    while (scan_member(&scan, &key)) {
        if (payload_instrument_text(&scan, key, &terms, instrument))
            continue;
        if (slice_equal(key, SLICE("contractType")))
            scan_string(&scan, &contract.type);
        else if (slice_equal(key, SLICE("deliveryDate")))
            payload_ms(&scan, &contract.delivery_ns);
        else if (slice_equal(key, SLICE("filters")))
            scan_filters(&scan, instrument);
        else
            scan_skip(&scan);
    }
    struct text symbol = payload_begin_symbol(instrument);
    bool named = suffix == NULL || suffix(&symbol, &contract);
    return payload_end_instrument(&scan, &terms, &symbol, instrument) && named;
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
