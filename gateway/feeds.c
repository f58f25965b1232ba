/* SPDX-License-Identifier: Apache-2.0 */
/* The keeper is made with its feed and not when the feed is to end, so that a system that refuses a
 * thread refuses it when that can still be answered with an error. */
#include "gateway/feeds.h"

#include "common/ensure.h"
#include "common/thread.h"

#include <sched.h>
#include <semaphore.h>
#include <stdlib.h>

struct feed {
    struct connector *connector;                 /* one of these two, ... */
    struct private_connector *private_connector; /* ... NULL once it has ended */
    struct sink *sink;
    struct thread keeper;
    sem_t end;
    uint16_t number;
    bool ending;
    struct feed *next;
};

struct feeds {
    struct bus *bus;
    struct fetch *fetch;
    struct feed *first;
};

struct feeds *feeds_new(struct bus *bus, struct fetch *fetch)
{
    struct feeds *feeds = calloc(1, sizeof *feeds);
    if (feeds == NULL)
        return NULL;
    feeds->bus = bus;
    feeds->fetch = fetch;
    return feeds;
}

void feeds_destroy(struct feeds **feeds)
{
    if (*feeds == NULL)
        return;
    ENSURE((*feeds)->first == NULL);
    free(*feeds);
    *feeds = NULL;
}

/* A session report of no session, told apart by the address of its feed. */
static bool say_end(struct feed *feed)
{
    struct event event;
    event_begin(&event, KIND_SESSION);
    event.session.session = SESSION_NONE;
    event.session.state = SESSION_CLOSED;
    event.seq = (uintptr_t)feed;
    return feed->sink->event(feed->sink, &event) && feed->sink->flush(feed->sink);
}

static void end_connector(struct feed *feed)
{
    if (feed->connector != NULL)
        connector_destroy(&feed->connector);
    if (feed->private_connector != NULL)
        private_connector_destroy(&feed->private_connector);
}

/* The sink is the keeper's once the connector's thread is joined. A full bus is being drained. */
static void keep(void *argument)
{
    struct feed *feed = argument;
    while (sem_wait(&feed->end) != 0)
        continue;
    end_connector(feed);
    while (!say_end(feed))
        sched_yield();
}

static void let_go(struct feed *feed)
{
    thread_join(&feed->keeper);
    bus_sink_destroy(&feed->sink);
    sem_destroy(&feed->end);
    free(feed);
}

/* NULL when memory is out. */
static struct feed *feed_new(struct feeds *feeds, uint16_t number)
{
    struct feed *feed = calloc(1, sizeof *feed);
    if (feed == NULL)
        return NULL;
    feed->number = number;
    sem_init(&feed->end, 0, 0);
    feed->sink = bus_sink_new(feeds->bus, number);
    if (feed->sink == NULL) {
        let_go(feed);
        return NULL;
    }
    return feed;
}

/* Of a feed whose connector runs, if it does. False: it is gone. */
static bool begin(struct feeds *feeds, struct feed *feed)
{
    bool runs = feed->connector != NULL || feed->private_connector != NULL;
    if (!runs || !thread_start(&feed->keeper, "keeper", keep, feed)) {
        end_connector(feed);
        let_go(feed);
        return false;
    }
    feed->next = feeds->first;
    feeds->first = feed;
    return true;
}

static struct connector *start(void *context, uint16_t number,
                               const struct config_exchange *exchange)
{
    struct feeds *feeds = context;
    struct feed *feed = feed_new(feeds, number);
    if (feed == NULL)
        return NULL;
    feed->connector =
        connector_new(exchange->exchange, &exchange->connector, feeds->fetch, feed->sink);
    return begin(feeds, feed) ? feed->connector : NULL;
}

static bool start_account(void *context, uint32_t place, const struct config_account *account,
                          struct secret **key, struct secret **secret)
{
    struct feeds *feeds = context;
    struct feed *feed = feed_new(feeds, (uint16_t)(ACCOUNTS_FIRST + place));
    if (feed == NULL) {
        secret_destroy(key);
        secret_destroy(secret);
        return false;
    }
    feed->private_connector =
        private_connector_new(account->private_exchange, account->exchange, &account->connector,
                              key, secret, feeds->fetch, feed->sink);
    return begin(feeds, feed);
}

/* A set that is not passed on is made anew when the feed before has ended. */
static void want(void *context, struct connector *connector, struct desired **desired)
{
    const struct feeds *feeds = context;
    const struct feed *told = feeds->first;
    while (told != NULL && (told->ending || told->connector != connector))
        told = told->next;
    ENSURE(told != NULL);
    for (const struct feed *feed = feeds->first; feed != NULL; feed = feed->next)
        if (feed->ending && feed->number == told->number) {
            desired_destroy(desired);
            return;
        }
    connector_want(connector, desired);
}

static void end_number(struct feeds *feeds, uint16_t number)
{
    for (struct feed *feed = feeds->first; feed != NULL; feed = feed->next)
        if (feed->number == number && !feed->ending) {
            feed->ending = true;
            sem_post(&feed->end);
        }
}

static void stop(void *context, uint16_t number, struct connector **connector)
{
    end_number(context, number);
    *connector = NULL;
}

/* One that has ended already wants nothing. */
static void want_account(void *context, uint32_t place, struct private_desired **desired)
{
    const struct feeds *feeds = context;
    for (const struct feed *feed = feeds->first; feed != NULL; feed = feed->next)
        if (feed->number == ACCOUNTS_FIRST + place && !feed->ending) {
            private_connector_want(feed->private_connector, desired);
            return;
        }
    private_desired_destroy(desired);
}

static void stop_account(void *context, uint32_t place)
{
    end_number(context, (uint16_t)(ACCOUNTS_FIRST + place));
}

struct pool_ports feeds_ports(struct feeds *feeds)
{
    return (struct pool_ports){feeds, start, want, stop};
}

struct accounts_ports feeds_accounts_ports(struct feeds *feeds)
{
    return (struct accounts_ports){feeds, start_account, want_account, stop_account};
}

bool feeds_take_end(struct feeds *feeds, const struct event *event)
{
    if (event->session.session != SESSION_NONE || event->session.state != SESSION_CLOSED)
        return false;
    for (struct feed **link = &feeds->first; *link != NULL; link = &(*link)->next) {
        struct feed *feed = *link;
        if ((uintptr_t)feed != event->seq)
            continue;
        *link = feed->next;
        let_go(feed);
        return true;
    }
    ENSURE(false && "a feed that runs");
    return false;
}

bool feeds_any(const struct feeds *feeds)
{
    return feeds->first != NULL;
}
