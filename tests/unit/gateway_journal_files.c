/* SPDX-License-Identifier: Apache-2.0 */
#include "gateway/journal_files.h"

#include "common/log.h"
#include "gateway/journal_line.h"
#include "tests/unit/journal_stage.h"

#include <errno.h>
#include <signal.h>
#include <sys/resource.h>

#define ACCOUNT     "main"
#define SEGMENT_MAX (1024 * 1024)
#define FIRST       "0000000000000001.journal"

static struct journal_files *files;
static char error[512];
static uint64_t given, wanted; /* records that `take` got, and as many as it takes */
static uint64_t next_seq;

static void set_up(void)
{
    stage_begin();
    files = NULL;
}

static void tear_down(void)
{
    journal_files_close(&files);
    stage_end(ACCOUNT);
}

static void reopen_of(uint32_t segment_max)
{
    journal_files_close(&files);
    files = journal_files_open(stage_directory, ACCOUNT, segment_max, error, sizeof error);
    ck_assert_msg(files != NULL, "%s", error);
}

static void reopen(void)
{
    reopen_of(SEGMENT_MAX);
}

static void expect_refused(const char *what, const char *where)
{
    journal_files_close(&files);
    files = journal_files_open(stage_directory, ACCOUNT, SEGMENT_MAX, error, sizeof error);
    ck_assert_ptr_null(files);
    ck_assert_msg(strstr(error, what) != NULL && strstr(error, where) != NULL, "\"%s\"", error);
}

/* An event whose length differs from its neighbours'. */
static struct slice event_of(uint64_t number, char room[512])
{
    int len = snprintf(room, 512, "{\"n\":%" PRIu64 ",\"x\":\"%0*d\"}", number,
                       (int)(number % 97) + 1, 0);
    return (struct slice){room, (size_t)len};
}

static bool append(uint32_t count)
{
    static char lines[400 * 512];
    char room[512];
    struct text text = text_over(lines, sizeof lines);
    uint64_t last = journal_files_last(files);
    ck_assert_uint_le(count, 400);
    for (uint32_t i = 1; i <= count; i++)
        journal_line_write(&text, event_of(last + i, room), last + i);
    return journal_files_append(files, text_slice(&text), count, true);
}

static bool take(void *context, uint64_t seq, struct slice body)
{
    char room[512], expected[600];
    (void)context;
    struct slice event = event_of(seq, room);
    int len = snprintf(expected, sizeof expected, "%.*s,\"journal_seq\":%" PRIu64 "}",
                       (int)event.len - 1, event.data, seq);
    if (given == wanted)
        return false;
    ck_assert_uint_eq(seq, next_seq);
    ck_assert_msg(slice_equal(body, (struct slice){expected, (size_t)len}), "\"%.*s\"",
                  (int)body.len, body.data);
    next_seq++;
    given++;
    return true;
}

/* Records behind `after` stand there, from `first` on. */
static void expect_records(uint64_t after, uint64_t first, uint64_t count)
{
    given = 0;
    wanted = UINT64_MAX;
    next_seq = first;
    ck_assert_msg(journal_files_read(files, after, take, NULL, error, sizeof error), "%s", error);
    ck_assert_uint_eq(given, count);
    given = 0;
    next_seq = first;
    ck_assert_msg(
        journal_files_load(stage_directory, ACCOUNT, after, take, NULL, error, sizeof error), "%s",
        error);
    ck_assert_uint_eq(given, count);
}

START_TEST(crc_is_that_of_the_standard)
{
    ck_assert_uint_eq(journal_line_crc(SLICE("123456789")), 0xe3069283);
    ck_assert_uint_eq(journal_line_crc(SLICE("")), 0);
}
END_TEST

START_TEST(records_are_there_after_reopening_and_numbers_go_on)
{
    reopen();
    ck_assert_uint_eq(journal_files_last(files), 0);
    expect_records(0, 1, 0);
    ck_assert(append(3) && append(1));
    expect_records(0, 1, 4);
    reopen();
    ck_assert_uint_eq(journal_files_last(files), 4);
    ck_assert(append(2));
    expect_records(0, 1, 6);
    expect_records(5, 6, 1);
    expect_records(6, 7, 0);
}
END_TEST

/* Whatever part of the last record a crash left behind is cut off, and what comes next takes its
 * place. */
START_TEST(torn_tail_is_cut_at_every_byte_of_the_last_record)
{
    size_t before, len, cut_len;
    reopen();
    ck_assert(append(5));
    free(stage_read(ACCOUNT, FIRST, &before));
    ck_assert(append(1));
    char *bytes = stage_read(ACCOUNT, FIRST, &len);
    for (size_t torn = before; torn < len; torn++) {
        stage_write(ACCOUNT, FIRST, bytes, torn);
        reopen();
        ck_assert_uint_eq(journal_files_last(files), 5);
        free(stage_read(ACCOUNT, FIRST, &cut_len));
        ck_assert_uint_eq(cut_len, before);
        ck_assert(append(1));
        expect_records(0, 1, 6);
    }
    free(bytes);
}
END_TEST

START_TEST(blank_tail_of_a_crashed_file_system_is_cut)
{
    static char bytes[200000];
    size_t len;
    reopen();
    ck_assert(append(5));
    char *kept = stage_read(ACCOUNT, FIRST, &len);
    memcpy(bytes, kept, len);
    stage_write(ACCOUNT, FIRST, bytes, sizeof bytes);
    reopen();
    ck_assert_uint_eq(journal_files_last(files), 5);
    ck_assert(append(1));
    expect_records(0, 1, 6);
    free(kept);
}
END_TEST

START_TEST(damage_before_a_whole_record_stops_the_start_and_says_where)
{
    size_t len, at;
    reopen();
    ck_assert(append(3));
    char *bytes = stage_read(ACCOUNT, FIRST, &len);
    for (at = 0; bytes[at] != '\n'; at++)
        continue;
    char where[64];
    snprintf(where, sizeof where, FIRST ": byte %zu", at + 1);
    bytes[at + 20] ^= 1;
    stage_write(ACCOUNT, FIRST, bytes, len);
    expect_refused("damaged", where);
    bytes[at + 20] ^= 1;
    bytes[2] = bytes[2] == 'a' ? 'b' : 'a';
    stage_write(ACCOUNT, FIRST, bytes, len);
    expect_refused("damaged", FIRST ": byte 0");
    free(bytes);
}
END_TEST

START_TEST(record_that_does_not_follow_stops_the_start)
{
    size_t len, at;
    reopen();
    ck_assert(append(3));
    char *bytes = stage_read(ACCOUNT, FIRST, &len);
    for (at = 0; bytes[at] != '\n'; at++)
        continue;
    stage_write(ACCOUNT, FIRST, bytes + at + 1, len - at - 1);
    expect_refused("does not follow", "byte 0");
    free(bytes);
}
END_TEST

START_TEST(segments_are_closed_when_full_and_read_as_one)
{
    reopen_of(4096);
    for (int i = 0; i < 100; i++)
        ck_assert(append(3));
    expect_records(0, 1, 300);
    for (uint64_t after = 0; after < 300; after += 7)
        expect_records(after, after + 1, 300 - after);
    reopen_of(4096);
    ck_assert_uint_eq(journal_files_last(files), 300);
    expect_records(123, 124, 177);
    ck_assert(append(1));
    journal_files_close(&files);
    ck_assert_int_gt(stage_clear(ACCOUNT), 5);
}
END_TEST

START_TEST(segment_with_a_torn_tail_before_another_stops_the_start)
{
    size_t len;
    reopen_of(4096);
    for (int i = 0; i < 100; i++)
        ck_assert(append(3));
    char *bytes = stage_read(ACCOUNT, FIRST, &len);
    stage_write(ACCOUNT, FIRST, bytes, len - 1);
    expect_refused("damaged", FIRST);
    stage_write(ACCOUNT, FIRST, bytes, 0);
    expect_refused("missing", "byte 0");
    free(bytes);
}
END_TEST

/* An operator may put old segments away: the rest begins where it begins. */
START_TEST(journal_goes_on_without_its_oldest_segment)
{
    char path[STAGE_PATH_MAX];
    reopen_of(4096);
    for (int i = 0; i < 100; i++)
        ck_assert(append(3));
    stage_path(path, ACCOUNT, FIRST);
    ck_assert_int_eq(unlink(path), 0);
    reopen_of(4096);
    ck_assert_uint_eq(journal_files_last(files), 300);
    expect_records(290, 291, 10);
    given = 0;
    wanted = 1;
    next_seq = 0;
    for (uint64_t seq = 1; seq < 300 && next_seq == 0; seq++) {
        char name[64];
        snprintf(name, sizeof name, "%016" PRIu64 ".journal", seq);
        stage_path(path, ACCOUNT, name);
        if (access(path, F_OK) == 0)
            next_seq = seq;
    }
    ck_assert(journal_files_read(files, 0, take, NULL, error, sizeof error));
    ck_assert_uint_eq(given, 1);
}
END_TEST

/* A page ends where its taker says, and the next goes on there, over more than one mark. */
START_TEST(pages_go_on_where_the_one_before_ended)
{
    reopen();
    for (int i = 0; i < 10; i++)
        ck_assert(append(400));
    for (uint64_t after = 0; after < 4000; after += 100) {
        given = 0;
        wanted = 100;
        next_seq = after + 1;
        ck_assert(journal_files_read(files, after, take, NULL, error, sizeof error));
        ck_assert_uint_eq(given, 100);
    }
}
END_TEST

START_TEST(file_that_became_shorter_is_said_and_ends_the_page)
{
    size_t len;
    reopen();
    ck_assert(append(10));
    char *bytes = stage_read(ACCOUNT, FIRST, &len);
    stage_write(ACCOUNT, FIRST, bytes, 0);
    ck_assert(!journal_files_read(files, 0, take, NULL, error, sizeof error));
    ck_assert_msg(strstr(error, "shorter") != NULL, "\"%s\"", error);
    free(bytes);
}
END_TEST

START_TEST(second_writer_is_refused)
{
    reopen();
    ck_assert_ptr_null(
        journal_files_open(stage_directory, ACCOUNT, SEGMENT_MAX, error, sizeof error));
    ck_assert_msg(strstr(error, "another gateway") != NULL, "\"%s\"", error);
}
END_TEST

static void limit_files(rlim_t bytes)
{
    struct rlimit limit;
    ck_assert_int_eq(getrlimit(RLIMIT_FSIZE, &limit), 0);
    limit.rlim_cur = bytes;
    ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &limit), 0);
}

/* A file that may not grow is as good as a full disk. */
START_TEST(refused_append_leaves_nothing_behind_and_the_next_one_succeeds)
{
    size_t len, after;
    signal(SIGXFSZ, SIG_IGN);
    reopen();
    ck_assert(append(5));
    free(stage_read(ACCOUNT, FIRST, &len));
    limit_files(len + 10);
    ck_assert(!append(5));
    ck_assert_int_eq(errno, EFBIG);
    ck_assert_uint_eq(journal_files_last(files), 5);
    ck_assert(!journal_files_probe(files));
    limit_files(RLIM_INFINITY);
    ck_assert(journal_files_probe(files));
    free(stage_read(ACCOUNT, FIRST, &after));
    ck_assert_uint_eq(after, len);
    expect_records(0, 1, 5);
    ck_assert(append(5));
    expect_records(0, 1, 10);
    reopen();
    expect_records(0, 1, 10);
}
END_TEST

START_TEST(refused_append_is_cut_by_the_next_start)
{
    size_t len;
    signal(SIGXFSZ, SIG_IGN);
    reopen();
    ck_assert(append(5));
    free(stage_read(ACCOUNT, FIRST, &len));
    limit_files(len + 10);
    ck_assert(!append(5));
    limit_files(RLIM_INFINITY);
    reopen();
    expect_records(0, 1, 5);
}
END_TEST

int main(void)
{
    log_set_level(LOG_LEVEL_ERROR);
    Suite *suite = suite_create("gateway_journal_files");
    TCase *tests = tcase_create("journal_files");
    tcase_add_checked_fixture(tests, set_up, tear_down);
    tcase_set_timeout(tests, 60);
    tcase_add_test(tests, crc_is_that_of_the_standard);
    tcase_add_test(tests, records_are_there_after_reopening_and_numbers_go_on);
    tcase_add_test(tests, torn_tail_is_cut_at_every_byte_of_the_last_record);
    tcase_add_test(tests, blank_tail_of_a_crashed_file_system_is_cut);
    tcase_add_test(tests, damage_before_a_whole_record_stops_the_start_and_says_where);
    tcase_add_test(tests, record_that_does_not_follow_stops_the_start);
    tcase_add_test(tests, segments_are_closed_when_full_and_read_as_one);
    tcase_add_test(tests, segment_with_a_torn_tail_before_another_stops_the_start);
    tcase_add_test(tests, journal_goes_on_without_its_oldest_segment);
    tcase_add_test(tests, pages_go_on_where_the_one_before_ended);
    tcase_add_test(tests, file_that_became_shorter_is_said_and_ends_the_page);
    tcase_add_test(tests, second_writer_is_refused);
    tcase_add_test(tests, refused_append_leaves_nothing_behind_and_the_next_one_succeeds);
    tcase_add_test(tests, refused_append_is_cut_by_the_next_start);
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? 0 : 1;
}
