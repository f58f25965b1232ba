/* SPDX-License-Identifier: Apache-2.0 */
#include "connectors/payload.h"

#include "common/clock.h"

enum refusal payload_refusal(const struct scan *scan)
{
    static const enum refusal refusals[] = {
        [SCAN_OK] = REFUSAL_NONE,
        [SCAN_SYNTAX] = REFUSAL_NOT_JSON,
        [SCAN_TRUNCATED] = REFUSAL_TRUNCATED,
        [SCAN_TYPE] = REFUSAL_WRONG_TYPE,
        [SCAN_RANGE] = REFUSAL_BAD_NUMBER,
        [SCAN_DEPTH] = REFUSAL_TOO_DEEP,
    };
    return refusals[scan->error];
}

enum refusal payload_end(struct scan *scan, unsigned int seen, unsigned int required)
{
    if (!scan_end(scan))
        return payload_refusal(scan);
    return (seen & required) == required ? REFUSAL_NONE : REFUSAL_MISSING_FIELD;
}

static void note(struct parsing *parsing, enum drift_kind drift, struct slice name)
{
    if (parsing->drift != DRIFT_NONE)
        return;
    parsing->drift = drift;
    parsing->stranger = name;
}

void payload_strange_field(struct scan *scan, struct slice name, struct parsing *parsing)
{
    note(parsing, DRIFT_UNKNOWN_FIELD, name);
    scan_skip(scan);
}

void payload_strange_word(struct slice word, struct parsing *parsing)
{
    note(parsing, DRIFT_UNKNOWN_WORD, word);
}

bool payload_ms(struct scan *scan, int64_t *ns)
{
    uint64_t value;
    if (!scan_unsigned(scan, &value))
        return false;
    if (value > INT64_MAX / NS_PER_MS)
        return scan_fail(scan, SCAN_RANGE);
    *ns = (int64_t)value * NS_PER_MS;
    return true;
}

bool payload_text(struct scan *scan, char *field, size_t room)
{
    struct slice text;
    if (!scan_string(scan, &text) || text.len >= room || memchr(text.data, '\\', text.len) != NULL)
        return false;
    memcpy(field, text.data, text.len);
    field[text.len] = '\0';
    return true;
}

bool payload_positive(const struct decimal *value)
{
    return !value->negative && !decimal_is_zero(value);
}

enum refusal payload_check_quote(struct quote *quote)
{
    for (unsigned int i = 0; i < QUOTE_FIELD_COUNT; i++)
        if (i != QUOTE_CHANGE && quote->numbers[i].negative)
            return REFUSAL_BAD_VALUE;
    if (decimal_is_zero(&quote->numbers[QUOTE_PRICE]))
        quote->known &= ~PAYLOAD_BIT(QUOTE_PRICE);
    return REFUSAL_NONE;
}

bool payload_candle_is_sane(const struct candle *candle)
{
    return payload_positive(&candle->open) && payload_positive(&candle->low) &&
           payload_positive(&candle->close) && decimal_compare(&candle->low, &candle->high) <= 0 &&
           !candle->volume.negative && !candle->turnover.negative &&
           candle->open_time < candle->close_time;
}

/* One side's levels, appended behind `*count`: ["price","size"], whatever stands behind these two
 * passed over. */
static enum refusal scan_levels(struct scan *scan, struct level *levels, size_t *count,
                                size_t levels_max)
{
    scan_array(scan);
    while (scan_element(scan)) {
        if (*count == levels_max)
            return REFUSAL_TOO_MANY_LEVELS;
        struct level *level = &levels[*count];
        if (!scan_array(scan) || !scan_element(scan) || !scan_decimal(scan, &level->price) ||
            !scan_element(scan) || !scan_decimal(scan, &level->size))
            return scan->error != SCAN_OK ? payload_refusal(scan) : REFUSAL_MISSING_FIELD;
        while (scan_element(scan))
            scan_skip(scan);
        if (!payload_positive(&level->price) || level->size.negative)
            return REFUSAL_BAD_VALUE;
        ++*count;
    }
    return payload_refusal(scan);
}

static void reverse(struct level *levels, size_t count)
{
    for (size_t i = 0; i < count / 2; i++) {
        struct level swapped = levels[i];
        levels[i] = levels[count - 1 - i];
        levels[count - 1 - i] = swapped;
    }
}

enum refusal payload_side(struct scan *scan, struct event *event, size_t levels_max, bool asks,
                          struct payload_sides *sides)
{
    size_t count = sides->bids + sides->asks, before = count;
    if (sides->seen & PAYLOAD_BIT(asks))
        return REFUSAL_BAD_VALUE;
    if (asks && sides->seen == 0)
        sides->asks_first = true;
    sides->seen |= PAYLOAD_BIT(asks);
    enum refusal refusal = scan_levels(scan, event_bids(event), &count, levels_max);
    *(asks ? &sides->asks : &sides->bids) = count - before;
    return refusal;
}

/* Turns the halves round when the asks came first. */
void payload_finish_sides(struct event *event, const struct payload_sides *sides)
{
    struct level *levels = event_bids(event);
    if (sides->asks_first) {
        reverse(levels, sides->asks);
        reverse(levels + sides->asks, sides->bids);
        reverse(levels, sides->asks + sides->bids);
    }
    event->book.bid_count = (uint32_t)sides->bids;
    event->book.ask_count = (uint32_t)sides->asks;
    event->size = (uint32_t)event_size(KIND_BOOK, sides->bids + sides->asks);
}
