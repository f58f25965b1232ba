/* SPDX-License-Identifier: Apache-2.0 */
/* What reaches standard error: it is a pipe here. Each test runs in a process of its own, for the
 * log remembers lines for as long as its thread lives. */
#include "common/log.h"
#include "common/slice.h"
#include "common/thread.h"

#include <check.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

static char seen[65536];
static int pipe_out = -1, error_before = -1;

static void begin(void)
{
    int ends[2];
    ck_assert_int_eq(pipe(ends), 0);
    error_before = dup(STDERR_FILENO);
    pipe_out = ends[0];
    ck_assert_int_eq(fcntl(pipe_out, F_SETFL, O_NONBLOCK), 0);
    ck_assert_int_eq(dup2(ends[1], STDERR_FILENO), STDERR_FILENO);
    close(ends[1]);
    unsetenv("JOURNAL_STREAM");
}

static void end(void)
{
    dup2(error_before, STDERR_FILENO);
    close(error_before);
    close(pipe_out);
}

/* All that was written since the last call. */
static const char *written(void)
{
    ssize_t len = read(pipe_out, seen, sizeof seen - 1);
    seen[len > 0 ? len : 0] = '\0';
    return seen;
}

static int lines_of(const char *text)
{
    int lines = 0;
    for (; *text != '\0'; text++)
        lines += *text == '\n';
    return lines;
}

START_TEST(log_writes_time_level_event_and_text)
{
    begin();
    log_warn("session_lost", "binance %d: %s", 3, "closed");
    const char *line = written();
    end();
    /* 2026-11-24T20:03:07.123Z WARN  session_lost binance 3: closed */
    static const char shape[] = "dddd-dd-ddTdd:dd:dd.dddZ WARN  session_lost binance 3: closed\n";
    ck_assert_uint_eq(strlen(line), sizeof shape - 1);
    for (size_t i = 0; i < sizeof shape - 1; i++)
        ck_assert(i < 24 && shape[i] == 'd' ? line[i] >= '0' && line[i] <= '9'
                                            : line[i] == shape[i]);
}
END_TEST

START_TEST(log_begins_with_a_priority_under_the_journal)
{
    begin();
    setenv("JOURNAL_STREAM", "8:1", 1);
    log_error("e", "x");
    log_info("i", "y");
    const char *lines = written();
    end();
    ck_assert_str_eq(lines, "<3>e x\n<6>i y\n");
}
END_TEST

START_TEST(log_leaves_out_what_is_below_its_level)
{
    enum log_level level;
    begin();
    log_debug("quiet", "by default");
    ck_assert_str_eq(written(), "");
    ck_assert(log_level_named("debug", &level) && level == LOG_LEVEL_DEBUG);
    log_set_level(level);
    log_debug("loud", "now");
    ck_assert_int_eq(lines_of(written()), 1);
    ck_assert(log_level_named("error", &level));
    log_set_level(level);
    log_warn("quiet", "again");
    ck_assert_str_eq(written(), "");
    log_error("loud", "still");
    ck_assert_int_eq(lines_of(written()), 1);
    ck_assert(!log_level_named("loudest", &level) && !log_level_named("", &level));
    end();
}
END_TEST

START_TEST(log_folds_a_line_that_repeats_and_tells_its_count_when_it_gives_way)
{
    begin();
    for (int i = 0; i < 100; i++)
        log_info("same", "line");
    ck_assert_int_eq(lines_of(written()), 1);
    log_info("same", "other text");
    log_info("other", "line");
    ck_assert_int_eq(lines_of(written()), 2);
    for (int i = 0; i < 8; i++) /* as many as are remembered: the first one gives way */
        log_info("filler", "%d", i);
    const char *lines = written();
    end();
    ck_assert_int_eq(lines_of(lines), 9);
    ck_assert_ptr_nonnull(strstr(lines, "same line (repeated 99 times)\n"));
    ck_assert_ptr_null(strstr(lines, "other text (repeated"));
}
END_TEST

START_TEST(log_keeps_a_line_a_line_whatever_its_text)
{
    static char longest[5000];
    begin();
    log_info("event", "two\nlines\r\x1b[31m\x7f");
    const char *line = written();
    ck_assert_int_eq(lines_of(line), 1);
    ck_assert_ptr_nonnull(strstr(line, "event two lines  [31m \n"));
    memset(longest, 'x', sizeof longest - 1);
    log_info("event", "%s", longest);
    line = written();
    end();
    ck_assert_int_eq(lines_of(line), 1);
    ck_assert_uint_lt(strlen(line), 1024);
}
END_TEST

static void write_many(void *argument)
{
    for (int i = 0; i < 200; i++)
        log_info((const char *)argument, "%d", i);
}

START_TEST(log_lines_of_threads_do_not_mix)
{
    struct thread threads[2];
    static char names[2][8] = {"first", "second"};
    begin();
    for (int i = 0; i < 2; i++)
        ck_assert(thread_start(&threads[i], "writer", write_many, names[i]));
    for (int i = 0; i < 2; i++)
        thread_join(&threads[i]);
    char *line = (char *)(size_t)written(), *next;
    end();
    int next_number[2] = {0, 0};
    for (; *line != '\0'; line = next + 1) {
        next = strchr(line, '\n');
        ck_assert_ptr_nonnull(next);
        *next = '\0';
        int which = strstr(line, " INFO  second ") != NULL;
        char *number = strrchr(line, ' ');
        ck_assert_int_eq(strtol(number, NULL, 10), next_number[which]++);
    }
    ck_assert_int_eq(next_number[0], 200);
    ck_assert_int_eq(next_number[1], 200);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("common_log");
    TCase *tests = tcase_create("log");
    tcase_add_test(tests, log_writes_time_level_event_and_text);
    tcase_add_test(tests, log_begins_with_a_priority_under_the_journal);
    tcase_add_test(tests, log_leaves_out_what_is_below_its_level);
    tcase_add_test(tests, log_folds_a_line_that_repeats_and_tells_its_count_when_it_gives_way);
    tcase_add_test(tests, log_keeps_a_line_a_line_whatever_its_text);
    tcase_add_test(tests, log_lines_of_threads_do_not_mix);
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_set_fork_status(runner, CK_FORK);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? 0 : 1;
}
