/* SPDX-License-Identifier: Apache-2.0 */
#include "connectors/payload_codes_account.h"

#define TOKEN_MAX 2048 /* bytes of a token's payload: an access key, two hashes' worth of text */

/* The members as the documents have them in their order (upbit.md 6.1, bithumb.md 6.1). */
bool codes_write_token(const struct codes_account *account, struct text *token,
                       const struct private_keys *keys, struct slice nonce, int64_t now_ms,
                       struct slice query)
{
    char room[TOKEN_MAX];
    struct text payload = text_over(room, sizeof room);
    text_literal(&payload, "{\"access_key\":");
    text_json_string(&payload, secret_bytes(keys->key));
    text_literal(&payload, ",\"nonce\":");
    text_json_string(&payload, nonce);
    if (account->dated) {
        text_literal(&payload, ",\"timestamp\":");
        text_signed(&payload, now_ms);
    }
    if (query.len > 0) {
        text_literal(&payload, ",\"query_hash\":\"");
        sign_hash_hex(&payload, SIGN_SHA512, query);
        text_literal(&payload, "\",\"query_hash_alg\":\"SHA512\"");
    }
    text_literal(&payload, "}");
    bool written =
        !payload.overflow && sign_token(token, keys->secret, account->hash, text_slice(&payload));
    secret_wipe(room, sizeof room);
    return written;
}

/* A token is good for one use: each has a nonce of its own. */
bool codes_write_header(const struct codes_account *account, struct text *lines,
                        const struct private_keys *keys, int64_t now_ms, struct slice query)
{
    char room[40];
    struct text nonce = text_over(room, sizeof room);
    sign_uuid(&nonce);
    text_literal(lines, "authorization: Bearer ");
    bool written = codes_write_token(account, lines, keys, text_slice(&nonce), now_ms, query);
    text_literal(lines, "\r\n");
    return written && !lines->overflow;
}

void codes_begin_call(struct codes_call *writing, struct call *call, struct slice path)
{
    writing->call = call;
    writing->query = text_over(writing->room, sizeof writing->room);
    call->method = "GET";
    call->weight = 1;
    text_append(&call->path, path);
}

/* "states[]" is a name as any other: encoded on the wire, as it is in the hash. */
void codes_add(struct codes_call *writing, struct slice name, struct slice value)
{
    struct text *path = &writing->call->path, *query = &writing->query;
    text_append(path, query->len > 0 ? SLICE("&") : SLICE("?"));
    text_append(query, query->len > 0 ? SLICE("&") : SLICE(""));
    payload_percent(path, name);
    text_literal(path, "=");
    payload_percent(path, value);
    text_append(query, name);
    text_literal(query, "=");
    text_append(query, value);
}

void codes_add_number(struct codes_call *writing, struct slice name, int64_t value)
{
    char room[24];
    struct text digits = text_over(room, sizeof room);
    text_signed(&digits, value);
    codes_add(writing, name, text_slice(&digits));
}

bool codes_end_call(struct codes_call *writing, const struct codes_account *account,
                    const struct private_keys *keys, int64_t now_ms)
{
    struct call *call = writing->call;
    return !writing->query.overflow && !call->path.overflow &&
           codes_write_header(account, &call->headers, keys, now_ms, text_slice(&writing->query));
}

/* The names of errors of both exchanges, of the stream and of REST: upbit.md 2.5, 6.1, bithumb.md
 * 2, 6.2, docs.upbit.com/kr/reference/rest-api-guide and apidocs.bithumb.com "API 주요 에러 코드"
 * (2026-10-27). A nonce that was used, and a query whose hash is not ours, are tried again. */
static const struct {
    struct slice name;
    enum verdict verdict;
} verdicts[] = {
    {{"INVALID_AUTH", 12}, VERDICT_KEY},
    {{"jwt_verification", 16}, VERDICT_KEY},
    {{"invalid_access_key", 18}, VERDICT_KEY},
    {{"expired_access_key", 18}, VERDICT_KEY},
    {{"no_authorization_ip", 19}, VERDICT_KEY},
    {{"no_authorization_i_p", 20}, VERDICT_KEY},
    {{"no_authorization_token", 22}, VERDICT_KEY},
    {{"NotAllowIP", 10}, VERDICT_KEY},
    {{"out_of_scope", 12}, VERDICT_KEY},
    {{"blocked_member_id", 17}, VERDICT_KEY},
    {{"thirdparty_agreement_required", 29}, VERDICT_KEY},
    {{"expired_jwt", 11}, VERDICT_CLOCK},
    {{"TOO_MANY_REQUEST", 16}, VERDICT_LIMITED},
    {{"TOO_MANY_REQUESTS", 17}, VERDICT_LIMITED},
    {{"too_many_requests", 17}, VERDICT_LIMITED},
    {{"order_not_found", 15}, VERDICT_GONE},
    {{"not_found", 9}, VERDICT_GONE},
    {{"nonce_used", 10}, VERDICT_ELSE},
    {{"invalid_query_payload", 21}, VERDICT_ELSE},
};

/* By the name; a number that is one, or a name that nobody wrote down, by the status. */
static enum verdict verdict_of(struct slice name, uint32_t status)
{
    uint64_t number;
    for (size_t i = 0; i < sizeof verdicts / sizeof *verdicts; i++)
        if (slice_equal(name, verdicts[i].name))
            return verdicts[i].verdict;
    if (payload_unsigned(name, &number) && number < 1000)
        status = (uint32_t)number;
    switch (status) {
    case 401:
    case 403:
        return VERDICT_KEY;
    case 404:
        return VERDICT_GONE;
    case 418:
    case 429:
        return VERDICT_LIMITED;
    default:
        return VERDICT_ELSE;
    }
}

static void refuse(struct private_route *route, enum refusal refusal)
{
    route->class = PRIVATE_REFUSED;
    route->refusal = refusal;
}

static void route_untyped(const struct codes *codes, const struct codes_top *top,
                          struct private_route *route)
{
    struct route found;
    payload_begin_route(&found);
    codes->route_untyped(top, &found);
    if (found.class == FRAME_REFUSED)
        refuse(route, found.refusal);
    else
        route->class = found.class == FRAME_PONG ? PRIVATE_PONG : PRIVATE_OTHER;
}

/* Whoever is not let in, and whose request is not understood, is told so by an error, and the
 * connection is closed behind it. */
void codes_route_private(const struct codes_account *account, struct slice frame,
                         struct private_route *route)
{
    struct codes_top top;
    *route = (struct private_route){.refusal = REFUSAL_NONE, .verdict = VERDICT_OK};
    enum refusal refusal = codes_read_top(account->codes, frame, &top);
    if (refusal != REFUSAL_NONE) {
        refuse(route, refusal);
    } else if (top.error.len > 0) {
        route->class = PRIVATE_DENIED;
        route->verdict = verdict_of(top.error, 0);
        route->detail = top.error;
    } else if (slice_equal(top.type, SLICE("myOrder")) || slice_equal(top.type, SLICE("myAsset"))) {
        route->class = PRIVATE_DATA;
        route->payload = frame;
    } else if (top.type.len == 0) {
        route_untyped(account->codes, &top, route);
    } else {
        bool ours = codes_find_type(account->codes, top.type) != NULL;
        refuse(route, ours ? REFUSAL_UNSUPPORTED_CHANNEL : REFUSAL_UNKNOWN_EVENT);
    }
}

bool codes_read_failure(struct slice body, uint32_t status, struct call_reply *reply)
{
    static const struct slice marks[] = {{NULL, 0}};
    static const struct codes codes = {.marks = marks};
    struct codes_top top;
    if (codes_read_top(&codes, body, &top) != REFUSAL_NONE)
        top.error = SLICE("");
    reply->verdict = VERDICT_OK;
    if (top.error.len == 0 && status >= 200 && status < 300)
        return false;
    reply->verdict = verdict_of(top.error, status);
    reply->detail = top.error;
    return true;
}
