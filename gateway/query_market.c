/* SPDX-License-Identifier: Apache-2.0 */
/* What is asked of the market: quotes, books, instruments, and the cache of prices. */
#include "common/clock.h"
#include "gateway/query_parts.h"
#include "proto/topic.h"
#include "proto/wire_json.h"

#define BOOK_DEPTH        20
#define INSTRUMENTS_LIMIT 1000
#define QUOTE_NEEDED      (1u << QUOTE_PRICE | 1u << QUOTE_VOLUME | 1u << QUOTE_CHANGE)

/* The topic of the instrument asked for; NULL with the fault. */
static struct topic *find_topic(struct query_call *call, enum kind kind)
{
    const struct query_tables *tables = call->tables;
    struct slice symbol = call->arguments.symbol, channel = kind_word(kind);
    char room[TOPIC_MAX];
    struct text name = text_over(room, sizeof room);
    uint16_t number;
    if (!query_find_exchange(call, &number))
        return NULL;
    const char *exchange = pool_exchange(tables->pool, number)->name;
    if (!instruments_known(tables->instruments, number)) {
        fault_set(
            &call->fault, FAULT_NOT_READY,
            "symbol: what %s lists is not known yet; it is read once anything there is wanted",
            exchange);
        return NULL;
    }
    if (instruments_find(tables->instruments, number, symbol) == NULL) {
        fault_set(&call->fault, FAULT_UNKNOWN_SYMBOL, "symbol: %s does not list \"%.*s\"", exchange,
                  FAULT_QUOTE(symbol));
        return NULL;
    }
    topic_write(&name, kind, slice_of(exchange), symbol, (struct slice){NULL, 0});
    struct topic *topic = name.overflow ? NULL : topics_find(tables->topics, text_slice(&name));
    if (topic == NULL || topic->seq == 0) {
        fault_set(&call->fault, FAULT_NOT_READY, "symbol: no %.*s of \"%.*s\" came yet%s",
                  (int)channel.len, channel.data, FAULT_QUOTE(symbol),
                  topic == NULL ? "; nobody subscribed to it" : "");
        return NULL;
    }
    return topic;
}

/* The quote as it was received last, with its topic's state of now and its age. */
static void write_quote(struct query_call *call, const struct topic *topic,
                        const struct event *cached)
{
    struct event quote;
    memcpy((void *)&quote, cached, event_size(KIND_QUOTE, 0));
    quote.update = UPDATE_SNAPSHOT;
    quote.state = (uint8_t)topic->state;
    quote.reason = (uint16_t)topic->reason;
    wire_json_event(call->reply, topic->head, topic->words, &quote, call->tables->epoch,
                    call->now->real_ns);
    int64_t age_ns = call->now->real_ns - quote.ts_received;
    if (!call->reply->overflow)
        call->reply->len--; /* the closing bracket: one more member follows */
    query_write_number(call->reply, SLICE(",\"age_ms\":"),
                       age_ns > 0 ? (uint64_t)(age_ns / NS_PER_MS) : 0);
    text_literal(call->reply, "}");
}

bool query_quote_get(struct query_call *call)
{
    const struct topic *topic = find_topic(call, KIND_QUOTE);
    if (topic == NULL)
        return false;
    const struct event *quote = cache_get(
        call->tables->cache, (struct slice){topic->name, topic->name_len}, call->now->monotonic_ns);
    if (quote == NULL)
        return fault_set(&call->fault, FAULT_NOT_READY,
                         "symbol: the cache holds no quote of \"%.*s\" that is young enough",
                         FAULT_QUOTE(call->arguments.symbol));
    if ((quote->quote.known & QUOTE_NEEDED) != QUOTE_NEEDED)
        return fault_set(&call->fault, FAULT_NOT_READY,
                         "symbol: price, volume and change_24h of \"%.*s\" are not all known yet",
                         FAULT_QUOTE(call->arguments.symbol));
    write_quote(call, topic, quote);
    return true;
}

bool query_book_get(struct query_call *call)
{
    const struct topic *topic = find_topic(call, KIND_BOOK);
    size_t depth = call->arguments.depth > 0 ? call->arguments.depth : BOOK_DEPTH;
    if (topic == NULL)
        return false;
    topics_image(topic, call->reply, depth, call->tables->epoch, call->now->real_ns);
    return true;
}

static void write_decimal(struct text *text, struct slice key, const struct decimal *value)
{
    if (decimal_is_zero(value))
        return;
    text_append(text, key);
    decimal_write(text, value);
    text_literal(text, "\"");
}

static void write_instrument(struct text *reply, const struct instrument *instrument)
{
    query_write_text(reply, SLICE("{\"symbol\":"), slice_of(instrument->symbol));
    query_write_text(reply, SLICE(",\"exchange_symbol\":"), slice_of(instrument->exchange_symbol));
    query_write_text(reply, SLICE(",\"base\":"), slice_of(instrument->base));
    query_write_text(reply, SLICE(",\"quote\":"), slice_of(instrument->quote));
    query_write_text(reply, SLICE(",\"status\":"), slice_of(instrument->status));
    text_literal(reply, ",\"tradable\":");
    text_append(reply, instrument->tradable ? SLICE("true") : SLICE("false"));
    write_decimal(reply, SLICE(",\"tick\":\""), &instrument->tick);
    write_decimal(reply, SLICE(",\"step\":\""), &instrument->step);
    text_literal(reply, "}");
}

bool query_instrument_list(struct query_call *call)
{
    const struct query_tables *tables = call->tables;
    uint32_t place = query_place(call);
    struct query_page page;
    uint16_t number;
    if (!query_find_exchange(call, &number))
        return false;
    if (!instruments_known(tables->instruments, number))
        return fault_set(&call->fault, FAULT_NOT_READY,
                         "exchange: what %s lists is not known yet; it is read once anything there "
                         "is wanted",
                         pool_exchange(tables->pool, number)->name);
    text_literal(call->reply, "{");
    query_page_begin(&page, call, SLICE("instruments"), INSTRUMENTS_LIMIT);
    const struct instrument *instrument;
    while ((instrument = instruments_each(tables->instruments, number, &place)) != NULL) {
        if (!query_page_row(&page, 1))
            break;
        write_instrument(call->reply, instrument);
        if (!query_page_row_end(&page, place))
            break;
    }
    bool whole = query_page_end(&page);
    text_literal(call->reply, "}");
    return whole;
}

bool query_cache_get(struct query_call *call)
{
    struct cache_stats stats;
    cache_stats(call->tables->cache, &stats);
    query_write_number(call->reply, SLICE("{\"size\":"), stats.size);
    query_write_number(call->reply, SLICE(",\"expiry_ms\":"), stats.expiry_ms);
    query_write_number(call->reply, SLICE(",\"count\":"), stats.count);
    query_write_number(call->reply, SLICE(",\"hits\":"), stats.hits);
    query_write_number(call->reply, SLICE(",\"misses\":"), stats.misses);
    query_write_number(call->reply, SLICE(",\"expired\":"), stats.expired);
    query_write_number(call->reply, SLICE(",\"evicted\":"), stats.evicted);
    text_literal(call->reply, "}");
    return true;
}

bool query_cache_set(struct query_call *call)
{
    struct cache_stats stats;
    uint64_t size = call->arguments.size, expiry_ms = call->arguments.expiry_ms;
    if (size == 0 && expiry_ms == 0)
        return fault_set(&call->fault, FAULT_MISSING_FIELD, "size, expiry_ms: one is needed");
    cache_stats(call->tables->cache, &stats);
    if (!cache_resize(call->tables->cache, size > 0 ? (uint32_t)size : stats.size,
                      expiry_ms > 0 ? (uint32_t)expiry_ms : stats.expiry_ms))
        return fault_set(&call->fault, FAULT_BAD_VALUE, "size, expiry_ms: out of range");
    return query_cache_get(call);
}
