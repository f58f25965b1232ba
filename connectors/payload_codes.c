/* SPDX-License-Identifier: Apache-2.0 */
#include "connectors/payload_codes.h"

#include "common/ensure.h"
#include "connectors/payload.h"

const struct codes_type *codes_find_type(const struct codes *codes, struct slice word)
{
    for (const struct codes_type *type = codes->types; type->word.data != NULL; type++)
        if (slice_equal(type->word, word))
            return type;
    return NULL;
}

static void write_key(struct text *key, struct slice type, struct slice code)
{
    text_append(key, type);
    text_literal(key, ":");
    text_append(key, code);
}

void codes_write_key(const struct codes *codes, struct text *key, uint32_t stream,
                     struct slice symbol, struct slice variant)
{
    ENSURE(stream <= codes->top);
    uint32_t carrier = stream == codes->top ? codes->book : stream;
    for (const struct codes_type *type = codes->types; type->word.data != NULL; type++)
        if (type->stream == carrier && slice_equal(type->variant, variant)) {
            write_key(key, type->word, symbol);
            return;
        }
}

bool codes_read_key(const struct codes *codes, struct slice key, uint32_t *stream,
                    struct text *symbol, struct slice *variant)
{
    const char *colon = key.len > 0 ? memchr(key.data, ':', key.len) : NULL;
    if (colon == NULL)
        return false;
    size_t len = (size_t)(colon - key.data);
    struct slice code = {colon + 1, key.len - len - 1};
    const struct codes_type *type = codes_find_type(codes, (struct slice){key.data, len});
    if (type == NULL || !payload_is_symbol(code))
        return false;
    *stream = type->stream;
    *variant = type->variant;
    text_append(symbol, code);
    return !symbol->overflow;
}

static void route_payload(struct slice frame, struct slice type, struct slice code,
                          struct route *route)
{
    struct text key = text_over(route->scratch, sizeof route->scratch);
    write_key(&key, type, code);
    if (key.overflow) {
        payload_refuse(route, REFUSAL_BAD_VALUE);
        return;
    }
    route->class = FRAME_DATA;
    route->key = text_slice(&key);
    route->payload = frame;
}

/* What frames begin with, in either format, and what stands between their type and their code. */
static const struct {
    struct slice head;
    struct slice middle;
} forms[] = {
    {{"{\"type\":\"", 9}, {"\",\"code\":\"", 10}},
    {{"{\"ty\":\"", 7}, {"\",\"cd\":\"", 8}},
};

static struct slice behind(struct slice text, size_t len)
{
    return (struct slice){text.data + len, text.len - len};
}

/* The type whose word `text` begins with, up to a quote; NULL if there is none. */
static const struct codes_type *type_at(const struct codes *codes, struct slice text)
{
    for (const struct codes_type *type = codes->types; type->word.data != NULL; type++) {
        size_t len = type->word.len;
        if (text.len > len && text.data[len] == '"' && slice_starts_with(text, type->word))
            return type;
    }
    return NULL;
}

/* The rest of the frame is for parse to check. */
static bool route_by_head(const struct codes *codes, struct slice frame, struct route *route)
{
    for (size_t i = 0; i < sizeof forms / sizeof *forms; i++) {
        struct slice head = forms[i].head, middle = forms[i].middle;
        if (!slice_starts_with(frame, head))
            continue;
        struct slice rest = behind(frame, head.len);
        const struct codes_type *type = type_at(codes, rest);
        if (type == NULL || !slice_starts_with(behind(rest, type->word.len), middle))
            return false;
        rest = behind(rest, type->word.len + middle.len);
        const char *quote = memchr(rest.data, '"', rest.len);
        if (quote == NULL || quote == rest.data)
            return false;
        route_payload(frame, type->word, (struct slice){rest.data, (size_t)(quote - rest.data)},
                      route);
        return true;
    }
    return false;
}

/* {"name":"WRONG_FORMAT","message":"..."}, in either order; the name of a REST error is a number.
 */
static void scan_error_object(struct scan *scan, struct codes_top *top)
{
    struct slice key;
    top->error = SLICE("error");
    if (scan_peek(scan) != SCAN_OBJECT) {
        scan_skip(scan);
        return;
    }
    scan_object(scan);
    while (scan_member(scan, &key)) {
        if (slice_equal(key, SLICE("message")))
            payload_maybe_text(scan, &top->message);
        else if (!slice_equal(key, SLICE("name")))
            scan_skip(scan);
        else if (scan_peek(scan) == SCAN_NUMBER)
            scan_number(scan, &top->error);
        else
            payload_maybe_text(scan, &top->error);
    }
}

static void scan_top(const struct codes *codes, struct scan *scan, struct slice key,
                     struct codes_top *top)
{
    if (slice_equal(key, SLICE("type")) || slice_equal(key, SLICE("ty")))
        payload_maybe_text(scan, &top->type);
    else if (slice_equal(key, SLICE("code")) || slice_equal(key, SLICE("cd")))
        payload_maybe_text(scan, &top->code);
    else if (slice_equal(key, SLICE("status")))
        payload_maybe_text(scan, &top->status);
    else if (slice_equal(key, SLICE("error")))
        scan_error_object(scan, top);
    else {
        top->foreign |= codes->foreign.len > 0 && slice_equal(key, codes->foreign);
        for (const struct slice *mark = codes->marks; mark->len > 0; mark++)
            top->marked |= slice_equal(key, *mark);
        scan_skip(scan);
    }
}

static void route_type(const struct codes *codes, struct slice frame, const struct codes_top *top,
                       struct route *route)
{
    for (const struct codes_other *other = codes->others; other->word.len > 0; other++)
        if (slice_equal(top->type, other->word)) {
            payload_refuse(route, other->refusal);
            return;
        }
    if (codes_find_type(codes, top->type) == NULL)
        payload_refuse(route, REFUSAL_UNKNOWN_EVENT);
    else if (top->code.len > 0)
        route_payload(frame, top->type, top->code, route);
    else
        payload_refuse(route, top->foreign ? REFUSAL_UNSUPPORTED_CHANNEL : REFUSAL_MISSING_FIELD);
}

/* The name is what the documents have; the message, where it fits, is for people. */
static void route_error(const struct codes_top *top, struct route *route)
{
    struct text detail = text_over(route->scratch, sizeof route->scratch);
    route->class = FRAME_REJECT;
    route->detail = top->error;
    if (top->message.len == 0)
        return;
    text_append(&detail, top->error);
    text_literal(&detail, ": ");
    text_append(&detail, top->message);
    if (!detail.overflow)
        route->detail = text_slice(&detail);
}

enum refusal codes_read_top(const struct codes *codes, struct slice frame, struct codes_top *top)
{
    struct scan scan;
    struct slice key;
    *top = (struct codes_top){0};
    scan_begin(&scan, frame);
    scan_object(&scan);
    while (scan_member(&scan, &key))
        scan_top(codes, &scan, key, top);
    return scan_end(&scan) ? REFUSAL_NONE : payload_refusal(&scan);
}

static void route_object(const struct codes *codes, struct slice frame, struct route *route)
{
    struct codes_top top;
    enum refusal refusal = codes_read_top(codes, frame, &top);
    if (refusal != REFUSAL_NONE)
        payload_refuse(route, refusal);
    else if (top.error.len > 0)
        route_error(&top, route);
    else if (top.type.len > 0)
        route_type(codes, frame, &top, route);
    else
        codes->route_untyped(&top, route);
}

void codes_route(const struct codes *codes, struct slice frame, struct route *route)
{
    struct scan scan;
    payload_begin_route(route);
    if (route_by_head(codes, frame, route))
        return;
    scan_begin(&scan, frame);
    if (scan_peek(&scan) == SCAN_ARRAY)
        payload_route_list(frame, route); /* the LIST formats; a REST reply in a recording */
    else
        route_object(codes, frame, route);
}

/* ,{"type":"trade","codes":["KRW-BTC"]}, if any of the keys is of this type. */
static void write_type(struct text *message, struct slice type, const struct slice *keys,
                       size_t count)
{
    size_t written = 0;
    for (size_t i = 0; i < count; i++) {
        size_t code = type.len + 1;
        if (keys[i].len < code || !slice_starts_with(keys[i], type) ||
            keys[i].data[type.len] != ':')
            continue;
        if (written++ == 0) {
            text_literal(message, ",{\"type\":");
            text_json_string(message, type);
            text_literal(message, ",\"codes\":[");
        } else {
            text_literal(message, ",");
        }
        text_json_string(message, (struct slice){keys[i].data + code, keys[i].len - code});
    }
    if (written > 0)
        text_literal(message, "]}");
}

void codes_write_request(const struct codes *codes, struct text *message, const struct slice *keys,
                         size_t count, uint64_t request)
{
    text_literal(message, "[{\"ticket\":\"tickgate-");
    text_unsigned(message, request);
    text_literal(message, "\"}");
    for (const struct codes_type *type = codes->types; type->word.data != NULL; type++)
        write_type(message, type->word, keys, count);
    text_literal(message, ",{\"format\":\"DEFAULT\"}]");
}
