/* SPDX-License-Identifier: Apache-2.0 */
/* What the exchange of the stage hears and says. A key is "stream.SYMBOL", data
 * is a key and a number ("trade.A 7"; a book's has "s" for a snapshot or "d" before it, one of a
 * quote is the time of the last trade). "+3" accepts request 3, "!3 words" refuses it, with the key
 * that is to blame behind '@', or '=' if it is held already: "!3@trade.A words". */
#ifndef TICKGATE_TESTS_UNIT_STAGE_FRAMES_H
#define TICKGATE_TESTS_UNIT_STAGE_FRAMES_H

#include "common/clock.h"
#include "connectors/exchange.h"

#include <stdio.h>
#include <stdlib.h>

enum {
    STAGE_TRADE,
    STAGE_TOP,
    STAGE_BOOK,
    STAGE_TICKER,
    STAGE_TICKER_MARK,
    STAGE_LIQUIDATION,
    STAGE_INTEREST,
    STAGE_STREAMS
};

#define STAGE_DEADLINE_MS 3000
#define STAGE_POLL_MS     60000

static const struct stream stage_streams[] = {
    [STAGE_TRADE] = {"trade", KIND_TRADE, true, SEQUENCE_COUNTED, PROOF_SEQUENCE, 0, 0, 0},
    [STAGE_TOP] = {"top", KIND_QUOTE, true, SEQUENCE_UNCHECKED, PROOF_NONE, 0, 0, 0},
    [STAGE_BOOK] = {"book", KIND_BOOK, true, SEQUENCE_STEPPED, PROOF_SEQUENCE, 0, 0, 0},
    [STAGE_TICKER] = {"ticker", KIND_QUOTE, true, SEQUENCE_REPLACED, PROOF_NONE, STAGE_DEADLINE_MS,
                      1, 0},
    [STAGE_TICKER_MARK] = {"ticker", KIND_MARK, true, SEQUENCE_REPLACED, PROOF_NONE,
                           STAGE_DEADLINE_MS, 1, 0},
    [STAGE_LIQUIDATION] = {"liquidation", KIND_LIQUIDATION, true, SEQUENCE_UNCHECKED, PROOF_NONE, 0,
                           1, 0},
    [STAGE_INTEREST] = {"interest", KIND_MARK, true, SEQUENCE_UNCHECKED, PROOF_NONE, 0, 0,
                        STAGE_POLL_MS},
};

static inline void stage_write_key(struct text *key, uint32_t stream, struct slice symbol,
                                   struct slice variant)
{
    (void)variant;
    text_append(key, slice_of(stage_streams[stream].name));
    text_literal(key, ".");
    text_append(key, symbol);
}

static inline bool stage_read_key(struct slice key, uint32_t *stream, struct text *symbol,
                                  struct slice *variant)
{
    size_t len = 0;
    while (len < key.len && key.data[len] != '.')
        len++;
    *variant = (struct slice){"", 0};
    for (*stream = 0; *stream < STAGE_STREAMS; ++*stream)
        if (slice_equal((struct slice){key.data, len}, slice_of(stage_streams[*stream].name))) {
            text_bytes(symbol, key.data + len + 1, key.len - len - 1);
            return true;
        }
    return false;
}

static inline void stage_write_request(struct text *text, bool subscribe, const struct slice *keys,
                                       size_t count, uint64_t number)
{
    text_append(text, subscribe ? SLICE("+") : SLICE("-"));
    text_unsigned(text, number);
    for (size_t i = 0; i < count; i++) {
        text_append(text, i == 0 ? SLICE(":") : SLICE(","));
        text_append(text, keys[i]);
    }
}

/* Splits at the first of `ends`. */
static inline struct slice stage_word(struct slice *text, const char *ends)
{
    size_t len = 0;
    while (len < text->len && strchr(ends, text->data[len]) == NULL)
        len++;
    struct slice word = {text->data, len};
    *text = (struct slice){text->data + len, text->len - len};
    return word;
}

static inline void stage_route(struct slice frame, struct route *route)
{
    route->refusal = REFUSAL_NONE;
    route->key = route->detail = (struct slice){"", 0};
    route->held = false;
    route->class = frame.data[0] == '+'   ? FRAME_ACK
                   : frame.data[0] == '!' ? FRAME_REJECT
                   : frame.data[0] == '~' ? FRAME_GOING_AWAY
                                          : FRAME_DATA;
    if (route->class == FRAME_DATA) {
        route->key = stage_word(&frame, " ");
        route->payload = frame;
        return;
    }
    frame = (struct slice){frame.data + 1, frame.len - 1};
    route->request = strtoull(stage_word(&frame, "@= ").data, NULL, 10);
    if (frame.len > 0 && frame.data[0] != ' ') {
        route->held = frame.data[0] == '=';
        frame = (struct slice){frame.data + 1, frame.len - 1};
        route->key = stage_word(&frame, " ");
    }
    if (frame.len > 0)
        route->detail = (struct slice){frame.data + 1, frame.len - 1};
}

#endif
