/* SPDX-License-Identifier: Apache-2.0 */
/* Session: one WebSocket over libwebsockets, from the address to its end: TCP, TLS, upgrade,
 * messages in and out, liveness, close. It knows nothing of topics: what it has to say stands in
 * its outbox, what it hears goes to its owner, text and binary messages alike. It may be opened
 * again when it has ended. The connector's thread alone.
 *
 * However it ends, `ended` is called exactly once for each session_open, unless its owner dropped
 * it. libwebsockets does not always say so (an upgrade that is never answered, an address that
 * cannot be connected to), so that what counts are its own deadlines and the one callback that
 * always comes, the end of the socket's life. */
#ifndef TICKGATE_CONNECTORS_SESSION_H
#define TICKGATE_CONNECTORS_SESSION_H

#include "connectors/outbox.h"
#include "connectors/transport.h"
#include "connectors/url.h"

#define SESSION_DETAIL_MAX 96

struct session;

struct session_config {
    uint32_t connect_timeout_ms;
    uint32_t upgrade_timeout_ms;
    uint32_t close_timeout_ms; /* until the peer has answered our close */
    uint32_t ping_idle_ms;
    uint32_t hangup_ms;
    uint32_t keepalive_ms; /* we ping so often even while data comes; 0: only when idle */
    uint32_t message_max;  /* bytes */
    struct outbox_config outbox;
};

struct fetch_answer;

/* What an HTTP status means; `otherwise` for one that means nothing in particular. */
enum reason session_status_reason(uint32_t status, enum reason otherwise);
/* What an answer of fetch means that is no good one; `held`: why nothing is sent to the exchange.
 */
enum reason session_fetch_reason(const struct fetch_answer *answer, enum reason held);
/* Copies what others said, cut, with a NUL; whatever is no printable ASCII becomes '?'. */
void session_copy_words(char *to, size_t room, struct slice words);

/* How it ended. */
struct session_end {
    enum reason reason; /* REASON_NONE: we closed it */
    uint32_t status;    /* HTTP, of an upgrade that was refused */
    uint32_t retry_after_ms;
    char detail[SESSION_DETAIL_MAX];
};

/* Called from within session_open, session_step and transport_serve; none of them may open, close,
 * drop or destroy a session. */
struct session_hooks {
    void (*live)(void *context); /* the upgrade was accepted */
    void (*message)(void *context, struct slice message, int64_t received_ns);
    void (*asked)(void *context, uint64_t request); /* a request of the outbox was written */
    void (*ended)(void *context, const struct session_end *end);
    void *context;
};

/* The protocols for transport_new. */
const struct lws_protocols *session_protocols(void);

/* What it is given outlives it. NULL when memory is out. */
struct session *session_new(struct transport *transport, const struct session_config *config,
                            const struct session_hooks *hooks);
/* Drops it if it is open. */
void session_destroy(struct session **session);

/* Connects to a numeric address. The name in its certificate is the host of `url`, which stays
 * until the session has ended; so do `headers`, further lines of the upgrade, each with its "\r\n"
 * (empty: none), or until it is live. The outbox begins with nothing but the exchange's greeting.
 * It must not be open. */
void session_open(struct session *session, const struct url *url, const char *address,
                  struct slice headers);
/* Says goodbye (1000); `ended` comes with the answer or when the time for it is over. */
void session_close(struct session *session);
/* Ends it at once, without a word to anybody. */
void session_drop(struct session *session);
bool session_is_open(const struct session *session);

struct outbox *session_outbox(struct session *session);
/* When session_step must be called (monotonic ns): anew after each of its callbacks and each change
 * of its outbox. */
int64_t session_due_ns(struct session *session, int64_t now_ns);
void session_step(struct session *session, int64_t now_ns);

#endif
