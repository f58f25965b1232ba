/* SPDX-License-Identifier: Apache-2.0 */
/* The keys of security and of accounts, and what judges them. That a file with a key is there and
 * its owner's alone is looked at here; what is in it, only by who signs with it. */
#include "common/secret.h"
#include "gateway/address.h"
#include "gateway/config_parts.h"

#include <stdio.h>
#include <stdlib.h>

#define HOUR_MS    3600000u
#define MIB        (1024u * 1024u)
#define FIRST_PORT 7710 /* of the accounts that name no endpoint */

#define CONFIG(field) offsetof(struct config, field)

const struct yaml_key config_security_keys[] = {
    {"directory", YAML_TEXT, CONFIG(security.directory), 0, 511,
     "of the certificates that `tickgate keys` makes; empty: there is no CURVE, and so no accounts",
     0, NULL, NULL},
    {"feed", YAML_SWITCH, CONFIG(security.feed), 0, 0,
     "whether the feed is behind CURVE: for keys with the role read", 0, NULL, NULL},
    {"requests", YAML_SWITCH, CONFIG(security.requests), 0, 0,
     "whether requests are behind CURVE: what changes something needs the role control", 0, NULL,
     NULL},
    {0}};

static void read_sync(struct yaml_reader *reader, yaml_node_t *node, void *into);

static const struct yaml_key journal_keys[] = {
    {"directory", YAML_TEXT, CONFIG(accounts.journal.directory), 0, 511,
     "where private events are written down; empty: journal in state_dir", 0, NULL, NULL},
    {"sync", YAML_CUSTOM, 0, YAML_TEXT, 0,
     "always: an event is told when it is on the disk; interval: when the system has it, and it is "
     "on the disk after sync_interval; never: when the system likes [always]",
     0, NULL, read_sync},
    {"sync_interval", YAML_DURATION, CONFIG(accounts.journal.sync_ms), 1, 60000,
     "of sync: interval", 0, NULL, NULL},
    {"queue", YAML_SIZE, CONFIG(accounts.journal.queue_max), MIB, 1024 * MIB,
     "bytes on their way to the disk, of all accounts; beyond, an account says `gap` and begins "
     "anew",
     0, NULL, NULL},
    {"segment", YAML_SIZE, CONFIG(accounts.journal.segment_max), 65536, 1024 * MIB,
     "bytes of one file; beyond, the next is begun", 0, NULL, NULL},
    {"retry", YAML_DURATION, CONFIG(accounts.journal.retry_ms), 100, HOUR_MS,
     "a disk that refused is tried again so often", 0, NULL, NULL},
    {0}};

_Static_assert(ACCOUNT_NAME_MAX == PRIVATE_NAME_MAX, "one name");

static void read_accounts(struct yaml_reader *reader, yaml_node_t *node, void *into);

const struct yaml_key config_accounts_keys[] = {
    {"requests", YAML_SECTION, CONFIG(accounts.requests), 0, 0,
     "accounts-requests, always behind CURVE", 0, config_request_keys, NULL},
    {"journal", YAML_SECTION, 0, 0, 0, "what is written down", 0, journal_keys, NULL},
    {"hwm", YAML_COUNT, CONFIG(accounts.hwm), 1000, 1000000,
     "messages kept for a subscriber of an account that does not read; beyond, it loses the newest "
     "and reads them from the journal",
     0, NULL, NULL},
    {"orders_max", YAML_COUNT, CONFIG(accounts.orders_max), 16, 1000000,
     "orders of one account that are open at once", 0, NULL, NULL},
    {"fills_max", YAML_COUNT, CONFIG(accounts.fills_max), 1000, 10000000,
     "fills of one account whose ids are remembered, so that none is told twice", 0, NULL, NULL},
    {"list", YAML_CUSTOM, 0, YAML_TEXTS, 0, "the accounts, at most 32", 0, NULL, read_accounts},
    {0}};

#define ACCOUNT(field)    offsetof(struct config_account, field)
#define CONNECTION(field) offsetof(struct config_account, connector.connector.field)

static void check_name(struct yaml_reader *reader, yaml_node_t *node, void *into);
static void read_exchange(struct yaml_reader *reader, yaml_node_t *node, void *into);
static void check_key_file(struct yaml_reader *reader, yaml_node_t *node, void *into);
static void check_endpoint(struct yaml_reader *reader, yaml_node_t *node, void *into);

/* The exchange comes first: it has defaults for those behind it. */
const struct yaml_key config_account_keys[] = {
    {"name", YAML_TEXT, ACCOUNT(name), 1, ACCOUNT_NAME_MAX,
     "what you call it: a-z 0-9 _ -, each name once", 0, NULL, check_name},
    {"exchange", YAML_CUSTOM, 0, YAML_TEXT, 0, "one of the exchanges, enabled", 0, NULL,
     read_exchange},
    {"key_file", YAML_TEXT, ACCOUNT(key_file), 1, 511,
     "holds the API key: a file of mode 0600, or credential:NAME (systemd's LoadCredential)", 0,
     NULL, check_key_file},
    {"secret_file", YAML_TEXT, ACCOUNT(secret_file), 1, 511,
     "holds what signs: the secret, or a private key in PEM; the same", 0, NULL, check_key_file},
    {"endpoint", YAML_TEXT, ACCOUNT(endpoint), 1, 127,
     "where its events (PUB, always behind CURVE) are bound; without it the next port from "
     "tcp://127.0.0.1:7710 on",
     0, NULL, check_endpoint},
    {"websocket", YAML_TEXT, CONNECTION(websocket), 1, FETCH_URL_MAX - 1,
     "base of its private WebSocket, wss://host:port; ws:// to this host only", 0, NULL,
     config_check_websocket},
    {"path", YAML_TEXT, ACCOUNT(connector.path), 0, FETCH_URL_MAX - 1,
     "of the private WebSocket; empty: the exchange's", 0, NULL, NULL},
    {"rest", YAML_TEXT, CONNECTION(rest), 1, FETCH_URL_MAX - 1,
     "base of its REST; without it, that under exchanges", 0, NULL, config_check_rest},
    {"ca_file", YAML_TEXT, CONNECTION(ca_file), 0, FETCH_URL_MAX - 1,
     "PEM file of the authorities to trust; without it, that under exchanges", 0, NULL, NULL},
    {"connect_timeout", YAML_DURATION, CONNECTION(connect_timeout_ms), 100, 60000,
     "for TCP and TLS; beyond, the next address, then the backoff", 0, NULL, NULL},
    {"upgrade_timeout", YAML_DURATION, CONNECTION(upgrade_timeout_ms), 100, 60000,
     "for the answer to the upgrade, and to the login; beyond, the backoff", 0, NULL, NULL},
    {"backoff_min", YAML_DURATION, CONNECTION(backoff_min_ms), 10, 60000,
     "bound of the first wait between attempts, doubled by each failure", 0, NULL, NULL},
    {"backoff_max", YAML_DURATION, CONNECTION(backoff_max_ms), 100, HOUR_MS,
     "bound of every wait between attempts", 0, NULL, NULL},
    {"backoff_reset", YAML_DURATION, CONNECTION(backoff_reset_ms), 0, HOUR_MS,
     "a session has to live so long before the wait begins at its minimum again", 0, NULL, NULL},
    {"ping_idle", YAML_DURATION, CONNECTION(ping_idle_ms), 100, HOUR_MS,
     "we ping a session that was silent so long", 0, NULL, NULL},
    {"hangup", YAML_DURATION, CONNECTION(hangup_ms), 200, HOUR_MS,
     "a session that was silent so long is dead: `gap`, reconnect, reconcile", 0, NULL, NULL},
    {"keep", YAML_SIZE, ACCOUNT(connector.keep_max), 65536, 256 * MIB,
     "bytes of the stream kept while it reconciles; beyond, `gap` and another try", 0, NULL, NULL},
    {"reconcile_timeout", YAML_DURATION, ACCOUNT(connector.reconcile_timeout_ms), 1000, HOUR_MS,
     "for a whole reconciliation; beyond, `gap` and another try", 0, NULL, NULL},
    {"refused_retry", YAML_DURATION, ACCOUNT(connector.refused_ms), 1000, 24 * HOUR_MS,
     "keys that the exchange refused are tried again so often", 0, NULL, NULL},
    {"clock", YAML_DURATION, ACCOUNT(connector.clock_ms), 1000, 24 * HOUR_MS,
     "how often the exchange's clock is measured", 0, NULL, NULL},
    {"check", YAML_DURATION, ACCOUNT(connector.check_ms), 0, 24 * HOUR_MS,
     "how often REST is asked whether a stream that is silent should be; 0ms never", 0, NULL, NULL},
    {"overlap", YAML_DURATION, ACCOUNT(connector.overlap_ms), 0, HOUR_MS,
     "closed orders and fills are asked for from so much before the last that is known", 0, NULL,
     NULL},
    {"symbols_max", YAML_COUNT, ACCOUNT(connector.symbols_max), 1, 10000,
     "symbols that are asked for one by one while it reconciles", 0, NULL, NULL},
    {0}};

void config_accounts_defaults(struct config *config)
{
    config->accounts = (struct config_accounts){
        .requests = {{"tcp://127.0.0.1:7702"}, 1, 65536, MIB, 200, 400, 1024},
        .journal = {"", JOURNAL_ALWAYS, 100, 16 * MIB, 64 * MIB, 5000},
        .hwm = 50000,
        .orders_max = 5000,
        .fills_max = 100000,
    };
}

static void read_sync(struct yaml_reader *reader, yaml_node_t *node, void *into)
{
    static const char *const words[] = {
        [JOURNAL_ALWAYS] = "always", [JOURNAL_INTERVAL] = "interval", [JOURNAL_NEVER] = "never"};
    struct config *config = into;
    const char *text = yaml_text(node);
    for (size_t i = 0; text != NULL && i < sizeof words / sizeof *words; i++)
        if (strcmp(text, words[i]) == 0) {
            config->accounts.journal.sync = (enum journal_sync)i;
            return;
        }
    yaml_error(reader, node, "sync: expected always, interval or never, found \"%.40s\"",
               text != NULL ? text : "a structure");
}

static void check_name(struct yaml_reader *reader, yaml_node_t *node, void *into)
{
    (void)into;
    if (strspn(yaml_text(node), "abcdefghijklmnopqrstuvwxyz0123456789_-") !=
        strlen(yaml_text(node)))
        yaml_error(reader, node, "name: expected a-z 0-9 _ - alone, found \"%.40s\"",
                   yaml_text(node));
}

static void check_endpoint(struct yaml_reader *reader, yaml_node_t *node, void *into)
{
    struct address address;
    (void)into;
    config_check_endpoint(reader, node, &address);
}

static void check_key_file(struct yaml_reader *reader, yaml_node_t *node, void *into)
{
    char error[240];
    (void)into;
    if (!secret_check(yaml_text(node), error, sizeof error))
        yaml_error(reader, node, "%s", error);
}

/* Its private half, and the addresses of its public one. */
static void read_exchange(struct yaml_reader *reader, yaml_node_t *node, void *into)
{
    struct config_account *account = into;
    struct config_exchange *found = config_read_exchange(reader, node);
    if (found == NULL)
        return;
    account->exchange = found->exchange;
    account->private_exchange = private_exchange_find(slice_of(found->exchange->name));
    if (account->private_exchange == NULL) {
        yaml_error(reader, node, "exchange: of %s there are no accounts here",
                   found->exchange->name);
        return;
    }
    private_connector_defaults(&account->connector, account->private_exchange, account->exchange);
    memcpy(account->connector.connector.rest, found->connector.rest, sizeof found->connector.rest);
    memcpy(account->connector.connector.ca_file, found->connector.ca_file,
           sizeof found->connector.ca_file);
    if (!found->enabled)
        yaml_error(reader, node,
                   "exchange: %s is not enabled under exchanges:", found->exchange->name);
}

static void check_account(struct yaml_reader *reader, yaml_node_t *node,
                          const struct config *config, const struct config_account *account)
{
    static const char *const needed[] = {"name", "exchange", "key_file", "secret_file"};
    const struct connector_config *connector = &account->connector.connector;
    for (size_t i = 0; i < sizeof needed / sizeof *needed; i++)
        if (!config_is_given(reader, node, needed[i]))
            yaml_error(reader, node, "an account needs the key \"%s\"", needed[i]);
    for (uint32_t i = 0; i < config->accounts.count && account->name[0] != '\0'; i++)
        if (strcmp(config->accounts.accounts[i].name, account->name) == 0)
            yaml_error(reader, node, "name: \"%s\" is the name of the account in line %d",
                       account->name, config->accounts.accounts[i].line);
    if (account->private_exchange == NULL)
        return;
    if (connector->backoff_min_ms > connector->backoff_max_ms)
        yaml_error(reader, node, "backoff_min is larger than backoff_max");
    if (connector->ping_idle_ms >= connector->hangup_ms)
        yaml_error(reader, node,
                   "ping_idle must be shorter than hangup, or no ping can save a session");
}

_Static_assert(ACCOUNT_NAME_MAX == PRIVATE_NAME_MAX, "one name");

static void read_accounts(struct yaml_reader *reader, yaml_node_t *node, void *into)
{
    struct config *config = into;
    yaml_node_t *item;
    if (node->type != YAML_SEQUENCE_NODE && !yaml_is_nothing(node))
        yaml_error(reader, node, "list: expected a list of accounts");
    for (size_t i = 0; yaml_item(reader, node, i, &item); i++) {
        if (config->accounts.count == CONFIG_ACCOUNTS) {
            yaml_error(reader, item, "list: more than %d accounts", CONFIG_ACCOUNTS);
            return;
        }
        struct config_account *account = &config->accounts.accounts[config->accounts.count];
        account->line = (int)item->start_mark.line + 1;
        yaml_read_mapping(reader, item, config_account_keys, account);
        memcpy(account->connector.name, account->name, sizeof account->name);
        check_account(reader, item, config, account);
        config->accounts.count++;
    }
}

static bool is_among(const char (*endpoints)[ENDPOINT_MAX], uint32_t count, const char *endpoint)
{
    for (uint32_t i = 0; i < count; i++)
        if (strcmp(endpoints[i], endpoint) == 0)
            return true;
    return false;
}

/* Whether another socket is bound there: one of the gateway's, or that of an account but this. */
static bool is_taken(const struct config *config, const struct config_account *but,
                     const char *endpoint)
{
    const struct config_requests *requests = &config->requests, *own = &config->accounts.requests;
    for (uint32_t i = 0; i < config->accounts.count; i++) {
        const struct config_account *account = &config->accounts.accounts[i];
        if (account != but && strcmp(account->endpoint, endpoint) == 0)
            return true;
    }
    return is_among(config->feed.endpoints, config->feed.endpoint_count, endpoint) ||
           is_among(requests->endpoints, requests->endpoint_count, endpoint) ||
           is_among(own->endpoints, own->endpoint_count, endpoint);
}

static void give_endpoint(const struct config *config, struct config_account *account)
{
    char endpoint[ENDPOINT_MAX];
    uint32_t port = FIRST_PORT;
    do
        snprintf(endpoint, sizeof endpoint, "tcp://127.0.0.1:%u", port++);
    while (is_taken(config, account, endpoint));
    memcpy(account->endpoint, endpoint, sizeof endpoint);
}

void config_check_accounts(struct config_reading *reading)
{
    struct config *config = reading->config;
    const struct config_accounts *accounts = &config->accounts;
    bool no_keys = config->security.directory[0] == '\0';
    char text[240];
    if (no_keys && (config->security.feed || config->security.requests))
        config_note(reading, 0,
                    "security: feed and requests need security.directory, with the "
                    "certificates of who may come in (tickgate keys new)");
    if (accounts->requests.endpoint_count == 0)
        config_note(reading, 0, "accounts.requests.endpoints: at least one is needed");
    for (uint32_t i = 0; i < accounts->count; i++) {
        struct config_account *account = &config->accounts.accounts[i];
        if (no_keys)
            config_note(reading, account->line,
                        "an account needs security.directory, with the certificates of who may "
                        "read it (tickgate keys new)");
        snprintf(text, sizeof text, "endpoint: \"%.80s\" is another socket's", account->endpoint);
        if (account->endpoint[0] == '\0')
            give_endpoint(config, account);
        else if (is_taken(config, account, account->endpoint))
            config_note(reading, account->line, text);
    }
    if (accounts->journal.directory[0] == '\0' &&
        snprintf(config->accounts.journal.directory, sizeof accounts->journal.directory,
                 "%s/journal", config->state_dir) >= (int)sizeof accounts->journal.directory)
        config_note(reading, 0, "state_dir: too long to hold the journal");
}
