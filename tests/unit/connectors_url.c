/* SPDX-License-Identifier: Apache-2.0 */
/* An address is read whole or not at all. */
#include "connectors/url.h"

#include <check.h>
#include <string.h>

static void expect(const char *text, bool tls, const char *authority, const char *host,
                   unsigned int port, const char *path)
{
    struct url url;
    ck_assert_msg(url_read(text, "/stream", &url), "\"%s\" is refused", text);
    ck_assert_int_eq(url.tls, tls);
    ck_assert_str_eq(url.authority, authority);
    ck_assert_str_eq(url.host, host);
    ck_assert_uint_eq(url.port, port);
    ck_assert_str_eq(url.path, path);
}

START_TEST(url_has_its_parts)
{
    expect("wss://stream.example.com:9443", true, "stream.example.com:9443", "stream.example.com",
           9443, "/stream");
    expect("wss://stream.example.com", true, "stream.example.com", "stream.example.com", 443,
           "/stream");
    expect("ws://127.0.0.1", false, "127.0.0.1", "127.0.0.1", 80, "/stream");
    expect("ws://[::1]:8080", false, "[::1]:8080", "::1", 8080, "/stream");
    expect("ws://[::1]", false, "[::1]", "::1", 80, "/stream");
}
END_TEST

START_TEST(url_keeps_a_path_before_ours)
{
    expect("wss://a.b/public", true, "a.b", "a.b", 443, "/public/stream");
    expect("wss://a.b:1/public/", true, "a.b:1", "a.b", 1, "/public/stream");
    expect("wss://a.b/", true, "a.b", "a.b", 443, "/stream");
}
END_TEST

START_TEST(url_refuses_what_is_none)
{
    static const char *const texts[] = {
        "",          "wss:",       "wss://",       "https://a.b", "wss:/a.b",       "a.b:443",
        "wss://:99", "wss://a.b:", "wss://a.b:0",  "wss://a:x",   "wss://a:65536",  "wss://a:1x",
        "wss://[]",  "wss://[::1", "wss://[::1]x", "ws://a:-1",   "ws://[::1]:0/p", "WSS://a.b",
    };
    struct url url;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        ck_assert_msg(!url_read(texts[i], "/stream", &url), "\"%s\" is taken", texts[i]);
}
END_TEST

START_TEST(url_refuses_what_is_too_long)
{
    char text[2 * URL_MAX] = "wss://";
    struct url url;
    memset(text + 6, 'a', URL_MAX - 1);
    ck_assert(url_read(text, "/stream", &url));
    text[6 + URL_MAX - 1] = 'a';
    ck_assert(!url_read(text, "/stream", &url));
    memset(text + 6, '\0', sizeof text - 6);
    memcpy(text + 6, "a/", 2);
    memset(text + 8, 'p', URL_MAX - 8);
    ck_assert(url_read(text, "", &url));
    ck_assert(!url_read(text, "/stream", &url));
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("connectors_url");
    TCase *tests = tcase_create("url");
    tcase_add_test(tests, url_has_its_parts);
    tcase_add_test(tests, url_keeps_a_path_before_ours);
    tcase_add_test(tests, url_refuses_what_is_none);
    tcase_add_test(tests, url_refuses_what_is_too_long);
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? 0 : 1;
}
