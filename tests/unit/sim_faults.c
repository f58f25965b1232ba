/* SPDX-License-Identifier: Apache-2.0 */
/* Faults and options are taken as they are meant, or refused: never passed over in silence. */
#include "tests/sim/faults.h"
#include "tests/sim/http.h"
#include "tests/sim/options.h"
#include "tests/sim/streams.h"

#include "common/clock.h"

#include <check.h>
#include <stdlib.h>

static const char *why;

static bool read_query(const char *text, enum fault_kind *kind, struct fault *fault)
{
    static struct dialect_parameter parameters[HTTP_PARAMETERS_MAX];
    static char memory[1024];
    struct text decoded = text_over(memory, sizeof memory);
    struct dialect_query query = {.path = SLICE("/sim/fault")};
    ck_assert(http_read_parameters(slice_of(text), parameters, &query, &decoded));
    return faults_read(&query, NS_PER_SECOND, kind, fault, &why);
}

START_TEST(each_kind_takes_its_arguments)
{
    static const char *const good[] = {
        "kind=cut",
        "kind=cut&code=1012",
        "kind=reset",
        "kind=silent&for_ms=0",
        "kind=quiet&for_ms=6000",
        "kind=refuse",
        "kind=status&code=429&retry_after=7&for_ms=1",
        "kind=stall",
        "kind=drop&symbol=BTCUSDT&count=3",
        "kind=swap&symbol=BTCUSDT",
        "kind=duplicate&symbol=BTCUSDT",
        "kind=cross&symbol=BTCUSDT",
        "kind=garbage&count=30",
        "kind=large&bytes=17825792",
        "kind=fragment&bytes=7&for_ms=2000",
        "kind=rest_status&code=503",
        "kind=rest_slow&delay_ms=100",
        "kind=rest_old&count=3",
        "kind=shutdown",
        "kind=restart",
        "kind=restart&symbol=BTCUSDT",
        "kind=mute&stream=btcusdt@trade&for_ms=5000",
        "kind=delisted&symbol=BTCUSDT&for_ms=5000",
        "kind=private_cut",
        "kind=private_cut&every_ms=2000&for_ms=60000",
        "kind=private_mute&for_ms=500",
        "kind=private_over",
        "kind=private_status&code=503&count=3",
        "kind=skew&ahead_ms=5000&for_ms=1000",
        "kind=skew&behind_ms=5000",
        "kind=deny&account=main",
        "kind=none",
    };
    bool seen[FAULT_KINDS] = {false};
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        enum fault_kind kind;
        struct fault fault;
        ck_assert_msg(read_query(good[i], &kind, &fault), "%s: %s", good[i], why);
        ck_assert(fault.on);
        seen[kind] = true;
    }
    for (int kind = 0; kind < FAULT_KINDS; kind++)
        ck_assert_msg(seen[kind], "kind %d has no case here", kind);
}
END_TEST

START_TEST(what_does_not_belong_is_refused)
{
    static const char *const bad[] = {
        "",
        "kind=",
        "kind=cuts",
        "code=1001",
        "kind=cut&code=429",
        "kind=cut&for_ms=5",
        "kind=reset&code=1001",
        "kind=status",
        "kind=status&code=1001",
        "kind=status&code=",
        "kind=status&code=42x",
        "kind=status&code=429&retryafter=7",
        "kind=drop",
        "kind=drop&symbol=BTCUSDT&count=0",
        "kind=drop&symbol=BTCUSDT&count=-1",
        "kind=swap&symbol=BTCUSDT&count=2",
        "kind=mute",
        "kind=delisted",
        "kind=restart&stream=btcusdt@trade",
        "kind=large",
        "kind=large&bytes=99999999999999999999",
        "kind=fragment&bytes=0",
        "kind=rest_slow",
        "kind=none&for_ms=1",
        "kind=private_cut&every_ms=0",
        "kind=private_over&for_ms=1",
        "kind=private_status",
        "kind=skew&ahead_ms=-1",
        "kind=deny",
        "kind=silent&for_ms=1.5",
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        enum fault_kind kind;
        struct fault fault;
        why = NULL;
        ck_assert_msg(!read_query(bad[i], &kind, &fault), "%s", bad[i]);
        ck_assert_ptr_nonnull(why);
    }
}
END_TEST

START_TEST(a_fault_ends_with_its_time_its_count_or_all_of_them)
{
    struct faults faults = {.garbage = 0};
    enum fault_kind kind;
    struct fault fault;
    ck_assert(read_query("kind=refuse&for_ms=500", &kind, &fault));
    faults_set(&faults, kind, &fault);
    ck_assert_ptr_nonnull(faults_on(&faults, FAULT_REFUSE, NS_PER_SECOND * 3 / 2 - 1));
    ck_assert_ptr_null(faults_on(&faults, FAULT_REFUSE, NS_PER_SECOND * 3 / 2));
    ck_assert(!faults.tampers);
    ck_assert(read_query("kind=drop&symbol=A&count=2", &kind, &fault));
    fault.instrument = 4;
    faults_set(&faults, kind, &fault);
    ck_assert(faults.tampers);
    ck_assert_ptr_null(faults_at(&faults, FAULT_DROP, 3, INT64_MAX - 1));
    faults_use(&faults, faults_at(&faults, FAULT_DROP, 4, INT64_MAX - 1));
    faults_use(&faults, faults_at(&faults, FAULT_DROP, 4, INT64_MAX - 1));
    ck_assert_ptr_null(faults_at(&faults, FAULT_DROP, 4, 0));
    ck_assert(!faults.tampers);
    faults_set(&faults, FAULT_STALL, &fault);
    faults_clear(&faults);
    ck_assert_ptr_null(faults_on(&faults, FAULT_STALL, 0));
}
END_TEST

static bool read_options(struct options *options, const char *const *arguments)
{
    char *argv[16] = {NULL};
    int argc = 1;
    FILE *err = fopen("/dev/null", "w");
    for (; arguments[argc - 1] != NULL; argc++)
        argv[argc] = (char *)(uintptr_t)arguments[argc - 1];
    options_init(options);
    bool good = options_read(options, argc, argv, err);
    fclose(err);
    return good;
}

START_TEST(options_are_read_as_they_are_meant)
{
    struct options options;
    ck_assert(read_options(&options, (const char *const[]){"--plain", "--rate", "12000", "--speed",
                                                           "0.25", "--mix", "quote:1", "--stamp",
                                                           "--active", "3", NULL}));
    ck_assert(options.plain && options.stamp && !options.linger);
    ck_assert_uint_eq(options.rate, 12000);
    ck_assert_uint_eq(options.speed_thousandths, 250);
    ck_assert_uint_eq(options.shares[GROUP_QUOTE], 1);
    ck_assert_uint_eq(options.shares[GROUP_TRADE], 0);
    ck_assert_uint_eq(options.active, 3);
    ck_assert(
        read_options(&options, (const char *const[]){"--tls-dir", "x", "--speed", "0", NULL}));
    ck_assert_uint_eq(options.speed_thousandths, 0);
    ck_assert_uint_eq(options.shares[GROUP_BOOK], 50);
    ck_assert_uint_eq(options.shares[GROUP_LIQUIDATION], 1);
    ck_assert(read_options(&options, (const char *const[]){"--plain", "--speed", "20", NULL}));
    ck_assert_uint_eq(options.speed_thousandths, 20000);
}
END_TEST

START_TEST(limits_are_the_exchanges_own_but_for_those_that_are_given)
{
    static const struct dialect_limits own = {.ping_ms = 20000, .pong_ms = 60000, .connects = 300};
    struct options options;
    ck_assert(read_options(
        &options, (const char *const[]){"--plain", "--ping-ms", "0", "--idle-ms", "500", NULL}));
    struct dialect_limits limits = options_limits(&options, &own);
    ck_assert_uint_eq(limits.ping_ms, 0);
    ck_assert_uint_eq(limits.idle_ms, 500);
    ck_assert_uint_eq(limits.pong_ms, 60000);
    ck_assert_uint_eq(limits.connects, 300);
}
END_TEST

START_TEST(wrong_options_are_refused)
{
    static const char *const bad[][6] = {
        {NULL},
        {"--plain", "--tls-dir", "x", NULL},
        {"--plain", "--symbol", "3", NULL},
        {"--plain", "symbols", NULL},
        {"--plain", "--symbols", "0", NULL},
        {"--plain", "--symbols", "10001", NULL},
        {"--plain", "--rate", NULL},
        {"--plain", "--rate", "1k", NULL},
        {"--plain", "--rate", "-1", NULL},
        {"--plain", "--rate", "1.5", NULL},
        {"--plain", "--port", "65536", NULL},
        {"--plain", "--exchange", NULL},
        {"--plain", "--seed", "18446744073709551616", NULL},
        {"--plain", "--speed", "0.0001", NULL},
        {"--plain", "--mix", "trade", NULL},
        {"--plain", "--mix", "trade:0", NULL},
        {"--plain", "--mix", "trade:1,trade:2", NULL},
        {"--plain", "--mix", "trades:1", NULL},
        {"--plain", "--mix", "", NULL},
        {"--plain", "--help", NULL},
    };
    struct options options;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        ck_assert_msg(!read_options(&options, bad[i]), "case %zu", i);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("sim_faults");
    TCase *tests = tcase_create("faults");
    tcase_add_test(tests, each_kind_takes_its_arguments);
    tcase_add_test(tests, what_does_not_belong_is_refused);
    tcase_add_test(tests, a_fault_ends_with_its_time_its_count_or_all_of_them);
    tcase_add_test(tests, options_are_read_as_they_are_meant);
    tcase_add_test(tests, limits_are_the_exchanges_own_but_for_those_that_are_given);
    tcase_add_test(tests, wrong_options_are_refused);
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? 0 : 1;
}
