/* SPDX-License-Identifier: Apache-2.0 */
/* The feed behind the gate: who reads it, and who reads on when somebody's key was taken. */
#include "gate_stage.h"

#include "gateway/publisher.h"

static struct config_feed feed;
static struct gate *gate;
static struct publisher *publisher;

static void set_up(void)
{
    char error[256];
    set_stage();
    grant("ann", "read", "");
    grant("bob", "read", "");
    grant("eve", "control", "");
    gate = open_gate();
    feed = (struct config_feed){.endpoint_count = 1,
                                .hwm = 1000,
                                .max_subscriptions = 100,
                                .queue_max = CONFIG_FEED_QUEUE_MIN};
    snprintf(feed.endpoints[0], sizeof feed.endpoints[0], "ipc://%.100s/feed", security.directory);
    publisher = publisher_new(zmq_stage, &feed, gate, error, sizeof error);
    ck_assert_msg(publisher != NULL, "%s", error);
}

static void tear_down(void)
{
    publisher_destroy(&publisher);
    gate_destroy(&gate);
    clear_stage();
}

static void publish(void)
{
    struct text *body = publisher_begin(publisher, SLICE("trade."), 64);
    ck_assert_ptr_nonnull(body);
    text_literal(body, "{}");
    publisher_end(publisher);
    publisher_flush(publisher);
}

static void *subscribe(const char *name)
{
    void *reader = come(ZMQ_SUB, name, feed.endpoints[0]);
    zmq_setsockopt(reader, ZMQ_SUBSCRIBE, "", 0);
    return reader;
}

/* Publishes until it comes. */
static bool reads(void *reader)
{
    int64_t deadline_ns = clock_monotonic_ns() + PATIENCE_MS * NS_PER_MS;
    zmq_pollitem_t item = {.socket = reader, .events = ZMQ_POLLIN};
    do
        publish();
    while (zmq_poll(&item, 1, 5) == 0 && clock_monotonic_ns() < deadline_ns);
    bool came = item.revents != 0;
    while (zmq_recv(reader, NULL, 0, ZMQ_DONTWAIT) >= 0)
        continue;
    return came;
}

static bool has_nothing(void *reader)
{
    zmq_pollitem_t item = {.socket = reader, .events = ZMQ_POLLIN};
    return zmq_poll(&item, 1, 0) == 0;
}

START_TEST(the_feed_is_read_by_keys_with_the_role_read_alone)
{
    void *ann = subscribe("ann"), *eve = subscribe("eve"), *stranger = subscribe("stranger");
    void *nobody = subscribe(NULL);
    await_denied(gate, 2);
    ck_assert(reads(ann) && reads(ann));
    ck_assert(has_nothing(eve) && has_nothing(stranger) && has_nothing(nobody));
    zmq_close(ann);
    zmq_close(eve);
    zmq_close(stranger);
    zmq_close(nobody);
}
END_TEST

START_TEST(the_feed_is_bound_anew_for_all_but_him_whose_key_was_taken)
{
    bool taken;
    struct publisher_stats stats = {0};
    struct rights *rights = await_rights(gate, &taken);
    rights_destroy(&rights);
    void *ann = subscribe("ann"), *bob = subscribe("bob");
    ck_assert(reads(ann) && reads(bob));
    int64_t taken_ns = clock_monotonic_ns();
    take_key("ann");
    rights = await_rights(gate, &taken);
    ck_assert(taken);
    publisher_rebind(publisher);
    await_denied(gate, 1); /* ann has been cut and tried again */
    while (zmq_recv(ann, NULL, 0, ZMQ_DONTWAIT) >= 0)
        continue;
    ck_assert(reads(bob));
    ck_assert_int_lt(clock_monotonic_ns() - taken_ns, NS_PER_SECOND);
    ck_assert(reads(bob) && has_nothing(ann));
    publisher_stats(publisher, &stats);
    ck_assert_uint_eq(stats.rebinds, 1);
    rights_destroy(&rights);
    zmq_close(ann);
    zmq_close(bob);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("gateway_publisher_gate");
    TCase *cases = tcase_create("feed");
    tcase_add_checked_fixture(cases, set_up, tear_down);
    tcase_set_timeout(cases, 30);
    tcase_add_test(cases, the_feed_is_read_by_keys_with_the_role_read_alone);
    tcase_add_test(cases, the_feed_is_bound_anew_for_all_but_him_whose_key_was_taken);
    suite_add_tcase(suite, cases);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? 0 : 1;
}
