/* SPDX-License-Identifier: Apache-2.0 */
/* JSON pull reader: walks one document over borrowed bytes, in order, without allocating. Numbers
 * come as their text, so that no digit is lost. The first error stays: after it every call returns
 * false, so that a reader of known fields checks once, at the end. For market frames; requests and
 * REST replies of unknown shape go through jansson. Strict RFC 8259 except that it does not check
 * UTF-8.
 *
 *     struct scan scan;
 *     struct slice key, price;
 *     scan_begin(&scan, frame);
 *     scan_object(&scan);
 *     while (scan_member(&scan, &key))
 *         if (slice_equal(key, SLICE("p"))) scan_string(&scan, &price); else scan_skip(&scan);
 *     return scan_end(&scan);       true: one whole document and nothing behind it
 */
#ifndef TICKGATE_COMMON_SCAN_H
#define TICKGATE_COMMON_SCAN_H

#include "common/decimal.h"

#define SCAN_DEPTH_MAX 32

enum scan_error {
    SCAN_OK,
    SCAN_SYNTAX,    /* not JSON, or something behind the document */
    SCAN_TRUNCATED, /* the bytes end inside the document */
    SCAN_TYPE,      /* well formed, but not the type that was asked for */
    SCAN_RANGE,     /* an integer or decimal that cannot be held exactly */
    SCAN_DEPTH,     /* nested deeper than SCAN_DEPTH_MAX */
};

struct scan {
    const char *at;
    const char *end;   /* after an error: `at` */
    const char *begin; /* for the place of an error: at - begin */
    enum scan_error error;
    uint32_t depth;
    bool first; /* no comma is expected before the next member or element */
};

enum scan_type {
    SCAN_NONE,
    SCAN_OBJECT,
    SCAN_ARRAY,
    SCAN_STRING,
    SCAN_NUMBER,
    SCAN_TRUE,
    SCAN_FALSE,
    SCAN_NULL
};

void scan_begin(struct scan *scan, struct slice document);

/* True if the document was read whole, without error, with nothing but white space behind it. */
bool scan_end(struct scan *scan);

/* The type of the value that comes next, without taking it; SCAN_NONE at an end or after an error.
 */
enum scan_type scan_peek(struct scan *scan);

/* Enter an object or array; then each scan_member/scan_element positions at a value that the caller
 * must take (or skip); false at the closing bracket, which is taken, or after an error. */
bool scan_object(struct scan *scan);
bool scan_member_slowly(struct scan *scan, struct slice *key);
bool scan_array(struct scan *scan);
bool scan_element(struct scan *scan);

/* A key of one letter, as exchanges write it (,"p": or first {"p":), is taken at once: the
 * innermost loop of every parser. */
static inline bool scan_member(struct scan *scan, struct slice *key)
{
    static const char form[8] = "\0\"\0\":", looked_at[8] = "\0\xff\0\xff\xff";
    const char *at = scan->at - scan->first; /* where the comma is, or the bracket behind us */
    uint64_t found, wanted, mask;
    if (scan->end - at < 8)
        return scan_member_slowly(scan, key);
    memcpy(&found, at, 8);
    memcpy(&wanted, form, 8);
    memcpy(&mask, looked_at, 8);
    unsigned char letter = (unsigned char)((at[2] | 0x20) - 'a');
    if ((found & mask) != wanted || letter >= 26 || (*at != ',' && !scan->first))
        return scan_member_slowly(scan, key);
    *key = (struct slice){at + 2, 1};
    scan->at = at + 5;
    scan->first = false;
    return true;
}

/* Takes the next member's key if it is `name`, which has nothing to escape, written as exchanges
 * write it (,"name": or first {"name":); false, and nothing taken, otherwise: scan_member then
 * tells. */
static inline bool scan_member_is(struct scan *scan, struct slice name)
{
    const char *at = scan->at;
    size_t comma = !scan->first;
    if ((size_t)(scan->end - at) < comma + name.len + 3 || (comma && *at != ','))
        return false;
    at += comma;
    if (at[0] != '"' || at[name.len + 1] != '"' || at[name.len + 2] != ':' ||
        memcmp(at + 1, name.data, name.len) != 0)
        return false;
    scan->at = at + name.len + 3;
    scan->first = false;
    return true;
}

/* The bytes between the quotes, escapes left as they stand (exchange data has none; see
 * scan_unescape). */
bool scan_string(struct scan *scan, struct slice *text);
/* A number's text. */
bool scan_number(struct scan *scan, struct slice *text);
/* A decimal from a string or from a bare number. */
bool scan_decimal(struct scan *scan, struct decimal *value);
/* An integer, bare; SCAN_RANGE beyond 64 bits, SCAN_TYPE if it has a fraction or exponent. */
bool scan_signed(struct scan *scan, int64_t *value);
bool scan_unsigned(struct scan *scan, uint64_t *value);
bool scan_boolean(struct scan *scan, bool *value);
bool scan_null(struct scan *scan);
/* Passes over one value of any type, checking its syntax. */
bool scan_skip(struct scan *scan);
/* The raw bytes of one value of any type, passed over like scan_skip. */
bool scan_raw(struct scan *scan, struct slice *raw);

/* An error that the caller found in a value; false. */
bool scan_fail(struct scan *scan, enum scan_error error);

/* Resolves escapes into `out` (text overflow if it does not fit); false for a bad escape or lone
 * surrogate. */
bool scan_unescape(struct slice string, struct text *out);

const char *scan_error_name(enum scan_error error);

#endif
