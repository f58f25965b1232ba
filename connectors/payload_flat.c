/* SPDX-License-Identifier: Apache-2.0 */
#include "connectors/payload_flat.h"

#include "common/clock.h"
#include "common/ensure.h"

/* Where in a table we are, and which spelling the last member had. */
struct place {
    uint32_t next;
    uint32_t spelling;
};

/* The field of a name that is not where it was looked for: from there on, and round. */
static const struct flat_field *find(const struct flat *flat, struct slice name,
                                     struct place *place)
{
    for (uint32_t step = 0; step < flat->count; step++) {
        uint32_t at = place->next + step;
        const struct flat_field *field = &flat->fields[at < flat->count ? at : at - flat->count];
        for (uint32_t spelling = 0; spelling < 2; spelling++)
            if (slice_equal(name, field->names[spelling])) {
                place->spelling = spelling;
                return field;
            }
    }
    return NULL;
}

/* The next member; NULL if no line names it, at the object's end (with `name` empty) and after an
 * error. */
static const struct flat_field *next_field(struct scan *scan, const struct flat *flat,
                                           struct slice *name, struct place *place)
{
    const struct flat_field *field = NULL;
    if (place->next < flat->count)
        field = &flat->fields[place->next];
    if (field == NULL || !scan_member_is(scan, field->names[place->spelling])) {
        if (!scan_member(scan, name))
            return NULL;
        field = find(flat, *name, place);
    }
    if (field != NULL)
        place->next = (uint32_t)(field - flat->fields) + 1;
    return field;
}

static const struct flat_word *word_of(const struct flat_word *words, struct slice word)
{
    for (; words->word.data != NULL; words++)
        if (slice_equal(words->word, word))
            return words;
    return NULL;
}

static enum refusal take_word(struct scan *scan, const struct flat_field *field, void *target,
                              struct parsing *parsing)
{
    struct slice word;
    if (!scan_string(scan, &word))
        return REFUSAL_NONE;
    const struct flat_word *known = word_of(field->words, word);
    if (field->conversion == FLAT_WORD) {
        if (known == NULL)
            return REFUSAL_BAD_VALUE;
        *(uint8_t *)target = known->value;
    } else if (known == NULL) {
        payload_strange_word(word, parsing);
    }
    return REFUSAL_NONE;
}

static enum refusal take_symbol(struct scan *scan, const struct parsing *parsing)
{
    struct slice symbol;
    if (scan_string(scan, &symbol) && !slice_equal(symbol, parsing->exchange_symbol))
        return REFUSAL_UNKNOWN_SYMBOL;
    return REFUSAL_NONE;
}

static enum refusal take_quote(struct scan *scan, const struct flat_field *field,
                               struct quote *quote)
{
    struct decimal *number = &quote->numbers[field->target];
    if (!scan_decimal(scan, number))
        return REFUSAL_NONE;
    quote->known |= PAYLOAD_BIT(field->target);
    bool fraction = field->conversion == FLAT_QUOTE_FRACTION;
    return fraction && !decimal_shift(number, 2) ? REFUSAL_BAD_NUMBER : REFUSAL_NONE;
}

static enum refusal take_number(struct scan *scan, const struct flat_field *field,
                                struct event *event)
{
    const struct {
        uint32_t *known;
        struct decimal *numbers;
    } places[KIND_COUNT] = {
        [KIND_ORDER] = {&event->order.known, event->order.numbers},
        [KIND_POSITION] = {&event->position.known, event->position.numbers},
        [KIND_BALANCE] = {&event->balance.known, event->balance.numbers},
    };
    ENSURE(places[event->kind].known != NULL);
    if (scan_decimal(scan, &places[event->kind].numbers[field->target]))
        *places[event->kind].known |= PAYLOAD_BIT(field->target);
    return REFUSAL_NONE;
}

static enum refusal take_time_text(struct scan *scan, int64_t *ns)
{
    struct slice text;
    uint64_t ms;
    if (!scan_string(scan, &text))
        return REFUSAL_NONE;
    if (!payload_unsigned(text, &ms) || ms > INT64_MAX / NS_PER_MS)
        return REFUSAL_BAD_NUMBER;
    *ns = (int64_t)ms * NS_PER_MS;
    return REFUSAL_NONE;
}

static enum refusal take_value(struct scan *scan, const struct flat_field *field, void *record,
                               struct parsing *parsing)
{
    void *target = (char *)record + field->target;
    uint64_t number;
    switch (field->conversion) {
    case FLAT_IGNORED:
        scan_skip(scan);
        break;
    case FLAT_SYMBOL:
        return take_symbol(scan, parsing);
    case FLAT_DECIMAL:
        scan_decimal(scan, target);
        break;
    case FLAT_QUOTE:
    case FLAT_QUOTE_FRACTION:
        return take_quote(scan, field, &((struct event *)record)->quote);
    case FLAT_NUMBER:
        return take_number(scan, field, record);
    case FLAT_TIME:
        payload_time(scan, target);
        break;
    case FLAT_TIME_TEXT:
        return take_time_text(scan, target);
    case FLAT_ID:
        if (scan_unsigned(scan, &number))
            id_set_number(target, number);
        break;
    case FLAT_NOTED:
    case FLAT_WORD:
        return take_word(scan, field, target, parsing);
    case FLAT_TEXT:
        scan_string(scan, target);
        break;
    case FLAT_BOOLEAN:
        scan_boolean(scan, target);
        break;
    case FLAT_NESTED:
        return field->read(scan, record, parsing);
    }
    return REFUSAL_NONE;
}

/* Nearly every value is neither null nor a text: told by its first byte. */
static bool is_absent(struct scan *scan)
{
    char first = scan->at < scan->end ? *scan->at : '\0';
    bool plain = first > '"' && first != 'n';
    return !plain && payload_absent(scan);
}

enum refusal flat_object(struct scan *scan, const struct flat *flat, void *record,
                         struct parsing *parsing)
{
    struct place place = {0, 0};
    uint64_t seen = 0;
    ENSURE(flat->count <= FLAT_FIELDS_MAX);
    scan_object(scan);
    for (;;) {
        struct slice name = {NULL, 0};
        const struct flat_field *field = next_field(scan, flat, &name, &place);
        if (field == NULL) {
            if (name.data == NULL)
                break;
            payload_strange_field(scan, name, parsing);
            continue;
        }
        uint64_t bit = UINT64_C(1) << (field - flat->fields);
        if (seen & bit)
            return REFUSAL_BAD_VALUE;
        bool absent = is_absent(scan);
        if (!absent || field->need == FLAT_MEMBER)
            seen |= bit;
        enum refusal refusal = absent ? REFUSAL_NONE : take_value(scan, field, record, parsing);
        if (refusal != REFUSAL_NONE)
            return refusal;
    }
    for (uint32_t i = 0; i < flat->count && scan->error == SCAN_OK; i++)
        if (flat->fields[i].need != FLAT_OPTIONAL && !(seen & UINT64_C(1) << i))
            return REFUSAL_MISSING_FIELD;
    return payload_refusal(scan);
}

enum refusal flat_payload(struct slice payload, const struct flat *flat, enum kind kind,
                          struct event *event, struct parsing *parsing)
{
    struct scan scan;
    event_begin(event, kind);
    scan_begin(&scan, payload);
    enum refusal refusal = flat_object(&scan, flat, event, parsing);
    return refusal != REFUSAL_NONE || scan_end(&scan) ? refusal : payload_refusal(&scan);
}

/* A pair that can be; what it lacks is no level. */
static enum refusal next_pair(struct scan *scan, const struct flat *flat, struct flat_pair *pair,
                              struct parsing *parsing)
{
    *pair = (struct flat_pair){0};
    enum refusal refusal = flat_object(scan, flat, pair, parsing);
    bool negative = pair->bid_price.negative || pair->bid_size.negative ||
                    pair->ask_price.negative || pair->ask_size.negative;
    return refusal == REFUSAL_NONE && negative ? REFUSAL_BAD_VALUE : refusal;
}

static bool is_level(const struct decimal *price, const struct decimal *size)
{
    return !decimal_is_zero(price) && !decimal_is_zero(size);
}

/* Asks stand at the end of the record's room, the best one last: they follow the bids. */
static void finish_pairs(struct event *event, const struct payload_sides *sides, size_t levels_max)
{
    struct level *levels = event_bids(event), *asks = levels + levels_max - sides->asks;
    for (size_t i = 0; i < sides->asks / 2; i++) {
        struct level swapped = asks[i];
        asks[i] = asks[sides->asks - 1 - i];
        asks[sides->asks - 1 - i] = swapped;
    }
    memmove(levels + sides->bids, asks, sides->asks * sizeof *asks);
    payload_finish_sides(event, sides);
}

/* Bids grow from the front of the record's room, asks from its back. */
enum refusal flat_book(struct scan *scan, const struct flat *flat, struct event *event,
                       struct parsing *parsing)
{
    struct level *levels = event_bids(event), *back = levels + parsing->levels_max;
    struct payload_sides sides = {0};
    scan_array(scan);
    while (scan_element(scan)) {
        struct flat_pair pair;
        enum refusal refusal = next_pair(scan, flat, &pair, parsing);
        if (refusal != REFUSAL_NONE)
            return refusal;
        bool bid = is_level(&pair.bid_price, &pair.bid_size);
        bool ask = is_level(&pair.ask_price, &pair.ask_size);
        if (sides.bids + sides.asks + bid + ask > parsing->levels_max)
            return REFUSAL_TOO_MANY_LEVELS;
        if (bid)
            levels[sides.bids++] = (struct level){pair.bid_price, pair.bid_size};
        if (ask)
            *(back - ++sides.asks) = (struct level){pair.ask_price, pair.ask_size};
    }
    finish_pairs(event, &sides, parsing->levels_max);
    return payload_refusal(scan);
}

static void know(struct quote *quote, unsigned int field, const struct decimal *value)
{
    quote->numbers[field] = *value;
    quote->known |= PAYLOAD_BIT(field);
}

enum refusal flat_top(struct scan *scan, const struct flat *flat, struct event *event,
                      struct parsing *parsing)
{
    struct quote *quote = &event->quote;
    bool bid = false, ask = false;
    scan_array(scan);
    while (scan_element(scan)) {
        struct flat_pair pair;
        if (bid && ask) {
            scan_skip(scan);
            continue;
        }
        enum refusal refusal = next_pair(scan, flat, &pair, parsing);
        if (refusal != REFUSAL_NONE)
            return refusal;
        if (!bid && is_level(&pair.bid_price, &pair.bid_size)) {
            bid = true;
            know(quote, QUOTE_BID_PRICE, &pair.bid_price);
            know(quote, QUOTE_BID_SIZE, &pair.bid_size);
        }
        if (!ask && is_level(&pair.ask_price, &pair.ask_size)) {
            ask = true;
            know(quote, QUOTE_ASK_PRICE, &pair.ask_price);
            know(quote, QUOTE_ASK_SIZE, &pair.ask_size);
        }
    }
    return payload_refusal(scan);
}
