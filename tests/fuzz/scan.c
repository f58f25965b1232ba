/* SPDX-License-Identifier: Apache-2.0 */
/* The JSON reader against jansson: both must take or refuse a document, and see the same in it.
 * What they differ in by intent is left out: UTF-8, which the reader does not check; numbers beyond
 * what jansson holds; depth. */
#include "common/scan.h"
#include "common/ensure.h"

#include <jansson.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void compare_value(struct scan *scan, const json_t *expected);

static bool equals(struct slice escaped, const char *data, size_t len)
{
    char *room = malloc(escaped.len + 1);
    ENSURE(room != NULL);
    struct text text = text_over(room, escaped.len + 1);
    bool same = scan_unescape(escaped, &text) && !text.overflow &&
                slice_equal(text_slice(&text), (struct slice){data, len});
    free(room);
    return same;
}

/* Of a key that comes twice jansson keeps the last value: such objects are only passed over. */
static void compare_object(struct scan *scan, const json_t *expected)
{
    struct scan ahead = *scan;
    struct slice key;
    size_t members = 0;
    ENSURE(scan_object(&ahead));
    while (scan_member(&ahead, &key) && scan_skip(&ahead))
        members++;
    if (members != json_object_size(expected)) {
        ENSURE(scan_skip(scan));
        return;
    }
    scan_object(scan);
    const char *name;
    json_t *value;
    json_object_foreach((json_t *)(uintptr_t)expected, name, value)
    {
        ENSURE(scan_member(scan, &key) && equals(key, name, strlen(name)));
        compare_value(scan, value);
    }
    ENSURE(!scan_member(scan, &key) && scan->error == SCAN_OK);
}

static void compare_array(struct scan *scan, const json_t *expected)
{
    ENSURE(scan_array(scan));
    for (size_t i = 0; i < json_array_size(expected); i++) {
        ENSURE(scan_element(scan));
        compare_value(scan, json_array_get(expected, i));
    }
    ENSURE(!scan_element(scan) && scan->error == SCAN_OK);
}

/* The quick way to a decimal gives what the text alone gives, and stands where the text ends. */
static void compare_decimal(struct scan before, const struct scan *behind, struct slice text)
{
    struct decimal value, expected;
    enum decimal_error error = decimal_read(text, &expected);
    ENSURE(scan_decimal(&before, &value) == (error == DECIMAL_OK));
    if (error == DECIMAL_OK)
        ENSURE(before.at == behind->at && memcmp(&value, &expected, sizeof value) == 0);
    else
        ENSURE(before.error == (error == DECIMAL_SYNTAX ? SCAN_TYPE : SCAN_RANGE));
}

static void compare_integer(struct scan *scan, const json_t *expected)
{
    struct scan again = *scan, natural = *scan;
    struct slice text;
    int64_t value;
    uint64_t magnitude;
    ENSURE(scan_signed(scan, &value) && value == json_integer_value(expected));
    ENSURE(scan_number(&again, &text) && again.at == scan->at);
    ENSURE(scan_unsigned(&natural, &magnitude) == (value >= 0));
    ENSURE(value < 0 || (magnitude == (uint64_t)value && natural.at == scan->at));
}

static void compare_value(struct scan *scan, const json_t *expected)
{
    struct scan before = *scan;
    struct slice text = {NULL, 0};
    bool value;
    switch (json_typeof(expected)) {
    case JSON_OBJECT:
        compare_object(scan, expected);
        break;
    case JSON_ARRAY:
        compare_array(scan, expected);
        break;
    case JSON_STRING:
        ENSURE(scan_string(scan, &text));
        ENSURE(equals(text, json_string_value(expected), json_string_length(expected)));
        compare_decimal(before, scan, text);
        break;
    case JSON_INTEGER:
        compare_integer(scan, expected);
        break;
    case JSON_REAL:
        ENSURE(scan_number(scan, &text));
        compare_decimal(before, scan, text);
        break;
    case JSON_TRUE:
    case JSON_FALSE:
        ENSURE(scan_boolean(scan, &value) && value == json_is_true(expected));
        break;
    default:
        ENSURE(scan_null(scan));
    }
}

/* Refusals that jansson has alone. */
static bool is_intended(const json_error_t *error)
{
    switch (json_error_code(error)) {
    case json_error_invalid_utf8:
    case json_error_numeric_overflow:
    case json_error_null_byte_in_key:
    case json_error_null_character:
        return true;
    default:
        return strstr(error->text, "Unicode") != NULL;
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct slice document = {(const char *)data, size};
    struct scan scan;
    json_error_t error = {0};
    scan_begin(&scan, document);
    scan_skip(&scan);
    bool taken = scan_end(&scan);
    ENSURE(taken == (scan.error == SCAN_OK) && scan.at >= scan.begin && scan.at <= scan.end);
    if (size > 0 && memchr(data, '\0', size) != NULL) {
        ENSURE(!taken); /* no JSON has a NUL; jansson passes over some */
        return 0;
    }
    json_t *expected = json_loadb(document.data, size, JSON_DECODE_ANY | JSON_ALLOW_NUL, &error);
    if (expected == NULL)
        ENSURE(!taken || is_intended(&error));
    else
        ENSURE(taken || scan.error == SCAN_DEPTH);
    if (expected != NULL && taken) {
        scan_begin(&scan, document);
        compare_value(&scan, expected);
        ENSURE(scan_end(&scan));
    }
    json_decref(expected);
    return 0;
}
