/* SPDX-License-Identifier: Apache-2.0 */
/* The promise of the intake, as a subscriber sees it: a book that says `ok` is the exchange's, to
 * the last level, while the stream loses and doubles messages, replies are late, sessions end and
 * the sink drops single events and whole batches. */
#include "common/random.h"
#include "proto/book.h"
#include "tests/unit/intake_venue.h"

static struct stage *stage;

/* An exchange of two sides of PRICES prices each, and every state that its book ever had. */
#define PRICES  6
#define UPDATES 20000

struct venue {
    struct random random;
    uint64_t id;                            /* of the newest update; from 1 */
    uint64_t delivered;                     /* of those, the newest that the stream brought */
    uint8_t sizes[UPDATES + 1][2 * PRICES]; /* by id: the book as it was; bids first, best last */
};

static bool chance(struct venue *venue, uint64_t percent)
{
    return random_below(&venue->random, 100) < percent;
}

static void write_side(struct text *text, const uint8_t *sizes, const bool *which, size_t from)
{
    bool first = true;
    for (size_t i = from; i < from + PRICES; i++) {
        if (!which[i])
            continue;
        text_format(text, "%s[\"%zu\",\"%u\"]", first ? "" : ",", i + 1, (unsigned int)sizes[i]);
        first = false;
    }
}

/* One to three updates in one delta, which the stream may lose or double. */
static void venue_trades(struct venue *venue)
{
    bool changed[2 * PRICES] = {false};
    uint64_t first = venue->id + 1;
    for (uint64_t left = 1 + random_below(&venue->random, 3); left > 0; left--) {
        size_t price = random_below(&venue->random, sizeof changed);
        memcpy(venue->sizes[venue->id + 1], venue->sizes[venue->id], sizeof venue->sizes[0]);
        venue->sizes[++venue->id][price] = (uint8_t)random_below(&venue->random, 4);
        changed[price] = true;
    }
    char frame[600];
    struct text text = text_over(frame, sizeof frame);
    text_format(&text,
                "{\"stream\":\"bnbbtc@depth@100ms\",\"data\":{\"E\":1,\"s\":\"BNBBTC\","
                "\"U\":%llu,\"u\":%llu,\"b\":[",
                (unsigned long long)first, (unsigned long long)venue->id);
    write_side(&text, venue->sizes[venue->id], changed, 0);
    text_literal(&text, "],\"a\":[");
    write_side(&text, venue->sizes[venue->id], changed, PRICES);
    text_literal(&text, "]}}");
    text_terminate(&text);
    ck_assert(!text.overflow);
    for (int copies = chance(venue, 97) + chance(venue, 3); copies > 0; copies--) {
        stage_send(stage, frame);
        venue->delivered = venue->id;
    }
}

/* A reply may be older than the stream, or ahead of what the stream will ever bring. */
static void venue_answers(struct venue *venue)
{
    uint64_t late = random_below(&venue->random, 6), id = venue->id > late ? venue->id - late : 1;
    bool there[2 * PRICES];
    char body[600];
    struct text text = text_over(body, sizeof body);
    for (size_t i = 0; i < sizeof there; i++)
        there[i] = venue->sizes[id][i] > 0;
    text_format(&text, "{\"lastUpdateId\":%llu,\"bids\":[", (unsigned long long)id);
    write_side(&text, venue->sizes[id], there, 0);
    text_literal(&text, "],\"asks\":[");
    write_side(&text, venue->sizes[id], there, PRICES);
    text_literal(&text, "]}");
    enum snapshot_result result =
        intake_snapshot(stage->intake, 0, text_slice(&text), stage->now_ns);
    if (result == SNAPSHOT_TOO_OLD)
        intake_snapshot_retry(stage->intake, 0);
    ck_assert_int_ne(result, SNAPSHOT_REFUSED);
}

static void step_side(struct text *text, const struct venue *venue, const bool *which, bool asks)
{
    for (size_t i = asks ? PRICES : 0; i < (asks ? 2 * PRICES : PRICES); i++)
        if (which[i])
            text_format(text, "%c%zuz%u", asks ? 'A' : 'B', i + 1,
                        (unsigned int)venue->sizes[venue->id][i]);
}

/* A message of a stream that steps: the whole, or the one price that changed. */
static void venue_says(struct venue *venue, bool whole, size_t price)
{
    bool which[2 * PRICES] = {false};
    char frame[300];
    struct text text = text_over(frame, sizeof frame);
    which[price] = true;
    for (size_t i = 0; whole && i < sizeof which; i++)
        which[i] = venue->sizes[venue->id][i] > 0;
    text_format(&text, "book.BNBBTC %su%llu", whole ? "s" : "", (unsigned long long)venue->id);
    step_side(&text, venue, which, false);
    step_side(&text, venue, which, true);
    text_terminate(&text);
    stage_send(stage, frame);
    venue->delivered = venue->id;
}

/* One update, which the stream may lose or double. */
static void venue_steps(struct venue *venue, bool subscribed)
{
    size_t price = random_below(&venue->random, 2 * PRICES);
    memcpy(venue->sizes[venue->id + 1], venue->sizes[venue->id], sizeof venue->sizes[0]);
    venue->sizes[++venue->id][price] = (uint8_t)random_below(&venue->random, 4);
    for (int copies = chance(venue, 98) + chance(venue, 3); subscribed && copies > 0; copies--)
        venue_says(venue, false, price);
}

struct reader {
    struct book *book;
    uint64_t seq, id;
    bool valid;
    size_t compared;
};

static void compare(struct reader *reader, const struct venue *venue)
{
    const uint8_t *sizes = venue->sizes[reader->id];
    size_t bids = 0, asks = 0;
    for (size_t i = 0; i < 2 * PRICES; i++) {
        if (sizes[i] == 0)
            continue;
        size_t from_top = i < PRICES ? book_bid_count(reader->book) - 1 - bids++ : asks++;
        const struct level *level =
            i < PRICES ? book_bid(reader->book, from_top) : book_ask(reader->book, from_top);
        ck_assert_msg(level->price.low == i + 1 && level->size.low == sizes[i],
                      "the book at %llu is wrong", (unsigned long long)reader->id);
    }
    ck_assert(bids == book_bid_count(reader->book) && asks == book_ask_count(reader->book));
    reader->compared++;
}

/* What any subscriber does: a hole or a state worse than stale makes its book invalid until an
 * image comes. */
static void read_all(struct reader *reader, const struct venue *venue)
{
    for (size_t i = 0; i < stage->count; i++) {
        const struct event *event = stage->events[i];
        if (event->kind == KIND_BOOK) {
            const struct level *bids = event_bids_of(event), *asks = event_asks_of(event);
            const struct book_change *change = &event->book;
            ck_assert_uint_gt(event->seq, reader->seq);
            reader->valid &= event->seq == reader->seq + 1 && event->state <= TOPIC_STALE;
            reader->seq = event->seq;
            if (event->update == UPDATE_SNAPSHOT && event->state == TOPIC_OK) {
                book_replace(reader->book, bids, change->bid_count, asks, change->ask_count);
                reader->valid = true;
            } else if (event->update == UPDATE_DELTA && reader->valid) {
                book_apply(reader->book, bids, change->bid_count, asks, change->ask_count);
            }
            if (event->update != UPDATE_STATE)
                reader->id = change->last_update_id;
            if (reader->valid)
                compare(reader, venue);
        }
    }
}

START_TEST(book_that_says_ok_is_the_exchanges_whatever_was_lost)
{
    static struct venue venue;
    struct reader reader = {.book = book_new(PRICES)};
    struct want want = stage_want(0, KIND_BOOK, "");
    uint32_t answered = 0;
    random_seed(&venue.random, 17);
    stage = stage_new(&exchange_binance, 2048);
    ck_assert(intake_add(stage->intake, &want, stage->now_ns));
    while (venue.id + 3 < UPDATES) {
        stage->full = chance(&venue, 3);
        if (chance(&venue, 70))
            venue_trades(&venue);
        if (answered < stage->asked[0] && chance(&venue, 30)) {
            answered = stage->asked[0];
            venue_answers(&venue);
        }
        if (chance(&venue, 1))
            intake_topic_down(stage->intake, 0, REASON_RESET, stage->now_ns);
        if (chance(&venue, 1)) {
            want.generation++;
            ck_assert(intake_add(stage->intake, &want, stage->now_ns));
        }
        if (chance(&venue, 5))
            intake_settle(stage->intake, stage->now_ns);
        stage->full = chance(&venue, 3);
        stage->flush_fails = chance(&venue, 5);
        if (!chance(&venue, 50))
            continue;
        intake_flush(stage->intake, stage->now_ns);
        if (!stage->flush_fails)
            read_all(&reader, &venue);
        if (!stage->flush_fails && !stage->full && reader.valid)
            ck_assert_uint_ge(reader.id, venue.delivered);
        stage_clear(stage); /* a batch whose flush failed never arrives */
    }
    ck_assert_uint_gt(reader.compared, UPDATES / 20);
    book_destroy(&reader.book);
    stage_destroy(&stage);
}
END_TEST

/* What can be lost between us and the sink, and a new generation now and then. */
static void disturb(struct venue *venue, struct want *want)
{
    stage->full = chance(venue, 2);
    if (!chance(venue, 1))
        return;
    want->generation++;
    ck_assert(intake_add(stage->intake, want, stage->now_ns));
}

START_TEST(stepped_book_that_says_ok_is_the_exchanges_whatever_was_lost)
{
    static struct venue venue;
    struct reader reader = {.book = book_new(PRICES)};
    struct want want = stage_want(0, KIND_BOOK, "");
    uint32_t answered = 0;
    bool live = true, subscribed = false;
    venue.id = 1;
    random_seed(&venue.random, 18);
    stage = stage_new(&exchange_venue, 2048);
    ck_assert(intake_add(stage->intake, &want, stage->now_ns));
    uint32_t key = stage_key(stage, 0, "book.BNBBTC");
    while (venue.id + 3 < UPDATES) {
        disturb(&venue, &want);
        venue_steps(&venue, subscribed);
        if (chance(&venue, 1)) {
            live = !live;
            subscribed = false;
            if (live)
                intake_key_up(stage->intake, key, stage->now_ns);
            else
                intake_key_down(stage->intake, key, REASON_RESET, stage->now_ns);
        }
        if (live && (!subscribed || answered < stage->renewed[key]) && chance(&venue, 30)) {
            answered = stage->renewed[key];
            subscribed = true;
            venue_says(&venue, true, 0);
        }
        if (live && chance(&venue, 1))
            intake_key_overdue(stage->intake, key, stage->now_ns);
        stage->flush_fails = chance(&venue, 5);
        if (!chance(&venue, 50))
            continue;
        intake_flush(stage->intake, stage->now_ns);
        if (!stage->flush_fails)
            read_all(&reader, &venue);
        stage_clear(stage); /* a batch whose flush failed never arrives */
    }
    ck_assert_uint_gt(reader.compared, UPDATES / 5);
    book_destroy(&reader.book);
    stage_destroy(&stage);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("connectors_intake_loss");
    TCase *tests = tcase_create("intake");
    tcase_add_test(tests, book_that_says_ok_is_the_exchanges_whatever_was_lost);
    tcase_add_test(tests, stepped_book_that_says_ok_is_the_exchanges_whatever_was_lost);
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? 0 : 1;
}
