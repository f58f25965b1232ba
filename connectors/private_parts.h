/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of the private connector share. Its thread alone, but for what
 * private_connector_want and _destroy touch. Whatever goes wrong is noted (private_fail), and the
 * next step does what has to be done about it: callbacks and replies end nothing themselves. */
#ifndef TICKGATE_CONNECTORS_PRIVATE_PARTS_H
#define TICKGATE_CONNECTORS_PRIVATE_PARTS_H

#include "common/clock.h"
#include "common/thread.h"
#include "connectors/private_calls.h"
#include "connectors/private_check.h"
#include "connectors/private_connector.h"
#include "connectors/private_entry.h"
#include "connectors/private_keep.h"
#include "connectors/private_reports.h"

#include <stdatomic.h>

#define AGAIN_NS (50 * NS_PER_MS) /* until a full sink, or fetch, is tried again */

enum private_phase {
    PRIVATE_WAITING,   /* until deadline_ns */
    PRIVATE_PREPARING, /* instruments, clock, listen key */
    PRIVATE_DIALING,   /* fetch looks the host up, when the budget allows */
    PRIVATE_OPENING,
    PRIVATE_LOGIN,       /* the session lives: from here on the stream is kept */
    PRIVATE_SUBSCRIBING, /* until that is accepted, or has come to pass */
    PRIVATE_ASKING,      /* until the owner has said what it knows */
    PRIVATE_RECONCILING, /* REST is asked */
    PRIVATE_TELLING,     /* what was kept is told */
    PRIVATE_READY_NOW,
    PRIVATE_CLOSING,
    PRIVATE_CLOSED,
};

struct private_connector {
    const struct private_exchange *facts;
    const struct exchange *exchange;
    struct private_config config;
    struct secret *key, *secret;
    struct private_keys keys;
    struct fetch *fetch;
    struct sink *sink;
    struct transport *transport;
    struct thread thread;
    struct mailbox_slot desired;
    struct fetch_asker asker; /* of fetch */
    atomic_bool stopping;

    struct random random;
    struct backoff backoff; /* of the whole way */
    enum private_phase phase;
    int64_t deadline_ns; /* of the phase */
    int64_t due_ns;      /* when the next step is due; 0 at once */
    int64_t ready_ns;    /* since when; 0 it is not */
    struct private_fault fault;
    uint64_t turn;    /* of the reconciliation */
    uint64_t renewal; /* as the owner last said it */

    struct private_lane lane;
    struct private_clock clock;
    struct private_listen_key listen_key;
    struct private_list list;
    struct private_entry entry;
    struct keep kept;
    struct reconcile *reconcile; /* NULL but in PRIVATE_RECONCILING and PRIVATE_TELLING */
    struct {
        struct check stands;
        enum call_scope scopes[CALL_PURPOSES]; /* what a pass asks for */
        struct reconcile *pass;                /* NULL: none is under way */
        int64_t due_ns;                        /* of the next one */
    } check;
    struct private_reports reports;
};

static inline int64_t private_now_ns(struct private_connector *connector)
{
    return transport_now_ns(connector->transport);
}

/* A connector without its thread, and one turn of it: it sleeps until something is due, and does
 * it. */
struct private_connector *private_connector_make(const struct private_exchange *private_exchange,
                                                 const struct exchange *exchange,
                                                 const struct private_config *config,
                                                 struct secret **key, struct secret **secret,
                                                 struct fetch *fetch, struct sink *sink);
void private_turn(struct private_connector *connector);
/* What its thread does last. */
void private_wind_down(struct private_connector *connector);

/* Tags of requests to fetch. */
enum private_tag { PRIVATE_TAG_DIAL, PRIVATE_TAG_CALL };

/* private_phases.c. All begins anew, unless that is noted already; `what` (NULL: nothing) is of
 * ours, `words` are others'. */
void private_fail(struct private_connector *connector, enum reason reason, const char *what,
                  struct slice words);
/* The same as it befell a session or a call. */
void private_fail_as(struct private_connector *connector, const struct private_fault *fault,
                     const char *what, struct slice words);
void private_enter(struct private_connector *connector, enum private_phase phase,
                   int64_t deadline_ns);
int64_t private_phase_step(struct private_connector *connector, int64_t now_ns);
/* The stream stands: the owner is asked what it knows. */
void private_begin_asking(struct private_connector *connector);
void private_take_desired(struct private_connector *connector,
                          const struct private_desired *desired);
/* What others said, without our secrets. */
void private_tell_words(const struct private_connector *connector, char *to, size_t room,
                        const char *what, struct slice words);

/* The calls that are being answered. */
static inline struct reconcile *private_asking(struct private_connector *connector)
{
    return connector->reconcile != NULL ? connector->reconcile : connector->check.pass;
}

/* private_stream.c: events on their way to the sink. */
void private_hear(struct private_connector *connector, struct slice frame, int64_t received_ns);
void private_give(struct private_connector *connector, struct event *event, bool reconciled,
                  int64_t received_ns);
/* What was kept: which instruments it is of; and telling it, some of it at a time. */
void private_scan_kept(struct private_connector *connector);
int64_t private_tell_step(struct private_connector *connector, int64_t now_ns);

#endif
