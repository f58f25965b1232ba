/* SPDX-License-Identifier: Apache-2.0 */
/* tickgate parse over the fixtures of each exchange: NAME.jsonl must give NAME.events on standard
 * output and NAME.account on standard error, byte for byte. They are of the exchange that is named
 * as its folder; EXCHANGE.NAME.jsonl is of another one in it. */
#include "gateway/cli/commands.h"
#include "gateway/cli/options.h"

#include <check.h>
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* The project's root, as this file's name tells. */
static const char *root(void)
{
    static char path[2048];
    snprintf(path, sizeof path, "%s", __FILE__);
    char *end = strstr(path, "/tests/unit/");
    ck_assert_ptr_nonnull(end);
    *end = '\0';
    return path;
}

/* The whole of a file from its beginning, the caller's to free. */
static char *contents(FILE *file)
{
    ck_assert_int_eq(fseek(file, 0, SEEK_END), 0);
    long len = ftell(file);
    char *text = calloc(1, (size_t)len + 1);
    ck_assert_ptr_nonnull(text);
    rewind(file);
    ck_assert_uint_eq(fread(text, 1, (size_t)len, file), (size_t)len);
    return text;
}

struct run {
    int status;
    char *out, *err;
};

/* The command with both its outputs caught. */
static struct run run(int argc, char **argv)
{
    FILE *const streams[] = {stdout, stderr};
    FILE *caught[2];
    int before[2];
    for (int i = 0; i < 2; i++) {
        caught[i] = tmpfile();
        ck_assert_ptr_nonnull(caught[i]);
        fflush(streams[i]);
        before[i] = dup(fileno(streams[i]));
        ck_assert_int_ge(dup2(fileno(caught[i]), fileno(streams[i])), 0);
    }
    struct run result = {.status = parse_main(argc, argv)};
    for (int i = 0; i < 2; i++) {
        fflush(streams[i]);
        ck_assert_int_ge(dup2(before[i], fileno(streams[i])), 0);
        close(before[i]);
    }
    result.out = contents(caught[0]);
    result.err = contents(caught[1]);
    for (int i = 0; i < 2; i++)
        fclose(caught[i]);
    return result;
}

static void run_free(struct run *run)
{
    free(run->out);
    free(run->err);
}

static void expect_file(const char *fixture, const char *ending, const char *text)
{
    char path[4096];
    snprintf(path, sizeof path, "%.*s.%s", (int)(strlen(fixture) - strlen(".jsonl")), fixture,
             ending);
    FILE *file = fopen(path, "r");
    ck_assert_msg(file != NULL, "%s is missing", path);
    char *expected = contents(file);
    fclose(file);
    size_t same = 0, line = 1;
    for (; text[same] == expected[same] && text[same] != '\0'; same++)
        line += text[same] == '\n';
    ck_assert_msg(text[same] == expected[same], "%s:%zu: otherwise from here on: %.300s", path,
                  line, text + same);
    free(expected);
}

static void expect_fixture(const char *exchange, char *fixture)
{
    char name[80];
    snprintf(name, sizeof name, "--exchange=%s", exchange);
    struct run result = run(3, (char *[]){"parse", name, fixture, NULL});
    ck_assert_int_eq(result.status, 0);
    expect_file(fixture, "events", result.out);
    expect_file(fixture, "account", result.err);
    run_free(&result);
}

START_TEST(parse_gives_what_the_fixtures_say)
{
    char pattern[4096];
    glob_t found;
    snprintf(pattern, sizeof pattern, "%s/connectors/*/fixtures/*.jsonl", root());
    ck_assert_int_eq(glob(pattern, 0, NULL, &found), 0);
    ck_assert_uint_ge(found.gl_pathc, 8);
    for (size_t i = 0; i < found.gl_pathc; i++) {
        char exchange[64];
        const char *folder = strstr(found.gl_pathv[i], "/connectors/") + strlen("/connectors/");
        const char *name = strrchr(folder, '/') + 1;
        const char *owner = strcspn(name, ".") < strlen(name) - strlen(".jsonl") ? name : folder;
        snprintf(exchange, sizeof exchange, "%.*s", (int)strcspn(owner, "./"), owner);
        expect_fixture(exchange, found.gl_pathv[i]);
    }
    globfree(&found);
}
END_TEST

START_TEST(parse_says_what_is_wrong_with_its_arguments)
{
    static char *cases[][4] = {
        {"parse", NULL},
        {"parse", "a", "b", NULL},
        {"parse", "--exchange=nowhere", "a", NULL},
        {"parse", "--such", "a", NULL},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        int argc = 0;
        while (cases[i][argc] != NULL)
            argc++;
        struct run result = run(argc, cases[i]);
        ck_assert_int_eq(result.status, EXIT_USAGE);
        ck_assert(result.out[0] == '\0' && strstr(result.err, "tickgate parse: ") == result.err);
        run_free(&result);
    }
    struct run result = run(2, (char *[]){"parse", "/nothing/here.jsonl", NULL});
    ck_assert_int_eq(result.status, 1);
    ck_assert_ptr_nonnull(strstr(result.err, "/nothing/here.jsonl"));
    run_free(&result);
    result = run(2, (char *[]){"parse", (char *)(size_t)root(), NULL}); /* a folder */
    ck_assert_int_eq(result.status, 1);
    run_free(&result);
    result = run(2, (char *[]){"parse", "--help", NULL});
    ck_assert_int_eq(result.status, 0);
    ck_assert_ptr_nonnull(strstr(result.out, "frames = events + refused + control + unknown"));
    run_free(&result);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("gateway_cli_parse");
    TCase *tests = tcase_create("parse");
    tcase_add_test(tests, parse_gives_what_the_fixtures_say);
    tcase_add_test(tests, parse_says_what_is_wrong_with_its_arguments);
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? 0 : 1;
}
