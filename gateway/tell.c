/* SPDX-License-Identifier: Apache-2.0 */
#include "gateway/tell.h"

#include "common/clock.h"
#include "proto/topic.h"

#include <stdlib.h>

#define BODY_MAX 8192 /* a name and a detail with every byte escaped, or all of stats.def */

struct tell {
    struct publisher *publisher;
    const struct pool *pool;
    const struct stats *stats;
    uint64_t epoch;
    uint64_t gateway_seq;
    struct {
        uint64_t session_seqs[STATS_SESSIONS_MAX];
        uint64_t drift_seq;
        uint64_t drifts[STATS_DRIFTS_MAX]; /* counts told last */
    } exchanges[CONFIG_EXCHANGES];
};

struct tell *tell_new(struct publisher *publisher, const struct pool *pool,
                      const struct stats *stats, uint64_t epoch)
{
    struct tell *tell = calloc(1, sizeof *tell);
    if (tell == NULL)
        return NULL;
    tell->publisher = publisher;
    tell->pool = pool;
    tell->stats = stats;
    tell->epoch = epoch;
    return tell;
}

void tell_destroy(struct tell **tell)
{
    free(*tell);
    *tell = NULL;
}

static struct slice exchange_of(const struct tell *tell, uint16_t connector)
{
    return slice_of(pool_exchange(tell->pool, connector)->name);
}

static void string(struct text *text, struct slice key, struct slice value)
{
    text_append(text, key);
    fault_json_string(text, value);
}

static void number(struct text *text, struct slice key, uint64_t value)
{
    text_append(text, key);
    text_unsigned(text, value);
}

/* Begins a message whose topic is "sys." and the parts that are not empty; the first names its
 * kind. NULL: there is no room for it. */
static struct text *begin(struct tell *tell, const struct slice *parts, size_t count)
{
    char room[TOPIC_MAX];
    struct text topic = text_over(room, sizeof room);
    topic_part(&topic, SLICE("sys"));
    for (size_t i = 0; i < count; i++)
        if (parts[i].len > 0)
            topic_part(&topic, parts[i]);
    struct text *body =
        topic.overflow ? NULL : publisher_begin(tell->publisher, text_slice(&topic), BODY_MAX);
    if (body == NULL)
        return NULL;
    text_literal(body, "{\"kind\":\"sys.");
    text_append(body, parts[0]);
    text_literal(body, "\"");
    return body;
}

static void end(struct tell *tell, struct text *body, uint64_t seq, int64_t now_real_ns)
{
    number(body, SLICE(",\"epoch\":"), tell->epoch);
    number(body, SLICE(",\"seq\":"), seq);
    number(body, SLICE(",\"ts_published\":"), (uint64_t)(now_real_ns / NS_PER_US));
    text_literal(body, "}");
    publisher_end(tell->publisher);
}

static void state(struct text *text, struct slice state_word, enum reason reason)
{
    string(text, SLICE(",\"state\":"), state_word);
    if (reason != REASON_NONE)
        string(text, SLICE(",\"reason\":"), reason_word(reason));
}

/* Of an account the feed knows nothing. */
void tell_connection(struct tell *tell, const struct connection *connection, int64_t now_real_ns)
{
    if (connection->accounts != NULL)
        return;
    struct slice exchange = exchange_of(tell, connection->connector);
    const struct slice parts[] = {SLICE("connection"), exchange, slice_of(connection->id)};
    struct text *body = begin(tell, parts, 3);
    if (body == NULL)
        return;
    string(body, SLICE(",\"exchange\":"), exchange);
    string(body, SLICE(",\"id\":"), slice_of(connection->id));
    string(body, SLICE(",\"name\":"), slice_of(connection->name));
    string(body, SLICE(",\"type\":"), slice_of(connection->type->name));
    if (connection->interval[0] != '\0')
        string(body, SLICE(",\"interval\":"), slice_of(connection->interval));
    state(body, session_state_word(connection->state), connection->reason);
    if (connection->retry_in_ms > 0)
        number(body, SLICE(",\"retry_in_ms\":"), connection->retry_in_ms);
    number(body, SLICE(",\"symbol_count\":"), connection->symbol_count);
    number(body, SLICE(",\"messages\":"), connection_messages(connection));
    number(body, SLICE(",\"errors\":"), connection->errors);
    number(body, SLICE(",\"reconnects\":"), connection->reconnects);
    if (connection->last_error[0] != '\0')
        string(body, SLICE(",\"last_error\":"), slice_of(connection->last_error));
    end(tell, body, connection->notices, now_real_ns);
}

void tell_subscription(struct tell *tell, struct subscription *row, int64_t now_real_ns)
{
    struct slice exchange = exchange_of(tell, row->connector);
    struct slice channel = kind_word((enum kind)row->kind), variant = slice_of(row->variant);
    const struct slice parts[] = {SLICE("subscription"), exchange, channel, slice_of(row->symbol),
                                  variant};
    struct text *body = begin(tell, parts, 5);
    row->notices++;
    if (body == NULL)
        return;
    string(body, SLICE(",\"exchange\":"), exchange);
    string(body, SLICE(",\"channel\":"), channel);
    string(body, SLICE(",\"symbol\":"), slice_of(row->symbol));
    if (row->kind == KIND_CANDLE)
        string(body, SLICE(",\"interval\":"), variant);
    state(body, subscription_state_word((enum subscription_state)row->state),
          (enum reason)row->reason);
    if (row->detail[0] != '\0')
        string(body, SLICE(",\"detail\":"), slice_of(row->detail));
    end(tell, body, row->notices, now_real_ns);
}

static void tell_totals(struct tell *tell, int64_t now_real_ns)
{
    const struct slice parts[] = {SLICE("stats"), SLICE("gateway")};
    struct text *body = begin(tell, parts, 2);
    tell->gateway_seq++;
    if (body == NULL)
        return;
    string(body, SLICE(",\"part\":"), SLICE("gateway"));
    text_literal(body, ",");
    stats_write_totals(body, tell->stats);
    end(tell, body, tell->gateway_seq, now_real_ns);
}

static void tell_session(struct tell *tell, const struct stats_session *session,
                         int64_t now_real_ns)
{
    char room[64];
    struct text part = text_over(room, sizeof room);
    struct slice exchange = exchange_of(tell, session->connector);
    text_append(&part, exchange);
    text_literal(&part, "-");
    text_unsigned(&part, session->number);
    const struct slice parts[] = {SLICE("stats"), text_slice(&part)};
    struct text *body = begin(tell, parts, 2);
    uint64_t seq = ++tell->exchanges[session->connector].session_seqs[session->number];
    if (body == NULL)
        return;
    string(body, SLICE(",\"part\":"), text_slice(&part));
    string(body, SLICE(",\"exchange\":"), exchange);
    number(body, SLICE(",\"session\":"), session->number);
    state(body, session_state_word(session->state), session->reason);
    text_literal(body, ",");
    stats_write_session(body, session);
    end(tell, body, seq, now_real_ns);
}

void tell_stats(struct tell *tell, int64_t now_real_ns)
{
    const struct stats_session *session;
    uint32_t place = 0;
    tell_totals(tell, now_real_ns);
    while ((session = stats_each(tell->stats, &place)) != NULL)
        if (session->connector < ACCOUNTS_FIRST)
            tell_session(tell, session, now_real_ns);
}

static void tell_drift(struct tell *tell, const struct stats_drift *row, uint64_t count,
                       int64_t now_real_ns)
{
    struct slice exchange = exchange_of(tell, row->connector);
    const struct slice parts[] = {SLICE("drift"), exchange};
    struct text *body = begin(tell, parts, 2);
    uint64_t seq = ++tell->exchanges[row->connector].drift_seq;
    if (body == NULL)
        return;
    string(body, SLICE(",\"exchange\":"), exchange);
    text_literal(body, ",");
    stats_write_drift(body, row->first, count);
    end(tell, body, seq, now_real_ns);
}

void tell_drifts(struct tell *tell, int64_t now_real_ns)
{
    struct stats_drift row;
    uint32_t place = 0;
    while (stats_each_drift(tell->stats, &place, &row)) {
        if (row.connector >= ACCOUNTS_FIRST)
            continue;
        uint64_t *told = &tell->exchanges[row.connector].drifts[row.place];
        uint64_t count = row.count;
        if (count == 0)
            count = 1; /* the example is here before the counters that know of it */
        if (count == *told)
            continue;
        *told = count;
        tell_drift(tell, &row, count, now_real_ns);
    }
}
