/* SPDX-License-Identifier: Apache-2.0 */
/* Decimals are what money is made of: each case says what is read and what is printed back. */
#include "common/decimal.h"

#include <check.h>
#include <stdlib.h>

static struct decimal decimal_of(const char *digits)
{
    struct decimal value;
    ck_assert_msg(decimal_read(slice_of(digits), &value) == DECIMAL_OK, "\"%s\" is refused",
                  digits);
    return value;
}

static void expect_written(const char *digits, const char *expected)
{
    char bytes[DECIMAL_TEXT_MAX + 1];
    struct text text = text_over(bytes, sizeof bytes);
    struct decimal value = decimal_of(digits);
    decimal_write(&text, &value);
    ck_assert(text.len <= DECIMAL_TEXT_MAX);
    text_terminate(&text);
    ck_assert_msg(!text.overflow && strcmp(bytes, expected) == 0, "\"%s\" is written \"%s\"",
                  digits, bytes);
}

static void expect_error(const char *digits, enum decimal_error expected)
{
    struct decimal value;
    enum decimal_error error = decimal_read(slice_of(digits), &value);
    ck_assert_msg(error == expected, "\"%s\" gives %d instead of %d", digits, (int)error,
                  (int)expected);
}

static void expect_order(const char *a, const char *b, int expected)
{
    struct decimal x = decimal_of(a), y = decimal_of(b);
    int forth = decimal_compare(&x, &y), back = decimal_compare(&y, &x);
    ck_assert_msg((forth > 0) - (forth < 0) == expected && (back > 0) - (back < 0) == -expected,
                  "%s and %s compare as %d and %d", a, b, forth, back);
}

START_TEST(decimal_prints_the_digits_it_read)
{
    static const char *const numbers[] = {
        "0",
        "0.0",
        "0.00000000",
        "7",
        "10",
        "0.10",
        "25.35190000",
        "95012345.10",
        "-0.5",
        "-123456.789",
        "999999999999999999",
        "1234567890123456789",
        "12345678901234567890",
        "18446744073709551615",
        "18446744073709551616",
        "-18446744073709551616.000000001",
        "1234567890.1234567890",
        "0.0000000000000000000000000001",
        "9.999999999999999999999999999",
        "9999999999999999999999999999",
        "0.9999999999999999999999999999",
        "-9999999999999999999999999999",
        "79228162514264337593543950335",
        "7.9228162514264337593543950335",
        "10000000000000000000.000000001",
        "1.0000000000000000000000000000",
    };
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
        expect_written(numbers[i], numbers[i]);
}
END_TEST

START_TEST(decimal_keeps_mantissa_and_scale_apart)
{
    struct decimal value = decimal_of("-25.35190000");
    ck_assert_uint_eq(value.low, UINT64_C(2535190000));
    ck_assert_uint_eq(value.high, 0);
    ck_assert_uint_eq(value.scale, 8);
    ck_assert_uint_eq(value.negative, 1);
    value = decimal_of("18446744073709551616.5"); /* 2^64 and a half: 10 * 2^64 + 5 */
    ck_assert_uint_eq(value.low, 5);
    ck_assert_uint_eq(value.high, 10);
    ck_assert_uint_eq(value.scale, 1);
    ck_assert_uint_eq(value.negative, 0);
    ck_assert_uint_eq(value.unused[0] | value.unused[1], 0);
}
END_TEST

START_TEST(decimal_drops_leading_zeros_and_the_sign_of_zero)
{
    expect_written("007", "7");
    expect_written("00.50", "0.50");
    expect_written("000000000000000000000000000000000000000012.5", "12.5");
    expect_written("-0", "0");
    expect_written("-0.000", "0.000");
    expect_written("-0.0000000000000000000000000", "0.0000000000000000000000000");
    ck_assert_uint_eq(decimal_of("-0").negative, 0);
}
END_TEST

START_TEST(decimal_writes_exponents_out)
{
    expect_written("1.16539E8", "116539000");
    expect_written("7.9276E-4", "0.00079276");
    expect_written("1e0", "1");
    expect_written("1e+2", "100");
    expect_written("-1.50E1", "-15.0");
    expect_written("12.50e-2", "0.1250");
    expect_written("1e28", "10000000000000000000000000000");
    expect_written("1e-28", "0.0000000000000000000000000001");
    expect_written("0.000001e6", "1");
    expect_written("100e-2", "1.00");
    expect_written("0e999", "0");
    expect_written("0.0e1", "0");
    expect_written("0e-3", "0.000");
    expect_written("0e-99", "0.0000000000000000000000000000");
    expect_written("5e-00000000000000000000000000000000003", "0.005");
}
END_TEST

START_TEST(decimal_gives_up_only_zeros_it_cannot_hold)
{
    expect_written("0.10000000000000000000000000000000", "0.1000000000000000000000000000");
    expect_written("10.0000000000000000000000000000", "10.000000000000000000000000000");
    expect_written("95012345.1000000000000000000000000000", "95012345.10000000000000000000");
    expect_written("100e-30", "0.0000000000000000000000000001");
    expect_written("8.0000000000000000000000000000", "8.000000000000000000000000000");
    expect_written("0.00000000000000000000000000000000000", "0.0000000000000000000000000000");
}
END_TEST

START_TEST(decimal_refuses_what_it_cannot_hold_exactly)
{
    static const char *const numbers[] = {
        "79228162514264337593543950336", /* 2^96 */
        "99999999999999999999999999999",
        "0.79228162514264337593543950336",
        "100000000000000000000000000000",
        "1e29",
        "1e-29",
        "0.00000000000000000000000000001",
        "0.10000000000000000000000000001",
        "1234567890123456789012345678901234567890",
        "340282366920938463463374607431768211456", /* 2^128 */
        "340282366920938463463374607431768211457",
        "1e999999999999",
        "1e-999999999999",
        "-1e99999999999999999999999999999999999999",
        "1e-99999999999999999999999999999999999999",
        "1e9223372036854775808",
        "1e18446744073709551616",
    };
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
        expect_error(numbers[i], DECIMAL_TOO_LARGE);
}
END_TEST

START_TEST(decimal_refuses_what_is_no_number)
{
    static const char *const texts[] = {
        "",
        "-",
        "+1",
        ".",
        ".5",
        "-.5",
        "1.",
        "-1.",
        "1..2",
        "1.2.3",
        "1,5",
        " 1",
        "1 ",
        "--1",
        "1-",
        "0x10",
        "NaN",
        "inf",
        "1e",
        "1e+",
        "1E-",
        "1e1.5",
        "1.e5",
        "e5",
        "-e5",
        "1e5e5",
        "1e 5",
        "1_000",
        "null",
        "1\xb2",
        "1e--5",
        "1e5 ",
        "0.0.0e1",
        "1/2",
        "1:2",
        "123456789012345678901234567890x",
        "1234567890123456789012345678901.",
        "1234567890123456789012345678.1.2",
        "1.1e99999999999999999999x",
    };
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        expect_error(texts[i], DECIMAL_SYNTAX);
    struct decimal value;
    ck_assert_int_eq(decimal_read((struct slice){NULL, 0}, &value), DECIMAL_SYNTAX);
    ck_assert_int_eq(decimal_read(((struct slice){"1\0002", 3}), &value), DECIMAL_SYNTAX);
}
END_TEST

START_TEST(decimal_takes_its_time_from_the_length_alone)
{
    size_t len = 1 << 20;
    char *digits = malloc(len);
    ck_assert_ptr_nonnull(digits);
    struct decimal value;
    memset(digits, '0', len);
    digits[1] = '.';
    digits[len - 1] = '1';
    ck_assert_int_eq(decimal_read((struct slice){digits, len}, &value), DECIMAL_TOO_LARGE);
    /* 0.000...05e1048567 is 5 with nothing lost, however long its way. */
    memcpy(digits + len - 9, "5e1048566", 9);
    ck_assert_int_eq(decimal_read((struct slice){digits, len}, &value), DECIMAL_OK);
    ck_assert_uint_eq(value.low, 5);
    ck_assert_uint_eq(value.scale, 0);
    memset(digits, '9', len);
    ck_assert_int_eq(decimal_read((struct slice){digits, len}, &value), DECIMAL_TOO_LARGE);
    free(digits);
}
END_TEST

START_TEST(decimal_reads_no_byte_behind_the_slice)
{
    struct decimal value;
    ck_assert_int_eq(decimal_read((struct slice){"12.345", 4}, &value), DECIMAL_OK);
    ck_assert_uint_eq(value.low, 123);
    ck_assert_uint_eq(value.scale, 1);
}
END_TEST

START_TEST(decimal_plain_stops_where_the_number_does)
{
    static const struct {
        const char *text;
        size_t len; /* of the number; 0: none that is plain */
        uint64_t mantissa;
        uint8_t scale;
        bool negative;
    } cases[] = {
        {"25.3519\",\"", 7, 253519, 4, false},
        {"-0.00100000,", 11, 100000, 8, true},
        {"-0.0]", 4, 0, 1, false},
        {"12345678", 8, 12345678, 0, false},
        {"12345678.12345678\"", 0, 0, 0, false},
        {"1234567.12345678\"", 0, 0, 0, false},
        {"123456.12345678\"", 15, UINT64_C(12345612345678), 8, false},
        {"123456789", 0, 0, 0, false},
        {"1.123456789", 0, 0, 0, false},
        {"1.2.3", 3, 12, 1, false},
        {"1e5", 1, 1, 0, false},
        {"007.50", 6, 750, 2, false},
        {"1.\"", 0, 0, 0, false},
        {".5", 0, 0, 0, false},
        {"-", 0, 0, 0, false},
        {"", 0, 0, 0, false},
        {"x", 0, 0, 0, false},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char room[2 * DECIMAL_PLAIN_ROOM] = {0};
        struct decimal far, near;
        size_t len = strlen(cases[i].text);
        memcpy(room, cases[i].text, len);
        const char *end = decimal_plain(room, &far);
        const char *end_near = decimal_plain_near(cases[i].text, cases[i].text + len, &near);
        ck_assert_msg((end != NULL) == (cases[i].len > 0), "%s", cases[i].text);
        ck_assert_msg((end_near != NULL) == (cases[i].len > 0), "%s, near", cases[i].text);
        if (end == NULL)
            continue;
        ck_assert_ptr_eq(end, room + cases[i].len);
        ck_assert_ptr_eq(end_near, cases[i].text + cases[i].len);
        ck_assert_msg(far.low == cases[i].mantissa && far.scale == cases[i].scale &&
                          far.negative == cases[i].negative && far.high == 0,
                      "%s", cases[i].text);
        ck_assert_int_eq(memcmp(&far, &near, sizeof far), 0);
    }
    char room[DECIMAL_PLAIN_ROOM + 1] = "1";
    struct decimal value;
    ck_assert_ptr_null(decimal_plain_near(room, room + sizeof room, &value)); /* it has room */
}
END_TEST

START_TEST(decimal_compares_by_value)
{
    expect_order("1", "1.0", 0);
    expect_order("0.10", "0.1", 0);
    expect_order("0", "-0.00", 0);
    expect_order("0", "0.0000000000000000000000000000", 0);
    expect_order("1", "2", -1);
    expect_order("-1", "1", -1);
    expect_order("-1", "-2", 1);
    expect_order("-1.5", "-1.50", 0);
    expect_order("1.00000001", "1", 1);
    expect_order("0.99999999", "1", -1);
    expect_order("18446744073709551615", "18446744073709551616", -1);
    expect_order("9999999999999999999999999999", "0.0000000000000000000000000001", 1);
    expect_order("1", "0.0000000000000000000000000001", 1);
    expect_order("79228162514264337593543950335", "7.9228162514264337593543950335", 1);
    expect_order("7", "7.0000000000000000000000000001", -1);
    expect_order("-79228162514264337593543950335", "0.1", -1);
}
END_TEST

START_TEST(decimal_written_whole_or_not_at_all)
{
    static const char *const numbers[] = {"-25.35", "-18446744073709551616.5"};
    for (size_t i = 0; i < 2; i++) {
        char bytes[32];
        struct decimal value = decimal_of(numbers[i]);
        size_t len = strlen(numbers[i]);
        struct text exact = text_over(bytes, len);
        decimal_write(&exact, &value);
        ck_assert(!exact.overflow && exact.len == len);
        struct text small = text_over(bytes, len - 1);
        decimal_write(&small, &value);
        ck_assert(small.overflow && small.len == 0);
    }
}
END_TEST

START_TEST(decimal_shifts_its_point_and_loses_nothing)
{
    static const struct {
        const char *digits;
        unsigned int places;
        const char *shifted; /* NULL: cannot be held */
    } cases[] = {
        {"0.001624", 2, "0.1624"},
        {"-0.158315", 2, "-15.8315"},
        {"0.1", 2, "10"},
        {"-3", 2, "-300"},
        {"0", 2, "0"},
        {"0.00", 2, "0"},
        {"0.0000", 2, "0.00"},
        {"25.35", 0, "25.35"},
        {"18446744073709551615", 2, "1844674407370955161500"},
        {"184467440737095516150.5", 2, "18446744073709551615050"},
        {"79228162514264337593543950335", 1, NULL},
        {"-7922816251426433759354395034", 1, NULL},
        {"7922816251426433759354395033", 1, "79228162514264337593543950330"},
        {"1", 4000000000, NULL},
        {"0", 4000000000, "0"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char bytes[DECIMAL_TEXT_MAX + 1];
        struct text text = text_over(bytes, sizeof bytes);
        struct decimal value = decimal_of(cases[i].digits);
        bool held = decimal_shift(&value, cases[i].places);
        ck_assert_msg(held == (cases[i].shifted != NULL), "%s", cases[i].digits);
        decimal_write(&text, &value);
        text_terminate(&text);
        ck_assert_str_eq(bytes, held ? cases[i].shifted : cases[i].digits);
    }
}
END_TEST

START_TEST(decimal_adds_and_subtracts_exactly)
{
    static const struct {
        const char *a, *b, *sum, *difference; /* NULL: cannot be held */
    } cases[] = {
        {"1.50", "0.5", "2.00", "1.00"},
        {"0", "0.00000000", "0.00000000", "0.00000000"},
        {"1", "-0.001", "0.999", "1.001"},
        {"-1", "1", "0", "-2"},
        {"0.1", "0.25", "0.35", "-0.15"},
        {"18446744073709551615", "1", "18446744073709551616", "18446744073709551614"},
        {"79228162514264337593543950335", "1", NULL, "79228162514264337593543950334"},
        {"-79228162514264337593543950335", "1", "-79228162514264337593543950334", NULL},
        {"79228162514264337593543950335", "0.1", NULL, NULL},
        {"0", "0.0000000000000000000000000001", "0.0000000000000000000000000001",
         "-0.0000000000000000000000000001"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        for (int subtract = 0; subtract < 2; subtract++) {
            const char *expected = subtract ? cases[i].difference : cases[i].sum;
            struct decimal a = decimal_of(cases[i].a), b = decimal_of(cases[i].b), out = a;
            bool held = (subtract ? decimal_subtract : decimal_add)(&a, &b, &out);
            ck_assert_msg(held == (expected != NULL), "%s, %s", cases[i].a, cases[i].b);
            struct decimal wanted = expected != NULL ? decimal_of(expected) : a;
            ck_assert_msg(memcmp(&out, &wanted, sizeof out) == 0, "%s, %s", cases[i].a, cases[i].b);
        }
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("common_decimal");
    TCase *tests = tcase_create("decimal");
    tcase_add_test(tests, decimal_prints_the_digits_it_read);
    tcase_add_test(tests, decimal_keeps_mantissa_and_scale_apart);
    tcase_add_test(tests, decimal_drops_leading_zeros_and_the_sign_of_zero);
    tcase_add_test(tests, decimal_writes_exponents_out);
    tcase_add_test(tests, decimal_gives_up_only_zeros_it_cannot_hold);
    tcase_add_test(tests, decimal_refuses_what_it_cannot_hold_exactly);
    tcase_add_test(tests, decimal_refuses_what_is_no_number);
    tcase_add_test(tests, decimal_takes_its_time_from_the_length_alone);
    tcase_add_test(tests, decimal_reads_no_byte_behind_the_slice);
    tcase_add_test(tests, decimal_plain_stops_where_the_number_does);
    tcase_add_test(tests, decimal_compares_by_value);
    tcase_add_test(tests, decimal_written_whole_or_not_at_all);
    tcase_add_test(tests, decimal_shifts_its_point_and_loses_nothing);
    tcase_add_test(tests, decimal_adds_and_subtracts_exactly);
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? 0 : 1;
}
