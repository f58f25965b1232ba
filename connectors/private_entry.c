/* SPDX-License-Identifier: Apache-2.0 */
#include "connectors/private_entry.h"

#include "common/ensure.h"
#include "common/secret.h"
#include "connectors/private_parts.h"

#include <stdio.h>
#include <stdlib.h>

#define CLOSE_MS  1500 /* for the goodbyes of a session */
#define SETTLE_MS 1000 /* for a subscription that is not answered to come to pass (upbit.md 2) */

static const char *const cannot_sign = "these keys cannot sign";

static void fail_to_sign(struct private_connector *connector)
{
    const struct private_fault fault = {.key = true, .reason = REASON_KEY_REFUSED};
    private_fail_as(connector, &fault, cannot_sign, (struct slice){NULL, 0});
}

static int64_t now_ms(struct private_connector *connector)
{
    return private_exchange_ns(connector) / NS_PER_MS;
}

static int64_t after_ms(struct private_connector *connector, uint32_t wait_ms)
{
    return private_now_ns(connector) + wait_ms * NS_PER_MS;
}

/* After 23 of 24 hours, give or take half an hour, so that not all sessions go at once. */
static int64_t rotation_ns(struct private_connector *connector)
{
    uint64_t life_ms = connector->facts->session_life_ms;
    if (life_ms == 0)
        return INT64_MAX;
    uint64_t jitter_ms = random_below(&connector->random, life_ms / 24 + 1);
    return private_now_ns(connector) + (int64_t)(life_ms * 15 / 16 + jitter_ms) * NS_PER_MS;
}

static void say(struct private_connector *connector, const struct text *message)
{
    ENSURE(!message->overflow &&
           outbox_say(session_outbox(connector->entry.session), text_slice(message)));
    connector->due_ns = 0;
}

static void log_in(struct private_connector *connector)
{
    char room[PRIVATE_MESSAGE_MAX];
    struct text message = text_over(room, sizeof room);
    if (connector->facts->write_login(&message, &connector->keys, now_ms(connector)))
        say(connector, &message);
    else
        fail_to_sign(connector);
    secret_wipe(room, sizeof room);
}

static void on_live(void *context)
{
    struct private_connector *connector = context;
    struct private_entry *entry = &connector->entry;
    if (connector->phase != PRIVATE_OPENING)
        return;
    secret_wipe(entry->headers, entry->headers_len);
    entry->headers_len = 0;
    entry->first_ms = entry->first_ms != 0 ? entry->first_ms : now_ms(connector);
    entry->rotate_ns = rotation_ns(connector);
    private_enter(connector, PRIVATE_LOGIN,
                  after_ms(connector, connector->config.connector.upgrade_timeout_ms));
    private_say_session(connector, SESSION_LIVE, &(struct private_fault){0}, 0);
    if (connector->facts->login == LOGIN_MESSAGE)
        log_in(connector);
    else
        private_logged_in(connector);
}

void private_logged_in(struct private_connector *connector)
{
    char room[PRIVATE_MESSAGE_MAX];
    struct text message = text_over(room, sizeof room);
    bool answered = connector->facts->subscription_answered;
    uint32_t wait_ms = answered ? connector->config.connector.upgrade_timeout_ms : SETTLE_MS;
    if (connector->phase != PRIVATE_LOGIN)
        return;
    if (connector->facts->write_subscription == NULL) {
        private_begin_asking(connector);
        return;
    }
    connector->facts->write_subscription(&message);
    say(connector, &message);
    private_enter(connector, PRIVATE_SUBSCRIBING, after_ms(connector, wait_ms));
}

void private_subscribed(struct private_connector *connector)
{
    if (connector->phase == PRIVATE_SUBSCRIBING && connector->facts->subscription_answered)
        private_begin_asking(connector);
}

static void on_message(void *context, struct slice message, int64_t received_ns)
{
    private_hear(context, message, received_ns);
}

static void on_asked(void *context, uint64_t request)
{
    (void)context, (void)request;
}

/* Who logs in by a header is refused with the upgrade: 401, but 403 was told of as well
 * (bithumb.md 7: unverified). */
static bool is_refusal(const struct private_connector *connector, const struct session_end *end)
{
    return end->status == 401 ||
           (connector->facts->login == LOGIN_HEADER && (end->status == 400 || end->status == 403));
}

static void on_ended(void *context, const struct session_end *end)
{
    struct private_connector *connector = context;
    struct private_entry *entry = &connector->entry;
    struct private_fault fault = {.key = is_refusal(connector, end),
                                  .reason = end->reason,
                                  .status = end->status,
                                  .retry_after_ms = end->retry_after_ms};
    connector->due_ns = 0;
    if (connector->phase == PRIVATE_CLOSING) {
        private_enter(connector, PRIVATE_CLOSED, INT64_MAX);
        return;
    }
    if (connector->phase == PRIVATE_OPENING) {
        entry->address++;
        if (end->reason == REASON_CONNECT_FAILED &&
            ++entry->tried < entry->addresses->address_count)
            return;
    }
    if (fault.key)
        fault.reason = REASON_KEY_REFUSED;
    private_fail_as(connector, &fault, NULL, slice_of(end->detail));
}

bool private_entry_init(struct private_connector *connector)
{
    const struct connector_config *config = &connector->config.connector;
    const struct private_exchange *facts = connector->facts;
    const struct session_hooks hooks = {on_live, on_message, on_asked, on_ended, connector};
    connector->entry.config = (struct session_config){
        .connect_timeout_ms = config->connect_timeout_ms,
        .upgrade_timeout_ms = config->upgrade_timeout_ms,
        .close_timeout_ms = CLOSE_MS,
        .ping_idle_ms = config->ping_idle_ms,
        .hangup_ms = config->hangup_ms,
        .keepalive_ms = facts->keepalive_ms,
        .message_max = facts->frame_max,
        .outbox = {.manner = SUBSCRIBE_CHANGES,
                   .messages_per_second = facts->messages_per_second,
                   .said_max = PRIVATE_MESSAGE_MAX,
                   .greeting = facts->greeting,
                   .ping = facts->ping},
    };
    connector->entry.session = session_new(connector->transport, &connector->entry.config, &hooks);
    return connector->entry.session != NULL;
}

void private_entry_fini(struct private_connector *connector)
{
    if (connector->entry.session != NULL)
        private_leave(connector);
    session_destroy(&connector->entry.session);
    free(connector->entry.addresses);
    connector->entry.addresses = NULL;
}

void private_leave(struct private_connector *connector)
{
    struct private_entry *entry = &connector->entry;
    session_drop(entry->session);
    secret_wipe(entry->headers, sizeof entry->headers);
    secret_wipe(&entry->url, sizeof entry->url);
    secret_wipe(&connector->listen_key, sizeof connector->listen_key);
    entry->headers_len = 0;
}

/* Where the stream is: the listen key stands behind its path. */
static bool find_url(struct private_connector *connector)
{
    char room[URL_MAX];
    struct text path = text_over(room, sizeof room);
    const struct private_listen_key *listen_key = &connector->listen_key;
    const char *own = connector->config.path;
    text_append(&path, slice_of(own[0] != '\0' ? own : connector->facts->path));
    text_append(&path, (struct slice){listen_key->text, listen_key->len});
    text_terminate(&path);
    bool found = !path.overflow &&
                 url_read(connector->config.connector.websocket, room, &connector->entry.url);
    secret_wipe(room, sizeof room);
    return found;
}

void private_dial(struct private_connector *connector, int64_t now_ns)
{
    struct private_entry *entry = &connector->entry;
    uint32_t timeout_ms = connector->config.connector.connect_timeout_ms;
    struct fetch_request request = {.kind = FETCH_DIAL,
                                    .exchange = connector->exchange,
                                    .asker = &connector->asker,
                                    .tag = PRIVATE_TAG_DIAL,
                                    .timeout_ms = timeout_ms};
    if (!find_url(connector)) {
        private_fail(connector, REASON_REFUSED_BY_EXCHANGE, "the address is too long",
                     (struct slice){NULL, 0});
        return;
    }
    snprintf(request.url, sizeof request.url, "%s", entry->url.host);
    if (!entry->dial_open)
        entry->dial_open = fetch_ask(connector->fetch, &request);
    private_enter(connector, PRIVATE_DIALING,
                  now_ns + (entry->dial_open ? 2 * timeout_ms * NS_PER_MS : AGAIN_NS));
}

void private_dialed(struct private_connector *connector, struct fetch_answer **answer)
{
    struct private_entry *entry = &connector->entry;
    const struct private_fault fault = {
        .reason = (*answer)->error == FETCH_WITHHELD ? REASON_RATE_LIMITED : REASON_DNS,
        .retry_after_ms = (*answer)->retry_after_ms};
    entry->dial_open = false;
    if (connector->phase != PRIVATE_DIALING || connector->fault.noted)
        return;
    if ((*answer)->error != FETCH_OK || (*answer)->address_count == 0) {
        private_fail_as(connector, &fault, NULL, slice_of((*answer)->detail));
        return;
    }
    free(entry->addresses);
    entry->addresses = *answer;
    *answer = NULL;
    entry->tried = 0;
    private_enter(connector, PRIVATE_OPENING, INT64_MAX);
}

static void open_session(struct private_connector *connector)
{
    struct private_entry *entry = &connector->entry;
    struct text lines = text_over(entry->headers, sizeof entry->headers);
    if (connector->facts->login == LOGIN_HEADER &&
        !connector->facts->write_header(&lines, &connector->keys, now_ms(connector))) {
        fail_to_sign(connector);
        return;
    }
    ENSURE(!lines.overflow);
    entry->headers_len = lines.len;
    session_open(entry->session, &entry->url,
                 entry->addresses->addresses[entry->address % entry->addresses->address_count],
                 text_slice(&lines));
}

int64_t private_entry_step(struct private_connector *connector, int64_t now_ns)
{
    struct private_entry *entry = &connector->entry;
    if (connector->fault.noted)
        return 0;
    if (connector->phase == PRIVATE_OPENING && !session_is_open(entry->session))
        open_session(connector);
    session_step(entry->session, now_ns);
    int64_t due_ns = session_due_ns(entry->session, now_ns);
    if (connector->phase < PRIVATE_LOGIN || connector->phase > PRIVATE_READY_NOW)
        return due_ns;
    if (now_ns >= entry->rotate_ns)
        private_fail(connector, REASON_GOING_AWAY, NULL,
                     SLICE("renewed before the exchange cuts it"));
    return sooner(due_ns, entry->rotate_ns);
}
