/* SPDX-License-Identifier: Apache-2.0 */
/* How Binance's accounts log in and are asked, and what is answered: the signing vectors of
 * binance.md 6.1.3, paths and weights (5.3), pages, replies after the documented samples, errors.
 */
#include "tests/unit/account_keys.h"
#include "tests/unit/account_stage.h"

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>

extern const struct private_exchange *const private_binance[];

#define KEY    "vmPUZE6mv9SD5VNHk4HlWFsOr6aKE2zvsw0MuIgwCIPy6utIco14y7Ju91duEh8A"
#define SECRET "NhqPtmdSJYdKjVHjA7PZj4Mge3R5YNiP1e3UZjInClVN65XAbvqqM6A7H5fATj0j"
/* The seed of RFC 8032, test 1. */
#define ED25519                                                                                    \
    "-----BEGIN PRIVATE KEY-----\n"                                                                \
    "MC4CAQAwBQYDK2VwBCIEIJ1hsZ3v/VpguoRK9JLsLMREScVpezJpGXA7rAMcrn9g\n"                           \
    "-----END PRIVATE KEY-----\n"

static const struct private_exchange *spot, *usdm;

static const char *log_in(const struct private_exchange *exchange, const struct private_keys *keys,
                          int64_t now_ms)
{
    static char room[PRIVATE_MESSAGE_MAX];
    struct text message = text_over(room, sizeof room);
    ck_assert(exchange->write_login(&message, keys, now_ms));
    text_terminate(&message);
    return room;
}

START_TEST(binance_login_is_signed_as_documented)
{
    struct private_keys keys = begin_keys(KEY, SECRET);
    ck_assert_ptr_eq(private_exchange_for(spot, keys.kind), spot);
    ck_assert_str_eq(log_in(spot, &keys, 1747385641636),
                     "{\"id\":\"login\",\"method\":\"userDataStream.subscribe.signature\","
                     "\"params\":{\"apiKey\":\"" KEY "\",\"recvWindow\":5000,"
                     "\"timestamp\":1747385641636,\"signature\":"
                     "\"49601ffc5b0122c3c7ee3ea85ef7d6cd76256f5191a57c976418faa32e917653\"}}");
    ck_assert(spot->write_subscription == NULL);
    end_keys(&keys);
}
END_TEST

/* 6.1.2, way B: then the subscription is a request of its own. */
START_TEST(binance_sessions_are_logged_on_by_ed25519_alone)
{
    struct private_keys keys = begin_keys(KEY, ED25519), others = begin_keys(KEY, SECRET);
    const struct private_exchange *way = private_exchange_for(spot, SIGN_ED25519);
    char room[PRIVATE_MESSAGE_MAX];
    struct text message = text_over(room, sizeof room);
    ck_assert_int_eq(keys.kind, SIGN_ED25519);
    ck_assert(way != spot && way != NULL);
    ck_assert_str_eq(log_in(way, &keys, 1747385641636),
                     "{\"id\":\"login\",\"method\":\"session.logon\",\"params\":{\"apiKey\":\"" KEY
                     "\",\"recvWindow\":5000,\"timestamp\":1747385641636,\"signature\":"
                     "\"rt5LtPCtAhCNuhD3Vt4Kgk4DwsGNY0KGibjjflQQXtFSLNJsKpIWpVfhLpIxPXBCu7CpecvtEGA"
                     "eFlZswtONCA==\"}}");
    ck_assert(!way->write_login(&message, &others, 1747385641636));
    message.len = 0;
    way->write_subscription(&message);
    text_terminate(&message);
    ck_assert_str_eq(room, "{\"id\":\"subscribe\",\"method\":\"userDataStream.subscribe\"}");
    ck_assert(way->subscription_answered);
    end_keys(&keys);
    end_keys(&others);
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

START_TEST(binance_login_of_an_rsa_key_is_in_base64)
{
    char pem[4096];
    write_rsa_key(pem, sizeof pem);
    struct private_keys keys = begin_keys("mine", pem);
    const char *message = log_in(private_exchange_for(spot, SIGN_RSA), &keys, 7);
    const char *begin = strstr(message, "\"signature\":\"");
    ck_assert_ptr_nonnull(begin);
    struct slice signature = {begin + 13, strlen(begin) - 13 - 3};
    ck_assert(sign_verify(keys.secret, SIGN_SHA256, SIGN_BASE64,
                          SLICE("apiKey=mine&recvWindow=5000&timestamp=7"), signature));
    end_keys(&keys);
}
END_TEST

START_TEST(binance_login_is_not_written_cut)
{
    struct private_keys keys = begin_keys(KEY, SECRET);
    for (size_t len = 0; len < 250; len++) {
        char room[250];
        struct text message = text_over(room, len);
        ck_assert(!spot->write_login(&message, &keys, 1747385641636));
    }
    end_keys(&keys);
}
END_TEST

struct written {
    char path[PRIVATE_PATH_MAX], headers[PRIVATE_HEADERS_MAX], body[PRIVATE_BODY_MAX];
    struct call call;
};

static bool write_call(struct written *written, const struct private_exchange *exchange,
                       const struct private_keys *keys, const struct call_ask *ask)
{
    written->call = (struct call){
        .path = text_over(written->path, sizeof written->path),
        .headers = text_over(written->headers, sizeof written->headers),
        .body = text_over(written->body, sizeof written->body),
    };
    bool good = exchange->write_call(&written->call, keys, ask);
    text_terminate(&written->call.path);
    text_terminate(&written->call.headers);
    ck_assert(written->call.body.len == 0);
    return good;
}

/* A call without its signature, which is right. */
static void expect_call(const struct private_exchange *exchange, const struct call_ask *ask,
                        const char *method, const char *path, uint32_t weight)
{
    static struct written written;
    struct private_keys keys = begin_keys(KEY, SECRET);
    ck_assert(write_call(&written, exchange, &keys, ask));
    ck_assert_str_eq(written.call.method, method);
    ck_assert_uint_eq(written.call.weight, weight);
    ck_assert_str_eq(written.headers, "X-MBX-APIKEY: " KEY "\r\n");
    char *signature = strstr(written.path, "&signature=");
    if (signature != NULL) {
        struct slice hex = slice_of(signature + strlen("&signature="));
        *signature = '\0';
        ck_assert(sign_verify(keys.secret, SIGN_SHA256, SIGN_HEX,
                              slice_of(strchr(written.path, '?') + 1), hex));
    }
    ck_assert_str_eq(written.path, path);
    end_keys(&keys);
}

#define TIMED "timestamp=1499827319559&recvWindow=5000"
#define NOW   .now_ms = 1499827319559

START_TEST(binance_calls_of_a_whole_account)
{
    static const struct {
        bool usdm;
        enum call_purpose purpose;
        uint32_t round;
        const char *method, *path;
        uint32_t weight;
    } cases[] = {
        {false, CALL_OPEN_ORDERS, 0, "GET", "/api/v3/openOrders?" TIMED, 80},
        {false, CALL_BALANCES, 0, "GET", "/api/v3/account?omitZeroBalances=true&" TIMED, 20},
        {true, CALL_KEY, 0, "POST", "/fapi/v1/listenKey", 1},
        {true, CALL_KEEP_KEY, 0, "PUT", "/fapi/v1/listenKey", 1},
        {true, CALL_OPEN_ORDERS, 0, "GET", "/fapi/v1/openOrders?" TIMED, 40},
        {true, CALL_OPEN_ORDERS, 1, "GET", "/fapi/v1/openAlgoOrders?" TIMED, 40},
        {true, CALL_BALANCES, 0, "GET", "/fapi/v3/balance?" TIMED, 5},
        {true, CALL_POSITIONS, 0, "GET", "/fapi/v3/positionRisk?" TIMED, 5},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const struct call_ask ask = {.purpose = cases[i].purpose, .round = cases[i].round, NOW};
        expect_call(cases[i].usdm ? usdm : spot, &ask, cases[i].method, cases[i].path,
                    cases[i].weight);
    }
}
END_TEST

START_TEST(binance_calls_end_with_their_rounds)
{
    static struct written written;
    struct private_keys keys = begin_keys(KEY, SECRET);
    for (unsigned int market = 0; market < 2; market++)
        for (unsigned int purpose = 0; purpose < CALL_PURPOSES; purpose++) {
            const struct private_exchange *exchange = market == 0 ? spot : usdm;
            struct call_ask ask = {.purpose = (enum call_purpose)purpose,
                                   .exchange_symbol = SLICE("A"),
                                   .order_id = SLICE("7"),
                                   NOW};
            uint32_t rounds = 0;
            while (write_call(&written, exchange, &keys, &ask))
                ask.round = ++rounds;
            bool twice =
                market == 1 && (purpose == CALL_OPEN_ORDERS || purpose == CALL_CLOSED_ORDERS);
            ck_assert_uint_eq(rounds, exchange->scopes[purpose] == SCOPE_NONE ? 0 : twice ? 2 : 1);
        }
    end_keys(&keys);
}
END_TEST

START_TEST(binance_clock_is_asked_for_without_a_key)
{
    static struct written written;
    struct private_keys keys = begin_keys(KEY, SECRET);
    const struct call_ask ask = {.purpose = CALL_CLOCK, NOW};
    ck_assert(write_call(&written, spot, &keys, &ask));
    ck_assert_str_eq(written.path, "/api/v3/time");
    ck_assert_str_eq(written.headers, "");
    ck_assert(write_call(&written, usdm, &keys, &ask));
    ck_assert_str_eq(written.path, "/fapi/v1/time");
    ck_assert_str_eq(written.headers, "");
    end_keys(&keys);
}
END_TEST

START_TEST(binance_orders_are_asked_for_one_by_one)
{
    struct call_ask ask = {
        .purpose = CALL_ORDER, .exchange_symbol = SLICE("LTCBTC"), .order_id = SLICE("7"), NOW};
    expect_call(spot, &ask, "GET", "/api/v3/order?symbol=LTCBTC&orderId=7&" TIMED, 4);
    expect_call(usdm, &ask, "GET", "/fapi/v1/order?symbol=LTCBTC&orderId=7&" TIMED, 1);
    ask.order_id = SLICE("algo-2148719");
    expect_call(usdm, &ask, "GET", "/fapi/v1/algoOrder?algoId=2148719&" TIMED, 1);
    ask.exchange_symbol = SLICE("\xe5\xb8\x81USDT");
    ask.order_id = SLICE("7");
    expect_call(spot, &ask, "GET", "/api/v3/order?symbol=%E5%B8%81USDT&orderId=7&" TIMED, 4);
}
END_TEST

/* The signature stands last, itself encoded: base64 has '+', '/' and '='. */
START_TEST(binance_signatures_in_a_path_are_encoded)
{
    static struct written written;
    struct private_keys keys = begin_keys(KEY, ED25519);
    size_t odd = 0;
    for (int64_t ms = 0; ms < 50; ms++) {
        const struct call_ask ask = {.purpose = CALL_OPEN_ORDERS, .now_ms = ms};
        ck_assert(write_call(&written, spot, &keys, &ask));
        const char *signature = strstr(written.path, "&signature=");
        ck_assert_ptr_nonnull(signature);
        signature += strlen("&signature=");
        ck_assert_ptr_null(strpbrk(signature, "+/=&"));
        odd += strstr(signature, "%2B") != NULL && strstr(signature, "%2F") != NULL;
        ck_assert_ptr_nonnull(strstr(signature, "%3D%3D"));
    }
    ck_assert_uint_gt(odd, 0);
    end_keys(&keys);
}
END_TEST

static struct call_reply reply;
static char cursor_room[PRIVATE_CURSOR_MAX];

/* A page of so many rows, the last with this id. */
static const char *page_of(size_t count, uint64_t last_id)
{
    static char room[400000];
    struct text text = text_over(room, sizeof room);
    text_literal(&text, "[");
    for (size_t i = 0; i < count; i++) {
        text_append(&text, i > 0 ? SLICE(",") : SLICE(""));
        text_format(&text,
                    "{\"symbol\":\"A\",\"id\":%llu,\"orderId\":1,\"price\":\"1\",\"qty\":\"1\","
                    "\"commission\":\"0\",\"commissionAsset\":\"B\",\"time\":1,\"isBuyer\":true,"
                    "\"isMaker\":true}",
                    (unsigned long long)(last_id - count + 1 + i));
    }
    text_literal(&text, "]");
    text_terminate(&text);
    ck_assert(!text.overflow);
    return room;
}

static void take_nothing(void *context, struct event *event)
{
    (void)event;
    ++*(size_t *)context;
}

/* What is asked for behind a cursor, and the cursor behind a page of `rows`. */
static void expect_page(enum call_purpose purpose, int64_t since_ms, int64_t now_ms,
                        const char *cursor, const char *asked, size_t rows, const char *next)
{
    static struct written written;
    struct private_keys keys = begin_keys(KEY, SECRET);
    const struct call_ask ask = {.purpose = purpose,
                                 .exchange_symbol = SLICE("A"),
                                 .cursor = slice_of(cursor),
                                 .since_ms = since_ms,
                                 .now_ms = now_ms};
    size_t given = 0;
    ck_assert(write_call(&written, spot, &keys, &ask));
    char *limit = strstr(written.path, "&limit=1000&timestamp=");
    ck_assert_ptr_nonnull(limit);
    *limit = '\0';
    ck_assert_str_eq(strstr(written.path, "symbol=A") + strlen("symbol=A"), asked);
    reply = (struct call_reply){.cursor = text_over(cursor_room, sizeof cursor_room)};
    forget_told();
    spot->read_reply(slice_of(page_of(rows, 5000)), 200, &ask, &parsing, take_nothing, &given,
                     &reply);
    text_terminate(&reply.cursor);
    ck_assert_str_eq(cursor_room, next);
    ck_assert_uint_eq(given, purpose == CALL_FILLS ? rows : 0);
    end_keys(&keys);
}

#define DAY INT64_C(86400000)

/* By time, a day less a ms at once, up to the first; then by ids. */
START_TEST(binance_fills_are_asked_for_page_by_page)
{
    expect_page(CALL_FILLS, 1000, 5000, "", "&startTime=1000&endTime=5000", 3, "");
    expect_page(CALL_FILLS, 1000, 5000, "", "&startTime=1000&endTime=5000", 0, "");
    expect_page(CALL_FILLS, 0, 3 * DAY, "", "&startTime=0&endTime=86399999", 0,
                "t86399999+86399999");
    expect_page(CALL_FILLS, 0, 3 * DAY, "t86399999+86399999",
                "&startTime=86399999&endTime=172799998", 0, "t172799998+86399999");
    expect_page(CALL_FILLS, 0, 3 * DAY, "t172799998+86399999",
                "&startTime=172799998&endTime=259199997", 0, "t259199997+86399999");
    expect_page(CALL_FILLS, 0, 3 * DAY, "t259199997+86399999",
                "&startTime=259199997&endTime=259200000", 0, "");
    expect_page(CALL_FILLS, 0, 3 * DAY, "", "&startTime=0&endTime=86399999", 1, "i5001");
    expect_page(CALL_FILLS, 0, 3 * DAY, "i5001", "&fromId=5001", 999, "");
    expect_page(CALL_FILLS, 0, 3 * DAY, "i4001", "&fromId=4001", 1000, "i5001");
    /* which of a full page's are missing is not said */
    expect_page(CALL_FILLS, 1000, 5000, "", "&startTime=1000&endTime=5000", 1000, "t1000+2000");
    expect_page(CALL_FILLS, 1000, 5000, "t1000+2000", "&startTime=1000&endTime=3000", 10, "i5001");
    expect_page(CALL_FILLS, 1000, 1001, "", "&startTime=1000&endTime=1001", 1000, "");
    expect_page(CALL_FILLS, 9000, 5000, "", "&startTime=5000&endTime=5000", 0, "");
}
END_TEST

/* By time alone: an order that changed has the id of its making. */
START_TEST(binance_closed_orders_are_asked_for_span_by_span)
{
    expect_page(CALL_CLOSED_ORDERS, 1000, 5000, "", "&startTime=1000&endTime=5000", 3, "");
    expect_page(CALL_CLOSED_ORDERS, 1000, 5000, "", "&startTime=1000&endTime=5000", 1000,
                "t1000+2000");
    expect_page(CALL_CLOSED_ORDERS, 1000, 5000, "t1000+2000", "&startTime=1000&endTime=3000", 999,
                "t3000+4000");
    expect_page(CALL_CLOSED_ORDERS, 1000, 5000, "t3000+4000", "&startTime=3000&endTime=5000", 0,
                "");
    expect_page(CALL_CLOSED_ORDERS, 0, 3 * DAY, "", "&startTime=0&endTime=86399999", 5,
                "t86399999+86399999");
    expect_page(CALL_CLOSED_ORDERS, 0, 3 * DAY, "t5+60000000", "&startTime=5&endTime=60000005", 0,
                "t60000005+86399999");
}
END_TEST

/* Whatever a cursor says, an answer comes of it. */
START_TEST(binance_cursors_that_are_none_begin_anew)
{
    static const char *const cursors[] = {"x",    "t", "t1", "t1+",
                                          "t1 2", "i", "ix", "t99999999999999999999+1"};
    for (size_t i = 0; i < sizeof cursors / sizeof *cursors; i++)
        expect_page(CALL_CLOSED_ORDERS, 1000, 5000, cursors[i], "&startTime=1000&endTime=5000", 3,
                    "");
}
END_TEST

int main(void)
{
    if (!allow_secrets())
        return 1;
    spot = tested = private_binance[0];
    usdm = private_binance[1];
    Suite *suite = suite_create("connectors_binance_private_calls");
    TCase *tests = tcase_create("calls");
    tcase_add_test(tests, binance_login_is_signed_as_documented);
    tcase_add_test(tests, binance_sessions_are_logged_on_by_ed25519_alone);
    tcase_add_test(tests, binance_login_of_an_rsa_key_is_in_base64);
    tcase_add_test(tests, binance_login_is_not_written_cut);
    tcase_add_test(tests, binance_calls_of_a_whole_account);
    tcase_add_test(tests, binance_calls_end_with_their_rounds);
    tcase_add_test(tests, binance_clock_is_asked_for_without_a_key);
    tcase_add_test(tests, binance_orders_are_asked_for_one_by_one);
    tcase_add_test(tests, binance_signatures_in_a_path_are_encoded);
    tcase_add_test(tests, binance_fills_are_asked_for_page_by_page);
    tcase_add_test(tests, binance_closed_orders_are_asked_for_span_by_span);
    tcase_add_test(tests, binance_cursors_that_are_none_begin_anew);
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? 0 : 1;
}
