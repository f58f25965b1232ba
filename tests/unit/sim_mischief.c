/* SPDX-License-Identifier: Apache-2.0 */
/* Each fault does what it says, to those that it concerns, and ends when it should. */
#include "tests/unit/sim_desk.h"

#define DEPTH "btcusdt@depth@100ms"
#define SEND  "/sim/send?stream=" DEPTH "&count="

static struct client client;

/* A paused market and a client of its first depth stream. */
static void begin(void)
{
    struct options options = desk_options();
    options.connects = 1000;
    open_desk(&options);
    control("/sim/pause");
    client_upgrade(&client, "/ws/" DEPTH);
}

static void finish(void)
{
    client_close(&client);
    venue_destroy(&venue);
}

static uint64_t number_in(const char *text, const char *name)
{
    const char *at = strstr(text, name);
    ck_assert_ptr_nonnull(at);
    return strtoull(at + strlen(name), NULL, 10);
}

/* The ids of the next depth message. */
static uint64_t next_ids(uint64_t *first)
{
    const char *text = client_expect(&client, "depthUpdate");
    *first = number_in(text, "\"U\":");
    return number_in(text, "\"u\":");
}

START_TEST(a_cut_closes_properly_with_its_code)
{
    begin();
    ck_assert_int_eq(control("/sim/fault?kind=cut&code=1012"), 200);
    ck_assert_uint_eq(client_closed(&client), 1012);
    ck_assert(!client.over);
    client_send(&client, FRAME_CLOSE, true, SLICE("\x03\xf4"));
    until(venue->sessions == 0);
    ck_assert_uint_eq(client_closed(&client), 0);
    ck_assert(client.over && !client.reset);
    finish();
}
END_TEST

START_TEST(a_reset_is_one)
{
    begin();
    ck_assert_int_eq(control("/sim/fault?kind=reset"), 200);
    ck_assert_uint_eq(client_closed(&client), 0);
    ck_assert(client.reset);
    ck_assert_uint_eq(venue->sessions, 0);
    finish();
}
END_TEST

START_TEST(a_silent_session_says_nothing_and_new_ones_work)
{
    struct client other;
    begin();
    ck_assert_int_eq(control("/sim/fault?kind=silent"), 200);
    client_send(&client, FRAME_PING, true, SLICE("x"));
    client_say(&client, "{\"method\":\"LIST_SUBSCRIPTIONS\",\"id\":1}");
    control(SEND "5");
    client_upgrade(&other, "/ws/" DEPTH);
    control(SEND "1");
    struct client silent = client;
    client = other;
    client_expect(&client, "depthUpdate");
    other = client;
    client = silent;
    for (int i = 0; i < 20; i++)
        client_turn(&client);
    ck_assert_uint_eq(client.in.len, 0);
    ck_assert_uint_eq(venue->sent, 1);
    ck_assert_int_eq(control("/sim/fault?kind=none"), 200);
    control(SEND "1");
    client_expect(&client, "depthUpdate");
    client_close(&other);
    finish();
}
END_TEST

START_TEST(a_quiet_session_still_answers_pings_and_ends_by_itself)
{
    begin();
    ck_assert_int_eq(control("/sim/fault?kind=quiet&for_ms=100"), 200);
    control(SEND "5");
    client_send(&client, FRAME_PING, true, SLICE("x"));
    ck_assert(client_next(&client) && client.frame.opcode == FRAME_PONG);
    ck_assert_uint_eq(venue->sent, 0);
    struct session *session = sockets_next(venue->sockets, NULL)->session;
    until(session_listens(session));
    control(SEND "1");
    client_expect(&client, "depthUpdate");
    finish();
}
END_TEST

START_TEST(a_refused_connection_is_closed_at_once_but_for_control)
{
    begin();
    ck_assert_int_eq(control("/sim/fault?kind=refuse"), 200);
    uint64_t before = venue->connects;
    struct client refused;
    client_open(&refused, port);
    for (int i = 0; i < 1000 && !refused.over; i++)
        client_turn(&refused);
    ck_assert(refused.over);
    ck_assert_uint_eq(venue->connects, before + 1);
    client_close(&refused);
    control(SEND "1");
    client_expect(&client, "depthUpdate");
    ck_assert_int_eq(control("/sim/fault?kind=none"), 200);
    client_upgrade(&refused, "/ws");
    client_close(&refused);
    finish();
}
END_TEST

START_TEST(an_upgrade_gets_its_status_and_how_long_to_wait)
{
    begin();
    ck_assert_int_eq(control("/sim/fault?kind=status&code=429&retry_after=7"), 200);
    struct client refused;
    client_open(&refused, port);
    client_write(&refused, SLICE("GET /ws HTTP/1.1\r\n" KEY_LINES));
    while (!refused.over)
        client_turn(&refused);
    *(char *)buffer_reserve(&refused.in, 1) = '\0';
    ck_assert_ptr_nonnull(strstr(refused.in.data, "HTTP/1.1 429 "));
    ck_assert_ptr_nonnull(strstr(refused.in.data, "\r\nRetry-After: 7\r\n"));
    client_close(&refused);
    finish();
}
END_TEST

START_TEST(a_stalled_upgrade_is_never_answered)
{
    begin();
    ck_assert_int_eq(control("/sim/fault?kind=stall"), 200);
    struct client stalled;
    client_open(&stalled, port);
    client_write(&stalled, SLICE("GET /ws HTTP/1.1\r\n" KEY_LINES));
    for (int i = 0; i < 50; i++)
        client_turn(&stalled);
    ck_assert(stalled.in.len == 0 && !stalled.over);
    ck_assert_uint_eq(venue->connects, 2);
    client_close(&stalled);
    finish();
}
END_TEST

START_TEST(a_drop_leaves_a_gap_in_one_book_only)
{
    uint64_t first, last, next_first;
    begin();
    control(SEND "1");
    last = next_ids(&first);
    ck_assert_int_eq(control("/sim/fault?kind=drop&symbol=BTCUSDT&count=2"), 200);
    client_say(&client, "{\"method\":\"SUBSCRIBE\",\"params\":[\"ethusdt@depth\"],\"id\":1}");
    client_expect(&client, "\"id\":1");
    control("/sim/send?stream=ethusdt@depth&count=1");
    client_expect(&client, "ETHUSDT");
    control(SEND "3");
    next_ids(&next_first);
    ck_assert_uint_gt(next_first, last + 2);
    ck_assert(!venue->faults.tampers);
    finish();
}
END_TEST

START_TEST(swapped_messages_change_places)
{
    uint64_t first[4], last[4];
    begin();
    ck_assert_int_eq(control("/sim/fault?kind=swap&symbol=BTCUSDT"), 200);
    control(SEND "4");
    for (int i = 0; i < 4; i++)
        last[i] = next_ids(&first[i]);
    ck_assert_uint_eq(last[1] + 1, first[0]);
    ck_assert_uint_eq(last[0] + 1, first[2]);
    ck_assert_uint_eq(last[2] + 1, first[3]);
    finish();
}
END_TEST

START_TEST(a_duplicate_comes_twice)
{
    uint64_t first, last;
    begin();
    ck_assert_int_eq(control("/sim/fault?kind=duplicate&symbol=BTCUSDT"), 200);
    control(SEND "2");
    last = next_ids(&first);
    ck_assert_uint_eq(next_ids(&first), last);
    next_ids(&first);
    ck_assert_uint_eq(first, last + 1);
    ck_assert_uint_eq(venue->sent, 3);
    finish();
}
END_TEST

START_TEST(a_crossing_message_bids_more_than_is_asked)
{
    struct dialect_level levels[2][20];
    struct dialect_book book;
    begin();
    ck_assert_int_eq(control("/sim/fault?kind=cross&symbol=BTCUSDT"), 200);
    control(SEND "1");
    const char *text = client_expect(&client, "depthUpdate");
    ck_assert(venue->dialect->read_book(slice_of(text), &book, levels[0], levels[1], 20));
    struct decimal bid = levels[0][0].price;
    venue_book(venue, 0, 1, &book);
    ck_assert_int_gt(decimal_compare(&bid, &book.asks[0].price), 0);
    ck_assert_int_gt(decimal_compare(&book.asks[0].price, &book.bids[0].price), 0);
    control(SEND "1");
    text = client_expect(&client, "depthUpdate");
    ck_assert(venue->dialect->read_book(slice_of(text), &book, levels[0], levels[1], 20));
    ck_assert_uint_le(book.bid_count, BOOK_CHANGES_MAX);
    ck_assert(!venue->faults.tampers);
    finish();
}
END_TEST

START_TEST(garbage_takes_its_three_forms_in_turn)
{
    static const char *const forms[] = {"\"b\":[", "\"s\":\"BTCUSDT\",\"U\":", "\"u\":1e999,"};
    begin();
    ck_assert_int_eq(control("/sim/fault?kind=garbage&count=3"), 200);
    control(SEND "4");
    const char *text = client_expect(&client, forms[0]);
    ck_assert_int_ne(text[strlen(text) - 1], '}');
    text = client_expect(&client, forms[1]);
    ck_assert_ptr_null(strstr(text, "\"u\":"));
    client_expect(&client, forms[2]);
    ck_assert_ptr_null(strstr(client_expect(&client, "\"u\":"), "1e999"));
    finish();
}
END_TEST

START_TEST(a_large_message_has_its_length)
{
    begin();
    ck_assert_int_eq(control("/sim/fault?kind=large&bytes=200000"), 200);
    control(SEND "2");
    ck_assert(client_next(&client));
    ck_assert_uint_eq(client.frame.len, 200000);
    ck_assert(client.frame.payload[0] == '{' && client.frame.payload[199999] == '}');
    ck_assert(client_next(&client) && client.frame.len < 2000);
    finish();
}
END_TEST

START_TEST(fragments_make_the_message)
{
    char whole[4096];
    size_t len = 0;
    begin();
    ck_assert_int_eq(control("/sim/fault?kind=fragment&bytes=7"), 200);
    control(SEND "1");
    do {
        ck_assert(client_next(&client));
        ck_assert_int_eq(client.frame.opcode, len == 0 ? FRAME_TEXT : FRAME_CONTINUATION);
        ck_assert(client.frame.len == 7 || client.frame.final);
        ck_assert_uint_lt(len + client.frame.len, sizeof whole);
        memcpy(whole + len, client.frame.payload, client.frame.len);
        len += client.frame.len;
    } while (!client.frame.final);
    struct dialect_level levels[2][20];
    struct dialect_book book;
    ck_assert(
        venue->dialect->read_book((struct slice){whole, len}, &book, levels[0], levels[1], 20));
    finish();
}
END_TEST

START_TEST(a_shutdown_is_said_in_the_form_of_the_session)
{
    struct client wrapped;
    begin();
    client_upgrade(&wrapped, "/stream");
    ck_assert_int_eq(control("/sim/fault?kind=shutdown"), 200);
    client_expect(&wrapped, "{\"stream\":\"!serverShutdown\",\"data\":{\"e\":\"serverShutdown\",");
    ck_assert_int_eq(
        strncmp(client_expect(&client, "serverShutdown"), "{\"e\":\"serverShutdown\"", 21), 0);
    client_close(&wrapped);
    finish();
}
END_TEST

START_TEST(rest_fails_is_slow_and_gives_old_books_as_told)
{
    struct client rest;
    begin();
    control(SEND "3");
    client_open(&rest, port);
    ck_assert_int_eq(control("/sim/fault?kind=rest_status&code=503&for_ms=60000"), 200);
    ck_assert_int_eq(client_get(&rest, "/api/v3/ping", "\r\n"), 503);
    ck_assert_int_eq(control("/sim/fault?kind=none"), 200);
    ck_assert_int_eq(control("/sim/fault?kind=rest_slow&delay_ms=50"), 200);
    int64_t begin_ns = clock_monotonic_ns();
    ck_assert_int_eq(client_get(&rest, "/api/v3/ping", "\r\n"), 200);
    ck_assert_int_ge(clock_monotonic_ns() - begin_ns, 50 * NS_PER_MS);
    ck_assert_int_eq(control("/sim/fault?kind=none"), 200);
    ck_assert_int_eq(control("/sim/fault?kind=rest_old&count=2"), 200);
    for (int i = 0; i < 3; i++) {
        ck_assert_int_eq(client_get(&rest, "/api/v3/depth?symbol=BTCUSDT", "\r\n"), 200);
        uint64_t id = number_in(buffer_data(&rest.in), "\"lastUpdateId\":");
        ck_assert_uint_eq(id, i < 2 ? venue->market->instruments[0].first_id - 1
                                    : venue->market->instruments[0].shown_id);
    }
    client_close(&rest);
    finish();
}
END_TEST

START_TEST(what_is_asked_wrongly_is_refused_and_nothing_done)
{
    static const char *const bad[] = {
        "/sim/fault?kind=nonsense",
        "/sim/fault?kind=drop&symbol=NOPE",
        "/sim/fault?kind=restart",
        "/sim/fault?kind=mute&stream=btcusdt@nonsense",
        "/sim/fault",
        "/sim/stats?x=1",
        "/sim/book",
        "/sim/book?symbol=NOPE",
        "/sim/send",
        "/sim/send?stream=btcusdt@nonsense",
        "/sim/send?stream=" DEPTH "&count=x",
        "/sim/send?stream=" DEPTH "&count=0",
        "/sim/send?stream=" DEPTH "&count=99999999999",
        "/sim/pause?for_ms=5",
    };
    begin();
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        ck_assert_msg(control(bad[i]) == 400, "%s", bad[i]);
    ck_assert_int_eq(control("/sim/nonsense"), 404);
    ck_assert_uint_eq(venue->sent, 0);
    for (int kind = 0; kind < FAULT_KINDS; kind++)
        ck_assert(!venue->faults.kinds[kind].on);
    finish();
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("sim_mischief");
    TCase *tests = tcase_create("mischief");
    tcase_add_test(tests, a_cut_closes_properly_with_its_code);
    tcase_add_test(tests, a_reset_is_one);
    tcase_add_test(tests, a_silent_session_says_nothing_and_new_ones_work);
    tcase_add_test(tests, a_quiet_session_still_answers_pings_and_ends_by_itself);
    tcase_add_test(tests, a_refused_connection_is_closed_at_once_but_for_control);
    tcase_add_test(tests, an_upgrade_gets_its_status_and_how_long_to_wait);
    tcase_add_test(tests, a_stalled_upgrade_is_never_answered);
    tcase_add_test(tests, a_drop_leaves_a_gap_in_one_book_only);
    tcase_add_test(tests, swapped_messages_change_places);
    tcase_add_test(tests, a_duplicate_comes_twice);
    tcase_add_test(tests, a_crossing_message_bids_more_than_is_asked);
    tcase_add_test(tests, garbage_takes_its_three_forms_in_turn);
    tcase_add_test(tests, a_large_message_has_its_length);
    tcase_add_test(tests, fragments_make_the_message);
    tcase_add_test(tests, a_shutdown_is_said_in_the_form_of_the_session);
    tcase_add_test(tests, rest_fails_is_slow_and_gives_old_books_as_told);
    tcase_add_test(tests, what_is_asked_wrongly_is_refused_and_nothing_done);
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? 0 : 1;
}
