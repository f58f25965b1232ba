/* SPDX-License-Identifier: Apache-2.0 */
/* The envelope, the table of ops and the two forms of a reply. What an op does stands in the
 * query_*.c of its tables. */
#include "common/clock.h"
#include "common/ensure.h"
#include "gateway/query_parts.h"

#include <stdlib.h>

#define ID_MAX_BYTES  64
#define BUSY_READ_MAX 256 /* of a peer over its rate only small requests are read, for their id */

_Static_assert(6 * ID_MAX_BYTES + 2 <= QUERY_ID_MAX, "an id of the longest has room");

enum place { ANYWHERE, ACCOUNTS };

struct operation {
    struct slice name;
    bool (*function)(struct query_call *call);
    enum role role;
    enum place place;
    uint32_t required, optional;
};

static const struct operation operations[] = {
#define OPERATION(op, function, role, place, required, optional)                                   \
    {{op, sizeof op - 1}, function, role, place, required, optional},
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
    query_images_fini(*query);
    free((*query)->page);
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
    fault_set(fault, FAULT_UNKNOWN_OP, "op: \"%.*s\" is not known", FAULT_QUOTE(op));
    return NULL;
}

/* Where roles count, nothing is answered to who is not known: his key may have been revoked since
 * he came in. */
static bool may_ask(struct query_call *call, const struct operation *operation)
{
    static const char *const role_words[] = {[ROLE_READ] = "read", [ROLE_CONTROL] = "control"};
    const struct query_asker *asker = call->asker;
    const char *op = operation->name.data;
    if (operation->place == ACCOUNTS && !asker->accounts)
        return fault_set(&call->fault, FAULT_AUTH_REQUIRED,
                         "op: \"%s\" is about accounts: ask on accounts-requests, with a key", op);
    if (!asker->secured)
        return true;
    if (asker->client == NULL)
        return fault_set(&call->fault, FAULT_AUTH_REQUIRED,
                         "op: \"%s\" needs a key, and yours is not known here (any more)", op);
    return client_has_role(asker->client, operation->role) ||
           fault_set(&call->fault, FAULT_FORBIDDEN,
                     "op: \"%s\" needs the role %s, which your key does not have", op,
                     role_words[operation->role]);
}

bool query_unknown_account(struct query_call *call)
{
    return fault_set(&call->fault, FAULT_UNKNOWN_ACCOUNT,
                     "account: \"%.*s\" is none of yours; account.list names them",
                     FAULT_QUOTE(call->arguments.account));
}

bool query_may_see(const struct query_call *call, struct slice account)
{
    const struct query_asker *asker = call->asker;
    return asker->accounts && asker->client != NULL && client_has_account(asker->client, account);
}

static bool may_have_account(struct query_call *call)
{
    struct slice account = call->arguments.account;
    if (account.len == 0 || query_may_see(call, account))
        return true;
    return call->asker->accounts ? query_unknown_account(call)
                                 : fault_set(&call->fault, FAULT_AUTH_REQUIRED,
                                             "account: ask on accounts-requests, with a key");
}

bool query_later(struct query_call *call)
{
    if (call->asker->full)
        return fault_set(&call->fault, FAULT_BUSY, "too many replies are awaited, ask again");
    call->later = ++call->query->tag;
    return true;
}

static bool too_large(const struct text *reply, struct fault *fault)
{
    return fault_set(fault, FAULT_TOO_LARGE,
                     "the reply is larger than the %zu bytes of reply_max: ask for less",
                     reply->capacity);
}

/* Everything but the size and the rate; false with the fault. */
static bool perform(struct query_call *call, const json_t *envelope, json_t *request,
                    struct text *id)
{
    if (!json_is_object(request))
        return fault_set(&call->fault, FAULT_BAD_REQUEST,
                         "a request is an object with id and op, this is %s",
                         query_type_of(request));
    if (!read_id(envelope, id, &call->fault))
        return false;
    call->id = text_slice(id);
    if (call->asker->busy != NULL)
        return false;
    const struct operation *operation = read_op(envelope, &call->fault);
    if (operation == NULL || !may_ask(call, operation) ||
        !query_arguments_read(&call->arguments, request, operation->required, operation->optional,
                              &call->fault) ||
        !may_have_account(call))
        return false;
    query_reply_begin(call->reply, call->id);
    if (!operation->function(call))
        return false;
    query_reply_end(call->reply);
    return call->snapshot != NULL || call->later != 0 || !call->reply->overflow ||
           too_large(call->reply, &call->fault);
}

void query_reply_fault(struct query *query, struct text *reply, struct slice id,
                       const struct fault *fault)
{
    stats_totals(query->tables.stats)->request_errors++;
    query_reply_error(reply, id, fault);
}

void query_reply_result(struct query *query, struct text *reply, struct slice id,
                        struct slice result)
{
    struct fault fault;
    query_reply_begin(reply, id);
    text_append(reply, result);
    query_reply_end(reply);
    if (!reply->overflow)
        return;
    too_large(reply, &fault);
    query_reply_fault(query, reply, id, &fault);
}

/* False: nothing stands in `reply` but an id. */
static bool finish(const struct query_call *call, bool done, struct text *reply,
                   struct query_pending *pending)
{
    *pending = (struct query_pending){0};
    if (!done) {
        query_reply_fault(call->query, reply, call->id, &call->fault);
        return true;
    }
    *pending = (struct query_pending){call->snapshot, call->later};
    if (call->later != 0) {
        reply->len = 0;
        reply->overflow = false;
        text_append(reply, call->id);
    }
    return call->snapshot == NULL && call->later == 0;
}

bool query_answer(struct query *query, struct slice request, const struct query_asker *asker,
                  const struct query_now *now, struct text *reply, struct query_pending *pending)
{
    char room[QUERY_ID_MAX];
    struct text id = text_over(room, sizeof room);
    struct query_call call = {.query = query,
                              .tables = &query->tables,
                              .now = now,
                              .asker = asker,
                              .id = SLICE("null"),
                              .reply = reply};
    struct stats_totals *totals = stats_totals(query->tables.stats);
    uint32_t message_max = asker->limits->message_max;
    json_t *root = NULL;
    bool done = false;
    totals->requests++;
    if (request.len > message_max)
        fault_set(&call.fault, FAULT_TOO_LARGE, "the request is larger than %u bytes", message_max);
    else if (asker->busy == NULL || request.len <= BUSY_READ_MAX)
        root = decode(request, &call.fault);
    if (root != NULL)
        done = perform(&call, root, root, &id);
    if (!done && asker->busy != NULL)
        fault_set(&call.fault, FAULT_BUSY, "%s", asker->busy);
    totals->requests_busy += asker->busy != NULL;
    done = finish(&call, done, reply, pending);
    query_arguments_fini(&call.arguments);
    json_decref(root);
    return done;
}
