/* SPDX-License-Identifier: Apache-2.0 */
/* tickgate-sim: a test venue. README.md says what it does. */
#include "common/clock.h"
#include "tests/sim/tls.h"
#include "tests/sim/venue.h"

#include <signal.h>
#include <stdio.h>
#include <sys/prctl.h>

#define EXIT_USAGE 2
#define WAIT_NS    (100 * NS_PER_MS) /* how a client keeps the law is judged as finely */

static volatile sig_atomic_t stopped;

static void on_signal(int number)
{
    (void)number;
    stopped = 1;
}

/* The signals come only while the venue waits, so that none is missed. */
static void catch_signals(void)
{
    struct sigaction action = {.sa_handler = on_signal};
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGINT);
    sigprocmask(SIG_BLOCK, &set, NULL);
    sigaction(SIGTERM, &action, NULL);
    sigaction(SIGINT, &action, NULL);
    signal(SIGPIPE, SIG_IGN);
}

static int fail(const char *why)
{
    fprintf(stderr, "tickgate-sim: %s\n", why);
    return 1;
}

static int run(const struct options *options, const struct dialect *dialect, SSL_CTX *tls)
{
    const char *why;
    struct venue *venue = venue_new(options, dialect, tls, &why);
    if (venue == NULL)
        return fail(why);
    uint16_t port = sockets_listen(venue->sockets, (uint16_t)options->port, false);
    uint16_t control = sockets_listen(venue->sockets, 0, true);
    if (port == 0 || control == 0) {
        venue_destroy(&venue);
        return fail("the port cannot be listened on");
    }
    if (tls != NULL)
        printf("ready port=%u ca=%s/ca.pem control=%u\n", port, options->tls_dir, control);
    else
        printf("ready port=%u ca=- control=%u\n", port, control);
    fflush(stdout);
    while (!stopped && venue_turn(venue, WAIT_NS))
        continue;
    venue_destroy(&venue);
    return 0;
}

static int no_dialect(const char *name)
{
    char memory[1024];
    struct text names = text_over(memory, sizeof memory);
    dialects_write_names(&names);
    fprintf(stderr, "tickgate-sim: no exchange \"%s\", but %.*s\n", name, (int)names.len, memory);
    return EXIT_USAGE;
}

int main(int argc, char **argv)
{
    struct options options;
    SSL_CTX *tls = NULL;
    const char *why;
    char error[256];
    options_init(&options);
    if (!options_read(&options, argc, argv, stderr))
        return EXIT_USAGE;
    const struct dialect *dialect = dialects_find(slice_of(options.exchange));
    if (dialect == NULL)
        return no_dialect(options.exchange);
    if (options.accounts.count > 0 && !secret_global_init(error, sizeof error))
        return fail(error);
    catch_signals();
    prctl(PR_SET_TIMERSLACK, 1UL); /* ns: what is due is due */
    if (!options.plain && (tls = tls_context(options.tls_dir, &why)) == NULL)
        return fail(why);
    int status = run(&options, dialect, tls);
    SSL_CTX_free(tls);
    return status;
}
