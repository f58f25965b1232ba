/* SPDX-License-Identifier: Apache-2.0 */
/* REST of the simulated Upbit. Source: upbit.md 5. */
#include "common/clock.h"
#include "connectors/dialect_text.h"
#include "connectors/upbit/sim_parts.h"

#define LEVELS_MAX 30
#define WARNED     10 /* one in so many markets has a warning */

static int fail(struct text *body, int status, const char *message)
{
    text_literal(body, "{\"error\":{\"name\":");
    text_unsigned(body, (uint64_t)status);
    member_string(body, "message", slice_of(message));
    text_literal(body, "}}");
    return status;
}

/* 5.1 */
static void write_details(struct text *text, bool warning)
{
    text_literal(text, ",\"market_event\":{\"warning\":");
    text_append(text, warning ? SLICE("true") : SLICE("false"));
    text_literal(text, ",\"caution\":{\"PRICE_FLUCTUATIONS\":false,"
                       "\"TRADING_VOLUME_SOARING\":false,\"DEPOSIT_AMOUNT_SOARING\":false,"
                       "\"GLOBAL_PRICE_DIFFERENCES\":false,"
                       "\"CONCENTRATION_OF_SMALL_ACCOUNTS\":false}}");
}

static int answer_markets(const struct dialect_query *query, const struct dialect_venue *venue,
                          struct dialect_answer *answer)
{
    struct text *text = &answer->body;
    struct dialect_instrument instrument;
    struct slice value = {NULL, 0};
    bool details =
        dialect_parameter(query, SLICE("is_details"), &value) && slice_equal(value, SLICE("true"));
    text_literal(text, "[");
    for (uint32_t i = 0; i < venue->instrument_count && !text->overflow; i++) {
        venue->instrument(venue->context, i, &instrument);
        text_append(text, i > 0 ? SLICE(",{\"market\":\"") : SLICE("{\"market\":\""));
        text_append(text, instrument.symbol);
        text_literal(text, "\"");
        member_string(text, "korean_name", instrument.base);
        member_string(text, "english_name", instrument.base);
        if (details)
            write_details(text, i % WARNED == WARNED - 1);
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

/* 1 ... 30, which is also what is given to who says nothing; 0 for anything else. */
static uint32_t read_count(const struct dialect_query *query)
{
    struct slice value;
    uint32_t count = 0;
    if (!dialect_parameter(query, SLICE("count"), &value))
        return LEVELS_MAX;
    for (size_t i = 0; i < value.len; i++) {
        if (digits_value(value.data[i]) > 9 || i == 2)
            return 0;
        count = count * 10 + digits_value(value.data[i]);
    }
    return count <= LEVELS_MAX ? count : 0;
}

static void write_book(struct text *text, const struct dialect_venue *venue, struct slice market,
                       uint32_t index, uint32_t levels)
{
    struct upbit_sim_object object = {.text = text};
    struct dialect_book book;
    venue->book(venue->context, index, levels, &book);
    upbit_sim_text(&object, "market", "", market);
    upbit_sim_whole(&object, "timestamp", "", (uint64_t)(venue->now_ns / NS_PER_MS));
    upbit_sim_book(&object, &book, UPBIT_SIM_PLAIN, UPBIT_SIM_PLAIN);
    upbit_sim_whole(&object, "level", "", 0);
    text_literal(text, "}");
}

/* 5.4: one market that is not there fails the whole call; a level that is none gives no book. */
static int answer_books(const struct dialect_query *query, const struct dialect_venue *venue,
                        struct dialect_answer *answer)
{
    struct text *text = &answer->body;
    struct slice list = {NULL, 0}, level = SLICE("0"), market;
    char room[DIALECT_KEY_MAX];
    uint32_t index, count = read_count(query), books = 0;
    dialect_parameter(query, SLICE("markets"), &list);
    dialect_parameter(query, SLICE("level"), &level);
    answer->symbol = list;
    if (list.len == 0 || count == 0)
        return fail(text, 400, "Missing or invalid request parameter");
    text_literal(text, "[");
    for (; next_market(&list, room, &market); books++) {
        if (!venue->find(venue->context, market, &index)) {
            if (!text->overflow)
                text->len = 0;
            return fail(text, 404, "Code not found");
        }
        if (!slice_equal(level, SLICE("0")))
            continue;
        text_append(text, books > 0 ? SLICE(",") : SLICE(""));
        write_book(text, venue, market, index, count);
    }
    text_literal(text, "]");
    answer->snapshot = books == 1;
    return 200;
}

static const struct {
    struct slice path;
    struct slice group;
    int (*answer)(const struct dialect_query *query, const struct dialect_venue *venue,
                  struct dialect_answer *answer);
} paths[] = {
    {{"/v1/market/all", 14}, {"market", 6}, answer_markets},
    {{"/v1/orderbook", 13}, {"orderbook", 9}, answer_books},
};
#define PATHS (sizeof paths / sizeof *paths)

static size_t find_path(const struct dialect_query *query)
{
    size_t i = 0;
    while (i < PATHS && !slice_equal(query->path, paths[i].path))
        i++;
    return i;
}

/* 5.5: ten calls a second, of each group. */
uint32_t upbit_sim_weigh(const struct dialect_query *query, uint32_t *group)
{
    *group = (uint32_t)find_path(query);
    return *group < PATHS;
}

int upbit_sim_answer(const struct dialect_query *query, const struct dialect_venue *venue,
                     struct dialect_answer *answer)
{
    return paths[find_path(query)].answer(query, venue, answer);
}

/* 5.5: `min` is no longer meant. */
void upbit_sim_write_used(struct text *lines, uint32_t group, uint64_t used, uint64_t limit)
{
    text_literal(lines, "Remaining-Req: group=");
    text_append(lines, group < PATHS ? paths[group].group : SLICE("default"));
    text_literal(lines, "; min=600; sec=");
    text_unsigned(lines, used < limit ? limit - used : 0);
    text_literal(lines, "\r\n");
}

/* Nobody has written down the words: those of the status. */
const char *upbit_sim_write_failure(struct text *body, int status, uint64_t weight_limit,
                                    int64_t until_ns)
{
    (void)weight_limit;
    (void)until_ns;
    fail(body, status,
         status == 429   ? "Too Many Requests"
         : status == 418 ? "I'm a teapot"
         : status == 404 ? "Not Found"
                         : "Error");
    return "application/json;charset=UTF-8";
}
