/* SPDX-License-Identifier: Apache-2.0 */
/* tickgate run and check: the configuration is read whole and judged before anything starts; then
 * main waits for a signal while the threads work. */
#include "common/log.h"
#include "common/secret.h"
#include "gateway/cli/commands.h"
#include "gateway/cli/options.h"
#include "gateway/manager.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>

#define DEFAULT_CONFIG "/etc/tickgate/tickgate.yaml"

static struct config *read_config(const char *path)
{
    static struct config_errors errors;
    struct config *config = config_read(path, &errors);
    for (uint32_t i = 0; i < errors.count; i++) {
        const struct config_error *error = &errors.errors[i];
        if (error->line > 0)
            fprintf(stderr, "%s:%d:%d: %s\n", path, error->line, error->column, error->text);
        else
            fprintf(stderr, "%s: %s\n", path, error->text);
    }
    return config;
}

/* SIGTERM and SIGINT end the gateway. They are blocked before the first thread starts, so that main
 * alone takes them. */
static int wait_for_end(const sigset_t *signals)
{
    int number;
    while (sigwait(signals, &number) != 0)
        continue;
    return number;
}

int run_main(int argc, char **argv)
{
    const char *path = DEFAULT_CONFIG, *level_name = "info";
    const struct option_spec options[] = {
        {"config", 'c', OPTION_TEXT, &path, "FILE", "the configuration [" DEFAULT_CONFIG "]"},
        {"log", 0, OPTION_TEXT, &level_name, "LEVEL", "error, warn, info or debug [info]"},
        {0}};
    const struct command command = {"run", "[-c FILE]", "Runs the gateway until SIGTERM or SIGINT.",
                                    options};
    int status;
    int extra = options_read(&command, argc, argv, &status);
    if (extra < 0)
        return status;
    enum log_level level;
    if (extra > 0 || !log_level_named(level_name, &level)) {
        fprintf(stderr, "tickgate run: unexpected \"%s\" (see tickgate run --help)\n",
                extra > 0 ? argv[0] : level_name);
        return EXIT_USAGE;
    }
    log_set_level(level);
    char error[512];
    if (!secret_global_init(error, sizeof error)) {
        log_error("start_failed", "%s", error);
        return EXIT_UNAVAILABLE;
    }
    struct config *config = read_config(path);
    if (config == NULL)
        return EXIT_CONFIG;

    sigset_t signals;
    sigemptyset(&signals);
    sigaddset(&signals, SIGTERM);
    sigaddset(&signals, SIGINT);
    pthread_sigmask(SIG_BLOCK, &signals, NULL);
    connector_global_init();
    struct manager *manager = manager_new(config, error, sizeof error);
    if (manager == NULL) {
        log_error("start_failed", "%s", error);
        config_destroy(&config);
        return EXIT_UNAVAILABLE;
    }
    log_info("started", "version %s, feed %s, requests %s", TICKGATE_VERSION,
             config->feed.endpoints[0], config->requests.endpoints[0]);
    int number = wait_for_end(&signals);
    log_info("stopping", "on %s", strsignal(number));
    manager_destroy(&manager);
    config_destroy(&config);
    log_info("stopped", "all sessions closed");
    return 0;
}

int check_main(int argc, char **argv)
{
    const char *path = DEFAULT_CONFIG;
    bool keys = false;
    const struct option_spec options[] = {
        {"config", 'c', OPTION_TEXT, &path, "FILE", "the configuration [" DEFAULT_CONFIG "]"},
        {"keys", 0, OPTION_FLAG, &keys, NULL, "print every key with its type, range and meaning"},
        {0}};
    const struct command command = {
        "check", "[-c FILE]",
        "Reads a configuration and says all that is wrong with it: status 0 or 78.", options};
    int status;
    int extra = options_read(&command, argc, argv, &status);
    if (extra < 0)
        return status;
    if (keys) {
        config_print_keys(stdout);
        return 0;
    }
    struct config *config = read_config(extra > 0 ? argv[0] : path);
    if (config == NULL)
        return EXIT_CONFIG;
    printf("%s: ok, %u connections, %u accounts\n", config->path, config->connection_count,
           config->accounts.count);
    config_destroy(&config);
    return 0;
}
