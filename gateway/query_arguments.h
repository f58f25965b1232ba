/* SPDX-License-Identifier: Apache-2.0 */
/* Arguments of requests: one table says each one's name, type and range, and one reader holds a
 * request against it, so that a field that is unknown, missing, of the wrong type or out of range
 * is judged in one place for all ops. An argument means the same wherever it is taken. Pure. */
#ifndef TICKGATE_GATEWAY_QUERY_ARGUMENTS_H
#define TICKGATE_GATEWAY_QUERY_ARGUMENTS_H

#include "gateway/cache.h"
#include "gateway/config.h"
#include "gateway/connections.h"
#include "gateway/fault.h"
#include "proto/topic.h"

#include <jansson.h>

#define QUERY_INTEGER_MAX ((INT64_C(1) << 53) - 1) /* what every language's numbers hold */
#define QUERY_DEPTH_MAX   20000                    /* that of limits.book_levels */
#define QUERY_LIMIT_MAX   10000
#define QUERY_SYMBOLS_MAX 65536 /* that of limits.symbols */

/* X(name, type, min, max, count_max, what): the range of an INTEGER, the bytes of a TEXT, the bytes
 * of each and the number of TEXTS (at least one); what it is, for people. */
#define QUERY_ARGUMENTS(X)                                                                         \
    X(exchange, TEXT, 1, 64, 0, "name of an exchange")                                             \
    X(symbol, TEXT, 1, SYMBOL_MAX, 0, "a symbol")                                                  \
    X(symbols, TEXTS, 1, SYMBOL_MAX, QUERY_SYMBOLS_MAX, "a list of symbols")                       \
    X(channel, TEXT, 1, 64, 0, "a kind of data")                                                   \
    X(type, TEXT, 1, 64, 0, "a type of connection or connector")                                   \
    X(interval, TEXT, 1, VARIANT_MAX, 0, "a candle's interval")                                    \
    X(name, TEXT, 1, CONNECTION_NAME_MAX, 0, "a name of your own")                                 \
    X(connection, TEXT, 1, CONNECTION_NAME_MAX, 0, "id or name of a connection")                   \
    X(lease_s, INTEGER, 0, 31536000, 0, "seconds")                                                 \
    X(prefixes, TEXTS, 0, TOPIC_MAX, 1000, "a list of topic prefixes")                             \
    X(sync, TEXT, 1, 64, 0, "a nonce")                                                             \
    X(endpoint, TEXT, 1, 64, 0, "a feed")                                                          \
    X(depth, INTEGER, 1, QUERY_DEPTH_MAX, 0, "levels a side")                                      \
    X(after, INTEGER, 0, QUERY_INTEGER_MAX, 0, "the `next` of the page before")                    \
    X(limit, INTEGER, 1, QUERY_LIMIT_MAX, 0, "rows of a page")                                     \
    X(size, INTEGER, 1, CACHE_SIZE_MAX, 0, "quotes")                                               \
    X(expiry_ms, INTEGER, 1, 86400000, 0, "milliseconds")                                          \
    X(part, TEXT, 1, 64, 0, "a part of the gateway")                                               \
    X(path, TEXT, 1, LOADER_PATH_MAX - 1, 0, "the path of a file")                                 \
    X(level, TEXT, 1, 64, 0, "a log level")                                                        \
    X(account, TEXT, 1, ACCOUNT_NAME_MAX, 0, "name of an account")

struct query_texts {
    struct slice *slices;
    uint32_t count;
};

#define QUERY_FIELD_TEXT    struct slice
#define QUERY_FIELD_INTEGER uint64_t
#define QUERY_FIELD_TEXTS   struct query_texts

/* What was not given is empty or 0. Texts look into the request and end with a NUL. */
struct query_arguments {
#define QUERY_FIELD(name, type, min, max, count_max, what) QUERY_FIELD_##type name;
    QUERY_ARGUMENTS(QUERY_FIELD)
#undef QUERY_FIELD
};

/* Sets of arguments: a bit each. */
enum query_argument {
#define QUERY_NUMBER(name, type, min, max, count_max, what) QUERY_ARGUMENT_##name,
    QUERY_ARGUMENTS(QUERY_NUMBER)
#undef QUERY_NUMBER
};
#define QUERY_HAS(name) (UINT32_C(1) << QUERY_ARGUMENT_##name)

/* Reads those of the members of `request` that are not the envelope's (id, op). False with the
 * first error's code and all errors' words; query_arguments_fini is due either way. */
bool query_arguments_read(struct query_arguments *arguments, json_t *request, uint32_t required,
                          uint32_t optional, struct fault *fault);
void query_arguments_fini(struct query_arguments *arguments);

/* For people: "a text", "an integer"... */
const char *query_type_of(const json_t *value);

#endif
