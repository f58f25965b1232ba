/* SPDX-License-Identifier: Apache-2.0 */
/* What is loaded from where, and what is refused: real shared objects in real directories. */
#include "connectors/loader.h"

#include <check.h>
#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static char base[32], place[64], path[512];
static struct loader_directories directories;
static const struct exchange *const *exchanges;
static char why[LOADER_WHY_MAX];

static void set_up(void)
{
    snprintf(base, sizeof base, "/tmp/tickgate-loader.XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(base));
    snprintf(place, sizeof place, "%s/objects", base);
    ck_assert_int_eq(mkdir(place, 0755), 0);
    directories = (struct loader_directories){.count = 1};
    snprintf(directories.paths[0], LOADER_PATH_MAX, "%s", place);
}

static void tear_down(void)
{
    char command[2048];
    snprintf(command, sizeof command, "rm -rf '%s'", base);
    ck_assert_int_eq(system(command), 0);
}

/* Copies an object into the place under its name; `path` is then where it lies. */
static void put(const char *object, const char *name)
{
    char command[2048];
    snprintf(path, sizeof path, "%s/%s", place, name);
    snprintf(command, sizeof command, "cp '%s' '%s/%s' && chmod 644 '%s/%s'", object, place, name,
             place, name);
    ck_assert_int_eq(system(command), 0);
}

static size_t open_files(void)
{
    size_t count = 0;
    DIR *directory = opendir("/proc/self/fd");
    while (readdir(directory) != NULL)
        count++;
    closedir(directory);
    return count;
}

static void expect(enum loader_verdict verdict, const char *words)
{
    size_t files = open_files();
    enum loader_verdict found = loader_load(path, &directories, &exchanges, why);
    ck_assert_msg(found == verdict && strstr(why, words) != NULL, "%s: %d %s", path, found, why);
    ck_assert_uint_eq(open_files(), files + (verdict == LOADER_LOADED));
    ck_assert_ptr_null(exchange_find(SLICE("half")));
}

START_TEST(loader_brings_an_exchange_that_reads_with_our_readers)
{
    static const char payload[] =
        "{\"u\":7,\"s\":\"BTCUSDT\",\"b\":\"1.50\",\"B\":\"2\",\"a\":\"1.60\","
        "\"A\":\"3\",\"z\":1}";
    struct parsing parsing = {.exchange_symbol = SLICE("BTCUSDT")};
    struct event event;
    put(EXAMPLE, "example.so");
    expect(LOADER_LOADED, "");
    const struct exchange *example = exchange_find(SLICE("example"));
    ck_assert_ptr_nonnull(example);
    ck_assert(exchanges[0] == example && exchanges[1] == NULL);
    ck_assert_str_eq(example->type, "ExamplePublicConnector");
    ck_assert_str_eq(loader_path(example), path);
    ck_assert_ptr_null(loader_path(exchange_find(SLICE("binance"))));
    ck_assert_int_eq(example->parse(0, SLICE(payload), &parsing, &event), REFUSAL_NONE);
    ck_assert_uint_eq(event.seq, 7);
    ck_assert_uint_eq(event.quote.numbers[QUOTE_BID_PRICE].low, 150);
    ck_assert_int_eq(parsing.drift, DRIFT_UNKNOWN_FIELD);
    ck_assert(slice_equal(parsing.stranger, SLICE("z")));
}
END_TEST

START_TEST(loader_gives_the_same_exchanges_for_the_same_file)
{
    const struct exchange *const *first;
    size_t files;
    put(EXAMPLE, "example.so");
    expect(LOADER_LOADED, "");
    first = exchanges;
    files = open_files();
    ck_assert_int_eq(loader_load(path, &directories, &exchanges, why), LOADER_LOADED);
    ck_assert_ptr_eq(exchanges, first);
    ck_assert_uint_eq(open_files(), files);
    put(EXAMPLE, "another.so");
    expect(LOADER_TAKEN, "an exchange example already");
}
END_TEST

/* The names of files repeat, and what was refused before must not be taken for what comes now. */
START_TEST(loader_refuses_bad_objects_and_takes_a_good_one_behind_them)
{
    static const struct {
        const char *name, *words;
    } bad[] = {
        {"no_entry", "tickgate_connector is missing"},
        {"nothing", "gives nothing"},
        {"wrong_version", "version 2, this gateway takes 1"},
        {"wrong_size", "tables of other sizes"},
        {"half_filled", "exchange 1: limits.group is missing"},
    };
    for (int round = 0; round < 3; round++)
        for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
            char object[512];
            snprintf(object, sizeof object, OBJECTS "/object_%s.so", bad[i].name);
            put(object, "object.so");
            expect(LOADER_BAD, bad[i].words);
        }
    put("/etc/passwd", "object.so");
    expect(LOADER_BAD, "it cannot be loaded");
    unlink(path);
    expect(LOADER_BAD, "cannot be opened: No such file");
    put(EXAMPLE, "object.so");
    expect(LOADER_LOADED, "");
}
END_TEST

START_TEST(loader_loads_nothing_without_directories)
{
    put(EXAMPLE, "example.so");
    directories.count = 0;
    expect(LOADER_FORBIDDEN, "connector.directories is empty");
}
END_TEST

START_TEST(loader_loads_nothing_from_elsewhere)
{
    char elsewhere[128];
    put(EXAMPLE, "example.so");
    snprintf(path, sizeof path, "%s", EXAMPLE);
    expect(LOADER_FORBIDDEN, "none of connector.directories");
    snprintf(path, sizeof path, "example.so");
    expect(LOADER_FORBIDDEN, "whole path");
    snprintf(path, sizeof path, "%s/", place);
    expect(LOADER_FORBIDDEN, "whole path");
    snprintf(elsewhere, sizeof elsewhere, "%s/deeper", place);
    ck_assert_int_eq(mkdir(elsewhere, 0755), 0);
    snprintf(path, sizeof path, "%s/example.so", elsewhere); /* directly inside, not below */
    expect(LOADER_FORBIDDEN, "none of connector.directories");
    snprintf(path, sizeof path, "%s/../example.so", place);
    expect(LOADER_FORBIDDEN, "none of connector.directories");
    snprintf(path, sizeof path, "%s/deeper/../example.so", place); /* where it is in truth */
    expect(LOADER_LOADED, "");
}
END_TEST

START_TEST(loader_follows_no_link_to_a_file)
{
    char link[128];
    put(EXAMPLE, "example.so");
    snprintf(link, sizeof link, "%s/link.so", place);
    ck_assert_int_eq(symlink(path, link), 0);
    snprintf(path, sizeof path, "%s", link);
    expect(LOADER_FORBIDDEN, "symbolic link");
    unlink(link);
    ck_assert_int_eq(symlink(EXAMPLE, link), 0);
    expect(LOADER_FORBIDDEN, "symbolic link");
}
END_TEST

START_TEST(loader_takes_no_file_that_others_may_write)
{
    put(EXAMPLE, "example.so");
    chmod(path, 0666);
    expect(LOADER_FORBIDDEN, "file: it may be written by anybody");
    chmod(path, 0664);
    expect(LOADER_FORBIDDEN, "file: it may be written by its group");
    unlink(path);
    ck_assert_int_eq(mkfifo(path, 0644), 0);
    expect(LOADER_FORBIDDEN, "no regular file");
    unlink(path);
    ck_assert_int_eq(mkdir(path, 0755), 0);
    expect(LOADER_FORBIDDEN, "no regular file");
}
END_TEST

START_TEST(loader_takes_none_from_a_directory_that_others_may_write)
{
    put(EXAMPLE, "example.so");
    chmod(place, 0777);
    expect(LOADER_FORBIDDEN, "/objects may be written by anybody");
    chmod(place, 01777); /* others could still put a file there */
    expect(LOADER_FORBIDDEN, "/objects may be written by anybody");
    chmod(place, 0775);
    expect(LOADER_FORBIDDEN, "/objects may be written by its group");
    chmod(place, 0755);
    chmod(base, 0777); /* they could put another directory in its place */
    expect(LOADER_FORBIDDEN, "may be written by anybody");
    chmod(base, 0755);
    expect(LOADER_LOADED, "");
}
END_TEST

START_TEST(loader_takes_none_that_belongs_to_another_user)
{
    put(EXAMPLE, "example.so");
    if (geteuid() != 0)
        return; /* nobody but root can give a file away */
    ck_assert_int_eq(chown(path, 12345, (gid_t)-1), 0);
    expect(LOADER_FORBIDDEN, "file: it belongs to another user");
    ck_assert_int_eq(chown(path, 0, (gid_t)-1), 0);
    ck_assert_int_eq(chown(place, 12345, (gid_t)-1), 0);
    expect(LOADER_FORBIDDEN, "/objects belongs to another user");
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("connectors_loader");
    TCase *tests = tcase_create("loader");
    tcase_add_checked_fixture(tests, set_up, tear_down);
    tcase_add_test(tests, loader_brings_an_exchange_that_reads_with_our_readers);
    tcase_add_test(tests, loader_gives_the_same_exchanges_for_the_same_file);
    tcase_add_test(tests, loader_refuses_bad_objects_and_takes_a_good_one_behind_them);
    tcase_add_test(tests, loader_loads_nothing_without_directories);
    tcase_add_test(tests, loader_loads_nothing_from_elsewhere);
    tcase_add_test(tests, loader_follows_no_link_to_a_file);
    tcase_add_test(tests, loader_takes_no_file_that_others_may_write);
    tcase_add_test(tests, loader_takes_none_from_a_directory_that_others_may_write);
    tcase_add_test(tests, loader_takes_none_that_belongs_to_another_user);
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? 0 : 1;
}
