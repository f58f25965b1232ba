/* SPDX-License-Identifier: Apache-2.0 */
/* The request socket with real clients of it, in one thread: what comes in which form, what goes
 * back to whom, and what is only counted. */
#include "query_asking.h"

#include "gateway/requests.h"

#include <zmq.h>

#define ENDPOINT    "inproc://requests"
#define PATIENCE_MS 10000

static void *context;
static struct requests *requests;

static void open_requests(void)
{
    char error[256];
    config->requests.endpoint_count = 1;
    snprintf(config->requests.endpoints[0], sizeof config->requests.endpoints[0], ENDPOINT);
    context = zmq_ctx_new();
    requests = requests_new(context, &config->requests, NULL, NULL, query, tables.stats, error,
                            sizeof error);
    ck_assert_msg(requests != NULL, "%s", error);
}

static void close_requests(void)
{
    requests_destroy(&requests);
    zmq_ctx_term(context);
}

static void *client_new(int type, const char *identity)
{
    void *client = zmq_socket(context, type);
    int wait_ms = PATIENCE_MS, linger_ms = 0;
    zmq_setsockopt(client, ZMQ_RCVTIMEO, &wait_ms, sizeof wait_ms);
    zmq_setsockopt(client, ZMQ_LINGER, &linger_ms, sizeof linger_ms);
    if (identity[0] != '\0')
        zmq_setsockopt(client, ZMQ_ROUTING_ID, identity, strlen(identity));
    ck_assert_int_eq(zmq_connect(client, ENDPOINT), 0);
    return client;
}

/* Sends frames separated by '|'. */
static void send_frames(void *client, const char *frames)
{
    for (const char *end; (end = strchr(frames, '|')) != NULL; frames = end + 1)
        ck_assert_int_ge(zmq_send(client, frames, (size_t)(end - frames), ZMQ_SNDMORE), 0);
    ck_assert_int_ge(zmq_send(client, frames, strlen(frames), 0), 0);
}

/* What came back, in the same form. */
static void expect_frames(void *client, const char *expected)
{
    char got[4096] = "";
    int more = 1;
    for (size_t at = 0; more != 0; at = strlen(got)) {
        size_t size = sizeof more;
        int len = zmq_recv(client, got + at, sizeof got - at - 2, 0);
        ck_assert_msg(len >= 0, "no reply; expected was %s", expected);
        zmq_getsockopt(client, ZMQ_RCVMORE, &more, &size);
        snprintf(got + at + len, 2, "%s", more != 0 ? "|" : "");
    }
    ck_assert_msg(strncmp(got, expected, strlen(expected)) == 0, "%s", got);
}

static void expect_silence(void *client)
{
    zmq_pollitem_t item = {.socket = client, .events = ZMQ_POLLIN};
    ck_assert_int_eq(zmq_poll(&item, 1, 0), 0);
}

/* Takes what has come, and makes the images that are due. */
static void serve(void)
{
    zmq_pollitem_t item = {.socket = requests_socket(requests), .events = ZMQ_POLLIN};
    ck_assert_int_eq(zmq_poll(&item, 1, PATIENCE_MS), 1);
    while (requests_receive(requests, &now))
        continue;
    while (requests_step(requests, &now))
        continue;
}

START_TEST(requests_echo_the_frames_before_the_body)
{
    open_requests();
    void *dealer = client_new(ZMQ_DEALER, ""), *simple = client_new(ZMQ_REQ, "");
    send_frames(dealer, "{\"id\":1,\"op\":\"ping\"}");
    serve();
    expect_frames(dealer, "{\"id\":1,\"ok\":true");
    send_frames(dealer, "|{\"id\":2,\"op\":\"ping\"}");
    serve();
    expect_frames(dealer, "|{\"id\":2,\"ok\":true");
    send_frames(dealer, "a|b|c|d|e|f||{\"id\":3,\"op\":\"ping\"}");
    serve();
    expect_frames(dealer, "a|b|c|d|e|f||{\"id\":3,\"ok\":true");
    send_frames(simple, "{\"id\":4,\"op\":\"nothing\"}");
    serve();
    expect_frames(simple, "{\"id\":4,\"ok\":false");
    send_frames(dealer, "");
    serve();
    expect_frames(dealer, "{\"id\":null,\"ok\":false");
    ck_assert_uint_eq(stats_totals(tables.stats)->requests_malformed, 0);
    ck_assert_uint_eq(stats_totals(tables.stats)->peers, 2);
    zmq_close(simple);
    zmq_close(dealer);
    close_requests();
}
END_TEST

START_TEST(requests_of_no_form_are_counted_and_get_no_reply)
{
    char long_frame[300 + 32];
    open_requests();
    void *dealer = client_new(ZMQ_DEALER, "");
    send_frames(dealer, "a|{\"id\":1,\"op\":\"ping\"}");
    send_frames(dealer, "a|b|c|d|e|f|g||{\"id\":1,\"op\":\"ping\"}");
    send_frames(dealer, "||||||||||||||||||||||||||||||||||||||||||||||||||||||||||||||||");
    memset(long_frame, 'x', 300);
    snprintf(long_frame + 300, 32, "||{\"id\":1,\"op\":\"ping\"}");
    send_frames(dealer, long_frame);
    send_frames(dealer, "{\"id\":7,\"op\":\"ping\"}");
    serve();
    expect_frames(dealer, "{\"id\":7,\"ok\":true");
    expect_silence(dealer);
    ck_assert_uint_eq(stats_totals(tables.stats)->requests_malformed, 4);
    ck_assert_uint_eq(stats_totals(tables.stats)->requests, 1);
    zmq_close(dealer);
    close_requests();
}
END_TEST

START_TEST(requests_keep_each_clients_rate)
{
    config->requests.rate = 1;
    config->requests.burst = 2;
    open_requests();
    void *greedy = client_new(ZMQ_DEALER, "greedy"), *modest = client_new(ZMQ_DEALER, "modest");
    for (int i = 0; i < 3; i++)
        send_frames(greedy, "{\"id\":1,\"op\":\"ping\"}");
    send_frames(modest, "{\"id\":1,\"op\":\"ping\"}");
    serve();
    expect_frames(greedy, "{\"id\":1,\"ok\":true");
    expect_frames(greedy, "{\"id\":1,\"ok\":true");
    expect_frames(greedy, "{\"id\":1,\"ok\":false,\"error\":{\"code\":\"busy\"");
    expect_frames(modest, "{\"id\":1,\"ok\":true");
    now.monotonic_ns += NS_PER_SECOND;
    send_frames(greedy, "{\"id\":2,\"op\":\"ping\"}");
    serve();
    expect_frames(greedy, "{\"id\":2,\"ok\":true");
    now.monotonic_ns += 10 * NS_PER_SECOND;
    char large[1100];
    memset(large, ' ', sizeof large);
    memcpy(large, "{\"id\":3,\"op\":\"ping\"}", 20);
    large[sizeof large - 1] = '\0';
    send_frames(greedy, large);
    send_frames(greedy, "{\"id\":4,\"op\":\"ping\"}");
    serve();
    expect_frames(greedy, "{\"id\":3,\"ok\":true");
    expect_frames(greedy, "{\"id\":4,\"ok\":false,\"error\":{\"code\":\"busy\"");
    zmq_close(modest);
    zmq_close(greedy);
    close_requests();
}
END_TEST

START_TEST(requests_are_answered_while_a_snapshot_is_under_way_and_it_goes_to_its_asker)
{
    open_requests();
    list("BTC-USDT ETH-USDT");
    json_decref(result_of("{'id':1,'op':'subscription.add','exchange':'binance','channel':'trade',"
                          "'symbols':['BTC-USDT','ETH-USDT']}"));
    say_trade("trade.binance.ETH-USDT.", 5);
    void *one = client_new(ZMQ_DEALER, "one"), *other = client_new(ZMQ_DEALER, "other");
    send_frames(one, "x||{\"id\":\"s\",\"op\":\"snapshot\",\"prefixes\":[\"trade.\"]}");
    zmq_pollitem_t item = {.socket = requests_socket(requests), .events = ZMQ_POLLIN};
    ck_assert_int_eq(zmq_poll(&item, 1, PATIENCE_MS), 1);
    ck_assert(requests_receive(requests, &now));
    ck_assert(requests_step(requests, &now));
    send_frames(other, "{\"id\":1,\"op\":\"snapshot\",\"prefixes\":[\"quote.\"]}");
    send_frames(other, "{\"id\":2,\"op\":\"ping\"}");
    send_frames(one, "{\"id\":3,\"op\":\"ping\"}");
    serve();
    expect_frames(one, "{\"id\":3,\"ok\":true");
    expect_frames(one, "x||{\"id\":\"s\",\"ok\":true,\"result\":{\"epoch\":1700000000000,"
                       "\"images\":[{\"topic\":\"trade.binance.BTC-USDT.\"");
    expect_frames(other, "{\"id\":2,\"ok\":true");
    expect_frames(other, "{\"id\":1,\"ok\":true,\"result\":{\"epoch\":1700000000000,"
                         "\"images\":[]}}");
    zmq_close(other);
    zmq_close(one);
    close_requests();
}
END_TEST

/* The socket keeps 256 replies for who does not read. */
START_TEST(replies_that_cannot_be_sent_are_counted)
{
    int receive_max = 1, replies = 0;
    open_requests();
    void *lazy = zmq_socket(context, ZMQ_DEALER);
    zmq_setsockopt(lazy, ZMQ_RCVHWM, &receive_max, sizeof receive_max);
    ck_assert_int_eq(zmq_connect(lazy, ENDPOINT), 0);
    for (int i = 0; i < 300; i++) {
        send_frames(lazy, "{\"id\":1,\"op\":\"ping\"}");
        serve();
    }
    uint64_t unsent = stats_totals(tables.stats)->replies_unsent;
    ck_assert(unsent > 0 && unsent < 300);
    while (zmq_recv(lazy, reply_room, config->requests.reply_max, ZMQ_DONTWAIT) >= 0)
        replies++;
    ck_assert_uint_eq((uint64_t)replies + unsent, 300);
    send_frames(lazy, "{\"id\":2,\"op\":\"ping\"}");
    serve();
    expect_frames(lazy, "{\"id\":2,\"ok\":true");
    zmq_close(lazy);
    close_requests();
}
END_TEST

START_TEST(requests_say_why_they_cannot_be_bound)
{
    char error[256];
    open_requests();
    ck_assert_ptr_null(requests_new(context, &config->requests, NULL, NULL, query, tables.stats,
                                    error, sizeof error));
    ck_assert_ptr_nonnull(strstr(error, ENDPOINT));
    close_requests();
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {
        requests_echo_the_frames_before_the_body,
        requests_of_no_form_are_counted_and_get_no_reply,
        requests_keep_each_clients_rate,
        requests_are_answered_while_a_snapshot_is_under_way_and_it_goes_to_its_asker,
        replies_that_cannot_be_sent_are_counted,
        requests_say_why_they_cannot_be_bound,
    };
    return run_tests("gateway_requests", tests, sizeof tests / sizeof *tests);
}
