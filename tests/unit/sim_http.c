/* SPDX-License-Identifier: Apache-2.0 */
/* Requests: what clients really send, each prefix of it, and garbage. */
#include "tests/sim/http.h"

#include "common/random.h"

#include <check.h>
#include <stdlib.h>

static struct http_request request;

static enum http_error read_text(const char *text)
{
    return http_read(slice_of(text), &request);
}

START_TEST(an_upgrade_is_told_from_a_get)
{
    ck_assert_int_eq(read_text("GET /stream?streams=a@trade/b@depth HTTP/1.1\r\nHost: x\r\n"
                               "Connection: keep-alive, Upgrade\r\nUpgrade: WebSocket\r\n"
                               "Sec-WebSocket-Version: 13\r\n"
                               "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\nmore"),
                     HTTP_OK);
    ck_assert(request.upgrade && request.keep_alive);
    ck_assert(slice_equal(request.key, SLICE("dGhlIHNhbXBsZSBub25jZQ==")));
    ck_assert(slice_equal(request.query.path, SLICE("/stream")));
    ck_assert_uint_eq(request.query.parameter_count, 1);
    ck_assert(slice_equal(request.query.parameters[0].value, SLICE("a@trade/b@depth")));
    ck_assert_int_eq(read_text("GET / HTTP/1.1\r\nConnection: close\r\n\r\n"), HTTP_OK);
    ck_assert(!request.upgrade && !request.keep_alive);
    ck_assert_int_eq(read_text("GET / HTTP/1.0\r\n\r\n"), HTTP_OK);
    ck_assert(!request.keep_alive);
}
END_TEST

START_TEST(escapes_are_decoded_and_bad_ones_refused)
{
    struct slice value;
    ck_assert_int_eq(
        read_text("GET /ws/%E5%B8%81usdt%40trade?a=%5B%22B%22%5D&b=&c HTTP/1.1\r\n\r\n"), HTTP_OK);
    ck_assert(slice_equal(request.query.path, SLICE("/ws/\xe5\xb8\x81usdt@trade")));
    ck_assert(http_parameter(&request.query, SLICE("a"), &value));
    ck_assert(slice_equal(value, SLICE("[\"B\"]")));
    ck_assert(http_parameter(&request.query, SLICE("b"), &value) && value.len == 0);
    ck_assert(http_parameter(&request.query, SLICE("c"), &value) && value.len == 0);
    ck_assert(!http_parameter(&request.query, SLICE("d"), &value));
    ck_assert_int_eq(read_text("GET /%4 HTTP/1.1\r\n\r\n"), HTTP_BAD);
    ck_assert_int_eq(read_text("GET /?a=%zz HTTP/1.1\r\n\r\n"), HTTP_BAD);
}
END_TEST

START_TEST(what_is_no_request_is_refused_by_its_reason)
{
    static const struct {
        const char *text;
        enum http_error error;
    } cases[] = {
        {"GET / HTTP/2\r\n\r\n", HTTP_BAD},
        {"GET  / HTTP/1.1\r\n\r\n", HTTP_BAD},
        {"GET noslash HTTP/1.1\r\n\r\n", HTTP_BAD},
        {"PATCH / HTTP/1.1\r\n\r\n", HTTP_METHOD},
        {"get / HTTP/1.1\r\n\r\n", HTTP_METHOD},
        {"POST / HTTP/1.1\r\nContent-Length: 5x\r\n\r\nhello", HTTP_BAD},
        {"POST / HTTP/1.1\r\nContent-Length:\r\n\r\n", HTTP_BAD},
        {"POST / HTTP/1.1\r\nContent-Length: -1\r\n\r\n", HTTP_BAD},
        {"POST / HTTP/1.1\r\nContent-Length: 65537\r\n\r\n", HTTP_LONG_BODY},
        {"POST / HTTP/1.1\r\nContent-Length: 99999999999999999999999\r\n\r\n", HTTP_LONG_BODY},
        {"GET / HTTP/1.1\r\nno colon\r\n\r\n", HTTP_BAD},
        {"GET / HTTP/1.1\r\nbad name: x\r\n\r\n", HTTP_BAD},
        {"GET / HTTP/1.1\nHost: x\r\n\r\n", HTTP_BAD},
        {"GET / HTTP/1.1\r\nContent-Length: 5\r\n\r\nhello", HTTP_BAD},
        {"GET / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n", HTTP_BAD},
        {"GET / HTTP/1.1\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n", HTTP_BAD},
        {"\r\n\r\n", HTTP_BAD},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        ck_assert_msg(read_text(cases[i].text) == cases[i].error, "%s", cases[i].text);
}
END_TEST

START_TEST(a_body_is_waited_for_and_belongs_to_its_request)
{
    static const char whole[] = "POST /v1/orders?a=1&b=%20 HTTP/1.1\r\nContent-Length: 7\r\n"
                                "\r\n{\"a\":1}GET /";
    for (size_t len = 0; len < sizeof whole - 6; len++)
        ck_assert_int_eq(http_read((struct slice){whole, len}, &request), HTTP_MORE);
    ck_assert_int_eq(read_text(whole), HTTP_OK);
    ck_assert_uint_eq(request.len, sizeof whole - 6);
    ck_assert(slice_equal(request.query.body, SLICE("{\"a\":1}")));
    ck_assert(slice_equal(request.query.method, SLICE("POST")));
    ck_assert(slice_equal(request.query.raw, SLICE("a=1&b=%20")));
    ck_assert_int_eq(read_text("DELETE /o HTTP/1.1\r\nContent-Length: 0\r\n\r\n"), HTTP_OK);
    ck_assert(request.query.body.len == 0 && request.query.raw.len == 0);
    ck_assert_int_eq(read_text("PUT /o HTTP/1.1\r\n\r\n"), HTTP_OK);
    ck_assert(slice_equal(request.query.method, SLICE("PUT")));
}
END_TEST

START_TEST(the_largest_body_fits)
{
    size_t room = HTTP_BODY_MAX + 100;
    char *memory = calloc(1, room);
    struct text text = text_over(memory, room);
    text_format(&text, "POST / HTTP/1.1\r\nContent-Length: %d\r\n\r\n", HTTP_BODY_MAX);
    ck_assert_int_eq(http_read((struct slice){memory, text.len + HTTP_BODY_MAX - 1}, &request),
                     HTTP_MORE);
    ck_assert_int_eq(http_read((struct slice){memory, text.len + HTTP_BODY_MAX}, &request),
                     HTTP_OK);
    ck_assert_uint_eq(request.query.body.len, HTTP_BODY_MAX);
    free(memory);
}
END_TEST

START_TEST(headers_are_kept_under_names_in_lower_case)
{
    ck_assert_int_eq(read_text("GET / HTTP/1.1\r\nX-MBX-APIKEY: kEy \r\n"
                               "Authorization: Bearer a.b.c\r\nConnection: close\r\n"
                               "Sec-WebSocket-Extensions: x\r\nHost: h\r\n\r\n"),
                     HTTP_OK);
    ck_assert_uint_eq(request.query.header_count, 3);
    ck_assert(slice_equal(request.query.headers[0].name, SLICE("x-mbx-apikey")));
    ck_assert(slice_equal(request.query.headers[0].value, SLICE("kEy")));
    ck_assert(slice_equal(request.query.headers[1].value, SLICE("Bearer a.b.c")));
    ck_assert(slice_equal(request.query.headers[2].name, SLICE("host")));
}
END_TEST

START_TEST(more_headers_than_there_is_room_for_are_refused)
{
    char memory[4096];
    for (int more = 0; more < 2; more++) {
        struct text text = text_over(memory, sizeof memory);
        text_literal(&text, "GET / HTTP/1.1\r\n");
        for (int i = 0; i < HTTP_HEADERS_MAX + more; i++)
            text_literal(&text, "A: b\r\n");
        text_literal(&text, "\r\n");
        ck_assert_int_eq(http_read(text_slice(&text), &request),
                         more == 0 ? HTTP_OK : HTTP_LONG_HEAD);
    }
}
END_TEST

START_TEST(a_head_or_an_address_over_the_most_is_refused)
{
    char *text = malloc(HTTP_HEAD_MAX + 100);
    struct text out = text_over(text, HTTP_HEAD_MAX + 100);
    text_literal(&out, "GET /");
    for (int i = 0; i < HTTP_URL_MAX; i++)
        text_literal(&out, "a");
    text_literal(&out, " HTTP/1.1\r\n\r\n");
    ck_assert_int_eq(http_read(text_slice(&out), &request), HTTP_LONG_URL);
    memset(text, 'a', HTTP_HEAD_MAX + 1);
    ck_assert_int_eq(http_read((struct slice){text, HTTP_HEAD_MAX + 1}, &request), HTTP_LONG_HEAD);
    ck_assert_int_eq(http_read((struct slice){text, HTTP_HEAD_MAX}, &request), HTTP_MORE);
    free(text);
}
END_TEST

START_TEST(a_part_of_a_head_is_waited_for)
{
    static const char whole[] = "GET /api/v3/depth?symbol=BTCUSDT HTTP/1.1\r\nHost: a\r\n\r\n";
    for (size_t len = 0; len < sizeof whole - 1; len++)
        ck_assert_int_eq(http_read((struct slice){whole, len}, &request), HTTP_MORE);
    ck_assert_int_eq(read_text(whole), HTTP_OK);
    ck_assert_uint_eq(request.len, sizeof whole - 1);
}
END_TEST

START_TEST(no_bytes_do_harm)
{
    static const char seed[] =
        "GET /sim/fault?kind=drop&symbol=%42TC&count=1 HTTP/1.1\r\n"
        "Host: x\r\nContent-Length: 0\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
        "Sec-WebSocket-Version: 13\r\n"
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";
    struct random random;
    uint32_t read = 0;
    random_seed(&random, 6);
    for (int round = 0; round < 100000; round++) {
        char bytes[sizeof seed];
        memcpy(bytes, seed, sizeof seed);
        for (uint64_t changes = random_below(&random, 4); changes > 0; changes--)
            bytes[random_below(&random, sizeof seed - 1)] = (char)random_next(&random);
        size_t len =
            random_below(&random, 3) == 0 ? random_below(&random, sizeof seed) : sizeof seed - 1;
        enum http_error error = http_read((struct slice){bytes, len}, &request);
        if (error != HTTP_OK)
            continue;
        read++;
        ck_assert(request.len <= len);
        ck_assert(request.query.parameter_count <= HTTP_PARAMETERS_MAX);
        ck_assert(request.query.header_count <= HTTP_HEADERS_MAX);
        ck_assert(!request.upgrade || request.key.data + request.key.len <= bytes + len);
    }
    ck_assert_uint_gt(read, 1000);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("sim_http");
    TCase *tests = tcase_create("http");
    tcase_add_test(tests, an_upgrade_is_told_from_a_get);
    tcase_add_test(tests, escapes_are_decoded_and_bad_ones_refused);
    tcase_add_test(tests, what_is_no_request_is_refused_by_its_reason);
    tcase_add_test(tests, a_body_is_waited_for_and_belongs_to_its_request);
    tcase_add_test(tests, the_largest_body_fits);
    tcase_add_test(tests, headers_are_kept_under_names_in_lower_case);
    tcase_add_test(tests, more_headers_than_there_is_room_for_are_refused);
    tcase_add_test(tests, a_head_or_an_address_over_the_most_is_refused);
    tcase_add_test(tests, a_part_of_a_head_is_waited_for);
    tcase_add_test(tests, no_bytes_do_harm);
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? 0 : 1;
}
