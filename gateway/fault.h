/* SPDX-License-Identifier: Apache-2.0 */
/* Fault: why something that was asked for was not done: a code of docs/WIRE.md and a sentence that
 * says what was wrong and with which field. Pure. */
#ifndef TICKGATE_GATEWAY_FAULT_H
#define TICKGATE_GATEWAY_FAULT_H

#include "common/text.h"

#define FAULT_WORDS(X)                                                                             \
    X(FAULT_NONE, "none")                                                                          \
    X(FAULT_BAD_JSON, "bad_json")                                                                  \
    X(FAULT_BAD_REQUEST, "bad_request")                                                            \
    X(FAULT_UNKNOWN_OP, "unknown_op")                                                              \
    X(FAULT_MISSING_FIELD, "missing_field")                                                        \
    X(FAULT_WRONG_TYPE, "wrong_type")                                                              \
    X(FAULT_BAD_VALUE, "bad_value")                                                                \
    X(FAULT_UNKNOWN_FIELD, "unknown_field")                                                        \
    X(FAULT_TOO_LARGE, "too_large")                                                                \
    X(FAULT_UNKNOWN_EXCHANGE, "unknown_exchange")                                                  \
    X(FAULT_UNKNOWN_SYMBOL, "unknown_symbol")                                                      \
    X(FAULT_UNKNOWN_CONNECTION, "unknown_connection")                                              \
    X(FAULT_UNKNOWN_ACCOUNT, "unknown_account")                                                    \
    X(FAULT_UNKNOWN_TYPE, "unknown_type")                                                          \
    X(FAULT_UNKNOWN_CHANNEL, "unknown_channel")                                                    \
    X(FAULT_NOT_READY, "not_ready")                                                                \
    X(FAULT_CONFLICT, "conflict")                                                                  \
    X(FAULT_CAPACITY, "capacity")                                                                  \
    X(FAULT_POOL_EXHAUSTED, "pool_exhausted")                                                      \
    X(FAULT_BUSY, "busy")                                                                          \
    X(FAULT_AUTH_REQUIRED, "auth_required")                                                        \
    X(FAULT_FORBIDDEN, "forbidden")                                                                \
    X(FAULT_BAD_OBJECT, "bad_object")                                                              \
    X(FAULT_INTERNAL, "internal")

#define FAULT_ENUM(NAME, word) NAME,
enum fault_code { FAULT_WORDS(FAULT_ENUM) FAULT_COUNT };
#undef FAULT_ENUM

#define FAULT_MESSAGE_MAX 256

struct fault {
    enum fault_code code;
    char message[FAULT_MESSAGE_MAX]; /* may be cut anywhere, and may quote any bytes */
};

/* Sets both and returns false, so that a check can `return fault_set(...)`. */
bool fault_set(struct fault *fault, enum fault_code code, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
struct slice fault_word(enum fault_code code);

/* A slice as the arguments of "%.*s", cut to what is worth quoting. */
#define FAULT_QUOTE_MAX 64
#define FAULT_QUOTE(slice)                                                                         \
    (int)((slice).len < FAULT_QUOTE_MAX ? (slice).len : FAULT_QUOTE_MAX), (slice).data

/* A JSON string of bytes of unknown origin: what is not UTF-8 (or was cut) becomes '?'. At most
 * FAULT_BYTES_MAX of them, the rest is left out. */
#define FAULT_BYTES_MAX 1024
void fault_json_string(struct text *text, struct slice bytes);

#endif
