/* SPDX-License-Identifier: Apache-2.0 */
/* Quotes and marks: an event is all that is known, whichever stream brought the news. Each field
 * remembers the stream that said it last, and is forgotten with it. */
#include "connectors/intake_parts.h"

#define MARK_FIELD_COUNT 4

_Static_assert(offsetof(struct mark, open_interest) ==
                   offsetof(struct mark, mark_price) + 3 * sizeof(struct decimal),
               "a mark's numbers stand in a row");
_Static_assert(MARK_OPEN_INTEREST == 1u << 3, "in the order of their bits");

/* A quote and a mark alike: numbers with a bit each, and a time. */
struct fields {
    uint32_t *known;
    int64_t *time_ns;
    struct decimal *numbers;
    uint32_t count;
};

static struct fields of_quote(struct quote *quote)
{
    return (struct fields){&quote->known, &quote->ts_last, quote->numbers, QUOTE_FIELD_COUNT};
}

static struct fields of_mark(struct mark *mark)
{
    struct decimal *numbers = (void *)((char *)mark + offsetof(struct mark, mark_price));
    return (struct fields){&mark->known, &mark->next_funding_time, numbers, MARK_FIELD_COUNT};
}

static bool says_nothing(struct fields fields)
{
    return *fields.known == 0 && *fields.time_ns == 0;
}

/* `whole`: what the stream said before and does not say again is void. */
static void merge(struct fields all, struct fields news, uint8_t *sayers, uint32_t stream,
                  bool whole)
{
    uint32_t unsaid = whole ? *all.known & ~*news.known : 0;
    for (uint32_t left = *news.known; left != 0; left &= left - 1) {
        int i = __builtin_ctz(left);
        all.numbers[i] = news.numbers[i];
        sayers[i] = (uint8_t)stream;
    }
    for (uint32_t left = unsaid; left != 0; left &= left - 1)
        if (sayers[__builtin_ctz(left)] == stream)
            *all.known &= ~(left & -left);
    *all.known |= *news.known;
    if (*news.time_ns != 0 || (whole && sayers[all.count] == stream)) {
        *all.time_ns = *news.time_ns;
        sayers[all.count] = (uint8_t)stream;
    }
}

/* The exchange's wanted streams of a quote that are down, overdue or on a silent session, by their
 * place among these. */
static uint32_t stale_parts(const struct intake *intake, const struct intake_topic *topic)
{
    const struct exchange *exchange = intake->exchange;
    uint32_t stale = 0, place = 0, which = topic->down | topic->overdue | topic->silent;
    for (uint32_t stream = 0; which != 0 && stream < exchange->stream_count; stream++)
        if (exchange->streams[stream].kind == KIND_QUOTE && exchange->streams[stream].wanted)
            stale |= (which >> stream & 1u) << place++;
    return stale;
}

/* Old, or the same message once more, by the stream's own ids. */
static bool is_old(struct sequence *sequence, uint64_t id, bool *again)
{
    *again = sequence->rule == SEQUENCE_REPLACED ||
             (sequence->rule == SEQUENCE_RISING && sequence->joined && id == sequence->last);
    return id != 0 && sequence_next(sequence, id, id, 0) == SEQUENCE_OLD;
}

bool intake_has_price(const struct intake_topic *topic)
{
    return (topic->want.kind == KIND_QUOTE && topic->known.quote.known & 1u << QUOTE_PRICE) ||
           (topic->want.kind == KIND_MARK && topic->known.mark.known & MARK_MARK_PRICE);
}

void intake_forget(struct intake_topic *topic, uint32_t stream)
{
    struct quote quote = {0};
    struct mark mark = {0};
    if (topic->want.kind == KIND_QUOTE)
        merge(of_quote(&topic->known.quote), of_quote(&quote), topic->sayers, stream, true);
    else if (topic->want.kind == KIND_MARK)
        merge(of_mark(&topic->known.mark), of_mark(&mark), topic->sayers, stream, true);
}

/* What changed is of no use to whoever does not know what it was. */
static bool begins(struct intake *intake, struct intake_topic *topic, uint32_t stream,
                   const struct event *event)
{
    uint32_t key = topic->parts[stream].key;
    if (event->update == UPDATE_SNAPSHOT)
        topic->begun |= 1u << stream;
    if (event->update != UPDATE_DELTA || (topic->begun & 1u << stream) != 0)
        return true;
    if (key != KEY_NONE)
        intake_renew(intake, key);
    return false;
}

/* A last price moves with trades alone, and the volume of a day rises with them alone. */
static bool tells_of_trade(const struct quote *known, const struct quote *news)
{
    uint32_t both = known->known & news->known;
    return ((both & 1u << QUOTE_PRICE) != 0 &&
            decimal_compare(&news->numbers[QUOTE_PRICE], &known->numbers[QUOTE_PRICE]) != 0) ||
           ((both & 1u << QUOTE_VOLUME) != 0 &&
            decimal_compare(&news->numbers[QUOTE_VOLUME], &known->numbers[QUOTE_VOLUME]) > 0);
}

/* An exchange repeats itself to show that it lives (Bybit its best prices after 3 s: bybit.md 3.1),
 * or has something to say of another topic: that is not told, but what it does to the state. */
enum refusal intake_merge(struct intake *intake, struct intake_topic *topic, uint32_t stream,
                          struct event *event)
{
    bool is_quote = topic->want.kind == KIND_QUOTE, again;
    struct fields all = is_quote ? of_quote(&topic->known.quote) : of_mark(&topic->known.mark);
    struct fields news = is_quote ? of_quote(&event->quote) : of_mark(&event->mark);
    if (is_old(&topic->parts[stream].sequence, event->seq, &again))
        return REFUSAL_STALE_UPDATE;
    if (!begins(intake, topic, stream, event))
        return REFUSAL_BEFORE_SNAPSHOT;
    again |= says_nothing(news);
    union picture before;
    if (again)
        before = topic->known;
    int64_t last_ns = *all.time_ns;
    bool traded = is_quote && tells_of_trade(&topic->known.quote, &event->quote);
    merge(all, news, topic->sayers, stream, event->update == UPDATE_SNAPSHOT);
    if (is_quote) {
        topic->known.quote.stale_parts = stale_parts(intake, topic);
        if (traded || (last_ns != 0 && *all.time_ns > last_ns))
            topic->instrument->traded_ns = event->ts_received;
    }
    enum topic_state own = intake_has_price(topic) ? TOPIC_OK : TOPIC_RECOVERING;
    enum reason reason = own == TOPIC_OK ? REASON_NONE : REASON_NO_PRICE;
    again = again && topic->own == own && topic->own_reason == reason &&
            memcmp(&before, &topic->known, sizeof before) == 0;
    if (again || says_nothing(all)) {
        intake_reach(intake, OUTCOME_REPEATED);
        intake_say(intake, topic, own, reason, event->ts_received);
        return REFUSAL_NONE;
    }
    if (is_quote)
        event->quote = topic->known.quote;
    else
        event->mark = topic->known.mark;
    event->update = UPDATE_DATA;
    intake_publish(intake, topic, event, own, reason);
    return REFUSAL_NONE;
}
