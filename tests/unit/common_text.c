/* SPDX-License-Identifier: Apache-2.0 */
/* The bounded writer: what fits is written whole, what does not is not written at all. */
#include "common/text.h"

#include <check.h>
#include <inttypes.h>
#include <stdio.h>

START_TEST(text_writes_every_power_of_ten_and_its_neighbours)
{
    uint64_t power = 1;
    for (int digits = 0; digits < 20; digits++, power *= 10) {
        const uint64_t values[] = {power - 1, power, power + 1};
        for (size_t i = 0; i < 3; i++) {
            char bytes[32], expected[32];
            struct text text = text_over(bytes, sizeof bytes);
            text_unsigned(&text, values[i]);
            text_terminate(&text);
            snprintf(expected, sizeof expected, "%" PRIu64, values[i]);
            ck_assert_str_eq(bytes, expected);
            ck_assert_uint_eq(text.len, strlen(expected));
        }
    }
}
END_TEST

START_TEST(text_writes_the_ends_of_its_integers)
{
    char bytes[96];
    struct text text = text_over(bytes, sizeof bytes);
    text_unsigned(&text, UINT64_MAX);
    text_literal(&text, " ");
    text_signed(&text, INT64_MIN);
    text_literal(&text, " ");
    text_signed(&text, INT64_MAX);
    text_literal(&text, " ");
    text_signed(&text, -1);
    text_signed(&text, 0);
    text_terminate(&text);
    ck_assert_str_eq(bytes, "18446744073709551615 -9223372036854775808 9223372036854775807 -10");
}
END_TEST

START_TEST(text_that_does_not_fit_is_not_begun)
{
    char bytes[8] = "????????";
    struct text text = text_over(bytes, 7);
    text_literal(&text, "abc");
    text_unsigned(&text, 12345);
    ck_assert(text.overflow && text.len == 3);
    ck_assert_int_eq(bytes[3], '?');
    text_literal(&text, "d"); /* would fit, but what stands before it is missing */
    ck_assert_uint_eq(text.len, 3);
    text = text_over(bytes, 7);
    text_literal(&text, "abcd");
    text_literal(&text, "efg");
    ck_assert(!text.overflow && text.len == 7);
    text_append(&text, SLICE(""));
    ck_assert(!text.overflow);
    text_terminate(&text);
    ck_assert(text.overflow);
}
END_TEST

START_TEST(text_ends_with_a_nul_that_is_not_counted)
{
    char bytes[4];
    struct text text = text_over(bytes, sizeof bytes);
    text_literal(&text, "abc");
    text_terminate(&text);
    ck_assert(!text.overflow && text.len == 3);
    ck_assert_str_eq(bytes, "abc");
}
END_TEST

START_TEST(text_escapes_what_json_demands_and_nothing_else)
{
    char bytes[64];
    struct text text = text_over(bytes, sizeof bytes);
    text_json_string(&text, SLICE("a\"b\\c/\n\x1f\x7f\xe5\xb8\x81"));
    text_terminate(&text);
    ck_assert_str_eq(bytes, "\"a\\\"b\\\\c/\\u000a\\u001f\x7f\xe5\xb8\x81\"");
    text = text_over(bytes, sizeof bytes);
    text_json_string(&text, (struct slice){NULL, 0});
    text_terminate(&text);
    ck_assert_str_eq(bytes, "\"\"");
    text = text_over(bytes, 4);
    text_json_string(&text, SLICE("abc"));
    ck_assert(text.overflow);
}
END_TEST

START_TEST(text_has_a_question_mark_for_each_byte_that_is_no_utf_8)
{
    static const struct {
        const char *bytes, *expected;
    } cases[] = {
        {"plain", "\"plain\""},
        {"a\"b\\c\n", "\"a\\\"b\\\\c\\u000a\""},
        {"\xec\x9b\x90 \xf0\x9f\x98\x80", "\"\xec\x9b\x90 \xf0\x9f\x98\x80\""},
        {"\xec\x9b", "\"??\""},           /* cut */
        {"a\xff\xc0\x80z", "\"a???z\""},  /* never in UTF-8; an overlong NUL */
        {"\xed\xa0\x80", "\"???\""},      /* a surrogate */
        {"\xf4\x90\x80\x80", "\"????\""}, /* beyond U+10FFFF */
        {"\xc3(", "\"?(\""},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char bytes[64];
        struct text text = text_over(bytes, sizeof bytes);
        text_json_foreign(&text, slice_of(cases[i].bytes));
        text_terminate(&text);
        ck_assert(!text.overflow);
        ck_assert_str_eq(bytes, cases[i].expected);
    }
}
END_TEST

START_TEST(text_formats_what_fits_with_its_nul)
{
    char bytes[8];
    struct text text = text_over(bytes, sizeof bytes);
    text_format(&text, "%d-%s", 12, "abcd");
    ck_assert(!text.overflow && text.len == 7);
    ck_assert_int_eq(memcmp(bytes, "12-abcd", 7), 0);
    text = text_over(bytes, sizeof bytes);
    text_format(&text, "%s", "12345678");
    ck_assert(text.overflow && text.len == 0);
    text = text_over(bytes, 0);
    text_format(&text, "%s", "");
    ck_assert(text.overflow);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("common_text");
    TCase *tests = tcase_create("text");
    tcase_add_test(tests, text_writes_every_power_of_ten_and_its_neighbours);
    tcase_add_test(tests, text_writes_the_ends_of_its_integers);
    tcase_add_test(tests, text_that_does_not_fit_is_not_begun);
    tcase_add_test(tests, text_ends_with_a_nul_that_is_not_counted);
    tcase_add_test(tests, text_escapes_what_json_demands_and_nothing_else);
    tcase_add_test(tests, text_has_a_question_mark_for_each_byte_that_is_no_utf_8);
    tcase_add_test(tests, text_formats_what_fits_with_its_nul);
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? 0 : 1;
}
