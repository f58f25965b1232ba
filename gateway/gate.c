/* SPDX-License-Identifier: Apache-2.0 */
/* ZAP 1.0 (rfc.zeromq.org/spec/27). A request that is not one in every frame is denied if there is
 * an envelope to answer it by, and else left alone: its connection then dies of HANDSHAKE_IVL. */
#include "gateway/gate.h"

#include "common/ensure.h"
#include "common/log.h"
#include "common/mailbox.h"
#include "common/secret.h"
#include "common/thread.h"
#include "gateway/certificate.h"
#include "gateway/gate_parts.h"

#include <errno.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <sys/inotify.h>
#include <unistd.h>
#include <zmq.h>

/* zmq.h of Debian's 4.3.4 shows it with the drafts alone; the library has it, or gate_secure fails.
 */
#ifndef ZMQ_ZAP_ENFORCE_DOMAIN
#define ZMQ_ZAP_ENFORCE_DOMAIN 93
#endif

#define HANDLER   "inproc://zeromq.zap.01"
#define FRAME_MAX 255
#define WATCHED                                                                                    \
    (IN_CREATE | IN_CLOSE_WRITE | IN_MOVED_TO | IN_MOVED_FROM | IN_DELETE | IN_ATTRIB |            \
     IN_DELETE_SELF | IN_MOVE_SELF | IN_ONLYDIR)

/* The frames of a request, in their order. */
enum zap {
    ZAP_IDENTITY,
    ZAP_DELIMITER,
    ZAP_VERSION,
    ZAP_REQUEST,
    ZAP_DOMAIN,
    ZAP_ADDRESS,
    ZAP_ROUTING,
    ZAP_MECHANISM,
    ZAP_KEY,
    ZAP_FRAMES
};

struct zap_request {
    size_t count; /* of frames that came; those beyond are not kept */
    bool too_long;
    size_t len[ZAP_FRAMES];
    char data[ZAP_FRAMES][FRAME_MAX];
};

struct gate {
    char directory[512];
    char public_key[RIGHTS_KEY_TEXT + 1];
    uint8_t secret_key[RIGHTS_KEY_MAX];
    struct thread thread;
    int stop_fd;
    /* the thread's, once it runs */
    void *handler;
    int changes_fd;
    struct rights *rights;
    /* to it, and from it to the manager */
    struct mailbox_slot handed, newest; /* struct rights */
    int handed_fd, newest_fd;
    atomic_bool taken;
    _Atomic uint64_t admitted, denied;
};

static struct slice frame_of(const struct zap_request *request, enum zap frame)
{
    return (struct slice){request->data[frame], request->len[frame]};
}

bool gate_admits(const struct rights *rights, struct slice domain, struct slice key)
{
    const struct client *client = rights_find(rights, key);
    struct slice prefix = SLICE(GATE_ACCOUNT_PREFIX);
    if (client == NULL)
        return false;
    if (slice_equal(domain, SLICE(GATE_FEED)))
        return client_has_role(client, ROLE_READ);
    if (slice_equal(domain, SLICE(GATE_REQUESTS)) ||
        slice_equal(domain, SLICE(GATE_ACCOUNTS_REQUESTS)))
        return client_has_role(client, ROLE_READ) || client_has_role(client, ROLE_CONTROL);
    return slice_starts_with(domain, prefix) && client_has_role(client, ROLE_READ) &&
           client_has_account(client,
                              (struct slice){domain.data + prefix.len, domain.len - prefix.len});
}

/* Takes one message whole; false: there was none. */
static bool receive(void *handler, struct zap_request *request)
{
    *request = (struct zap_request){0};
    for (int more = 1; more;) {
        size_t size = sizeof more, place = request->count;
        char *data = place < ZAP_FRAMES ? request->data[place] : NULL;
        int len = zmq_recv(handler, data, data != NULL ? FRAME_MAX : 0, ZMQ_DONTWAIT);
        if (len < 0)
            return false;
        request->too_long |= data != NULL && len > FRAME_MAX;
        if (data != NULL)
            request->len[place] = len > FRAME_MAX ? FRAME_MAX : (size_t)len;
        request->count++;
        zmq_getsockopt(handler, ZMQ_RCVMORE, &more, &size);
    }
    return true;
}

static bool is_answerable(const struct zap_request *request)
{
    return request->count > ZAP_REQUEST && !request->too_long && request->len[ZAP_DELIMITER] == 0 &&
           slice_equal(frame_of(request, ZAP_VERSION), SLICE("1.0"));
}

static bool is_request(const struct zap_request *request)
{
    return request->count == ZAP_FRAMES &&
           slice_equal(frame_of(request, ZAP_MECHANISM), SLICE("CURVE")) &&
           request->len[ZAP_KEY] == RIGHTS_KEY_MAX;
}

static void answer(void *handler, const struct zap_request *request, bool admitted)
{
    char user[RIGHTS_KEY_TEXT + 1] = "";
    if (admitted)
        zmq_z85_encode(user, (const uint8_t *)request->data[ZAP_KEY], RIGHTS_KEY_MAX);
    const struct slice frames[] = {frame_of(request, ZAP_IDENTITY),
                                   SLICE(""),
                                   SLICE("1.0"),
                                   frame_of(request, ZAP_REQUEST),
                                   admitted ? SLICE("200") : SLICE("400"),
                                   admitted ? SLICE("OK") : SLICE("No access"),
                                   slice_of(user),
                                   SLICE("")};
    size_t count = sizeof frames / sizeof *frames;
    for (size_t i = 0; i < count; i++)
        zmq_send(handler, frames[i].data, frames[i].len,
                 (i + 1 < count ? ZMQ_SNDMORE : 0) | ZMQ_DONTWAIT);
}

static void judge(struct gate *gate, const struct zap_request *request)
{
    bool admitted =
        is_answerable(request) && is_request(request) &&
        gate_admits(gate->rights, frame_of(request, ZAP_DOMAIN), frame_of(request, ZAP_KEY));
    atomic_fetch_add_explicit(admitted ? &gate->admitted : &gate->denied, 1, memory_order_release);
    if (is_answerable(request))
        answer(gate->handler, request, admitted);
}

/* The folder may have come, or be another one than before. */
static bool watch(const struct gate *gate)
{
    char folder[sizeof gate->directory + sizeof RIGHTS_FOLDER + 1];
    snprintf(folder, sizeof folder, "%s/" RIGHTS_FOLDER, gate->directory);
    return inotify_add_watch(gate->changes_fd, gate->directory, WATCHED) >= 0 &&
           (inotify_add_watch(gate->changes_fd, folder, WATCHED) >= 0 || errno == ENOENT);
}

static void tell(struct gate *gate)
{
    struct rights *copy = rights_copy(gate->rights);
    ENSURE(copy != NULL); /* who has lost rights must not keep them for want of memory */
    struct rights *before = mailbox_put(&gate->newest, copy);
    rights_destroy(&before);
    eventfd_write(gate->newest_fd, 1);
}

/* What cannot be trusted is not read: the table before stands, and is no more than what was
 * granted. */
static void read_again(struct gate *gate)
{
    char events[4096] __attribute__((aligned(8)));
    char error[640];
    while (read(gate->changes_fd, events, sizeof events) > 0)
        continue;
    watch(gate);
    struct rights *rights = rights_read(gate->directory, error, sizeof error);
    if (rights == NULL) {
        log_error("keys_unread", "%s; who could come in before still can", error);
        return;
    }
    if (!rights_equal(gate->rights, rights)) {
        bool taken = rights_were_taken(gate->rights, rights);
        struct rights *before = gate->rights;
        gate->rights = rights;
        rights = before;
        if (taken)
            atomic_store(&gate->taken, true);
        log_info("keys_read", "%u keys%s", rights_count(gate->rights),
                 taken ? "; rights were taken: all reconnect" : "");
        tell(gate);
    }
    rights_destroy(&rights);
}

/* From here on the certificates count, no longer those of the self-test. */
static void take_handed(struct gate *gate)
{
    eventfd_t handed;
    eventfd_read(gate->handed_fd, &handed);
    struct rights *rights = mailbox_take(&gate->handed);
    if (rights == NULL)
        return;
    rights_destroy(&gate->rights);
    gate->rights = rights;
    tell(gate);
    read_again(gate);
}

static void run(void *argument)
{
    struct gate *gate = argument;
    struct zap_request request;
    zmq_pollitem_t items[] = {{.socket = gate->handler, .events = ZMQ_POLLIN},
                              {.fd = gate->changes_fd}, /* not before its rights count */
                              {.fd = gate->handed_fd, .events = ZMQ_POLLIN},
                              {.fd = gate->stop_fd, .events = ZMQ_POLLIN}};
    while (items[3].revents == 0) {
        if (zmq_poll(items, 4, -1) < 0)
            continue;
        if (items[2].revents != 0) {
            take_handed(gate);
            items[1].events = ZMQ_POLLIN;
        }
        if (items[1].revents != 0)
            read_again(gate);
        while (receive(gate->handler, &request))
            judge(gate, &request);
    }
    zmq_close(gate->handler);
}

static bool read_own(struct gate *gate, char *error, size_t error_max)
{
    char path[sizeof gate->directory + sizeof RIGHTS_SERVER_OWN + 1];
    struct certificate own;
    snprintf(path, sizeof path, "%s/" RIGHTS_SERVER_OWN, gate->directory);
    const char *why = certificate_read(path, CERTIFICATE_WHOLE, &own, NULL);
    if (why != NULL) {
        snprintf(error, error_max,
                 "security.directory: %s: %s; `tickgate keys new` makes it where there is none",
                 path, why);
        return false;
    }
    memcpy(gate->public_key, own.public_key, sizeof own.public_key);
    zmq_z85_decode(gate->secret_key, own.secret_key);
    secret_wipe(&own, sizeof own);
    return true;
}

static bool open_all(struct gate *gate, void *context, char *error, size_t error_max)
{
    int linger_ms = 0;
    gate->stop_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    gate->handed_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    gate->newest_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    gate->changes_fd = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
    if (gate->stop_fd < 0 || gate->handed_fd < 0 || gate->newest_fd < 0 || gate->changes_fd < 0) {
        snprintf(error, error_max, "the gate cannot be made: no descriptors left");
        return false;
    }
    if (!watch(gate)) {
        snprintf(error, error_max, "security.directory: %s: cannot be watched: %s", gate->directory,
                 strerror(errno));
        return false;
    }
    gate->handler = zmq_socket(context, ZMQ_ROUTER);
    if (gate->handler == NULL ||
        zmq_setsockopt(gate->handler, ZMQ_LINGER, &linger_ms, sizeof linger_ms) != 0 ||
        zmq_bind(gate->handler, HANDLER) != 0) {
        snprintf(error, error_max, "the gate cannot be made: %s", zmq_strerror(zmq_errno()));
        return false;
    }
    return true;
}

/* The thread begins with the rights of the self-test, and gets those that count when it has passed:
 * so the rule that is proven is the one that serves. */
static bool prove(struct gate *gate, void *context, struct rights **rights, char *error,
                  size_t error_max)
{
    struct gate_test test;
    snprintf(error, error_max, "the gate cannot be made: out of memory or threads");
    gate->rights = gate_test_rights(&test);
    if (gate->rights == NULL || !thread_start(&gate->thread, "gate", run, gate))
        return false;
    if (!gate_test_run(&test, gate, context, error, error_max))
        return false;
    atomic_store(&gate->admitted, 0);
    atomic_store(&gate->denied, 0);
    mailbox_put(&gate->handed, *rights);
    *rights = NULL;
    eventfd_write(gate->handed_fd, 1);
    return true;
}

struct gate *gate_new(void *zmq_context, const struct config_security *config, char *error,
                      size_t error_max)
{
    struct gate *gate = calloc(1, sizeof *gate);
    struct rights *rights = NULL;
    snprintf(error, error_max, "the gate cannot be made: out of memory");
    if (gate == NULL)
        return NULL;
    gate->stop_fd = gate->handed_fd = gate->newest_fd = gate->changes_fd = -1;
    snprintf(gate->directory, sizeof gate->directory, "%s", config->directory);
    if (!open_all(gate, zmq_context, error, error_max) ||
        (rights = rights_read(gate->directory, error, error_max)) == NULL ||
        !read_own(gate, error, error_max) || !prove(gate, zmq_context, &rights, error, error_max))
        gate_destroy(&gate);
    rights_destroy(&rights);
    return gate;
}

void gate_destroy(struct gate **gate_pointer)
{
    struct gate *gate = *gate_pointer;
    if (gate == NULL)
        return;
    const int fds[] = {gate->stop_fd, gate->handed_fd, gate->newest_fd, gate->changes_fd};
    if (gate->thread.running) {
        eventfd_write(gate->stop_fd, 1);
        thread_join(&gate->thread);
    } else if (gate->handler != NULL) {
        zmq_close(gate->handler);
    }
    for (size_t i = 0; i < sizeof fds / sizeof *fds; i++)
        if (fds[i] >= 0)
            close(fds[i]);
    rights_destroy(&gate->rights);
    free(mailbox_take(&gate->handed));
    free(mailbox_take(&gate->newest));
    secret_wipe(gate->secret_key, sizeof gate->secret_key);
    free(gate);
    *gate_pointer = NULL;
}

bool gate_secure(const struct gate *gate, void *socket, const char *domain)
{
    int on = 1;
    return zmq_setsockopt(socket, ZMQ_CURVE_SERVER, &on, sizeof on) == 0 &&
           zmq_setsockopt(socket, ZMQ_CURVE_SECRETKEY, gate->secret_key, RIGHTS_KEY_MAX) == 0 &&
           zmq_setsockopt(socket, ZMQ_ZAP_DOMAIN, domain, strlen(domain)) == 0 &&
           zmq_setsockopt(socket, ZMQ_ZAP_ENFORCE_DOMAIN, &on, sizeof on) == 0;
}

struct slice gate_public_key(const struct gate *gate)
{
    return slice_of(gate->public_key);
}

int gate_rights_fd(const struct gate *gate)
{
    return gate->newest_fd;
}

/* The thread raises `taken` before it puts the table: whoever finds a table without it finds it
 * with the next. */
struct rights *gate_take_rights(struct gate *gate, bool *taken)
{
    eventfd_t told;
    eventfd_read(gate->newest_fd, &told);
    struct rights *rights = mailbox_take(&gate->newest);
    *taken = rights != NULL && atomic_exchange(&gate->taken, false);
    return rights;
}

void gate_stats(const struct gate *gate, struct gate_stats *stats)
{
    *stats = (struct gate_stats){atomic_load(&gate->admitted), atomic_load(&gate->denied)};
}
