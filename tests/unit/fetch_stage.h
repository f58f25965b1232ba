/* SPDX-License-Identifier: Apache-2.0 */
/* The fetch thread beside a small HTTP server, and somebody who asks. */
#ifndef TICKGATE_TESTS_UNIT_FETCH_STAGE_H
#define TICKGATE_TESTS_UNIT_FETCH_STAGE_H

#include "common/clock.h"
#include "connectors/fetch.h"
#include "connectors/registry.h"
#include "tests/unit/fetch_desk.h"

#include <semaphore.h>
#include <time.h>

#define WAIT_S 20

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
    open_desk();
    asker_init(&asker);
    start(4);
}

static void tear_down(void)
{
    fetch_destroy(&fetch);
    asker_fini(&asker);
    close_desk();
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

#endif
