/* SPDX-License-Identifier: Apache-2.0 */
/* The JSON reader: what it takes, what it gives, and what it says of everything else. */
#include "common/scan.h"

#include <check.h>
#include <stdlib.h>

/* Passes over a document of exactly these bytes, so that a sanitizer sees a step beyond them. */
static enum scan_error skipped(const char *data, size_t len)
{
    char *exact = malloc(len > 0 ? len : 1);
    ck_assert_ptr_nonnull(exact);
    memcpy(exact, data, len);
    struct scan scan;
    scan_begin(&scan, (struct slice){exact, len});
    scan_skip(&scan);
    bool whole = scan_end(&scan);
    ck_assert(whole == (scan.error == SCAN_OK));
    free(exact);
    return scan.error;
}

static void expect_skip(const char *document, enum scan_error expected)
{
    enum scan_error error = skipped(document, strlen(document));
    ck_assert_msg(error == expected, "%s: %s instead of %s", document, scan_error_name(error),
                  scan_error_name(expected));
}

static struct scan begun(const char *document)
{
    struct scan scan;
    scan_begin(&scan, slice_of(document));
    return scan;
}

START_TEST(scan_passes_over_whole_documents)
{
    static const char *const documents[] = {
        "{}",
        "[]",
        "\"\"",
        "0",
        "-0",
        "true",
        "false",
        "null",
        " \t\r\n{ \"a\" : [ 1 , 2 ] , \"b\" : { } } \n",
        "[[],{},[{}],\"\",0,true,false,null]",
        "{\"a\":1,\"a\":2}",
        "-12.5e-7",
        "1E+9",
        "0.0",
        "\"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u00e9\"",
        "\"\xe5\xb8\x81\xe5\xae\x89\"",
        "\"a long text that is more than sixteen bytes and then some more of it\"",
        "\"sixteen bytes!!!\"",
        "[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]",
    };
    for (size_t i = 0; i < sizeof documents / sizeof *documents; i++)
        expect_skip(documents[i], SCAN_OK);
}
END_TEST

START_TEST(scan_refuses_what_is_no_json)
{
    static const char *const documents[] = {
        "pong",  "{]",        "[}",        "[1,]",        "[,1]",     "{\"a\":1,}", "{,}",
        "[1 2]", "{\"a\" 1}", "{1:2}",     "{a:1}",       "{\"a\":}", "01",         "-01",
        "1.e5",  ".5",        "+1",        "1..2",        "--1",      "tru1",       "nul,",
        "True",  "'a'",       "\"\\x\"",   "\"\\u12g4\"", "\"a\tb\"", "\"\x01\"",   "{}{}",
        "1 1",   "[1]]",      "null null", "NaN",         "Infinity", "[1:2]",      "{\"a\",1}",
        "/**/1", "\"\n\"",
    };
    for (size_t i = 0; i < sizeof documents / sizeof *documents; i++)
        expect_skip(documents[i], SCAN_SYNTAX);
    ck_assert_int_eq(skipped("1\0", 2), SCAN_SYNTAX);
    ck_assert_int_eq(skipped("\0", 1), SCAN_SYNTAX);
    ck_assert_int_eq(skipped("[\0]", 3), SCAN_SYNTAX);
    ck_assert_int_eq(skipped("{\"a\0b\":1}", 9), SCAN_SYNTAX);
}
END_TEST

START_TEST(scan_tells_a_cut_document_from_a_wrong_one)
{
    static const char document[] =
        "{\"a\": [1.5e3, \"x\\u00e9y\", true], \"b\": {\"c\": null, \"d\": false}}";
    for (size_t len = 0; len + 1 < sizeof document; len++)
        ck_assert_msg(skipped(document, len) == SCAN_TRUNCATED, "cut at %zu: %s", len,
                      scan_error_name(skipped(document, len)));
    ck_assert_int_eq(skipped(document, sizeof document - 1), SCAN_OK);
    struct scan nothing;
    scan_begin(&nothing, (struct slice){NULL, 0});
    ck_assert(!scan_skip(&nothing) && nothing.error == SCAN_TRUNCATED);
}
END_TEST

/* A member that is not there is given as no bytes at no place. */
START_TEST(scan_takes_nothing_for_a_cut_document)
{
    struct scan scan;
    struct slice key;
    scan_begin(&scan, (struct slice){NULL, 0});
    ck_assert(!scan_object(&scan));
    ck_assert(!scan_member(&scan, &key));
    ck_assert_int_eq(scan.error, SCAN_TRUNCATED);
    ck_assert(!scan_end(&scan));
}
END_TEST

START_TEST(scan_stops_at_its_depth)
{
    char nested[2 * SCAN_DEPTH_MAX + 4];
    memset(nested, '[', SCAN_DEPTH_MAX + 1);
    memset(nested + SCAN_DEPTH_MAX + 1, ']', SCAN_DEPTH_MAX + 1);
    ck_assert_int_eq(skipped(nested, 2 * SCAN_DEPTH_MAX + 2), SCAN_DEPTH);
    ck_assert_int_eq(skipped(nested + 1, 2 * SCAN_DEPTH_MAX), SCAN_OK);
}
END_TEST

START_TEST(scan_reads_members_in_their_order)
{
    struct scan scan =
        begun("{\"e\":\"trade\",\"t\":12,\"m\":true,\"x\":null,\"p\":[\"0.10\",2.50]}");
    struct slice key, text;
    struct decimal price;
    uint64_t id = 0;
    bool maker = false;
    ck_assert_int_eq(scan_peek(&scan), SCAN_OBJECT);
    ck_assert(scan_object(&scan));
    ck_assert(scan_member(&scan, &key) && slice_equal(key, SLICE("e")));
    ck_assert(scan_string(&scan, &text) && slice_equal(text, SLICE("trade")));
    ck_assert(scan_member(&scan, &key) && scan_unsigned(&scan, &id) && id == 12);
    ck_assert(scan_member(&scan, &key) && scan_boolean(&scan, &maker) && maker);
    ck_assert(scan_member(&scan, &key) && scan_null(&scan));
    ck_assert(scan_member(&scan, &key) && slice_equal(key, SLICE("p")));
    ck_assert(scan_array(&scan));
    ck_assert(scan_element(&scan) && scan_decimal(&scan, &price));
    ck_assert(price.low == 10 && price.scale == 2);
    ck_assert(scan_element(&scan) && scan_decimal(&scan, &price));
    ck_assert(price.low == 250 && price.scale == 2);
    ck_assert(!scan_element(&scan));
    ck_assert(!scan_member(&scan, &key));
    ck_assert_int_eq(scan_peek(&scan), SCAN_NONE);
    ck_assert(scan_end(&scan));
}
END_TEST

/* Nothing is taken unless it is this very name, as exchanges write it. */
START_TEST(scan_takes_a_member_by_its_name_or_not_at_all)
{
    struct scan scan = begun("{\"first\":1,\"second\":2 ,\"third\":3,\"\":4}");
    struct slice key;
    uint64_t number;
    ck_assert(!scan_member_is(&scan, SLICE("second"))); /* not in the object yet, either */
    scan_object(&scan);
    ck_assert(!scan_member_is(&scan, SLICE("firs")) && !scan_member_is(&scan, SLICE("first\"")));
    ck_assert(!scan_member_is(&scan, SLICE("second")));
    ck_assert(scan_member_is(&scan, SLICE("first")) && scan_unsigned(&scan, &number));
    ck_assert_uint_eq(number, 1);
    ck_assert(scan_member_is(&scan, SLICE("second")) && scan_unsigned(&scan, &number));
    ck_assert(!scan_member_is(&scan, SLICE("third"))); /* white space before its comma */
    ck_assert(scan_member(&scan, &key) && slice_equal(key, SLICE("third")));
    ck_assert(scan_unsigned(&scan, &number) && number == 3);
    ck_assert(scan_member_is(&scan, SLICE("")) && scan_unsigned(&scan, &number));
    ck_assert(!scan_member_is(&scan, SLICE("fourth")) && !scan_member(&scan, &key));
    ck_assert(scan_end(&scan));
    scan = begun("{\"first\"");
    scan_object(&scan);
    ck_assert(!scan_member_is(&scan, SLICE("first")) && !scan_member(&scan, &key));
    ck_assert_int_eq(scan.error, SCAN_TRUNCATED);
    ck_assert(!scan_member_is(&scan, SLICE("")));
}
END_TEST

START_TEST(scan_gives_the_bytes_of_a_value_as_they_stand)
{
    struct scan scan = begun("[ {\"a\" : 1.50}, \"\\u0041\" , -7e2]");
    struct slice raw;
    ck_assert(scan_array(&scan));
    ck_assert(scan_element(&scan) && scan_raw(&scan, &raw));
    ck_assert(slice_equal(raw, SLICE("{\"a\" : 1.50}")));
    ck_assert(scan_element(&scan) && scan_string(&scan, &raw));
    ck_assert(slice_equal(raw, SLICE("\\u0041")));
    ck_assert(scan_element(&scan) && scan_number(&scan, &raw));
    ck_assert(slice_equal(raw, SLICE("-7e2")));
    ck_assert(!scan_element(&scan) && scan_end(&scan));
}
END_TEST

START_TEST(scan_keeps_its_first_error)
{
    struct scan scan = begun("{\"a\":\"text\",\"b\":}");
    struct slice key, text;
    uint64_t number;
    scan_object(&scan);
    scan_member(&scan, &key);
    ck_assert(!scan_unsigned(&scan, &number));
    ck_assert_int_eq(scan.error, SCAN_TYPE);
    ck_assert(!scan_string(&scan, &text) && !scan_member(&scan, &key) && !scan_skip(&scan));
    ck_assert(!scan_object(&scan) && !scan_array(&scan) && !scan_element(&scan));
    ck_assert(!scan_raw(&scan, &text) && !scan_null(&scan) && !scan_number(&scan, &text));
    ck_assert(!scan_end(&scan));
    ck_assert_int_eq(scan.error, SCAN_TYPE);
}
END_TEST

START_TEST(scan_tells_a_wrong_type_from_no_value)
{
    static const char *const values[] = {"{}", "[]", "\"a\"", "1", "true", "false", "null"};
    static const enum scan_type types[] = {SCAN_OBJECT, SCAN_ARRAY, SCAN_STRING, SCAN_NUMBER,
                                           SCAN_TRUE,   SCAN_FALSE, SCAN_NULL};
    struct slice text;
    bool boolean;
    for (size_t i = 0; i < sizeof values / sizeof *values; i++) {
        struct scan scan = begun(values[i]);
        ck_assert_int_eq(scan_peek(&scan), types[i]);
        scan = begun(values[i]);
        ck_assert_int_eq(scan_object(&scan), types[i] == SCAN_OBJECT);
        ck_assert_int_eq(scan.error, types[i] == SCAN_OBJECT ? SCAN_OK : SCAN_TYPE);
        scan = begun(values[i]);
        ck_assert_int_eq(scan_array(&scan), types[i] == SCAN_ARRAY);
        scan = begun(values[i]);
        ck_assert_int_eq(scan_string(&scan, &text), types[i] == SCAN_STRING);
        scan = begun(values[i]);
        ck_assert_int_eq(scan_number(&scan, &text), types[i] == SCAN_NUMBER);
        scan = begun(values[i]);
        ck_assert_int_eq(scan_boolean(&scan, &boolean),
                         types[i] == SCAN_TRUE || types[i] == SCAN_FALSE);
        scan = begun(values[i]);
        ck_assert_int_eq(scan_null(&scan), types[i] == SCAN_NULL);
    }
    struct scan scan = begun("?");
    ck_assert(!scan_boolean(&scan, &boolean) && scan.error == SCAN_SYNTAX);
    scan = begun(" ");
    ck_assert(!scan_object(&scan) && scan.error == SCAN_TRUNCATED);
}
END_TEST

static void expect_integer(const char *text, enum scan_error as_unsigned, enum scan_error as_signed)
{
    uint64_t natural;
    int64_t whole;
    struct scan scan = begun(text);
    scan_unsigned(&scan, &natural);
    ck_assert_msg(scan.error == as_unsigned, "%s: %s", text, scan_error_name(scan.error));
    scan = begun(text);
    scan_signed(&scan, &whole);
    ck_assert_msg(scan.error == as_signed, "%s: %s", text, scan_error_name(scan.error));
}

START_TEST(scan_holds_integers_of_64_bits_and_no_more)
{
    uint64_t natural = 0;
    int64_t whole = 0;
    struct scan scan = begun("18446744073709551615");
    ck_assert(scan_unsigned(&scan, &natural) && natural == UINT64_MAX);
    scan = begun("9223372036854775807");
    ck_assert(scan_signed(&scan, &whole) && whole == INT64_MAX);
    scan = begun("-9223372036854775808");
    ck_assert(scan_signed(&scan, &whole) && whole == INT64_MIN);
    scan = begun("[-1,0]");
    ck_assert(scan_array(&scan) && scan_element(&scan) && scan_signed(&scan, &whole));
    ck_assert_int_eq(whole, -1);
    expect_integer("18446744073709551616", SCAN_RANGE, SCAN_RANGE);
    expect_integer("99999999999999999999999", SCAN_RANGE, SCAN_RANGE);
    expect_integer("9223372036854775808", SCAN_OK, SCAN_RANGE);
    expect_integer("-9223372036854775809", SCAN_RANGE, SCAN_RANGE);
    expect_integer("-1", SCAN_RANGE, SCAN_OK);
    expect_integer("-0", SCAN_OK, SCAN_OK);
    expect_integer("1.0", SCAN_TYPE, SCAN_TYPE);
    expect_integer("1e3", SCAN_TYPE, SCAN_TYPE);
    expect_integer("\"1\"", SCAN_TYPE, SCAN_TYPE);
    expect_integer("01", SCAN_SYNTAX, SCAN_SYNTAX);
    expect_integer("-", SCAN_TRUNCATED, SCAN_TRUNCATED);
    scan = begun("[1.0,2]"); /* not the last thing in the document */
    ck_assert(scan_array(&scan) && scan_element(&scan) && !scan_unsigned(&scan, &natural));
    ck_assert_int_eq(scan.error, SCAN_TYPE);
}
END_TEST

START_TEST(scan_reads_decimals_from_texts_and_bare_numbers)
{
    static const struct {
        const char *document;
        enum scan_error error;
    } cases[] = {
        {"\"25.35190000\"", SCAN_OK}, {"95012345.10", SCAN_OK},
        {"\"1.16539E8\"", SCAN_OK},   {"1.16539E8", SCAN_OK},
        {"\"007\"", SCAN_OK},         {"007", SCAN_SYNTAX},
        {"\"\"", SCAN_TYPE},          {"\"12a\"", SCAN_TYPE},
        {"\"1\\u0032\"", SCAN_TYPE},  {"\"79228162514264337593543950336\"", SCAN_RANGE},
        {"1e-40", SCAN_RANGE},        {"true", SCAN_TYPE},
        {"[1]", SCAN_TYPE},           {"\"12", SCAN_TRUNCATED},
        {"\"12\n\"", SCAN_SYNTAX},    {"", SCAN_TRUNCATED},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct decimal value;
        struct scan scan = begun(cases[i].document);
        scan_decimal(&scan, &value);
        ck_assert_msg(scan.error == cases[i].error, "%s: %s", cases[i].document,
                      scan_error_name(scan.error));
    }
}
END_TEST

static void expect_unescaped(struct slice string, struct slice expected)
{
    char bytes[64];
    struct text text = text_over(bytes, sizeof bytes);
    ck_assert(scan_unescape(string, &text) && !text.overflow);
    ck_assert(slice_equal(text_slice(&text), expected));
}

START_TEST(scan_resolves_escapes)
{
    expect_unescaped(SLICE(""), SLICE(""));
    expect_unescaped(SLICE("plain"), SLICE("plain"));
    expect_unescaped(SLICE("\\\"\\\\\\/\\b\\f\\n\\r\\t"), SLICE("\"\\/\b\f\n\r\t"));
    expect_unescaped(SLICE("a\\u0041\\u00e9\\u5e01z"), SLICE("aA\xc3\xa9\xe5\xb8\x81z"));
    expect_unescaped(SLICE("\\ud83d\\uDE00"), SLICE("\xf0\x9f\x98\x80"));
    expect_unescaped(SLICE("\\u0000"), SLICE("\0"));
    static const char *const wrong[] = {
        "\\",          "\\x",     "\\u12",          "\\u12g4",   "\\ud83d",
        "\\ud83d\\n",  "\\ude00", "\\ud83d\\u0041", "\\ud83dab", "\\ud83d\\ud83d",
        "\\ud83d\\u12"};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        char bytes[64];
        struct text text = text_over(bytes, sizeof bytes);
        ck_assert_msg(!scan_unescape(slice_of(wrong[i]), &text), "%s", wrong[i]);
    }
    char little[2];
    struct text text = text_over(little, sizeof little);
    ck_assert(scan_unescape(SLICE("abc"), &text) && text.overflow);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("common_scan");
    TCase *tests = tcase_create("scan");
    tcase_add_test(tests, scan_passes_over_whole_documents);
    tcase_add_test(tests, scan_refuses_what_is_no_json);
    tcase_add_test(tests, scan_tells_a_cut_document_from_a_wrong_one);
    tcase_add_test(tests, scan_takes_nothing_for_a_cut_document);
    tcase_add_test(tests, scan_stops_at_its_depth);
    tcase_add_test(tests, scan_reads_members_in_their_order);
    tcase_add_test(tests, scan_takes_a_member_by_its_name_or_not_at_all);
    tcase_add_test(tests, scan_gives_the_bytes_of_a_value_as_they_stand);
    tcase_add_test(tests, scan_keeps_its_first_error);
    tcase_add_test(tests, scan_tells_a_wrong_type_from_no_value);
    tcase_add_test(tests, scan_holds_integers_of_64_bits_and_no_more);
    tcase_add_test(tests, scan_reads_decimals_from_texts_and_bare_numbers);
    tcase_add_test(tests, scan_resolves_escapes);
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? 0 : 1;
}
