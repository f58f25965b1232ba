/* SPDX-License-Identifier: Apache-2.0 */
/* REST of the simulated Bithumb. Source: bithumb.md 5. Errors come with HTTP 200: whoever looks at
 * the status alone takes them for data. */
#include "common/clock.h"
#include "connectors/bithumb/sim_parts.h"
#include "connectors/dialect_text.h"

#define LEVELS_ALONE 30 /* of one market */
#define LEVELS_AMONG 15 /* of each of several */
#define WARNED       10 /* one in so many markets has a warning */

static int fail(struct text *body, unsigned int name, const char *message)
{
    text_literal(body, "{\"error\":{\"name\":");
    text_unsigned(body, name);
    member_string(body, "message", slice_of(message));
    text_literal(body, "}}");
    return 200;
}

static int answer_markets(const struct dialect_query *query, const struct dialect_venue *venue,
                          struct dialect_answer *answer)
{
    struct text *text = &answer->body;
    struct dialect_instrument instrument;
    struct slice value = {NULL, 0};
    bool details =
        dialect_parameter(query, SLICE("isDetails"), &value) && slice_equal(value, SLICE("true"));
    text_literal(text, "[");
    for (uint32_t i = 0; i < venue->instrument_count && !text->overflow; i++) {
        venue->instrument(venue->context, i, &instrument);
        text_append(text, i > 0 ? SLICE(",{\"market\":\"") : SLICE("{\"market\":\""));
        text_append(text, instrument.symbol);
        text_literal(text, "\"");
        member_string(text, "korean_name", instrument.base);
        member_string(text, "english_name", instrument.base);
        if (details)
            member_string(text, "market_warning",
                          i % WARNED == WARNED - 1 ? SLICE("CAUTION") : SLICE("NONE"));
        text_literal(text, "}");
    }
    text_literal(text, "]");
    return 200;
}

/* The next of a,b,c, in upper case: lower case is accepted here. */
static bool next_market(struct slice *list, char room[DIALECT_KEY_MAX], struct slice *market)
{
    if (list->len == 0)
        return false;
    const char *comma = memchr(list->data, ',', list->len);
    size_t len = comma != NULL ? (size_t)(comma - list->data) : list->len;
    size_t kept = len < DIALECT_KEY_MAX ? len : DIALECT_KEY_MAX;
    for (size_t i = 0; i < kept; i++) {
        char c = list->data[i];
        room[i] = c >= 'a' && c <= 'z' ? (char)(c - 'a' + 'A') : c;
    }
    *market = (struct slice){room, kept};
    list->data += len + (comma != NULL);
    list->len -= len + (comma != NULL);
    return true;
}

static void write_book(struct text *text, const struct dialect_venue *venue, struct slice market,
                       uint32_t index, uint32_t levels)
{
    struct bithumb_sim_object object = {.text = text};
    struct dialect_book book;
    venue->book(venue->context, index, levels, &book);
    bithumb_sim_text(&object, "market", "", market);
    bithumb_sim_whole(&object, "timestamp", "", (uint64_t)(venue->now_ns / NS_PER_MS));
    bithumb_sim_book(&object, &book);
    text_literal(text, "}");
}

/* One market that is not there fails the whole call. */
static int answer_books(const struct dialect_query *query, const struct dialect_venue *venue,
                        struct dialect_answer *answer)
{
    struct text *text = &answer->body;
    struct slice list = {NULL, 0}, market;
    char room[DIALECT_KEY_MAX];
    uint32_t index;
    dialect_parameter(query, SLICE("markets"), &list);
    if (list.len == 0)
        return fail(text, 400, "missing parameter: markets");
    bool alone = memchr(list.data, ',', list.len) == NULL;
    answer->snapshot = alone;
    text_literal(text, "[");
    while (next_market(&list, room, &market)) {
        if (!venue->find(venue->context, market, &index)) {
            answer->snapshot = false;
            if (!text->overflow)
                text->len = 0;
            return fail(text, 404, "Code not found");
        }
        if (text->len > 1)
            text_literal(text, ",");
        write_book(text, venue, market, index, alone ? LEVELS_ALONE : LEVELS_AMONG);
        dialect_parameter(query, SLICE("markets"), &answer->symbol);
    }
    text_literal(text, "]");
    return 200;
}

static const struct {
    struct slice path;
    int (*answer)(const struct dialect_query *query, const struct dialect_venue *venue,
                  struct dialect_answer *answer);
} paths[] = {
    {{"/v1/market/all", 14}, answer_markets},
    {{"/v1/orderbook", 13}, answer_books},
};
#define PATHS (sizeof paths / sizeof *paths)

static size_t find_path(const struct dialect_query *query)
{
    size_t i = 0;
    while (i < PATHS && !slice_equal(query->path, paths[i].path))
        i++;
    return i;
}

/* 150 calls a second, of each category; a path that is none is answered too. */
uint32_t bithumb_sim_weigh(const struct dialect_query *query, uint32_t *group)
{
    *group = (uint32_t)find_path(query);
    return 1;
}

int bithumb_sim_answer(const struct dialect_query *query, const struct dialect_venue *venue,
                       struct dialect_answer *answer)
{
    size_t path = find_path(query);
    return path < PATHS ? paths[path].answer(query, venue, answer)
                        : fail(&answer->body, 404, "Not Found");
}

void bithumb_sim_write_used(struct text *lines, uint32_t group, uint64_t used, uint64_t limit)
{
    (void)group;
    text_literal(lines, "x-ratelimit-remaining: ");
    text_unsigned(lines, used < limit ? limit - used : 0);
    text_literal(lines, "\r\nx-ratelimit-requested-tokens: 1\r\nx-ratelimit-burst-capacity: ");
    text_unsigned(lines, limit);
    text_literal(lines, "\r\nx-ratelimit-replenish-rate: ");
    text_unsigned(lines, limit);
    text_literal(lines, "\r\n");
}

/* Nobody has written down the words. */
const char *bithumb_sim_write_failure(struct text *body, int status, uint64_t weight_limit,
                                      int64_t until_ns)
{
    (void)weight_limit;
    (void)until_ns;
    fail(body, (unsigned int)status, status == 429 ? "Too Many Requests" : "Error");
    return "application/json;charset=UTF-8";
}
