/* SPDX-License-Identifier: Apache-2.0 */
/* The errors of Upbit and Bithumb, on the stream and by REST (upbit.md 2.5, 5.5, bithumb.md 2, 5,
 * 6.2). */
#ifndef TICKGATE_TESTS_UNIT_KOREA_ERRORS_H
#define TICKGATE_TESTS_UNIT_KOREA_ERRORS_H

#include "tests/unit/korea_calls.h"

static const struct routed_frame routed_alike[] = {
    {"{\"status\":\"UP\"}", PRIVATE_PONG, REFUSAL_NONE, VERDICT_OK, ""},
    {"{\"error\":{\"name\":\"INVALID_AUTH\",\"message\":\"m\"}}", PRIVATE_DENIED, REFUSAL_NONE,
     VERDICT_KEY, "INVALID_AUTH"},
    {"{\"error\":{\"message\":\"m\",\"name\":\"jwt_verification\"}}", PRIVATE_DENIED, REFUSAL_NONE,
     VERDICT_KEY, "jwt_verification"},
    {"{\"error\":{\"name\":\"out_of_scope\"}}", PRIVATE_DENIED, REFUSAL_NONE, VERDICT_KEY,
     "out_of_scope"},
    {"{\"error\":{\"name\":\"NotAllowIP\"}}", PRIVATE_DENIED, REFUSAL_NONE, VERDICT_KEY,
     "NotAllowIP"},
    {"{\"error\":{\"name\":\"no_authorization_ip\"}}", PRIVATE_DENIED, REFUSAL_NONE, VERDICT_KEY,
     "no_authorization_ip"},
    {"{\"error\":{\"name\":\"expired_jwt\"}}", PRIVATE_DENIED, REFUSAL_NONE, VERDICT_CLOCK,
     "expired_jwt"},
    {"{\"error\":{\"name\":\"WRONG_FORMAT\"}}", PRIVATE_DENIED, REFUSAL_NONE, VERDICT_ELSE,
     "WRONG_FORMAT"},
    {"{\"error\":{\"name\":\"nonce_used\"}}", PRIVATE_DENIED, REFUSAL_NONE, VERDICT_ELSE,
     "nonce_used"},
    {"{\"error\":{\"name\":\"TOO_MANY_REQUEST\"}}", PRIVATE_DENIED, REFUSAL_NONE, VERDICT_LIMITED,
     "TOO_MANY_REQUEST"},
    {"{\"error\":{\"name\":429}}", PRIVATE_DENIED, REFUSAL_NONE, VERDICT_LIMITED, "429"},
    {"{\"error\":7}", PRIVATE_DENIED, REFUSAL_NONE, VERDICT_ELSE, "error"},
    {"{\"type\":\"ticker\",\"code\":\"KRW-BTC\"}", PRIVATE_REFUSED, REFUSAL_UNSUPPORTED_CHANNEL,
     VERDICT_OK, ""},
    {"{\"type\":\"myPocket\"}", PRIVATE_REFUSED, REFUSAL_UNKNOWN_EVENT, VERDICT_OK, ""},
    {"{\"a\":1}", PRIVATE_REFUSED, REFUSAL_UNKNOWN_EVENT, VERDICT_OK, ""},
    {"{\"market\":\"KRW-BTC\"}", PRIVATE_OTHER, REFUSAL_NONE, VERDICT_OK, ""},
    {"", PRIVATE_REFUSED, REFUSAL_TRUNCATED, VERDICT_OK, ""},
    {"[]", PRIVATE_REFUSED, REFUSAL_WRONG_TYPE, VERDICT_OK, ""},
    {"PONG", PRIVATE_REFUSED, REFUSAL_NOT_JSON, VERDICT_OK, ""},
};

START_TEST(korea_errors_say_whether_the_key_is_to_blame)
{
    EXPECT_ALL(expect_routes, routed_alike);
}
END_TEST

static const struct failed_reply failed_alike[] = {
    {401, "{\"error\":{\"name\":\"jwt_verification\",\"message\":\"m\"}}", VERDICT_KEY,
     "jwt_verification"},
    {401, "{\"error\":{\"name\":\"something_new\"}}", VERDICT_KEY, "something_new"},
    {401, "", VERDICT_KEY, ""},
    {401, "{\"error\":{\"name\":\"expired_jwt\"}}", VERDICT_CLOCK, "expired_jwt"},
    {404, "{\"error\":{\"name\":\"order_not_found\"}}", VERDICT_GONE, "order_not_found"},
    {200, "{\"error\":{\"name\":\"order_not_found\"}}", VERDICT_GONE, "order_not_found"},
    {200, "{\"error\":{\"name\":404,\"message\":\"Code not found\"}}", VERDICT_GONE, "404"},
    {429, "<html>", VERDICT_LIMITED, ""},
    {418, "{\"error\":{\"name\":\"x\"}}", VERDICT_LIMITED, "x"},
    {400, "{\"error\":{\"name\":\"validation_error\"}}", VERDICT_ELSE, "validation_error"},
    {503, "", VERDICT_ELSE, ""},
};

START_TEST(korea_replies_fail_by_name_whatever_their_status)
{
    EXPECT_ALL(expect_failures, failed_alike);
}
END_TEST

#endif
