/* SPDX-License-Identifier: Apache-2.0 */
/* The ways in which streams are sent: how things stand at first, changes of the best levels, whole
 * books on a grid, repeats, what changed alone; and the faults that concern them. */
#include "tests/unit/sim_dialect.h"

#include "common/scan.h"

#define BTC    "KRW-BTC"
#define LEVELS 5
#define SEND   "/sim/send?stream="

static struct dialect own;
static struct client client;

static void begin(const char *keys)
{
    struct options options = desk_options();
    options.paused = true;
    open_desk_of(&options, &own);
    client_upgrade(&client, "/first");
    client_say(&client, keys);
    client_expect(&client, "{\"done\":0");
}

static void finish(void)
{
    client_close(&client);
    venue_destroy(&venue);
}

static void setup(void)
{
    own = odd;
}

static uint64_t number_in(const char *text, const char *name)
{
    const char *at = strstr(text, name);
    ck_assert_ptr_nonnull(at);
    return strtoull(at + strlen(name), NULL, 10);
}

/* A side of a book as a message or its changes make it: price and size as they are written. */
struct side {
    char rows[2 * LEVELS][2][32];
    uint32_t count;
};

static void set_row(struct side *side, const char *price, const char *size)
{
    uint32_t i = 0;
    while (i < side->count && strcmp(side->rows[i][0], price) != 0)
        i++;
    if (strspn(size, "0.") == strlen(size)) {
        ck_assert_msg(i < side->count, "%s is not there to go", price);
        memcpy(side->rows[i], side->rows[--side->count], sizeof side->rows[i]);
        return;
    }
    ck_assert_uint_lt(i, 2 * LEVELS);
    side->count += i == side->count;
    snprintf(side->rows[i][0], sizeof side->rows[i][0], "%s", price);
    snprintf(side->rows[i][1], sizeof side->rows[i][1], "%s", size);
}

static void apply(struct side sides[2], const char *text)
{
    for (int which = 0; which < 2; which++) {
        const char *at = strstr(text, which == 0 ? "\"b\":[" : "\"a\":[") + 4;
        char price[32], size[32];
        if (strstr(text, "\"first\":1") != NULL)
            sides[which].count = 0;
        for (; at[0] != ']' && sscanf(at + 1, "[%31[0-9.],%31[0-9.]]", price, size) == 2;
             at = strchr(at, ']') + 1)
            set_row(&sides[which], price, size);
    }
}

/* What was followed is what the market has. */
static void check(const struct side sides[2])
{
    struct dialect_book book;
    char memory[64];
    venue_book(venue, 0, LEVELS, &book);
    for (int which = 0; which < 2; which++) {
        const struct dialect_level *levels = which == 0 ? book.bids : book.asks;
        ck_assert_uint_eq(sides[which].count, LEVELS);
        for (uint32_t i = 0; i < LEVELS; i++) {
            struct text price = text_over(memory, sizeof memory);
            uint32_t k = 0;
            decimal_write(&price, &levels[i].price);
            text_terminate(&price);
            while (k < LEVELS && strcmp(sides[which].rows[k][0], memory) != 0)
                k++;
            ck_assert_msg(k < LEVELS, "%s is missing", memory);
            struct text size = text_over(memory, sizeof memory);
            decimal_write(&size, &levels[i].size);
            text_terminate(&size);
            ck_assert_str_eq(sides[which].rows[k][1], memory);
        }
    }
}

START_TEST(whoever_follows_the_changes_of_the_best_has_them)
{
    struct side sides[2] = {{.count = 0}};
    own.book_digits = 0;
    begin("+book:" BTC);
    const char *text = client_expect(&client, "\"first\":1");
    uint64_t number = number_in(text, "\"n\":");
    apply(sides, text);
    check(sides);
    for (int i = 0; i < 300; i++) {
        control(SEND "book:" BTC);
        text = client_expect(&client, "\"key\":\"book:" BTC "\",\"first\":0");
        ck_assert_uint_eq(number_in(text, "\"n\":"), ++number);
        apply(sides, text);
        check(sides);
    }
    finish();
}
END_TEST

START_TEST(who_comes_later_begins_where_the_others_are)
{
    struct client late;
    begin("+book:" BTC);
    control(SEND "book:" BTC "&count=20");
    uint64_t number = 0;
    for (int i = 0; i < 21; i++)
        number = number_in(client_expect(&client, "book:"), "\"n\":");
    client_upgrade(&late, "/first");
    client_say(&late, "+book:" BTC);
    ck_assert_uint_eq(number_in(client_expect(&late, "\"first\":1"), "\"n\":"), number);
    control(SEND "book:" BTC);
    ck_assert_uint_eq(number_in(client_expect(&late, "\"first\":0"), "\"n\":"), number + 1);
    ck_assert_uint_eq(number_in(client_expect(&client, "\"first\":0"), "\"n\":"), number + 1);
    client_close(&late);
    finish();
}
END_TEST

START_TEST(a_quiet_best_is_said_again_under_its_number)
{
    struct options options = desk_options();
    options.active = 1;
    options.rate = 1;
    open_desk_of(&options, &own);
    client_upgrade(&client, "/first");
    client_say(&client, "+best:USD-BTC-PERP");
    uint64_t number = number_in(client_expect(&client, "\"first\":1"), "\"n\":");
    for (int i = 0; i < 2; i++) {
        int64_t begin_ns = clock_monotonic_ns();
        ck_assert_uint_eq(number_in(client_expect(&client, "\"first\":0"), "\"n\":"), number);
        ck_assert_int_ge(clock_monotonic_ns() - begin_ns, 150 * NS_PER_MS);
    }
    control(SEND "best:USD-BTC-PERP");
    ck_assert_uint_eq(number_in(client_expect(&client, "\"first\":0"), "\"n\":"), number + 1);
    finish();
}
END_TEST

START_TEST(a_grid_shows_the_newest_state_once)
{
    struct side sides[2] = {{.count = 0}};
    own.book_digits = 0;
    begin("+grid:" BTC " ?book:" BTC);
    uint64_t number = number_in(client_expect(&client, "grid:"), "\"n\":");
    for (int round = 1; round <= 3; round++) {
        control(SEND "book:" BTC "&count=20");
        const char *text = client_expect(&client, "\"key\":\"grid:");
        ck_assert_uint_eq(number_in(text, "\"n\":"), number + (uint64_t)round);
        sides[0].count = sides[1].count = 0;
        apply(sides, text);
        check(sides);
    }
    finish();
}
END_TEST

START_TEST(on_a_grid_the_same_comes_again_byte_for_byte)
{
    char before[4096] = "";
    uint32_t again = 0, news = 0;
    begin("+again:" BTC " ?book:" BTC);
    for (int i = 0; i < 200; i++) {
        control(SEND "book:" BTC);
        const char *text = client_expect(&client, "\"key\":\"again:");
        again += strcmp(text, before) == 0;
        news += strcmp(text, before) != 0;
        ck_assert_uint_lt(strlen(text), sizeof before);
        memcpy(before, text, strlen(text) + 1);
    }
    ck_assert(again > 40 && news > 40);
    finish();
}
END_TEST

START_TEST(what_is_sparse_says_what_has_changed)
{
    char expected[64];
    begin("+ticker:" BTC);
    snprintf(expected, sizeof expected, "\"first\":1,\"changed\":%u", DIALECT_PART_ALL);
    client_expect(&client, expected);
    control(SEND "ticker:" BTC);
    uint64_t changed = number_in(client_expect(&client, "\"first\":0"), "\"changed\":");
    ck_assert((changed & DIALECT_PART_VOLUME) != 0); /* a trade made the news */
    ck_assert((changed & (DIALECT_PART_MARK | DIALECT_PART_FUNDING)) == 0);
    venue->intended_ns = venue->now_real_ns;
    uint64_t sent = venue->sent;
    show_clock(venue, 0);
    ck_assert_uint_eq(venue->sent, sent); /* nothing has changed since */
    finish();
}
END_TEST

START_TEST(what_waits_for_a_trade_is_not_said_without_one)
{
    begin("+traded:" BTC);
    show_clock(venue, 0);
    uint64_t sent = venue->sent;
    show_clock(venue, 0);
    ck_assert_uint_eq(venue->sent, sent);
    show_trade(venue, 0);
    show_clock(venue, 0);
    ck_assert_uint_eq(venue->sent, sent + 1);
    finish();
}
END_TEST

START_TEST(several_trades_may_come_in_one_message_and_none_is_lost)
{
    uint64_t last = 0, together = 0;
    begin("+?trade:" BTC);
    control(SEND "trade:" BTC "&count=200");
    for (int i = 0; i < 200; i++) {
        const char *text = client_expect(&client, "trade:");
        uint64_t rows = number_in(text, "\"rows\":"), id = number_in(text, "\"id\":");
        ck_assert(rows >= 1 && rows <= 4);
        ck_assert(last == 0 || id == last + 1);
        last = id + rows - 1;
        together += rows > 1;
    }
    ck_assert_uint_gt(together, 10);
    finish();
}
END_TEST

START_TEST(liquidations_come_no_oftener_than_they_may)
{
    begin("+closed:" BTC);
    venue->intended_ns = venue->now_real_ns;
    show_liquidation(venue, 0);
    show_liquidation(venue, 0);
    ck_assert_uint_eq(venue->sent, 1);
    finish();
}
END_TEST

START_TEST(a_restart_begins_books_anew_from_one)
{
    own.restarts = true;
    begin("+book:" BTC " best:" BTC);
    client_expect(&client, "best:");
    ck_assert_int_eq(control("/sim/fault?kind=restart&symbol=" BTC), 200);
    client_expect(&client, "{\"key\":\"book:" BTC "\",\"first\":1,\"changed\":255,\"n\":1,");
    client_expect(&client, "{\"key\":\"best:" BTC "\",\"first\":1,\"changed\":255,\"n\":1,");
    control(SEND "book:" BTC);
    client_expect(&client, "{\"key\":\"book:" BTC "\",\"first\":0,\"changed\":255,\"n\":2,");
    finish();
}
END_TEST

START_TEST(a_mute_stream_is_held_and_silent)
{
    begin("+one:" BTC " ?trade:" BTC);
    ck_assert_int_eq(control("/sim/fault?kind=mute&stream=one:" BTC), 200);
    control(SEND "trade:" BTC "&count=5");
    ck_assert_uint_eq(venue->sent, 5);
    ck_assert_int_eq(control("/sim/fault?kind=mute&stream=book:" BTC), 200);
    client_say(&client, "+book:" BTC);
    client_expect(&client, "{\"done\":0,\"keys\":3");
    ck_assert_uint_eq(venue->sent, 5);
    control("/sim/fault?kind=none");
    control(SEND "one:" BTC);
    client_expect(&client, "\"key\":\"one:");
    finish();
}
END_TEST

START_TEST(faults_of_books_reach_whole_books_too)
{
    begin("+?grid:" BTC);
    control("/sim/fault?kind=drop&symbol=" BTC "&count=2");
    control(SEND "grid:" BTC "&count=3");
    ck_assert_uint_eq(venue->sent, 1);
    control("/sim/fault?kind=cross&symbol=" BTC);
    control(SEND "grid:" BTC);
    client_next(&client);
    const char *text = client_expect(&client, "grid:");
    ck_assert_uint_gt(number_in(text, "\"b\":[["), number_in(text, "\"a\":[["));
    finish();
}
END_TEST

START_TEST(garbage_lacks_its_member_whatever_that_is_and_wherever_it_stands)
{
    static const char *const keys[] = {"grid:" BTC, "ticker:" BTC};
    own.vital[DIALECT_LEVELS] = "\"b\":";    /* an array */
    own.vital[DIALECT_DAY] = "\"changed\":"; /* the last one */
    begin("+?grid:" BTC " ?ticker:" BTC);
    for (int i = 0; i < 2; i++) {
        char path[128], name[16];
        snprintf(path, sizeof path, SEND "%s&count=3", keys[i]);
        snprintf(name, sizeof name, "%s", own.vital[i == 0 ? DIALECT_LEVELS : DIALECT_DAY]);
        control("/sim/fault?kind=garbage&count=3");
        control(path);
        for (int form = 0; form < 3; form++) {
            struct scan scan;
            const char *text = client_expect(&client, keys[i]);
            scan_begin(&scan, slice_of(text));
            scan_skip(&scan);
            ck_assert_msg(scan_end(&scan) == (form > 0), "%s", text);
            ck_assert_msg((strstr(text, name) != NULL) == (form != 1), "%s", text);
            ck_assert_msg((strstr(text, "1e999") != NULL) == (form == 2), "%s", text);
        }
    }
    finish();
}
END_TEST

START_TEST(sizes_too_small_for_a_book_are_no_levels_of_it)
{
    struct client rest;
    bool small = false;
    begin("+grid:" BTC);
    for (int i = 0; i < 200 && !small; i++) {
        control(SEND "grid:" BTC);
        small = strstr(client_expect(&client, "grid:"), ",0.0000]") != NULL;
    }
    ck_assert(small);
    client_open(&rest, port);
    ck_assert_int_eq(client_get(&rest, "/sim/book?symbol=" BTC, "\r\n"), 200);
    ck_assert(strstr(buffer_data(&rest.in), "{\"symbol\":\"" BTC "\",\"id\":") != NULL);
    ck_assert(strstr(buffer_data(&rest.in), "\"0.0000\"") == NULL);
    ck_assert_int_eq(client_get(&rest, "/sim/symbols", "\r\n"), 200);
    ck_assert(strstr(buffer_data(&rest.in), "[\"" BTC "\",\"USD-BTC-PERP\",\"USD-BTC-") != NULL);
    client_close(&rest);
    finish();
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("sim_shown");
    TCase *tests = tcase_create("shown");
    tcase_add_checked_fixture(tests, setup, NULL);
    tcase_add_test(tests, whoever_follows_the_changes_of_the_best_has_them);
    tcase_add_test(tests, who_comes_later_begins_where_the_others_are);
    tcase_add_test(tests, a_quiet_best_is_said_again_under_its_number);
    tcase_add_test(tests, a_grid_shows_the_newest_state_once);
    tcase_add_test(tests, on_a_grid_the_same_comes_again_byte_for_byte);
    tcase_add_test(tests, what_is_sparse_says_what_has_changed);
    tcase_add_test(tests, what_waits_for_a_trade_is_not_said_without_one);
    tcase_add_test(tests, several_trades_may_come_in_one_message_and_none_is_lost);
    tcase_add_test(tests, liquidations_come_no_oftener_than_they_may);
    tcase_add_test(tests, a_restart_begins_books_anew_from_one);
    tcase_add_test(tests, a_mute_stream_is_held_and_silent);
    tcase_add_test(tests, faults_of_books_reach_whole_books_too);
    tcase_add_test(tests, garbage_lacks_its_member_whatever_that_is_and_wherever_it_stands);
    tcase_add_test(tests, sizes_too_small_for_a_book_are_no_levels_of_it);
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? 0 : 1;
}
