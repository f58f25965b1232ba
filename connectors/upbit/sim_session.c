/* SPDX-License-Identifier: Apache-2.0 */
/* What a client of the simulated Upbit asks for, and the errors. Source: upbit.md 1 and 2; the
 * words of the errors are those that were observed on 2026-09-23, where there are any. */
#include "common/scan.h"
#include "connectors/upbit/sim_parts.h"

/* 1.1: the path of the public data; that of accounts is not spoken here. */
bool upbit_sim_read_path(const struct dialect_query *query, struct dialect_request *request)
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
    struct slice ticket, format, method;
    uint64_t level;
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

/* False: a value that is not of its type. Flags in camel case are none (2.1: unknown whether they
 * still are). */
static bool read_object(struct slice element, struct asked *asked)
{
    struct scan scan;
    struct slice name;
    *asked = (struct asked){.type = {NULL, 0}};
    scan_begin(&scan, element);
    scan_object(&scan);
    while (scan_member(&scan, &name)) {
        if (slice_equal(name, SLICE("type")))
            scan_string(&scan, &asked->type);
        else if (slice_equal(name, SLICE("ticket")))
            scan_string(&scan, &asked->ticket);
        else if (slice_equal(name, SLICE("format")))
            scan_string(&scan, &asked->format);
        else if (slice_equal(name, SLICE("method")))
            scan_string(&scan, &asked->method);
        else if (slice_equal(name, SLICE("codes")) && scan_peek(&scan) == SCAN_ARRAY)
            scan_raw(&scan, &asked->codes);
        else if (slice_equal(name, SLICE("codes")))
            return false;
        else if (slice_equal(name, SLICE("level")))
            scan_unsigned(&scan, &asked->level);
        else if (slice_equal(name, SLICE("is_only_snapshot")))
            scan_boolean(&scan, &asked->only_snapshot);
        else if (slice_equal(name, SLICE("is_only_realtime")))
            scan_boolean(&scan, &asked->only_realtime);
        else
            scan_skip(&scan);
    }
    return scan_end(&scan);
}

/* What holds of a request as a whole, wherever in it it stands. */
struct frame {
    struct slice ticket, method;
    uint32_t form;
};

/* 2.1; what it asks for if it says nothing is DEFAULT. */
static bool read_form(struct slice format, uint32_t *form)
{
    static const struct {
        struct slice name;
        uint32_t form;
    } formats[] = {
        {{"DEFAULT", 7}, 0},
        {{"SIMPLE", 6}, UPBIT_SIM_SIMPLE},
        {{"JSON_LIST", 9}, UPBIT_SIM_LIST},
        {{"SIMPLE_LIST", 11}, UPBIT_SIM_SIMPLE | UPBIT_SIM_LIST},
    };
    for (size_t i = 0; i < sizeof formats / sizeof *formats; i++)
        if (slice_equal(format, formats[i].name)) {
            *form = formats[i].form;
            return true;
        }
    return false;
}

static bool read_frame(struct slice message, struct frame *frame)
{
    struct scan scan;
    struct slice element;
    struct asked asked;
    *frame = (struct frame){.form = 0};
    scan_begin(&scan, message);
    scan_array(&scan);
    while (scan_element(&scan)) {
        if (!scan_raw(&scan, &element) || !read_object(element, &asked) ||
            (asked.format.data != NULL && !read_form(asked.format, &frame->form)))
            return false;
        if (asked.ticket.len > 0)
            frame->ticket = asked.ticket;
        if (asked.method.data != NULL)
            frame->method = asked.method;
    }
    return scan_end(&scan);
}

/* Puts the key of a code behind the others; false if there is no room. */
static bool add_key(struct dialect_request *request, const struct asked *asked, struct slice code)
{
    struct text *memory = &request->memory;
    size_t begin = memory->len;
    upbit_sim_write_key(memory, asked->type, code, request->form);
    if (memory->overflow || request->key_count == DIALECT_KEYS_MAX)
        return false;
    request->flags[request->key_count] = (uint8_t)((asked->only_realtime ? DIALECT_NO_FIRST : 0) |
                                                   (asked->only_snapshot ? DIALECT_FIRST_ONLY : 0));
    request->keys[request->key_count++] = (struct slice){memory->data + begin, memory->len - begin};
    return true;
}

/* What is wrong with a type and its codes before these are looked at; false if nothing is. */
static bool refuse_type(struct dialect_request *request, const struct asked *asked,
                        struct text *reply)
{
    bool private =
        slice_equal(asked->type, SLICE("myOrder")) || slice_equal(asked->type, SLICE("myAsset"));
    if (asked->type.data == NULL)
        refuse(request, reply, SLICE("NO_TYPE"), SLICE(""),
               SLICE("type 필드가 존재하지 않습니다."));
    else if (private)
        refuse(request, reply, SLICE("INVALID_AUTH"), SLICE(""),
               SLICE("인증 정보가 올바르지 않습니다."));
    else if (!upbit_sim_is_type(asked->type))
        refuse(request, reply, SLICE("INVALID_PARAM"), asked->type,
               SLICE(" 은 지원하지 않는 타입입니다."));
    else if (asked->codes.data == NULL)
        refuse(request, reply, SLICE("NO_CODES"), SLICE(""),
               SLICE("codes 필드가 존재하지 않습니다."));
    else
        return false;
    return true;
}

/* One type with its codes. A book whose levels are grouped (2.1) is not shown here: as one that the
 * exchange does not have, it is silent. */
static void add_type(struct dialect_request *request, const struct asked *asked, struct text *reply)
{
    struct scan scan;
    struct slice code;
    size_t codes = 0;
    if (refuse_type(request, asked, reply))
        return;
    scan_begin(&scan, asked->codes);
    scan_array(&scan);
    for (; scan_element(&scan) && scan_string(&scan, &code); codes++)
        if (asked->level == 0 && !add_key(request, asked, code))
            break;
    if (!scan_end(&scan))
        refuse_format(request, reply);
    else if (codes == 0)
        refuse(request, reply, SLICE("INVALID_PARAM"), SLICE(""),
               SLICE("codes 필드가 비어 있습니다."));
}

/* 1.3, 2: the text PING; or an array: a ticket, types with their codes, a format, in any order. */
void upbit_sim_read_request(struct slice message, const struct dialect_session *session,
                            struct dialect_request *request, struct text *reply)
{
    struct scan scan;
    struct slice element;
    struct asked asked;
    struct frame frame;
    uint32_t types = 0;
    (void)session;
    request->key_count = 0;
    if (slice_equal(message, SLICE("PING"))) {
        request->word = DIALECT_STATUS;
        return;
    }
    if (!read_frame(message, &frame)) {
        refuse_format(request, reply);
        return;
    }
    if (frame.ticket.data == NULL) {
        refuse(request, reply, SLICE("NO_TICKET"), SLICE(""),
               SLICE("티켓이 존재하지 않거나, 유효하지 않습니다."));
        return;
    }
    request->form = frame.form;
    request->id = frame.ticket;
    request->word = DIALECT_LIST;
    if (slice_equal(frame.method, SLICE("LIST_SUBSCRIPTIONS")))
        return;
    request->word = DIALECT_SUBSCRIBE;
    scan_begin(&scan, message);
    scan_array(&scan);
    while (request->word != DIALECT_REFUSED && scan_element(&scan) && scan_raw(&scan, &element) &&
           read_object(element, &asked)) {
        if (asked.type.data == NULL && (asked.ticket.data != NULL || asked.format.data != NULL))
            continue;
        add_type(request, &asked, reply);
        types++;
    }
    if (types == 0)
        refuse(request, reply, SLICE("NO_TYPE"), SLICE(""),
               SLICE("type 필드가 존재하지 않습니다."));
}

static void end_type(struct upbit_sim_object *entry, struct slice type)
{
    if (type.data == NULL)
        return;
    text_literal(entry->text, "]");
    if (slice_equal(type, SLICE("orderbook")))
        upbit_sim_whole(entry, "level", "lv", 0);
    text_literal(entry->text, "}");
}

/* 2.4: the codes of each type, one object for those that stand together. */
static void write_types(struct upbit_sim_object *object, const struct dialect_session *session)
{
    struct text *text = object->text;
    struct upbit_sim_object entry = {.text = text, .simple = object->simple};
    struct slice before = {NULL, 0}, type, code;
    uint32_t form;
    for (uint32_t i = 0; i < session->key_count; i++) {
        if (!upbit_sim_split_key(session->keys[i], &type, &code, &form))
            continue;
        bool same = before.data != NULL && slice_equal(type, before);
        if (!same) {
            end_type(&entry, before);
            entry.begun = false;
        }
        text_append(text, before.data != NULL ? SLICE(",") : SLICE(""));
        if (!same) {
            upbit_sim_text(&entry, "type", "ty", type);
            upbit_sim_name(&entry, "codes", "cds");
            text_literal(text, "[");
        }
        text_json_string(text, code);
        before = type;
    }
    end_type(&entry, before);
}

/* A subscription is not answered; what goes wrong was said already. */
void upbit_sim_write_reply(struct text *reply, const struct dialect_request *request,
                           const struct dialect_session *session, enum dialect_outcome outcome,
                           struct slice key)
{
    struct upbit_sim_object object = {.text = reply, .simple = request->form & UPBIT_SIM_SIMPLE};
    (void)outcome;
    (void)key;
    if (request->word != DIALECT_LIST)
        return;
    upbit_sim_text(&object, "method", "mthd", SLICE("LIST_SUBSCRIPTIONS"));
    upbit_sim_name(&object, "result", "rslt");
    text_literal(reply, "[");
    write_types(&object, session);
    text_literal(reply, "]");
    upbit_sim_text(&object, "ticket", "tckt", request->id);
    text_literal(reply, "}");
}

/* 2.5: the name as part of the documents have it. */
void upbit_sim_write_excess(struct text *message)
{
    text_literal(message, "{\"error\":{\"name\":\"TOO_MANY_REQUEST\","
                          "\"message\":\"Too Many Requests\"}}");
}
