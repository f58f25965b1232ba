/* SPDX-License-Identifier: Apache-2.0 */
/* Candles of Upbit to events (upbit.md 3.4): their units, their times, and what they cannot be. */
#include "connectors/upbit/route.h"
#include "tests/unit/parse_stage.h"

extern const struct exchange exchange_upbit;

static const struct tested tested = {.exchanges = {&exchange_upbit}};

static enum refusal parse_candle(const char *variant, const char *payload)
{
    return parse_as(UPBIT_CANDLE, "KRW-BTC", variant, slice_of(payload));
}

#define CANDLE(type, time, high, low, volume)                                                      \
    "{\"type\":\"" type "\",\"code\":\"KRW-BTC\",\"candle_date_time_utc\":\"" time "\","           \
    "\"opening_price\":5,\"high_price\":" high ",\"low_price\":" low ",\"trade_price\":6,"         \
    "\"candle_acc_trade_volume\":" volume ",\"candle_acc_trade_price\":12,\"timestamp\":1}"

/* The close is a millisecond before the next one's opening. */
START_TEST(candle_lasts_as_long_as_its_type_says)
{
    static const struct {
        const char *variant, *payload;
        int64_t open_s, len_s;
    } cases[] = {
        {"1s", CANDLE("candle.1s", "1970-01-01T00:00:01", "9", "1", "2"), 1, 1},
        {"1m", CANDLE("candle.1m", "2024-02-29T23:59:00", "9", "1", "2"), 1709251140, 60},
        {"3m", CANDLE("candle.3m", "2024-03-01T00:00:00", "9", "1", "2"), 1709251200, 180},
        {"5m", CANDLE("candle.5m", "2000-12-31T23:55:00", "9", "1", "2"), 978306900, 300},
        {"15m", CANDLE("candle.15m", "2026-01-02T04:15:00", "9", "1", "2"), 1767327300, 900},
        {"30m", CANDLE("candle.30m", "2100-02-28T23:30:00", "9", "1", "2"), 4107540600, 1800},
        {"1h", CANDLE("candle.60m", "2100-03-01T00:00:00", "9", "1", "2"), 4107542400, 3600},
        {"4h", CANDLE("candle.240m", "2026-11-24T20:00:00", "9", "1", "0"), 1795550400, 14400},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        ck_assert_msg(parse_candle(cases[i].variant, cases[i].payload) == REFUSAL_NONE, "%s",
                      cases[i].payload);
        ck_assert_int_eq(record->candle.open_time, cases[i].open_s * 1000000000);
        ck_assert_int_eq(record->candle.close_time,
                         (cases[i].open_s + cases[i].len_s) * 1000000000 - 1000000);
    }
}
END_TEST

/* A frame of the documents; the exchange never says that a candle is closed. */
START_TEST(candle_has_the_numbers_as_they_came_and_is_never_closed)
{
    static const char whole[] =
        "{\"type\":\"candle.1s\",\"code\":\"KRW-BTC\","
        "\"candle_date_time_utc\":\"2025-01-02T04:28:05\","
        "\"candle_date_time_kst\":\"2025-01-02T13:28:05\",\"opening_price\":142009000.00000000,"
        "\"high_price\":1.42109E8,\"low_price\":142000000,\"trade_price\":142010000.00000000,"
        "\"candle_acc_trade_volume\":0.00606119,"
        "\"candle_acc_trade_price\":860743.5307100000000000,\"timestamp\":1735792085824,"
        "\"stream_type\":\"SNAPSHOT\"}";
    ck_assert_int_eq(parse_candle("1s", whole), REFUSAL_NONE);
    const struct candle *candle = &record->candle;
    ck_assert_int_eq(record->update, UPDATE_DATA);
    ck_assert_int_eq(record->ts_exchange, INT64_C(1735792085824000000));
    ck_assert(!candle->closed && !candle->has_trades);
    expect_candle(INT64_C(1735792085000), INT64_C(1735792085999),
                  (const char *const[]){"142009000.00000000", "142109000", "142000000",
                                        "142010000.00000000", "0.00606119",
                                        "860743.5307100000000000"});
}
END_TEST

#define MINUTE "2026-01-02T04:28:00"

START_TEST(candle_that_cannot_be_is_refused)
{
    static const char *const payloads[] = {
        CANDLE("candle.3m", MINUTE, "9", "1", "1"),
        CANDLE("candle.10m", MINUTE, "9", "1", "1"),
        CANDLE("trade", MINUTE, "9", "1", "1"),
        CANDLE("candle.1m", MINUTE, "1", "9", "1"),
        CANDLE("candle.1m", MINUTE, "9", "0", "1"),
        CANDLE("candle.1m", MINUTE, "9", "1", "-1"),
        CANDLE("candle.1m", MINUTE "Z", "9", "1", "1"),
        CANDLE("candle.1m", "2026-01-02 04:28:00", "9", "1", "1"),
        CANDLE("candle.1m", "2026-01-02T04:28", "9", "1", "1"),
        CANDLE("candle.1m", "2026-01-0xT04:28:00", "9", "1", "1"),
        CANDLE("candle.1m", "2026-13-02T04:28:00", "9", "1", "1"),
        CANDLE("candle.1m", "2026-00-02T04:28:00", "9", "1", "1"),
        CANDLE("candle.1m", "2026-01-00T04:28:00", "9", "1", "1"),
        CANDLE("candle.1m", "2026-02-29T04:28:00", "9", "1", "1"),
        CANDLE("candle.1m", "2026-12-32T04:28:00", "9", "1", "1"),
        CANDLE("candle.1m", "2026-01-32T04:28:00", "9", "1", "1"),
        CANDLE("candle.1m", "2026-01-02T24:00:00", "9", "1", "1"),
        CANDLE("candle.1m", "2026-01-02T04:60:00", "9", "1", "1"),
        CANDLE("candle.1m", "2026-01-02T04:28:60", "9", "1", "1"),
        CANDLE("candle.1m", "1969-12-31T23:59:00", "9", "1", "1"),
        CANDLE("candle.1m", "9999-01-01T00:00:00", "9", "1", "1"),
    };
    ck_assert_int_eq(parse_candle("1m", CANDLE("candle.1m", MINUTE, "9", "1", "1")), REFUSAL_NONE);
    for (size_t i = 0; i < sizeof payloads / sizeof *payloads; i++)
        ck_assert_msg(parse_candle("1m", payloads[i]) == REFUSAL_BAD_VALUE, "%s", payloads[i]);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("connectors_upbit_candle");
    TCase *tests = tcase_create("candle");
    tcase_add_checked_fixture(tests, set_up, tear_down);
    tcase_add_test(tests, candle_lasts_as_long_as_its_type_says);
    tcase_add_test(tests, candle_has_the_numbers_as_they_came_and_is_never_closed);
    tcase_add_test(tests, candle_that_cannot_be_is_refused);
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? 0 : 1;
}
