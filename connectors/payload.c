/* SPDX-License-Identifier: Apache-2.0 */
#include "connectors/payload.h"

#include "common/clock.h"
#include "common/ensure.h"

#include <time.h>

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

bool payload_time(struct scan *scan, int64_t *ns)
{
    uint64_t value;
    if (!scan_unsigned(scan, &value))
        return false;
    if (value > INT64_MAX / NS_PER_US)
        return scan_fail(scan, SCAN_RANGE);
    *ns = (int64_t)value * (value <= INT64_MAX / NS_PER_MS ? NS_PER_MS : NS_PER_US);
    return true;
}

bool payload_unsigned(struct slice text, uint64_t *value)
{
    struct scan scan;
    scan_begin(&scan, text);
    return scan_unsigned(&scan, value) && scan_end(&scan);
}

/* Days from 1970 to a day of the Gregorian calendar. Years begin with March here, so that a leap
 * day is the last one of its year. */
static int64_t days_to(int64_t year, int64_t month, int64_t day)
{
    year -= month <= 2;
    int64_t of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
    return year * 365 + year / 4 - year / 100 + year / 400 + of_year - 719468;
}

/* Takes what `form` says, a digit for each 'd', from the text's front: the numbers that stand in
 * it.
 */
static bool take_form(struct slice *text, struct slice form, int64_t *numbers)
{
    if (text->len < form.len)
        return false;
    for (size_t i = 0; i < form.len; i++) {
        bool digit = text->data[i] >= '0' && text->data[i] <= '9';
        if (form.data[i] == 'd' ? !digit : text->data[i] != form.data[i])
            return false;
        if (digit)
            *numbers = *numbers * 10 + (text->data[i] - '0');
        else if (i > 0)
            numbers++;
    }
    *text = (struct slice){text->data + form.len, text->len - form.len};
    return true;
}

/* ".597751", if it is there. */
static bool take_fraction(struct slice *text, int64_t *ns)
{
    size_t len = 1;
    *ns = 0;
    if (text->len == 0 || *text->data != '.')
        return true;
    for (int64_t unit = NS_PER_SECOND / 10; len < text->len && len <= 9; len++, unit /= 10) {
        if (text->data[len] < '0' || text->data[len] > '9')
            break;
        *ns += (text->data[len] - '0') * unit;
    }
    *text = (struct slice){text->data + len, text->len - len};
    return len > 1;
}

/* What local time is ahead of UTC by. */
static bool take_zone(struct slice *text, int64_t *minutes)
{
    int64_t parts[2] = {0};
    *minutes = 0;
    if (slice_equal(*text, SLICE("Z")) || text->len == 0) {
        text->len = 0;
        return true;
    }
    bool west = *text->data == '-';
    if (!take_form(text, west ? SLICE("-dd:dd") : SLICE("+dd:dd"), parts))
        return false;
    *minutes = (parts[0] * 60 + parts[1]) * (west ? -1 : 1);
    return parts[0] < 24 && parts[1] < 60;
}

bool payload_instant(struct slice text, int64_t *ns)
{
    int64_t parts[6] = {0}, fraction, zone; /* year to second */
    if (!take_form(&text, SLICE("dddd-dd-ddTdd:dd:dd"), parts) ||
        !take_fraction(&text, &fraction) || !take_zone(&text, &zone) || text.len > 0)
        return false;
    int64_t days = days_to(parts[0], parts[1], parts[2]), hours = days * 24 + parts[3];
    if (parts[0] < 1970 || parts[0] > 2200 || parts[1] < 1 || parts[1] > 12 || parts[2] < 1 ||
        days >= days_to(parts[0] + parts[1] / 12, parts[1] % 12 + 1, 1) || parts[3] > 23 ||
        parts[4] > 59 || parts[5] > 59)
        return false;
    *ns = ((hours * 60 + parts[4] - zone) * 60 + parts[5]) * NS_PER_SECOND + fraction;
    return true;
}

bool payload_absent(struct scan *scan)
{
    enum scan_type type = scan_peek(scan);
    bool empty = type == SCAN_STRING && scan->end - scan->at >= 2 && scan->at[1] == '"';
    return (type == SCAN_NULL || empty) && scan_skip(scan);
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

bool payload_is_symbol(struct slice symbol)
{
    for (size_t i = 0; i < symbol.len; i++) {
        unsigned char c = (unsigned char)symbol.data[i];
        if (c <= ' ' || c == '"' || c == '\\' || c == 0x7f)
            return false;
    }
    return symbol.len > 0;
}

void payload_maybe_text(struct scan *scan, struct slice *text)
{
    if (scan_peek(scan) == SCAN_STRING)
        scan_string(scan, text);
    else
        scan_skip(scan);
}

void payload_refuse(struct route *route, enum refusal refusal)
{
    route->class = FRAME_REFUSED;
    route->refusal = refusal;
}

/* Whether a document is whole and well formed. */
static enum refusal check_document(struct slice document)
{
    struct scan scan;
    scan_begin(&scan, document);
    scan_skip(&scan);
    return scan_end(&scan) ? REFUSAL_NONE : payload_refusal(&scan);
}

void payload_route_list(struct slice frame, struct route *route)
{
    enum refusal refusal = check_document(frame);
    if (refusal != REFUSAL_NONE) {
        payload_refuse(route, refusal);
        return;
    }
    route->class = FRAME_LIST;
    route->payload = frame;
}

enum refusal payload_member(struct slice document, struct slice name, struct slice *value)
{
    struct scan scan;
    struct slice key, raw;
    *value = SLICE("");
    scan_begin(&scan, document);
    scan_object(&scan);
    while (scan_member(&scan, &key))
        if (scan_raw(&scan, &raw) && slice_equal(key, name))
            *value = raw;
    return scan_end(&scan) ? REFUSAL_NONE : payload_refusal(&scan);
}

void payload_texts(struct text *message, const struct slice *texts, size_t count)
{
    text_literal(message, "[");
    for (size_t i = 0; i < count; i++) {
        if (i > 0)
            text_literal(message, ",");
        text_json_string(message, texts[i]);
    }
    text_literal(message, "]");
}

enum refusal payload_instruments(struct slice list, payload_read_entry *read, exchange_take *take,
                                 void *context, size_t *skipped)
{
    struct scan scan;
    struct slice entry;
    struct event event;
    size_t given = 0;
    *skipped = 0;
    enum refusal refusal = check_document(list);
    if (refusal != REFUSAL_NONE)
        return refusal;
    scan_begin(&scan, list);
    if (!scan_array(&scan))
        return payload_refusal(&scan);
    while (scan_element(&scan) && scan_raw(&scan, &entry)) {
        if (read(entry, &event)) {
            take(context, &event);
            given++;
        } else {
            ++*skipped;
        }
    }
    return given > 0 ? REFUSAL_NONE : REFUSAL_MISSING_FIELD;
}

enum refusal payload_instruments_in(struct slice body, struct slice name, payload_read_entry *read,
                                    exchange_take *take, void *context, size_t *skipped)
{
    struct slice list;
    *skipped = 0;
    enum refusal refusal = payload_member(body, name, &list);
    if (refusal != REFUSAL_NONE)
        return refusal;
    if (list.len == 0 || *list.data != '[')
        return REFUSAL_MISSING_FIELD;
    return payload_instruments(list, read, take, context, skipped);
}

bool payload_instrument_text(struct scan *scan, struct slice name,
                             const struct payload_terms *terms, struct instrument *instrument)
{
    const struct {
        struct slice name;
        char *field;
        size_t room;
    } texts[] = {
        {terms->exchange_symbol, instrument->exchange_symbol, sizeof instrument->exchange_symbol},
        {terms->base, instrument->base, sizeof instrument->base},
        {terms->quote, instrument->quote, sizeof instrument->quote},
        {terms->status, instrument->status, sizeof instrument->status},
    };
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        if (!slice_equal(name, texts[i].name))
            continue;
        if (!payload_text(scan, texts[i].field, texts[i].room))
            scan_fail(scan, SCAN_RANGE);
        return true;
    }
    return false;
}

struct text payload_begin_symbol(struct instrument *instrument)
{
    struct text symbol = text_over(instrument->symbol, sizeof instrument->symbol);
    text_append(&symbol, slice_of(instrument->base));
    text_literal(&symbol, "-");
    text_append(&symbol, slice_of(instrument->quote));
    return symbol;
}

bool payload_end_instrument(struct scan *scan, const struct payload_terms *terms,
                            struct text *symbol, struct instrument *instrument)
{
    text_terminate(symbol);
    instrument->tradable = slice_equal(slice_of(instrument->status), terms->trading);
    return scan_end(scan) && !symbol->overflow && instrument->exchange_symbol[0] != '\0' &&
           instrument->base[0] != '\0' && instrument->quote[0] != '\0';
}

bool payload_name_quote_first(struct instrument *instrument)
{
    const char *name = instrument->exchange_symbol, *dash = strchr(name, '-');
    if (dash == NULL || !payload_is_symbol(slice_of(name)))
        return false;
    struct text base = text_over(instrument->base, sizeof instrument->base);
    struct text quote = text_over(instrument->quote, sizeof instrument->quote);
    text_append(&base, slice_of(dash + 1));
    text_bytes(&quote, name, (size_t)(dash - name));
    text_terminate(&base);
    text_terminate(&quote);
    if (base.overflow || quote.overflow || base.len == 0 || quote.len == 0)
        return false;
    struct text symbol = payload_begin_symbol(instrument);
    text_terminate(&symbol);
    return !symbol.overflow;
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

void payload_percent(struct text *url, struct slice value)
{
    static const char hex[] = "0123456789ABCDEF";
    for (size_t i = 0; i < value.len; i++) {
        unsigned char c = (unsigned char)value.data[i];
        char escaped[] = {'%', hex[c >> 4], hex[c & 15]};
        bool plain = (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
                     (c != '\0' && strchr("-_.~", c) != NULL);
        text_bytes(url, plain ? value.data + i : escaped, plain ? 1 : sizeof escaped);
    }
}

void payload_date(struct text *symbol, int64_t ns)
{
    time_t seconds = (time_t)(ns / NS_PER_SECOND);
    struct tm day;
    ENSURE(gmtime_r(&seconds, &day) != NULL); /* any 63 bits of ns are a year of four digits */
    text_format(symbol, "%02d%02d%02d", day.tm_year % 100, day.tm_mon + 1, day.tm_mday);
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
