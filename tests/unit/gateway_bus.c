/* SPDX-License-Identifier: Apache-2.0 */
/* The bus is tested as its two users see it: a connector's sink on one side, the manager on the
 * other. */
#include "gateway/bus.h"

#include "common/thread.h"
#include "tests/unit/feed_fixture.h"

#include <stdatomic.h>

#define BATCH_MAX 65536
#define QUEUE_MAX 1048576

static void *context;

static void setup(void)
{
    context = zmq_ctx_new();
}

static void teardown(void)
{
    zmq_ctx_term(context);
}

static bool push(struct sink *sink, uint32_t slot, uint64_t seq)
{
    struct event event;
    event_begin(&event, KIND_TRADE);
    event.slot = slot;
    event.seq = seq;
    event.ts_received = (int64_t)(seq * 3);
    return sink->event(sink, &event);
}

struct taken {
    uint64_t events;
    uint64_t next[4]; /* seq of each slot */
    uint64_t holes;
    uint16_t connector;
};

static void take(void *argument, struct event *event)
{
    struct taken *taken = argument;
    ck_assert_uint_eq((uintptr_t)event % 16, 0);
    ck_assert_uint_lt(event->slot, 4);
    ck_assert_int_eq(event->ts_received, (int64_t)(event->seq * 3));
    ck_assert_uint_ge(event->seq, taken->next[event->slot]);
    taken->holes += event->seq - taken->next[event->slot];
    taken->next[event->slot] = event->seq + 1;
    taken->connector = event->connector;
    taken->events++;
    event->state = TOPIC_DOWN; /* the manager may change what it is given */
}

static uint64_t drain(struct bus *bus, struct taken *taken)
{
    uint64_t messages = 0;
    while (bus_receive(bus, take, taken))
        messages++;
    return messages;
}

START_TEST(bus_brings_the_events_of_a_wake_up_as_one_message)
{
    struct bus *bus = bus_new(context, BATCH_MAX, QUEUE_MAX);
    struct sink *sink = bus_sink_new(bus, 7);
    struct taken taken = {0};
    ck_assert(!bus_receive(bus, take, &taken));
    for (uint64_t i = 0; i < 10; i++)
        ck_assert(push(sink, (uint32_t)i % 2, i / 2));
    ck_assert(!bus_receive(bus, take, &taken)); /* not before the flush */
    ck_assert(sink->flush(sink));
    ck_assert(sink->flush(sink)); /* there is nothing more */
    ck_assert(readable(bus_socket(bus), PATIENCE_MS));
    ck_assert_uint_eq(drain(bus, &taken), 1);
    ck_assert_uint_eq(taken.events, 10);
    ck_assert_uint_eq(taken.holes, 0);
    ck_assert_uint_eq(taken.connector, 7);
    ck_assert_uint_eq(bus_dropped(bus), 0);
    bus_sink_destroy(&sink);
    bus_sink_destroy(&sink);
    bus_destroy(&bus);
    bus_destroy(&bus);
}
END_TEST

static void take_book(void *argument, struct event *event)
{
    uint32_t *levels = argument;
    ck_assert_uint_eq(event->kind, KIND_BOOK);
    for (uint32_t i = 0; i < event->book.bid_count; i++)
        ck_assert_uint_eq(event_bids(event)[i].price.low, i);
    for (uint32_t i = 0; i < event->book.ask_count; i++)
        ck_assert_uint_eq(event_asks(event)[i].price.low, 1000 + i);
    *levels += event->book.bid_count + event->book.ask_count;
}

START_TEST(bus_carries_books_with_all_their_levels)
{
    struct bus *bus = bus_new(context, BATCH_MAX, QUEUE_MAX);
    struct sink *sink = bus_sink_new(bus, 0);
    struct event *event = aligned_alloc(16, event_size(KIND_BOOK, 300));
    uint32_t levels = 0;
    event_begin(event, KIND_BOOK);
    event->book.bid_count = 100;
    event->book.ask_count = 200;
    event->size = (uint32_t)event_size(KIND_BOOK, 300);
    for (uint32_t i = 0; i < 100; i++)
        event_bids(event)[i] = (struct level){.price = {.low = i}};
    for (uint32_t i = 0; i < 200; i++)
        event_asks(event)[i] = (struct level){.price = {.low = 1000 + i}};
    for (int i = 0; i < 20; i++) /* more than one batch holds */
        ck_assert(sink->event(sink, event));
    ck_assert(sink->flush(sink));
    while (bus_receive(bus, take_book, &levels))
        continue;
    ck_assert_uint_eq(levels, 20 * 300);
    free(event);
    bus_sink_destroy(&sink);
    bus_destroy(&bus);
}
END_TEST

START_TEST(bus_drops_and_counts_when_it_is_full_and_takes_again_when_it_is_drained)
{
    struct bus *bus = bus_new(context, BATCH_MAX, 8192);
    struct sink *sink = bus_sink_new(bus, 0);
    struct taken taken = {0};
    uint64_t seq = 0;
    do {
        ck_assert(push(sink, 0, seq));
        seq++;
    } while (sink->flush(sink));
    ck_assert_uint_eq(bus_dropped(bus), 1);
    drain(bus, &taken);
    ck_assert_uint_eq(taken.events, seq - 1);
    ck_assert(push(sink, 0, seq));
    ck_assert(sink->flush(sink));
    drain(bus, &taken);
    ck_assert_uint_eq(taken.events, seq);
    ck_assert_uint_eq(taken.holes, 1);
    bus_sink_destroy(&sink);
    bus_destroy(&bus);
}
END_TEST

/* A wake-up that needs two blocks and loses the first must not end as if nothing had happened: the
 * events in it were promised their way. */
START_TEST(bus_says_at_the_flush_that_a_block_before_it_was_lost)
{
    size_t size = event_size(KIND_TRADE, 0), batch = 16 + 4 * size;
    struct bus *bus = bus_new(context, batch, batch);
    struct sink *sink = bus_sink_new(bus, 0);
    struct taken taken = {0};
    uint64_t seq = 0;
    for (int i = 0; i < 4; i++)
        ck_assert(push(sink, 0, seq++));
    ck_assert(sink->flush(sink)); /* the queue is full now */
    for (int i = 0; i < 4; i++)
        ck_assert(push(sink, 0, seq++));
    ck_assert(push(sink, 0, seq++)); /* these four went to make room for it */
    ck_assert_uint_eq(bus_dropped(bus), 4);
    drain(bus, &taken);
    ck_assert(!sink->flush(sink));
    ck_assert_uint_eq(bus_dropped(bus), 4);
    drain(bus, &taken);
    ck_assert_uint_eq(taken.events, 5);
    ck_assert_uint_eq(taken.holes, 4);
    ck_assert(push(sink, 0, seq++));
    ck_assert(sink->flush(sink)); /* and it is said once */
    bus_sink_destroy(&sink);
    bus_destroy(&bus);
}
END_TEST

START_TEST(bus_counts_an_event_that_fits_no_block_and_keeps_the_others)
{
    struct bus *bus = bus_new(context, 1024, QUEUE_MAX);
    struct sink *sink = bus_sink_new(bus, 0);
    struct taken taken = {0};
    struct event *large = aligned_alloc(16, event_size(KIND_BOOK, 100));
    event_begin(large, KIND_BOOK);
    large->book.bid_count = 100;
    large->size = (uint32_t)event_size(KIND_BOOK, 100);
    memset((void *)event_bids(large), 0, 100 * sizeof(struct level));
    ck_assert(push(sink, 0, 0));
    ck_assert(!sink->event(sink, large));
    ck_assert(push(sink, 0, 1));
    ck_assert(sink->flush(sink));
    drain(bus, &taken);
    ck_assert_uint_eq(taken.events, 2);
    ck_assert_uint_eq(bus_dropped(bus), 1);
    free(large);
    bus_sink_destroy(&sink);
    bus_destroy(&bus);
}
END_TEST

#define WAKE_UPS 2000
#define BURST    20

struct connector {
    struct thread thread;
    struct sink *sink;
    atomic_uint_fast64_t lost; /* by its own count */
    atomic_bool done;
};

static void run_connector(void *argument)
{
    struct connector *connector = argument;
    for (uint64_t i = 0; i < WAKE_UPS; i++) {
        uint64_t refused = 0;
        for (uint64_t k = 0; k < BURST; k++)
            refused += !push(connector->sink, (uint32_t)(k % 4), (i * BURST + k) / 4);
        bool flushed = connector->sink->flush(connector->sink);
        atomic_fetch_add(&connector->lost, flushed ? refused : BURST);
    }
    atomic_store(&connector->done, true);
}

START_TEST(bus_between_threads_loses_only_what_it_counts)
{
    struct bus *bus = bus_new(context, BATCH_MAX, BATCH_MAX);
    static struct connector connector;
    struct taken taken = {0};
    connector.sink = bus_sink_new(bus, 3);
    ck_assert(thread_start(&connector.thread, "feed/test", run_connector, &connector));
    bool done = false;
    while (!done) {
        done = atomic_load(&connector.done);
        readable(bus_socket(bus), done ? 0 : 10);
        drain(bus, &taken);
    }
    thread_join(&connector.thread);
    ck_assert_uint_eq(taken.events + bus_dropped(bus), WAKE_UPS * BURST);
    ck_assert_uint_eq(atomic_load(&connector.lost), bus_dropped(bus));
    ck_assert_uint_eq(taken.connector, 3);
    bus_sink_destroy(&connector.sink);
    bus_destroy(&bus);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("gateway_bus");
    TCase *tests = tcase_create("bus");
    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_add_test(tests, bus_brings_the_events_of_a_wake_up_as_one_message);
    tcase_add_test(tests, bus_carries_books_with_all_their_levels);
    tcase_add_test(tests, bus_drops_and_counts_when_it_is_full_and_takes_again_when_it_is_drained);
    tcase_add_test(tests, bus_says_at_the_flush_that_a_block_before_it_was_lost);
    tcase_add_test(tests, bus_counts_an_event_that_fits_no_block_and_keeps_the_others);
    tcase_add_test(tests, bus_between_threads_loses_only_what_it_counts);
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? 0 : 1;
}
