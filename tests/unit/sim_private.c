/* SPDX-License-Identifier: Apache-2.0 */
/* Logins, private REST and what goes wrong with them, over real sockets, on an exchange that never
 * was. */
#include "tests/sim/record.h"
#include "tests/unit/sim_account.h"

#include <stdio.h>

#define SECRET "a secret of this test"

static struct dialect dialect;
static char file[] = "sim_private_XXXXXX", truth_file[] = "sim_truth_XXXXXX";
static char entry[2][128];

static void write_file(char *path, const char *content)
{
    int fd = mkstemp(path);
    ck_assert_int_ge(fd, 0);
    ck_assert_int_eq(write(fd, content, strlen(content)), (ssize_t)strlen(content));
    close(fd);
}

static void open_private_for(uint64_t orders, uint64_t listen_key_ms)
{
    char error[256];
    struct options options = desk_options();
    ck_assert_msg(secret_global_init(error, sizeof error), "%s", error);
    write_file(file, SECRET "\n");
    write_file(truth_file, "");
    snprintf(entry[0], sizeof entry[0], "main:key-1:%s", file);
    snprintf(entry[1], sizeof entry[1], "other:key-2:%s", file);
    dialect = odd_with(&odd_account);
    options.accounts = (struct options_list){{entry[0], entry[1]}, 2};
    options.symbols = 5;
    options.orders = orders;
    options.order_rate = 10000;
    options.truth = truth_file;
    options.listen_key_ms = listen_key_ms;
    open_desk_of(&options, &dialect);
}

static void open_private(uint64_t orders)
{
    open_private_for(orders, 3600000);
}

static void close_private(void)
{
    venue_destroy(&venue);
    unlink(file);
    unlink(truth_file);
}

static void sign(char signature[65], const char *message)
{
    struct secret *secret = secret_new(SLICE(SECRET));
    struct text text = text_over(signature, 64);
    ck_assert(sign_write(&text, secret, SIGN_SHA256, SIGN_HEX, slice_of(message)));
    signature[64] = '\0';
    secret_destroy(&secret);
}

static void enter(struct client *client, const char *key)
{
    char signature[65], message[256];
    client_upgrade(client, "/private");
    sign(signature, "login");
    snprintf(message, sizeof message, "login %s %s", key, signature);
    client_say(client, message);
    client_expect(client, "welcome");
    client_say(client, "listen");
    client_expect(client, "listening");
}

/* The body of a signed query, terminated. */
static const char *ask(struct client *client, const char *path, const char *query, int status)
{
    char signature[65], lines[512], address[512];
    sign(signature, query);
    snprintf(address, sizeof address, "%s?%s", path, query);
    snprintf(lines, sizeof lines, "X-Key: key-1\r\nX-Sign: %s\r\n\r\n", signature);
    client_open(client, port);
    ck_assert_int_eq(client_get(client, address, lines), status);
    return buffer_data(&client->in);
}

static bool answers(const char *path, const char *query, int status, const char *part)
{
    struct client client;
    const char *body = ask(&client, path, query, status);
    bool there = strstr(body, part) != NULL;
    client_close(&client);
    return there;
}

/* Places an order by hand; its id. */
static const char *place(const char *what)
{
    static char id[64];
    char path[256];
    struct client client;
    snprintf(path, sizeof path, "/sim/order?account=main&symbol=KRW-BTC&%s", what);
    client_open(&client, control_port);
    int status = client_get(&client, path, "\r\n");
    const char *body = buffer_data(&client.in);
    ck_assert_msg(status == 200, "%s: %s", what, body);
    ck_assert_int_eq(sscanf(body, "{\"ok\":true,\"id\":\"%63[^\"]\"}", id), 1);
    client_close(&client);
    return id;
}

static int do_order(const char *what, const char *id, const char *rest)
{
    char path[256];
    snprintf(path, sizeof path, "/sim/%s?order=%s%s", what, id, rest);
    return control(path);
}

START_TEST(who_logs_in_is_told_what_happens_to_its_account)
{
    struct client mine, others, mute;
    open_private(0);
    enter(&mine, "key-1");
    enter(&others, "key-2");
    client_upgrade(&mute, "/private");
    const char *id = place("side=buy&price=100000&qty=0.5");
    ck_assert_ptr_nonnull(strstr(client_expect(&mine, "\"order\""), id));
    ck_assert_int_eq(do_order("fill", id, "&qty=0.2"), 200);
    client_expect(&mine, "\"filled\":\"0.20000000\",\"state\":3");
    client_expect(&mine, "\"fill\":\"f-");
    ck_assert_int_eq(do_order("cancel", id, "&id=because"), 200);
    client_expect(&mine, "\"n\":3");
    ck_assert_int_eq(do_order("cancel", id, ""), 400);
    ck_assert_int_eq(do_order("fill", id, ""), 400);
    client_say(&others, "ping");
    client_say(&mute, "ping");
    ck_assert(client_next(&others) && client_next(&mute));
    ck_assert_msg(memcmp(others.frame.payload, "pong", 4) == 0, "it was told another's");
    ck_assert_msg(memcmp(mute.frame.payload, "pong", 4) == 0, "it was told without a login");
    ck_assert_uint_eq(venue->private.logins, 2);
    ck_assert_uint_eq(venue->private.sessions, 3);
    client_close(&mine);
    client_close(&others);
    client_close(&mute);
    until(venue->private.sessions == 0);
    close_private();
}
END_TEST

START_TEST(a_wrong_signature_is_refused_and_counted)
{
    struct client client;
    open_private(0);
    client_upgrade(&client, "/private");
    client_say(&client, "login key-1 0000");
    client_expect(&client, "no");
    ck_assert_uint_eq(venue->private.refused, 1);
    ck_assert_uint_eq(venue->private.logins, 0);
    client_close(&client);
    client_open(&client, port);
    ck_assert_int_eq(client_get(&client, "/private?nobody=1", KEY_LINES), 401);
    ck_assert_ptr_nonnull(strstr(buffer_data(&client.in), "denied"));
    client_close(&client);
    ck_assert(answers("/my/orders", "a=1&a=2", 200, "\"orders\":[]"));
    client_open(&client, port);
    ck_assert_int_eq(client_get(&client, "/my/orders?a=1", "X-Key: key-1\r\nX-Sign: 00\r\n\r\n"),
                     401);
    client_close(&client);
    ck_assert_uint_eq(venue->private.asked, 2);
    ck_assert_uint_eq(venue->private.asked_refused, 1);
    close_private();
}
END_TEST

START_TEST(a_nonce_is_taken_once)
{
    open_private(0);
    ck_assert(answers("/my/orders", "nonce=1", 200, "\"orders\""));
    ck_assert(answers("/my/orders", "nonce=1", 401, "old"));
    ck_assert(answers("/my/orders", "nonce=2", 200, "\"orders\""));
    close_private();
}
END_TEST

START_TEST(a_body_reaches_the_exchange_and_public_paths_stay_get)
{
    char signature[65], lines[512];
    struct client client;
    struct text text = text_over(lines, sizeof lines);
    open_private(0);
    sign(signature, "{\"a\":1}");
    text_format(&text, "POST /my/order HTTP/1.1\r\nX-KEY: key-1\r\nx-sign: %s\r\n", signature);
    text_literal(&text, "Content-Length: 7\r\n\r\n{\"a\":1}");
    client_open(&client, port);
    client_write(&client, text_slice(&text));
    until((client_turn(&client), buffer_reserve(&client.in, 1)[0] = '\0',
           client.in.len > 0 && strstr(buffer_data(&client.in), "\"method\":\"POST\",\"got\":7")));
    client_close(&client);
    static const char *const paths[] = {"/sim/stats", "/nothing"};
    for (size_t i = 0; i < 2; i++) {
        text = text_over(lines, sizeof lines);
        text_format(&text, "POST %s HTTP/1.1\r\n\r\n", paths[i]);
        client_open(&client, port);
        client_write(&client, text_slice(&text));
        until((client_turn(&client), client.in.len > 12));
        ck_assert_int_eq(memcmp(buffer_data(&client.in), "HTTP/1.1 405", 12), 0);
        client_close(&client);
    }
    close_private();
}
END_TEST

START_TEST(a_listen_key_lets_in_until_it_ends)
{
    struct client asked, client;
    char path[256];
    open_private_for(0, 1500);
    const char *body = ask(&asked, "/my/listen", "", 200);
    snprintf(path, sizeof path, "/private?k=%.64s", body);
    client_close(&asked);
    ck_assert(answers("/my/listen", "", 200, path + 11));
    client_upgrade(&client, path);
    place("side=sell&price=2000000000&qty=0.5");
    client_expect(&client, "\"n\":1");
    client_expect(&client, "over");
    place("side=sell&price=2000000000&qty=0.6");
    client_say(&client, "ping");
    ck_assert(client_next(&client));
    ck_assert_int_eq(memcmp(client.frame.payload, "pong", 4), 0);
    client_close(&client);
    client_open(&client, port);
    ck_assert_int_eq(client_get(&client, path, KEY_LINES), 401);
    client_close(&client);
    ck_assert(!answers("/my/listen", "", 200, path + 11));
    close_private();
}
END_TEST

START_TEST(a_stream_that_is_mute_or_over_says_nothing_more)
{
    struct client client, anew;
    open_private(0);
    enter(&client, "key-1");
    ck_assert_int_eq(control("/sim/fault?kind=private_mute"), 200);
    place("side=buy&price=100000&qty=0.5");
    enter(&anew, "key-1");
    place("side=buy&price=100000&qty=0.6");
    client_expect(&anew, "\"n\":2");
    ck_assert_int_eq(control("/sim/fault?kind=none"), 200);
    place("side=buy&price=100000&qty=0.7");
    ck_assert(client_next(&client));
    ck_assert_ptr_nonnull(memmem(client.frame.payload, client.frame.len, "\"n\":3", 5));
    ck_assert_int_eq(control("/sim/fault?kind=private_over"), 200);
    client_expect(&client, "over");
    place("side=buy&price=100000&qty=0.8");
    client_say(&client, "ping");
    ck_assert(client_next(&client));
    ck_assert_int_eq(memcmp(client.frame.payload, "pong", 4), 0);
    client_close(&client);
    client_close(&anew);
    close_private();
}
END_TEST

START_TEST(private_connections_alone_are_cut)
{
    struct client client, public;
    open_private(0);
    client_upgrade(&public, "/first");
    enter(&client, "key-1");
    ck_assert_int_eq(control("/sim/fault?kind=private_cut"), 200);
    while (client_next(&client))
        continue;
    client_close(&client);
    enter(&client, "key-1");
    ck_assert_int_eq(control("/sim/fault?kind=private_cut&every_ms=5"), 200);
    for (int i = 0; i < 5; i++) {
        until((client_turn(&client), client.over || client.in.len > 0));
        client_close(&client);
        client_upgrade(&client, "/private");
    }
    ck_assert_int_eq(control("/sim/fault?kind=none"), 200);
    ck_assert(!public.over);
    client_close(&client);
    client_close(&public);
    close_private();
}
END_TEST

START_TEST(a_revoked_key_is_nobodys)
{
    struct client client;
    open_private(0);
    enter(&client, "key-1");
    ck_assert_int_eq(control("/sim/fault?kind=deny&account=nobody"), 400);
    ck_assert_int_eq(control("/sim/fault?kind=deny&account=main"), 200);
    client_expect(&client, "over");
    ck_assert_uint_eq(client_closed(&client), 1008);
    client_close(&client);
    ck_assert(answers("/my/orders", "", 401, "denied"));
    ck_assert_int_eq(control("/sim/fault?kind=none"), 200);
    ck_assert(answers("/my/orders", "", 200, "\"orders\""));
    close_private();
}
END_TEST

START_TEST(private_rest_fails_so_many_times_and_the_clock_can_be_off)
{
    struct client client;
    long long now_ns = 0;
    open_private(0);
    ck_assert_int_eq(control("/sim/fault?kind=private_status&code=503&count=2"), 200);
    for (int i = 0; i < 3; i++)
        ck_assert(answers("/my/orders", "", i < 2 ? 503 : 200, ""));
    ck_assert_int_eq(control("/sim/fault?kind=skew&behind_ms=3600000"), 200);
    const char *body = ask(&client, "/my/orders", "", 200);
    ck_assert_int_eq(sscanf(strstr(body, "\"now\":"), "\"now\":%lld", &now_ns), 1);
    client_close(&client);
    ck_assert_int_lt(llabs(clock_real_ns() - now_ns - 3600 * NS_PER_SECOND), 60 * NS_PER_SECOND);
    close_private();
}
END_TEST

START_TEST(orders_by_hand_go_every_way)
{
    const struct order *orders = NULL;
    open_private(0);
    const char *id = place("side=buy&price=100000&qty=0.5&force=ioc");
    ck_assert_int_eq(do_order("expire", id, ""), 200);
    id = place("side=buy&price=100000&qty=0.5&force=post_only&client=mine");
    ck_assert_int_eq(do_order("expire", id, ""), 200);
    id = place("side=buy&type=market_amount&amount=5000");
    ck_assert_int_eq(do_order("fill", id, "&qty=0.00001"), 200);
    ck_assert_int_eq(do_order("expire", id, ""), 200);
    id = place("side=sell&type=market&qty=0.5");
    ck_assert_int_eq(do_order("fill", id, ""), 200);
    id = place("side=sell&type=stop_limit&price=100000&stop=99000&qty=0.5");
    ck_assert_int_eq(do_order("fill", id, ""), 400);
    ck_assert_int_eq(do_order("trigger", id, ""), 200);
    ck_assert_int_eq(do_order("fill", id, ""), 200);
    id = place("side=sell&price=100000&qty=0.5");
    ck_assert_int_eq(do_order("expire", id, "&cause=self"), 200);
    place("side=sell&price=100000&qty=20000");
    static const enum dialect_order_state states[] = {
        DIALECT_ORDER_EXPIRED, DIALECT_ORDER_EXPIRED,  DIALECT_ORDER_EXPIRED, DIALECT_ORDER_FILLED,
        DIALECT_ORDER_FILLED,  DIALECT_ORDER_CANCELED, DIALECT_ORDER_REJECTED};
    orders = venue->accounts->orders;
    ck_assert_uint_eq(venue->accounts->order_count, 7);
    for (uint32_t i = 0; i < 7; i++)
        ck_assert_msg(orders[i].state == states[i], "order %u", i);
    static const char *const wrong[] = {
        "/sim/order?account=x&symbol=KRW-BTC&side=buy&price=1000&qty=1",
        "/sim/order?account=main&symbol=X&side=buy&price=1000&qty=1",
        "/sim/order?account=main&symbol=KRW-BTC&side=up&price=1000&qty=1",
        "/sim/order?account=main&symbol=KRW-BTC&side=buy&price=1000.5&qty=1",
        "/sim/order?account=main&symbol=KRW-BTC&side=buy&price=1000",
        "/sim/order?account=main&symbol=KRW-BTC&side=buy&price=1000&qty=1&type=odd",
        "/sim/fill?order=x",
        "/sim/orders?run=2",
        "/sim/accounts?account=x",
    };
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        ck_assert_msg(control(wrong[i]) == 400, "%s", wrong[i]);
    close_private();
}
END_TEST

/* How often a word stands in a text. */
static uint32_t count_of(const char *text, const char *word)
{
    uint32_t count = 0;
    while ((text = strstr(text, word)) != NULL) {
        count++;
        text += strlen(word);
    }
    return count;
}

START_TEST(what_was_told_is_what_is_true)
{
    struct client mine, others, client;
    static char truth[1 << 22];
    uint64_t told = 0;
    open_private(300);
    enter(&mine, "key-1");
    ck_assert_uint_eq(venue->accounts->order_count, 0);
    enter(&others, "key-2"); /* now they begin */
    until(lives_left(venue->lives) == 0);
    until(venue->accounts->order_count > 0);
    client_open(&client, control_port);
    ck_assert_int_eq(client_get(&client, "/sim/accounts", "\r\n"), 200);
    const char *body = buffer_data(&client.in);
    ck_assert_uint_eq(count_of(body, "{\"id\":\"o-"), venue->accounts->order_count);
    ck_assert_uint_eq(count_of(body, "{\"id\":\"f-"), venue->accounts->fill_count);
    ck_assert_uint_eq(count_of(body, "\"name\":"), 2);
    ck_assert_ptr_nonnull(strstr(body, "\"left\":0"));
    FILE *stream = fopen(truth_file, "r");
    truth[fread(truth, 1, sizeof truth - 1, stream)] = '\0';
    fclose(stream);
    ck_assert_uint_eq(count_of(truth, "\"account\":\"main\""), venue->accounts->rows[0].sequence);
    ck_assert_uint_eq(count_of(truth, "\"fill\":\"f-"), venue->accounts->fill_count);
    char last[64];
    snprintf(last, sizeof last, "\"n\":%llu,",
             (unsigned long long)venue->accounts->rows[0].sequence);
    while (client_next(&mine) && !memmem(mine.frame.payload, mine.frame.len, last, strlen(last)))
        told++;
    ck_assert_uint_ge(told + 1, venue->accounts->rows[0].sequence);
    client_close(&client);
    client_close(&mine);
    client_close(&others);
    close_private();
}
END_TEST

START_TEST(orders_wait_for_all_accounts_or_for_a_word)
{
    struct client client;
    open_private(50);
    ck_assert_int_eq(control("/sim/orders?run=0"), 200);
    enter(&client, "key-1");
    client_close(&client);
    enter(&client, "key-2");
    ck_assert(!lives_are_going(venue->lives));
    ck_assert_int_eq(control("/sim/orders?run=1"), 200);
    client_expect(&client, "\"order\"");
    ck_assert_int_eq(control("/sim/orders?run=0"), 200);
    ck_assert_int_eq(lives_due_ns(venue->lives), INT64_MAX);
    client_close(&client);
    close_private();
}
END_TEST

START_TEST(accounts_are_named_on_the_command_line)
{
    struct options options;
    FILE *err = tmpfile();
    char *good[] = {"sim", "--plain", "--account", "a:b:c", "--account", "d:e:f", "--orders", "5"};
    char *bad[] = {"sim", "--plain", "--orders", "5"};
    char *played[] = {"sim", "--plain", "--account", "a:b:c", "--play", "x"};
    char *many[2 * (OPTIONS_LIST + 1) + 2] = {"sim", "--plain"};
    options_init(&options);
    ck_assert(options_read(&options, sizeof good / sizeof *good, good, err));
    ck_assert_uint_eq(options.accounts.count, 2);
    ck_assert_str_eq(options.accounts.entries[1], "d:e:f");
    options_init(&options);
    ck_assert(!options_read(&options, sizeof bad / sizeof *bad, bad, err));
    options_init(&options);
    ck_assert(!options_read(&options, sizeof played / sizeof *played, played, err));
    for (int i = 0; i <= OPTIONS_LIST; i++) {
        many[2 + 2 * i] = "--account";
        many[3 + 2 * i] = "a:b:c";
    }
    options_init(&options);
    ck_assert(!options_read(&options, sizeof many / sizeof *many, many, err));
    options_init(&options);
    ck_assert(options_read(&options, sizeof many / sizeof *many - 2, many, err));
    fclose(err);
}
END_TEST

START_TEST(an_exchange_without_a_private_half_has_no_accounts)
{
    struct options options = desk_options();
    const char *why = NULL;
    options.accounts = (struct options_list){{"a:b:c"}, 1};
    venue = venue_new(&options, &odd, NULL, &why);
    ck_assert(venue == NULL && strstr(why, "no accounts") != NULL);
    dialect = odd_with(&odd_account);
    options.accounts.entries[0] = "a:b";
    venue = venue_new(&options, &dialect, NULL, &why);
    ck_assert(venue == NULL && strstr(why, "NAME:KEY:SECRETFILE") != NULL);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("sim_private");
    TCase *tests = tcase_create("private");
    tcase_set_timeout(tests, 60);
    tcase_add_test(tests, who_logs_in_is_told_what_happens_to_its_account);
    tcase_add_test(tests, a_wrong_signature_is_refused_and_counted);
    tcase_add_test(tests, a_nonce_is_taken_once);
    tcase_add_test(tests, a_body_reaches_the_exchange_and_public_paths_stay_get);
    tcase_add_test(tests, a_listen_key_lets_in_until_it_ends);
    tcase_add_test(tests, a_stream_that_is_mute_or_over_says_nothing_more);
    tcase_add_test(tests, private_connections_alone_are_cut);
    tcase_add_test(tests, a_revoked_key_is_nobodys);
    tcase_add_test(tests, private_rest_fails_so_many_times_and_the_clock_can_be_off);
    tcase_add_test(tests, orders_by_hand_go_every_way);
    tcase_add_test(tests, what_was_told_is_what_is_true);
    tcase_add_test(tests, orders_wait_for_all_accounts_or_for_a_word);
    tcase_add_test(tests, accounts_are_named_on_the_command_line);
    tcase_add_test(tests, an_exchange_without_a_private_half_has_no_accounts);
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? 0 : 1;
}
