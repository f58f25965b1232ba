/* SPDX-License-Identifier: Apache-2.0 */
/* What guards a secret: the file that it is read from, the memory that it stands in, the mark that
 * is all a log may have of it. */
#include "common/secret.h"

#include <check.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#define CANARY "a-canary-that-nobody-may-see"

static char directory[64], path[128], error[512];

static void setup(void)
{
    char name[] = "/tmp/tickgate-secret-XXXXXX";
    ck_assert_ptr_nonnull(mkdtemp(name));
    snprintf(directory, sizeof directory, "%s", name);
    snprintf(path, sizeof path, "%s/key", name);
    error[0] = '\0';
    ck_assert_msg(secret_global_init(error, sizeof error), "%s", error);
}

static void teardown(void)
{
    unlink(path);
    rmdir(directory);
}

static void write_key(const char *bytes, size_t len, mode_t mode)
{
    int file = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    ck_assert_int_ge(file, 0);
    ck_assert_int_eq(write(file, bytes, len), (ssize_t)len);
    ck_assert_int_eq(fchmod(file, mode), 0);
    close(file);
}

static void expect_refused(const char *what)
{
    struct secret *secret = secret_read(path, error, sizeof error);
    ck_assert_ptr_null(secret);
    ck_assert_msg(strstr(error, what) != NULL, "%s", error);
    ck_assert_msg(strstr(error, path) != NULL, "%s", error);
    ck_assert_ptr_null(strstr(error, CANARY));
}

START_TEST(secret_is_read_without_the_white_space_at_its_end)
{
    static const mode_t modes[] = {0600, 0400};
    for (size_t i = 0; i < 2; i++) {
        write_key("  " CANARY " \r\n\t\n", strlen(CANARY) + 7, modes[i]);
        struct secret *secret = secret_read(path, error, sizeof error);
        ck_assert_msg(secret != NULL, "%s", error);
        ck_assert(slice_equal(secret_bytes(secret), SLICE("  " CANARY)));
        secret_destroy(&secret);
        ck_assert_ptr_null(secret);
        secret_destroy(&secret);
    }
}
END_TEST

START_TEST(secret_file_that_others_can_read_is_refused)
{
    static const mode_t modes[] = {0644, 0640, 0604, 0660, 0601};
    for (size_t i = 0; i < sizeof modes / sizeof *modes; i++) {
        write_key(CANARY, strlen(CANARY), modes[i]);
        expect_refused("chmod 600");
    }
}
END_TEST

START_TEST(secret_file_that_is_no_plain_file_is_refused)
{
    char target[128];
    snprintf(target, sizeof target, "%s/target", directory);
    write_key(CANARY, strlen(CANARY), 0600);
    ck_assert_int_eq(rename(path, target), 0);
    ck_assert_int_eq(symlink(target, path), 0);
    expect_refused("links are not followed");
    unlink(path);
    unlink(target);
    expect_refused("No such file");
    ck_assert_int_eq(mkdir(path, 0700), 0);
    expect_refused("it is no file");
    rmdir(path);
    ck_assert_int_eq(mkfifo(path, 0600), 0); /* is not waited for */
    expect_refused("it is no file");
}
END_TEST

START_TEST(secret_file_of_the_wrong_size_is_refused)
{
    static char bytes[SECRET_MAX + 1];
    memset(bytes, 'x', sizeof bytes);
    write_key("", 0, 0600);
    expect_refused("0 bytes");
    write_key(" \n", 2, 0600);
    expect_refused("it is empty");
    write_key(bytes, sizeof bytes, 0600);
    expect_refused("16385 bytes");
    write_key(bytes, SECRET_MAX, 0600);
    struct secret *secret = secret_read(path, error, sizeof error);
    ck_assert_msg(secret != NULL, "%s", error);
    ck_assert_uint_eq(secret_bytes(secret).len, SECRET_MAX);
    secret_destroy(&secret);
}
END_TEST

START_TEST(secret_is_read_from_the_service_managers_credentials)
{
    write_key(CANARY, strlen(CANARY), 0440); /* an access list shows as the group's bit */
    ck_assert_int_eq(setenv("CREDENTIALS_DIRECTORY", directory, 1), 0);
    struct secret *secret = secret_read("credential:key", error, sizeof error);
    ck_assert_msg(secret != NULL, "%s", error);
    ck_assert(slice_equal(secret_bytes(secret), SLICE(CANARY)));
    secret_destroy(&secret);
    ck_assert_ptr_null(secret_read("credential:../key", error, sizeof error));
    ck_assert_int_eq(chmod(path, 0444), 0);
    ck_assert_ptr_null(secret_read("credential:key", error, sizeof error));
    ck_assert_int_eq(unsetenv("CREDENTIALS_DIRECTORY"), 0);
    ck_assert_ptr_null(secret_read("credential:key", error, sizeof error));
    ck_assert_ptr_nonnull(strstr(error, "LoadCredential"));
}
END_TEST

/* The kernel's flags of the mapping that holds an address: " rd wr ... lo ... dd ". */
static void read_flags(const void *address, char *flags, size_t room)
{
    char line[512];
    bool inside = false, found = false;
    FILE *maps = fopen("/proc/self/smaps", "r");
    ck_assert_ptr_nonnull(maps);
    while (!found && fgets(line, sizeof line, maps) != NULL) {
        uintptr_t from, to;
        if (sscanf(line, "%" SCNxPTR "-%" SCNxPTR " ", &from, &to) == 2)
            inside = (uintptr_t)address >= from && (uintptr_t)address < to;
        else if (inside && strncmp(line, "VmFlags:", 8) == 0)
            found = snprintf(flags, room, "%s", line) > 0;
    }
    fclose(maps);
    ck_assert(found);
}

START_TEST(secret_stands_in_memory_that_is_locked_and_not_dumped)
{
    char flags[512];
    struct secret *secret = secret_new(SLICE(CANARY));
    ck_assert_ptr_nonnull(secret);
    read_flags(secret_bytes(secret).data, flags, sizeof flags);
    ck_assert_msg(strstr(flags, " lo") != NULL, "not locked: %s", flags);
    ck_assert_msg(strstr(flags, " dd") != NULL, "dumped: %s", flags);
    secret_destroy(&secret);
}
END_TEST

START_TEST(secret_process_leaves_no_core)
{
    struct rlimit limit;
    ck_assert_int_eq(getrlimit(RLIMIT_CORE, &limit), 0);
    ck_assert(limit.rlim_cur == 0 && limit.rlim_max == 0);
    ck_assert_int_eq(prctl(PR_GET_DUMPABLE), 0);
    ck_assert(secret_global_init(error, sizeof error)); /* again is as good as once */
}
END_TEST

START_TEST(secret_is_made_only_while_there_is_locked_memory)
{
    enum { MANY = 64 };
    static char bytes[SECRET_MAX + 1];
    struct secret *secrets[MANY];
    size_t count = 0;
    ck_assert_ptr_null(secret_new((struct slice){bytes, sizeof bytes}));
    while (count < MANY && (secrets[count] = secret_new((struct slice){bytes, SECRET_MAX})) != NULL)
        count++;
    ck_assert(count > 2 && count < MANY);
    while (count > 0)
        secret_destroy(&secrets[--count]);
    struct secret *again = secret_new((struct slice){bytes, SECRET_MAX});
    ck_assert_ptr_nonnull(again);
    secret_destroy(&again);
}
END_TEST

START_TEST(secret_is_wiped)
{
    char bytes[] = CANARY;
    secret_wipe(bytes, sizeof bytes);
    for (size_t i = 0; i < sizeof bytes; i++)
        ck_assert_int_eq(bytes[i], 0);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("common_secret");
    TCase *tests = tcase_create("secret");
    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_add_test(tests, secret_is_read_without_the_white_space_at_its_end);
    tcase_add_test(tests, secret_file_that_others_can_read_is_refused);
    tcase_add_test(tests, secret_file_that_is_no_plain_file_is_refused);
    tcase_add_test(tests, secret_file_of_the_wrong_size_is_refused);
    tcase_add_test(tests, secret_is_read_from_the_service_managers_credentials);
    tcase_add_test(tests, secret_stands_in_memory_that_is_locked_and_not_dumped);
    tcase_add_test(tests, secret_process_leaves_no_core);
    tcase_add_test(tests, secret_is_made_only_while_there_is_locked_memory);
    tcase_add_test(tests, secret_is_wiped);
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? 0 : 1;
}
