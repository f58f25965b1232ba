/* SPDX-License-Identifier: Apache-2.0 */
/* Requests against real tables: each bad one has one error that names what was wrong, each good one
 * does what docs/WIRE.md says. */
#include "query_asking.h"

#define BTC "'exchange':'binance','symbol':'BTC-USDT'"
#define OPEN_BOOK                                                                                  \
    "{'id':1,'op':'connection.open','exchange':'binance','type':'order_book',"                     \
    "'symbols':['ETH-USDT','BTC-USDT'],'name':'books'}"
#define ADD_QUOTES                                                                                 \
    "{'id':1,'op':'subscription.add','exchange':'binance','channel':'quote',"                      \
    "'symbols':['BTC-USDT','ETH-USDT']}"
#define SYMBOLS_9 "['1','2','3','4','5','6','7','8','9']"

static void close_result(const char *request)
{
    json_decref(result_of(request));
}

/* A quote of BTC-USDT in which so many of the fields, from the first on, are known. */
static void say_quote(uint32_t known)
{
    struct topic *topic = topic_named("quote.binance.BTC-USDT.");
    struct event event;
    event_begin(&event, KIND_QUOTE);
    event.quote.known = known;
    for (int i = 0; i < QUOTE_FIELD_COUNT; i++)
        event.quote.numbers[i] = (struct decimal){.low = 100 + (uint64_t)i, .scale = 1};
    take(topic, &event);
    cache_put(tables.cache, (struct slice){topic->name, topic->name_len}, &event, now.monotonic_ns);
}

START_TEST(query_refuses_what_is_no_request)
{
    static const struct {
        const char *request, *code, *word;
    } bad[] = {
        {"", "bad_json", ""},
        {"hello", "bad_json", ""},
        {"{'id':1,'op':'ping'", "bad_json", ""},
        {"{'id':1,'op':'ping'}}", "bad_json", "end of file"},
        {"{'id':1,'op':'ping','op':'ping'}", "bad_json", "op"},
        {"{'id':1,'op':'p\xff\xfeng'}", "bad_json", "decode"},
        {"{'id':1,'op':'\\u0000'}", "bad_json", "u0000"},
        {"{'id':99999999999999999999,'op':'ping'}", "bad_json", ""},
        {"42", "bad_request", "an integer"},
        {"null", "bad_request", "null"},
        {"[{'id':1,'op':'ping'}]", "bad_request", "a list"},
        {"{}", "missing_field", "id"},
        {"{'op':'ping'}", "missing_field", "id"},
        {"{'id':null,'op':'ping'}", "wrong_type", "id"},
        {"{'id':1.5,'op':'ping'}", "wrong_type", "id"},
        {"{'id':{},'op':'ping'}", "wrong_type", "id"},
        {"{'id':9007199254740992,'op':'ping'}", "bad_value", "id"},
        {"{'id':-9007199254740992,'op':'ping'}", "bad_value", "id"},
        {"{'id':'12345678901234567890123456789012345678901234567890123456789012345','op':'ping'}",
         "bad_value", "id"},
        {"{'id':1}", "missing_field", "op"},
        {"{'id':1,'op':7}", "wrong_type", "op"},
        {"{'id':1,'op':''}", "unknown_op", "op"},
        {"{'id':1,'op':'PING'}", "unknown_op", "PING"},
        {"{'id':1,'op':'config.reload'}", "unknown_op", "config.reload"},
        {"{'id':1,'op':'account.list'}", "auth_required", "account.list"},
        {"{'id':1,'op':'journal.read','account':'a'}", "auth_required", "journal.read"},
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        refused(bad[i].request, bad[i].code, bad[i].word);
    ck_assert_uint_eq(stats_totals(tables.stats)->requests, sizeof bad / sizeof *bad);
    ck_assert_uint_eq(stats_totals(tables.stats)->request_errors, sizeof bad / sizeof *bad);
}
END_TEST

START_TEST(query_names_the_field_that_is_wrong)
{
    static const struct {
        const char *request, *code, *word;
    } bad[] = {
        {"{'id':1,'op':'ping','extra':1}", "unknown_field", "extra"},
        {"{'id':1,'op':'quote.get','exchange':'binance'}", "missing_field", "symbol: is missing"},
        {"{'id':1,'op':'quote.get','exchange':1,'symbol':'A'}", "wrong_type", "exchange"},
        {"{'id':1,'op':'quote.get','exchange':null,'symbol':'A'}", "wrong_type", "got null"},
        {"{'id':1,'op':'quote.get','exchange':'binance','symbol':''}", "bad_value", "symbol"},
        {"{'id':1,'op':'quote.get','exchange':'nasdaq','symbol':'A'}", "unknown_exchange",
         "nasdaq"},
        {"{'id':1,'op':'quote.get','exchange':'binance','symbol':'BTCUSDT'}", "unknown_symbol",
         "BTCUSDT"},
        {"{'id':1,'op':'quote.get'," BTC ",'depth':5}", "unknown_field", "depth"},
        {"{'id':1,'op':'book.get'," BTC ",'depth':0}", "bad_value", "depth: expected 1 to 20000"},
        {"{'id':1,'op':'book.get'," BTC ",'depth':-1}", "bad_value", "depth"},
        {"{'id':1,'op':'book.get'," BTC ",'depth':'20'}", "wrong_type", "depth"},
        {"{'id':1,'op':'book.get'," BTC ",'depth':2.5}", "wrong_type", "fraction"},
        {"{'id':1,'op':'connection.open','exchange':'binance','type':'prices','symbols':['A']}",
         "unknown_type", "prices"},
        {"{'id':1,'op':'connection.open','exchange':'binance','type':'order_execution',"
         "'symbols':['A']}",
         "auth_required", "order_execution"},
        {"{'id':1,'op':'connection.open','exchange':'binance','type':'price_feed','symbols':[]}",
         "bad_value", "symbols"},
        {"{'id':1,'op':'connection.open','exchange':'binance','type':'price_feed',"
         "'symbols':['BTC-USDT',null]}",
         "wrong_type", "place 2"},
        {"{'id':1,'op':'connection.open','exchange':'binance','type':'price_feed',"
         "'symbols':['NOPE-USDT']}",
         "unknown_symbol", "NOPE-USDT"},
        {"{'id':1,'op':'connection.open','exchange':'binance','type':'candle_feed',"
         "'symbols':['BTC-USDT']}",
         "missing_field", "interval"},
        {"{'id':1,'op':'connection.get'}", "missing_field", "connection"},
        {"{'id':1,'op':'connection.close','connection':'nobody'}", "unknown_connection", "nobody"},
        {"{'id':1,'op':'subscription.add','exchange':'binance','channel':'quotes',"
         "'symbols':['BTC-USDT']}",
         "unknown_channel", "quotes"},
        {"{'id':1,'op':'subscription.add','exchange':'binance','channel':'mark',"
         "'symbols':['BTC-USDT']}",
         "unknown_channel", "binance has no"},
        {"{'id':1,'op':'subscription.add','exchange':'binance','channel':'order',"
         "'symbols':['BTC-USDT']}",
         "auth_required", "order"},
        {"{'id':1,'op':'subscription.add','exchange':'binance','channel':'candle',"
         "'symbols':['BTC-USDT']}",
         "missing_field", "interval"},
        {"{'id':1,'op':'subscription.remove','exchange':'binance','channel':'candle',"
         "'symbols':['BTC-USDT'],'interval':'7m'}",
         "bad_value", "7m"},
        {"{'id':1,'op':'subscription.add','exchange':'binance','channel':'quote','interval':'1m',"
         "'symbols':['BTC-USDT']}",
         "bad_value", "interval"},
        {"{'id':1,'op':'subscription.add','exchange':'binance','channel':'quote',"
         "'symbols':" SYMBOLS_9 "}",
         "capacity", "limits.symbols"},
        {"{'id':1,'op':'instrument.list','exchange':'binance','limit':0}", "bad_value", "limit"},
        {"{'id':1,'op':'cache.set'}", "missing_field", "size"},
        {"{'id':1,'op':'cache.set','expiry_ms':1000000000000000}", "bad_value", "expiry_ms"},
        {"{'id':1,'op':'log.set','level':'loud'}", "bad_value", "loud"},
        {"{'id':1,'op':'stats.get','part':'all'}", "bad_value", "part"},
        {"{'id':1,'op':'stats.get','limit':3}", "bad_value", "limit"},
    };
    list("BTC-USDT ETH-USDT");
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        refused(bad[i].request, bad[i].code, bad[i].word);
    ck_assert_uint_eq(connections_count(tables.connections), 0);
    ck_assert_uint_eq(subscriptions_count(tables.subscriptions), 0);
}
END_TEST

START_TEST(query_says_all_that_is_wrong_under_the_code_of_the_first)
{
    refused("{'id':1,'op':'connection.open','type':7,'lease_s':-1,'symbol':'A'}", "missing_field",
            "exchange: is missing (name of an exchange); type: expected a text");
    refused("{'id':1,'op':'connection.open','type':7,'lease_s':-1,'symbol':'A'}", "missing_field",
            "type: expected a text, got an integer; lease_s: expected 0 to 31536000, got -1");
}
END_TEST

START_TEST(query_survives_any_length_of_any_field)
{
    static const char *const forms[] = {"{'id':1,'op':'%s'}", "{'id':'%s','op':'ping'}",
                                        "{'id':1,'op':'ping','%s':1}",
                                        "{'id':1,'op':'quote.get','exchange':'%s','symbol':'A'}",
                                        "{'id':1,'op':'snapshot','prefixes':['%s']}"};
    static char field[60001], request[61000];
    for (size_t i = 0; i < sizeof forms / sizeof *forms; i++)
        for (size_t len = 250; len < sizeof field; len *= 15) {
            memset(field, 'x', len);
            field[len] = '\0';
            snprintf(request, sizeof request, forms[i], field);
            json_t *reply = ask(request);
            ck_assert(json_is_false(json_object_get(reply, "ok")));
            json_decref(reply);
        }
    char *large = calloc(1, config->requests.message_max + 1);
    expect_error(ask_bytes(large, config->requests.message_max + 1), "", "too_large", "bytes");
    free(large);
}
END_TEST

START_TEST(query_echoes_the_id)
{
    json_t *reply = ask("{'id':'a\\\\\\u0001\xc3\xa9','op':'ping'}");
    ck_assert_str_eq(text_in(reply, "id"), "a\\\x01\xc3\xa9");
    json_decref(reply);
    reply = ask("{'id':-9007199254740991,'op':'nothing'}");
    ck_assert_int_eq(number_in(reply, "id"), -9007199254740991);
    json_decref(reply);
    reply = ask("{'id':[1],'op':'ping'}");
    ck_assert(json_is_null(json_object_get(reply, "id")));
    json_decref(reply);
}
END_TEST

START_TEST(query_tells_a_peer_over_its_rate_that_it_is_busy_and_does_nothing)
{
    static char large[2000] = "{\"id\":7,\"op\":\"cache.set\",\"size\":5}";
    asker.busy = "too much of something";
    json_t *reply = ask_bytes(large, strlen(large));
    ck_assert_int_eq(number_in(reply, "id"), 7);
    expect_error(reply, large, "busy", "too much of something");
    memset(large + strlen(large), ' ', 1000);
    reply = ask_bytes(large, strlen(large));
    ck_assert(json_is_null(json_object_get(reply, "id")));
    expect_error(reply, large, "busy", "too much of something");
    ck_assert_uint_eq(stats_totals(tables.stats)->requests_busy, 2);
    struct cache_stats stats;
    cache_stats(tables.cache, &stats);
    ck_assert_uint_eq(stats.size, 100);
}
END_TEST

/* What comes of a request: "" for a result, else the error's code. */
static void expect_code(const char *request, const char *code)
{
    json_t *reply = ask(request);
    const char *got = json_string_value(json_object_get(json_object_get(reply, "error"), "code"));
    ck_assert_msg(strcmp(got != NULL ? got : "", code) == 0, "%s: %s", request,
                  json_dumps(reply, 0));
    json_decref(reply);
}

START_TEST(query_asks_for_the_role_of_an_op_where_roles_count)
{
    static const struct {
        const char *request;
        enum role role;
    } ops[] = {
        {"{'id':1,'op':'hello'}", ROLE_NONE},
        {"{'id':1,'op':'ping'}", ROLE_NONE},
        {"{'id':1,'op':'connection.list'}", ROLE_READ},
        {"{'id':1,'op':'connector.types'}", ROLE_READ},
        {"{'id':1,'op':'stats.get'}", ROLE_READ},
        {"{'id':1,'op':'snapshot','prefixes':['']}", ROLE_READ},
        {"{'id':1,'op':'instrument.list','exchange':'binance'}", ROLE_READ},
        {"{'id':1,'op':'cache.set','size':5}", ROLE_CONTROL},
        {"{'id':1,'op':'log.set','level':'info'}", ROLE_CONTROL},
        {OPEN_BOOK, ROLE_CONTROL},
        {"{'id':1,'op':'connection.close','connection':'books'}", ROLE_CONTROL},
        {ADD_QUOTES, ROLE_CONTROL},
        {"{'id':1,'op':'connector.create','type':'BinancePublicConnector','exchange':'binance'}",
         ROLE_CONTROL},
    };
    const char *why, *key = "rq:rM>}U?@Lns47E1%kR.o@n%FcmmsL/@{H8]yf7";
    struct rights *rights = rights_new();
    list("BTC-USDT ETH-USDT");
    for (int roles = -1; roles <= (ROLE_READ | ROLE_CONTROL); roles++) {
        static const char *const words[] = {"", "read", "control", "read,control"};
        rights_destroy(&rights);
        rights = rights_new();
        ck_assert(rights_add(rights, SLICE("ann"), key, roles > 0 ? words[roles] : "", "", &why));
        asker.secured = true;
        asker.client = roles >= 0 ? rights_find(rights, slice_of(key)) : NULL;
        for (size_t i = 0; i < sizeof ops / sizeof *ops; i++) {
            bool may = roles >= 0 && ((int)ops[i].role & roles) == (int)ops[i].role;
            expect_code(ops[i].request, may ? "" : roles < 0 ? "auth_required" : "forbidden");
        }
    }
    rights_destroy(&rights);
}
END_TEST

START_TEST(query_says_who_it_is_and_what_time_it_has)
{
    json_t *hello = result_of("{'id':1,'op':'hello'}");
    ck_assert_str_eq(text_in(hello, "name"), "tickgate");
    ck_assert_int_eq(number_in(hello, "protocol"), 1);
    ck_assert_int_eq(number_in(hello, "epoch"), 1700000000000);
    ck_assert_int_eq(number_in(hello, "ts"), now.real_ns / NS_PER_US);
    const json_t *endpoints = json_object_get(hello, "endpoints");
    ck_assert_str_eq(json_string_value(json_array_get(json_object_get(endpoints, "feed"), 0)),
                     config->feed.endpoints[0]);
    const json_t *exchanges = json_object_get(hello, "exchanges");
    ck_assert_str_eq(json_string_value(json_array_get(exchanges, 0)), "binance");
    ck_assert_uint_eq(json_array_size(exchanges), 1);
    json_decref(hello);
    json_t *ping = result_of("{'id':1,'op':'ping'}");
    ck_assert_int_eq(number_in(ping, "ts"), now.real_ns / NS_PER_US);
    json_decref(ping);
}
END_TEST

START_TEST(quote_is_given_once_price_volume_and_change_are_known_and_until_it_is_too_old)
{
    static const char request[] = "{'id':1,'op':'quote.get'," BTC "}";
    refused(request, "not_ready", "not known yet");
    list("BTC-USDT ETH-USDT");
    refused(request, "not_ready", "nobody subscribed");
    close_result(ADD_QUOTES);
    refused(request, "not_ready", "no quote of \"BTC-USDT\" came yet");
    say_quote(1u << QUOTE_PRICE | 1u << QUOTE_BID_PRICE);
    refused(request, "not_ready", "price, volume and change_24h");
    say_quote(1u << QUOTE_PRICE | 1u << QUOTE_VOLUME | 1u << QUOTE_CHANGE | 1u << QUOTE_ASK_SIZE);
    say_state("quote.binance.BTC-USDT.", TOPIC_STALE, REASON_SILENT);
    now.monotonic_ns += 5 * NS_PER_SECOND;
    now.real_ns += 5 * NS_PER_SECOND;
    json_t *quote = result_of(request);
    ck_assert_str_eq(text_in(quote, "price"), "10.0");
    ck_assert_str_eq(text_in(quote, "volume"), "10.1");
    ck_assert_str_eq(text_in(quote, "change_24h"), "10.3");
    ck_assert_str_eq(text_in(quote, "ask_size"), "10.7");
    ck_assert_ptr_null(json_object_get(quote, "bid_price"));
    ck_assert_str_eq(text_in(quote, "state"), "stale");
    ck_assert_str_eq(text_in(quote, "reason"), "silent");
    ck_assert_int_eq(number_in(quote, "seq"), 2);
    ck_assert_int_eq(number_in(quote, "age_ms"), 5000);
    json_decref(quote);
    now.monotonic_ns += 55 * NS_PER_SECOND;
    refused(request, "not_ready", "young enough");
}
END_TEST

START_TEST(book_is_given_as_deep_as_asked_and_with_its_state)
{
    static const char request[] = "{'id':1,'op':'book.get'," BTC ",'depth':5}";
    list("BTC-USDT ETH-USDT");
    close_result(OPEN_BOOK);
    refused(request, "not_ready", "no book of");
    say_state("book.binance.BTC-USDT.", TOPIC_RECOVERING, REASON_SNAPSHOT_PENDING);
    json_t *book = result_of(request);
    ck_assert_str_eq(text_in(book, "update"), "state");
    ck_assert_str_eq(text_in(book, "reason"), "snapshot_pending");
    json_decref(book);
    say_book("book.binance.BTC-USDT.", 30);
    book = result_of(request);
    ck_assert_str_eq(text_in(book, "state"), "ok");
    ck_assert_uint_eq(json_array_size(json_object_get(book, "bids")), 5);
    ck_assert_uint_eq(json_array_size(json_object_get(book, "asks")), 5);
    ck_assert_int_eq(number_in(book, "seq"), 2);
    json_decref(book);
    book = result_of("{'id':1,'op':'book.get'," BTC "}");
    ck_assert_uint_eq(json_array_size(json_object_get(book, "bids")), 20);
    json_decref(book);
    book = result_of("{'id':1,'op':'book.get'," BTC ",'depth':20000}");
    ck_assert_uint_eq(json_array_size(json_object_get(book, "bids")), 30);
    json_decref(book);
}
END_TEST

START_TEST(connection_is_opened_once_shown_and_closed)
{
    list("BTC-USDT ETH-USDT");
    json_t *opened = result_of(OPEN_BOOK), *again = result_of(OPEN_BOOK);
    ck_assert(json_equal(opened, again));
    json_decref(again);
    ck_assert_str_eq(text_in(opened, "state"), "opening");
    ck_assert_int_eq(number_in(opened, "symbol_count"), 2);
    ck_assert_int_eq(number_in(opened, "created"), now.real_ns / NS_PER_US);
    refused("{'id':1,'op':'connection.open','exchange':'binance','type':'price_feed',"
            "'symbols':['BTC-USDT'],'name':'books'}",
            "conflict", "books");
    json_t *row = result_of("{'id':1,'op':'connection.get','connection':'books'}");
    const json_t *symbols = json_object_get(row, "symbols");
    ck_assert_uint_eq(json_array_size(symbols), 2);
    ck_assert_str_eq(json_string_value(json_array_get(symbols, 0)), "BTC-USDT");
    ck_assert_str_eq(text_in(row, "id"), text_in(opened, "id"));
    ck_assert_ptr_null(json_object_get(row, "next"));
    json_decref(row);
    now.real_ns += NS_PER_SECOND;
    say_book("book.binance.BTC-USDT.", 1);
    row = result_of("{'id':1,'op':'connection.get','connection':'c1','after':1}");
    ck_assert_uint_eq(json_array_size(json_object_get(row, "symbols")), 1);
    ck_assert_int_eq(number_in(row, "messages"), 1);
    ck_assert_int_eq(number_in(row, "last_message"), now.real_ns / NS_PER_US);
    json_decref(row);
    row = result_of("{'id':1,'op':'connection.close','connection':'books'}");
    ck_assert_str_eq(text_in(row, "state"), "closed");
    json_decref(row);
    refused("{'id':1,'op':'connection.close','connection':'c1'}", "unknown_connection", "c1");
    ck_assert_uint_eq(subscriptions_count(tables.subscriptions), 0);
    json_decref(opened);
}
END_TEST

START_TEST(subscriptions_are_a_set_that_is_listed)
{
    list("BTC-USDT ETH-USDT");
    json_t *added = result_of(ADD_QUOTES), *again = result_of(ADD_QUOTES);
    ck_assert_int_eq(number_in(added, "added"), 2);
    ck_assert_int_eq(number_in(again, "added"), 0);
    json_decref(again);
    json_decref(added);
    close_result("{'id':1,'op':'subscription.add','exchange':'binance','channel':'candle',"
                 "'symbols':['BTC-USDT'],'interval':'1m'}");
    close_result("{'id':1,'op':'subscription.add','exchange':'binance','channel':'trade',"
                 "'symbols':['BTC-USDT']}");
    say_trade("trade.binance.BTC-USDT.", 1);
    json_t *all = result_of("{'id':1,'op':'subscription.list'}");
    ck_assert_uint_eq(json_array_size(json_object_get(all, "subscriptions")), 4);
    json_decref(all);
    json_t *some = result_of("{'id':1,'op':'subscription.list'," BTC ",'channel':'candle'}");
    const json_t *row = json_array_get(json_object_get(some, "subscriptions"), 0);
    ck_assert_uint_eq(json_array_size(json_object_get(some, "subscriptions")), 1);
    ck_assert_str_eq(text_in(row, "interval"), "1m");
    ck_assert_str_eq(text_in(row, "topic"), "candle.binance.BTC-USDT.1m.");
    ck_assert_str_eq(text_in(row, "state"), "pending");
    ck_assert(json_is_true(json_object_get(row, "added")));
    json_decref(some);
    some = result_of("{'id':1,'op':'subscription.list','channel':'trade'}");
    row = json_array_get(json_object_get(some, "subscriptions"), 0);
    ck_assert_int_eq(number_in(row, "messages"), 1);
    ck_assert_str_eq(text_in(row, "topic_state"), "ok");
    json_decref(some);
    json_t *removed =
        result_of("{'id':1,'op':'subscription.remove','exchange':'binance','channel':'quote',"
                  "'symbols':['BTC-USDT','NOPE-USDT']}");
    ck_assert_int_eq(number_in(removed, "removed"), 1);
    json_decref(removed);
    ck_assert_uint_eq(subscriptions_count(tables.subscriptions), 3);
}
END_TEST

START_TEST(cache_is_resized_and_told)
{
    json_t *set = result_of("{'id':1,'op':'cache.set','size':2}");
    ck_assert_int_eq(number_in(set, "size"), 2);
    ck_assert_int_eq(number_in(set, "expiry_ms"), 60000);
    json_decref(set);
    set = result_of("{'id':1,'op':'cache.set','expiry_ms':86400000}");
    json_t *got = result_of("{'id':1,'op':'cache.get'}");
    ck_assert(json_equal(set, got));
    ck_assert_int_eq(number_in(got, "size"), 2);
    ck_assert_int_eq(number_in(got, "expiry_ms"), 86400000);
    json_decref(got);
    json_decref(set);
}
END_TEST

START_TEST(stats_give_totals_sessions_and_exchanges)
{
    struct event event;
    event_begin(&event, KIND_SESSION);
    event.session = (struct session_report){.session = 3, .state = SESSION_RECONNECTING};
    event.reason = REASON_DNS;
    stats_take_session(tables.stats, &event);
    event_begin(&event, KIND_COUNTERS);
    event.counters.session = 3;
    event.counters.refused[REFUSAL_NOT_JSON] = 12;
    stats_take_counters(tables.stats, &event);
    event_begin(&event, KIND_DRIFT);
    event.drift = (struct drift){.refusal = REFUSAL_NOT_JSON, .len = 3, .example = "{\xff\""};
    stats_take_drift(tables.stats, &event);
    list("BTC-USDT ETH-USDT");
    json_t *stats = result_of("{'id':1,'op':'stats.get'}");
    ck_assert_str_eq(text_in(json_object_get(stats, "gateway"), "version"), TICKGATE_VERSION);
    ck_assert_int_eq(number_in(json_object_get(stats, "gateway"), "requests"), 1);
    const json_t *session = json_array_get(json_object_get(stats, "sessions"), 0);
    ck_assert_int_eq(number_in(session, "session"), 3);
    ck_assert_str_eq(text_in(session, "exchange"), "binance");
    ck_assert_str_eq(text_in(session, "state"), "reconnecting");
    ck_assert_str_eq(text_in(session, "reason"), "dns_failed");
    ck_assert_int_eq(number_in(session, "refused_total"), 12);
    const json_t *exchange = json_array_get(json_object_get(stats, "exchanges"), 0);
    ck_assert_int_eq(number_in(exchange, "instruments"), 2);
    ck_assert(json_is_false(json_object_get(exchange, "running")));
    const json_t *drift = json_array_get(json_object_get(exchange, "drift"), 0);
    ck_assert_str_eq(text_in(drift, "refusal"), "not_json");
    ck_assert_int_eq(number_in(drift, "count"), 12);
    ck_assert_str_eq(text_in(drift, "example"), "{?\"");
    json_decref(stats);
    stats = result_of("{'id':1,'op':'stats.get','part':'sessions'}");
    ck_assert_uint_eq(json_object_size(stats), 1);
    json_decref(stats);
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {
        query_refuses_what_is_no_request,
        query_names_the_field_that_is_wrong,
        query_says_all_that_is_wrong_under_the_code_of_the_first,
        query_survives_any_length_of_any_field,
        query_echoes_the_id,
        query_tells_a_peer_over_its_rate_that_it_is_busy_and_does_nothing,
        query_asks_for_the_role_of_an_op_where_roles_count,
        query_says_who_it_is_and_what_time_it_has,
        quote_is_given_once_price_volume_and_change_are_known_and_until_it_is_too_old,
        book_is_given_as_deep_as_asked_and_with_its_state,
        connection_is_opened_once_shown_and_closed,
        subscriptions_are_a_set_that_is_listed,
        cache_is_resized_and_told,
        stats_give_totals_sessions_and_exchanges,
    };
    return run_tests("gateway_query", tests, sizeof tests / sizeof *tests);
}
