/* SPDX-License-Identifier: Apache-2.0 */
/* What the commands make of their arguments. */
#include "gateway/cli/options.h"

#include <check.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static bool json;
static uint32_t count;
static const char *feed;
static const struct option_spec specs[] = {{"json", 'j', OPTION_FLAG, &json, NULL, "as JSON"},
                                           {"count", 'n', OPTION_NUMBER, &count, "N", "how many"},
                                           {"feed", 0, OPTION_TEXT, &feed, "ENDPOINT", "where"},
                                           {0}};
static const struct command command = {"sub", "[PREFIX ...]", "Prints.", specs};
static char *words[16];
static int status;

static void setup(void)
{
    json = false;
    count = 0;
    feed = "default";
    status = -1;
}

/* Reads arguments separated by spaces; how many are left. */
static int read_words(const char *text)
{
    static char room[256];
    int argc = 1;
    words[0] = "sub";
    snprintf(room, sizeof room, "%s", text);
    for (char *word = strtok(room, " "); word != NULL; word = strtok(NULL, " "))
        words[argc++] = word;
    return options_read(&command, argc, words, &status);
}

START_TEST(options_are_read_in_every_spelling)
{
    ck_assert_int_eq(read_words("--json --count 5 --feed x"), 0);
    ck_assert(json);
    ck_assert_uint_eq(count, 5);
    ck_assert_str_eq(feed, "x");
    ck_assert_int_eq(read_words("--count=6 -j --feed=a=b"), 0);
    ck_assert_uint_eq(count, 6);
    ck_assert_str_eq(feed, "a=b");
    ck_assert_int_eq(read_words("-n7"), 0);
    ck_assert_uint_eq(count, 7);
    ck_assert_int_eq(read_words("-n 4294967295"), 0);
    ck_assert_uint_eq(count, UINT32_MAX);
}
END_TEST

START_TEST(options_leave_the_arguments_in_their_order)
{
    ck_assert_int_eq(read_words("trade. -n 5 quote. - --json book."), 4);
    ck_assert_str_eq(words[0], "trade.");
    ck_assert_str_eq(words[1], "quote.");
    ck_assert_str_eq(words[2], "-");
    ck_assert_str_eq(words[3], "book.");
    ck_assert_int_eq(read_words("a -- --json -n"), 3);
    ck_assert_str_eq(words[1], "--json");
    ck_assert_str_eq(words[2], "-n");
}
END_TEST

START_TEST(options_that_are_wrong_are_refused)
{
    static const char *const wrong[] = {"--jason",    "-x",           "--count",
                                        "-n",         "--count x",    "--count -5",
                                        "--count 5x", "--count=",     "--count 4294967296",
                                        "--feed",     "--json=false", "-jn5",
                                        "--coun 5"};
    ck_assert_int_ge(dup2(STDOUT_FILENO, STDERR_FILENO), 0); /* what is said goes with the rest */
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        status = -1;
        ck_assert_msg(read_words(wrong[i]) == -1, "\"%s\" is taken", wrong[i]);
        ck_assert_int_eq(status, EXIT_USAGE);
    }
}
END_TEST

START_TEST(options_print_their_help_and_end_well)
{
    ck_assert_int_eq(read_words("-n 5 --help --nonsense"), -1);
    ck_assert_int_eq(status, 0);
    ck_assert_int_eq(read_words("-h"), -1);
    ck_assert_int_eq(status, 0);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("gateway_cli_options");
    TCase *tests = tcase_create("options");
    tcase_add_checked_fixture(tests, setup, NULL);
    tcase_add_test(tests, options_are_read_in_every_spelling);
    tcase_add_test(tests, options_leave_the_arguments_in_their_order);
    tcase_add_test(tests, options_that_are_wrong_are_refused);
    tcase_add_test(tests, options_print_their_help_and_end_well);
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? 0 : 1;
}
