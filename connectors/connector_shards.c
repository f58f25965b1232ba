/* SPDX-License-Identifier: Apache-2.0 */
/* Shards: which session carries what, how one is dialed, lost, tried again and replaced. Callbacks
 * of a session only note what happened; what has to be done about it is done in the step that
 * follows. */
#include "common/log.h"
#include "connectors/connector_parts.h"

#include <stdio.h>
#include <stdlib.h>

#define OVERLAP_NS       (2 * NS_PER_SECOND)   /* that two sessions bring the same streams */
#define REPLACE_MAX_NS   (60 * NS_PER_SECOND)  /* for a replacement to bring data */
#define REPLACE_AGAIN_NS (300 * NS_PER_SECOND) /* after one that did not */
#define REFUSED_NS       (2 * NS_PER_SECOND)   /* for the exchange to end what it refused */
#define TOO_MANY_MS      60000                 /* to keep away when that was why */
#define FETCH_FULL_MS    1000

static const char *name_of(const struct shard *shard)
{
    return shard->connector->exchange->name;
}

static void do_soon(struct shard *shard)
{
    shard->connector->due_ns = 0;
}

static struct shard *source_of(struct shard *shard)
{
    return shard->replaces != NULL ? shard->replaces : shard;
}

/* The share of `from` becomes that of `to`, which has none. */
static void take_over(struct shard *from, struct shard *to)
{
    struct connector *connector = to->connector;
    uint32_t *keys = to->keys;
    to->keys = from->keys;
    to->key_count = from->key_count;
    to->unproven = from->unproven;
    from->keys = keys;
    from->key_count = from->unproven = 0;
    from->successor = to->replaces = NULL;
    to->taken_over_ns = connector_now_ns(connector);
    for (uint32_t i = 0; i < to->key_count; i++)
        connector->keys.items[to->keys[i]].shard = to;
    to->report.said_in = from->report.said_in = 0;
    connector->reports = true;
}

static void release(struct shard *shard)
{
    shard->phase = SHARD_FREE;
    connector_say_session(shard, SESSION_CLOSED, &(struct session_end){0}, 0);
}

/* After 23 of 24 hours, give or take half an hour, so that not all sessions go at once. */
static int64_t rotation_ns(struct shard *shard)
{
    uint64_t life_ms = shard->connector->exchange->limits.session_life_ms;
    if (life_ms == 0)
        return INT64_MAX;
    uint64_t jitter_ms = random_below(&shard->connector->random, life_ms / 24 + 1);
    return shard->live_ns + (int64_t)(life_ms * 15 / 16 + jitter_ms) * NS_PER_MS;
}

static void on_live(void *context)
{
    struct shard *shard = context;
    struct connector *connector = shard->connector;
    shard->phase = SHARD_LIVE;
    shard->live_ns = shard->data_ns = connector_now_ns(connector);
    shard->look_ns = shard->settled_ns = 0;
    shard->rotate_ns = rotation_ns(shard);
    shard->stale = shard->leaving = false;
    shard->refusal = (struct session_end){0};
    connector_subscribe_all(connector, source_of(shard), session_outbox(shard->session));
    if (shard->replaces == NULL)
        connector_keys_up(connector, shard, false);
    connector_say_session(shard, SESSION_LIVE, &(struct session_end){0}, 0);
    log_info("session_live", "%s: session %u", name_of(shard), shard->number);
    do_soon(shard);
}

/* One that has taken over may still bring what the other one told. */
static enum intake_side side_of(const struct shard *shard)
{
    if (shard->replaces != NULL)
        return INTAKE_NEW;
    bool beside = shard->successor != NULL ||
                  connector_now_ns(shard->connector) < shard->taken_over_ns + OVERLAP_NS;
    return beside ? INTAKE_OLD : INTAKE_ALONE;
}

/* Of a whole set that the exchange refuses the session dies: its words are kept for the end. */
static void take_refusal(struct shard *shard, struct slice words)
{
    struct connector *connector = shard->connector;
    struct session_end *refusal = &shard->refusal;
    if (refusal->reason != REASON_NONE)
        return;
    session_copy_words(refusal->detail, sizeof refusal->detail, words);
    bool too_many =
        strstr(refusal->detail, "oo many") != NULL || strstr(refusal->detail, "OO_MANY") != NULL;
    refusal->reason = too_many ? REASON_RATE_LIMITED : REASON_REFUSED_BY_EXCHANGE;
    refusal->retry_after_ms = too_many ? TOO_MANY_MS : 0;
    shard->refused_ns = connector_now_ns(connector);
    if (!too_many)
        return;
    connector->held = REASON_RATE_LIMITED;
    fetch_hold(connector->fetch, connector->exchange, TOO_MANY_MS, false);
}

static void on_message(void *context, struct slice message, int64_t received_ns)
{
    struct shard *shard = context;
    struct connector *connector = shard->connector;
    struct route route;
    intake_frame_beside(connector->intake, shard->number, side_of(shard), message, received_ns,
                        &route);
    switch (route.class) {
    case FRAME_ACK:
        connector_accepted(connector, shard, route.request);
        do_soon(shard);
        break;
    case FRAME_REJECT:
        if (connector->exchange->manner == SUBSCRIBE_WHOLE)
            take_refusal(shard, route.detail);
        else
            connector_refused(connector, shard, &route);
        do_soon(shard);
        break;
    case FRAME_GOING_AWAY:
        shard->leaving = true;
        shard->rotate_ns = 0;
        do_soon(shard);
        break;
    case FRAME_DATA:
    case FRAME_BATCH:
    case FRAME_LIST:
    case FRAME_REFUSED:
        shard->data_ns = connector_now_ns(connector);
        shard->stale = false;
        if (shard->unproven > 0)
            connector->due_ns = sooner(connector->due_ns, shard->look_ns + LOOK_NS);
        break;
    default:
        break;
    }
    if (!connector->counting)
        connector->due_ns = sooner(connector->due_ns, connector->counted_ns + NS_PER_SECOND);
    connector->counting = true;
}

static void on_asked(void *context, uint64_t request)
{
    struct shard *shard = context;
    connector_asked(shard->connector, shard, request);
    do_soon(shard);
}

/* How long to keep away: as the exchange said, or else longer with every failure. A word of its own
 * to wait is a word to all of us. */
static uint32_t wait_ms_after(struct shard *shard, const struct session_end *end)
{
    struct connector *connector = shard->connector;
    int64_t live_ns = shard->phase == SHARD_LIVE ? connector_now_ns(connector) - shard->live_ns : 0;
    uint32_t wait_ms =
        backoff_next(&shard->backoff, (uint32_t)(live_ns / NS_PER_MS), &connector->random);
    uint32_t told_ms =
        end->retry_after_ms > 0 ? end->retry_after_ms : fetch_default_wait_ms(end->status);
    if (end->status != 0 && told_ms > 0) {
        connector->held = end->reason;
        fetch_hold(connector->fetch, connector->exchange, told_ms, end->reason == REASON_BANNED);
    }
    return told_ms > wait_ms ? told_ms + wait_ms : wait_ms;
}

/* What the exchange will not let us have; it is asked for as seldom as can be. */
static bool is_refusal(const struct session_end *end)
{
    return end->reason == REASON_UPGRADE_REFUSED && end->status >= 400 && end->status < 500;
}

/* A session was lost, or could not be had. */
static void fail(struct shard *shard, const struct session_end *end)
{
    struct connector *connector = shard->connector;
    struct shard *successor = shard->successor;
    bool refused = is_refusal(end);
    uint32_t wait_ms = wait_ms_after(shard, end);
    if (refused && wait_ms < connector->config.backoff_max_ms)
        wait_ms = connector->config.backoff_max_ms;
    struct slice reason = reason_word(end->reason);
    log_warn("session_lost", "%s: session %u: %.*s: %s", name_of(shard), shard->number,
             (int)reason.len, reason.data, end->detail);
    shard->reconnects += shard->phase == SHARD_LIVE;
    shard->phase = SHARD_WAITING;
    shard->settled_ns = 0;
    shard->retry_ns = connector_now_ns(connector) + wait_ms * NS_PER_MS;
    connector_say_session(shard, refused ? SESSION_REFUSED : SESSION_RECONNECTING, end, wait_ms);
    do_soon(shard);
    if (successor == NULL) {
        if (shard->replaces == NULL)
            connector_keys_down(connector, shard, end->reason);
        return;
    }
    bool stands = successor->settled_ns != 0;
    take_over(shard, successor);
    release(shard);
    if (!stands)
        connector_keys_down(connector, successor, end->reason);
    if (!stands && successor->phase == SHARD_LIVE)
        connector_keys_up(connector, successor, true);
}

void connector_shard_restart(struct shard *shard, const struct session_end *end)
{
    session_drop(shard->session);
    fail(shard, end);
}

static void on_ended(void *context, const struct session_end *end)
{
    struct shard *shard = context;
    struct session_end told = *end;
    do_soon(shard);
    if (shard->phase == SHARD_CLOSING) {
        release(shard);
        return;
    }
    if (shard->phase == SHARD_OPENING) {
        shard->address++;
        if (end->reason == REASON_CONNECT_FAILED &&
            ++shard->tried < shard->addresses->address_count)
            return;
    }
    if (shard->leaving && told.reason == REASON_CLOSED_BY_PEER)
        told.reason = REASON_GOING_AWAY;
    if (shard->refusal.reason != REASON_NONE)
        told = shard->refusal;
    fail(shard, &told);
}

/* A number that is not in use, with what a shard needs; NULL if there is none. */
static struct shard *take_number(struct connector *connector, uint8_t root)
{
    const struct connector_config *config = &connector->config;
    uint32_t number = 0;
    while (number < INTAKE_SESSIONS &&
           (connector->shards[number].phase != SHARD_FREE || connector->shards[number].dial_open))
        number++;
    if (number == INTAKE_SESSIONS)
        return NULL;
    struct shard *shard = &connector->shards[number];
    const struct session_hooks hooks = {on_live, on_message, on_asked, on_ended, shard};
    if (shard->session == NULL)
        shard->session = session_new(connector->transport, &connector->session_config, &hooks);
    if (shard->keys == NULL)
        shard->keys = calloc(config->streams_per_session, sizeof *shard->keys);
    if (shard->session == NULL || shard->keys == NULL)
        return NULL;
    shard->connector = connector;
    shard->number = number;
    shard->root = root;
    shard->phase = SHARD_WAITING;
    shard->retry_ns = 0;
    shard->settled_ns = shard->taken_over_ns = 0;
    shard->leaving = false;
    shard->refusal = (struct session_end){0};
    shard->backoff = (struct backoff){config->backoff_min_ms, config->backoff_max_ms,
                                      config->backoff_reset_ms, 0};
    if (connector->shard_end <= number)
        connector->shard_end = number + 1;
    connector_say_session(shard, SESSION_OPENING, &(struct session_end){.reason = REASON_STARTING},
                          0);
    do_soon(shard);
    return shard;
}

bool connector_shard_has_room(const struct shard *shard)
{
    return shard->phase != SHARD_FREE && shard->phase != SHARD_CLOSING && shard->replaces == NULL &&
           shard->key_count < shard->connector->config.streams_per_session;
}

struct shard *connector_shard_for(struct connector *connector, uint8_t root)
{
    struct shard *best = NULL;
    for (uint32_t i = 0; i < connector->shard_end; i++) {
        struct shard *shard = &connector->shards[i];
        if (shard->root == root && connector_shard_has_room(shard) &&
            (best == NULL || shard->key_count < best->key_count))
            best = shard;
    }
    return best != NULL ? best : take_number(connector, root);
}

void connector_shard_close(struct connector *connector, struct shard *shard)
{
    if (shard->phase == SHARD_FREE || shard->phase == SHARD_CLOSING)
        return;
    if (shard->replaces != NULL)
        shard->replaces->successor = NULL;
    shard->replaces = NULL;
    if (shard->successor != NULL)
        connector_shard_close(connector, shard->successor);
    if (shard->phase == SHARD_LIVE) {
        shard->phase = SHARD_CLOSING;
        session_close(shard->session);
    } else {
        session_drop(shard->session);
        release(shard);
    }
    connector->due_ns = 0;
}

static void dial(struct shard *shard, int64_t now_ns)
{
    struct connector *connector = shard->connector;
    struct fetch_request request = {.kind = FETCH_DIAL,
                                    .exchange = connector->exchange,
                                    .asker = &connector->asker,
                                    .tag = tag_of(TAG_DIAL, 0, shard->number),
                                    .timeout_ms = connector->config.connect_timeout_ms};
    snprintf(request.url, sizeof request.url, "%s", connector->urls[shard->root].host);
    if (!fetch_ask(connector->fetch, &request)) {
        shard->retry_ns = now_ns + FETCH_FULL_MS * NS_PER_MS;
        return;
    }
    shard->dial_open = true;
    shard->phase = SHARD_DIALING;
    shard->retry_ns = now_ns + 2 * connector->config.connect_timeout_ms * NS_PER_MS;
}

void connector_dialed(struct connector *connector, struct shard *shard,
                      struct fetch_answer **answer)
{
    shard->dial_open = false;
    if (shard->phase != SHARD_DIALING)
        return;
    if ((*answer)->error == FETCH_OK && (*answer)->address_count > 0) {
        free(shard->addresses);
        shard->addresses = *answer;
        *answer = NULL;
        shard->tried = 0;
        shard->phase = SHARD_OPENING;
        return;
    }
    bool withheld = (*answer)->error == FETCH_WITHHELD;
    struct session_end end = {.reason = withheld ? connector->held : REASON_DNS,
                              .retry_after_ms = (*answer)->retry_after_ms};
    session_copy_words(end.detail, sizeof end.detail, slice_of((*answer)->detail));
    fail(shard, &end);
}

/* No answer for so long: the exchange lets us make only so many attempts. */
static int64_t step_dialing(struct shard *shard, int64_t now_ns)
{
    struct connector *connector = shard->connector;
    struct fetch_budget budget;
    if (now_ns < shard->retry_ns)
        return shard->retry_ns;
    shard->retry_ns = INT64_MAX;
    fetch_budget(connector->fetch, connector->exchange, &budget);
    struct session_end end = {.reason = budget.hold_ms > 0 ? connector->held : REASON_BUDGET};
    connector_say_session(shard, SESSION_RECONNECTING, &end, budget.hold_ms);
    if (shard->replaces == NULL)
        connector_keys_down(connector, shard, end.reason);
    return INT64_MAX;
}

static int64_t step_session(struct shard *shard, int64_t now_ns)
{
    if (shard->phase == SHARD_OPENING && !session_is_open(shard->session)) {
        const struct fetch_answer *known = shard->addresses;
        session_open(shard->session, &shard->connector->urls[shard->root],
                     known->addresses[shard->address % known->address_count],
                     (struct slice){NULL, 0});
    }
    session_step(shard->session, now_ns);
    return session_due_ns(shard->session, now_ns);
}

/* A session that lives and brings nothing: whether its market is quiet or its streams are dead,
 * nobody knows. */
static int64_t step_stale(struct shard *shard, int64_t now_ns)
{
    struct connector *connector = shard->connector;
    int64_t due_ns = shard->data_ns + connector->config.stale_ms * NS_PER_MS;
    if (shard->stale || shard->replaces != NULL || now_ns < due_ns)
        return shard->stale || shard->replaces != NULL ? INT64_MAX : due_ns;
    shard->stale = true;
    int64_t real_ns = clock_real_ns();
    for (uint32_t i = 0; i < shard->key_count; i++)
        intake_key_silent(connector->intake, shard->keys[i], shard->number, real_ns);
    return INT64_MAX;
}

/* An exchange that refuses a whole set ends the session; one that does not is not waited for. */
static int64_t step_refusal(struct shard *shard, int64_t now_ns)
{
    int64_t due_ns = shard->refused_ns + REFUSED_NS;
    if (shard->refusal.reason == REASON_NONE || now_ns < due_ns)
        return shard->refusal.reason == REASON_NONE ? INT64_MAX : due_ns;
    connector_shard_restart(shard, &shard->refusal);
    return INT64_MAX;
}

/* A session that is about to be cut gets a replacement beside it. */
static int64_t step_rotation(struct shard *shard, int64_t now_ns)
{
    if (shard->replaces != NULL || shard->successor != NULL)
        return INT64_MAX;
    if (now_ns < shard->rotate_ns)
        return shard->rotate_ns;
    struct shard *successor = take_number(shard->connector, shard->root);
    if (successor != NULL) {
        successor->replaces = shard;
        shard->successor = successor;
    }
    shard->rotate_ns = now_ns + REPLACE_AGAIN_NS;
    return shard->rotate_ns;
}

/* Switches when the replacement has its subscriptions and has brought data beside the old session
 * for a while. One that brings nothing while the old one does is given up. */
static int64_t step_replacement(struct shard *shard, int64_t now_ns)
{
    struct shard *old = shard->replaces;
    int64_t end_ns = shard->live_ns + REPLACE_MAX_NS;
    if (old == NULL)
        return INT64_MAX;
    if (shard->settled_ns == 0 && outbox_settled(session_outbox(shard->session)))
        shard->settled_ns = now_ns;
    int64_t ready_ns = shard->settled_ns != 0 ? shard->settled_ns + OVERLAP_NS : INT64_MAX;
    bool flows = shard->data_ns > shard->live_ns || old->data_ns < shard->settled_ns;
    if (now_ns >= ready_ns && flows) {
        take_over(old, shard);
        connector_shard_close(shard->connector, old);
        log_info("session_replaced", "%s: session %u by %u", name_of(shard), old->number,
                 shard->number);
        return INT64_MAX;
    }
    if (now_ns < end_ns)
        return now_ns < ready_ns ? sooner(ready_ns, end_ns) : end_ns;
    log_warn("session_not_replaced", "%s: session %u: a new one brought nothing", name_of(shard),
             old->number);
    old->rotate_ns = now_ns + REPLACE_AGAIN_NS;
    connector_shard_close(shard->connector, shard);
    return INT64_MAX;
}

static int64_t step_live(struct shard *shard, int64_t now_ns)
{
    int64_t due_ns = step_session(shard, now_ns);
    if (shard->phase == SHARD_LIVE)
        due_ns = sooner(due_ns, step_refusal(shard, now_ns));
    if (shard->phase == SHARD_LIVE)
        due_ns = sooner(due_ns, step_stale(shard, now_ns));
    if (shard->phase == SHARD_LIVE)
        due_ns = sooner(due_ns, connector_look(shard->connector, shard, now_ns));
    if (shard->phase == SHARD_LIVE)
        due_ns = sooner(due_ns, step_rotation(shard, now_ns));
    if (shard->phase == SHARD_LIVE)
        due_ns = sooner(due_ns, step_replacement(shard, now_ns));
    return due_ns;
}

int64_t connector_shard_step(struct connector *connector, struct shard *shard, int64_t now_ns)
{
    (void)connector;
    switch (shard->phase) {
    case SHARD_WAITING:
        if (now_ns >= shard->retry_ns)
            dial(shard, now_ns);
        return shard->retry_ns;
    case SHARD_DIALING:
        return step_dialing(shard, now_ns);
    case SHARD_OPENING:
    case SHARD_CLOSING:
        return step_session(shard, now_ns);
    case SHARD_LIVE:
        return step_live(shard, now_ns);
    default:
        return INT64_MAX;
    }
}
