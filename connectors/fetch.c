/* SPDX-License-Identifier: Apache-2.0 */
/* The fetch thread: requests wait in one list, in order, until their exchange's budget lets them
 * start; then a look-up or a transfer runs beside the others. libcurl and the resolver do the
 * waiting; this thread never blocks on either. */
#include "connectors/fetch.h"

#include "common/clock.h"
#include "common/ensure.h"
#include "common/log.h"
#include "common/thread.h"
#include "connectors/fetch_parts.h"
#include "connectors/registry.h"

#include <netdb.h>
#include <semaphore.h>
#include <stdio.h>
#include <stdlib.h>

#define PLACES_MAX  REGISTRY_MAX
#define IDLE_MS     1000
#define LOOKUP_MS   10 /* look-ups under way are asked so often */
#define HOLD_MAX_MS (3u * 24 * 3600 * 1000)

enum message_kind { MESSAGE_REQUEST, MESSAGE_HOLD, MESSAGE_FORGET, MESSAGE_STOP };

struct message {
    enum message_kind kind;
    struct fetch_job *job;           /* REQUEST */
    const struct exchange *exchange; /* HOLD */
    uint32_t wait_ms;
    bool banned;
    struct fetch_asker *asker; /* FORGET */
    sem_t *done;               /* FORGET */
};

/* What this address may spend at a group of exchanges. */
struct place {
    const char *group;
    struct budget weight;
    struct budget calls; /* its limit 0: they count with the others */
    struct budget connects;
    int64_t hold_until_ns;
    uint32_t running;
    struct {
        _Atomic uint32_t weight_used, connects_used;
        _Atomic int64_t hold_until_ns;
    } seen; /* by others */
};

struct fetch {
    struct fetch_config config;
    struct thread thread;
    CURLM *multi;
    struct mailbox_queue *inbox;
    atomic_uint waiting_count;
    struct fetch_job *waiting; /* in order; under way: */
    struct fetch_job *running;
    struct dns_cache cache;
    struct place places[PLACES_MAX]; /* made by the fetch thread alone, and never taken back */
    _Atomic size_t place_count;
    bool stopped;
};

/* Our part of what an exchange allows. */
static uint32_t part_of(const struct fetch *fetch, uint32_t weight)
{
    return (uint32_t)((uint64_t)weight * fetch->config.weight_percent / 100);
}

/* NULL: nobody asked for its group yet. */
static struct place *find_place(struct fetch *fetch, const struct exchange *exchange)
{
    size_t count = atomic_load(&fetch->place_count);
    for (size_t i = 0; i < count; i++)
        if (strcmp(fetch->places[i].group, exchange->limits.group) == 0)
            return &fetch->places[i];
    return NULL;
}

static struct place *place_of(struct fetch *fetch, const struct exchange *exchange)
{
    const struct exchange_limits *limits = &exchange->limits;
    struct place *place = find_place(fetch, exchange);
    if (place != NULL)
        return place;
    size_t count = atomic_load(&fetch->place_count);
    ENSURE(count < PLACES_MAX);
    place = &fetch->places[count];
    place->group = limits->group;
    int64_t window_ns = limits->rest_window_ms * NS_PER_MS;
    budget_init(&place->weight, part_of(fetch, limits->rest_weight), window_ns);
    budget_init(&place->calls, part_of(fetch, limits->call_weight), window_ns);
    budget_init(&place->connects, limits->connects, limits->connects_window_ms * NS_PER_MS);
    atomic_store(&fetch->place_count, count + 1);
    return place;
}

static void give(struct fetch_job *job, const struct fetch_answer *head)
{
    struct fetch_answer *answer = malloc(sizeof *answer + job->body.len + 1);
    ENSURE(answer != NULL); /* an asker that is never answered would wait for ever */
    *answer = *head;
    answer->tag = job->request.tag;
    answer->kind = job->request.kind;
    answer->body_len = job->body.len;
    if (job->body.len > 0)
        memcpy(answer->body, job->body.data, job->body.len);
    answer->body[job->body.len] = '\0';
    ENSURE(mailbox_push(job->request.asker->answers, answer));
    job->request.asker->wake(job->request.asker->context);
}

/* The one answer of a job, which ends it. */
static void answer(struct fetch *fetch, struct fetch_job *job, const struct fetch_answer *head)
{
    if (job->request.asker != NULL)
        give(job, head);
    atomic_fetch_sub(&fetch->waiting_count, 1);
    fetch_job_destroy(&job);
}

static void answer_error(struct fetch *fetch, struct fetch_job *job, enum fetch_error error,
                         uint32_t retry_after_ms, const char *detail)
{
    struct fetch_answer head = {.error = error, .retry_after_ms = retry_after_ms};
    snprintf(head.detail, sizeof head.detail, "%s", detail);
    answer(fetch, job, &head);
}

static void hold(struct fetch *fetch, const struct exchange *exchange, uint32_t wait_ms,
                 bool banned, int64_t now_ns)
{
    struct place *place = place_of(fetch, exchange);
    int64_t until_ns = now_ns + (wait_ms < HOLD_MAX_MS ? wait_ms : HOLD_MAX_MS) * NS_PER_MS;
    if (until_ns <= place->hold_until_ns)
        return;
    place->hold_until_ns = until_ns;
    atomic_store(&place->seen.hold_until_ns, until_ns);
    log_warn(banned ? "exchange_banned" : "exchange_hold",
             "%s: nothing is sent to it for %u ms, as it asked", place->group, wait_ms);
}

static void append(struct fetch_job **list, struct fetch_job *job)
{
    while (*list != NULL)
        list = &(*list)->next;
    *list = job;
}

/* What waits is not done at all; what runs has been paid for and ends unheard. */
static void forget(struct fetch *fetch, struct fetch_asker *asker)
{
    struct fetch_job **link = &fetch->waiting;
    while (*link != NULL) {
        struct fetch_job *job = *link;
        if (job->request.asker != asker) {
            link = &job->next;
            continue;
        }
        *link = job->next;
        job->request.asker = NULL;
        answer_error(fetch, job, FETCH_STOPPED, 0, "taken back");
    }
    for (struct fetch_job *job = fetch->running; job != NULL; job = job->next)
        if (job->request.asker == asker)
            job->request.asker = NULL;
}

static void take_messages(struct fetch *fetch, int64_t now_ns)
{
    struct message *message;
    while ((message = mailbox_pop(fetch->inbox)) != NULL) {
        switch (message->kind) {
        case MESSAGE_REQUEST:
            append(&fetch->waiting, message->job);
            break;
        case MESSAGE_HOLD:
            hold(fetch, message->exchange, message->wait_ms, message->banned, now_ns);
            break;
        case MESSAGE_FORGET:
            forget(fetch, message->asker);
            sem_post(message->done);
            break;
        case MESSAGE_STOP:
            fetch->stopped = true;
            break;
        }
        free(message);
    }
}

/* When a job may start: 0 now, else ns to wait. What it spends is then spent. */
static int64_t spend(struct fetch *fetch, struct place *place, const struct fetch_job *job,
                     int64_t now_ns)
{
    if (place->hold_until_ns > now_ns)
        return place->hold_until_ns - now_ns;
    if (job->request.kind == FETCH_DIAL)
        return budget_take(&place->connects, 1, now_ns);
    if (place->running >= fetch->config.parallel_max)
        return NS_PER_SECOND;
    bool apart = job->request.kind == FETCH_CALL && place->calls.limit > 0;
    return budget_take(apart ? &place->calls : &place->weight, job->request.weight, now_ns);
}

static void show(struct place *place, int64_t now_ns)
{
    atomic_store(&place->seen.weight_used, budget_used(&place->weight, now_ns));
    atomic_store(&place->seen.connects_used, budget_used(&place->connects, now_ns));
}

static void start(struct fetch *fetch, struct place *place, struct fetch_job *job, int64_t now_ns)
{
    job->deadline_ns = now_ns + job->request.timeout_ms * NS_PER_MS;
    bool started =
        job->request.kind == FETCH_DIAL ? fetch_job_look_up(job) : fetch_job_get(job, fetch->multi);
    if (!started) {
        answer_error(fetch, job, FETCH_CONNECT, 0, "out of memory, or the URL is no good");
        return;
    }
    place->running += job->request.kind != FETCH_DIAL;
    append(&fetch->running, job);
}

/* Starts what may start, in order for each group and kind; the ns until the next may. */
static int64_t start_waiting(struct fetch *fetch, int64_t now_ns)
{
    int64_t soonest_ns = IDLE_MS * NS_PER_MS;
    bool blocked[PLACES_MAX][FETCH_KINDS] = {{false}};
    struct fetch_job **link = &fetch->waiting;
    while (*link != NULL) {
        struct fetch_job *job = *link;
        struct place *place = place_of(fetch, job->request.exchange);
        bool *waits = &blocked[place - fetch->places][job->request.kind];
        int64_t held_ns = place->hold_until_ns - now_ns;
        bool withheld = held_ns > job->request.timeout_ms * NS_PER_MS;
        int64_t wait_ns = withheld || *waits ? 0 : spend(fetch, place, job, now_ns);
        if (!withheld && (*waits || wait_ns > 0)) {
            *waits = true;
            if (wait_ns > 0 && wait_ns < soonest_ns)
                soonest_ns = wait_ns;
            link = &job->next;
            continue;
        }
        *link = job->next;
        job->next = NULL;
        if (withheld)
            answer_error(fetch, job, FETCH_WITHHELD, (uint32_t)(held_ns / NS_PER_MS),
                         "the exchange asked us to wait");
        else
            start(fetch, place, job, now_ns);
    }
    for (size_t i = 0; i < atomic_load(&fetch->place_count); i++)
        show(&fetch->places[i], now_ns);
    return soonest_ns;
}

static void unlink_running(struct fetch *fetch, struct fetch_job *job)
{
    struct fetch_job **link = &fetch->running;
    while (*link != job)
        link = &(*link)->next;
    *link = job->next;
    job->next = NULL;
}

static void finish_get(struct fetch *fetch, struct fetch_job *job, CURLcode code, int64_t now_ns)
{
    struct place *place = place_of(fetch, job->request.exchange);
    struct fetch_answer head = {0};
    fetch_job_result(job, code, &head);
    place->running--;
    if (job->used_weight >= 0)
        budget_learn(&place->weight, (uint32_t)job->used_weight, now_ns);
    show(place, now_ns);
    uint32_t wait_ms = fetch_default_wait_ms(head.status);
    bool unclear = job->request.kind == FETCH_CALL && head.status == 403;
    if (wait_ms > 0 && !unclear) {
        head.retry_after_ms = head.retry_after_ms > 0 ? head.retry_after_ms : wait_ms;
        hold(fetch, job->request.exchange, head.retry_after_ms, head.status == 418, now_ns);
    }
    curl_multi_remove_handle(fetch->multi, job->easy);
    unlink_running(fetch, job);
    answer(fetch, job, &head);
}

/* True if any ended: its place is free for one that waits. */
static bool finish_transfers(struct fetch *fetch, int64_t now_ns)
{
    int left;
    bool any = false;
    CURLMsg *done;
    while ((done = curl_multi_info_read(fetch->multi, &left)) != NULL) {
        struct fetch_job *job;
        CURLcode code = done->data.result;
        curl_easy_getinfo(done->easy_handle, CURLINFO_PRIVATE, &job);
        finish_get(fetch, job, code, now_ns);
        any = true;
    }
    return any;
}

/* True while look-ups are under way. */
static bool finish_lookups(struct fetch *fetch, int64_t now_ns)
{
    bool under_way = false;
    struct fetch_job *next;
    for (struct fetch_job *job = fetch->running; job != NULL; job = next) {
        struct fetch_answer head = {0};
        next = job->next;
        if (job->request.kind != FETCH_DIAL)
            continue;
        if (!fetch_job_looked_up(job, &fetch->cache, fetch->config.dns_keep_ms, now_ns, &head)) {
            under_way = true;
            continue;
        }
        unlink_running(fetch, job);
        answer(fetch, job, &head);
    }
    return under_way;
}

static void end_all(struct fetch *fetch)
{
    while (fetch->waiting != NULL) {
        struct fetch_job *job = fetch->waiting;
        fetch->waiting = job->next;
        job->next = NULL;
        answer_error(fetch, job, FETCH_STOPPED, 0, "the gateway is stopping");
    }
    while (fetch->running != NULL) {
        struct fetch_job *job = fetch->running;
        if (job->easy != NULL)
            curl_multi_remove_handle(fetch->multi, job->easy);
        unlink_running(fetch, job);
        answer_error(fetch, job, FETCH_STOPPED, 0, "the gateway is stopping");
    }
}

static void run(void *argument)
{
    struct fetch *fetch = argument;
    while (!fetch->stopped) {
        int running;
        int64_t now_ns = clock_monotonic_ns();
        take_messages(fetch, now_ns);
        int64_t wait_ns = start_waiting(fetch, now_ns);
        curl_multi_perform(fetch->multi, &running);
        now_ns = clock_monotonic_ns();
        if (finish_transfers(fetch, now_ns))
            wait_ns = 0;
        if (finish_lookups(fetch, now_ns) && wait_ns > LOOKUP_MS * NS_PER_MS)
            wait_ns = LOOKUP_MS * NS_PER_MS;
        if (!fetch->stopped)
            curl_multi_poll(fetch->multi, NULL, 0, (int)(wait_ns / NS_PER_MS) + 1, NULL);
    }
    end_all(fetch);
}

struct fetch *fetch_new(const struct fetch_config *config)
{
    struct fetch *fetch = calloc(1, sizeof *fetch);
    if (fetch == NULL || !fetch_curl_init()) {
        free(fetch);
        return NULL;
    }
    fetch->config = *config;
    fetch->multi = curl_multi_init();
    fetch->inbox = mailbox_queue_new(2 * (size_t)config->queue_max);
    if (fetch->multi == NULL || fetch->inbox == NULL ||
        !thread_start(&fetch->thread, "fetch", run, fetch))
        fetch_destroy(&fetch);
    return fetch;
}

/* Hands a message over; false if there is no room. */
static bool post(struct fetch *fetch, const struct message *content)
{
    struct message *message = malloc(sizeof *message);
    if (message == NULL)
        return false;
    *message = *content;
    if (!mailbox_push(fetch->inbox, message)) {
        free(message);
        return false;
    }
    curl_multi_wakeup(fetch->multi);
    return true;
}

void fetch_destroy(struct fetch **fetch)
{
    struct message *message;
    if (*fetch == NULL)
        return;
    if ((*fetch)->thread.running)
        while (!post(*fetch, &(struct message){.kind = MESSAGE_STOP}))
            continue;
    thread_join(&(*fetch)->thread);
    while ((*fetch)->inbox != NULL && (message = mailbox_pop((*fetch)->inbox)) != NULL) {
        if (message->kind == MESSAGE_REQUEST)
            answer_error(*fetch, message->job, FETCH_STOPPED, 0, "the gateway is stopping");
        free(message);
    }
    mailbox_queue_destroy(&(*fetch)->inbox);
    if ((*fetch)->multi != NULL)
        curl_multi_cleanup((*fetch)->multi);
    free(*fetch);
    *fetch = NULL;
    curl_global_cleanup();
}

bool fetch_ask(struct fetch *fetch, const struct fetch_request *request)
{
    if (atomic_fetch_add(&fetch->waiting_count, 1) >= fetch->config.queue_max) {
        atomic_fetch_sub(&fetch->waiting_count, 1);
        return false;
    }
    struct fetch_job *job = fetch_job_new(request);
    if (job != NULL && post(fetch, &(struct message){.kind = MESSAGE_REQUEST, .job = job}))
        return true;
    atomic_fetch_sub(&fetch->waiting_count, 1);
    fetch_job_destroy(&job);
    return false;
}

/* The queue has twice the room that requests may take: a hold is never refused for long. */
void fetch_hold(struct fetch *fetch, const struct exchange *exchange, uint32_t wait_ms, bool banned)
{
    const struct message message = {
        .kind = MESSAGE_HOLD, .exchange = exchange, .wait_ms = wait_ms, .banned = banned};
    while (!post(fetch, &message))
        continue;
}

void fetch_forget(struct fetch *fetch, struct fetch_asker *asker)
{
    sem_t done;
    sem_init(&done, 0, 0);
    while (!post(fetch, &(struct message){.kind = MESSAGE_FORGET, .asker = asker, .done = &done}))
        continue;
    while (sem_wait(&done) != 0)
        continue;
    sem_destroy(&done);
}

void fetch_budget(struct fetch *fetch, const struct exchange *exchange, struct fetch_budget *budget)
{
    const struct place *place = find_place(fetch, exchange);
    *budget = (struct fetch_budget){.weight_limit = part_of(fetch, exchange->limits.rest_weight),
                                    .connects_limit = exchange->limits.connects};
    if (place == NULL)
        return;
    int64_t hold_ns = atomic_load(&place->seen.hold_until_ns) - clock_monotonic_ns();
    budget->weight_used = atomic_load(&place->seen.weight_used);
    budget->weight_limit = place->weight.limit;
    budget->connects_used = atomic_load(&place->seen.connects_used);
    budget->connects_limit = place->connects.limit;
    budget->hold_ms = hold_ns > 0 ? (uint32_t)(hold_ns / NS_PER_MS) : 0;
}
