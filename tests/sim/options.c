/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/sim/options.h"

#include "common/digits.h"
#include "tests/sim/market.h"
#include "tests/sim/streams.h"

#include <stddef.h>

enum form { NUMBER, THOUSANDTHS, FLAG, TEXT, LIST };

#define MS_MAX     UINT32_MAX
#define RATE_MAX   UINT64_C(100000000)
#define COUNT_MAX  UINT64_C(1000000000000000)
#define ORDERS_MAX UINT64_C(1000000)

static const struct {
    const char *name;
    enum form form;
    size_t offset;
    uint64_t least, most;
    const char *help;
} table[] = {
#define AT(member) offsetof(struct options, member)
    {"exchange", TEXT, AT(exchange), 0, 0, "whose dialect is spoken"},
    {"port", NUMBER, AT(port), 0, 65535, "listens on 127.0.0.1:N; 0 takes a free one"},
    {"plain", FLAG, AT(plain), 0, 0, "ws:// and http://"},
    {"tls-dir", TEXT, AT(tls_dir), 0, 0, "where the CA and the certificate are, or are made"},
    {"seed", NUMBER, AT(seed), 0, UINT64_MAX, "of the market and of every choice"},
    {"symbols", NUMBER, AT(symbols), 1, MARKET_SYMBOLS_MAX, "instruments"},
    {"active", NUMBER, AT(active), 1, MARKET_SYMBOLS_MAX, "those that live by themselves"},
    {"rate", NUMBER, AT(rate), 1, RATE_MAX, "stream messages a second"},
    {"zipf", NUMBER, AT(zipf), 0, 1000, "popularity of symbols, exponent times 100"},
    {"burst", NUMBER, AT(burst), 1, 1000, "each second, 100 ms at N times the rate"},
    {"mix", TEXT, AT(mix), 0, 0, "shares of what happens: trade:30,book:50,quote:20 ..."},
    {"messages", NUMBER, AT(messages), 1, COUNT_MAX, "ends after so many"},
    {"start-after", NUMBER, AT(start_after), 0, COUNT_MAX, "waits for so many streams"},
    {"play", TEXT, AT(play), 0, 0, "a recording instead of the made-up market"},
    {"speed", THOUSANDTHS, AT(speed_thousandths), 0, 1000000, "of the recording; 0: at once"},
    {"truth", TEXT, AT(truth), 0, 0, "a file for what was sent"},
    {"depth", NUMBER, AT(depth), BOOK_DEPTH_MIN, MARKET_DEPTH_MAX, "levels a side of a book"},
    {"ping-ms", NUMBER, AT(ping_ms), 0, MS_MAX, "pings so often; 0: never"},
    {"pong-ms", NUMBER, AT(pong_ms), 1, MS_MAX, "and cuts when unanswered for"},
    {"idle-ms", NUMBER, AT(idle_ms), 0, MS_MAX, "drops who is silent while nothing is sent for"},
    {"life-ms", NUMBER, AT(life_ms), 0, MS_MAX, "a connection is cut after"},
    {"messages-per-second", NUMBER, AT(messages_per_second), 0, 1000, "from a client"},
    {"messages-per-minute", NUMBER, AT(messages_per_minute), 0, 60000, "from a client"},
    {"connects", NUMBER, AT(connects), 1, 100000, "attempts in --connects-ms"},
    {"connects-ms", NUMBER, AT(connects_ms), 1, MS_MAX, ""},
    {"weight", NUMBER, AT(weight), 1, UINT32_MAX, "of REST, in one window of the exchange's"},
    {"account", LIST, AT(accounts), 0, 0, "NAME:KEY:SECRETFILE of one that may log in; repeatable"},
    {"orders", NUMBER, AT(orders), 0, ORDERS_MAX, "that the accounts place, all together"},
    {"order-rate", NUMBER, AT(order_rate), 1, 100000, "orders a second"},
    {"listen-key-ms", NUMBER, AT(listen_key_ms), 1, MS_MAX, "a listen key lives for"},
    {"stamp", FLAG, AT(stamp), 0, 0, "puts the intended send time into every payload"},
    {"paused", FLAG, AT(paused), 0, 0, "the market stands still at first"},
    {"linger", FLAG, AT(linger), 0, 0, "stays when the market has come to its end"},
#undef AT
};

void options_init(struct options *options)
{
    *options = (struct options){
        .exchange = "binance",
        .seed = 1,
        .symbols = 20,
        .rate = 1000,
        .zipf = 100,
        .burst = 1,
        .mix = "trade:30,book:50,quote:20,liquidation:1",
        .start_after = 1,
        .speed_thousandths = 1000,
        .depth = 1000,
        .ping_ms = OPTIONS_OWN,
        .pong_ms = OPTIONS_OWN,
        .idle_ms = OPTIONS_OWN,
        .life_ms = OPTIONS_OWN,
        .messages_per_second = OPTIONS_OWN,
        .messages_per_minute = OPTIONS_OWN,
        .order_rate = 20,
        .listen_key_ms = 3600000,
        .connects = OPTIONS_OWN,
        .connects_ms = OPTIONS_OWN,
        .weight = OPTIONS_OWN,
    };
}

static void print_usage(FILE *out)
{
    fprintf(out, "usage: tickgate-sim --tls-dir DIR | --plain [OPTION ...]\n\n");
    for (size_t i = 0; i < sizeof table / sizeof *table; i++)
        fprintf(out, "  --%-20s %s\n", table[i].name, table[i].help);
}

/* Digits, and up to three behind a point if a thousandth counts. */
static bool read_number(const char *text, bool thousandths, uint64_t *value)
{
    int behind = -1;
    *value = 0;
    if (digits_value(*text) > 9)
        return false;
    for (; *text != '\0'; text++) {
        if (*text == '.' && thousandths && behind < 0) {
            behind = 0;
            continue;
        }
        uint64_t digit = digits_value(*text);
        if (digit > 9 || behind == 3 || *value > (UINT64_MAX - digit) / 10)
            return false;
        *value = *value * 10 + digit;
        behind += behind >= 0;
    }
    for (; thousandths && behind < 3; behind = behind < 0 ? 1 : behind + 1) {
        if (*value > UINT64_MAX / 10)
            return false;
        *value *= 10;
    }
    return true;
}

static bool read_mix(struct options *options)
{
    static const char *const names[GROUPS] = {[GROUP_TRADE] = "trade",
                                              [GROUP_BOOK] = "book",
                                              [GROUP_QUOTE] = "quote",
                                              [GROUP_LIQUIDATION] = "liquidation",
                                              [GROUP_MARK] = "mark"};
    _Static_assert(GROUPS == OPTIONS_SHARES, "a share each");
    uint64_t sum = 0;
    const char *at = options->mix;
    memset(options->shares, 0, sizeof options->shares);
    while (*at != '\0') {
        size_t len = strcspn(at, ":"), group = 0;
        while (group < GROUPS &&
               (len != strlen(names[group]) || memcmp(at, names[group], len) != 0))
            group++;
        if (group == GROUPS || at[len] != ':')
            return false;
        uint64_t share = 0;
        for (at += len + 1; digits_value(*at) <= 9 && share < 100000; at++)
            share = share * 10 + digits_value(*at);
        if (at[-1] == ':' || (*at != ',' && *at != '\0') || options->shares[group] != 0)
            return false;
        options->shares[group] = share;
        sum += share;
        at += *at == ',';
    }
    return sum > 0;
}

static size_t find(const char *argument)
{
    size_t i = 0;
    while (i < sizeof table / sizeof *table &&
           (strncmp(argument, "--", 2) != 0 || strcmp(argument + 2, table[i].name) != 0))
        i++;
    return i;
}

static bool read_value(struct options *options, size_t i, const char *value, FILE *err)
{
    char *at = (char *)options + table[i].offset;
    uint64_t number;
    if (table[i].form == TEXT) {
        memcpy(at, &value, sizeof value);
        return true;
    }
    if (table[i].form == LIST) {
        struct options_list *list = (struct options_list *)at;
        if (list->count == OPTIONS_LIST) {
            fprintf(err, "tickgate-sim: more than %d of --%s\n", OPTIONS_LIST, table[i].name);
            return false;
        }
        list->entries[list->count++] = value;
        return true;
    }
    if (!read_number(value, table[i].form == THOUSANDTHS, &number) || number < table[i].least ||
        number > table[i].most) {
        fprintf(err, "tickgate-sim: --%s is no number that fits: %s\n", table[i].name, value);
        return false;
    }
    memcpy(at, &number, sizeof number);
    return true;
}

bool options_read(struct options *options, int argc, char **argv, FILE *err)
{
    bool good = true;
    for (int a = 1; a < argc; a++) {
        size_t i = find(argv[a]);
        if (i == sizeof table / sizeof *table) {
            if (strcmp(argv[a], "--help") != 0)
                fprintf(err, "tickgate-sim: unknown option \"%s\"\n", argv[a]);
            print_usage(err);
            return false;
        }
        if (table[i].form == FLAG) {
            *(bool *)((char *)options + table[i].offset) = true;
        } else if (a + 1 == argc) {
            fprintf(err, "tickgate-sim: --%s needs a value\n", table[i].name);
            good = false;
        } else {
            good = read_value(options, i, argv[++a], err) && good;
        }
    }
    if (options->plain == (options->tls_dir != NULL)) {
        fprintf(err, "tickgate-sim: either --tls-dir DIR or --plain\n");
        good = false;
    }
    if (options->play != NULL && options->accounts.count > 0) {
        fprintf(err, "tickgate-sim: a recording has no accounts\n");
        good = false;
    }
    if (options->orders > 0 && options->accounts.count == 0) {
        fprintf(err, "tickgate-sim: --orders are of an --account\n");
        good = false;
    }
    if (!read_mix(options)) {
        fprintf(err, "tickgate-sim: --mix is no list of shares: %s\n", options->mix);
        good = false;
    }
    return good;
}

struct dialect_limits options_limits(const struct options *options,
                                     const struct dialect_limits *own)
{
    struct dialect_limits limits = *own;
    const struct {
        uint64_t given;
        uint32_t *limit;
    } pairs[] = {
        {options->ping_ms, &limits.ping_ms},
        {options->pong_ms, &limits.pong_ms},
        {options->idle_ms, &limits.idle_ms},
        {options->life_ms, &limits.life_ms},
        {options->messages_per_second, &limits.messages_per_second},
        {options->messages_per_minute, &limits.messages_per_minute},
        {options->connects, &limits.connects},
        {options->connects_ms, &limits.connects_ms},
        {options->weight, &limits.rest_weight},
    };
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++)
        if (pairs[i].given != OPTIONS_OWN)
            *pairs[i].limit = (uint32_t)pairs[i].given;
    return limits;
}
