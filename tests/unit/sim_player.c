/* SPDX-License-Identifier: Apache-2.0 */
/* Recordings: at every moment of one the book that is given joins what is still to come. */
#include "tests/sim/dialects.h"
#include "tests/sim/player.h"
#include "tests/sim/replica.h"

#include "common/clock.h"

#include <check.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define LEVELS_MAX 16

static char directory[] = "/tmp/sim_player.XXXXXX";
static struct dialect_level levels[2][LEVELS_MAX];

static void write_file(const char *name, const char *content)
{
    char path[128];
    snprintf(path, sizeof path, "%s/%s", directory, name);
    FILE *file = fopen(path, "w");
    ck_assert_ptr_nonnull(file);
    fputs(content, file);
    fclose(file);
}

static void begin(void)
{
    ck_assert_ptr_nonnull(mkdtemp(directory));
}

static void finish(void)
{
    static const char *const names[] = {"r.jsonl", "r.ts", "r.conn", "r.conns.json"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        char path[128];
        snprintf(path, sizeof path, "%s/%s", directory, names[i]);
        unlink(path);
    }
    rmdir(directory);
}

static struct player *open_player(void)
{
    char path[128];
    const char *why = NULL;
    snprintf(path, sizeof path, "%s/r.jsonl", directory);
    struct player *player = player_open(path, dialects_find(SLICE("binance")), NS_PER_MS, &why);
    ck_assert_msg(player != NULL, "%s", why);
    return player;
}

#define DEPTH(first, last, bids, asks)                                                             \
    "{\"stream\":\"abcusdt@depth@100ms\",\"data\":{\"e\":\"depthUpdate\",\"s\":\"ABCUSDT\","       \
    "\"U\":" #first ",\"u\":" #last ",\"b\":[" bids "],\"a\":[" asks "]}}\n"
#define TRADE                                                                                      \
    "{\"stream\":\"abcusdt@trade\",\"data\":{\"e\":\"trade\",\"s\":\"ABCUSDT\",\"t\":1}}\n"

/* The reply of update 12 came after the changes up to 13 had. */
static const char *const recording[] = {
    DEPTH(10, 11, "[\"1.0\",\"9\"]", ""),
    TRADE,
    DEPTH(12, 12, "[\"0.9\",\"1\"]", ""),
    DEPTH(13, 13, "[\"0.9\",\"3\"]", "[\"1.4\",\"4\"]"),
    "{\"lastUpdateId\":12,\"bids\":[[\"1.0\",\"2\"],[\"0.9\",\"1\"]],\"asks\":[[\"1.2\",\"1\"]]}\n",
    DEPTH(14, 15, "[\"1.0\",\"0.000\"]", ""),
    "not a line\n",
    DEPTH(16, 16, "[\"1.1\",\"5\"]", "[\"1.2\",\"0\"]"),
};

static void write_recording(void)
{
    char memory[4096];
    struct text text = text_over(memory, sizeof memory);
    for (size_t i = 0; i < sizeof recording / sizeof *recording; i++)
        text_append(&text, slice_of(recording[i]));
    text_terminate(&text);
    ck_assert(!text.overflow);
    write_file("r.jsonl", memory);
}

static void check_levels(const struct dialect_level *got, uint32_t count, const char *expected)
{
    char memory[256];
    struct text text = text_over(memory, sizeof memory);
    for (uint32_t i = 0; i < count; i++) {
        decimal_write(&text, &got[i].price);
        text_literal(&text, ":");
        decimal_write(&text, &got[i].size);
        text_literal(&text, " ");
    }
    text_terminate(&text);
    ck_assert_str_eq(memory, expected);
}

/* From wherever one asks, the book and what follows come to the same end. */
static void expect_joined(uint32_t taken)
{
    struct player *player = open_player();
    struct replica replica = {.last_id = 0};
    struct dialect_book book;
    struct slice payload;
    uint32_t place;
    uint64_t subscribed_at = 0;
    for (uint32_t i = 0; i < taken; i++)
        player_take(player, &place, &payload);
    player_book(player, 0, LEVELS_MAX, &book);
    ck_assert(replica_replace(&replica, &book));
    while (player_next_ns(player) != INT64_MAX) {
        if (!player_take(player, &place, &payload) ||
            !dialects_find(SLICE("binance"))
                 ->read_book(payload, &book, levels[0], levels[1], LEVELS_MAX))
            continue;
        if (subscribed_at == 0)
            subscribed_at = book.first_id;
        ck_assert_uint_ge(replica.last_id + 1, subscribed_at);
        ck_assert_uint_le(book.first_id, replica.last_id + 1);
        ck_assert(replica_apply(&replica, &book));
    }
    check_levels(replica.levels[0], replica.counts[0], "1.1:5 0.9:3 ");
    check_levels(replica.levels[1], replica.counts[1], "1.4:4 ");
    ck_assert_uint_eq(replica.last_id, 16);
    replica_fini(&replica);
    player_close(&player);
}

START_TEST(a_book_joins_what_is_still_to_come)
{
    begin();
    write_recording();
    for (uint32_t taken = 0; taken < 7; taken++)
        expect_joined(taken);
    finish();
}
END_TEST

START_TEST(what_is_listed_is_what_occurs)
{
    struct slice key;
    struct dialect_stream what;
    struct dialect_instrument instrument;
    uint32_t index;
    begin();
    write_recording();
    struct player *player = open_player();
    ck_assert_uint_eq(player_instrument_count(player), 1);
    ck_assert(player_find(player, SLICE("ABCUSDT"), &index) && index == 0);
    ck_assert(!player_find(player, SLICE("BTCUSDT"), &index));
    player_instrument(player, 0, &instrument);
    ck_assert(slice_equal(instrument.base, SLICE("ABC")));
    ck_assert(player_stream(player, 1, &key, &what, &index));
    ck_assert(slice_equal(key, SLICE("abcusdt@trade")) && what.channel == DIALECT_TRADE);
    ck_assert(!player_stream(player, 2, &key, &what, &index));
    player_close(&player);
    finish();
}
END_TEST

START_TEST(lines_come_at_their_own_time)
{
    static const int64_t expected[] = {0, 5, 5, 5, 9, 20, 30};
    struct slice payload;
    uint32_t place;
    begin();
    write_recording();
    write_file("r.ts", "1617647603424944900\n1617647603424944905\n1617647603424944905\n"
                       "1617647603424944903\n1617647603424944909\n1617647603424944920\n"
                       "1617647603424944925\n1617647603424944930\n");
    struct player *player = open_player();
    for (size_t i = 0; i < sizeof expected / sizeof *expected; i++) {
        ck_assert_int_eq(player_next_ns(player), expected[i]);
        player_take(player, &place, &payload);
    }
    ck_assert_int_eq(player_next_ns(player), INT64_MAX);
    player_close(&player);
    finish();
}
END_TEST

START_TEST(a_reply_belongs_to_whose_book_its_connection_asked_for)
{
    struct dialect_book book;
    uint32_t index;
    begin();
    write_file("r.jsonl", "{\"stream\":\"xyzbtc@trade\",\"data\":{\"s\":\"XYZBTC\"}}\n"
                          "{\"lastUpdateId\":7,\"bids\":[],\"asks\":[[\"3\",\"1\"]]}\n"
                          "{\"lastUpdateId\":8,\"bids\":[],\"asks\":[]}\n");
    write_file("r.conn", "ws1\nhttp0\nhttp1\n");
    write_file("r.conns.json",
               "{\"ws1\":{\"url\":\"wss://x/stream\"},\"rest\":\"a note\",\n"
               "\"http0\":{\"url\":\"https://x/api/v1/depth?symbol=ABCUSDT&limit=1000\"}}");
    struct player *player = open_player();
    ck_assert(player_find(player, SLICE("ABCUSDT"), &index));
    player_book(player, index, LEVELS_MAX, &book);
    ck_assert(book.last_id == 7 && book.ask_count == 1);
    player_book(player, index, 0, &book);
    ck_assert_uint_eq(book.ask_count, 0);
    ck_assert(player_find(player, SLICE("XYZBTC"), &index));
    player_book(player, index, LEVELS_MAX, &book);
    ck_assert_uint_eq(book.last_id, 0);
    player_close(&player);
    finish();
}
END_TEST

START_TEST(without_a_reply_the_changes_alone_are_the_book)
{
    struct dialect_book book;
    struct slice payload;
    uint32_t place;
    begin();
    write_file("r.jsonl", DEPTH(1, 2, "[\"1\",\"1\"]", "") DEPTH(3, 3, "", "[\"2\",\"2\"]"));
    struct player *player = open_player();
    player_take(player, &place, &payload);
    player_take(player, &place, &payload);
    player_book(player, 0, LEVELS_MAX, &book);
    ck_assert_uint_eq(book.last_id, 3);
    check_levels(book.bids, book.bid_count, "1:1 ");
    check_levels(book.asks, book.ask_count, "2:2 ");
    player_close(&player);
    finish();
}
END_TEST

START_TEST(what_cannot_be_played_is_refused)
{
    const char *why = NULL;
    ck_assert_ptr_null(player_open("/nowhere.jsonl", dialects_find(SLICE("binance")), 1, &why));
    ck_assert_ptr_nonnull(why);
    begin();
    char path[128];
    snprintf(path, sizeof path, "%s/r.jsonl", directory);
    write_file("r.jsonl", "");
    ck_assert_ptr_null(player_open(path, dialects_find(SLICE("binance")), 1, &why));
    write_file("r.jsonl", "{\"result\":null,\"id\":1}\n[1,2]\n\n");
    ck_assert_ptr_null(player_open(path, dialects_find(SLICE("binance")), 1, &why));
    finish();
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("sim_player");
    TCase *tests = tcase_create("player");
    tcase_add_test(tests, a_book_joins_what_is_still_to_come);
    tcase_add_test(tests, what_is_listed_is_what_occurs);
    tcase_add_test(tests, lines_come_at_their_own_time);
    tcase_add_test(tests, a_reply_belongs_to_whose_book_its_connection_asked_for);
    tcase_add_test(tests, without_a_reply_the_changes_alone_are_the_book);
    tcase_add_test(tests, what_cannot_be_played_is_refused);
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? 0 : 1;
}
