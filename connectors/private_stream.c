/* SPDX-License-Identifier: Apache-2.0 */
/* What the stream says: kept while REST is asked, told as it comes from then on. */
#include "common/log.h"
#include "connectors/private_parts.h"

#include <stdio.h>

#define BATCH 256 /* kept messages between two flushes */

struct hearing {
    struct private_connector *connector;
    int64_t received_ns;
};

/* The instrument in our words; one that the list does not have may be new. */
static void name_instrument(struct private_connector *connector, const char *exchange_symbol,
                            char *symbol)
{
    const char *known = symbols_find(&connector->list.known, exchange_symbol);
    if (known == NULL && exchange_symbol[0] != '\0' && connector->list.due_ns == INT64_MAX)
        private_list_again(connector, private_now_ns(connector));
    snprintf(symbol, SYMBOL_MAX + 1, "%s", known != NULL ? known : "");
}

static void complete(struct private_connector *connector, struct event *event, bool reconciled)
{
    switch (event->kind) {
    case KIND_ORDER:
        name_instrument(connector, event->order.exchange_symbol, event->order.symbol);
        event->order.reconciled = reconciled;
        break;
    case KIND_FILL:
        name_instrument(connector, event->fill.exchange_symbol, event->fill.symbol);
        event->fill.reconciled = reconciled;
        break;
    case KIND_POSITION:
        name_instrument(connector, event->position.exchange_symbol, event->position.symbol);
        event->position.reconciled = reconciled;
        break;
    case KIND_BALANCE:
        event->balance.reconciled = reconciled;
        break;
    default:
        break;
    }
}

void private_give(struct private_connector *connector, struct event *event, bool reconciled,
                  int64_t received_ns)
{
    struct private_reports *reports = &connector->reports;
    if (connector->fault.noted)
        return;
    event->slot = EVENT_NO_SLOT;
    event->ts_received = received_ns;
    complete(connector, event, reconciled);
    if (connector->sink->event(connector->sink, event)) {
        check_told(&connector->check.stands, event);
        reports->told++;
        reports->counters.events++;
        return;
    }
    reports->counters.dropped++;
    private_fail(connector, REASON_LOST, NULL, SLICE("the gateway had no room"));
}

static void give_heard(void *context, struct event *event)
{
    const struct hearing *hearing = context;
    private_give(hearing->connector, event, false, hearing->received_ns);
}

static void note_heard(void *context, struct event *event)
{
    struct private_connector *connector = context;
    reconcile_note_stream(connector->reconcile, event);
}

/* What could not be read may have been anything that happened to the account; a word that we have
 * no use for is none of that. */
static void take_refusal(struct private_connector *connector, enum refusal refusal)
{
    private_refuse(connector, refusal);
    if (refusal != REFUSAL_UNKNOWN_EVENT && refusal != REFUSAL_UNSUPPORTED_CHANNEL)
        private_fail(connector, REASON_GAP, "a message could not be read", refusal_word(refusal));
}

static void tell(struct private_connector *connector, struct slice payload, int64_t received_ns)
{
    struct hearing hearing = {connector, received_ns};
    struct parsing parsing = {0};
    enum refusal refusal = connector->facts->parse(payload, &parsing, give_heard, &hearing);
    private_note_drift(connector, &parsing);
    if (refusal != REFUSAL_NONE)
        take_refusal(connector, refusal);
}

static void scan(struct private_connector *connector, struct slice payload)
{
    struct parsing parsing = {0};
    connector->facts->parse(payload, &parsing, note_heard, connector);
}

void private_scan_kept(struct private_connector *connector)
{
    struct keep walk = connector->kept;
    struct slice payload;
    int64_t received_ns;
    while (keep_take(&walk, &payload, &received_ns))
        scan(connector, payload);
}

static void take_data(struct private_connector *connector, struct slice payload,
                      int64_t received_ns)
{
    if (connector->phase == PRIVATE_READY_NOW) {
        tell(connector, payload, received_ns);
        return;
    }
    if (!keep_put(&connector->kept, payload, received_ns)) {
        private_fail(connector, REASON_BUFFER_FULL, NULL,
                     SLICE("the stream said more than can be kept while REST is asked"));
        return;
    }
    if (connector->phase == PRIVATE_RECONCILING)
        scan(connector, payload);
    connector->due_ns = connector->phase == PRIVATE_TELLING ? 0 : connector->due_ns;
}

/* A clock that is blamed once more although it was measured in between is not what is wrong: there
 * are exchanges that say the same of a wrong key (Bybit's "Params Error"). */
static void take_denial(struct private_connector *connector, const struct private_route *route)
{
    static const enum reason reasons[] = {
        [VERDICT_OK] = REASON_REFUSED_BY_EXCHANGE,
        [VERDICT_KEY] = REASON_KEY_REFUSED,
        [VERDICT_CLOCK] = REASON_CLOCK,
        [VERDICT_LIMITED] = REASON_RATE_LIMITED,
        [VERDICT_GONE] = REASON_LISTEN_KEY,
        [VERDICT_ELSE] = REASON_REFUSED_BY_EXCHANGE,
    };
    bool clock = route->verdict == VERDICT_CLOCK;
    bool key = route->verdict == VERDICT_KEY || (clock && connector->clock.blamed);
    const struct private_fault fault = {
        .key = key, .reason = key ? REASON_KEY_REFUSED : reasons[route->verdict]};
    if (clock)
        connector->clock.due_ns = 0;
    connector->clock.blamed = clock;
    private_fail_as(connector, &fault, NULL, route->detail);
}

void private_hear(struct private_connector *connector, struct slice frame, int64_t received_ns)
{
    struct private_route route = {.class = PRIVATE_OTHER};
    private_count_frame(connector, frame.len, received_ns);
    if (connector->fault.noted || connector->phase >= PRIVATE_CLOSING)
        return;
    connector->facts->route(frame, &route);
    switch (route.class) {
    case PRIVATE_DATA:
        take_data(connector, route.payload, received_ns);
        break;
    case PRIVATE_REFUSED:
        take_refusal(connector, route.refusal);
        break;
    case PRIVATE_LOGGED_IN:
        connector->clock.blamed = false;
        private_logged_in(connector);
        break;
    case PRIVATE_SUBSCRIBED:
        private_subscribed(connector);
        break;
    case PRIVATE_DENIED:
        take_denial(connector, &route);
        break;
    case PRIVATE_GOING_AWAY:
        private_fail(connector, REASON_GOING_AWAY, NULL, route.detail);
        break;
    case PRIVATE_OVER:
        private_fail(connector,
                     connector->facts->login == LOGIN_KEY ? REASON_LISTEN_KEY
                                                          : REASON_CLOSED_BY_PEER,
                     "the stream is over", route.detail);
        break;
    default:
        connector->reports.counters.control++;
        break;
    }
}

static void be_ready(struct private_connector *connector, int64_t now_ns)
{
    struct private_fault none = {0};
    uint32_t left_out = reconcile_left_out(connector->reconcile);
    keep_clear(&connector->kept);
    reconcile_destroy(&connector->reconcile);
    connector->ready_ns = now_ns;
    connector->check.due_ns = now_ns + connector->config.check_ms * NS_PER_MS;
    if (left_out > 0) {
        snprintf(none.detail, sizeof none.detail, "only %u instruments were asked for",
                 connector->config.symbols_max);
        log_warn("account_symbols", "%s: more are traded: %s", connector->config.name, none.detail);
    }
    private_enter(connector, PRIVATE_READY_NOW, INT64_MAX);
    private_say_account(connector, ACCOUNT_READY, &none, 0);
    log_info("account_ready", "%s: all that happened is told", connector->config.name);
}

/* Ready is what has nothing more to tell; what comes meanwhile stands behind. */
int64_t private_tell_step(struct private_connector *connector, int64_t now_ns)
{
    struct slice payload;
    int64_t received_ns;
    if (connector->phase != PRIVATE_TELLING)
        return INT64_MAX;
    for (uint32_t told = 0; told < BATCH; told++) {
        if (connector->fault.noted)
            return 0;
        if (!keep_take(&connector->kept, &payload, &received_ns)) {
            be_ready(connector, now_ns);
            return INT64_MAX;
        }
        tell(connector, payload, received_ns);
    }
    return 0;
}
