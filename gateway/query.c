/* SPDX-License-Identifier: Apache-2.0 */
/* The envelope, the table of ops and the two forms of a reply. What an op does stands in the
 * query_*.c of its tables. */
#include "common/clock.h"
#include "common/ensure.h"
#include "gateway/query_parts.h"

#include <stdlib.h>

#define ID_MAX_BYTES  64
#define ID_JSON_MAX   (6 * ID_MAX_BYTES + 2) /* every byte escaped, and the quotes */
#define BUSY_READ_MAX 256 /* of a peer over its rate only small requests are read, for their id */

struct operation {
    struct slice name;
    bool (*function)(struct query_call *call);
    uint32_t required, optional;
};

static const struct operation operations[] = {
#define OPERATION(op, function, required, optional)                                                \
    {{op, sizeof op - 1}, function, required, optional},
#include "gateway/query.def"
#undef OPERATION
};

struct query *query_new(const struct query_tables *tables)
{
    struct query *query = calloc(1, sizeof *query);
    if (query != NULL)
        query->tables = *tables;
    return query;
}

void query_destroy(struct query **query)
{
    if (*query == NULL)
        return;
    ENSURE((*query)->snapshots == 0);
    free(*query);
    *query = NULL;
}

void query_reply_begin(struct text *reply, struct slice id)
{
    reply->len = 0;
    reply->overflow = false;
    text_literal(reply, "{\"id\":");
    text_append(reply, id);
    text_literal(reply, ",\"ok\":true,\"result\":");
}

void query_reply_end(struct text *reply)
{
    text_literal(reply, "}");
}

void query_reply_error(struct text *reply, struct slice id, const struct fault *fault)
{
    reply->len = 0;
    reply->overflow = false;
    text_literal(reply, "{\"id\":");
    text_append(reply, id);
    text_literal(reply, ",\"ok\":false,\"error\":{\"code\":\"");
    text_append(reply, fault_word(fault->code));
    text_literal(reply, "\",\"message\":");
    fault_json_string(reply, slice_of(fault->message));
    text_literal(reply, "}}");
}

void query_write_text(struct text *text, struct slice key, struct slice value)
{
    text_append(text, key);
    fault_json_string(text, value);
}

void query_write_number(struct text *text, struct slice key, uint64_t value)
{
    text_append(text, key);
    text_unsigned(text, value);
}

void query_write_time(struct text *text, struct slice key, int64_t time_ns)
{
    query_write_number(text, key, (uint64_t)(time_ns / NS_PER_US));
}

bool query_find_exchange(struct query_call *call, uint16_t *number)
{
    struct slice exchange = call->arguments.exchange;
    return pool_find(call->tables->pool, exchange, number) ||
           fault_set(&call->fault, FAULT_UNKNOWN_EXCHANGE,
                     "exchange: \"%.*s\" is none of this gateway's; hello names them",
                     FAULT_QUOTE(exchange));
}

/* NULL with the fault; JSON of any kind may come. */
static json_t *decode(struct slice request, struct fault *fault)
{
    json_error_t error = {.text = ""};
    json_t *root =
        json_loadb(request.data, request.len, JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, &error);
    if (root == NULL)
        fault_set(fault, FAULT_BAD_JSON, "the request is not JSON: %s (byte %d)", error.text,
                  error.position);
    return root;
}

/* The id as JSON, to be echoed. */
static bool read_id(const json_t *request, struct text *id, struct fault *fault)
{
    const json_t *value = json_object_get(request, "id");
    if (value == NULL)
        return fault_set(fault, FAULT_MISSING_FIELD,
                         "id: is missing, expected a text or an integer");
    if (json_is_integer(value)) {
        int64_t number = json_integer_value(value);
        if (number > QUERY_INTEGER_MAX || number < -QUERY_INTEGER_MAX)
            return fault_set(fault, FAULT_BAD_VALUE, "id: expected an integer below 2^53");
        text_signed(id, number);
        return true;
    }
    if (!json_is_string(value))
        return fault_set(fault, FAULT_WRONG_TYPE, "id: expected a text or an integer, got %s",
                         query_type_of(value));
    if (json_string_length(value) > ID_MAX_BYTES)
        return fault_set(fault, FAULT_BAD_VALUE, "id: expected at most %d bytes, got %zu",
                         ID_MAX_BYTES, json_string_length(value));
    text_json_string(id, (struct slice){json_string_value(value), json_string_length(value)});
    return true;
}

/* NULL with the fault. */
static const struct operation *read_op(const json_t *request, struct fault *fault)
{
    const json_t *value = json_object_get(request, "op");
    if (!json_is_string(value)) {
        fault_set(fault, value == NULL ? FAULT_MISSING_FIELD : FAULT_WRONG_TYPE,
                  "op: expected a text, got %s", value == NULL ? "nothing" : query_type_of(value));
        return NULL;
    }
    struct slice op = {json_string_value(value), json_string_length(value)};
    for (size_t i = 0; i < sizeof operations / sizeof *operations; i++)
        if (slice_equal(op, operations[i].name))
            return &operations[i];
    if (slice_starts_with(op, SLICE("account.")) || slice_equal(op, SLICE("journal.read")))
        fault_set(fault, FAULT_AUTH_REQUIRED,
                  "op: \"%.*s\" is about accounts, this socket is public", FAULT_QUOTE(op));
    else
        fault_set(fault, FAULT_UNKNOWN_OP, "op: \"%.*s\" is not known", FAULT_QUOTE(op));
    return NULL;
}

/* Everything but the size and the rate; false with the fault. */
static bool perform(struct query_call *call, const json_t *envelope, json_t *request,
                    struct text *id, bool allowed)
{
    if (!json_is_object(request))
        return fault_set(&call->fault, FAULT_BAD_REQUEST,
                         "a request is an object with id and op, this is %s",
                         query_type_of(request));
    if (!read_id(envelope, id, &call->fault))
        return false;
    call->id = text_slice(id);
    if (!allowed)
        return false;
    const struct operation *operation = read_op(envelope, &call->fault);
    if (operation == NULL || !query_arguments_read(&call->arguments, request, operation->required,
                                                   operation->optional, &call->fault))
        return false;
    query_reply_begin(call->reply, call->id);
    if (!operation->function(call))
        return false;
    query_reply_end(call->reply);
    return !call->reply->overflow ||
           fault_set(&call->fault, FAULT_TOO_LARGE,
                     "the reply is larger than the %u bytes of requests.reply_max: ask for less",
                     call->tables->config->requests.reply_max);
}

struct query_snapshot *query_answer(struct query *query, struct slice request, bool allowed,
                                    const struct query_now *now, struct text *reply)
{
    char room[ID_JSON_MAX];
    struct text id = text_over(room, sizeof room);
    struct query_call call = {
        .query = query, .tables = &query->tables, .now = now, .id = SLICE("null"), .reply = reply};
    struct stats_totals *totals = stats_totals(query->tables.stats);
    uint32_t message_max = query->tables.config->requests.message_max;
    json_t *root = NULL;
    bool done = false;
    totals->requests++;
    if (request.len > message_max)
        fault_set(&call.fault, FAULT_TOO_LARGE, "the request is larger than %u bytes", message_max);
    else if (allowed || request.len <= BUSY_READ_MAX)
        root = decode(request, &call.fault);
    if (root != NULL)
        done = perform(&call, root, root, &id, allowed);
    if (!done && !allowed)
        fault_set(&call.fault, FAULT_BUSY, "more than %u requests a second",
                  query->tables.config->requests.rate);
    totals->request_errors += !done;
    totals->requests_busy += !allowed;
    if (!done)
        query_reply_error(reply, call.id, &call.fault);
    query_arguments_fini(&call.arguments);
    json_decref(root);
    return done ? call.snapshot : NULL;
}
