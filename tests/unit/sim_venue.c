/* SPDX-License-Identifier: Apache-2.0 */
/* The venue as a whole: its books join its streams, its truth is what was sent, it ends as told;
 * and what is played instead of made up. */
#include "tests/unit/sim_desk.h"

#include "tests/sim/replica.h"

#include <stdio.h>

static struct dialect_level levels[2][1000];

static uint64_t number_in(const char *text, const char *name)
{
    const char *at = strstr(text, name);
    ck_assert_ptr_nonnull(at);
    return strtoull(at + strlen(name), NULL, 10);
}

static bool read_book(const char *text, struct dialect_book *book)
{
    return venue->dialect->read_book(slice_of(text), book, levels[0], levels[1], 1000);
}

static void get_book(struct client *rest, const char *path, struct dialect_book *book)
{
    ck_assert_int_eq(client_get(rest, path, "\r\n"), 200);
    ck_assert(read_book(buffer_data(&rest->in), book));
}

/* The exchange's rule: old ones are passed over, the first must join, the others follow. */
static void apply(struct replica *replica, const char *text)
{
    struct dialect_book changes;
    ck_assert(read_book(text, &changes));
    if (changes.last_id <= replica->last_id)
        return;
    ck_assert_uint_le(changes.first_id, replica->last_id + 1);
    ck_assert(replica_apply(replica, &changes));
}

static void check_book(const struct replica *replica, const struct dialect_book *book)
{
    ck_assert_uint_eq(replica->last_id, book->last_id);
    ck_assert(replica->counts[0] == book->bid_count && replica->counts[1] == book->ask_count);
    ck_assert_mem_eq(replica->levels[0], book->bids, book->bid_count * sizeof *book->bids);
    ck_assert_mem_eq(replica->levels[1], book->asks, book->ask_count * sizeof *book->asks);
}

START_TEST(a_book_asked_for_at_any_moment_joins_the_stream)
{
    struct options options = desk_options();
    options.rate = 5000;
    options.connects = 1000;
    open_desk(&options);
    for (int round = 0; round < 10; round++) {
        struct client client, rest;
        struct dialect_book book;
        struct replica replica = {.last_id = 0};
        client_upgrade(&client, "/ws/btcusdt@depth@100ms/btcusdt@bookTicker/btcusdt@trade");
        client_open(&rest, port);
        client_expect(&client, "depthUpdate");
        get_book(&rest, "/api/v3/depth?symbol=BTCUSDT&limit=1000", &book);
        ck_assert(replica_replace(&replica, &book));
        for (int i = 0; i < 300; i++)
            apply(&replica, client_expect(&client, "depthUpdate"));
        control("/sim/pause");
        control("/sim/send?stream=btcusdt@bookTicker&count=3");
        ck_assert_int_eq(client_get(&rest, "/sim/book?symbol=BTCUSDT", "\r\n"), 200);
        uint64_t last_id = number_in(buffer_data(&rest.in), "{\"symbol\":\"BTCUSDT\",\"id\":");
        while (replica.last_id < last_id)
            apply(&replica, client_expect(&client, "depthUpdate"));
        venue_book(venue, 0, MARKET_DEPTH_MAX, &book);
        check_book(&replica, &book);
        control("/sim/resume");
        client_close(&client);
        client_close(&rest);
        replica_fini(&replica);
    }
    ck_assert_uint_eq(venue->snapshots, 10);
    venue_destroy(&venue);
}
END_TEST

START_TEST(both_depth_streams_get_every_change)
{
    struct options options = desk_options();
    struct client client;
    open_desk(&options);
    control("/sim/pause");
    client_upgrade(&client, "/stream?streams=btcusdt@depth/btcusdt@depth@100ms/btcusdt@depth5");
    control("/sim/send?stream=btcusdt@depth&count=1");
    control("/sim/send?stream=btcusdt@depth@100ms&count=1");
    uint64_t first = number_in(client_expect(&client, "@depth\""), "\"u\":");
    ck_assert_uint_eq(number_in(client_expect(&client, "@depth@100ms\""), "\"u\":"), first);
    ck_assert_uint_eq(number_in(client_expect(&client, "@depth5\""), "\"lastUpdateId\":"), first);
    ck_assert_uint_eq(number_in(client_expect(&client, "@depth\""), "\"U\":"), first + 1);
    client_close(&client);
    venue_destroy(&venue);
}
END_TEST

START_TEST(candles_are_the_sum_of_the_trades_between_two_of_them)
{
    struct options options = desk_options();
    struct client client;
    uint64_t trades = 0, counted = 0, last = 0, closed = 0;
    options.rate = 500;
    options.symbols = 1;
    open_desk(&options);
    client_upgrade(&client, "/ws/btcusdt@kline_1s/btcusdt@trade");
    while (closed < 2) {
        const char *text = client_expect(&client, "BTCUSDT");
        if (strstr(text, "\"kline\"") == NULL) {
            uint64_t id = number_in(text, "\"t\":");
            ck_assert(last == 0 || id == last + 1);
            last = id;
            trades++;
        } else if (strstr(text, "\"x\":true") != NULL) {
            counted += number_in(text, "\"n\":");
            ck_assert_uint_eq(counted, trades);
            ck_assert(trades == 0 || number_in(text, "\"L\":") == last);
            closed++;
        }
    }
    client_close(&client);
    venue_destroy(&venue);
}
END_TEST

START_TEST(the_truth_is_what_was_sent_and_its_end_is_said)
{
    char path[] = "/tmp/sim_venue.XXXXXX", line[4096];
    struct options options = desk_options();
    struct client client;
    uint64_t frames = 0;
    close(mkstemp(path));
    options.truth = path;
    options.messages = 500;
    options.rate = 5000;
    open_desk(&options);
    client_upgrade(&client, "/stream?streams=btcusdt@trade/ethusdt@depth/btcusdt@ticker");
    FILE *sent = tmpfile();
    while (client_next(&client) && client.frame.opcode == FRAME_TEXT) {
        fwrite(client.frame.payload, 1, client.frame.len, sent);
        fputc('\n', sent);
    }
    ck_assert_int_eq(client.frame.opcode, FRAME_CLOSE);
    ck_assert(!venue_runs(venue));
    client_send(&client, FRAME_CLOSE, true, SLICE("\x03\xe9"));
    while (venue_turn(venue, TURN_NS))
        continue;
    client_close(&client);
    venue_destroy(&venue);
    FILE *truth = fopen(path, "r");
    rewind(sent);
    while (fgets(line, sizeof line, truth) != NULL && strstr(line, "\"frame\":") != NULL) {
        char expected[4096];
        ck_assert_ptr_nonnull(fgets(expected, sizeof expected, sent));
        char *frame = strstr(line, "\"frame\":") + 8;
        ck_assert_int_eq(strncmp(frame, expected, strlen(expected) - 1), 0);
        ck_assert_str_eq(frame + strlen(expected) - 1, "}\n");
        frames++;
    }
    ck_assert_uint_ge(frames, 500);
    ck_assert_uint_eq(number_in(line, "{\"end\":true,\"messages\":"), frames);
    ck_assert_ptr_null(fgets(line, sizeof line, truth));
    ck_assert_ptr_null(fgets(line, sizeof line, sent));
    fclose(truth);
    fclose(sent);
    unlink(path);
}
END_TEST

START_TEST(a_stamp_is_the_intended_time)
{
    struct options options = desk_options();
    struct client client;
    options.stamp = true;
    options.rate = 1000;
    open_desk(&options);
    client_upgrade(&client, "/stream?streams=btcusdt@trade/btcusdt@bookTicker");
    int64_t before = 0;
    for (int i = 0; i < 100; i++) {
        const char *text = client_expect(&client, "\"data\":{\"ns\":");
        int64_t stamp = (int64_t)number_in(text, "\"ns\":");
        ck_assert_int_ge(stamp, before);
        ck_assert_int_lt(llabs(clock_real_ns() - stamp), WAIT_NS);
        if (strstr(text, "@trade") != NULL)
            ck_assert_int_eq((int64_t)number_in(text, "\"T\":"), stamp / 1000);
        before = stamp;
    }
    client_close(&client);
    venue_destroy(&venue);
}
END_TEST

START_TEST(only_the_active_ones_live_by_themselves)
{
    struct options options = desk_options();
    struct client client;
    options.active = 1;
    options.rate = 2000;
    open_desk(&options);
    client_upgrade(&client, "/stream?streams=btcusdt@trade/ethusdt@trade/ethusdt@ticker");
    for (int i = 0; i < 1000; i++)
        ck_assert_ptr_nonnull(strstr(client_expect(&client, "@"), "btcusdt@trade"));
    control("/sim/send?stream=ethusdt@trade&count=1");
    client_expect(&client, "ethusdt@trade");
    client_close(&client);
    venue_destroy(&venue);
}
END_TEST

START_TEST(nothing_is_sent_before_enough_is_subscribed)
{
    struct options options = desk_options();
    struct client client;
    options.start_after = 3;
    open_desk(&options);
    client_upgrade(&client, "/ws/btcusdt@trade/ethusdt@trade/NOPE");
    for (int i = 0; i < 50; i++)
        client_turn(&client);
    ck_assert_uint_eq(venue->sent, 0);
    client_say(&client, "{\"method\":\"SUBSCRIBE\",\"params\":[\"btcusdt@depth\"],\"id\":1}");
    client_expect(&client, "\"e\":");
    client_close(&client);
    venue_destroy(&venue);
}
END_TEST

/* Takes the whole frames that are there; no trade is missing. */
static void follow_trades(struct client *client, uint64_t *id)
{
    for (; take_frame(client); buffer_take(&client->in, client->frame.whole)) {
        char text[512];
        struct text copy = text_over(text, sizeof text);
        text_bytes(&copy, client->frame.payload, client->frame.len);
        text_terminate(&copy);
        uint64_t next = number_in(text, "\"t\":");
        ck_assert(*id == 0 || next == *id + 1);
        *id = next;
    }
}

START_TEST(the_market_waits_for_its_slowest_reader)
{
    struct options options = desk_options();
    struct client slow, fast;
    options.rate = 1000000;
    open_desk(&options);
    client_upgrade(&slow, "/ws/btcusdt@trade");
    client_upgrade(&fast, "/ws/btcusdt@trade");
    uint64_t before;
    int64_t until_ns = clock_monotonic_ns() + WAIT_NS;
    do { /* until its socket takes no more either */
        ck_assert_msg(clock_monotonic_ns() < until_ns, "the market does not wait");
        before = venue->sent;
        for (int i = 0; i < 50; i++)
            client_turn(&fast);
    } while (venue->sent != before || venue->full == 0);
    for (struct peer *peer = NULL; (peer = sockets_next(venue->sockets, peer)) != NULL;)
        ck_assert_uint_lt(peer->out.len, 2 * SESSION_QUEUE_MAX);
    uint64_t slow_id = 0, fast_id = 0;
    while (venue->sent < before + 20000) {
        client_turn(&slow);
        client_turn(&fast);
        follow_trades(&slow, &slow_id);
        follow_trades(&fast, &fast_id);
    }
    client_close(&slow);
    client_close(&fast);
    venue_destroy(&venue);
}
END_TEST

START_TEST(rest_answers_as_the_exchange_and_weighs)
{
    static const struct {
        const char *path;
        int status;
        const char *part;
    } cases[] = {
        {"/api/v3/ping", 200, "{}"},
        {"/api/v3/time", 200, "{\"serverTime\":"},
        {"/api/v3/exchangeInfo", 200, "\"symbol\":\"S0003USDT\",\"status\":\"TRADING\""},
        {"/api/v3/exchangeInfo?symbol=ETHUSDT", 200, "\"tickSize\":\"0.01000000\""},
        {"/api/v3/exchangeInfo?symbols=%5B%22BTCUSDT%22%5D", 200, "\"stepSize\":\"0.00001000\""},
        {"/api/v3/exchangeInfo?symbol=NOPE", 400, "{\"code\":-1121,\"msg\":\"Invalid symbol.\"}"},
        {"/api/v3/exchangeInfo?colour=1", 400, "{\"code\":-1104,"},
        {"/api/v3/depth?symbol=BTCUSDT&limit=5", 200, "{\"lastUpdateId\":"},
        {"/api/v3/depth", 400, "{\"code\":-1102,"},
        {"/api/v3/depth?symbol=btcusdt", 400, "{\"code\":-1121,"},
        {"/api/v3/depth?symbol=BTCUSDT&limit=x", 400, "{\"code\":-1100,"},
        {"/api/v3/account", 404, "404"},
        {"/ws", 404, "404"},
    };
    struct options options = desk_options();
    struct client client;
    open_desk(&options);
    client_open(&client, port);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        ck_assert_msg(client_get(&client, cases[i].path, "\r\n") == cases[i].status, "%s",
                      cases[i].path);
        ck_assert_msg(strstr(buffer_data(&client.in), cases[i].part) != NULL, "%s: %s",
                      cases[i].path, buffer_data(&client.in));
    }
    ck_assert_uint_eq(venue->law.weight_used[0], 1 + 1 + 20 * 5 + 5 * 4);
    ck_assert_uint_eq(venue->snapshots, 1);
    venue->law.weight_limit = 0;
    for (uint32_t i = 0; i < venue->limits.warnings; i++)
        ck_assert_int_eq(client_get(&client, "/api/v3/ping", "\r\n"), 429);
    ck_assert_int_eq(client_get(&client, "/api/v3/ping", "\r\n"), 418);
    ck_assert_ptr_nonnull(strstr(buffer_data(&client.in), "IP banned until"));
    ck_assert_uint_eq(venue->law.violations.weight, venue->limits.warnings + 1);
    client_close(&client);
    venue_destroy(&venue);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("sim_venue");
    TCase *tests = tcase_create("venue");
    tcase_add_test(tests, a_book_asked_for_at_any_moment_joins_the_stream);
    tcase_add_test(tests, both_depth_streams_get_every_change);
    tcase_add_test(tests, candles_are_the_sum_of_the_trades_between_two_of_them);
    tcase_add_test(tests, the_truth_is_what_was_sent_and_its_end_is_said);
    tcase_add_test(tests, a_stamp_is_the_intended_time);
    tcase_add_test(tests, only_the_active_ones_live_by_themselves);
    tcase_add_test(tests, nothing_is_sent_before_enough_is_subscribed);
    tcase_add_test(tests, the_market_waits_for_its_slowest_reader);
    tcase_add_test(tests, rest_answers_as_the_exchange_and_weighs);
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? 0 : 1;
}
