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
    struct connector *connector;
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

/* The sink is the keeper's once the connector's thread is joined. A full bus is being drained. */
static void keep(void *argument)
{
    struct feed *feed = argument;
    while (sem_wait(&feed->end) != 0)
        continue;
    connector_destroy(&feed->connector);
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

static struct connector *start(void *context, uint16_t number,
                               const struct config_exchange *exchange)
{
    struct feeds *feeds = context;
    struct feed *feed = calloc(1, sizeof *feed);
    if (feed == NULL)
        return NULL;
    feed->number = number;
    sem_init(&feed->end, 0, 0);
    feed->sink = bus_sink_new(feeds->bus, number);
    if (feed->sink != NULL)
        feed->connector =
            connector_new(exchange->exchange, &exchange->connector, feeds->fetch, feed->sink);
    if (feed->connector == NULL || !thread_start(&feed->keeper, "keeper", keep, feed)) {
        if (feed->connector != NULL)
            connector_destroy(&feed->connector);
        let_go(feed);
        return NULL;
    }
    feed->next = feeds->first;
    feeds->first = feed;
    return feed->connector;
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

static void stop(void *context, uint16_t number, struct connector **connector)
{
    struct feeds *feeds = context;
    for (struct feed *feed = feeds->first; feed != NULL; feed = feed->next)
        if (feed->number == number && !feed->ending) {
            feed->ending = true;
            sem_post(&feed->end);
        }
    *connector = NULL;
}

struct pool_ports feeds_ports(struct feeds *feeds)
{
    return (struct pool_ports){feeds, start, want, stop};
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
