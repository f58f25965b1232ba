/* SPDX-License-Identifier: Apache-2.0 */
/* The private halves that are listed: each is whole, belongs to an exchange, has a status table
 * whose rules can all be reached, and can write what it says that it can. */
#include "connectors/private_exchange.h"
#include "connectors/registry.h"

#include <check.h>

#define ALL_CONDITIONS (2u * WHEN_QUOTE_SIZED - 1)
#define NOW_MS         INT64_C(1790000000000)

static void setup(void)
{
    char error[256];
    ck_assert_msg(secret_global_init(error, sizeof error), "%s", error);
}

/* Calls `check` with each private half and each other way into one. */
static size_t each(void (*check)(const struct private_exchange *exchange))
{
    const struct private_exchange *exchange;
    size_t count = 0;
    for (; (exchange = private_exchange_at(count)) != NULL; count++)
        for (; exchange != NULL; exchange = exchange->other)
            check(exchange);
    return count;
}

static void check_whole(const struct private_exchange *exchange)
{
    char room[256];
    struct text why = text_over(room, sizeof room - 1);
    bool whole = private_exchange_check(exchange, &why);
    text_terminate(&why);
    ck_assert_msg(whole, "%s: %s", exchange->name, room);
    ck_assert_msg(exchange_find(slice_of(exchange->name)) != NULL, "%s", exchange->name);
    ck_assert_ptr_nonnull(strstr(exchange->type, "PrivateConnector"));
}

START_TEST(every_private_half_is_whole_and_of_an_exchange)
{
    ck_assert_uint_gt(each(check_whole), 0);
}
END_TEST

START_TEST(every_private_half_is_found_by_its_name_and_no_other)
{
    const struct private_exchange *exchange;
    for (size_t i = 0; (exchange = private_exchange_at(i)) != NULL; i++)
        ck_assert_ptr_eq(private_exchange_find(slice_of(exchange->name)), exchange);
    ck_assert_ptr_null(private_exchange_find(SLICE("")));
    ck_assert_ptr_null(private_exchange_find(SLICE("nobody")));
}
END_TEST

/* A rule behind one with the same word that asks for no more would never speak. */
static bool hides(const struct status_rule *first, const struct status_rule *rule)
{
    return strcmp(first->word, rule->word) == 0 && (first->when & rule->when) == first->when &&
           (first->detail == NULL ||
            (rule->detail != NULL && strcmp(first->detail, rule->detail) == 0));
}

static void check_statuses(const struct private_exchange *exchange)
{
    const struct status_table *table = exchange->statuses;
    for (size_t i = 0; i < table->count; i++) {
        const struct status_rule *rule = &table->rules[i];
        ck_assert_msg(rule->word != NULL && rule->word[0] != '\0', "%s", exchange->name);
        ck_assert_uint_lt(strlen(rule->word), STATUS_TEXT_MAX);
        ck_assert((rule->when & ~ALL_CONDITIONS) == 0 && rule->status < ORDER_STATUS_COUNT);
        ck_assert_msg(rule->status != ORDER_UNKNOWN, "%s: %s", exchange->name, rule->word);
        for (size_t k = 0; k < i; k++)
            ck_assert_msg(!hides(&table->rules[k], rule), "%s: %s, rule %zu hides %zu",
                          exchange->name, rule->word, k, i);
    }
}

START_TEST(every_rule_of_a_status_table_can_speak)
{
    each(check_statuses);
}
END_TEST

/* Every exchange has the statuses that an order cannot live without. */
static void check_lives(const struct private_exchange *exchange)
{
    static const enum order_status needed[] = {ORDER_NEW, ORDER_FILLED, ORDER_CANCELED};
    const struct status_table *table = exchange->statuses;
    for (size_t i = 0; i < sizeof needed / sizeof *needed; i++) {
        size_t at = 0;
        while (at < table->count && table->rules[at].status != needed[i])
            at++;
        ck_assert_msg(at < table->count, "%s has no %s", exchange->name,
                      order_status_word(needed[i]).data);
    }
}

START_TEST(every_status_table_has_the_life_of_an_order)
{
    each(check_lives);
}
END_TEST

#define KEY    "an-api-key"
#define SECRET "a-secret-that-is-never-sent"

static void expect_no_secret(const struct text *text)
{
    ck_assert(!text->overflow);
    ck_assert_ptr_null(memmem(text->data, text->len, SECRET, sizeof SECRET - 1));
}

static void check_login(const struct private_exchange *exchange)
{
    char room[PRIVATE_MESSAGE_MAX];
    struct text text = text_over(room, sizeof room);
    struct secret *key = secret_new(SLICE(KEY)), *secret = secret_new(SLICE(SECRET));
    const struct private_keys keys = {key, secret, SIGN_HMAC};
    const bool hmac = (exchange->key_kinds & 1u << SIGN_HMAC) != 0;
    ck_assert(key != NULL && secret != NULL);
    if (exchange->login == LOGIN_MESSAGE && hmac) {
        ck_assert_msg(exchange->write_login(&text, &keys, NOW_MS), "%s", exchange->name);
        ck_assert_ptr_nonnull(memmem(text.data, text.len, KEY, sizeof KEY - 1));
    } else if (exchange->login == LOGIN_HEADER && hmac) {
        ck_assert_msg(exchange->write_header(&text, &keys, NOW_MS), "%s", exchange->name);
        ck_assert(text.len > 2 && memcmp(text.data + text.len - 2, "\r\n", 2) == 0);
    }
    expect_no_secret(&text);
    text = text_over(room, sizeof room);
    if (exchange->write_subscription != NULL) {
        exchange->write_subscription(&text);
        ck_assert_msg(text.len > 0 && !text.overflow, "%s", exchange->name);
    }
    secret_destroy(&key);
    secret_destroy(&secret);
}

START_TEST(every_login_can_be_written_and_has_no_secret_in_it)
{
    each(check_login);
}
END_TEST

static void check_call(const struct private_exchange *exchange, enum call_purpose purpose,
                       const struct private_keys *keys)
{
    char path[PRIVATE_PATH_MAX], headers[PRIVATE_HEADERS_MAX], body[PRIVATE_BODY_MAX];
    struct call call = {.path = text_over(path, sizeof path),
                        .headers = text_over(headers, sizeof headers),
                        .body = text_over(body, sizeof body)};
    const struct call_ask ask = {.purpose = purpose,
                                 .exchange_symbol = SLICE("BTCUSDT"),
                                 .order_id = SLICE("12345"),
                                 .listen_key = SLICE("a-listen-key"),
                                 .since_ms = NOW_MS - 3600000,
                                 .now_ms = NOW_MS};
    bool written = exchange->write_call(&call, keys, &ask);
    ck_assert_msg(written == (exchange->scopes[purpose] != SCOPE_NONE), "%s: purpose %d",
                  exchange->name, (int)purpose);
    if (!written)
        return;
    ck_assert_msg(call.method != NULL && call.path.len > 1 && path[0] == '/', "%s: purpose %d",
                  exchange->name, (int)purpose);
    ck_assert(call.headers.len == 0 || memcmp(headers + call.headers.len - 2, "\r\n", 2) == 0);
    expect_no_secret(&call.path);
    expect_no_secret(&call.headers);
    expect_no_secret(&call.body);
}

static void check_calls(const struct private_exchange *exchange)
{
    struct secret *key = secret_new(SLICE(KEY)), *secret = secret_new(SLICE(SECRET));
    const struct private_keys keys = {key, secret, SIGN_HMAC};
    ck_assert(key != NULL && secret != NULL);
    for (int purpose = 0; purpose < CALL_PURPOSES; purpose++)
        if ((exchange->key_kinds & 1u << SIGN_HMAC) != 0)
            check_call(exchange, (enum call_purpose)purpose, &keys);
    secret_destroy(&key);
    secret_destroy(&secret);
}

START_TEST(every_call_that_there_is_can_be_written_and_has_no_secret_in_it)
{
    each(check_calls);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("connectors_private_exchange");
    TCase *tests = tcase_create("registry");
    tcase_add_checked_fixture(tests, setup, NULL);
    tcase_add_test(tests, every_private_half_is_whole_and_of_an_exchange);
    tcase_add_test(tests, every_private_half_is_found_by_its_name_and_no_other);
    tcase_add_test(tests, every_rule_of_a_status_table_can_speak);
    tcase_add_test(tests, every_status_table_has_the_life_of_an_order);
    tcase_add_test(tests, every_login_can_be_written_and_has_no_secret_in_it);
    tcase_add_test(tests, every_call_that_there_is_can_be_written_and_has_no_secret_in_it);
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? 0 : 1;
}
