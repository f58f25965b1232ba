/* SPDX-License-Identifier: Apache-2.0 */
/* Faults quote whatever a client sent: what comes out must be JSON all the same. */
#include "gateway/fault.h"

#include <check.h>
#include <jansson.h>

START_TEST(fault_sets_its_code_and_sentence_and_is_false)
{
    struct fault fault = {0};
    ck_assert(!fault_set(&fault, FAULT_BAD_VALUE, "depth: %d is none", -5));
    ck_assert_int_eq(fault.code, FAULT_BAD_VALUE);
    ck_assert_str_eq(fault.message, "depth: -5 is none");
}
END_TEST

START_TEST(fault_cuts_a_sentence_that_is_too_long)
{
    struct fault fault;
    char endless[1000];
    memset(endless, 'x', sizeof endless - 1);
    endless[sizeof endless - 1] = '\0';
    fault_set(&fault, FAULT_INTERNAL, "%s", endless);
    ck_assert_uint_eq(strlen(fault.message), FAULT_MESSAGE_MAX - 1);
    struct slice whole = slice_of(endless);
    fault_set(&fault, FAULT_INTERNAL, "<%.*s>", FAULT_QUOTE(whole));
    ck_assert_uint_eq(strlen(fault.message), FAULT_QUOTE_MAX + 2);
}
END_TEST

START_TEST(fault_has_a_word_for_each_code)
{
    for (int code = FAULT_NONE; code < FAULT_COUNT; code++) {
        ck_assert_uint_gt(fault_word((enum fault_code)code).len, 0);
        for (int other = 0; other < code; other++)
            ck_assert(!slice_equal(fault_word((enum fault_code)code),
                                   fault_word((enum fault_code)other)));
    }
    ck_assert(slice_equal(fault_word(FAULT_UNKNOWN_SYMBOL), SLICE("unknown_symbol")));
}
END_TEST

static void expect_written(const char *bytes, size_t len, const char *expected)
{
    char room[8 * FAULT_BYTES_MAX];
    struct text text = text_over(room, sizeof room);
    fault_json_string(&text, (struct slice){bytes, len});
    text_terminate(&text);
    ck_assert(!text.overflow);
    json_t *value = json_loads(room, JSON_DECODE_ANY | JSON_ALLOW_NUL, NULL);
    ck_assert_msg(value != NULL, "%s is no JSON", room);
    json_decref(value);
    ck_assert_str_eq(room, expected);
}

START_TEST(fault_writes_utf8_as_it_is)
{
    static const char text[] = "\xe5\xb8\x81\xe5\xae\x89-USDT \xf0\x9f\x98\x80 \xc3\xa9 \"\\";
    expect_written(text, sizeof text - 1,
                   "\"\xe5\xb8\x81\xe5\xae\x89-USDT \xf0\x9f\x98\x80 \xc3\xa9 \\\"\\\\\"");
    expect_written("", 0, "\"\"");
    expect_written("a\0b\n", 4, "\"a\\u0000b\\u000a\"");
    expect_written("\xf4\x8f\xbf\xbf", 4, "\"\xf4\x8f\xbf\xbf\""); /* the last of all */
}
END_TEST

START_TEST(fault_writes_a_mark_for_each_byte_that_is_no_utf8)
{
    expect_written("\xff", 1, "\"?\"");
    expect_written("a\x80z", 3, "\"a?z\"");
    expect_written("\xc0\xaf", 2, "\"??\"");           /* overlong */
    expect_written("\xe0\x80\xaf", 3, "\"???\"");      /* overlong */
    expect_written("\xed\xa0\x80", 3, "\"???\"");      /* a surrogate */
    expect_written("\xf4\x90\x80\x80", 4, "\"????\""); /* beyond the last */
    expect_written("\xe5\xb8", 2, "\"??\"");           /* cut */
    expect_written("\xe5\xb8z", 3, "\"??z\"");         /* broken off */
    expect_written("\xf0\x9f\x98", 3, "\"???\"");      /* cut */
    expect_written("\xc3\xa9\xc3", 3, "\"\xc3\xa9?\"");
}
END_TEST

START_TEST(fault_leaves_out_what_is_beyond_its_bytes_and_cuts_no_character)
{
    char bytes[2 * FAULT_BYTES_MAX], expected[2 * FAULT_BYTES_MAX];
    memset(bytes, 'x', sizeof bytes);
    memcpy(bytes + FAULT_BYTES_MAX - 1, "\xc3\xa9", 2); /* half of it would fit */
    memset(expected, 'x', sizeof expected);
    expected[0] = expected[FAULT_BYTES_MAX] = '"';
    expected[FAULT_BYTES_MAX + 1] = '\0';
    expect_written(bytes, sizeof bytes, expected);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("gateway_fault");
    TCase *tests = tcase_create("fault");
    tcase_add_test(tests, fault_sets_its_code_and_sentence_and_is_false);
    tcase_add_test(tests, fault_cuts_a_sentence_that_is_too_long);
    tcase_add_test(tests, fault_has_a_word_for_each_code);
    tcase_add_test(tests, fault_writes_utf8_as_it_is);
    tcase_add_test(tests, fault_writes_a_mark_for_each_byte_that_is_no_utf8);
    tcase_add_test(tests, fault_leaves_out_what_is_beyond_its_bytes_and_cuts_no_character);
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? 0 : 1;
}
