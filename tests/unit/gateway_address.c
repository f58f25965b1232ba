/* SPDX-License-Identifier: Apache-2.0 */
/* What is taken for this host must be this host. */
#include "gateway/address.h"

#include <check.h>
#include <string.h>

static void expect(const char *text, const char *scheme, const char *host, unsigned int port,
                   const char *path)
{
    struct address address;
    ck_assert_msg(address_read(text, scheme, &address), "\"%s\" is refused", text);
    ck_assert_str_eq(address.host, host);
    ck_assert_uint_eq(address.port, port);
    ck_assert_str_eq(address.path, path);
}

START_TEST(address_reads_host_port_and_path)
{
    expect("wss://stream.binance.com:9443", "wss://", "stream.binance.com", 9443, "");
    expect("https://api.binance.com", "https://", "api.binance.com", 0, "");
    expect("https://proxy/binance/", "https://", "proxy", 0, "/binance/");
    expect("tcp://127.0.0.1:7700", "tcp://", "127.0.0.1", 7700, "");
    expect("tcp://[::1]:7700", "tcp://", "[::1]", 7700, "");
    expect("tcp://*:65535", "tcp://", "*", 65535, "");
    expect("ws://[fe80::1]/x", "ws://", "[fe80::1]", 0, "/x");
}
END_TEST

START_TEST(address_refuses_what_is_malformed)
{
    static const char *const wrong[] = {
        "",
        "ws:/",
        "wss://h",
        "ws://",
        "ws://:80",
        "ws:///path",
        "ws://h:",
        "ws://h:0",
        "ws://h:65536",
        "ws://h:8080808080",
        "ws://h:8o",
        "ws://h:-1",
        "ws://h:80x",
        "ws://u@h",
        "ws://u:p@h",
        "ws://h?x",
        "ws://h#x",
        "ws://h h",
        "ws://h/a b",
        "ws://h/a\nb",
        "ws://[::1",
        "ws://[]",
        "ws://[::1]x",
        "ws://[::1%lo]",
        "ws://**",
        "ws://h/\x80",
        "WS://h",
        " ws://h",
        "ws://h:80:90",
        "ws://\xc3\xa9",
    };
    struct address address;
    char endless[400] = "ws://";
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        ck_assert_msg(!address_read(wrong[i], "ws://", &address), "\"%s\" is taken", wrong[i]);
    memset(endless + 5, 'a', ADDRESS_HOST_MAX + 1);
    ck_assert(!address_read(endless, "ws://", &address));
    endless[5 + ADDRESS_HOST_MAX] = '\0';
    ck_assert(address_read(endless, "ws://", &address));
}
END_TEST

static bool loopback(const char *text)
{
    struct address address;
    ck_assert_msg(address_read(text, "ws://", &address), "\"%s\" is refused", text);
    return address_is_loopback(&address);
}

START_TEST(address_knows_this_host_from_others_that_look_like_it)
{
    static const char *const here[] = {"ws://127.0.0.1", "ws://127.0.0.1:80/x", "ws://127.1.2.3",
                                       "ws://localhost", "ws://localhost:9443", "ws://[::1]",
                                       "ws://[::1]:80/p"};
    static const char *const elsewhere[] = {"ws://127.0.0.1.evil.com",
                                            "ws://127.evil.com",
                                            "ws://localhost.evil.com",
                                            "ws://127",
                                            "ws://128.0.0.1",
                                            "ws://0.0.0.0",
                                            "ws://*",
                                            "ws://[::2]",
                                            "ws://[::]",
                                            "ws://127.0.0.256",
                                            "ws://localhos",
                                            "ws://eth0",
                                            "ws://Localhost"};
    for (size_t i = 0; i < sizeof here / sizeof *here; i++)
        ck_assert_msg(loopback(here[i]), "%s is not this host", here[i]);
    for (size_t i = 0; i < sizeof elsewhere / sizeof *elsewhere; i++)
        ck_assert_msg(!loopback(elsewhere[i]), "%s is taken for this host", elsewhere[i]);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("gateway_address");
    TCase *tests = tcase_create("address");
    tcase_add_test(tests, address_reads_host_port_and_path);
    tcase_add_test(tests, address_refuses_what_is_malformed);
    tcase_add_test(tests, address_knows_this_host_from_others_that_look_like_it);
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? 0 : 1;
}
