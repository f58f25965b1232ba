/* SPDX-License-Identifier: Apache-2.0 */
/* The control protocol of the simulated Bybit. Source: bybit.md 1.5, 2 and the seen texts of 2.4;
 * what spot says to a topic that is held already was never seen, and is taken to be the same. */
#include "common/scan.h"
#include "connectors/bybit/sim_parts.h"

struct slice bybit_sim_category(uint32_t market)
{
    static const char *const categories[BYBIT_SIM_MARKETS] = {"spot", "linear", "inverse"};
    return slice_of(categories[market]);
}

/* 1.1: /v5/public/CATEGORY, and nothing behind it. */
static bool read_path(const struct dialect_query *query, uint32_t market,
                      struct dialect_request *request)
{
    static const struct slice begin = {"/v5/public/", 11};
    request->word = DIALECT_SUBSCRIBE;
    request->root = market;
    request->key_count = 0;
    return slice_starts_with(query->path, begin) &&
           slice_equal((struct slice){query->path.data + begin.len, query->path.len - begin.len},
                       bybit_sim_category(market));
}

bool bybit_sim_read_spot_path(const struct dialect_query *query, struct dialect_request *request)
{
    return read_path(query, BYBIT_SIM_SPOT, request);
}

bool bybit_sim_read_linear_path(const struct dialect_query *query, struct dialect_request *request)
{
    return read_path(query, BYBIT_SIM_LINEAR, request);
}

bool bybit_sim_read_inverse_path(const struct dialect_query *query, struct dialect_request *request)
{
    return read_path(query, BYBIT_SIM_INVERSE, request);
}

/* {"success":...,"ret_msg":"...KEY...","conn_id":"...","req_id":"...","op":"..."}. Without a number
 * of the client's the member is missing on spot, and empty on the others (2.2). */
static void write_answer(struct text *reply, bool success, struct slice message, struct slice key,
                         const struct dialect_session *session, struct slice id, struct slice op)
{
    text_append(reply, success ? SLICE("{\"success\":true,\"ret_msg\":\"")
                               : SLICE("{\"success\":false,\"ret_msg\":\""));
    text_append(reply, message);
    text_append(reply, key);
    text_append(reply,
                slice_starts_with(message, SLICE("Invalid symbol")) ? SLICE("]") : SLICE(""));
    text_format(reply, "\",\"conn_id\":\"d9avt8sb86tr31f6ej90-%05llx\"",
                (unsigned long long)session->id);
    if (id.len > 0 || session->root != BYBIT_SIM_SPOT) {
        text_literal(reply, ",\"req_id\":\"");
        text_append(reply, id);
        text_literal(reply, "\"");
    }
    text_literal(reply, ",\"op\":\"");
    text_append(reply, op);
    text_literal(reply, "\"}");
}

/* A message taken apart. */
struct parts {
    struct slice op, id, args;
};

static bool read_parts(struct slice message, struct parts *parts)
{
    struct scan scan;
    struct slice name;
    scan_begin(&scan, message);
    scan_object(&scan);
    while (scan_member(&scan, &name)) {
        bool text = scan_peek(&scan) == SCAN_STRING;
        if (slice_equal(name, SLICE("op")) && text)
            scan_string(&scan, &parts->op);
        else if (slice_equal(name, SLICE("req_id")) && text)
            scan_string(&scan, &parts->id);
        else if (slice_equal(name, SLICE("args")) && scan_peek(&scan) == SCAN_ARRAY)
            scan_raw(&scan, &parts->args);
        else
            scan_skip(&scan);
    }
    return scan_end(&scan);
}

static bool read_keys(struct slice args, struct dialect_request *request)
{
    struct scan scan;
    scan_begin(&scan, args);
    scan_array(&scan);
    while (scan_element(&scan)) {
        if (request->key_count == DIALECT_KEYS_MAX ||
            !scan_string(&scan, &request->keys[request->key_count]))
            return false;
        request->key_count++;
    }
    return scan_end(&scan);
}

/* A wrong message is answered and leaves the connection open (2.4). */
void bybit_sim_read_request(struct slice message, const struct dialect_session *session,
                            struct dialect_request *request, struct text *reply)
{
    struct parts parts = {.id = {"", 0}};
    bool whole = read_parts(message, &parts);
    request->id = parts.id;
    request->key_count = 0;
    request->word = DIALECT_REFUSED;
    if (!whole)
        write_answer(reply, false,
                     SLICE("Failed to decode incoming data:readObjectStart: expect "
                           "{ or n, but found something else"),
                     SLICE(""), session, SLICE(""), SLICE(""));
    else if (slice_equal(parts.op, SLICE("ping"))) {
        write_answer(reply, true, SLICE("pong"), SLICE(""), session, parts.id, parts.op);
        request->word = DIALECT_ANSWERED;
    } else if (!slice_equal(parts.op, SLICE("subscribe")) &&
               !slice_equal(parts.op, SLICE("unsubscribe")))
        write_answer(reply, false, SLICE("error:invalid op"), SLICE(""), session, parts.id,
                     parts.op);
    else if (!read_keys(parts.args, request))
        write_answer(reply, false, SLICE("Params Error"), SLICE(""), session, parts.id, parts.op);
    else
        request->word = parts.op.data[0] == 's' ? DIALECT_SUBSCRIBE : DIALECT_UNSUBSCRIBE;
}

/* Of a request that fails nothing was done; one topic is named (2.4). */
void bybit_sim_write_reply(struct text *reply, const struct dialect_request *request,
                           const struct dialect_session *session, enum dialect_outcome outcome,
                           struct slice key)
{
    bool spot = session->root == BYBIT_SIM_SPOT;
    struct slice op =
        request->word == DIALECT_SUBSCRIBE ? SLICE("subscribe") : SLICE("unsubscribe");
    struct slice message = spot ? op : SLICE(""), blamed = SLICE("");
    switch (outcome) {
    case DIALECT_DONE:
        break;
    case DIALECT_UNKNOWN:
        message = spot ? SLICE("Invalid symbol :[") : SLICE("error:handler not found,topic:");
        blamed = key;
        break;
    case DIALECT_HELD:
        message = SLICE("error:already subscribed,topic:");
        blamed = key;
        break;
    case DIALECT_LONG:
        message = SLICE("args size \\u003e10");
        break;
    case DIALECT_FULL:
    case DIALECT_HEAVY: /* documented (1.3) without its words */
        message = SLICE("error:args too long");
        break;
    }
    write_answer(reply, outcome == DIALECT_DONE, message, blamed, session, request->id, op);
}
