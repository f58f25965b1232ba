/* SPDX-License-Identifier: Apache-2.0 */
/* Writes bodies field by field, in the order of docs/WIRE.md. On the hot path: no printf, no
 * allocation. */
#include "proto/wire_json.h"

#include "common/ensure.h"
#include "proto/wire_json_parts.h"

#define FIELD_MAX  96 /* of one number with its key: DECIMAL_TEXT_MAX and the longest key fit */
#define FIELDS_MAX 24
#define LEVEL_MAX  (2 * DECIMAL_TEXT_MAX + 8)

size_t wire_json_max(size_t levels)
{
    return WIRE_HEAD_MAX + FIELDS_MAX * FIELD_MAX + WIRE_WORDS_MAX + levels * LEVEL_MAX;
}

void wire_json_head(struct text *text, enum kind kind, const struct wire_topic *topic)
{
    text_literal(text, "{\"kind\":");
    text_json_string(text, kind_word(kind));
    text_literal(text, ",\"exchange\":");
    text_json_string(text, topic->exchange);
    text_literal(text, ",\"symbol\":");
    text_json_string(text, topic->symbol);
    text_literal(text, ",\"exchange_symbol\":");
    text_json_string(text, topic->exchange_symbol);
}

void wire_common_fields(struct text *text, const struct event *event, enum update update,
                        uint64_t epoch, int64_t ts_published)
{
    word(text, "update", update_word(update));
    integer(text, "epoch", epoch);
    integer(text, "seq", event->seq);
    word(text, "state", topic_state_word((enum topic_state)event->state));
    if (event->state != TOPIC_OK)
        word(text, "reason", reason_word((enum reason)event->reason));
    word(text, "proof", proof_word((enum proof)event->proof));
    if (event->ts_exchange != 0)
        moment(text, "ts_exchange", event->ts_exchange);
    moment(text, "ts_received", event->ts_received);
    moment(text, "ts_published", ts_published);
}

/* Update ids are strings: an exchange's ids need not stay below 2^53. */
static void update_id(struct text *text, struct slice key, uint64_t id)
{
    if (id == 0)
        return;
    text_append(text, key);
    text_unsigned(text, id);
    text_literal(text, "\"");
}

static void head_and_common(struct text *text, struct slice head, const struct event *event,
                            enum update update, uint64_t epoch, int64_t ts_published)
{
    text_append(text, head);
    wire_common_fields(text, event, update, epoch, ts_published);
}

/* The parts whose bits are set, by their names. */
static void stale_parts(struct text *text, struct slice names, uint32_t bits)
{
    bool first = true;
    text_literal(text, ",\"stale_parts\":[");
    for (size_t at = 0; at < names.len && bits != 0; bits >>= 1) {
        const char *name = names.data + at, *comma = memchr(name, ',', names.len - at);
        size_t len = comma != NULL ? (size_t)(comma - name) : names.len - at;
        at += len + 1;
        if ((bits & 1) == 0)
            continue;
        if (!first)
            text_literal(text, ",");
        text_json_string(text, (struct slice){name, len});
        first = false;
    }
    text_literal(text, "]");
}

static void quote_fields(struct text *text, const struct quote *quote, struct slice parts)
{
#define QUOTE_KEY(NAME, word) {",\"" word "\":\"", sizeof ",\"" word "\":\"" - 1},
    static const struct slice keys[] = {QUOTE_FIELDS(QUOTE_KEY)};
    for (unsigned int i = 0; i < QUOTE_FIELD_COUNT; i++) {
        if ((quote->known & 1u << i) == 0)
            continue;
        text_append(text, keys[i]);
        decimal_write(text, &quote->numbers[i]);
        text_literal(text, "\"");
    }
    if (quote->ts_last != 0)
        moment(text, "ts_last", quote->ts_last);
    if (quote->stale_parts != 0 && parts.len > 0)
        stale_parts(text, parts, quote->stale_parts);
}

static void trade_fields(struct text *text, const struct trade *trade)
{
    text_literal(text, ",\"trade_id\":");
    text_json_string(text, (struct slice){trade->trade_id.text, trade->trade_id.len});
    number(text, "price", &trade->price);
    number(text, "size", &trade->size);
    word(text, "side", side_word((enum side)trade->side));
}

static void write_level(struct text *text, const struct level *level, bool first)
{
    if (!first)
        text_literal(text, ",");
    text_literal(text, "[\"");
    decimal_write(text, &level->price);
    text_literal(text, "\",\"");
    decimal_write(text, &level->size);
    text_literal(text, "\"]");
}

static void book_ids(struct text *text, const struct book_change *book)
{
    if (book->depth != 0)
        integer(text, "depth", book->depth);
    update_id(text, SLICE(",\"first_update_id\":\""), book->first_update_id);
    update_id(text, SLICE(",\"last_update_id\":\""), book->last_update_id);
    update_id(text, SLICE(",\"prev_update_id\":\""), book->prev_update_id);
}

static void book_fields(struct text *text, const struct event *event)
{
    const struct level *bids = event_bids_of(event), *asks = event_asks_of(event);
    text_literal(text, ",\"bids\":[");
    for (uint32_t i = 0; i < event->book.bid_count; i++)
        write_level(text, &bids[i], i == 0);
    text_literal(text, "],\"asks\":[");
    for (uint32_t i = 0; i < event->book.ask_count; i++)
        write_level(text, &asks[i], i == 0);
    text_literal(text, "]");
    book_ids(text, &event->book);
}

static void candle_fields(struct text *text, const struct candle *candle)
{
    moment(text, "open_time", candle->open_time);
    moment(text, "close_time", candle->close_time);
    number(text, "open", &candle->open);
    number(text, "high", &candle->high);
    number(text, "low", &candle->low);
    number(text, "close", &candle->close);
    number(text, "volume", &candle->volume);
    if (candle->has_turnover)
        number(text, "turnover", &candle->turnover);
    if (candle->has_trades)
        integer(text, "trades", candle->trades);
    text_literal(text, ",\"closed\":");
    text_append(text, candle->closed ? SLICE("true") : SLICE("false"));
}

static void mark_fields(struct text *text, const struct mark *mark)
{
    if (mark->known & MARK_MARK_PRICE)
        number(text, "mark_price", &mark->mark_price);
    if (mark->known & MARK_INDEX_PRICE)
        number(text, "index_price", &mark->index_price);
    if (mark->known & MARK_FUNDING_RATE)
        number(text, "funding_rate", &mark->funding_rate);
    if (mark->next_funding_time != 0)
        moment(text, "next_funding_time", mark->next_funding_time);
    if (mark->known & MARK_OPEN_INTEREST)
        number(text, "open_interest", &mark->open_interest);
}

static void liquidation_fields(struct text *text, const struct liquidation *liquidation)
{
    word(text, "side", side_word((enum side)liquidation->side));
    number(text, "price", &liquidation->price);
    number(text, "size", &liquidation->size);
}

void wire_json_event(struct text *text, struct slice head, struct slice words,
                     const struct event *event, uint64_t epoch, int64_t ts_published)
{
    head_and_common(text, head, event, (enum update)event->update, epoch, ts_published);
    if (event->kind == KIND_CANDLE)
        word(text, "interval", words);
    if (event->update != UPDATE_STATE) {
        switch ((enum kind)event->kind) {
        case KIND_QUOTE:
            quote_fields(text, &event->quote, words);
            break;
        case KIND_TRADE:
            trade_fields(text, &event->trade);
            break;
        case KIND_BOOK:
            book_fields(text, event);
            break;
        case KIND_CANDLE:
            candle_fields(text, &event->candle);
            break;
        case KIND_MARK:
            mark_fields(text, &event->mark);
            break;
        case KIND_LIQUIDATION:
            liquidation_fields(text, &event->liquidation);
            break;
        default:
            ENSURE(false && "a kind with topics");
        }
    }
    text_literal(text, "}");
}

void wire_json_book(struct text *text, struct slice head, const struct event *last,
                    const struct book *book, size_t depth, uint64_t epoch, int64_t ts_published)
{
    size_t bids = book_bid_count(book), asks = book_ask_count(book);
    head_and_common(text, head, last, UPDATE_SNAPSHOT, epoch, ts_published);
    text_literal(text, ",\"bids\":[");
    for (size_t i = 0; i < bids && (depth == 0 || i < depth); i++)
        write_level(text, book_bid(book, i), i == 0);
    text_literal(text, "],\"asks\":[");
    for (size_t i = 0; i < asks && (depth == 0 || i < depth); i++)
        write_level(text, book_ask(book, i), i == 0);
    text_literal(text, "]");
    struct book_change ids = {.depth = last->book.depth,
                              .last_update_id = last->book.last_update_id};
    book_ids(text, &ids);
    text_literal(text, "}");
}
