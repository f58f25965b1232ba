/* SPDX-License-Identifier: Apache-2.0 */
/* The made-up market keeps what a market keeps, over a million steps: no crossed book, no hole in
 * an id, and whoever follows the changes has the book. */
#include "common/clock.h"
#include "tests/sim/dialects.h"
#include "tests/sim/market.h"
#include "tests/sim/replica.h"

#include <check.h>
#include <stdlib.h>

#define STEPS   1000000
#define SYMBOLS 3
#define NOW_MS  INT64_C(1795552440000)

static struct market *new_market(uint64_t seed, uint32_t depth)
{
    struct market *market =
        market_new(seed, SYMBOLS, depth, dialects_find(SLICE("binance")), NOW_MS);
    ck_assert_ptr_nonnull(market);
    return market;
}

/* Checks are many, and a ck_assert that holds costs as much as a step: these say what they found.
 */
static bool book_is_good(const struct book *book)
{
    bool good = book_best(book, BOOK_BIDS)->price < book_best(book, BOOK_ASKS)->price;
    for (int which = BOOK_BIDS; which <= BOOK_ASKS; which++) {
        const struct book_levels *side = &book->sides[which];
        good = good && side->count > 0 && side->count <= book->depth &&
               side->begin + side->count <= side->room;
        for (uint32_t i = 0; good && i < side->count; i++) {
            const struct book_level *level = &side->row[side->begin + i];
            good = level->size > 0 && level->price > 0 &&
                   (i == 0 || (level[-1].price > level->price) == (which == BOOK_BIDS)) &&
                   (i == 0 || level[-1].price != level->price);
        }
    }
    return good;
}

static bool changes_are_good(const struct book_changes *changes)
{
    bool good = changes->counts[BOOK_BIDS] + changes->counts[BOOK_ASKS] > 0;
    for (int side = BOOK_BIDS; side <= BOOK_ASKS; side++)
        for (uint32_t i = 1; i < changes->counts[side]; i++) {
            int64_t step = changes->levels[side][i].price - changes->levels[side][i - 1].price;
            good = good && (side == BOOK_BIDS ? step < 0 : step > 0);
        }
    return good;
}

START_TEST(a_book_is_never_crossed_over_a_million_changes)
{
    struct book book;
    struct book_changes changes;
    struct random random;
    random_seed(&random, 1);
    for (uint32_t depth = BOOK_DEPTH_MIN; depth <= 500; depth *= 10) {
        bool good = true;
        ck_assert(book_init(&book, depth, 50000, 12, &random));
        for (int i = 0; i < STEPS && good; i++) {
            book_change(&book, &random, &changes);
            int64_t bid = book_best(&book, BOOK_BIDS)->price;
            good = changes_are_good(&changes) && bid < book_best(&book, BOOK_ASKS)->price &&
                   bid >= 25000 - 100 && bid <= 100000 + 100;
            if (i % 1000 == 0)
                good = good && book_is_good(&book);
        }
        ck_assert(good && book_is_good(&book));
        book_fini(&book);
    }
}
END_TEST

static void check_replica(struct market *market, const struct replica *replica, uint32_t index)
{
    struct dialect_book book;
    market_levels(market, index, MARKET_DEPTH_MAX, &book);
    ck_assert_uint_eq(replica->last_id, book.last_id);
    ck_assert_uint_eq(replica->counts[0], book.bid_count);
    ck_assert_uint_eq(replica->counts[1], book.ask_count);
    ck_assert_mem_eq(replica->levels[0], book.bids, book.bid_count * sizeof *book.bids);
    ck_assert_mem_eq(replica->levels[1], book.asks, book.ask_count * sizeof *book.asks);
}

START_TEST(whoever_follows_the_changes_has_the_book)
{
    struct market *market = new_market(2, 100);
    struct replica replicas[SYMBOLS] = {{.last_id = 0}};
    struct random random;
    struct dialect_event event;
    bool good = true;
    random_seed(&random, 3);
    for (uint32_t i = 0; i < SYMBOLS; i++) {
        market_levels(market, i, MARKET_DEPTH_MAX, &event.book);
        ck_assert(replica_replace(&replicas[i], &event.book));
    }
    for (int i = 0; i < STEPS && good; i++) {
        uint32_t index = (uint32_t)random_below(&random, SYMBOLS);
        if (random_below(&random, 3) == 0) {
            uint64_t before = market->instruments[index].update_id;
            market_top(market, index, &event);
            good = event.top_id == before + 1 &&
                   decimal_compare(&event.bid.price, &event.ask.price) < 0;
        } else {
            market_change(market, index, false, &event);
            good = event.book.first_id == replicas[index].last_id + 1 &&
                   event.book.last_id >= event.book.first_id &&
                   replica_apply(&replicas[index], &event.book);
        }
        if (i % 5000 == 0)
            check_replica(market, &replicas[index], index);
    }
    ck_assert(good);
    for (uint32_t i = 0; i < SYMBOLS; i++) {
        check_replica(market, &replicas[i], i);
        replica_fini(&replicas[i]);
    }
    market_destroy(&market);
}
END_TEST

START_TEST(bars_come_to_the_sum_of_their_trades)
{
    struct market *market = new_market(4, 50);
    struct instrument *instrument = &market->instruments[0];
    struct dialect_event event = {.time_ns = NOW_MS * NS_PER_MS};
    struct bar bar;
    bool good = true;
    bar_sum volume = 0, turnover = 0, taker = 0;
    int64_t high = 0, low = INT64_MAX;
    uint64_t last_id = instrument->trade_id;
    bar_begin(&bar, NOW_MS, NOW_MS + 59999, instrument->last_price);
    for (int i = 0; i < STEPS; i++) {
        market_change(market, 0, false, &event);
        market_trade(market, 0, 1, &event);
        bool sell = event.trades.rows->sell;
        good = good && event.trades.rows->id == ++last_id &&
               instrument->last_price ==
                   book_best(&instrument->book, sell ? BOOK_BIDS : BOOK_ASKS)->price;
        bar_add(&bar, &instrument->scale, market->raw);
        uint64_t size = (uint64_t)instrument->last_size;
        volume += size;
        turnover += (bar_sum)size * (uint64_t)instrument->last_price;
        taker += sell ? 0 : size;
        high = instrument->last_price > high ? instrument->last_price : high;
        low = instrument->last_price < low ? instrument->last_price : low;
    }
    ck_assert(good);
    ck_assert(bar.volume == volume && bar.turnover == turnover && bar.taker_volume == taker);
    ck_assert(bar.high == high && bar.low == low && bar.close == instrument->last_price);
    ck_assert_uint_eq(bar.trades, STEPS);
    ck_assert_uint_eq(bar.last_id - bar.first_id, STEPS - 1);
    market_destroy(&market);
}
END_TEST

START_TEST(a_seed_makes_the_same_market_again_and_another_another)
{
    struct market *markets[] = {new_market(7, 20), new_market(7, 20), new_market(8, 20)};
    uint32_t differ = 0;
    for (int i = 0; i < 10000; i++) {
        struct dialect_event events[3];
        for (int k = 0; k < 3; k++) {
            memset(&events[k], 0, sizeof events[k]);
            events[k].time_ns = NOW_MS * NS_PER_MS;
            market_change(markets[k], 1, false, &events[k]);
            market_trade(markets[k], 1, 1, &events[k]);
        }
        const struct dialect_trade *trades[] = {events[0].trades.rows, events[1].trades.rows,
                                                events[2].trades.rows};
        ck_assert_uint_eq(trades[0]->id, trades[1]->id);
        ck_assert_mem_eq(&trades[0]->price, &trades[1]->price, sizeof(struct decimal));
        ck_assert_mem_eq(&trades[0]->size, &trades[1]->size, sizeof(struct decimal));
        differ += decimal_compare(&trades[0]->size, &trades[2]->size) != 0;
    }
    ck_assert_uint_gt(differ, 5000);
    for (int k = 0; k < 3; k++)
        market_destroy(&markets[k]);
}
END_TEST

START_TEST(a_span_holds_its_moment_and_touches_its_neighbours)
{
    static const uint32_t periods[] = {1,     60,     180,    300,          900,   1800,
                                       3600,  7200,   14400,  21600,        28800, 43200,
                                       86400, 259200, 604800, DIALECT_MONTH};
    for (size_t i = 0; i < sizeof periods / sizeof *periods; i++) {
        int64_t open_ms, close_ms, at_ms = NOW_MS;
        for (int k = 0; k < 30; k++) {
            bar_span(periods[i], at_ms, &open_ms, &close_ms);
            ck_assert(open_ms <= at_ms && at_ms <= close_ms);
            ck_assert_int_eq(open_ms % 1000, 0);
            int64_t next_open_ms, next_close_ms;
            bar_span(periods[i], close_ms, &next_open_ms, &next_close_ms);
            ck_assert(next_open_ms == open_ms && next_close_ms == close_ms);
            at_ms = close_ms + 1;
            bar_span(periods[i], at_ms, &next_open_ms, &next_close_ms);
            ck_assert_int_eq(next_open_ms, at_ms);
        }
    }
}
END_TEST

START_TEST(weeks_begin_on_monday_and_months_on_the_first)
{
    int64_t open_ms, close_ms;
    bar_span(604800, INT64_C(1795552440000), &open_ms, &close_ms); /* Tue 2026-11-24 */
    ck_assert_int_eq(open_ms, INT64_C(1795392000000));             /* Mon 2026-11-23 */
    bar_span(DIALECT_MONTH, INT64_C(1795552440000), &open_ms, &close_ms);
    ck_assert_int_eq(open_ms, INT64_C(1793491200000));  /* 2026-11-01 */
    ck_assert_int_eq(close_ms, INT64_C(1796083199999)); /* 2026-11-30 23:59:59.999 */
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("sim_market");
    TCase *tests = tcase_create("market");
    tcase_add_test(tests, a_book_is_never_crossed_over_a_million_changes);
    tcase_add_test(tests, whoever_follows_the_changes_has_the_book);
    tcase_add_test(tests, bars_come_to_the_sum_of_their_trades);
    tcase_add_test(tests, a_seed_makes_the_same_market_again_and_another_another);
    tcase_add_test(tests, a_span_holds_its_moment_and_touches_its_neighbours);
    tcase_add_test(tests, weeks_begin_on_monday_and_months_on_the_first);
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? 0 : 1;
}
