/* SPDX-License-Identifier: Apache-2.0 */
/* Snapshots and lists, which may be longer than a reply: nothing is left out, nothing comes twice,
 * and none of them costs more than its share. */
#include "query_asking.h"

#include <unistd.h>
#include <zmq.h>

#define TRADE(symbol) "trade.binance." symbol "."

static void hold(const char *channel, const char *symbols)
{
    char request[512];
    snprintf(request, sizeof request,
             "{'id':1,'op':'subscription.add','exchange':'binance','channel':'%s','symbols':[%s]}",
             channel, symbols);
    json_decref(result_of(request));
}

static const json_t *image_of(const json_t *snapshot, size_t i, const char *topic)
{
    const json_t *image = json_array_get(json_object_get(snapshot, "images"), i);
    ck_assert_str_eq(text_in(image, "topic"), topic);
    return json_object_get(image, "event");
}

static void expect_images(const char *request, size_t expected)
{
    json_t *snapshot = result_of(request);
    ck_assert_uint_eq(json_array_size(json_object_get(snapshot, "images")), expected);
    json_decref(snapshot);
}

START_TEST(snapshot_holds_an_image_of_each_topic_under_its_prefixes)
{
    list("BTC-USDT ETH-USDT");
    hold("trade", "'BTC-USDT','ETH-USDT'");
    hold("book", "'BTC-USDT'");
    say_state(TRADE("BTC-USDT"), TOPIC_OK, REASON_NONE);
    say_trade(TRADE("BTC-USDT"), 77);
    say_state(TRADE("BTC-USDT"), TOPIC_DOWN, REASON_CLOSED_BY_PEER);
    say_book("book.binance.BTC-USDT.", 30);
    json_t *snapshot =
        result_of("{'id':1,'op':'snapshot','prefixes':['trade.','book.'],'depth':3}");
    ck_assert_int_eq(number_in(snapshot, "epoch"), 1700000000000);
    ck_assert_ptr_null(json_object_get(snapshot, "next"));
    ck_assert_uint_eq(json_array_size(json_object_get(snapshot, "images")), 3);
    const json_t *trade = image_of(snapshot, 0, TRADE("BTC-USDT"));
    ck_assert_str_eq(text_in(trade, "update"), "snapshot");
    ck_assert_str_eq(text_in(trade, "trade_id"), "77");
    ck_assert_str_eq(text_in(trade, "state"), "down");
    ck_assert_str_eq(text_in(trade, "reason"), "closed_by_peer");
    ck_assert_int_eq(number_in(trade, "seq"), 3);
    const json_t *quiet = image_of(snapshot, 1, TRADE("ETH-USDT"));
    ck_assert_str_eq(text_in(quiet, "update"), "state");
    ck_assert_str_eq(text_in(quiet, "state"), "recovering");
    ck_assert_int_eq(number_in(quiet, "seq"), 0);
    const json_t *book = image_of(snapshot, 2, "book.binance.BTC-USDT.");
    ck_assert_uint_eq(json_array_size(json_object_get(book, "bids")), 3);
    json_decref(snapshot);
    ck_assert_uint_eq(stats_totals(tables.stats)->images, 3);
}
END_TEST

START_TEST(snapshot_prefixes_may_cover_each_other_and_match_whole_bytes_alone)
{
    list("BTC-USDT BTC-USDC ETH-USDT");
    hold("trade", "'BTC-USDT','BTC-USDC','ETH-USDT'");
    hold("quote", "'BTC-USDT'");
    expect_images("{'id':1,'op':'snapshot','prefixes':['']}", 4);
    expect_images("{'id':1,'op':'snapshot','prefixes':['trade.binance.E','','trade.']}", 4);
    expect_images("{'id':1,'op':'snapshot','prefixes':['trade.binance.BTC-USDT.','trade.',"
                  "'trade.binance.BTC-USDT.','trade.binance.']}",
                  3);
    expect_images("{'id':1,'op':'snapshot','prefixes':['trade.binance.BTC-USD','u','quote']}", 3);
    expect_images(
        "{'id':1,'op':'snapshot','prefixes':['trade.binance.BTC-USDT.x','trade.binance.A',"
        "'trade.binance.BTC-USDS','zzz','a','quote.binance.BTC-USDT..']}",
        0);
    expect_images("{'id':1,'op':'snapshot','prefixes':['sys.']}", 0);
}
END_TEST

START_TEST(snapshot_refuses_what_it_cannot_give)
{
    refused("{'id':1,'op':'snapshot'}", "missing_field", "prefixes");
    refused("{'id':1,'op':'snapshot','prefixes':'trade.'}", "wrong_type", "prefixes");
    refused("{'id':1,'op':'snapshot','prefixes':[]}", "bad_value", "prefixes");
    refused("{'id':1,'op':'snapshot','prefixes':[1]}", "wrong_type", "prefixes");
    refused("{'id':1,'op':'snapshot','prefixes':['trade.','order.binance.']}", "auth_required",
            "order.");
    refused("{'id':1,'op':'snapshot','prefixes':['trade.'],'endpoint':'slow'}", "bad_value",
            "endpoint");
    refused("{'id':1,'op':'snapshot','prefixes':['trade.'],'sync':7}", "wrong_type", "sync");
    refused("{'id':1,'op':'snapshot','prefixes':['trade.'],'sync':'a.b'}", "bad_value", "sync");
    refused("{'id':1,'op':'snapshot','prefixes':['trade.'],'sync':''}", "bad_value", "sync");
    refused("{'id':1,'op':'snapshot','prefixes':['trade.'],'depth':-5}", "bad_value", "depth");
    expect_images("{'id':1,'op':'snapshot','prefixes':['trade.'],'after':9007199254740991}", 0);
}
END_TEST

/* So many symbols, S0 and so on, and a trade or a book of each. */
static void list_many(uint32_t count, const char *channel)
{
    char *names = calloc(count, 8);
    struct text text = text_over(names, count * 8);
    for (uint32_t i = 0; i < count; i++)
        text_format(&text, i > 0 ? " S%u" : "S%u", i);
    list(names);
    free(names);
    for (uint32_t i = 0; i < count; i++) {
        char quoted[40], topic[64];
        snprintf(quoted, sizeof quoted, "'S%u'", i);
        snprintf(topic, sizeof topic, "%s.binance.S%u.", channel, i);
        hold(channel, quoted);
        if (strcmp(channel, "book") == 0)
            say_book(topic, LEVELS_MAX);
        else
            say_trade(topic, i);
    }
}

START_TEST(snapshot_goes_on_where_its_page_ended)
{
    char request[128] = "{'id':1,'op':'snapshot','prefixes':['book.']}";
    uint32_t pages = 0, images = 0;
    const uint32_t books = 50;
    list_many(books, "book");
    for (bool more = true; more; pages++) {
        json_t *snapshot = result_of(request);
        const json_t *list = json_object_get(snapshot, "images");
        for (size_t i = 0; i < json_array_size(list); i++, images++) {
            char topic[64];
            snprintf(topic, sizeof topic, "book.binance.S%u.", images);
            const json_t *book = image_of(snapshot, i, topic);
            ck_assert_uint_eq(json_array_size(json_object_get(book, "asks")), LEVELS_MAX);
        }
        more = json_object_get(snapshot, "next") != NULL;
        if (more)
            snprintf(request, sizeof request,
                     "{'id':1,'op':'snapshot','prefixes':['book.'],'after':%d}",
                     (int)number_in(snapshot, "next"));
        json_decref(snapshot);
    }
    ck_assert_uint_eq(images, books);
    ck_assert_uint_ge(pages, 2);
}
END_TEST

START_TEST(snapshot_says_when_one_image_is_larger_than_a_reply)
{
    list("BTC-USDT");
    hold("book", "'BTC-USDT'");
    say_book("book.binance.BTC-USDT.", LEVELS_MAX);
    config->requests.reply_max = 3000;
    refused("{'id':1,'op':'snapshot','prefixes':['book.']}", "too_large", "book.binance.BTC-USDT.");
    expect_images("{'id':1,'op':'snapshot','prefixes':['book.'],'depth':20}", 1);
    refused("{'id':1,'op':'book.get','exchange':'binance','symbol':'BTC-USDT','depth':100}",
            "too_large", "reply_max");
}
END_TEST

START_TEST(snapshot_makes_one_image_a_step_and_only_so_many_are_under_way)
{
    static const char request[] = "{\"id\":\"s\",\"op\":\"snapshot\",\"prefixes\":[\"trade.\"]}";
    struct query_snapshot *under_way[QUERY_SNAPSHOTS_MAX];
    struct text reply = text_over(reply_room, config->requests.reply_max);
    list_many(3, "trade");
    for (int i = 0; i < QUERY_SNAPSHOTS_MAX; i++) {
        under_way[i] = begin(query, SLICE(request), &reply);
        ck_assert_ptr_nonnull(under_way[i]);
    }
    ck_assert_uint_eq(stats_totals(tables.stats)->images, 0);
    refused("{'id':1,'op':'snapshot','prefixes':['']}", "busy", "under way");
    for (uint64_t images = 1; images <= 3; images++) {
        ck_assert(!query_snapshot_step(query, &under_way[0], &now, &reply));
        ck_assert_uint_eq(stats_totals(tables.stats)->images, images);
    }
    say_trade("trade.binance.S2.", 9);
    ck_assert(query_snapshot_step(query, &under_way[0], &now, &reply));
    ck_assert_ptr_null(under_way[0]);
    for (int i = 1; i < QUERY_SNAPSHOTS_MAX; i++)
        query_snapshot_destroy(&under_way[i]);
    expect_images("{'id':1,'op':'snapshot','prefixes':['']}", 3);
}
END_TEST

START_TEST(snapshot_looks_at_so_many_names_a_step_and_no_more)
{
    static const char request[] = "{\"id\":1,\"op\":\"snapshot\",\"prefixes\":[\"quote.\"]}";
    struct text reply = text_over(reply_room, config->requests.reply_max);
    list_many(1500, "trade");
    struct query_snapshot *snapshot = begin(query, SLICE(request), &reply);
    ck_assert(!query_snapshot_step(query, &snapshot, &now, &reply));
    ck_assert(query_snapshot_step(query, &snapshot, &now, &reply));
}
END_TEST

/* The two tests with a feed, and readers of it. */
static struct publisher *publisher;
static struct query *asked;
static void *context;
static struct config_feed feed;

static void open_feed(void)
{
    struct query_tables with_feed = tables;
    char error[256];
    feed = config->feed;
    snprintf(feed.endpoints[0], sizeof feed.endpoints[0], "ipc://@tickgate-query-%d",
             (int)getpid());
    context = zmq_ctx_new();
    publisher = with_feed.publisher = publisher_new(context, &feed, NULL, error, sizeof error);
    ck_assert_msg(publisher != NULL, "%s", error);
    asked = query_new(&with_feed);
}

static void close_feed(void)
{
    query_destroy(&asked);
    publisher_destroy(&publisher);
    zmq_ctx_term(context);
}

static void *subscribe(const char *one, const char *other)
{
    void *reader = zmq_socket(context, ZMQ_SUB);
    int wait_ms = 10000, linger_ms = 0, unlimited = 0;
    zmq_setsockopt(reader, ZMQ_RCVTIMEO, &wait_ms, sizeof wait_ms);
    zmq_setsockopt(reader, ZMQ_LINGER, &linger_ms, sizeof linger_ms);
    zmq_setsockopt(reader, ZMQ_RCVHWM, &unlimited, sizeof unlimited);
    zmq_setsockopt(reader, ZMQ_SUBSCRIBE, one, strlen(one));
    zmq_setsockopt(reader, ZMQ_SUBSCRIBE, other, strlen(other));
    ck_assert_int_eq(zmq_connect(reader, feed.endpoints[0]), 0);
    return reader;
}

/* One message of the feed: its topic in `topic`, its body to come. */
static void read_topic(void *reader, char *topic, size_t topic_max)
{
    int len = zmq_recv(reader, topic, topic_max - 1, 0);
    ck_assert_msg(len >= 0, "%s", zmq_strerror(zmq_errno()));
    topic[len] = '\0';
}

static json_t *read_body(void *reader)
{
    char body[1024];
    int len = zmq_recv(reader, body, sizeof body, 0);
    ck_assert_int_gt(len, 0);
    return json_loadb(body, (size_t)len, JSON_DECODE_ANY, NULL);
}

/* Begins a snapshot with a marker, and makes none of its images. */
static void mark(const char *nonce)
{
    char request[128];
    struct text text = text_over(request, sizeof request);
    struct text reply = text_over(reply_room, config->requests.reply_max);
    text_format(&text, "{\"id\":1,\"op\":\"snapshot\",\"prefixes\":[\"trade.\"],\"sync\":\"%s\"}",
                nonce);
    struct query_snapshot *snapshot = begin(asked, text_slice(&text), &reply);
    ck_assert_ptr_nonnull(snapshot);
    query_snapshot_destroy(&snapshot);
}

START_TEST(snapshot_is_preceded_by_its_marker)
{
    char topic[64];
    open_feed();
    void *reader = subscribe("sync.n-1_X.", "sync.other.");
    while (!publisher_wanted(publisher))
        zmq_poll(NULL, 0, 1);
    mark("n-1_X");
    read_topic(reader, topic, sizeof topic);
    ck_assert_str_eq(topic, "sync.n-1_X.");
    json_t *marker = read_body(reader);
    ck_assert_str_eq(text_in(marker, "kind"), "sync");
    ck_assert_str_eq(text_in(marker, "nonce"), "n-1_X");
    ck_assert_int_eq(number_in(marker, "epoch"), 1700000000000);
    json_decref(marker);
    ck_assert_uint_eq(stats_totals(tables.stats)->images, 0);
    zmq_close(reader);
    close_feed();
}
END_TEST

/* As the manager does it: what nobody wants is not encoded. */
static void publish_numbers(uint64_t *number)
{
    for (int i = 0; i < 20; i++) {
        ++*number;
        if (!publisher_wanted(publisher))
            continue;
        text_unsigned(publisher_begin(publisher, SLICE("t."), 24), *number);
        publisher_end(publisher);
    }
    publisher_flush(publisher);
}

/* Passes over what comes before a marker; its nonce's number, -1 if none came yet. */
static int marker_read(void *reader)
{
    zmq_pollitem_t item = {.socket = reader, .events = ZMQ_POLLIN};
    while (zmq_poll(&item, 1, 0) > 0) {
        char topic[64];
        int number;
        read_topic(reader, topic, sizeof topic);
        json_decref(read_body(reader));
        if (sscanf(topic, "sync.m%d.", &number) == 1)
            return number;
    }
    return -1;
}

static void expect_numbers(void *reader, uint64_t first, uint64_t last)
{
    while (first <= last) {
        char topic[64];
        read_topic(reader, topic, sizeof topic);
        json_t *body = read_body(reader);
        if (strcmp(topic, "t.") == 0)
            ck_assert_int_eq(json_integer_value(body), (json_int_t)first++);
        json_decref(body);
    }
}

/* A lonely reader's subscription may be in force before it is counted. */
START_TEST(snapshot_marker_is_followed_by_all_that_comes)
{
    static uint64_t at_marker[100000];
    uint64_t number = 0;
    open_feed();
    for (int round = 0; round < 200; round++) {
        void *reader = subscribe("t.", "sync.m");
        int came = -1;
        for (int tries = 0; came < 0 && tries < 100000; tries++) {
            char nonce[16];
            snprintf(nonce, sizeof nonce, "m%d", tries);
            at_marker[tries] = number;
            mark(nonce);
            publish_numbers(&number);
            came = marker_read(reader);
        }
        ck_assert_int_ge(came, 0);
        publish_numbers(&number);
        expect_numbers(reader, at_marker[came] + 1, number);
        zmq_close(reader);
    }
    close_feed();
}
END_TEST

/* All rows of a list, page by page; how many pages. */
static uint32_t walk(const char *arguments, const char *name, const char *key, uint32_t expected)
{
    uint32_t rows = 0, pages = 0;
    int64_t after = 0;
    for (bool more = true; more; pages++) {
        char request[256];
        snprintf(request, sizeof request, "{'id':1,'op':%s,'after':%lld}", arguments,
                 (long long)after);
        json_t *page = result_of(request);
        const json_t *list = json_object_get(page, name);
        for (size_t i = 0; i < json_array_size(list); i++, rows++) {
            char expected_name[32];
            snprintf(expected_name, sizeof expected_name, "S%u", rows);
            ck_assert_str_eq(text_in(json_array_get(list, i), key), expected_name);
        }
        more = json_object_get(page, "next") != NULL;
        after = more ? number_in(page, "next") : 0;
        json_decref(page);
        ck_assert_uint_le(pages, 10000);
    }
    ck_assert_uint_eq(rows, expected);
    return pages;
}

START_TEST(lists_give_every_row_once_by_limit_and_by_room)
{
    list_many(1500, "trade");
    ck_assert_uint_eq(walk("'instrument.list','exchange':'binance','limit':1500", "instruments",
                           "symbol", 1500) > 1,
                      true);
    ck_assert_uint_eq(
        walk("'instrument.list','exchange':'binance','limit':300", "instruments", "symbol", 1500),
        5);
    ck_assert_uint_gt(walk("'subscription.list'", "subscriptions", "symbol", 1500), 1);
    ck_assert_uint_eq(walk("'subscription.list','limit':100", "subscriptions", "symbol", 1500), 15);
    ck_assert_uint_eq(walk("'subscription.list','channel':'quote'", "subscriptions", "symbol", 0),
                      1);
}
END_TEST

START_TEST(list_of_connections_goes_on_though_rows_before_it_go)
{
    list("BTC-USDT");
    for (int i = 0; i < 6; i++) {
        char request[256];
        snprintf(request, sizeof request,
                 "{'id':1,'op':'connection.open','exchange':'binance','type':'trade_feed',"
                 "'symbols':['BTC-USDT'],'name':'S%d'}",
                 i);
        json_decref(result_of(request));
    }
    ck_assert_uint_eq(walk("'connection.list','limit':2", "connections", "name", 6), 3);
    json_t *page = result_of("{'id':1,'op':'connection.list','limit':2}");
    ck_assert_int_eq(number_in(page, "next"), 2);
    json_decref(page);
    json_decref(result_of("{'id':1,'op':'connection.close','connection':'S0'}"));
    while (connections_next_changed(tables.connections) != NULL)
        continue;
    page = result_of("{'id':1,'op':'connection.list','limit':2,'after':2}");
    const json_t *list = json_object_get(page, "connections");
    ck_assert_str_eq(text_in(json_array_get(list, 0), "name"), "S2");
    ck_assert_str_eq(text_in(json_array_get(list, 1), "name"), "S3");
    json_decref(page);
    refused("{'id':1,'op':'connection.list','exchange':'nasdaq'}", "unknown_exchange", "nasdaq");
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {
        snapshot_holds_an_image_of_each_topic_under_its_prefixes,
        snapshot_prefixes_may_cover_each_other_and_match_whole_bytes_alone,
        snapshot_refuses_what_it_cannot_give,
        snapshot_goes_on_where_its_page_ended,
        snapshot_says_when_one_image_is_larger_than_a_reply,
        snapshot_makes_one_image_a_step_and_only_so_many_are_under_way,
        snapshot_looks_at_so_many_names_a_step_and_no_more,
        snapshot_is_preceded_by_its_marker,
        snapshot_marker_is_followed_by_all_that_comes,
        lists_give_every_row_once_by_limit_and_by_room,
        list_of_connections_goes_on_though_rows_before_it_go,
    };
    return run_tests("gateway_query_pages", tests, sizeof tests / sizeof *tests);
}
