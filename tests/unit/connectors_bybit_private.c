/* SPDX-License-Identifier: Apache-2.0 */
/* Bybit's private half: the tables, the login with the vectors of bybit.md 6.1, the topics, what
 * frames are (1.5, 2.2, 2.3, 2.4, 6.2), and the statuses of 7.5. */
#include "tests/unit/bybit_private.h"

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>

START_TEST(bybit_tables_are_whole)
{
    static const char *const names[] = {"bybit", "bybit-linear", "bybit-inverse"};
    char room[128];
    for (size_t i = 0; i < MARKETS; i++) {
        struct text why = text_over(room, sizeof room);
        ck_assert_msg(private_exchange_check(private_bybit[i], &why), "%.*s", (int)why.len, room);
        ck_assert_str_eq(private_bybit[i]->name, names[i]);
        ck_assert_str_eq(private_bybit[i]->statuses->exchange, names[i]);
        ck_assert_uint_eq(private_bybit[i]->scopes[CALL_POSITIONS],
                          i == SPOT ? SCOPE_NONE : SCOPE_ACCOUNT);
    }
    ck_assert_ptr_null(private_bybit[MARKETS]);
}
END_TEST

/* A login is written ten seconds before it expires. */
static struct slice login(const struct private_keys *keys, int64_t expires_ms)
{
    static char room[PRIVATE_MESSAGE_MAX];
    struct text message = text_over(room, sizeof room);
    ck_assert(private_bybit[LINEAR]->write_login(&message, keys, expires_ms - 10000));
    return text_slice(&message);
}

static void expect_text(struct slice found, const char *expected)
{
    ck_assert_msg(slice_equal(found, slice_of(expected)), "%.*s", (int)found.len, found.data);
}

START_TEST(bybit_login_is_signed_as_documented)
{
    struct private_keys keys = keys_of("test_api_key", "test_secret");
    expect_text(login(&keys, 1700000000000),
                "{\"req_id\":\"login\",\"op\":\"auth\",\"args\":[\"test_api_key\",1700000000000,"
                "\"bacffe7500499eb829bb58c45d36d1b3e5ac67c14eaeba91df5e99ccee013925\"]}");
    free_keys(&keys);
}
END_TEST

static void write_rsa_key(char *pem, size_t room)
{
    EVP_PKEY *key = EVP_RSA_gen(2048);
    BIO *bio = BIO_new(BIO_s_mem());
    ck_assert(PEM_write_bio_PrivateKey(bio, key, NULL, NULL, 0, NULL, NULL) == 1);
    int len = BIO_read(bio, pem, (int)room - 1);
    ck_assert_int_gt(len, 0);
    pem[len] = '\0';
    BIO_free(bio);
    EVP_PKEY_free(key);
}

START_TEST(bybit_login_of_an_rsa_key_is_in_base64)
{
    char pem[4096];
    write_rsa_key(pem, sizeof pem);
    struct private_keys keys = keys_of("mine", pem);
    ck_assert_int_eq(keys.kind, SIGN_RSA);
    struct slice message = login(&keys, 1700000000000);
    const char *begin = memmem(message.data, message.len, "000,\"", 5);
    ck_assert_ptr_nonnull(begin);
    struct slice signature = {begin + 5, (size_t)(message.data + message.len - begin) - 8};
    ck_assert(sign_verify(keys.secret, SIGN_SHA256, SIGN_BASE64, SLICE("GET/realtime1700000000000"),
                          signature));
    free_keys(&keys);
}
END_TEST

START_TEST(bybit_login_is_not_written_cut)
{
    struct private_keys keys = keys_of("test_api_key", "test_secret");
    char room[60];
    struct text message = text_over(room, sizeof room);
    ck_assert(!private_bybit[SPOT]->write_login(&message, &keys, 0));
    free_keys(&keys);
}
END_TEST

START_TEST(bybit_topics_are_those_of_one_market)
{
    static const char *const messages[] = {
        "{\"req_id\":\"topics\",\"op\":\"subscribe\",\"args\":[\"order.spot\",\"execution.spot\","
        "\"wallet\"]}",
        "{\"req_id\":\"topics\",\"op\":\"subscribe\",\"args\":[\"order.linear\","
        "\"execution.linear\",\"position.linear\",\"wallet\"]}",
        "{\"req_id\":\"topics\",\"op\":\"subscribe\",\"args\":[\"order.inverse\","
        "\"execution.inverse\",\"position.inverse\",\"wallet\"]}"};
    for (size_t i = 0; i < MARKETS; i++) {
        char room[PRIVATE_MESSAGE_MAX];
        struct text message = text_over(room, sizeof room);
        private_bybit[i]->write_subscription(&message);
        expect_text(text_slice(&message), messages[i]);
    }
}
END_TEST

static struct private_route route_of(const char *frame)
{
    struct private_route route;
    memset(&route, 0xff, sizeof route);
    private_bybit[LINEAR]->route(exact_bytes(slice_of(frame)), &route);
    return route;
}

START_TEST(bybit_control_words_are_told_apart)
{
    static const struct {
        const char *frame;
        enum private_class class;
        enum verdict verdict;
        const char *detail;
    } cases[] = {
        {"{\"success\":true,\"ret_msg\":\"\",\"op\":\"auth\",\"conn_id\":\"cejreaspqfh3sjdnldmg-"
         "p\"}",
         PRIVATE_LOGGED_IN, VERDICT_OK, ""},
        {"{\"success\":true,\"ret_msg\":\"\",\"op\":\"subscribe\",\"conn_id\":\"c\",\"req_id\":"
         "\"topics\"}",
         PRIVATE_SUBSCRIBED, VERDICT_OK, ""},
        {"{\"success\":false,\"ret_msg\":\"Params Error\",\"op\":\"auth\",\"conn_id\":\"c\"}",
         PRIVATE_DENIED, VERDICT_CLOCK, "Params Error"},
        {"{\"success\":false,\"ret_msg\":\"API key is invalid.\",\"op\":\"auth\"}", PRIVATE_DENIED,
         VERDICT_KEY, "API key is invalid."},
        {"{\"retCode\":10004,\"retMsg\":\"error\",\"op\":\"auth\",\"connId\":\"c\"}",
         PRIVATE_DENIED, VERDICT_KEY, "error"},
        {"{\"retCode\":33004,\"retMsg\":\"expired\",\"op\":\"auth\"}", PRIVATE_DENIED, VERDICT_KEY,
         "expired"},
        {"{\"retCode\":10002,\"retMsg\":\"late\",\"op\":\"auth\"}", PRIVATE_DENIED, VERDICT_CLOCK,
         "late"},
        {"{\"retCode\":0,\"retMsg\":\"OK\",\"op\":\"auth\",\"connId\":\"c\"}", PRIVATE_LOGGED_IN,
         VERDICT_OK, "OK"},
        {"{\"success\":false,\"ret_msg\":\"error:handler not found,topic:order.spots\",\"op\":"
         "\"subscribe\"}",
         PRIVATE_DENIED, VERDICT_ELSE, "error:handler not found,topic:order.spots"},
        {"{\"req_id\":\"test\",\"op\":\"pong\",\"args\":[\"1675418560633\"],\"conn_id\":\"c\"}",
         PRIVATE_PONG, VERDICT_OK, ""},
        {"{\"op\":\"pong\",\"args\":[\"1675418560633\"],\"conn_id\":\"c\"}", PRIVATE_PONG,
         VERDICT_OK, ""},
        {"{\"success\":true,\"ret_msg\":\"pong\",\"conn_id\":\"c\",\"req_id\":\"\",\"op\":"
         "\"ping\"}",
         PRIVATE_PONG, VERDICT_OK, ""},
        {"{\"retCode\":0,\"retMsg\":\"OK\",\"op\":\"pong\",\"data\":[\"1711002002529\"]}",
         PRIVATE_PONG, VERDICT_OK, ""},
        {"{\"reqId\":\"t\",\"retCode\":0,\"retMsg\":\"OK\",\"op\":\"order.create\",\"data\":{}}",
         PRIVATE_OTHER, VERDICT_OK, ""},
        {"{\"success\":true,\"ret_msg\":\"\",\"op\":\"unsubscribe\"}", PRIVATE_OTHER, VERDICT_OK,
         ""},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct private_route route = route_of(cases[i].frame);
        ck_assert_msg(route.class == cases[i].class && route.verdict == cases[i].verdict, "%s",
                      cases[i].frame);
        if (route.class != PRIVATE_PONG)
            expect_text(route.detail, cases[i].detail);
    }
}
END_TEST

START_TEST(bybit_topics_are_told_apart_by_their_first_word)
{
    static const struct {
        const char *frame;
        enum private_class class;
        enum refusal refusal;
    } cases[] = {
        {"{\"topic\":\"order.linear\",\"data\":[]}", PRIVATE_DATA, REFUSAL_NONE},
        {"{\"id\":\"1\",\"topic\":\"order\",\"data\":[]}", PRIVATE_DATA, REFUSAL_NONE},
        {"{\"topic\":\"execution.spot\",\"data\":[]}", PRIVATE_DATA, REFUSAL_NONE},
        {"{\"topic\":\"position\",\"data\":[]}", PRIVATE_DATA, REFUSAL_NONE},
        {"{\"topic\":\"wallet\",\"data\":[]}", PRIVATE_DATA, REFUSAL_NONE},
        {"{\"topic\":\"execution.fast\",\"data\":[]}", PRIVATE_OTHER, REFUSAL_NONE},
        {"{\"topic\":\"execution.fast.linear\",\"data\":[]}", PRIVATE_OTHER, REFUSAL_NONE},
        {"{\"topic\":\"greeks\",\"data\":[]}", PRIVATE_REFUSED, REFUSAL_UNSUPPORTED_CHANNEL},
        {"{\"topic\":\"dcp.future\",\"data\":[]}", PRIVATE_REFUSED, REFUSAL_UNSUPPORTED_CHANNEL},
        {"{\"topic\":\"strategy\",\"data\":[]}", PRIVATE_REFUSED, REFUSAL_UNSUPPORTED_CHANNEL},
        {"{\"topic\":\"orderbook.1.BTCUSDT\",\"data\":{}}", PRIVATE_REFUSED, REFUSAL_UNKNOWN_EVENT},
        {"{\"topic\":\"orders\",\"data\":[]}", PRIVATE_REFUSED, REFUSAL_UNKNOWN_EVENT},
        {"{\"hello\":1}", PRIVATE_REFUSED, REFUSAL_UNKNOWN_EVENT},
        {"{\"op\":\"auth\"}", PRIVATE_REFUSED, REFUSAL_UNKNOWN_EVENT},
        {"{\"topic\":\"order\",\"data\":[", PRIVATE_REFUSED, REFUSAL_TRUNCATED},
        {"hello", PRIVATE_REFUSED, REFUSAL_NOT_JSON},
        {"[]", PRIVATE_REFUSED, REFUSAL_WRONG_TYPE},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct private_route route = route_of(cases[i].frame);
        ck_assert_msg(route.class == cases[i].class && route.refusal == cases[i].refusal, "%s",
                      cases[i].frame);
        if (route.class == PRIVATE_DATA)
            expect_text(route.payload, cases[i].frame);
    }
}
END_TEST

/* 7.5, line by line. */
START_TEST(bybit_statuses_are_ours)
{
    static const struct {
        const char *word, *cancel, *reason, *type, *force, *filled, *unit;
        enum order_status status;
        const char *told; /* reason that is passed on */
    } cases[] = {
        {"New", "UNKNOWN", "EC_NoError", "Limit", "GTC", "0", "", ORDER_NEW, ""},
        {"New", "UNKNOWN", "EC_NoError", "Limit", "GTC", "0.1", "", ORDER_PARTIALLY_FILLED, ""},
        {"PartiallyFilled", "UNKNOWN", "EC_NoError", "Limit", "GTC", "0.1", "",
         ORDER_PARTIALLY_FILLED, ""},
        {"Untriggered", "UNKNOWN", "EC_NoError", "Limit", "GTC", "0", "", ORDER_SUSPENDED, ""},
        {"Triggered", "UNKNOWN", "EC_NoError", "Market", "IOC", "0", "", ORDER_TRIGGERED, ""},
        {"Filled", "UNKNOWN", "EC_NoError", "Limit", "GTC", "1", "", ORDER_FILLED, ""},
        {"Filled", "CancelByUser", "EC_OrigClOrdIDDoesNotExist", "Limit", "GTC", "1", "",
         ORDER_FILLED, ""},
        {"Cancelled", "CancelByUser", "EC_PerCancelRequest", "Limit", "GTC", "0", "",
         ORDER_CANCELED, ""},
        {"Cancelled", "CancelByUser", "EC_PerCancelRequest", "Limit", "GTC", "0.1", "",
         ORDER_CANCELED, ""},
        {"Cancelled", "CancelByUser", "EC_PerCancelRequest", "Limit", "IOC", "0", "",
         ORDER_CANCELED, ""},
        {"Cancelled", "UNKNOWN", "EC_PostOnlyWillTakeLiquidity", "Limit", "PostOnly", "0", "",
         ORDER_REJECTED, "EC_PostOnlyWillTakeLiquidity"},
        {"Cancelled", "UNKNOWN", "EC_NoImmediateQtyToFill", "Limit", "IOC", "0", "", ORDER_EXPIRED,
         "EC_NoImmediateQtyToFill"},
        {"Cancelled", "UNKNOWN", "EC_CancelForNoFullFill", "Limit", "IOC", "0.1", "", ORDER_EXPIRED,
         "EC_CancelForNoFullFill"},
        {"Cancelled", "UNKNOWN", "EC_NoEnoughQtyToFill", "Limit", "FOK", "0", "", ORDER_EXPIRED,
         "EC_NoEnoughQtyToFill"},
        {"Cancelled", "CancelBySmp", "EC_NoError", "Limit", "GTC", "0", "", ORDER_CANCELED,
         "CancelBySmp"},
        {"PartiallyFilledCanceled", "UNKNOWN", "EC_CancelForNoFullFill", "Market", "IOC", "0.1", "",
         ORDER_FILLED, ""},
        {"PartiallyFilledCanceled", "UNKNOWN", "EC_CancelForNoFullFill", "Market", "IOC", "0.1",
         "baseCoin", ORDER_EXPIRED, "EC_CancelForNoFullFill"},
        {"PartiallyFilledCanceled", "CancelByUser", "EC_PerCancelRequest", "Limit", "GTC", "0.1",
         "", ORDER_CANCELED, ""},
        {"PartiallyFilledCanceled", "CancelByAdmin", "", "Limit", "GTC", "0.1", "", ORDER_CANCELED,
         "CancelByAdmin"},
        {"Rejected", "UNKNOWN", "EC_NoEnoughQtyToFill", "Limit", "GTC", "0", "", ORDER_REJECTED,
         "EC_NoEnoughQtyToFill"},
        {"Rejected", "UNKNOWN", "EC_Others", "Limit", "GTC", "0.1", "", ORDER_CANCELED,
         "EC_Others"},
        {"Deactivated", "CancelByUser", "", "Limit", "GTC", "0", "", ORDER_CANCELED, ""},
        {"Created", "", "", "Limit", "GTC", "0", "", ORDER_NEW, ""},
        {"Active", "", "", "Limit", "GTC", "0", "", ORDER_SUSPENDED, ""},
        {"PendingCancel", "", "", "Limit", "GTC", "0", "", ORDER_PENDING_CANCEL, ""},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char frame[1024];
        snprintf(
            frame, sizeof frame,
            "{\"topic\":\"order.spot\",\"creationTime\":1,\"data\":[{\"category\":\"spot\","
            "\"symbol\":\"BTCUSDT\",\"orderId\":\"1\",\"side\":\"Buy\",\"orderStatus\":\"%s\","
            "\"cancelType\":\"%s\",\"rejectReason\":\"%s\",\"orderType\":\"%s\","
            "\"timeInForce\":\"%s\",\"qty\":\"1\",\"cumExecQty\":\"%s\",\"marketUnit\":\"%s\"}]"
            "}",
            cases[i].word, cases[i].cancel, cases[i].reason, cases[i].type, cases[i].force,
            cases[i].filled, cases[i].unit);
        ck_assert_int_eq(parse_frame(SPOT, frame), REFUSAL_NONE);
        ck_assert_uint_eq(told_count, 1);
        ck_assert_int_eq(parsing.drift, DRIFT_NONE);
        ck_assert_msg(told[0].order.status == cases[i].status, "%s: %s", frame,
                      order_status_word((enum order_status)told[0].order.status).data);
        ck_assert_str_eq(told[0].order.exchange_status, cases[i].word);
        ck_assert_str_eq(told[0].order.reject_reason, cases[i].told);
    }
}
END_TEST

int main(void)
{
    if (!allow_secrets())
        return 1;
    Suite *suite = suite_create("connectors_bybit_private");
    TCase *tests = tcase_create("bybit");
    tcase_add_test(tests, bybit_tables_are_whole);
    tcase_add_test(tests, bybit_login_is_signed_as_documented);
    tcase_add_test(tests, bybit_login_of_an_rsa_key_is_in_base64);
    tcase_add_test(tests, bybit_login_is_not_written_cut);
    tcase_add_test(tests, bybit_topics_are_those_of_one_market);
    tcase_add_test(tests, bybit_control_words_are_told_apart);
    tcase_add_test(tests, bybit_topics_are_told_apart_by_their_first_word);
    tcase_add_test(tests, bybit_statuses_are_ours);
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed != 0;
}
