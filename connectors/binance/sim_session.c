/* SPDX-License-Identifier: Apache-2.0 */
/* The control protocol of the simulated Binance: what a client asks for, and the replies. Source:
 * binance.md 1.2 and 2.1; the words of the errors are the documented ones. */
#include "common/clock.h"
#include "common/scan.h"
#include "connectors/binance/sim_parts.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>

#define ID_TEXT_MAX 36 /* of an id that is a string */

/* 2.4 */
void binance_sim_write_shutdown(struct text *message, bool wrapped, int64_t now_ns)
{
    if (wrapped)
        text_literal(message, "{\"stream\":\"!serverShutdown\",\"data\":");
    text_literal(message, "{\"e\":\"serverShutdown\",\"E\":");
    text_unsigned(message, (uint64_t)(now_ns / NS_PER_MS));
    text_literal(message, "}");
    if (wrapped)
        text_literal(message, "}");
}

/* Splits a/b/c into keys; empty parts and what is over the most are left out. */
static void split_keys(struct slice list, struct dialect_request *request)
{
    while (list.len > 0 && request->key_count < DIALECT_KEYS_MAX) {
        const char *slash = memchr(list.data, '/', list.len);
        size_t len = slash != NULL ? (size_t)(slash - list.data) : list.len;
        if (len > 0)
            request->keys[request->key_count++] = (struct slice){list.data, len};
        list.data += len + (slash != NULL);
        list.len -= len + (slash != NULL);
    }
}

/* 1.2: /ws, /ws/<a>/<b>, /stream, /stream?streams=<a>/<b>. Microseconds (1.4) are not offered. */
bool binance_sim_read_path(const struct dialect_query *query, struct dialect_request *request)
{
    bool raw =
        slice_equal(query->path, SLICE("/ws")) || slice_starts_with(query->path, SLICE("/ws/"));
    request->word = DIALECT_SUBSCRIBE;
    request->wrapped = !raw;
    request->key_count = 0;
    if (!raw && !slice_equal(query->path, SLICE("/stream")))
        return false;
    if (query->path.len > 4 && raw)
        split_keys((struct slice){query->path.data + 4, query->path.len - 4}, request);
    for (uint32_t i = 0; i < query->parameter_count; i++) {
        if (raw || !slice_equal(query->parameters[i].name, SLICE("streams")))
            return false;
        split_keys(query->parameters[i].value, request);
    }
    return true;
}

/* A message taken apart, each value as it stands. */
struct parts {
    struct slice method, params, id;
};

static void write_error(struct text *reply, unsigned int code, struct slice id, const char *format,
                        ...) __attribute__((format(printf, 4, 5)));

/* The documented shape, flat; the id only if there is one. */
static void write_error(struct text *reply, unsigned int code, struct slice id, const char *format,
                        ...)
{
    char message[256];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(message, sizeof message, format, arguments);
    va_end(arguments);
    text_literal(reply, "{\"code\":");
    text_unsigned(reply, code);
    text_literal(reply, ",\"msg\":");
    text_json_string(reply, slice_of(message));
    if (id.len > 0) {
        text_literal(reply, ",\"id\":");
        text_append(reply, id);
    }
    text_literal(reply, "}");
}

static bool read_parts(struct slice message, struct parts *parts, struct text *reply)
{
    struct scan scan;
    struct slice name, value;
    scan_begin(&scan, message);
    bool object = scan_peek(&scan) == SCAN_OBJECT;
    if (object) {
        scan_object(&scan);
        while (scan_member(&scan, &name) && scan_raw(&scan, &value)) {
            if (slice_equal(name, SLICE("method")))
                parts->method = value;
            else if (slice_equal(name, SLICE("params")))
                parts->params = value;
            else if (slice_equal(name, SLICE("id")))
                parts->id = value;
        }
    } else {
        scan_skip(&scan);
    }
    if (!scan_end(&scan))
        write_error(reply, 3, (struct slice){NULL, 0},
                    "Invalid JSON: expected value at line 1 column %zu",
                    (size_t)(scan.at - scan.begin) + 1);
    else if (parts->method.len == 0)
        write_error(reply, 2, (struct slice){NULL, 0},
                    "Invalid request: missing field `method` at line 1 column %zu", message.len);
    return reply->len == 0 && !reply->overflow;
}

/* Spot: a signed integer, a text of letters, digits, '-' and '_', or null. */
static bool is_id(struct slice id)
{
    struct scan scan;
    struct slice text;
    int64_t number;
    scan_begin(&scan, id);
    switch (scan_peek(&scan)) {
    case SCAN_NULL:
        return true;
    case SCAN_NUMBER:
        return scan_signed(&scan, &number);
    case SCAN_STRING:
        scan_string(&scan, &text);
        for (size_t i = 0; i < text.len; i++)
            if (!isalnum((unsigned char)text.data[i]) && text.data[i] != '-' && text.data[i] != '_')
                return false;
        return text.len <= ID_TEXT_MAX;
    default:
        return false;
    }
}

static void read_keys(struct slice params, struct dialect_request *request, struct text *reply)
{
    struct scan scan;
    struct slice key;
    scan_begin(&scan, params);
    if (scan_peek(&scan) == SCAN_ARRAY) {
        scan_array(&scan);
        while (scan_element(&scan) && scan_string(&scan, &key)) {
            if (request->key_count == DIALECT_KEYS_MAX) {
                write_error(reply, 2, request->id, "Invalid request: too many parameters");
                return;
            }
            request->keys[request->key_count++] = key;
        }
        if (scan_end(&scan))
            return;
    }
    write_error(reply, 2, request->id, "Invalid request: invalid stream");
}

/* The one property there is. `set`: its value follows its name. */
static void read_property(struct slice params, bool set, struct dialect_request *request,
                          struct text *reply)
{
    struct scan scan;
    struct slice name = {NULL, 0}, rest;
    bool valued = false, boolean = false, more = false;
    scan_begin(&scan, params);
    if (scan_peek(&scan) == SCAN_ARRAY && scan_array(&scan) && scan_element(&scan)) {
        if (!scan_string(&scan, &name)) {
            write_error(reply, 2, request->id, "Invalid request: property name must be a string");
            return;
        }
        valued = set && scan_element(&scan);
        boolean = valued && (scan_peek(&scan) == SCAN_TRUE || scan_peek(&scan) == SCAN_FALSE);
        if (boolean)
            scan_boolean(&scan, &request->wrapped);
        else if (valued)
            scan_raw(&scan, &rest);
        more = scan_element(&scan);
    }
    if (name.data == NULL)
        write_error(reply, 2, request->id, "Invalid request: property name missing");
    else if (more)
        write_error(reply, 2, request->id, "Invalid request: too many parameters");
    else if (!slice_equal(name, SLICE("combined")))
        write_error(reply, 0, request->id, "Unknown property");
    else if (set && !boolean)
        write_error(reply, 1, request->id, "Invalid value type: expected Boolean");
}

void binance_sim_read_request(struct slice message, const struct dialect_session *session,
                              struct dialect_request *request, struct text *reply)
{
    static const struct {
        struct slice method;
        enum dialect_word word;
    } methods[] = {
        {{"\"SUBSCRIBE\"", 11}, DIALECT_SUBSCRIBE},
        {{"\"UNSUBSCRIBE\"", 13}, DIALECT_UNSUBSCRIBE},
        {{"\"LIST_SUBSCRIPTIONS\"", 20}, DIALECT_LIST},
        {{"\"SET_PROPERTY\"", 14}, DIALECT_WRAP},
        {{"\"GET_PROPERTY\"", 14}, DIALECT_WRAPPED},
    };
    struct parts parts = {.method = {NULL, 0}};
    (void)session;
    request->word = DIALECT_REFUSED;
    request->key_count = 0;
    if (!read_parts(message, &parts, reply))
        return;
    request->id = parts.id.len > 0 ? parts.id : SLICE("null");
    if (!is_id(request->id)) {
        write_error(reply, 2, (struct slice){NULL, 0},
                    "Invalid request: request ID must be an unsigned integer");
        return;
    }
    size_t i = 0, count = sizeof methods / sizeof *methods;
    while (i < count && !slice_equal(parts.method, methods[i].method))
        i++;
    if (i == count) {
        int len = parts.method.len < 64 ? (int)parts.method.len : 64;
        write_error(reply, 2, request->id,
                    "Invalid request: unknown variant %.*s, expected one of `SUBSCRIBE`, "
                    "`UNSUBSCRIBE`, `LIST_SUBSCRIPTIONS`, `SET_PROPERTY`, `GET_PROPERTY`",
                    len, parts.method.data);
        return;
    }
    enum dialect_word word = methods[i].word;
    if (word == DIALECT_SUBSCRIBE || word == DIALECT_UNSUBSCRIBE)
        read_keys(parts.params, request, reply);
    else if (word != DIALECT_LIST)
        read_property(parts.params, word == DIALECT_WRAP, request, reply);
    if (reply->len == 0 && !reply->overflow)
        request->word = word;
}

void binance_sim_write_reply(struct text *reply, const struct dialect_request *request,
                             const struct dialect_session *session, enum dialect_outcome outcome,
                             struct slice key)
{
    (void)key;
    if (outcome == DIALECT_FULL) {
        /* Observed, not documented, and in another shape than the others (UBWA#17). */
        text_literal(reply, "{\"error\":{\"code\":4,\"msg\":\"Too many subscriptions\"},\"id\":");
        text_append(reply, request->id);
        text_literal(reply, "}");
        return;
    }
    text_literal(reply, "{\"result\":");
    if (request->word == DIALECT_WRAPPED) {
        text_append(reply, session->wrapped ? SLICE("true") : SLICE("false"));
    } else if (request->word == DIALECT_LIST) {
        text_literal(reply, "[");
        for (uint32_t i = 0; i < session->key_count; i++) {
            if (i > 0)
                text_literal(reply, ",");
            text_json_string(reply, session->keys[i]);
        }
        text_literal(reply, "]");
    } else {
        text_literal(reply, "null");
    }
    text_literal(reply, ",\"id\":");
    text_append(reply, request->id);
    text_literal(reply, "}");
}
