/* SPDX-License-Identifier: Apache-2.0 */
/* An exchange of few words, for tests that need one of every manner: its table. */
#ifndef TICKGATE_TESTS_UNIT_STAGE_EXCHANGE_H
#define TICKGATE_TESTS_UNIT_STAGE_EXCHANGE_H

#include "tests/unit/stage_frames.h"

static inline enum refusal stage_parse(uint32_t stream, struct slice payload,
                                       struct parsing *parsing, struct event *event)
{
    const struct decimal one = {.low = 1};
    const char *at = payload.data + (payload.data[0] == ' ');
    bool snapshot = *at == 's';
    (void)parsing;
    if (*at == '?')
        return REFUSAL_BAD_VALUE;
    event_begin(event, stage_streams[stream].kind);
    event->update = snapshot ? UPDATE_SNAPSHOT : *at == 'd' ? UPDATE_DELTA : UPDATE_DATA;
    uint64_t number = strtoull(at + (*at == 's' || *at == 'd'), NULL, 10);
    switch (stream) {
    case STAGE_TRADE:
        event->seq = number;
        event->trade.price = event->trade.size = one;
        break;
    case STAGE_TOP:
        event->quote.known = 1u << QUOTE_PRICE;
        event->quote.numbers[QUOTE_PRICE] = one;
        event->quote.ts_last = (int64_t)number * NS_PER_SECOND;
        break;
    case STAGE_TICKER:
        event->quote.known = 1u << QUOTE_VOLUME;
        event->quote.numbers[QUOTE_VOLUME] = (struct decimal){.low = number};
        break;
    case STAGE_TICKER_MARK:
        event->mark.known = MARK_MARK_PRICE;
        event->mark.mark_price = (struct decimal){.low = number};
        break;
    case STAGE_INTEREST:
        event->mark.known = MARK_OPEN_INTEREST;
        event->mark.open_interest = (struct decimal){.low = number};
        break;
    case STAGE_BOOK:
        event->seq = event->book.first_update_id = event->book.last_update_id = number;
        break;
    default:
        break;
    }
    return REFUSAL_NONE;
}

static inline void stage_write_poll(struct text *path, uint32_t stream, struct slice symbol)
{
    text_literal(path, "/");
    text_append(path, slice_of(stage_streams[stream].name));
    text_literal(path, "/");
    text_append(path, symbol);
}

/* A page is "A B C >2": its instruments, and the number of the next one if there is one. */
static inline void stage_write_list(struct text *path, const struct slice *body)
{
    const char *next = body != NULL ? memchr(body->data, '>', body->len) : "";
    if (next == NULL)
        return;
    text_literal(path, "/list");
    if (body != NULL)
        text_bytes(path, next, (size_t)(body->data + body->len - next));
}

static inline enum refusal stage_read_list(struct slice body, exchange_take *take, void *context,
                                           size_t *skipped)
{
    *skipped = 0;
    if (body.len > 0 && body.data[0] == '?')
        return REFUSAL_NOT_JSON;
    while (body.len > 0 && body.data[0] != '>') {
        struct event event;
        struct slice name = stage_word(&body, " ");
        event_begin(&event, KIND_INSTRUMENT);
        memcpy(event.instrument.symbol, name.data, name.len);
        take(context, &event);
        if (body.len > 0)
            body = (struct slice){body.data + 1, body.len - 1};
    }
    return REFUSAL_NONE;
}

static const struct exchange stage_exchange = {
    .name = "stage",
    .type = "StageConnector",
    .websocket = "wss://stage.example",
    .roots = {"/a", "/b"},
    .rest = "https://stage.example",
    .limits = {.group = "stage",
               .streams_per_session = 4,
               .streams_per_request = 10,
               .messages_per_second = 100,
               .connects = 100,
               .connects_window_ms = 1000,
               .rest_weight = 1000,
               .rest_window_ms = 60000,
               .frame_max = 65536},
    .streams = stage_streams,
    .stream_count = STAGE_STREAMS,
    .write_key = stage_write_key,
    .read_key = stage_read_key,
    .write_request = stage_write_request,
    .route = stage_route,
    .parse = stage_parse,
    .write_poll_path = stage_write_poll,
    .poll_weight = 1,
    .write_instruments_path = stage_write_list,
    .instruments_weight = 1,
    .read_instruments = stage_read_list,
};

#endif
