/* SPDX-License-Identifier: Apache-2.0 */
#include "connectors/session.h"

#include "common/clock.h"
#include "common/ensure.h"
#include "common/secret.h"

#include <libwebsockets.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>

#define RX_SIZE     65536 /* libwebsockets hands on no more at once */
#define WHOLE_FIRST 65536
#define USER_AGENT  "tickgate/" TICKGATE_VERSION

enum phase {
    PHASE_CLOSED,
    PHASE_CONNECTING, /* TCP and TLS */
    PHASE_UPGRADING,
    PHASE_LIVE,
    PHASE_CLOSING,
};

struct session {
    struct transport *transport;
    const struct session_config *config;
    const struct url *url;
    struct slice headers; /* of the owner, for the upgrade */
    struct session_hooks hooks;
    struct outbox *outbox;
    struct lws *wsi;
    enum phase phase;
    int64_t deadline_ns; /* of the phase; none when live */
    int64_t heard_ns;
    int64_t pinged_ns;    /* when a ping was last due, or the session live */
    bool pinged;          /* since anything was heard */
    bool asked_writeable; /* else a callback of that name says that a pong went out */
    struct session_end end;
    struct {
        char *data;
        size_t len, room;
    } whole;        /* of a message that comes in pieces */
    char *out;      /* LWS_PRE bytes, then a message */
    size_t out_max; /* of the message */
};

static void note_end(struct session *session, enum reason reason, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* The first thing that is known of an end is what counts. The peer's words may be any bytes. */
static void note_end(struct session *session, enum reason reason, const char *format, ...)
{
    char words[sizeof session->end.detail];
    va_list arguments;
    if (session->end.reason != REASON_NONE)
        return;
    session->end.reason = reason;
    va_start(arguments, format);
    vsnprintf(words, sizeof words, format, arguments);
    va_end(arguments);
    session_copy_words(session->end.detail, sizeof session->end.detail, slice_of(words));
}

/* From here on libwebsockets may do with the socket what it likes. */
static void let_go(struct session *session)
{
    if (session->wsi != NULL)
        lws_set_opaque_user_data(session->wsi, NULL);
    session->wsi = NULL;
    session->phase = PHASE_CLOSED;
    free(session->whole.data);
    session->whole.data = NULL;
    session->whole.len = session->whole.room = 0;
}

/* A peer that does not answer is not waited for: the socket is reset. */
static void kill_socket(struct session *session)
{
    static const struct linger reset = {.l_onoff = 1, .l_linger = 0};
    struct lws *wsi = session->wsi;
    let_go(session);
    if (wsi == NULL)
        return;
    setsockopt(lws_get_socket_fd(wsi), SOL_SOCKET, SO_LINGER, &reset, sizeof reset);
    lws_set_timeout(wsi, PENDING_TIMEOUT_USER_OK, LWS_TO_KILL_SYNC);
}

static void finish(struct session *session, void (*leave)(struct session *session))
{
    if (session->phase == PHASE_CLOSING)
        session->end = (struct session_end){0};
    leave(session);
    session->hooks.ended(session->hooks.context, &session->end);
}

static int64_t after_ms(struct session *session, uint32_t wait_ms)
{
    return transport_now_ns(session->transport) + wait_ms * NS_PER_MS;
}

/* Data that is on its way to a peer that is gone is not kept up longer than the peer itself. */
static void on_live(struct session *session)
{
    unsigned int limit_ms = session->config->hangup_ms;
    setsockopt(lws_get_socket_fd(session->wsi), IPPROTO_TCP, TCP_USER_TIMEOUT, &limit_ms,
               sizeof limit_ms);
    session->phase = PHASE_LIVE;
    session->heard_ns = session->pinged_ns = transport_now_ns(session->transport);
    session->hooks.live(session->hooks.context);
}

/* What the exchange answered instead of 101. */
static void note_status(struct session *session, uint32_t status)
{
    enum reason reason = session_status_reason(status, REASON_UPGRADE_REFUSED);
    char text[24];
    session->end.status = status;
    if (lws_hdr_copy(session->wsi, text, sizeof text, WSI_TOKEN_HTTP_RETRY_AFTER) > 0) {
        unsigned long seconds = strtoul(text, NULL, 10);
        if (seconds < UINT32_MAX / 1000)
            session->end.retry_after_ms = (uint32_t)seconds * 1000;
    }
    note_end(session, reason, "HTTP %u", status);
}

/* Whether the peer closed the socket or reset it stands in the kernel's state of it. False: it did
 * neither. */
static bool note_loss(struct session *session)
{
    struct tcp_info info = {0};
    socklen_t len = sizeof info;
    getsockopt(lws_get_socket_fd(session->wsi), IPPROTO_TCP, TCP_INFO, &info, &len);
    if (info.tcpi_state == TCP_CLOSE)
        note_end(session, REASON_RESET, "reset by the peer");
    else if (info.tcpi_state != TCP_ESTABLISHED)
        note_end(session, REASON_CLOSED_BY_PEER, "closed without a word");
    return session->end.reason != REASON_NONE;
}

/* Of a certificate libwebsockets says no more than in its log; of the rest, what is in `text`. */
static void note_failure(struct session *session, struct slice text)
{
    uint32_t status = lws_http_client_http_response(session->wsi);
    bool connecting = session->phase == PHASE_CONNECTING;
    const char *complaint = session->url->tls ? transport_complaint() : "";
    if (!connecting && status != 0 && status != 101)
        note_status(session, status);
    else if (!connecting && note_loss(session))
        return;
    else if (!connecting)
        note_end(session, REASON_UPGRADE_REFUSED, "%.*s", (int)text.len, text.data);
    else if (complaint[0] != '\0')
        note_end(session, REASON_TLS, "%s", complaint);
    else if (session->url->tls && memmem(text.data, text.len, "SSL err", 7) != NULL)
        note_end(session, REASON_TLS, "%.*s", (int)text.len, text.data);
    else
        note_end(session, REASON_CONNECT_FAILED, "%.*s", (int)text.len, text.data);
}

/* A close frame: a code, in network order, and a text. */
static void note_close(struct session *session, const unsigned char *payload, size_t len)
{
    if (len < 2)
        note_end(session, REASON_CLOSED_BY_PEER, "closed without a code");
    else
        note_end(session, REASON_CLOSED_BY_PEER, "%u %.*s", payload[0] << 8 | payload[1],
                 (int)(len - 2), (const char *)payload + 2);
}

static bool too_large(struct session *session)
{
    note_end(session, REASON_TOO_LARGE, "a message of more than %u bytes",
             session->config->message_max);
    return false;
}

/* Keeps a piece of a message; false: there may be no more of it. */
static bool keep(struct session *session, struct slice piece)
{
    size_t needed = session->whole.len + piece.len;
    if (needed > session->config->message_max)
        return too_large(session);
    if (needed > session->whole.room) {
        size_t room = session->whole.room == 0 ? WHOLE_FIRST : 2 * session->whole.room;
        while (room < needed)
            room *= 2;
        if (room > session->config->message_max)
            room = session->config->message_max;
        char *grown = realloc(session->whole.data, room);
        if (grown == NULL)
            return too_large(session);
        session->whole.data = grown;
        session->whole.room = room;
    }
    memcpy(session->whole.data + session->whole.len, piece.data, piece.len);
    session->whole.len = needed;
    return true;
}

/* A message that comes in one piece, as nearly all do, is read where it stands. */
static bool on_piece(struct session *session, struct slice piece)
{
    bool first = lws_is_first_fragment(session->wsi) != 0;
    bool final = lws_is_final_fragment(session->wsi) != 0;
    struct slice message = piece;
    session->heard_ns = transport_now_ns(session->transport);
    session->pinged = false;
    if (session->phase != PHASE_LIVE)
        return true;
    if (first)
        session->whole.len = 0;
    if (!first || !final) {
        if (!keep(session, piece))
            return false;
        message = (struct slice){session->whole.data, session->whole.len};
    } else if (piece.len > session->config->message_max) {
        return too_large(session);
    }
    if (final)
        session->hooks.message(session->hooks.context, message, clock_real_ns());
    return true;
}

static bool write_out(struct session *session, size_t len, enum lws_write_protocol protocol)
{
    return lws_write(session->wsi, (unsigned char *)session->out + LWS_PRE, len, protocol) >= 0;
}

/* One message a callback, as libwebsockets wants it; the next step asks for another. False: the
 * socket is to be closed. */
static bool on_writeable(struct session *session)
{
    int64_t now_ns = transport_now_ns(session->transport);
    if (session->phase == PHASE_CLOSING) {
        lws_close_reason(session->wsi, LWS_CLOSE_STATUS_NORMAL, NULL, 0);
        return false;
    }
    if (!session->asked_writeable) {
        outbox_pong(session->outbox, now_ns);
        return true;
    }
    session->asked_writeable = false;
    struct text message = text_over(session->out + LWS_PRE, session->out_max);
    uint64_t request;
    switch (outbox_next(session->outbox, now_ns, &message, &request)) {
    case OUTBOX_PING:
        return write_out(session, 0, LWS_WRITE_PING);
    case OUTBOX_TEXT:
        return write_out(session, message.len, LWS_WRITE_TEXT);
    case OUTBOX_SAID: {
        bool written = write_out(session, message.len, LWS_WRITE_TEXT);
        secret_wipe(message.data, message.len);
        return written;
    }
    case OUTBOX_REQUEST:
        session->hooks.asked(session->hooks.context, request);
        return write_out(session, message.len, LWS_WRITE_TEXT);
    default:
        return true;
    }
}

static int write_header(struct session *session, unsigned char **at, size_t room)
{
    static const unsigned char agent[] = USER_AGENT;
    unsigned char *end = *at + room;
    session->phase = PHASE_UPGRADING;
    session->deadline_ns = after_ms(session, session->config->upgrade_timeout_ms);
    if (lws_add_http_header_by_token(session->wsi, WSI_TOKEN_HTTP_USER_AGENT, agent,
                                     sizeof agent - 1, at, end) != 0 ||
        session->headers.len > (size_t)(end - *at))
        return -1;
    if (session->headers.len > 0)
        memcpy(*at, session->headers.data, session->headers.len);
    *at += session->headers.len;
    return 0;
}

static int on_event(struct lws *wsi, enum lws_callback_reasons event, void *user, void *in,
                    size_t len)
{
    (void)user;
    struct session *session = wsi != NULL ? lws_get_opaque_user_data(wsi) : NULL;
    if (session == NULL)
        return 0;
    session->wsi = wsi;
    switch (event) {
    case LWS_CALLBACK_OPENSSL_PERFORM_SERVER_CERT_VERIFICATION:
        transport_forget_complaint();
        return 0;
    case LWS_CALLBACK_CLIENT_APPEND_HANDSHAKE_HEADER:
        return write_header(session, in, len);
    case LWS_CALLBACK_CLIENT_ESTABLISHED:
        on_live(session);
        return 0;
    case LWS_CALLBACK_CLIENT_RECEIVE:
        return on_piece(session, (struct slice){in, len}) ? 0 : -1;
    case LWS_CALLBACK_CLIENT_RECEIVE_PONG:
        session->heard_ns = transport_now_ns(session->transport);
        session->pinged = false;
        return 0;
    case LWS_CALLBACK_CLIENT_WRITEABLE:
        return on_writeable(session) ? 0 : -1;
    case LWS_CALLBACK_WS_PEER_INITIATED_CLOSE:
        note_close(session, in, len);
        return 0;
    case LWS_CALLBACK_CLIENT_CONNECTION_ERROR:
        note_failure(session, (struct slice){in != NULL ? in : "", in != NULL ? len : 0});
        finish(session, let_go);
        return 0;
    case LWS_CALLBACK_CLOSED_CLIENT_HTTP:
    case LWS_CALLBACK_CLIENT_CLOSED:
    case LWS_CALLBACK_WSI_DESTROY:
        if (!note_loss(session))
            note_end(session, REASON_RESET, "what came was no WebSocket");
        finish(session, let_go);
        return 0;
    default:
        return 0;
    }
}

const struct lws_protocols *session_protocols(void)
{
    static const struct lws_protocols protocols[] = {{"session", on_event, 0, RX_SIZE, 0, NULL, 0},
                                                     {NULL, NULL, 0, 0, 0, NULL, 0}};
    return protocols;
}

struct session *session_new(struct transport *transport, const struct session_config *config,
                            const struct session_hooks *hooks)
{
    struct session *session = calloc(1, sizeof *session);
    if (session == NULL)
        return NULL;
    session->transport = transport;
    session->config = config;
    session->hooks = *hooks;
    session->outbox = outbox_new(&config->outbox);
    if (session->outbox != NULL) {
        session->out_max = outbox_message_max(session->outbox);
        session->out = malloc(LWS_PRE + session->out_max);
    }
    if (session->out == NULL)
        session_destroy(&session);
    return session;
}

void session_destroy(struct session **session)
{
    if (*session == NULL)
        return;
    session_drop(*session);
    outbox_destroy(&(*session)->outbox);
    free((*session)->whole.data);
    free((*session)->out);
    free(*session);
    *session = NULL;
}

/* The ping of libwebsockets counts nothing but pongs as life; ours is here. No Origin is named, and
 * so none is sent: an exchange may take it for a browser's, and count it apart (upbit.md 1.2). */
void session_open(struct session *session, const struct url *url, const char *address,
                  struct slice headers)
{
    static const lws_retry_bo_t no_pings;
    const struct session_config *config = session->config;
    ENSURE(session->phase == PHASE_CLOSED);
    outbox_clear(session->outbox);
    session->url = url;
    session->headers = headers;
    session->end = (struct session_end){0};
    session->pinged = session->asked_writeable = false;
    session->phase = PHASE_CONNECTING;
    session->deadline_ns = after_ms(session, config->connect_timeout_ms);
    struct lws_client_connect_info info = {
        .context = transport_context(session->transport),
        .address = address,
        .port = url->port,
        .ssl_connection = (url->tls ? LCCSCF_USE_SSL : 0) | LCCSCF_HTTP_NO_FOLLOW_REDIRECT,
        .path = url->path,
        .host = url->authority,
        .pwsi = &session->wsi,
        .alpn = "http/1.1",
        .opaque_user_data = session,
        .retry_and_idle_policy = &no_pings,
    };
    transport_forget_complaint();
    if (lws_client_connect_via_info(&info) != NULL || session->phase == PHASE_CLOSED)
        return;
    session->wsi = NULL;
    note_end(session, REASON_CONNECT_FAILED, "cannot connect to %s", address);
    finish(session, let_go);
}

void session_close(struct session *session)
{
    if (session->phase != PHASE_LIVE) {
        session->phase = session->phase == PHASE_CLOSED ? PHASE_CLOSED : PHASE_CLOSING;
        session->deadline_ns = 0;
        return;
    }
    session->phase = PHASE_CLOSING;
    session->deadline_ns = after_ms(session, session->config->close_timeout_ms);
    lws_callback_on_writable(session->wsi);
}

void session_drop(struct session *session)
{
    if (session->phase != PHASE_CLOSED)
        kill_socket(session);
}

bool session_is_open(const struct session *session)
{
    return session->phase != PHASE_CLOSED;
}

struct outbox *session_outbox(struct session *session)
{
    return session->outbox;
}

/* A session that is quiet is pinged once; one that must be kept up, whatever it brings. */
static int64_t ping_due_ns(const struct session *session)
{
    uint32_t keepalive_ms = session->config->keepalive_ms;
    int64_t due_ns =
        session->pinged ? INT64_MAX : session->heard_ns + session->config->ping_idle_ms * NS_PER_MS;
    return keepalive_ms > 0 ? sooner(due_ns, session->pinged_ns + keepalive_ms * NS_PER_MS)
                            : due_ns;
}

int64_t session_due_ns(struct session *session, int64_t now_ns)
{
    if (session->phase == PHASE_CLOSED)
        return INT64_MAX;
    if (session->phase != PHASE_LIVE)
        return session->deadline_ns;
    int64_t due_ns = session->heard_ns + session->config->hangup_ms * NS_PER_MS;
    int64_t wait_ns =
        session->asked_writeable ? INT64_MAX : outbox_wait_ns(session->outbox, now_ns);
    due_ns = sooner(due_ns, ping_due_ns(session));
    return wait_ns != INT64_MAX ? sooner(due_ns, now_ns + wait_ns) : due_ns;
}

static void step_live(struct session *session, int64_t now_ns)
{
    int64_t quiet_ns = now_ns - session->heard_ns;
    if (quiet_ns >= session->config->hangup_ms * NS_PER_MS) {
        note_end(session, REASON_SILENT, "nothing was heard for %u ms", session->config->hangup_ms);
        finish(session, kill_socket);
        return;
    }
    if (now_ns >= ping_due_ns(session)) {
        session->pinged = true;
        session->pinged_ns = now_ns;
        outbox_ping(session->outbox);
    }
    if (!session->asked_writeable && outbox_wait_ns(session->outbox, now_ns) == 0) {
        session->asked_writeable = true;
        lws_callback_on_writable(session->wsi);
    }
}

void session_step(struct session *session, int64_t now_ns)
{
    if (session->phase == PHASE_LIVE) {
        step_live(session, now_ns);
        return;
    }
    if (session->phase == PHASE_CLOSED || now_ns < session->deadline_ns)
        return;
    if (session->phase == PHASE_CONNECTING)
        note_end(session, REASON_CONNECT_TIMEOUT, "no TCP and TLS within %u ms",
                 session->config->connect_timeout_ms);
    if (session->phase == PHASE_UPGRADING)
        note_end(session, REASON_UPGRADE_TIMEOUT, "the upgrade was not answered within %u ms",
                 session->config->upgrade_timeout_ms);
    finish(session, kill_socket);
}
