/* SPDX-License-Identifier: Apache-2.0 */
#include "gateway/connections.h"

#include "common/clock.h"
#include "common/ensure.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

struct connections {
    uint32_t connections_max, symbols_max;
    struct subscriptions *subscriptions;
    const struct stats *stats;
    const struct accounts *accounts; /* NULL: there are none */
    struct connection **rows; /* in the order of their making; closed ones until they were told */
    uint32_t count, open;
    uint32_t changed;        /* rows to be told */
    uint32_t turn;           /* where the search for the next of them goes on */
    struct connection *told; /* a closed one, given up with the next call */
    uint64_t number;
};

struct connections *connections_new(uint32_t connections_max, uint32_t symbols_max,
                                    struct subscriptions *subscriptions, const struct stats *stats)
{
    struct connections *connections = calloc(1, sizeof *connections);
    if (connections == NULL)
        return NULL;
    connections->connections_max = connections_max;
    connections->symbols_max = symbols_max;
    connections->subscriptions = subscriptions;
    connections->stats = stats;
    connections->rows = calloc(connections_max, sizeof(struct connection *));
    if (connections->rows == NULL)
        connections_destroy(&connections);
    return connections;
}

void connections_set_accounts(struct connections *connections, const struct accounts *accounts)
{
    connections->accounts = accounts;
}

static void free_row(struct connection *connection)
{
    if (connection != NULL)
        free(connection->rows);
    free(connection);
}

void connections_destroy(struct connections **connections)
{
    if (*connections == NULL)
        return;
    for (uint32_t i = 0; i < (*connections)->count; i++)
        free_row((*connections)->rows[i]);
    free_row((*connections)->told);
    free((*connections)->rows);
    free(*connections);
    *connections = NULL;
}

static bool is_open(const struct connection *connection)
{
    return connection->state != SESSION_CLOSED;
}

static void note_change(struct connections *connections, struct connection *connection)
{
    connections->changed += !connection->changed;
    connection->changed = true;
}

static struct connection *find(const struct connections *connections, struct slice word)
{
    for (uint32_t i = 0; i < connections->count; i++) {
        struct connection *connection = connections->rows[i];
        if (is_open(connection) && (slice_equal(word, slice_of(connection->name)) ||
                                    slice_equal(word, slice_of(connection->id))))
            return connection;
    }
    return NULL;
}

/* An id is no open connection's name, so that a word means one of them. */
static void give_id(struct connections *connections, struct connection *connection)
{
    do {
        connection->number = ++connections->number;
        snprintf(connection->id, sizeof connection->id, "c%" PRIu64, connection->number);
    } while (find(connections, slice_of(connection->id)) != NULL);
}

static bool has_kind(const struct connection_type *type, enum kind kind)
{
    for (uint32_t i = 0; i < type->kind_count; i++)
        if (type->kinds[i] == kind)
            return true;
    return false;
}

static bool is_of_account(const struct connections *connections,
                          const struct connection_order *order, struct fault *fault)
{
    if (!order->of_account || connections->accounts == NULL)
        return fault_set(fault, FAULT_MISSING_FIELD, "account: is missing, a %s has one",
                         order->type->name);
    ENSURE(order->account < accounts_count(connections->accounts));
    return (order->symbol_count == 0 && order->interval.len == 0) ||
           fault_set(fault, FAULT_BAD_VALUE, "symbols, interval: a %s is of the whole account",
                     order->type->name);
}

static bool is_sound(const struct connections *connections, const struct connection_order *order,
                     struct fault *fault)
{
    bool candles = has_kind(order->type, KIND_CANDLE);
    if (order->name.len > CONNECTION_NAME_MAX)
        return fault_set(fault, FAULT_BAD_VALUE, "name: longer than %d bytes", CONNECTION_NAME_MAX);
    if (connection_type_is_private(order->type))
        return is_of_account(connections, order, fault);
    if (order->symbol_count == 0)
        return fault_set(fault, FAULT_BAD_VALUE, "symbols: a connection needs at least one");
    if (order->symbol_count > connections->symbols_max)
        return fault_set(fault, FAULT_CAPACITY,
                         "symbols: %u are more than the %u of limits.symbols", order->symbol_count,
                         connections->symbols_max);
    if (candles && order->interval.len == 0)
        return fault_set(fault, FAULT_MISSING_FIELD, "interval: a %s needs one, such as 1m",
                         order->type->name);
    if (!candles && order->interval.len > 0)
        return fault_set(fault, FAULT_BAD_VALUE, "interval: a %s has none", order->type->name);
    if (candles && !connection_interval_known(order->interval))
        return fault_set(fault, FAULT_BAD_VALUE, "interval: \"%.*s\" is none, 1m or 1h is",
                         FAULT_QUOTE(order->interval));
    return true;
}

static bool is_same(const struct connection *connection, const struct connection_order *order)
{
    if (connection->connector != order->connector || connection->type != order->type ||
        (connection->accounts != NULL && connection->account != order->account) ||
        connection->lease_s != order->lease_s || connection->symbol_count != order->symbol_count ||
        !slice_equal(slice_of(connection->interval), order->interval))
        return false;
    for (uint32_t i = 0; i < order->symbol_count; i++)
        if (!slice_equal(connection_symbol(connection, i), order->symbols[i]))
            return false;
    return true;
}

/* Not yet named and numbered, but holding its subscriptions; NULL with the fault. */
static struct connection *make(struct connections *connections,
                               const struct connection_order *order, int64_t now_ns,
                               int64_t now_real_ns, struct fault *fault)
{
    struct subscription_order held = {.connector = order->connector,
                                      .kinds = order->type->kinds,
                                      .kind_count = order->type->kind_count,
                                      .symbols = order->symbols,
                                      .symbol_count = order->symbol_count,
                                      .variant = order->interval};
    struct connection *connection = calloc(1, sizeof *connection);
    bool is_private = connection_type_is_private(order->type);
    if (connection != NULL) {
        connection->connector = order->connector;
        connection->type = order->type;
        connection->accounts = is_private ? connections->accounts : NULL;
        connection->account = order->account;
        connection->symbol_count = order->symbol_count;
        if (!is_private)
            connection->rows =
                calloc(connection_row_count(connection), sizeof(struct subscription *));
    }
    if (connection == NULL || (!is_private && connection->rows == NULL))
        fault_set(fault, FAULT_INTERNAL, "no memory for %u symbols", order->symbol_count);
    else if (is_private || subscriptions_hold(connections->subscriptions, &held, now_ns,
                                              now_real_ns, connection->rows, fault))
        return connection;
    free_row(connection);
    return NULL;
}

struct connection *connections_open(struct connections *connections, struct connection_order *order,
                                    int64_t now_ns, int64_t now_real_ns, struct fault *fault)
{
    if (order->symbol_count > 0)
        order->symbol_count = subscriptions_sort(order->symbols, order->symbol_count);
    if (!is_sound(connections, order, fault))
        return NULL;
    struct connection *connection = order->name.len > 0 ? find(connections, order->name) : NULL;
    if (connection != NULL && is_same(connection, order)) {
        connection->used_ns = now_ns;
        return connection;
    }
    if (connection != NULL) {
        fault_set(fault, FAULT_CONFLICT, "name: \"%.*s\" is open with other arguments",
                  FAULT_QUOTE(order->name));
        return NULL;
    }
    if (connections->count == connections->connections_max) {
        fault_set(fault, FAULT_CAPACITY, "all %u connections of limits.connections are open",
                  connections->connections_max);
        return NULL;
    }
    connection = make(connections, order, now_ns, now_real_ns, fault);
    if (connection == NULL)
        return NULL;
    give_id(connections, connection);
    struct slice name = order->name.len > 0 ? order->name : slice_of(connection->id);
    memcpy(connection->name, name.data, name.len);
    if (order->interval.len > 0)
        memcpy(connection->interval, order->interval.data, order->interval.len);
    connection->state = SESSION_OPENING;
    connection->reason = REASON_STARTING;
    connection->lease_s = order->lease_s;
    connection->used_ns = now_ns;
    connection->created_ns = now_real_ns;
    connection->messages_before = connection_messages(connection);
    connections->rows[connections->count++] = connection;
    connections->open++;
    note_change(connections, connection);
    return connection;
}

void connections_close(struct connections *connections, struct connection *connection)
{
    ENSURE(is_open(connection));
    for (uint32_t i = 0; i < connection_row_count(connection); i++)
        subscriptions_release(connections->subscriptions, connection->rows[i]);
    connection->state = SESSION_CLOSED;
    connection->reason = REASON_STOPPED;
    connection->retry_in_ms = 0;
    connections->open--;
    note_change(connections, connection);
}

void connections_close_all(struct connections *connections)
{
    for (uint32_t i = 0; i < connections->count; i++)
        if (is_open(connections->rows[i]))
            connections_close(connections, connections->rows[i]);
}

struct connection *connections_find(struct connections *connections, struct slice word,
                                    int64_t now_ns)
{
    struct connection *connection = find(connections, word);
    if (connection != NULL)
        connection->used_ns = now_ns;
    return connection;
}

int64_t connections_expire(struct connections *connections, int64_t now_ns)
{
    int64_t next_ns = INT64_MAX;
    for (uint32_t i = 0; i < connections->count; i++) {
        struct connection *connection = connections->rows[i];
        if (!is_open(connection) || connection->lease_s == 0)
            continue;
        int64_t due_ns = connection->used_ns + connection->lease_s * NS_PER_SECOND;
        if (due_ns <= now_ns)
            connections_close(connections, connection);
        else if (due_ns < next_ns)
            next_ns = due_ns;
    }
    return next_ns;
}

/* What becomes of a connection, and the words that go with it. */
struct judgement {
    enum session_state state;
    enum reason reason;
    uint32_t retry_in_ms;
    const char *detail;
};

/* What its subscriptions come to together. */
struct sum {
    const struct subscription *refused; /* the first of them */
    uint32_t refused_count;
    const struct topic *down; /* the first topic that says so */
    uint32_t without_session;
    const struct topic *worst; /* of those with a session; NULL all are well */
};

/* Whether anything was lost when it is not `live`. */
static bool had_all(const struct connection *connection)
{
    return connection->state == SESSION_LIVE || connection->state == SESSION_DEGRADED;
}

/* What a topic says before its session said anything of it. */
static bool is_starting(const struct topic *topic)
{
    return topic->state == TOPIC_RECOVERING &&
           (topic->reason == REASON_STARTING || topic->reason == REASON_SNAPSHOT_PENDING);
}

static void add(struct sum *sum, const struct subscription *row, bool seated)
{
    const struct topic *topic = row->topic;
    if (row->state == SUBSCRIPTION_REFUSED) {
        if (sum->refused_count++ == 0)
            sum->refused = row;
        return;
    }
    if (topic != NULL && topic->state == TOPIC_DOWN && sum->down == NULL)
        sum->down = topic;
    if (topic == NULL || topic->seq == 0 || topic->state == TOPIC_DOWN ||
        (is_starting(topic) && !seated))
        sum->without_session++;
    else if (topic->state != TOPIC_OK && topic->reason != REASON_STARTING &&
             (sum->worst == NULL || topic->state > sum->worst->state))
        sum->worst = topic;
}

/* A topic has no session. Between two attempts the last failure stays the reason. */
static struct judgement away(const struct connection *connection, const struct sum *sum,
                             const struct stats_session *session)
{
    bool failed = session != NULL &&
                  (session->state == SESSION_RECONNECTING || session->state == SESSION_REFUSED);
    bool reconnecting = connection->state == SESSION_RECONNECTING;
    struct judgement verdict = {SESSION_OPENING, REASON_STARTING, 0, ""};
    if (failed || reconnecting || had_all(connection))
        verdict.state = SESSION_RECONNECTING;
    if (failed)
        verdict = (struct judgement){verdict.state, session->reason, session->report.retry_in_ms,
                                     session->report.detail};
    else if (reconnecting)
        verdict.reason = connection->reason;
    else if (had_all(connection) && sum->down != NULL)
        verdict.reason = sum->down->reason;
    return verdict;
}

/* That of an account's stream. */
static struct judgement judge_account(const struct connection *connection)
{
    static const enum session_state states[] = {
        [ACCOUNT_CONNECTING] = SESSION_OPENING,   [ACCOUNT_GAP] = SESSION_RECONNECTING,
        [ACCOUNT_RECONCILING] = SESSION_DEGRADED, [ACCOUNT_READY] = SESSION_LIVE,
        [ACCOUNT_REFUSED] = SESSION_REFUSED,
    };
    struct account_row row;
    accounts_row(connection->accounts, connection->account, &row);
    struct judgement verdict = {states[row.status], row.reason, row.retry_in_ms, row.detail};
    if (row.status == ACCOUNT_CONNECTING &&
        (had_all(connection) || connection->state == SESSION_RECONNECTING))
        verdict.state = SESSION_RECONNECTING;
    else if (row.status == ACCOUNT_READY && !row.durable)
        verdict = (struct judgement){SESSION_DEGRADED, REASON_NOT_DURABLE, 0, ""};
    return verdict;
}

static struct judgement judge(const struct connection *connection,
                              const struct stats_session *session)
{
    struct sum sum = {0};
    bool seated = had_all(connection) || (session != NULL && session->state == SESSION_LIVE);
    for (uint32_t i = 0; i < connection_row_count(connection); i++)
        add(&sum, connection->rows[i], seated);
    if (sum.refused_count == connection_row_count(connection))
        return (struct judgement){SESSION_REFUSED, (enum reason)sum.refused->reason, 0,
                                  sum.refused->detail};
    if (sum.without_session > 0)
        return away(connection, &sum, session);
    if (sum.worst != NULL)
        return (struct judgement){SESSION_DEGRADED, sum.worst->reason, 0, sum.worst->name};
    if (sum.refused != NULL)
        return (struct judgement){SESSION_DEGRADED, (enum reason)sum.refused->reason, 0,
                                  sum.refused->detail};
    return (struct judgement){SESSION_LIVE, REASON_NONE, 0, ""};
}

/* What every topic goes through on its way to `ok` is no error. */
static bool is_error(enum reason reason)
{
    return reason != REASON_NONE && reason != REASON_STARTING && reason != REASON_NO_PRICE &&
           reason != REASON_SNAPSHOT_PENDING;
}

static void note_error(struct connection *connection, const struct judgement *verdict)
{
    struct slice reason = reason_word(verdict->reason);
    const char *between = verdict->detail[0] != '\0' ? ": " : "";
    connection->errors++;
    snprintf(connection->last_error, sizeof connection->last_error, "%.*s%s%.90s", (int)reason.len,
             reason.data, between, verdict->detail);
}

/* An attempt that failed again for the same reason is news too: its wait is another one. */
static void pronounce(struct connections *connections, struct connection *connection,
                      const struct judgement *verdict)
{
    bool news = verdict->state != connection->state || verdict->reason != connection->reason ||
                (verdict->retry_in_ms != 0 && verdict->retry_in_ms != connection->retry_in_ms);
    connection->retry_in_ms = verdict->retry_in_ms;
    if (!news)
        return;
    connection->reconnects += verdict->state == SESSION_RECONNECTING && had_all(connection);
    connection->state = verdict->state;
    connection->reason = verdict->reason;
    if (is_error(verdict->reason))
        note_error(connection, verdict);
    note_change(connections, connection);
}

void connections_judge(struct connections *connections)
{
    const struct stats_session *sessions[CONFIG_EXCHANGES];
    for (uint16_t i = 0; i < CONFIG_EXCHANGES; i++)
        sessions[i] = stats_worst(connections->stats, i);
    for (uint32_t i = 0; i < connections->count; i++) {
        struct connection *connection = connections->rows[i];
        if (!is_open(connection))
            continue;
        struct judgement verdict = connection->accounts != NULL
                                       ? judge_account(connection)
                                       : judge(connection, sessions[connection->connector]);
        pronounce(connections, connection, &verdict);
    }
}

static void take_out(struct connections *connections, uint32_t index)
{
    struct connection **row = &connections->rows[index];
    memmove(row, row + 1, (--connections->count - index) * sizeof *row);
}

const struct connection *connections_next_changed(struct connections *connections)
{
    free_row(connections->told);
    connections->told = NULL;
    if (connections->changed == 0)
        return NULL;
    for (;; connections->turn++) {
        connections->turn %= connections->count;
        struct connection *connection = connections->rows[connections->turn];
        if (!connection->changed)
            continue;
        connection->changed = false;
        connection->notices++;
        connections->changed--;
        if (!is_open(connection)) {
            take_out(connections, connections->turn);
            connections->told = connection;
        }
        return connection;
    }
}

const struct connection *connections_each(const struct connections *connections, uint32_t *place)
{
    while (*place < connections->count) {
        const struct connection *connection = connections->rows[(*place)++];
        if (is_open(connection))
            return connection;
    }
    return NULL;
}

uint32_t connections_count(const struct connections *connections)
{
    return connections->open;
}
