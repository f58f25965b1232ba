/* SPDX-License-Identifier: Apache-2.0 */
/* Moments as ISO 8601 has them. */
#include "connectors/payload.h"
#include "tests/unit/exact_bytes.h"

#include <check.h>

START_TEST(instant_is_read_to_the_nanosecond_in_any_zone)
{
    static const struct {
        const char *text;
        int64_t ns;
    } cases[] = {
        {"1970-01-01T00:00:00", 0},
        {"1970-01-01T00:00:00Z", 0},
        {"1970-01-01T09:00:00+09:00", 0},
        {"1969-12-31T19:00:00-05:00", -1}, /* a year that none of ours is from */
        {"2025-08-09T16:44:00.597751+09:00", INT64_C(1754725440597751000)},
        {"2025-08-09T07:44:00.5Z", INT64_C(1754725440500000000)},
        {"2025-08-09T02:14:00.123456789-05:30", INT64_C(1754725440123456789)},
        {"2024-02-29T23:59:59", INT64_C(1709251199000000000)},
        {"2026-09-22T08:33:20+09:00", INT64_C(1790033600000000000)},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        int64_t ns = -1;
        bool read = payload_instant(exact_bytes(slice_of(cases[i].text)), &ns);
        ck_assert_msg(read == (cases[i].ns >= 0) && ns == cases[i].ns, "%s: %lld", cases[i].text,
                      (long long)ns);
    }
}
END_TEST

START_TEST(instant_that_is_none_is_refused)
{
    static const char *const cases[] = {
        "",
        "2025-08-09",
        "2025-08-09 16:44:00",
        "2025-08-09T16:44",
        "2025-08-09T16:44:0",
        "2025-08-09T16:44:00.",
        "2025-08-09T16:44:00.Z",
        "2025-08-09T16:44:00.1234567890",
        "2025-08-09T16:44:00+9:00",
        "2025-08-09T16:44:00+09",
        "2025-08-09T16:44:00+24:00",
        "2025-08-09T16:44:00+09:60",
        "2025-08-09T16:44:00+09:00Z",
        "2025-02-29T00:00:00",
        "2025-13-01T00:00:00",
        "2025-00-01T00:00:00",
        "2025-01-00T00:00:00",
        "2025-01-32T00:00:00",
        "2025-01-01T24:00:00",
        "2025-01-01T00:60:00",
        "2025-01-01T00:00:60",
        "9999-01-01T00:00:00",
        "x025-01-01T00:00:00",
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        int64_t ns = 7;
        ck_assert_msg(!payload_instant(exact_bytes(slice_of(cases[i])), &ns) && ns == 7, "%s",
                      cases[i]);
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("connectors_payload_instant");
    TCase *tests = tcase_create("instant");
    tcase_add_test(tests, instant_is_read_to_the_nanosecond_in_any_zone);
    tcase_add_test(tests, instant_that_is_none_is_refused);
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? 0 : 1;
}
