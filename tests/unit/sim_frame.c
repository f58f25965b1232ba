/* SPDX-License-Identifier: Apache-2.0 */
/* Frames of a client, byte by byte, and those that are none. */
#include "tests/sim/frame.h"

#include "common/random.h"

#include <check.h>
#include <stdlib.h>

#define PAYLOAD_MAX 70000

static const char mask[] = "\x37\xfa\x21\x3d";

/* A masked frame of `len` bytes 'x' in its shortest form, written apart from frame_head. */
static size_t write_masked(char *at, unsigned int first, size_t len)
{
    size_t head = 0;
    at[head++] = (char)first;
    if (len < 126) {
        at[head++] = (char)(0x80 | len);
    } else if (len < 65536) {
        at[head++] = (char)(0x80 | 126);
        at[head++] = (char)(len >> 8);
        at[head++] = (char)(len & 255);
    } else {
        at[head++] = (char)(0x80 | 127);
        for (int shift = 56; shift >= 0; shift -= 8)
            at[head++] = (char)((uint64_t)len >> shift & 255);
    }
    memcpy(at + head, mask, 4);
    head += 4;
    for (size_t i = 0; i < len; i++)
        at[head + i] = (char)('x' ^ mask[i % 4]);
    return head + len;
}

START_TEST(a_frame_of_any_length_is_read_when_all_of_it_is_there)
{
    static const size_t lengths[] = {0, 1, 125, 126, 127, 65535, 65536, PAYLOAD_MAX};
    char *bytes = malloc(PAYLOAD_MAX + 14), *copy = malloc(PAYLOAD_MAX + 14);
    for (size_t i = 0; i < sizeof lengths / sizeof *lengths; i++) {
        struct frame frame;
        size_t whole = write_masked(bytes, 0x81, lengths[i]);
        for (size_t there = 0; there < whole; there += there < 20 ? 1 : 977) {
            memcpy(copy, bytes, whole);
            ck_assert_int_eq(frame_read(copy, there, PAYLOAD_MAX, &frame), FRAME_MORE);
            ck_assert_mem_eq(copy, bytes, whole);
        }
        ck_assert_int_eq(frame_read(bytes, whole, PAYLOAD_MAX, &frame), FRAME_OK);
        ck_assert(frame.final && frame.opcode == FRAME_TEXT && frame.len == lengths[i]);
        ck_assert_uint_eq(frame.whole, whole);
        size_t same = 0;
        while (same < frame.len && frame.payload[same] == 'x')
            same++;
        ck_assert_uint_eq(same, lengths[i]);
    }
    free(bytes);
    free(copy);
}
END_TEST

START_TEST(a_head_has_the_shortest_form_of_its_length)
{
    static const struct {
        size_t len, head;
        const char *bytes;
    } cases[] = {
        {0, 2, "\x81\x00"},
        {125, 2, "\x81\x7d"},
        {126, 4, "\x81\x7e\x00\x7e"},
        {65535, 4, "\x81\x7e\xff\xff"},
        {65536, 10, "\x81\x7f\x00\x00\x00\x00\x00\x01\x00\x00"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char head[FRAME_HEAD_MAX];
        ck_assert_uint_eq(frame_head(head, FRAME_TEXT, true, cases[i].len), cases[i].head);
        ck_assert_mem_eq(head, cases[i].bytes, cases[i].head);
    }
}
END_TEST

START_TEST(what_is_no_frame_is_refused_by_its_reason)
{
    static const struct {
        const char *bytes;
        size_t len;
        enum frame_error error;
    } cases[] = {
        {"\x81\x00", 2, FRAME_UNMASKED},
        {"\xc1\x80", 2, FRAME_RESERVED},
        {"\x91\x80", 2, FRAME_RESERVED},
        {"\x83\x80", 2, FRAME_UNKNOWN},
        {"\x8b\x80", 2, FRAME_UNKNOWN},
        {"\x09\x80", 2, FRAME_CONTROL},
        {"\x88\xfe", 2, FRAME_CONTROL},
        {"\x81\xfe\x00\x7d\x00\x00\x00\x00", 8, FRAME_LENGTH},
        {"\x81\xff\x00\x00\x00\x00\x00\x00\xff\xff\x00\x00\x00\x00", 14, FRAME_LENGTH},
        {"\x81\xff\x80\x00\x00\x00\x00\x01\x00\x00\x00\x00\x00\x00", 14, FRAME_LENGTH},
        {"\x81\xff\x00\x00\x00\x00\x00\x10\x00\x00\x00\x00\x00\x00", 14, FRAME_TOO_LARGE},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char bytes[16];
        struct frame frame;
        memcpy(bytes, cases[i].bytes, cases[i].len);
        ck_assert_msg(frame_read(bytes, cases[i].len, PAYLOAD_MAX, &frame) == cases[i].error,
                      "case %zu", i);
    }
}
END_TEST

START_TEST(no_bytes_do_harm)
{
    struct random random;
    random_seed(&random, 5);
    for (int round = 0; round < 200000; round++) {
        char bytes[64];
        struct frame frame;
        size_t len = random_below(&random, sizeof bytes + 1);
        for (size_t i = 0; i < len; i++)
            bytes[i] = (char)random_next(&random);
        if (len > 1 && random_below(&random, 2) == 0) {
            bytes[0] = (char)0x81;
            bytes[1] = (char)(0x80 | random_below(&random, 128));
        }
        if (frame_read(bytes, len, PAYLOAD_MAX, &frame) == FRAME_OK)
            ck_assert(frame.whole <= len && frame.payload + frame.len == bytes + frame.whole);
    }
}
END_TEST

START_TEST(an_upgrade_is_accepted_as_the_standard_says)
{
    char accept[FRAME_ACCEPT_LEN];
    frame_accept(SLICE("dGhlIHNhbXBsZSBub25jZQ=="), accept); /* RFC 6455, 1.3 */
    ck_assert_mem_eq(accept, "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=", FRAME_ACCEPT_LEN);
}
END_TEST

START_TEST(utf8_is_told_from_what_only_looks_like_it)
{
    static const char *const good[] = {"",
                                       "plain",
                                       "\xc3\xa9",
                                       "\xe5\xb8\x81\xe5\xae\x89",
                                       "\xf0\x9f\x98\x80",
                                       "\xf4\x8f\xbf\xbf",
                                       "\xed\x9f\xbf"};
    static const char *const bad[] = {"\x80",         "\xc0\xaf",         "\xc3",
                                      "\xe0\x80\xaf", "\xed\xa0\x80",     "\xf4\x90\x80\x80",
                                      "\xff",         "\xf0\x80\x80\x80", "\xe5\xb8"};
    for (size_t i = 0; i < sizeof good / sizeof *good; i++)
        ck_assert_msg(frame_is_utf8(slice_of(good[i])), "good %zu", i);
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        ck_assert_msg(!frame_is_utf8(slice_of(bad[i])), "bad %zu", i);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("frame");
    TCase *tests = tcase_create("frame");
    tcase_add_test(tests, a_frame_of_any_length_is_read_when_all_of_it_is_there);
    tcase_add_test(tests, a_head_has_the_shortest_form_of_its_length);
    tcase_add_test(tests, what_is_no_frame_is_refused_by_its_reason);
    tcase_add_test(tests, no_bytes_do_harm);
    tcase_add_test(tests, an_upgrade_is_accepted_as_the_standard_says);
    tcase_add_test(tests, utf8_is_told_from_what_only_looks_like_it);
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
