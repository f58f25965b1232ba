/* SPDX-License-Identifier: Apache-2.0 */
/* What a client of the simulated Bithumb asks for, and the errors. Source: bithumb.md 1 and 2; the
 * words of the errors are those that were observed on 2026-09-23, where there are any. */
#include "common/scan.h"
#include "connectors/bithumb/sim_parts.h"

/* 0: the one path of the public data. */
bool bithumb_sim_read_path(const struct dialect_query *query, struct dialect_request *request)
{
    request->word = DIALECT_SUBSCRIBE;
    request->root = 0;
    request->wrapped = false;
    request->key_count = 0;
    return slice_equal(query->path, SLICE("/websocket/v1"));
}

/* What one object of a request says. */
struct asked {
    struct slice type, codes; /* codes: the array as it stands */
    bool ticket, format, simple;
    bool only_snapshot, only_realtime;
};

static void refuse(struct dialect_request *request, struct text *reply, struct slice name,
                   struct slice subject, struct slice message)
{
    request->word = DIALECT_REFUSED;
    request->key_count = 0;
    text_literal(reply, "{\"error\":{\"name\":\"");
    text_append(reply, name);
    text_literal(reply, "\",\"message\":\"");
    text_append(reply, subject);
    text_append(reply, message);
    text_literal(reply, "\"}}");
}

static void refuse_format(struct dialect_request *request, struct text *reply)
{
    refuse(request, reply, SLICE("WRONG_FORMAT"), SLICE(""), SLICE("Format 이 맞지 않습니다."));
}

/* 2: a level that is none is refused; of those that are, only the book as it is (1) is shown here.
 */
static void read_level(struct scan *scan)
{
    uint64_t level;
    if (scan_unsigned(scan, &level) && level != 1)
        scan_fail(scan, SCAN_RANGE);
}

/* False: a value that is not of its type. Flags in snake case are none (0.1). */
static bool read_object(struct slice element, struct asked *asked)
{
    struct scan scan;
    struct slice name, value;
    *asked = (struct asked){.type = {NULL, 0}};
    scan_begin(&scan, element);
    scan_object(&scan);
    while (scan_member(&scan, &name)) {
        if (slice_equal(name, SLICE("type"))) {
            scan_string(&scan, &asked->type);
        } else if (slice_equal(name, SLICE("codes"))) {
            if (scan_peek(&scan) != SCAN_ARRAY)
                return false;
            scan_raw(&scan, &asked->codes);
        } else if (slice_equal(name, SLICE("isOnlySnapshot"))) {
            scan_boolean(&scan, &asked->only_snapshot);
        } else if (slice_equal(name, SLICE("isOnlyRealtime"))) {
            scan_boolean(&scan, &asked->only_realtime);
        } else if (slice_equal(name, SLICE("level"))) {
            read_level(&scan);
        } else if (slice_equal(name, SLICE("format"))) {
            asked->format = scan_string(&scan, &value);
            asked->simple = asked->format && slice_equal(value, SLICE("SIMPLE"));
        } else if (slice_equal(name, SLICE("ticket")) && scan_peek(&scan) == SCAN_STRING) {
            asked->ticket = scan_string(&scan, &value) && value.len > 0;
        } else {
            scan_skip(&scan);
        }
    }
    return scan_end(&scan);
}

/* What holds of a request as a whole: it has a ticket, and a format. */
static bool read_frame(struct slice message, bool *ticket, bool *simple)
{
    struct scan scan;
    struct slice element;
    struct asked asked;
    scan_begin(&scan, message);
    scan_array(&scan);
    *ticket = *simple = false;
    while (scan_element(&scan)) {
        if (!scan_raw(&scan, &element) || !read_object(element, &asked))
            return false;
        *ticket |= asked.ticket;
        *simple |= asked.simple;
    }
    return scan_end(&scan);
}

/* Puts the key of a code behind the others; false if there is no room. */
static bool add_key(struct dialect_request *request, const struct asked *asked, struct slice code,
                    bool simple)
{
    struct text *memory = &request->memory;
    size_t begin = memory->len;
    bithumb_sim_write_key(memory, asked->type, code, simple);
    if (memory->overflow || request->key_count == DIALECT_KEYS_MAX)
        return false;
    request->flags[request->key_count] = (uint8_t)((asked->only_realtime ? DIALECT_NO_FIRST : 0) |
                                                   (asked->only_snapshot ? DIALECT_FIRST_ONLY : 0));
    request->keys[request->key_count++] = (struct slice){memory->data + begin, memory->len - begin};
    return true;
}

/* One type with its codes; false if it was refused. */
static bool add_type(struct dialect_request *request, const struct asked *asked, bool simple,
                     struct text *reply)
{
    struct scan scan;
    struct slice code;
    uint32_t before = request->key_count;
    if (!bithumb_sim_is_type(asked->type)) {
        refuse(request, reply, SLICE("INVALID_PARAM"), asked->type,
               SLICE(" 은 지원하지 않는 타입입니다."));
        return false;
    }
    if (asked->codes.data == NULL) {
        refuse(request, reply, SLICE("NO_CODES"), SLICE(""),
               SLICE("codes 필드가 존재하지 않습니다."));
        return false;
    }
    scan_begin(&scan, asked->codes);
    scan_array(&scan);
    while (scan_element(&scan) && scan_string(&scan, &code))
        if (!add_key(request, asked, code, simple))
            break;
    if (!scan_end(&scan)) {
        refuse_format(request, reply);
        return false;
    }
    if (request->key_count == before)
        refuse(request, reply, SLICE("INVALID_PARAM"), SLICE(""),
               SLICE("codes 필드가 비어 있습니다."));
    return request->key_count > before;
}

/* 1, 2: the text PING, or an array: a ticket, types with their codes, a format. A type that is
 * missing is a wrong format, whatever the documents say. */
void bithumb_sim_read_request(struct slice message, const struct dialect_session *session,
                              struct dialect_request *request, struct text *reply)
{
    struct scan scan;
    struct slice element;
    struct asked asked;
    bool ticket, simple;
    (void)session;
    request->key_count = 0;
    if (slice_equal(message, SLICE("PING"))) {
        request->word = DIALECT_STATUS;
        return;
    }
    if (!read_frame(message, &ticket, &simple)) {
        refuse_format(request, reply);
        return;
    }
    if (!ticket) {
        refuse(request, reply, SLICE("NO_TICKET"), SLICE(""),
               SLICE("티켓이 존재하지 않거나, 유효하지 않습니다."));
        return;
    }
    request->word = DIALECT_SUBSCRIBE;
    scan_begin(&scan, message);
    scan_array(&scan);
    while (scan_element(&scan) && scan_raw(&scan, &element) && read_object(element, &asked)) {
        bool other = asked.type.data == NULL && (asked.ticket || asked.format);
        if (!other && asked.type.data == NULL)
            refuse_format(request, reply);
        if (request->word == DIALECT_REFUSED ||
            (!other && !add_type(request, &asked, simple, reply)))
            return;
    }
    if (request->key_count == 0)
        refuse_format(request, reply);
}

/* No request is answered; what goes wrong was said already. */
void bithumb_sim_write_reply(struct text *reply, const struct dialect_request *request,
                             const struct dialect_session *session, enum dialect_outcome outcome,
                             struct slice key)
{
    (void)reply;
    (void)request;
    (void)session;
    (void)outcome;
    (void)key;
}
