/* SPDX-License-Identifier: Apache-2.0 */
/* The fetch thread against a small HTTP server in this process: whatever the server, the budget or
 * the stop does, each request is answered once, or never if it was taken back. */
#include "common/clock.h"
#include "common/thread.h"
#include "connectors/fetch.h"
#include "connectors/registry.h"

#include <arpa/inet.h>
#include <check.h>
#include <poll.h>
#include <semaphore.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define WAIT_S      20
#define STALLED_MAX 8

/* Answers by path; "/stall" waits until it is told to. */
struct server {
    struct thread thread;
    int listener, wake[2];
    uint16_t port;
    int stalled[STALLED_MAX];
    atomic_int stalled_count;
    atomic_int requests;
};

static const struct {
    const char *path;
    const char *head;
    size_t body_len;
} pages[] = {
    {"/ok", "200 OK\r\nX-MBX-USED-WEIGHT-1M: 55", 5},
    {"/stall", "200 OK", 5},
    {"/big", "200 OK", 5000},
    {"/busy", "429 Too Many\r\nRetry-After: 1", 5},
    {"/busy-and-big", "429 Too Many\r\nRetry-After: 7", 5000},
    {"/banned", "418 I'm a teapot", 5},
    {"/firewall", "403 Forbidden", 5},
    {"/broken", "500 Internal Server Error", 5},
    {"/moved", "302 Found\r\nLocation: /ok", 5},
};

static void reply(int connection, size_t page)
{
    char text[6000];
    int len = snprintf(text, sizeof text,
                       "HTTP/1.1 %s\r\nContent-Length: %zu\r\nConnection: close\r\n\r\n%.*s",
                       pages[page].head, pages[page].body_len, 5, "hello");
    for (size_t filled = 5; filled < pages[page].body_len; filled++)
        text[len++] = 'x';
    ck_assert_int_eq(send(connection, text, (size_t)len, MSG_NOSIGNAL), len);
    close(connection);
}

static void serve(struct server *server, int connection)
{
    char request[2048];
    size_t len = 0;
    ssize_t got;
    while (len < sizeof request - 1 &&
           (got = recv(connection, request + len, sizeof request - 1 - len, 0)) > 0) {
        request[len += (size_t)got] = '\0';
        if (strstr(request, "\r\n\r\n") != NULL)
            break;
        if (request[0] != 'G') /* a TLS hello, say */
            break;
    }
    size_t page = 0, path_len = len > 4 ? strcspn(request + 4, " ?") : 0;
    while (page < sizeof pages / sizeof *pages &&
           (strlen(pages[page].path) != path_len ||
            memcmp(request + 4, pages[page].path, path_len) != 0))
        page++;
    atomic_fetch_add(&server->requests, 1);
    if (page == sizeof pages / sizeof *pages)
        close(connection);
    else if (strcmp(pages[page].path, "/stall") == 0)
        server->stalled[atomic_fetch_add(&server->stalled_count, 1)] = connection;
    else
        reply(connection, page);
}

/* A byte to `wake` lets go what is stalled; its end ends the server. */
static void serve_all(void *argument)
{
    struct server *server = argument;
    for (;;) {
        struct pollfd ready[] = {{server->listener, POLLIN, 0}, {server->wake[0], POLLIN, 0}};
        char byte;
        if (poll(ready, 2, -1) < 0)
            continue;
        if (ready[1].revents != 0) {
            bool over = read(server->wake[0], &byte, 1) != 1;
            for (int i = 0; i < atomic_load(&server->stalled_count); i++)
                over ? (void)close(server->stalled[i]) : reply(server->stalled[i], 1);
            atomic_store(&server->stalled_count, 0);
            if (over)
                return;
        }
        if (ready[0].revents != 0)
            serve(server, accept(server->listener, NULL, NULL));
    }
}

static struct server server;

static void let_go(void)
{
    ck_assert_int_eq(write(server.wake[1], "x", 1), 1);
}

/* Who asks: answers come into a mailbox, and each is a semaphore's post. */
struct asker {
    struct fetch_asker fetch;
    sem_t answered;
};

static void wake(void *context)
{
    sem_post(context);
}

static void asker_init(struct asker *asker)
{
    sem_init(&asker->answered, 0, 0);
    asker->fetch = (struct fetch_asker){mailbox_queue_new(32), wake, &asker->answered};
    ck_assert_ptr_nonnull(asker->fetch.answers);
}

static void asker_fini(struct asker *asker)
{
    void *answer;
    while ((answer = mailbox_pop(asker->fetch.answers)) != NULL)
        free(answer);
    mailbox_queue_destroy(&asker->fetch.answers);
    sem_destroy(&asker->answered);
}

static struct fetch_answer *wait_answer(struct asker *asker)
{
    struct timespec until;
    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_sec += WAIT_S;
    ck_assert_msg(sem_timedwait(&asker->answered, &until) == 0, "no answer");
    struct fetch_answer *answer = mailbox_pop(asker->fetch.answers);
    ck_assert_ptr_nonnull(answer);
    return answer;
}

static void expect_no_answer(struct asker *asker)
{
    ck_assert_ptr_null(mailbox_pop(asker->fetch.answers));
}

static struct asker asker;
static struct fetch *fetch;
static uint64_t tags;

static void start(uint32_t parallel_max)
{
    const struct fetch_config config = {.queue_max = 16,
                                        .weight_percent = 1, /* of 6000 */
                                        .parallel_max = parallel_max,
                                        .dns_keep_ms = 60000};
    fetch = fetch_new(&config);
    ck_assert_ptr_nonnull(fetch);
}

static void set_up(void)
{
    struct sockaddr_in address = {.sin_family = AF_INET};
    socklen_t len = sizeof address;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    server.listener = socket(AF_INET, SOCK_STREAM, 0);
    ck_assert_int_eq(bind(server.listener, (struct sockaddr *)&address, sizeof address), 0);
    ck_assert_int_eq(listen(server.listener, 16), 0);
    ck_assert_int_eq(getsockname(server.listener, (struct sockaddr *)&address, &len), 0);
    server.port = ntohs(address.sin_port);
    ck_assert_int_eq(pipe(server.wake), 0);
    ck_assert(thread_start(&server.thread, "server", serve_all, &server));
    asker_init(&asker);
    start(4);
}

static void tear_down(void)
{
    fetch_destroy(&fetch);
    asker_fini(&asker);
    close(server.wake[1]);
    thread_join(&server.thread);
    close(server.wake[0]);
    close(server.listener);
}

static struct fetch_request request_of(struct asker *who, enum fetch_kind kind)
{
    return (struct fetch_request){.kind = kind,
                                  .exchange = exchange_find(SLICE("binance")),
                                  .asker = &who->fetch,
                                  .tag = ++tags,
                                  .weight = 1,
                                  .timeout_ms = 10000,
                                  .body_max = 1000};
}

static uint64_t get(struct asker *who, const char *path, uint32_t weight, uint32_t timeout_ms)
{
    struct fetch_request request = request_of(who, FETCH_GET);
    request.weight = weight;
    request.timeout_ms = timeout_ms;
    snprintf(request.url, sizeof request.url, "http://127.0.0.1:%u%s", server.port, path);
    ck_assert(fetch_ask(fetch, &request));
    return request.tag;
}

static struct fetch_answer *dial(const char *host)
{
    struct fetch_request request = request_of(&asker, FETCH_DIAL);
    request.timeout_ms = 500;
    snprintf(request.url, sizeof request.url, "%s", host);
    ck_assert(fetch_ask(fetch, &request));
    return wait_answer(&asker);
}

static void expect_answer(uint64_t tag, enum fetch_error error, uint32_t status)
{
    struct fetch_answer *answer = wait_answer(&asker);
    ck_assert_msg(answer->tag == tag && answer->error == error && answer->status == status,
                  "request %d: error %d, status %u: %s", (int)answer->tag, (int)answer->error,
                  answer->status, answer->detail);
    ck_assert(error == FETCH_OK || answer->detail[0] != '\0');
    free(answer);
}

START_TEST(fetch_gets_a_body_and_learns_the_weight)
{
    struct fetch_budget budget;
    uint64_t tag = get(&asker, "/ok?limit=5", 7, 10000);
    struct fetch_answer *answer = wait_answer(&asker);
    ck_assert(answer->tag == tag && answer->kind == FETCH_GET && answer->error == FETCH_OK);
    ck_assert(answer->status == 200 && answer->body_len == 5);
    ck_assert_str_eq(answer->body, "hello");
    free(answer);
    expect_no_answer(&asker);
    fetch_budget(fetch, exchange_find(SLICE("binance")), &budget);
    ck_assert(budget.weight_limit == 60 && budget.weight_used == 7 && budget.hold_ms == 0);
    get(&asker, "/ok", 5, 10000); /* 55 by the exchange's own count: there is room for 5 */
    free(wait_answer(&asker));
    get(&asker, "/ok", 1, 10000);
    free(dial("127.0.0.1"));
    fetch_budget(fetch, exchange_find(SLICE("binance")), &budget);
    ck_assert_uint_eq(budget.weight_used, 60);
    ck_assert_int_eq(atomic_load(&server.requests), 2);
}
END_TEST

START_TEST(fetch_answers_every_failure_by_its_name)
{
    struct fetch_request request = request_of(&asker, FETCH_GET);
    expect_answer(get(&asker, "/big", 1, 10000), FETCH_TOO_LARGE, 200);
    expect_answer(get(&asker, "/broken", 1, 10000), FETCH_STATUS, 500);
    expect_answer(get(&asker, "/moved", 1, 10000), FETCH_STATUS, 302);
    expect_answer(get(&asker, "/nothing", 1, 10000), FETCH_CONNECT, 0);
    expect_answer(get(&asker, "/stall", 1, 50), FETCH_TIMEOUT, 0);
    snprintf(request.url, sizeof request.url, "https://127.0.0.1:%u/ok", server.port);
    ck_assert(fetch_ask(fetch, &request));
    expect_answer(request.tag, FETCH_TLS, 0);
    request.tag = ++tags;
    snprintf(request.url, sizeof request.url, "ftp://127.0.0.1/ok");
    ck_assert(fetch_ask(fetch, &request));
    expect_answer(request.tag, FETCH_CONNECT, 0);
    expect_no_answer(&asker);
}
END_TEST

START_TEST(fetch_keeps_away_for_as_long_as_the_exchange_says)
{
    struct fetch_budget budget;
    uint64_t tag = get(&asker, "/busy", 1, 10000);
    struct fetch_answer *answer = wait_answer(&asker);
    ck_assert(answer->tag == tag && answer->error == FETCH_STATUS && answer->status == 429);
    ck_assert_uint_eq(answer->retry_after_ms, 1000);
    free(answer);
    int64_t held_ns = clock_monotonic_ns();
    fetch_budget(fetch, exchange_find(SLICE("binance")), &budget);
    ck_assert(budget.hold_ms > 0 && budget.hold_ms <= 1000);
    expect_answer(get(&asker, "/ok", 1, 10), FETCH_WITHHELD, 0); /* it cannot wait so long */
    expect_answer(get(&asker, "/ok", 1, 10000), FETCH_OK, 200);
    ck_assert_int_ge(clock_monotonic_ns() - held_ns, 900 * NS_PER_MS);
    ck_assert_int_eq(atomic_load(&server.requests), 2);
}
END_TEST

START_TEST(fetch_hears_a_no_whatever_its_body)
{
    uint64_t tag = get(&asker, "/busy-and-big", 1, 10000);
    struct fetch_answer *answer = wait_answer(&asker);
    ck_assert(answer->tag == tag && answer->error == FETCH_STATUS && answer->status == 429);
    ck_assert_uint_eq(answer->retry_after_ms, 7000);
    free(answer);
    answer = dial("127.0.0.1"); /* a hold is for everything that goes there */
    ck_assert_int_eq(answer->error, FETCH_WITHHELD);
    free(answer);
}
END_TEST

START_TEST(fetch_keeps_away_from_who_bans_without_saying_how_long)
{
    static const struct {
        const char *path;
        uint32_t status, wait_ms;
    } cases[] = {{"/firewall", 403, 60000}, {"/banned", 418, 120000}};
    for (size_t i = 0; i < 2; i++) {
        struct fetch_budget budget;
        get(&asker, cases[i].path, 1, 10000);
        struct fetch_answer *answer = wait_answer(&asker);
        ck_assert(answer->status == cases[i].status && answer->retry_after_ms == cases[i].wait_ms);
        free(answer);
        fetch_budget(fetch, exchange_find(SLICE("binance")), &budget);
        ck_assert(budget.hold_ms > cases[i].wait_ms - 5000 && budget.hold_ms <= cases[i].wait_ms);
        fetch_destroy(&fetch);
        start(4);
    }
}
END_TEST

START_TEST(fetch_obeys_a_hold_that_another_saw)
{
    const struct exchange *binance = exchange_find(SLICE("binance"));
    fetch_hold(fetch, binance, 50000, true);
    fetch_hold(fetch, binance, 1, false); /* a shorter one changes nothing */
    struct fetch_answer *answer = dial("127.0.0.1");
    ck_assert_int_eq(answer->error, FETCH_WITHHELD);
    ck_assert(answer->retry_after_ms > 40000 && answer->retry_after_ms <= 50000);
    free(answer);
    ck_assert_int_eq(atomic_load(&server.requests), 0);
}
END_TEST

START_TEST(fetch_spends_no_more_than_its_budget)
{
    struct fetch_budget budget;
    expect_answer(get(&asker, "/stall", 50, 50), FETCH_TIMEOUT, 0);
    get(&asker, "/ok", 50, 10000); /* waits for a minute to pass */
    get(&asker, "/ok", 1, 10000);  /* would fit, but not before the other */
    free(dial("127.0.0.1"));       /* is paid from another purse */
    ck_assert_int_eq(atomic_load(&server.requests), 1);
    fetch_budget(fetch, exchange_find(SLICE("binance")), &budget);
    ck_assert(budget.weight_used == 50 && budget.connects_used == 1);
    expect_no_answer(&asker);
    fetch_destroy(&fetch);
    for (int i = 0; i < 2; i++) {
        struct fetch_answer *answer = wait_answer(&asker);
        ck_assert_int_eq(answer->error, FETCH_STOPPED);
        free(answer);
    }
    expect_no_answer(&asker);
}
END_TEST

/* Waits until the server holds so many requests. */
static void wait_stalled(int count)
{
    int64_t until_ns = clock_monotonic_ns() + WAIT_S * NS_PER_SECOND;
    while (atomic_load(&server.stalled_count) != count) {
        ck_assert_int_lt(clock_monotonic_ns(), until_ns);
        poll(NULL, 0, 1);
    }
}

START_TEST(fetch_runs_so_many_at_once_and_the_next_as_soon_as_one_ends)
{
    fetch_destroy(&fetch);
    start(2);
    for (int i = 0; i < 3; i++)
        get(&asker, "/stall", 1, 10000);
    wait_stalled(2);
    free(dial("127.0.0.1")); /* the third had its turn by now */
    ck_assert_int_eq(atomic_load(&server.stalled_count), 2);
    let_go();
    for (int i = 0; i < 2; i++)
        free(wait_answer(&asker));
    wait_stalled(1);
    let_go();
    free(wait_answer(&asker));
    fetch_destroy(&fetch);
    start(1);
    int64_t begun_ns = clock_monotonic_ns();
    for (int i = 0; i < 8; i++)
        get(&asker, "/ok", 0, 10000);
    for (int i = 0; i < 8; i++)
        free(wait_answer(&asker));
    ck_assert_int_lt(clock_monotonic_ns() - begun_ns, 4 * NS_PER_SECOND);
}
END_TEST

START_TEST(fetch_forgets_what_is_taken_back)
{
    struct asker other;
    asker_init(&other);
    get(&asker, "/stall", 55, 10000);
    wait_stalled(1);
    get(&asker, "/ok", 30, 10000); /* waits for the budget */
    fetch_forget(fetch, &asker.fetch);
    let_go();
    get(&other, "/ok", 5, 10000); /* nothing stands before it any longer */
    struct fetch_answer *answer = wait_answer(&other);
    ck_assert_int_eq(answer->error, FETCH_OK);
    free(answer);
    fetch_forget(fetch, &other.fetch);
    fetch_destroy(&fetch);
    expect_no_answer(&asker);
    expect_no_answer(&other);
    ck_assert_int_eq(atomic_load(&server.requests), 2);
    asker_fini(&other);
}
END_TEST

START_TEST(fetch_answers_what_is_open_when_it_stops)
{
    bool stopped[4] = {false};
    uint64_t first = tags + 1;
    get(&asker, "/stall", 1, 10000);
    get(&asker, "/stall", 1, 10000);
    wait_stalled(2);
    get(&asker, "/ok", 60, 10000);
    get(&asker, "/ok", 60, 10000);
    fetch_destroy(&fetch);
    for (int i = 0; i < 4; i++) {
        struct fetch_answer *answer = wait_answer(&asker);
        ck_assert_int_eq(answer->error, FETCH_STOPPED);
        stopped[answer->tag - first] = true;
        free(answer);
    }
    expect_no_answer(&asker);
    ck_assert(stopped[0] && stopped[1] && stopped[2] && stopped[3]);
    fetch_destroy(&fetch); /* safe twice */
}
END_TEST

START_TEST(fetch_takes_no_more_requests_than_its_queue_holds)
{
    struct fetch_request request = request_of(&asker, FETCH_GET);
    snprintf(request.url, sizeof request.url, "http://127.0.0.1:%u/ok", server.port);
    request.weight = 60;
    fetch_hold(fetch, request.exchange, 5000, false);
    for (int i = 0; i < 16; i++)
        ck_assert(fetch_ask(fetch, &request));
    ck_assert(!fetch_ask(fetch, &request));
    fetch_destroy(&fetch);
    for (int i = 0; i < 16; i++)
        free(wait_answer(&asker));
    expect_no_answer(&asker);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("connectors_fetch");
    TCase *tests = tcase_create("fetch");
    tcase_add_checked_fixture(tests, set_up, tear_down);
    tcase_add_test(tests, fetch_gets_a_body_and_learns_the_weight);
    tcase_add_test(tests, fetch_answers_every_failure_by_its_name);
    tcase_add_test(tests, fetch_keeps_away_for_as_long_as_the_exchange_says);
    tcase_add_test(tests, fetch_hears_a_no_whatever_its_body);
    tcase_add_test(tests, fetch_keeps_away_from_who_bans_without_saying_how_long);
    tcase_add_test(tests, fetch_obeys_a_hold_that_another_saw);
    tcase_add_test(tests, fetch_spends_no_more_than_its_budget);
    tcase_add_test(tests, fetch_runs_so_many_at_once_and_the_next_as_soon_as_one_ends);
    tcase_add_test(tests, fetch_forgets_what_is_taken_back);
    tcase_add_test(tests, fetch_answers_what_is_open_when_it_stops);
    tcase_add_test(tests, fetch_takes_no_more_requests_than_its_queue_holds);
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? 0 : 1;
}
