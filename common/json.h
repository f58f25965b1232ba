/* SPDX-License-Identifier: Apache-2.0 */
/* JSON pull reader: walks one document over borrowed bytes, in order, without allocating. Numbers
 * come as their text, so that no digit is lost. The first error stays: after it every call returns
 * false, so that a reader of known fields checks once, at the end. For market frames; requests and
 * REST replies of unknown shape go through jansson. Strict RFC 8259 except that it does not check
 * UTF-8.
 *
 *     struct json json;
 *     struct slice key, price;
 *     json_begin(&json, frame);
 *     json_object(&json);
 *     while (json_member(&json, &key))
 *         if (slice_equal(key, SLICE("p"))) json_string(&json, &price); else json_skip(&json);
 *     return json_end(&json);       true: one whole document and nothing behind it
 */
#ifndef TICKGATE_COMMON_JSON_H
#define TICKGATE_COMMON_JSON_H

#include "common/decimal.h"

/* NOTE TO AUTHORS: libjansson exports json_object, json_array, json_string, json_null ... too, so ours will be
 * renamed to scan_* (common/scan.h) by the coordinator once your files have landed; until then these macros
 * keep the symbols apart. Go on writing json_*; do not include jansson.h in the same source. */
#define json_begin scan_begin
#define json_end scan_end
#define json_peek scan_peek
#define json_object scan_object
#define json_member scan_member
#define json_array scan_array
#define json_element scan_element
#define json_string scan_string
#define json_number scan_number
#define json_decimal scan_decimal
#define json_signed scan_signed
#define json_unsigned scan_unsigned
#define json_boolean scan_boolean
#define json_null scan_null
#define json_skip scan_skip
#define json_raw scan_raw
#define json_unescape scan_unescape
#define json_error_name scan_error_name

#define JSON_DEPTH_MAX 32

enum json_error {
    JSON_OK,
    JSON_SYNTAX,    /* not JSON, or something behind the document */
    JSON_TRUNCATED, /* the bytes end inside the document */
    JSON_TYPE,      /* well formed, but not the type that was asked for */
    JSON_RANGE,     /* an integer or decimal that cannot be held exactly */
    JSON_DEPTH,     /* nested deeper than JSON_DEPTH_MAX */
};

struct json {
    const char *at;
    const char *end;
    const char *begin; /* for the place of an error: at - begin */
    enum json_error error;
    uint32_t depth;
    bool first; /* no comma is expected before the next member or element */
};

enum json_type {
    JSON_NONE,
    JSON_OBJECT,
    JSON_ARRAY,
    JSON_STRING,
    JSON_NUMBER,
    JSON_TRUE,
    JSON_FALSE,
    JSON_NULL
};

void json_begin(struct json *json, struct slice document);

/* True if the document was read whole, without error, with nothing but white space behind it. */
bool json_end(struct json *json);

/* The type of the value that comes next, without taking it; JSON_NONE at an end or after an error.
 */
enum json_type json_peek(struct json *json);

/* Enter an object or array; then each json_member/json_element positions at a value that the caller
 * must take (or skip); false at the closing bracket, which is taken, or after an error. */
bool json_object(struct json *json);
bool json_member(struct json *json, struct slice *key);
bool json_array(struct json *json);
bool json_element(struct json *json);

/* The bytes between the quotes, escapes left as they stand (exchange data has none; see
 * json_unescape). */
bool json_string(struct json *json, struct slice *text);
/* A number's text. */
bool json_number(struct json *json, struct slice *text);
/* A decimal from a string or from a bare number. */
bool json_decimal(struct json *json, struct decimal *value);
/* An integer, bare; JSON_RANGE beyond 64 bits, JSON_TYPE if it has a fraction or exponent. */
bool json_signed(struct json *json, int64_t *value);
bool json_unsigned(struct json *json, uint64_t *value);
bool json_boolean(struct json *json, bool *value);
bool json_null(struct json *json);
/* Passes over one value of any type, checking its syntax. */
bool json_skip(struct json *json);
/* The raw bytes of one value of any type, passed over like json_skip. */
bool json_raw(struct json *json, struct slice *raw);

/* Resolves escapes into `out` (text overflow if it does not fit); false for a bad escape or lone
 * surrogate. */
bool json_unescape(struct slice string, struct text *out);

const char *json_error_name(enum json_error error);

#endif
