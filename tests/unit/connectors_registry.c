/* SPDX-License-Identifier: Apache-2.0 */
/* What holds of every exchange that is built in, whoever wrote its folder. */
#include "common/random.h"
#include "connectors/registry.h"

#include <check.h>

START_TEST(registry_finds_each_exchange_by_name_and_type)
{
    size_t count = 0;
    for (const struct exchange *const *list = exchange_list(); *list != NULL; list++, count++) {
        ck_assert_ptr_eq(exchange_find(slice_of((*list)->name)), *list);
    }
    ck_assert_uint_gt(count, 0);
    ck_assert_ptr_nonnull(exchange_find(SLICE("binance")));
    ck_assert_ptr_null(exchange_find(SLICE("BINANCE")));
    ck_assert_ptr_null(exchange_find(SLICE("binanc")));
    ck_assert_ptr_null(exchange_find(SLICE("")));
}
END_TEST

START_TEST(registry_exchanges_say_all_that_others_rely_on)
{
    for (const struct exchange *const *list = exchange_list(); *list != NULL; list++) {
        const struct exchange *exchange = *list;
        const struct exchange_limits *limits = &exchange->limits;
        ck_assert(strncmp(exchange->websocket, "wss://", 6) == 0);
        ck_assert(strncmp(exchange->rest, "https://", 8) == 0 && exchange->roots[0][0] == '/');
        ck_assert(limits->streams_per_session > 0 && limits->streams_per_request > 0);
        ck_assert(limits->messages_per_second > 0 && limits->frame_max > 0);
        ck_assert(limits->connects > 0 && limits->connects_window_ms > 0);
        ck_assert(limits->rest_weight > 0 && limits->rest_window_ms > 0);
        ck_assert(exchange->stream_count > 0 && limits->group[0] != '\0');
        for (uint32_t i = 0; i < exchange->stream_count; i++) {
            ck_assert_ptr_nonnull(exchange->streams[i].name);
            ck_assert_uint_lt(exchange->streams[i].kind, KIND_PUBLIC_COUNT);
        }
    }
}
END_TEST

/* Whether each key that is written for a stream is read back as that stream, instrument and
 * variant; where several streams have a key, as the first of them. */
static bool reads_back(const struct exchange *exchange, uint32_t stream, const char *symbol)
{
    static const char *const variants[] = {"",   "1s", "1m", "3m",  "5m", "15m", "30m", "1h",  "2h",
                                           "4h", "6h", "8h", "12h", "1d", "3d",  "1w",  "1M",  "5",
                                           "10", "15", "20", "30",  "50", "100", "500", "1000"};
    size_t written = 0;
    for (size_t i = 0; i < sizeof variants / sizeof *variants; i++) {
        char key_room[KEY_MAX], again_room[KEY_MAX], symbol_room[SYMBOL_MAX];
        struct text key = text_over(key_room, sizeof key_room);
        struct text again = text_over(again_room, sizeof again_room);
        struct text read = text_over(symbol_room, sizeof symbol_room);
        struct slice variant;
        uint32_t found;
        exchange->write_key(&key, stream, slice_of(symbol), slice_of(variants[i]));
        if (key.len == 0)
            continue;
        written++;
        if (!exchange->read_key(text_slice(&key), &found, &read, &variant) || found > stream)
            return false;
        exchange->write_key(&again, found, slice_of(symbol), slice_of(variants[i]));
        if (!slice_equal(text_slice(&again), text_slice(&key)) ||
            !slice_equal(text_slice(&read), slice_of(symbol)) ||
            !slice_equal(variant, slice_of(variants[i])))
            return false;
    }
    return written > 0;
}

/* In the spelling of symbols that the exchange has. */
START_TEST(registry_keys_are_read_back)
{
    for (const struct exchange *const *list = exchange_list(); *list != NULL; list++)
        for (uint32_t stream = 0; stream < (*list)->stream_count; stream++)
            ck_assert_msg(reads_back(*list, stream, "BTCUSDT") ||
                              reads_back(*list, stream, "KRW-BTC"),
                          "%s %s", (*list)->name, (*list)->streams[stream].name);
}
END_TEST

START_TEST(registry_exchanges_route_any_bytes)
{
    struct random random;
    random_seed(&random, 5);
    for (const struct exchange *const *list = exchange_list(); *list != NULL; list++)
        for (int i = 0; i < 20000; i++) {
            static const char alphabet[] = "{}[]\",:0123456789.eEsbaktun\\ \n@!";
            char bytes[40];
            size_t len = random_below(&random, sizeof bytes + 1);
            struct route route;
            for (size_t at = 0; at < len; at++)
                bytes[at] = random_below(&random, 8) == 0
                                ? (char)random_next(&random)
                                : alphabet[random_below(&random, sizeof alphabet - 1)];
            (*list)->route((struct slice){bytes, len}, &route);
            ck_assert_int_eq(route.class == FRAME_REFUSED, route.refusal != REFUSAL_NONE);
        }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("connectors_registry");
    TCase *tests = tcase_create("registry");
    tcase_add_test(tests, registry_finds_each_exchange_by_name_and_type);
    tcase_add_test(tests, registry_exchanges_say_all_that_others_rely_on);
    tcase_add_test(tests, registry_keys_are_read_back);
    tcase_add_test(tests, registry_exchanges_route_any_bytes);
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? 0 : 1;
}
