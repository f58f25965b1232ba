/* SPDX-License-Identifier: Apache-2.0 */
/* Sessions over real sockets: what is subscribed comes, and the law is obeyed or punished. */
#include "tests/unit/sim_desk.h"

#define SUBSCRIBE(keys, id) "{\"method\":\"SUBSCRIBE\",\"params\":[" keys "],\"id\":" id "}"

START_TEST(what_is_subscribed_comes_and_stops)
{
    struct options options = desk_options();
    struct client client;
    open_desk(&options);
    client_upgrade(&client, "/stream");
    client_say(&client, SUBSCRIBE("\"btcusdt@trade\",\"btcusdt@depth@100ms\"", "1"));
    ck_assert_str_eq(client_expect(&client, "result"), "{\"result\":null,\"id\":1}");
    client_expect(&client, "{\"stream\":\"btcusdt@trade\",\"data\":{\"e\":\"trade\",");
    client_expect(&client, "{\"stream\":\"btcusdt@depth@100ms\",\"data\":{\"e\":\"depthUpdate\",");
    ck_assert_uint_eq(venue->streams->live, 2);
    client_say(&client, "{\"method\":\"UNSUBSCRIBE\",\"params\":[\"btcusdt@trade\"],\"id\":2}");
    client_expect(&client, "\"id\":2}");
    for (int i = 0; i < 100; i++)
        client_expect(&client, "depth@100ms");
    client_say(&client, "{\"method\":\"LIST_SUBSCRIPTIONS\",\"id\":3}");
    ck_assert_str_eq(client_expect(&client, "\"id\":3"),
                     "{\"result\":[\"btcusdt@depth@100ms\"],\"id\":3}");
    client_close(&client);
    until(venue->sessions == 0);
    ck_assert_uint_eq(venue->streams->live, 0);
    venue_destroy(&venue);
}
END_TEST

START_TEST(a_name_that_is_none_is_acknowledged_and_silent)
{
    struct options options = desk_options();
    struct client client;
    open_desk(&options);
    client_upgrade(&client, "/ws/BTCUSDT@trade");
    client_say(&client, SUBSCRIBE("\"NOPE\",\"ethusdt@bookTicker\"", "1"));
    ck_assert_str_eq(client_expect(&client, "result"), "{\"result\":null,\"id\":1}");
    ck_assert_uint_eq(venue->streams->live, 1);
    for (int i = 0; i < 100; i++)
        ck_assert_ptr_nonnull(strstr(client_expect(&client, ""), "{\"u\":"));
    client_close(&client);
    venue_destroy(&venue);
}
END_TEST

START_TEST(every_session_gets_what_it_subscribed_in_its_own_form)
{
    struct options options = desk_options();
    struct client wrapped, raw;
    open_desk(&options);
    control("/sim/pause");
    client_upgrade(&wrapped, "/stream?streams=btcusdt@trade/ethusdt@kline_1m");
    client_upgrade(&raw, "/ws/btcusdt@trade");
    ck_assert_int_eq(control("/sim/send?stream=btcusdt@trade&count=2"), 200);
    const char *text = client_expect(&wrapped, "@trade");
    char first[512];
    struct text copy = text_over(first, sizeof first);
    text_append(&copy, slice_of(strstr(text, "{\"e\"")));
    copy.len--; /* the bracket of the wrapper */
    text_terminate(&copy);
    ck_assert_str_eq(client_expect(&raw, "trade"), first);
    client_expect(&wrapped, "@trade");
    client_say(&raw, "{\"method\":\"SET_PROPERTY\",\"params\":[\"combined\",true],\"id\":1}");
    client_expect(&raw, "\"id\":1");
    control("/sim/send?stream=btcusdt@trade&count=1");
    client_expect(&raw, "{\"stream\":\"btcusdt@trade\"");
    ck_assert_uint_eq(venue->sent, 6);
    client_close(&wrapped);
    client_close(&raw);
    venue_destroy(&venue);
}
END_TEST

START_TEST(more_streams_than_may_be_are_refused_as_a_whole)
{
    struct options options = desk_options();
    struct client client;
    char message[65536];
    open_desk(&options);
    control("/sim/pause");
    client_upgrade(&client, "/stream");
    for (int part = 0; part < 3; part++) {
        struct text text = text_over(message, sizeof message);
        text_literal(&text, "{\"method\":\"SUBSCRIBE\",\"params\":[");
        for (int i = 0; i < 400; i++)
            text_format(&text, "%s\"x%d\"", i > 0 ? "," : "", part * 400 + i);
        text_format(&text, "],\"id\":%d}", part);
        text_terminate(&text);
        client_say(&client, message);
        const char *reply = client_expect(&client, "\"id\"");
        ck_assert_msg((strstr(reply, "Too many subscriptions") != NULL) == (part == 2), "%s",
                      reply);
    }
    client_say(&client, "{\"method\":\"LIST_SUBSCRIPTIONS\",\"id\":9}");
    ck_assert_ptr_null(strstr(client_expect(&client, "\"id\":9"), "\"x800\""));
    client_close(&client);
    venue_destroy(&venue);
}
END_TEST

START_TEST(a_client_that_says_too_much_is_closed_and_counted)
{
    struct options options = desk_options();
    struct client client;
    open_desk(&options);
    control("/sim/pause");
    client_upgrade(&client, "/stream");
    client_send(&client, FRAME_PING, true, SLICE("a"));
    client_send(&client, FRAME_PONG, true, SLICE(""));
    for (int i = 0; i < 3; i++)
        client_say(&client, "{\"method\":\"LIST_SUBSCRIPTIONS\",\"id\":1}");
    client_expect(&client, "result");
    ck_assert_uint_eq(venue->law.violations.messages, 0);
    client_say(&client, "{\"method\":\"LIST_SUBSCRIPTIONS\",\"id\":1}");
    ck_assert_uint_eq(client_closed(&client), 1008);
    ck_assert_uint_eq(venue->law.violations.messages, 1);
    client_close(&client);
    venue_destroy(&venue);
}
END_TEST

START_TEST(pings_are_answered_and_unanswered_ones_end_the_session)
{
    struct options options = desk_options();
    struct client client;
    options.ping_ms = 20;
    options.pong_ms = 200;
    options.messages_per_second = 100;
    open_desk(&options);
    control("/sim/pause");
    client_upgrade(&client, "/stream");
    client_send(&client, FRAME_PING, true, SLICE("hello"));
    while (client_next(&client) && client.frame.opcode != FRAME_PONG)
        continue;
    ck_assert(client.frame.len == 5 && memcmp(client.frame.payload, "hello", 5) == 0);
    for (int answered = 0; answered < 5;) {
        ck_assert(client_next(&client));
        if (client.frame.opcode != FRAME_PING)
            continue;
        client_send(&client, FRAME_PONG, true,
                    (struct slice){client.frame.payload, client.frame.len});
        answered++;
    }
    until(venue->pongs == 5);
    ck_assert_uint_eq(client_closed(&client), 1008); /* none is answered any more */
    ck_assert_uint_eq(venue->law.violations.pongs, 1);
    client_close(&client);
    venue_destroy(&venue);
}
END_TEST

START_TEST(frames_that_are_none_end_the_session_and_are_counted)
{
    static const struct {
        struct slice bytes;
        unsigned int code;
    } cases[] = {
        {{"\x81\x01x", 3}, 1002},                         /* not masked */
        {{"\xc1\x80\0\0\0\0", 6}, 1002},                  /* a reserved bit */
        {{"\x80\x81\0\0\0\0x", 7}, 1002},                 /* continues nothing */
        {{"\x81\x81\0\0\0\0\xff", 7}, 1007},              /* no UTF-8 */
        {{"\x01\x80\0\0\0\0\x81\x80\0\0\0\0", 12}, 1002}, /* a text within a text */
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct options options = desk_options();
        struct client client;
        open_desk(&options);
        control("/sim/pause");
        client_upgrade(&client, "/ws");
        client_write(&client, cases[i].bytes);
        ck_assert_uint_eq(client_closed(&client), cases[i].code);
        ck_assert_uint_eq(venue->law.violations.frames, 1);
        client_close(&client);
        venue_destroy(&venue);
    }
}
END_TEST

START_TEST(a_message_in_fragments_is_one_message)
{
    struct options options = desk_options();
    struct client client;
    open_desk(&options);
    control("/sim/pause");
    client_upgrade(&client, "/ws");
    client_send(&client, FRAME_TEXT, false, SLICE(""));
    client_send(&client, FRAME_CONTINUATION, false, SLICE("{\"method\":\"LIST_SUB"));
    client_send(&client, FRAME_PING, true, SLICE("between"));
    client_send(&client, FRAME_CONTINUATION, true, SLICE("SCRIPTIONS\",\"id\":1}"));
    client_expect(&client, "{\"result\":[],\"id\":1}");
    client_close(&client);
    venue_destroy(&venue);
}
END_TEST

START_TEST(a_life_ends_and_a_close_is_answered)
{
    struct options options = desk_options();
    struct client client;
    options.life_ms = 50;
    open_desk(&options);
    control("/sim/pause");
    client_upgrade(&client, "/ws");
    ck_assert_uint_eq(client_closed(&client), 1001);
    client_send(&client, FRAME_CLOSE, true, SLICE("\x03\xe9"));
    until(venue->sessions == 0);
    ck_assert_uint_eq(client_closed(&client), 0);
    client_close(&client);
    venue->limits.life_ms = 100000;
    client_upgrade(&client, "/ws");
    client_send(&client, FRAME_CLOSE, true, SLICE("\x03\xe8"));
    ck_assert_uint_eq(client_closed(&client), 1000);
    until(venue->sessions == 0);
    client_close(&client);
    venue_destroy(&venue);
}
END_TEST

START_TEST(too_many_connects_are_refused_then_banned)
{
    static const int statuses[] = {101, 101, 429, 429, 429, 418, 418};
    struct options options = desk_options();
    options.connects = 2;
    open_desk(&options);
    for (size_t i = 0; i < sizeof statuses / sizeof *statuses; i++) {
        struct client client;
        client_open(&client, port);
        ck_assert_int_eq(client_get(&client, "/ws", KEY_LINES), statuses[i]);
        client_close(&client);
    }
    ck_assert_uint_eq(venue->connects, 7);
    ck_assert_uint_eq(venue->law.violations.connects, 5);
    ck_assert_int_eq(control("/sim/stats"), 200);
    venue_destroy(&venue);
}
END_TEST

START_TEST(no_bytes_after_an_upgrade_do_harm)
{
    struct options options = desk_options();
    struct random random;
    options.connects = 1000;
    open_desk(&options);
    control("/sim/pause");
    random_seed(&random, 12);
    for (int round = 0; round < 300; round++) {
        struct client client;
        char bytes[200];
        client_upgrade(&client, "/ws");
        size_t len = 1 + random_below(&random, sizeof bytes);
        for (size_t i = 0; i < len; i++)
            bytes[i] = (char)random_next(&random);
        if (round % 2 == 0)
            memcpy(bytes, "\x81\x8a\0\0\0\0", 6);
        client_write(&client, (struct slice){bytes, len});
        client_turn(&client);
        client_turn(&client);
        client_close(&client);
    }
    until(venue->sessions == 0);
    venue_destroy(&venue);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("sim_session");
    TCase *tests = tcase_create("session");
    tcase_add_test(tests, what_is_subscribed_comes_and_stops);
    tcase_add_test(tests, a_name_that_is_none_is_acknowledged_and_silent);
    tcase_add_test(tests, every_session_gets_what_it_subscribed_in_its_own_form);
    tcase_add_test(tests, more_streams_than_may_be_are_refused_as_a_whole);
    tcase_add_test(tests, a_client_that_says_too_much_is_closed_and_counted);
    tcase_add_test(tests, pings_are_answered_and_unanswered_ones_end_the_session);
    tcase_add_test(tests, frames_that_are_none_end_the_session_and_are_counted);
    tcase_add_test(tests, a_message_in_fragments_is_one_message);
    tcase_add_test(tests, a_life_ends_and_a_close_is_answered);
    tcase_add_test(tests, too_many_connects_are_refused_then_banned);
    tcase_add_test(tests, no_bytes_after_an_upgrade_do_harm);
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? 0 : 1;
}
