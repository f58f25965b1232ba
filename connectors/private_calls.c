/* SPDX-License-Identifier: Apache-2.0 */
#include "connectors/private_calls.h"

#include "common/ensure.h"
#include "common/log.h"
#include "common/secret.h"
#include "connectors/private_parts.h"

#include <stdio.h>

#define CALL_TIMEOUT_MS 10000
#define CALL_BODY_MAX   (16u * 1024 * 1024)
#define LIST_TIMEOUT_MS 30000
#define DOUBT_MS        10000 /* until a check that found a difference looks again */
#define LIST_BODY_MAX   (64u * 1024 * 1024)

/* Room in which a call is written and signed. */
struct paper {
    char url[FETCH_URL_MAX + PRIVATE_PATH_MAX];
    char path[PRIVATE_PATH_MAX];
    char headers[PRIVATE_HEADERS_MAX];
    char body[PRIVATE_BODY_MAX];
};

const char *private_call_name(const struct private_connector *connector)
{
    static const char *const names[CALL_PURPOSES] = {[CALL_CLOCK] = "clock",
                                                     [CALL_KEY] = "listen key",
                                                     [CALL_KEEP_KEY] = "keeping the listen key",
                                                     [CALL_OPEN_ORDERS] = "open orders",
                                                     [CALL_TRADED] = "what was traded",
                                                     [CALL_CLOSED_ORDERS] = "closed orders",
                                                     [CALL_FILLS] = "fills",
                                                     [CALL_ORDER] = "order",
                                                     [CALL_BALANCES] = "balances",
                                                     [CALL_POSITIONS] = "positions"};
    return connector->lane.instruments ? "instruments" : names[connector->lane.ask.purpose];
}

void private_calls_drop(struct private_connector *connector)
{
    connector->lane.dropped = connector->lane.under_way;
    connector->lane.due_ns = 0;
    connector->lane.failure[0] = '\0';
    connector->clock.left = 0;
    connector->list.page = 0;
}

/* What fails before there is a session is one failure of the whole way. */
void private_call_failed(struct private_connector *connector, enum reason reason,
                         uint32_t retry_after_ms, struct slice words)
{
    struct private_lane *lane = &connector->lane;
    uint32_t wait_ms = backoff_next(&lane->backoff, 0, &connector->random);
    struct slice word = reason_word(reason);
    if (retry_after_ms > wait_ms)
        wait_ms = retry_after_ms;
    private_tell_words(connector, lane->failure, sizeof lane->failure, private_call_name(connector),
                       words.len > 0 ? words : word);
    if (connector->phase == PRIVATE_PREPARING) {
        private_fail_as(connector,
                        &(struct private_fault){.reason = reason, .retry_after_ms = retry_after_ms},
                        private_call_name(connector), words);
        return;
    }
    log_warn("account_call_failed", "%s: %.*s: %s", connector->config.name, (int)word.len,
             word.data, lane->failure);
    lane->due_ns = private_now_ns(connector) + wait_ms * NS_PER_MS;
    if (lane->instruments)
        private_list_again(connector, lane->due_ns);
}

static bool ask_fetch(struct private_connector *connector, struct fetch_request *request)
{
    request->exchange = connector->exchange;
    request->asker = &connector->asker;
    request->tag = PRIVATE_TAG_CALL;
    snprintf(request->ca_file, sizeof request->ca_file, "%s", connector->config.connector.ca_file);
    if (!fetch_ask(connector->fetch, request))
        return false;
    connector->lane.under_way = true;
    connector->lane.dropped = false;
    connector->lane.asked_ns = private_now_ns(connector);
    return true;
}

static bool ask_list(struct private_connector *connector)
{
    struct fetch_request request = {.kind = FETCH_GET,
                                    .weight = connector->exchange->instruments_weight,
                                    .timeout_ms = LIST_TIMEOUT_MS,
                                    .body_max = LIST_BODY_MAX};
    int len = snprintf(request.url, sizeof request.url, "%s%s", connector->config.connector.rest,
                       connector->list.path);
    connector->lane.instruments = true;
    return len > 0 && (size_t)len < sizeof request.url && ask_fetch(connector, &request);
}

/* The slices of an ask look into what may change before it is answered: they are copied. */
static void keep_ask(struct private_lane *lane, const struct call_ask *ask)
{
    lane->ask = *ask;
    lane->instruments = false;
    id_set(&lane->order_id, ask->order_id);
    snprintf(lane->symbol, sizeof lane->symbol, "%.*s", (int)ask->exchange_symbol.len,
             ask->exchange_symbol.len > 0 ? ask->exchange_symbol.data : "");
    if (ask->cursor.len > 0)
        memcpy(lane->cursor, ask->cursor.data, ask->cursor.len);
    lane->ask.exchange_symbol = slice_of(lane->symbol);
    lane->ask.order_id = (struct slice){lane->order_id.text, lane->order_id.len};
    lane->ask.cursor = (struct slice){lane->cursor, ask->cursor.len};
}

enum asked { ASKED, ASKED_NOTHING, ASKED_TOO_MUCH };

static enum asked write_and_ask(struct private_connector *connector, struct paper *paper)
{
    struct call call = {.path = text_over(paper->path, sizeof paper->path),
                        .headers = text_over(paper->headers, sizeof paper->headers),
                        .body = text_over(paper->body, sizeof paper->body)};
    struct text url = text_over(paper->url, sizeof paper->url);
    if (!connector->facts->write_call(&call, &connector->keys, &connector->lane.ask))
        return ASKED_NOTHING;
    text_append(&url, slice_of(connector->config.connector.rest));
    text_append(&url, text_slice(&call.path));
    ENSURE(!url.overflow && !call.path.overflow && !call.headers.overflow && !call.body.overflow);
    struct fetch_request request = {
        .kind = FETCH_CALL,
        .weight = call.weight,
        .timeout_ms = CALL_TIMEOUT_MS,
        .body_max = CALL_BODY_MAX,
        .call = {call.method, text_slice(&url), text_slice(&call.headers), text_slice(&call.body)}};
    return ask_fetch(connector, &request) ? ASKED : ASKED_TOO_MUCH;
}

static enum asked ask_call(struct private_connector *connector, const struct call_ask *ask)
{
    struct paper paper;
    keep_ask(&connector->lane, ask);
    connector->lane.ask.now_ms = private_exchange_ns(connector) / NS_PER_MS;
    enum asked asked = write_and_ask(connector, &paper);
    secret_wipe(&paper, sizeof paper);
    return asked;
}

/* What is kept up while the session lives; false: nothing is due before *due_ns. */
static bool next_upkeep(struct private_connector *connector, int64_t now_ns, struct call_ask *ask,
                        int64_t *due_ns)
{
    const struct private_listen_key *listen_key = &connector->listen_key;
    bool clock_due = private_clock_due(connector, now_ns);
    *due_ns = connector->clock.due_ns;
    if (clock_due)
        *ask = (struct call_ask){.purpose = CALL_CLOCK};
    if (clock_due || listen_key->len == 0)
        return clock_due;
    *ask = (struct call_ask){.purpose = CALL_KEEP_KEY,
                             .listen_key = {listen_key->text, listen_key->len}};
    *due_ns = sooner(*due_ns, sooner(listen_key->due_ns, listen_key->end_ns));
    if (now_ns >= listen_key->end_ns)
        private_fail(connector, REASON_LISTEN_KEY, "it could not be kept alive",
                     (struct slice){NULL, 0});
    return now_ns >= listen_key->due_ns && now_ns < listen_key->end_ns;
}

static void end_pass(struct private_connector *connector, int64_t now_ns)
{
    const char *what = "";
    enum check_result result = check_end(&connector->check.stands, &what);
    uint32_t wait_ms = connector->config.check_ms;
    reconcile_destroy(&connector->check.pass);
    if (result == CHECK_WRONG)
        private_fail(connector, REASON_SILENT, "the stream did not tell of", slice_of(what));
    if (result != CHECK_GOOD && wait_ms > DOUBT_MS)
        wait_ms = DOUBT_MS;
    connector->check.due_ns = now_ns + wait_ms * NS_PER_MS;
}

/* What a pass of the check asks for; false: nothing is due before *due_ns. */
static bool next_check(struct private_connector *connector, int64_t now_ns, struct call_ask *ask,
                       int64_t *due_ns)
{
    static const struct private_desired nothing;
    if (connector->config.check_ms == 0)
        return false;
    if (connector->check.pass == NULL && now_ns >= connector->check.due_ns) {
        check_begin(&connector->check.stands);
        connector->check.pass =
            reconcile_new(connector->check.scopes, &nothing, &connector->list.known, 0, 0);
        connector->check.due_ns = now_ns + connector->config.check_ms * NS_PER_MS;
    }
    if (connector->check.pass != NULL && reconcile_ask(connector->check.pass, ask))
        return true;
    if (connector->check.pass != NULL)
        end_pass(connector, now_ns);
    *due_ns = connector->fault.noted ? 0 : sooner(*due_ns, connector->check.due_ns);
    return false;
}

/* What is to be asked for now. False: nothing is due before *due_ns. */
static bool next_call(struct private_connector *connector, int64_t now_ns, struct call_ask *ask,
                      int64_t *due_ns)
{
    *due_ns = INT64_MAX;
    switch (connector->phase) {
    case PRIVATE_PREPARING:
        *ask = (struct call_ask){.purpose = CALL_CLOCK};
        if (private_clock_due(connector, now_ns))
            return true;
        ask->purpose = CALL_KEY;
        if (connector->facts->login == LOGIN_KEY && connector->listen_key.len == 0)
            return true;
        private_dial(connector, now_ns);
        *due_ns = 0;
        return false;
    case PRIVATE_LOGIN:
    case PRIVATE_SUBSCRIBING:
    case PRIVATE_ASKING:
    case PRIVATE_TELLING:
        return next_upkeep(connector, now_ns, ask, due_ns);
    case PRIVATE_READY_NOW:
        return next_upkeep(connector, now_ns, ask, due_ns) ||
               next_check(connector, now_ns, ask, due_ns);
    case PRIVATE_RECONCILING:
        if (next_upkeep(connector, now_ns, ask, due_ns) || reconcile_ask(connector->reconcile, ask))
            return true;
        private_enter(connector, PRIVATE_TELLING, connector->deadline_ns);
        *due_ns = 0;
        return false;
    default:
        return false;
    }
}

static bool may_read_list(const struct private_connector *connector)
{
    return connector->phase == PRIVATE_PREPARING || connector->phase == PRIVATE_READY_NOW;
}

int64_t private_calls_step(struct private_connector *connector, int64_t now_ns)
{
    struct private_lane *lane = &connector->lane;
    struct call_ask ask;
    int64_t due_ns;
    bool waits = lane->under_way; /* for the answer to what was dropped */
    if ((waits && !lane->dropped) || connector->fault.noted)
        return INT64_MAX;
    if (now_ns < lane->due_ns)
        return lane->due_ns;
    if (may_read_list(connector) && private_list_due(connector, now_ns)) {
        if (!waits && !ask_list(connector))
            lane->due_ns = now_ns + AGAIN_NS;
        return lane->under_way ? INT64_MAX : lane->due_ns;
    }
    if (!next_call(connector, now_ns, &ask, &due_ns))
        return may_read_list(connector) ? sooner(due_ns, connector->list.due_ns) : due_ns;
    switch (waits ? ASKED : ask_call(connector, &ask)) {
    case ASKED:
        return INT64_MAX;
    case ASKED_NOTHING:
        private_no_call(connector);
        return 0;
    default:
        lane->due_ns = now_ns + AGAIN_NS;
        return lane->due_ns;
    }
}

void private_call_came(struct private_connector *connector, const struct fetch_answer *answer)
{
    struct private_lane *lane = &connector->lane;
    lane->under_way = false;
    if (lane->dropped || connector->fault.noted)
        return;
    if (answer->error != FETCH_OK)
        private_call_failed(connector, session_fetch_reason(answer, REASON_RATE_LIMITED),
                            answer->retry_after_ms, slice_of(answer->detail));
    else if (lane->instruments)
        private_list_came(connector, (struct slice){answer->body, answer->body_len});
    else
        private_reply_came(connector, answer);
}
