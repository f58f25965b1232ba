/* SPDX-License-Identifier: Apache-2.0 */
/* How exchanges take subscriptions, and what they do to who asks wrongly, too much or not at all.
 */
#include "tests/unit/sim_dialect.h"

#define BTC "KRW-BTC"

static struct dialect own;
static struct client client;

static struct options calm(void)
{
    struct options options = desk_options();
    options.paused = true;
    options.symbols = 5;
    return options;
}

static void begin(void)
{
    struct options options = calm();
    open_desk_of(&options, &own);
    client_upgrade(&client, "/first");
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

START_TEST(a_strict_request_is_refused_whole_for_one_key)
{
    own.manner = DIALECT_STRICT;
    begin();
    client_say(&client, "+one:" BTC);
    client_expect(&client, "{\"done\":0,\"keys\":1,");
    client_say(&client, "+one:KRW-S0004 one:" BTC);
    client_expect(&client, "{\"held\":0,\"keys\":1,\"key\":\"one:" BTC "\"}");
    client_say(&client, "+one:KRW-S0004 none:" BTC);
    client_expect(&client, "{\"unknown\":0,\"keys\":1,\"key\":\"none:" BTC "\"}");
    client_say(&client, "+ticker:" BTC " ticker:" BTC);
    client_expect(&client, "{\"held\":0,\"keys\":1,\"key\":\"ticker:" BTC "\"}");
    ck_assert_uint_eq(venue->streams->live, 1);
    ck_assert_uint_eq(venue->refused, 3);
    client_say(&client, "-one:" BTC);
    client_expect(&client, "{\"done\":1,\"keys\":0,");
    client_say(&client, "+one:" BTC);
    client_expect(&client, "{\"done\":0,\"keys\":1,");
    finish();
}
END_TEST

START_TEST(what_is_no_stream_is_held_and_silent_where_nobody_is_strict)
{
    begin();
    client_say(&client, "+none:" BTC " one:" BTC);
    client_expect(&client, "{\"done\":0,\"keys\":2,");
    client_say(&client, "+one:" BTC);
    client_expect(&client, "{\"done\":0,\"keys\":2,");
    ck_assert_uint_eq(venue->streams->live, 1);
    finish();
}
END_TEST

START_TEST(requests_over_a_limit_do_nothing_and_count)
{
    own.limits = (struct dialect_limits){.streams = 3, .keys_per_request = 2, .key_bytes = 30};
    begin();
    client_say(&client, "+a b c");
    client_expect(&client, "{\"long\":0,\"keys\":0,");
    client_say(&client, "+a b");
    client_expect(&client, "{\"done\":0,\"keys\":2,");
    client_say(&client, "+c d");
    client_expect(&client, "{\"full\":0,\"keys\":2,");
    client_say(&client, "+one:" BTC "-and-more");
    client_expect(&client, "{\"heavy\":0,\"keys\":2,");
    ck_assert_uint_eq(venue->law.violations.requests, 3);
    client_say(&client, "-a");
    client_say(&client, "+one:" BTC);
    client_expect(&client, "{\"done\":0,\"keys\":2,");
    finish();
}
END_TEST

START_TEST(a_set_that_is_replaced_is_gone)
{
    own.manner = DIALECT_REPLACES;
    begin();
    client_say(&client, "+one:" BTC " ticker:" BTC " one:" BTC);
    client_expect(&client, "{\"done\":0,\"keys\":2,");
    client_expect(&client, "{\"key\":\"ticker:" BTC "\",\"first\":1");
    client_say(&client, "+ticker:" BTC " book:" BTC);
    client_expect(&client, "{\"done\":0,\"keys\":2,");
    client_expect(&client, "{\"key\":\"ticker:" BTC "\",\"first\":1");
    client_expect(&client, "{\"key\":\"book:" BTC "\",\"first\":1");
    ck_assert_uint_eq(venue->streams->live, 2);
    finish();
}
END_TEST

START_TEST(strays_of_a_replaced_set_are_few_and_marked)
{
    char path[] = "/tmp/sim_manners.XXXXXX", line[8192];
    struct options options = calm();
    uint32_t strays = 0;
    close(mkstemp(path));
    own.manner = DIALECT_REPLACES;
    options.truth = path;
    options.paused = false;
    options.active = 1;
    options.rate = 1;
    open_desk_of(&options, &own);
    client_upgrade(&client, "/first");
    for (int i = 0; i < 30; i++) {
        client_say(&client, i % 2 == 0 ? "+one:USD-BTC-PERP" : "+ticker:KRW-S0004");
        client_expect(&client, "done");
    }
    finish();
    FILE *truth = fopen(path, "r");
    while (fgets(line, sizeof line, truth) != NULL)
        if (strstr(line, "\"stray\":true,\"frame\":{\"key\":\"one:USD-BTC-PERP\"") != NULL)
            strays++;
    fclose(truth);
    unlink(path);
    ck_assert(strays > 0 && strays <= 15 * 2);
}
END_TEST

START_TEST(a_key_may_ask_for_how_things_stand_alone_or_without_it)
{
    begin();
    client_say(&client, "+!ticker:" BTC " ?book:" BTC " trade:" BTC);
    client_expect(&client, "{\"done\":0,\"keys\":3,");
    ck_assert_ptr_nonnull(strstr(client_expect(&client, "key"), "ticker:" BTC "\",\"first\":1"));
    ck_assert_ptr_nonnull(strstr(client_expect(&client, "key"), "trade:" BTC "\",\"first\":1"));
    control("/sim/send?stream=ticker:" BTC);
    ck_assert_ptr_nonnull(strstr(client_expect(&client, "key"), "trade:" BTC "\",\"first\":0"));
    control("/sim/send?stream=book:" BTC);
    ck_assert_ptr_nonnull(strstr(client_expect(&client, "key"), "book:" BTC "\",\"first\":0"));
    finish();
}
END_TEST

START_TEST(a_root_carries_its_own_streams_only)
{
    begin();
    client_say(&client, "+rooted:" BTC);
    client_expect(&client, "{\"done\":0,\"keys\":1,");
    ck_assert_uint_eq(venue->streams->live, 0);
    client_close(&client);
    client_upgrade(&client, "/second");
    client_say(&client, "+rooted:" BTC);
    client_expect(&client, "{\"done\":0,\"keys\":1,");
    ck_assert_uint_eq(venue->streams->live, 1);
    finish();
}
END_TEST

START_TEST(a_refused_request_ends_its_session_a_little_later)
{
    own.refusal_ms = 50;
    begin();
    int64_t begin_ns = clock_monotonic_ns();
    client_say(&client, "nonsense");
    client_expect(&client, "{\"refused\":true}");
    client_say(&client, "+one:" BTC);
    ck_assert_uint_eq(client_closed(&client), 1000);
    ck_assert_int_ge(clock_monotonic_ns() - begin_ns, 50 * NS_PER_MS);
    ck_assert_uint_eq(venue->refused, 1);
    finish();
}
END_TEST

static void write_excess(struct text *message)
{
    text_literal(message, "{\"excess\":true}");
}

START_TEST(too_many_messages_are_answered_in_the_exchanges_way)
{
    own.limits = (struct dialect_limits){.messages_per_minute = 3};
    own.write_excess = write_excess;
    own.refusal_ms = 10;
    begin();
    for (int i = 0; i < 3; i++) {
        client_say(&client, "+one:" BTC);
        client_expect(&client, "done");
        client_send(&client, FRAME_PING, true, SLICE("free"));
    }
    client_say(&client, "+one:" BTC);
    client_expect(&client, "{\"excess\":true}");
    ck_assert_uint_eq(client_closed(&client), 1000);
    ck_assert_uint_eq(venue->law.violations.messages, 1);
    finish();
}
END_TEST

START_TEST(a_status_is_said_every_so_often_once_it_was_asked_for)
{
    own.status = SLICE("{\"status\":\"UP\"}");
    own.status_first_ms = 20;
    own.status_ms = 10;
    begin();
    client_say(&client, "PING");
    for (int i = 0; i < 3; i++)
        client_expect(&client, "{\"status\":\"UP\"}");
    control("/sim/fault?kind=quiet");
    client_expect(&client, "{\"status\":\"UP\"}");
    finish();
}
END_TEST

START_TEST(who_is_silent_is_dropped_without_a_close_frame)
{
    own.limits = (struct dialect_limits){.idle_ms = 100};
    begin();
    for (int64_t until_ns = clock_monotonic_ns() + 250 * NS_PER_MS;
         clock_monotonic_ns() < until_ns;) {
        client_send(&client, FRAME_PONG, true, SLICE(""));
        client_turn(&client);
        ck_assert(!client.over);
    }
    ck_assert_uint_eq(client_closed(&client), 0);
    ck_assert_uint_eq(venue->law.violations.idle, 1);
    finish();
}
END_TEST

START_TEST(binary_is_sent_and_taken_where_the_exchange_speaks_it)
{
    own.binary = true;
    begin();
    client_send(&client, FRAME_BINARY, true, SLICE("+one:" BTC));
    ck_assert(client_next(&client));
    ck_assert_int_eq(client.frame.opcode, FRAME_BINARY);
    ck_assert_int_eq(*client.frame.payload, '{');
    finish();
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("sim_manners");
    TCase *tests = tcase_create("manners");
    tcase_add_checked_fixture(tests, setup, NULL);
    tcase_add_test(tests, a_strict_request_is_refused_whole_for_one_key);
    tcase_add_test(tests, what_is_no_stream_is_held_and_silent_where_nobody_is_strict);
    tcase_add_test(tests, requests_over_a_limit_do_nothing_and_count);
    tcase_add_test(tests, a_set_that_is_replaced_is_gone);
    tcase_add_test(tests, strays_of_a_replaced_set_are_few_and_marked);
    tcase_add_test(tests, a_key_may_ask_for_how_things_stand_alone_or_without_it);
    tcase_add_test(tests, a_root_carries_its_own_streams_only);
    tcase_add_test(tests, a_refused_request_ends_its_session_a_little_later);
    tcase_add_test(tests, too_many_messages_are_answered_in_the_exchanges_way);
    tcase_add_test(tests, a_status_is_said_every_so_often_once_it_was_asked_for);
    tcase_add_test(tests, who_is_silent_is_dropped_without_a_close_frame);
    tcase_add_test(tests, binary_is_sent_and_taken_where_the_exchange_speaks_it);
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? 0 : 1;
}
