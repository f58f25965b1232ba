/* SPDX-License-Identifier: Apache-2.0 */
/* A real WebSocket against a few lines of a server in the same thread: what the upgrade holds, and
 * what a session says without being asked. */
#include "common/clock.h"
#include "connectors/session.h"

#include <arpa/inet.h>
#include <check.h>
#include <openssl/evp.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#define WAIT_S    20
#define HEARD_MAX 8192
#define GUID      "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"

static struct session_config config;
static struct url url;
static struct slice headers;
static struct transport *transport;
static struct session *session;
static struct session_end ended;
static bool is_live, has_ended;
static int listener, peer;
static char heard[HEARD_MAX]; /* by the server, not looked at yet */
static size_t heard_len;
static char got[256]; /* by the session */

static void on_live(void *context)
{
    (void)context;
    is_live = true;
}

static void on_message(void *context, struct slice message, int64_t received_ns)
{
    (void)context, (void)received_ns;
    size_t len = strlen(got);
    snprintf(got + len, sizeof got - len, "%.*s;", (int)message.len, message.data);
}

static void on_asked(void *context, uint64_t request)
{
    (void)context, (void)request;
}

static void on_ended(void *context, const struct session_end *end)
{
    (void)context;
    has_ended = true;
    ended = *end;
}

static void begin(void)
{
    struct sockaddr_in address = {.sin_family = AF_INET};
    socklen_t len = sizeof address;
    char text[64];
    const struct session_hooks hooks = {on_live, on_message, on_asked, on_ended, NULL};
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    listener = socket(AF_INET, SOCK_STREAM, 0);
    peer = -1;
    ck_assert_int_eq(bind(listener, (struct sockaddr *)&address, sizeof address), 0);
    ck_assert_int_eq(listen(listener, 4), 0);
    ck_assert_int_eq(getsockname(listener, (struct sockaddr *)&address, &len), 0);
    snprintf(text, sizeof text, "ws://127.0.0.1:%u", ntohs(address.sin_port));
    ck_assert(url_read(text, "/root?a=b", &url));
    config = (struct session_config){
        .connect_timeout_ms = 5000,
        .upgrade_timeout_ms = 5000,
        .close_timeout_ms = 1000,
        .ping_idle_ms = 60000,
        .hangup_ms = 60000,
        .message_max = 65536,
        .outbox = {
            .keys_max = 4, .streams_per_request = 1, .messages_per_second = 1000, .said_max = 16}};
    headers = (struct slice){NULL, 0};
    is_live = has_ended = false;
    heard_len = 0;
    got[0] = '\0';
    transport_global_init();
    transport = transport_new(session_protocols(), "", 10000);
    ck_assert_ptr_nonnull(transport);
    session = session_new(transport, &config, &hooks);
    ck_assert_ptr_nonnull(session);
}

static void end(void)
{
    session_destroy(&session);
    transport_destroy(&transport);
    close(listener);
    if (peer >= 0)
        close(peer);
}

/* One turn of both: the session's until something is due, 10 ms at the most. */
static void turn(void)
{
    int64_t now_ns = transport_now_ns(transport);
    session_step(session, now_ns);
    int64_t due_ns = session_due_ns(session, now_ns), soon_ns = now_ns + 10 * NS_PER_MS;
    transport_serve(transport, due_ns < soon_ns ? due_ns : soon_ns);
    struct pollfd ready = {peer >= 0 ? peer : listener, POLLIN, 0};
    if (poll(&ready, 1, 0) <= 0)
        return;
    if (peer < 0) {
        peer = accept(listener, NULL, NULL);
        return;
    }
    ssize_t len = recv(peer, heard + heard_len, sizeof heard - heard_len - 1, 0);
    if (len > 0)
        heard[heard_len += (size_t)len] = '\0';
}

#define until(condition)                                                                           \
    do {                                                                                           \
        int64_t until_ns = clock_monotonic_ns() + WAIT_S * NS_PER_SECOND;                          \
        while (!(condition)) {                                                                     \
            ck_assert_msg(clock_monotonic_ns() < until_ns, "%s", #condition);                      \
            turn();                                                                                \
        }                                                                                          \
    } while (false)

static void accept_upgrade(void)
{
    char key[128], token[64], reply[256];
    unsigned char digest[EVP_MAX_MD_SIZE];
    unsigned int digest_len;
    const char *line = strcasestr(heard, "sec-websocket-key: ");
    ck_assert_ptr_nonnull(line);
    line += strlen("sec-websocket-key: ");
    int len = snprintf(key, sizeof key, "%.*s" GUID, (int)strcspn(line, "\r"), line);
    ck_assert(EVP_Digest(key, (size_t)len, digest, &digest_len, EVP_sha1(), NULL));
    EVP_EncodeBlock((unsigned char *)token, digest, (int)digest_len);
    len =
        snprintf(reply, sizeof reply,
                 "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                 "Sec-WebSocket-Accept: %s\r\n\r\n",
                 token);
    ck_assert_int_eq(send(peer, reply, (size_t)len, MSG_NOSIGNAL), len);
    heard_len = 0;
}

static void open_session(void)
{
    session_open(session, &url, "127.0.0.1", headers);
    until(heard_len > 0 && strstr(heard, "\r\n\r\n") != NULL);
    accept_upgrade();
    until(is_live);
}

/* The next frame that the server heard: a short one, masked. */
static void expect_frame(unsigned char opcode, const char *words)
{
    size_t len = strlen(words);
    until(heard_len >= 6 + len);
    const unsigned char *frame = (const unsigned char *)heard;
    ck_assert_uint_eq(frame[0], 0x80 | opcode);
    ck_assert_uint_eq(frame[1], 0x80 | len);
    for (size_t i = 0; i < len; i++)
        ck_assert_int_eq((char)(frame[6 + i] ^ frame[2 + i % 4]), words[i]);
    heard_len -= 6 + len;
    memmove(heard, heard + 6 + len, heard_len);
}

static void tell(unsigned char opcode, const char *words)
{
    char frame[64];
    int len = snprintf(frame, sizeof frame, "%c%c%s", 0x80 | opcode, (int)strlen(words), words);
    ck_assert_int_eq(send(peer, frame, (size_t)len, MSG_NOSIGNAL), len);
}

START_TEST(the_upgrade_says_who_we_are_and_names_no_origin)
{
    session_open(session, &url, "127.0.0.1", headers);
    until(heard_len > 0 && strstr(heard, "\r\n\r\n") != NULL);
    ck_assert_int_eq(strncmp(heard, "GET /root?a=b HTTP/1.1\r\n", 24), 0);
    ck_assert_ptr_nonnull(strcasestr(heard, "\r\nuser-agent: tickgate/"));
    ck_assert_ptr_nonnull(strcasestr(heard, "\r\nhost: 127.0.0.1:"));
    ck_assert_ptr_null(strcasestr(heard, "\r\norigin:"));
    ck_assert_ptr_null(strcasestr(heard, "\r\nsec-websocket-extensions:"));
}
END_TEST

START_TEST(the_upgrade_has_the_lines_of_its_owner)
{
    headers = SLICE("Authorization: Bearer a.b.c\r\nX-Two: 2\r\n");
    session_open(session, &url, "127.0.0.1", headers);
    until(heard_len > 0 && strstr(heard, "\r\n\r\n") != NULL);
    ck_assert_ptr_nonnull(strstr(heard, "\r\nAuthorization: Bearer a.b.c\r\nX-Two: 2\r\n"));
    accept_upgrade();
    until(is_live);
}
END_TEST

START_TEST(a_session_says_what_its_owner_has_to_say_behind_the_greeting)
{
    config.outbox.greeting = SLICE("HELLO");
    config.outbox.ping = SLICE("ping?");
    open_session();
    outbox_ping(session_outbox(session));
    ck_assert(outbox_say(session_outbox(session), SLICE("login")));
    expect_frame(1, "HELLO");
    expect_frame(1, "login");
    expect_frame(1, "ping?");
}
END_TEST

START_TEST(a_session_says_nothing_unasked_where_nothing_is_to_be_said)
{
    open_session();
    outbox_ping(session_outbox(session));
    expect_frame(9, "");
    ck_assert_uint_eq(heard_len, 0);
}
END_TEST

START_TEST(a_session_greets_first)
{
    config.outbox.greeting = SLICE("HELLO");
    config.outbox.ping = SLICE("ping?");
    open_session();
    outbox_ping(session_outbox(session));
    expect_frame(1, "HELLO");
    expect_frame(1, "ping?");
}
END_TEST

START_TEST(a_session_that_must_be_kept_up_is_pinged_while_data_comes)
{
    config.keepalive_ms = 50;
    config.outbox.ping = SLICE("ping?");
    open_session();
    int64_t live_ns = clock_monotonic_ns();
    for (int i = 0; i < 4; i++) {
        tell(1, "data");
        expect_frame(1, "ping?");
    }
    ck_assert_int_ge(clock_monotonic_ns() - live_ns, 4 * 45 * NS_PER_MS);
    ck_assert(!has_ended);
}
END_TEST

START_TEST(a_session_that_is_quiet_is_pinged_once_and_then_given_up)
{
    config.ping_idle_ms = 50;
    config.hangup_ms = 300;
    open_session();
    expect_frame(9, "");
    until(has_ended);
    ck_assert_int_eq(ended.reason, REASON_SILENT);
    ck_assert_uint_eq(heard_len, 0);
}
END_TEST

START_TEST(a_session_hears_text_and_binary_alike)
{
    open_session();
    tell(1, "text");
    tell(2, "binary");
    until(strlen(got) == strlen("text;binary;"));
    ck_assert_str_eq(got, "text;binary;");
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("connectors_session");
    TCase *tests = tcase_create("session");
    tcase_add_checked_fixture(tests, begin, end);
    tcase_add_test(tests, the_upgrade_says_who_we_are_and_names_no_origin);
    tcase_add_test(tests, the_upgrade_has_the_lines_of_its_owner);
    tcase_add_test(tests, a_session_says_what_its_owner_has_to_say_behind_the_greeting);
    tcase_add_test(tests, a_session_says_nothing_unasked_where_nothing_is_to_be_said);
    tcase_add_test(tests, a_session_greets_first);
    tcase_add_test(tests, a_session_that_must_be_kept_up_is_pinged_while_data_comes);
    tcase_add_test(tests, a_session_that_is_quiet_is_pinged_once_and_then_given_up);
    tcase_add_test(tests, a_session_hears_text_and_binary_alike);
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? 0 : 1;
}
