/* SPDX-License-Identifier: Apache-2.0 */
/* Accounts at the simulated Binance against the exchange's own documents (binance.md 5.3, 6, 7):
 * who is let in, what is told, what is answered; letter for letter, with the numbers of the test.
 */
#include "common/clock.h"
#include "tests/sim/dialects.h"
#include "tests/unit/dialect_stage.h"

#include <stdio.h>

#define KEY    "vmPUZE6mv9SD5VNHk4HlWFsOr6aKE2zvsw0MuIgwCIPy6utIco14y7Ju91duEh8A"
#define SECRET "NhqPtmdSJYdKjVHjA7PZj4Mge3R5YNiP1e3UZjInClVN65XAbvqqM6A7H5fATj0j"
#define ED25519                                                                                    \
    "-----BEGIN PRIVATE KEY-----\n"                                                                \
    "MC4CAQAwBQYDK2VwBCIEIJ1hsZ3v/VpguoRK9JLsLMREScVpezJpGXA7rAMcrn9g\n"                           \
    "-----END PRIVATE KEY-----\n"
#define NOW_MS INT64_C(1747385641636)

static struct secret *secrets[2];
static struct dialect_keys keys;
static const struct dialect_account *spot, *usdm;
static struct dialect_private_session private_session;

static bool find_key(void *context, struct slice key, uint32_t *account,
                     const struct secret **secret)
{
    (void)context;
    *account = slice_equal(key, SLICE(KEY)) ? 0 : 1;
    *secret = secrets[*account];
    return *account == 0 || slice_equal(key, SLICE("second"));
}

static char listen_room[16];

static struct slice listen_key_of(void *context, uint32_t account, bool make)
{
    (void)context;
    ck_assert_uint_lt(account, 2);
    if (make)
        snprintf(listen_room, sizeof listen_room, "listen%u", account);
    return slice_of(listen_room);
}

static uint32_t find_listen_key(void *context, struct slice key)
{
    (void)context;
    return slice_equal(key, SLICE("listen1")) ? 1 : DIALECT_NO_ACCOUNT;
}

static void begin(void)
{
    secrets[0] = secret_new(SLICE(SECRET));
    secrets[1] = secret_new(SLICE(ED25519));
    ck_assert(secrets[0] != NULL && secrets[1] != NULL);
    keys = (struct dialect_keys){.find = find_key,
                                 .listen_key = listen_key_of,
                                 .find_listen_key = find_listen_key,
                                 .now_ns = NOW_MS * NS_PER_MS};
}

static void end(void)
{
    secret_destroy(&secrets[0]);
    secret_destroy(&secrets[1]);
}

/* An upgrade; false: the path is none of the private half's. */
static bool admit(const struct dialect_account *account, const char *path,
                  const struct dialect_parameter *parameters, uint32_t count)
{
    const struct dialect_query query = {
        .path = slice_of(path), .parameters = parameters, .parameter_count = count};
    enum dialect_admission admission = DIALECT_DENIED;
    struct dialect_answer answer = {.snapshot = false};
    int status = 0;
    memset(&private_session, 0, sizeof private_session);
    private_session.account = DIALECT_NO_ACCOUNT;
    bool admitted = account->admit(&query, &keys, &private_session, &admission, &answer, &status);
    ck_assert(!admitted || admission == DIALECT_ADMITTED);
    return admitted;
}

static void expect_said(const struct dialect_account *account, const char *message,
                        const char *expected)
{
    char room[2048];
    struct text said = text_over(room, sizeof room);
    ck_assert_int_eq(account->take(exact_bytes(slice_of(message)), &keys, &private_session, &said),
                     DIALECT_PRIVATE_SAY);
    expect_slice(text_slice(&said), expected);
}

/* A request of the WebSocket API, signed over its parameters by name. */
static const char *signed_call(uint32_t account, const char *method, const char *key,
                               int64_t time_ms, bool window)
{
    static char room[2048];
    char payload_room[512];
    struct text payload = text_over(payload_room, sizeof payload_room);
    struct text call = text_over(room, sizeof room);
    text_format(&payload, "apiKey=%s%s&timestamp=%lld", key, window ? "&recvWindow=100" : "",
                (long long)time_ms);
    text_format(&call,
                "{\"id\":7,\"method\":\"%s\",\"params\":{\"timestamp\":%lld,%s\"signature\":\"",
                method, (long long)time_ms, window ? "\"recvWindow\":100," : "");
    ck_assert(sign_write(&call, secrets[account], SIGN_SHA256,
                         account == 0 ? SIGN_HEX : SIGN_BASE64, text_slice(&payload)));
    text_format(&call, "\",\"apiKey\":\"%s\"}}", key);
    text_terminate(&call);
    ck_assert(!call.overflow);
    return room;
}

#define LIMITS                                                                                     \
    ",\"rateLimits\":[{\"rateLimitType\":\"REQUEST_WEIGHT\",\"interval\":\"MINUTE\","              \
    "\"intervalNum\":1,\"limit\":6000,\"count\":2}]"
#define FAILED(status, code, words)                                                                \
    "{\"id\":7,\"status\":" status ",\"error\":{\"code\":" code ",\"msg\":\"" words "\"}}"
static const struct dialect_parameter without_limits[] = {{{"returnRateLimits", 16}, {"false", 5}}};

START_TEST(binance_accounts_subscribe_by_a_signature)
{
    ck_assert(!admit(spot, "/ws-api/v2", NULL, 0) && !admit(spot, "/ws", NULL, 0));
    ck_assert(admit(spot, "/ws-api/v3", NULL, 0));
    /* the third vector of 6.1.3 */
    expect_said(spot,
                "{\"id\":\"a\",\"method\":\"userDataStream.subscribe.signature\",\"params\":{"
                "\"apiKey\":\"" KEY "\",\"timestamp\":1747385641636,\"signature\":"
                "\"681110a6057ad58657af22f5640fab9dd17418834cdfccdc81be8b0f7b2cde3e\"}}",
                "{\"id\":\"a\",\"status\":200,\"result\":{\"subscriptionId\":0}" LIMITS "}");
    ck_assert_uint_eq(private_session.account, 0);
    ck_assert(admit(spot, "/ws-api/v3", without_limits, 1));
    const char *call = signed_call(1, "userDataStream.subscribe.signature", "second", NOW_MS, true);
    expect_said(spot, call, "{\"id\":7,\"status\":200,\"result\":{\"subscriptionId\":0}}");
    ck_assert_uint_eq(private_session.account, 1);
    expect_said(spot, call,
                FAILED("400", "-2035", "User Data Stream subscription already active."));
}
END_TEST

START_TEST(binance_sessions_are_for_ed25519)
{
    ck_assert(admit(spot, "/ws-api/v3", without_limits, 1));
    expect_said(spot, signed_call(0, "session.logon", KEY, NOW_MS, false),
                FAILED("400", "-1102",
                       "Mandatory parameter 'signature' was malformed: an Ed25519 key is needed."));
    expect_said(spot, "{\"id\":7,\"method\":\"userDataStream.subscribe\"}",
                FAILED("401", "-2015", "Invalid API-key, IP, or permissions for action."));
    expect_said(spot, signed_call(1, "session.logon", "second", NOW_MS, false),
                "{\"id\":7,\"status\":200,\"result\":{\"apiKey\":\"second\","
                "\"authorizedSince\":1747385641636,\"connectedSince\":1747385641636,"
                "\"returnRateLimits\":false,\"serverTime\":1747385641636,"
                "\"userDataStream\":false}}");
    expect_said(spot, "{\"id\":8,\"method\":\"userDataStream.subscribe\"}",
                "{\"id\":8,\"status\":200,\"result\":{\"subscriptionId\":0}}");
    expect_said(spot, "{\"id\":9,\"method\":\"session.subscriptions\"}",
                "{\"id\":9,\"status\":200,\"result\":[{\"subscriptionId\":0}]}");
    expect_said(spot, "{\"id\":10,\"method\":\"userDataStream.unsubscribe\"}",
                "{\"id\":10,\"status\":200,\"result\":{}}");
    expect_said(spot, "{\"id\":7,\"method\":\"userDataStream.unsubscribe\"}",
                FAILED("400", "-2036", "User Data Stream subscription not active."));
}
END_TEST

START_TEST(binance_logins_are_refused_in_its_own_words)
{
    static const char method[] = "userDataStream.subscribe.signature";
    ck_assert(admit(spot, "/ws-api/v3", without_limits, 1));
    expect_said(spot, signed_call(0, method, "nobody", NOW_MS, false),
                FAILED("401", "-2015", "Invalid API-key, IP, or permissions for action."));
    expect_said(spot, signed_call(0, method, "", NOW_MS, false),
                FAILED("401", "-2014", "API-key format invalid."));
    expect_said(spot, signed_call(0, method, "second", NOW_MS, false),
                FAILED("400", "-1022", "Signature for this request is not valid."));
    expect_said(spot, signed_call(0, method, KEY, NOW_MS + 1000, false),
                FAILED("400", "-1021",
                       "Timestamp for this request was 1000ms ahead of the server's time."));
    expect_said(spot, signed_call(0, method, KEY, NOW_MS - 5001, false),
                FAILED("400", "-1021", "Timestamp for this request is outside of the recvWindow."));
    expect_said(spot, signed_call(0, method, KEY, NOW_MS - 101, true),
                FAILED("400", "-1021", "Timestamp for this request is outside of the recvWindow."));
    expect_said(spot, "{\"id\":7,\"method\":\"order.place\"}",
                FAILED("400", "-1000", "Unknown method."));
    expect_said(spot, "{\"id\":7,\"method\"",
                "{\"id\":null,\"status\":400,\"error\":{\"code\":"
                "-1135,\"msg\":\"Invalid JSON Request\"}}");
    ck_assert_uint_eq(private_session.account, DIALECT_NO_ACCOUNT);
    expect_said(spot, signed_call(0, method, KEY, NOW_MS + 999, false),
                "{\"id\":7,\"status\":200,\"result\":{\"subscriptionId\":0}}");
}
END_TEST

/* 6.2.2: a key that nobody has is accepted in silence, and so is one in the path. */
START_TEST(usdm_accounts_are_entered_by_a_listen_key)
{
    static const struct dialect_parameter listen[] = {{{"listenKey", 9}, {"listen1", 7}},
                                                      {{"events", 6}, {"TRADE_LITE", 10}}};
    static const struct dialect_parameter unknown[] = {{{"listenKey", 9}, {"expired", 7}}};
    ck_assert(!admit(usdm, "/public/ws", listen, 1) && !admit(usdm, "/private", listen, 1));
    ck_assert(admit(usdm, "/private/ws", listen, 1));
    ck_assert(private_session.account == 1 && !private_session.wrapped);
    ck_assert(admit(usdm, "/private/stream", listen, 2));
    ck_assert(private_session.account == 1 && private_session.wrapped);
    ck_assert(admit(usdm, "/private/ws", unknown, 1));
    ck_assert_uint_eq(private_session.account, DIALECT_NO_ACCOUNT);
    ck_assert(admit(usdm, "/private/ws/listen1", NULL, 0));
    ck_assert_uint_eq(private_session.account, DIALECT_NO_ACCOUNT);
    ck_assert(admit(usdm, "/private/stream", NULL, 0));
    expect_said(usdm, "{\"method\":\"SUBSCRIBE\",\"params\":[\"listen1\"],\"id\":3}",
                "{\"result\":null,\"id\":3}");
    ck_assert_uint_eq(private_session.account, 1);
}
END_TEST

static struct dialect_order order;
static struct dialect_fill fill;
static struct dialect_balance balances[2];
static struct dialect_position position;

static void set_scene(bool contract)
{
    order = (struct dialect_order){.id = 32,
                                   .symbol = SLICE("LTCBNB"),
                                   .base = SLICE("LTC"),
                                   .quote = SLICE("BNB"),
                                   .kind = contract ? DIALECT_PERPETUAL : DIALECT_SPOT,
                                   .client_id = SLICE("mine"),
                                   .type = DIALECT_LIMIT,
                                   .force = DIALECT_GTC,
                                   .price = decimal_of("1.50"),
                                   .stop = decimal_of("0.00"),
                                   .qty = decimal_of("6.0"),
                                   .amount = decimal_of("0"),
                                   .filled = decimal_of("0.0"),
                                   .left = decimal_of("6.0"),
                                   .cost = decimal_of("0"),
                                   .average = decimal_of("0"),
                                   .state = DIALECT_ORDER_OPEN,
                                   .created_ns = (NOW_MS - 5) * NS_PER_MS,
                                   .updated_ns = NOW_MS * NS_PER_MS};
    fill = (struct dialect_fill){.id = 7,
                                 .order_id = 32,
                                 .symbol = order.symbol,
                                 .price = decimal_of("1.40"),
                                 .qty = decimal_of("2.0"),
                                 .cost = decimal_of("2.80"),
                                 .fee = decimal_of("0.001"),
                                 .pnl = decimal_of("-0.5"),
                                 .fee_asset = SLICE("BNB"),
                                 .time_ns = NOW_MS * NS_PER_MS};
    balances[0] = (struct dialect_balance){SLICE("LTC"), decimal_of("3.5"), decimal_of("0.5")};
    balances[1] = (struct dialect_balance){SLICE("BNB"), decimal_of("0"), decimal_of("0")};
    position = (struct dialect_position){.symbol = order.symbol,
                                         .qty = decimal_of("-2.0"),
                                         .entry = decimal_of("1.40"),
                                         .mark = decimal_of("1.45"),
                                         .pnl = decimal_of("-0.1"),
                                         .liquidation = decimal_of("9")};
}

static struct dialect_account_event event_of(bool filled)
{
    struct dialect_account_event event = {.sequence = 63,
                                          .time_ns = NOW_MS * NS_PER_MS,
                                          .order = &order,
                                          .fill = filled ? &fill : NULL,
                                          .balances = balances,
                                          .balance_count = filled ? 2 : 0};
    if (filled && order.kind == DIALECT_PERPETUAL)
        event.position = &position;
    return event;
}

/* What is said of an event, messages one behind the other with a line's end. */
static void expect_events(const struct dialect_account *account,
                          const struct dialect_account_event *event, const char *expected)
{
    char room[4096];
    struct text said = text_over(room, sizeof room);
    uint32_t part = 0;
    for (size_t before = 0; account->write_event(&said, &private_session, event, part); part++) {
        if (said.len > before)
            text_literal(&said, "\n");
        before = said.len;
    }
    ck_assert_uint_le(part, DIALECT_ACCOUNT_PARTS);
    ck_assert(!said.overflow);
    expect_slice(text_slice(&said), expected);
}

#define REPORT(middle)                                                                             \
    "{\"subscriptionId\":0,\"event\":{\"e\":\"executionReport\",\"E\":1747385641636,"              \
    "\"s\":\"LTCBNB\"," middle "}}\n"
#define REPORT_BEGIN                                                                               \
    "\"S\":\"BUY\",\"o\":\"LIMIT\",\"f\":\"GTC\",\"q\":\"6.0\",\"p\":\"1.50\",\"P\":\"0.00\","     \
    "\"F\":\"0.00000000\",\"g\":-1,"
#define NO_FILL                                                                                    \
    "\"l\":\"0.00000000\",\"z\":\"0.0\",\"L\":\"0.00000000\",\"n\":\"0\",\"N\":null,"              \
    "\"T\":1747385641636,\"t\":-1,\"I\":63,"

START_TEST(binance_orders_are_told_as_documented)
{
    struct dialect_account_event event;
    set_scene(false);
    event = event_of(false);
    event.news = true;
    ck_assert(admit(spot, "/ws-api/v3", without_limits, 1));
    expect_events(spot, &event, "");
    expect_said(spot, signed_call(0, "userDataStream.subscribe.signature", KEY, NOW_MS, false),
                "{\"id\":7,\"status\":200,\"result\":{\"subscriptionId\":0}}");
    expect_events(spot, &event,
                  REPORT("\"c\":\"mine\"," REPORT_BEGIN
                         "\"C\":\"\",\"x\":\"NEW\",\"X\":\"NEW\",\"r\":\"NONE\",\"i\":32," NO_FILL
                         "\"w\":true,\"m\":false,\"M\":false,\"O\":1747385641631,\"Z\":\"0\","
                         "\"Y\":\"0.00000000\",\"Q\":\"0\",\"W\":1747385641631,"
                         "\"V\":\"EXPIRE_MAKER\""));
    order.state = DIALECT_ORDER_CANCELED;
    order.cause = DIALECT_CAUSE_USER;
    order.cancel_id = SLICE("stop-it");
    event = event_of(false);
    expect_events(spot, &event,
                  REPORT("\"c\":\"stop-it\"," REPORT_BEGIN
                         "\"C\":\"mine\",\"x\":\"CANCELED\",\"X\":\"CANCELED\",\"r\":\"NONE\","
                         "\"i\":32," NO_FILL "\"w\":false,\"m\":false,\"M\":false,"
                         "\"O\":1747385641631,\"Z\":\"0\",\"Y\":\"0.00000000\",\"Q\":\"0\","
                         "\"V\":\"EXPIRE_MAKER\""));
    order.cause = DIALECT_CAUSE_SELF;
    order.cancel_id = (struct slice){NULL, 0};
    expect_events(spot, &event,
                  REPORT("\"c\":\"mine\"," REPORT_BEGIN
                         "\"C\":\"\",\"x\":\"TRADE_PREVENTION\",\"X\":\"EXPIRED_IN_MATCH\","
                         "\"r\":\"NONE\",\"i\":32," NO_FILL
                         "\"w\":false,\"m\":false,\"M\":false,\"O\":1747385641631,\"Z\":\"0\","
                         "\"Y\":\"0.00000000\",\"Q\":\"0\",\"V\":\"EXPIRE_MAKER\",\"v\":63,"
                         "\"A\":\"6.0\",\"B\":\"6.0\""));
    order.state = DIALECT_ORDER_TRIGGERED;
    expect_events(spot, &event, "");
}
END_TEST

START_TEST(binance_fills_are_followed_by_balances)
{
    struct dialect_account_event event;
    set_scene(false);
    order.state = DIALECT_ORDER_PARTLY;
    order.filled = decimal_of("2.0");
    order.cost = decimal_of("2.80");
    event = event_of(true);
    ck_assert(admit(spot, "/ws-api/v3", without_limits, 1));
    expect_said(spot, signed_call(0, "userDataStream.subscribe.signature", KEY, NOW_MS, false),
                "{\"id\":7,\"status\":200,\"result\":{\"subscriptionId\":0}}");
    expect_events(spot, &event,
                  REPORT("\"c\":\"mine\"," REPORT_BEGIN
                         "\"C\":\"\",\"x\":\"TRADE\",\"X\":\"PARTIALLY_FILLED\",\"r\":\"NONE\","
                         "\"i\":32,\"l\":\"2.0\",\"z\":\"2.0\",\"L\":\"1.40\",\"n\":\"0.001\","
                         "\"N\":\"BNB\",\"T\":1747385641636,\"t\":7,\"I\":63,\"w\":true,"
                         "\"m\":false,\"M\":true,\"O\":1747385641631,\"Z\":\"2.80\","
                         "\"Y\":\"2.80\",\"Q\":\"0\",\"W\":1747385641631,"
                         "\"V\":\"EXPIRE_MAKER\"") "{\"subscriptionId\":0,\"event\":{\"e\":"
                                                   "\"outboundAccountPosition\","
                                                   "\"E\":1747385641636,\"u\":1747385641636,\"B\":["
                                                   "{\"a\":\"LTC\",\"f\":\"3.5\","
                                                   "\"l\":\"0.5\"},{\"a\":\"BNB\",\"f\":\"0\","
                                                   "\"l\":\"0\"}]}}\n");
}
END_TEST

#define UPDATE(middle)                                                                             \
    "{\"e\":\"ORDER_TRADE_UPDATE\",\"T\":1747385641636,\"E\":1747385641636,\"o\":{"                \
    "\"s\":\"LTCBNB\",\"c\":" middle "}}\n"

START_TEST(usdm_fills_are_told_three_times)
{
    struct dialect_account_event event;
    static const struct dialect_parameter listen[] = {
        {{"listenKey", 9}, {"listen1", 7}},
        {{"events", 6}, {"ORDER_TRADE_UPDATE/listenKeyExpired", 35}}};
    set_scene(true);
    order.state = DIALECT_ORDER_PARTLY;
    order.filled = decimal_of("2.0");
    order.average = decimal_of("1.40");
    order.force = DIALECT_POST_ONLY;
    order.reduce_only = true;
    event = event_of(true);
#define TOLD                                                                                       \
    UPDATE("\"mine\",\"S\":\"BUY\",\"o\":\"LIMIT\",\"f\":\"GTX\",\"q\":\"6.0\",\"p\":\"1.50\","    \
           "\"ap\":\"1.40\",\"sp\":\"0.00\",\"x\":\"TRADE\",\"X\":\"PARTIALLY_FILLED\",\"i\":32,"  \
           "\"l\":\"2.0\",\"z\":\"2.0\",\"L\":\"1.40\",\"n\":\"0.001\",\"N\":\"BNB\","             \
           "\"T\":1747385641636,\"t\":7,\"b\":\"0\",\"a\":\"0\",\"m\":false,\"R\":true,"           \
           "\"wt\":\"CONTRACT_PRICE\",\"ot\":\"LIMIT\",\"ps\":\"BOTH\",\"cp\":false,"              \
           "\"rp\":\"-0.5\",\"pP\":false,\"si\":0,\"ss\":0,\"V\":\"EXPIRE_MAKER\","                \
           "\"pm\":\"NONE\",\"gtd\":0,\"er\":\"0\"")
    ck_assert(admit(usdm, "/private/ws", listen, 1));
    expect_events(usdm, &event,
                  "{\"e\":\"TRADE_LITE\",\"E\":1747385641636,\"T\":1747385641636,"
                  "\"s\":\"LTCBNB\",\"q\":\"6.0\",\"p\":\"1.50\",\"m\":false,\"c\":\"mine\","
                  "\"S\":\"BUY\",\"L\":\"1.40\",\"l\":\"2.0\",\"t\":7,\"i\":32}\n"
                  "{\"e\":\"ACCOUNT_UPDATE\",\"T\":1747385641636,\"E\":1747385641636,\"a\":{"
                  "\"B\":[{\"a\":\"LTC\",\"wb\":\"4.0\",\"cw\":\"4.0\",\"bc\":\"0\"},"
                  "{\"a\":\"BNB\",\"wb\":\"0\",\"cw\":\"0\",\"bc\":\"0\"}],\"P\":["
                  "{\"s\":\"LTCBNB\",\"pa\":\"-2.0\",\"ep\":\"1.40\",\"cr\":\"0\","
                  "\"up\":\"-0.1\",\"mt\":\"cross\",\"iw\":\"0\",\"ps\":\"BOTH\","
                  "\"bep\":\"1.40\"}],\"m\":\"ORDER\"}}\n" TOLD);
    ck_assert(admit(usdm, "/private/ws", listen, 2));
    expect_events(usdm, &event, TOLD);
    event.fill = NULL;
    order.state = DIALECT_ORDER_EXPIRED;
    order.cause = DIALECT_CAUSE_IMMEDIATE;
    order.force = DIALECT_IOC;
    ck_assert(admit(usdm, "/private/ws", listen, 1));
    expect_events(usdm, &event,
                  UPDATE("\"mine\",\"S\":\"BUY\",\"o\":\"LIMIT\",\"f\":\"IOC\",\"q\":\"6.0\","
                         "\"p\":\"1.50\",\"ap\":\"1.40\",\"sp\":\"0.00\",\"x\":\"EXPIRED\","
                         "\"X\":\"EXPIRED\",\"i\":32,\"l\":\"0\",\"z\":\"2.0\",\"L\":\"0\","
                         "\"n\":\"0\",\"N\":\"BNB\",\"T\":1747385641636,\"t\":0,\"b\":\"0\","
                         "\"a\":\"0\",\"m\":false,\"R\":true,\"wt\":\"CONTRACT_PRICE\","
                         "\"ot\":\"LIMIT\",\"ps\":\"BOTH\",\"cp\":false,\"rp\":\"0\","
                         "\"pP\":false,\"si\":0,\"ss\":0,\"V\":\"EXPIRE_MAKER\",\"pm\":\"NONE\","
                         "\"gtd\":0,\"er\":\"2\""));
}
END_TEST

static bool is_said(const struct dialect_account *account,
                    const struct dialect_account_event *event, const char *words)
{
    char room[4096];
    struct text said = text_over(room, sizeof room);
    for (uint32_t part = 0; account->write_event(&said, &private_session, event, part);)
        part++;
    return memmem(said.data, said.len, words, strlen(words)) != NULL;
}

START_TEST(usdm_liquidations_have_the_exchanges_own_id)
{
    static const struct dialect_parameter listen[] = {{{"listenKey", 9}, {"listen1", 7}}};
    set_scene(true);
    order.type = DIALECT_MARKET;
    order.cause = DIALECT_CAUSE_LIQUIDATION;
    order.state = DIALECT_ORDER_FILLED;
    order.client_id = (struct slice){NULL, 0};
    const struct dialect_account_event event = event_of(true);
    ck_assert(admit(usdm, "/private/ws", listen, 1));
    ck_assert(is_said(usdm, &event,
                      "\"c\":\"autoclose-1747385641631\",\"S\":\"BUY\","
                      "\"o\":\"LIQUIDATION\""));
    ck_assert(is_said(usdm, &event, "\"x\":\"CALCULATED\",\"X\":\"FILLED\""));
}
END_TEST

START_TEST(binance_streams_end_in_its_own_words)
{
    static const struct dialect_parameter listen[] = {{{"listenKey", 9}, {"listen1", 7}}};
    char room[256];
    struct text said = text_over(room, sizeof room);
    spot->write_over(&said, &private_session, NOW_MS * NS_PER_MS);
    expect_slice(text_slice(&said), "{\"subscriptionId\":0,\"event\":{\"e\":"
                                    "\"eventStreamTerminated\",\"E\":1747385641636}}");
    ck_assert(admit(usdm, "/private/stream", listen, 1));
    said.len = 0;
    usdm->write_over(&said, &private_session, NOW_MS * NS_PER_MS);
    expect_slice(text_slice(&said), "{\"stream\":\"account1\",\"data\":{\"e\":\"listenKeyExpired\","
                                    "\"E\":1747385641636,\"listenKey\":\"account1\"}}");
}
END_TEST

int main(void)
{
    char error[256] = "";
    if (!secret_global_init(error, sizeof error)) {
        fputs(error, stderr);
        return 1;
    }
    spot = dialects_find(SLICE("binance"))->account;
    usdm = dialects_find(SLICE("binance-usdm"))->account;
    Suite *suite = suite_create("sim_binance_private");
    TCase *tests = tcase_create("accounts");
    tcase_add_checked_fixture(tests, begin, end);
    tcase_add_test(tests, binance_accounts_subscribe_by_a_signature);
    tcase_add_test(tests, binance_sessions_are_for_ed25519);
    tcase_add_test(tests, binance_logins_are_refused_in_its_own_words);
    tcase_add_test(tests, usdm_accounts_are_entered_by_a_listen_key);
    tcase_add_test(tests, binance_orders_are_told_as_documented);
    tcase_add_test(tests, binance_fills_are_followed_by_balances);
    tcase_add_test(tests, usdm_fills_are_told_three_times);
    tcase_add_test(tests, usdm_liquidations_have_the_exchanges_own_id);
    tcase_add_test(tests, binance_streams_end_in_its_own_words);
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? 0 : 1;
}
