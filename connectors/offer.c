/* SPDX-License-Identifier: Apache-2.0 */
#include "connectors/offer.h"

/* Keys are written for any symbol: whether an interval has one does not hang on it. */
#define ANY_SYMBOL SLICE("BTCUSDT")

const char *offer_interval(uint32_t place)
{
    static const char *const intervals[] = {"1s", "1m", "3m", "5m",  "15m", "30m", "1h", "2h",
                                            "4h", "6h", "8h", "12h", "1d",  "3d",  "1w", "1M"};
    return place < sizeof intervals / sizeof *intervals ? intervals[place] : NULL;
}

bool offer_has(const struct exchange *exchange, enum kind kind)
{
    for (uint32_t i = 0; i < exchange->stream_count; i++)
        if (exchange->streams[i].wanted && exchange->streams[i].kind == kind)
            return true;
    return false;
}

bool offer_has_interval(const struct exchange *exchange, struct slice interval)
{
    for (uint32_t i = 0; i < exchange->stream_count; i++) {
        char room[KEY_MAX];
        struct text key = text_over(room, sizeof room);
        if (!exchange->streams[i].wanted || exchange->streams[i].kind != KIND_CANDLE)
            continue;
        exchange->write_key(&key, i, ANY_SYMBOL, interval);
        if (key.len > 0 && !key.overflow)
            return true;
    }
    return false;
}

static void add_word(struct text *text, size_t begin, struct slice word)
{
    if (text->len > begin)
        text_literal(text, ", ");
    text_append(text, word);
}

void offer_write_kinds(struct text *text, const struct exchange *exchange)
{
    size_t begin = text->len;
    for (unsigned int kind = 0; kind < KIND_PUBLIC_COUNT; kind++)
        if (offer_has(exchange, (enum kind)kind))
            add_word(text, begin, kind_word((enum kind)kind));
}

void offer_write_intervals(struct text *text, const struct exchange *exchange)
{
    size_t begin = text->len;
    const char *interval;
    for (uint32_t i = 0; (interval = offer_interval(i)) != NULL; i++)
        if (offer_has_interval(exchange, slice_of(interval)))
            add_word(text, begin, slice_of(interval));
}

void offer_write_parts(struct text *text, const struct exchange *exchange, enum kind kind)
{
    for (uint32_t i = 0; i < exchange->stream_count; i++) {
        if (!exchange->streams[i].wanted || exchange->streams[i].kind != kind)
            continue;
        text_append(text, slice_of(exchange->streams[i].name));
        text_literal(text, ",");
    }
}
