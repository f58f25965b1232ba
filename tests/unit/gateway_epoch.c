/* SPDX-License-Identifier: Apache-2.0 */
/* The epoch rises whatever the clock does, and what is stored is never thrown away. */
#include "gateway/epoch.h"

#include "tests/unit/feed_fixture.h"

#include <inttypes.h>
#include <sys/stat.h>
#include <unistd.h>

static char directory[64], state_dir[128], path[160], error[512];

static void setup(void)
{
    make_directory(directory, sizeof directory);
    snprintf(state_dir, sizeof state_dir, "%s/a/b", directory);
    snprintf(path, sizeof path, "%s/epoch", state_dir);
    error[0] = '\0';
}

static void teardown(void)
{
    remove_directory(directory);
}

static uint64_t begin(void)
{
    uint64_t epoch = 0;
    ck_assert_msg(epoch_begin(state_dir, &epoch, error, sizeof error), "%s", error);
    return epoch;
}

static bool refused(void)
{
    uint64_t epoch = 0;
    return !epoch_begin(state_dir, &epoch, error, sizeof error);
}

static void store(const char *bytes, size_t len)
{
    FILE *file = fopen(path, "w");
    ck_assert_ptr_nonnull(file);
    ck_assert_uint_eq(fwrite(bytes, 1, len, file), len);
    fclose(file);
}

static size_t stored(char *bytes, size_t max)
{
    FILE *file = fopen(path, "r");
    ck_assert_ptr_nonnull(file);
    size_t len = fread(bytes, 1, max - 1, file);
    bytes[len] = '\0';
    fclose(file);
    return len;
}

static void expect_in_error(const char *part)
{
    ck_assert_msg(strstr(error, part) != NULL, "\"%s\" is not in \"%s\"", part, error);
}

START_TEST(epoch_makes_its_directory_and_begins_with_the_clock)
{
    char bytes[64], expected[64];
    uint64_t before = (uint64_t)(clock_real_ns() / NS_PER_MS), epoch = begin();
    ck_assert_uint_ge(epoch, before);
    ck_assert_uint_le(epoch, (uint64_t)(clock_real_ns() / NS_PER_MS));
    stored(bytes, sizeof bytes);
    snprintf(expected, sizeof expected, "%" PRIu64 "\n", epoch);
    ck_assert_str_eq(bytes, expected);
    char beside[200];
    snprintf(beside, sizeof beside, "%s.new", path);
    ck_assert_int_ne(access(beside, F_OK), 0);
}
END_TEST

START_TEST(epoch_rises_with_each_start_even_within_a_millisecond)
{
    uint64_t last = 0;
    for (int i = 0; i < 50; i++) {
        uint64_t epoch = begin();
        ck_assert_uint_gt(epoch, last);
        last = epoch;
    }
}
END_TEST

START_TEST(epoch_rises_though_the_clock_went_back)
{
    begin();
    store("8000000000000000\n", 17);
    ck_assert_uint_eq(begin(), UINT64_C(8000000000000001));
    ck_assert_uint_eq(begin(), UINT64_C(8000000000000002));
    store("8000000000000007", 16); /* without the end of its line, as a person may write it */
    ck_assert_uint_eq(begin(), UINT64_C(8000000000000008));
}
END_TEST

/* Each of these is kept as it is, and the person is told what to do. */
START_TEST(epoch_refuses_a_file_that_is_none_and_does_not_touch_it)
{
    static const struct {
        const char *bytes;
        size_t len;
    } wrong[] = {{"", 0},
                 {"\n", 1},
                 {"abc\n", 4},
                 {"-5\n", 3},
                 {" 5\n", 3},
                 {"0x5\n", 4},
                 {"5\n6\n", 4},
                 {"5\n\n", 3},
                 {"5\0\n", 3},
                 {"5 \n", 3},
                 {"1e12\n", 5},
                 {"9007199254740991\n", 17}, /* the next would be no JSON integer */
                 {"18446744073709551617\n", 21},
                 {"99999999999999999999999999999999999999\n", 39}};
    begin();
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        char bytes[64];
        store(wrong[i].bytes, wrong[i].len);
        ck_assert_msg(refused(), "\"%s\" is taken for an epoch", wrong[i].bytes);
        expect_in_error(path);
        expect_in_error("does not hold an epoch");
        ck_assert_uint_eq(stored(bytes, sizeof bytes), wrong[i].len);
        ck_assert_mem_eq(bytes, wrong[i].bytes, wrong[i].len);
    }
    store("9007199254740990\n", 17);
    ck_assert_uint_eq(begin(), UINT64_C(9007199254740991));
}
END_TEST

START_TEST(epoch_says_what_it_cannot_read)
{
    begin();
    ck_assert_int_eq(unlink(path), 0);
    ck_assert_int_eq(mkdir(path, 0700), 0);
    ck_assert(refused());
    expect_in_error(path);
    expect_in_error("cannot be read");
}
END_TEST

START_TEST(epoch_says_where_no_directory_can_be)
{
    char file[100];
    snprintf(file, sizeof file, "%s/a", directory);
    FILE *made = fopen(file, "w");
    fclose(made);
    ck_assert(refused());
    expect_in_error(state_dir);
    expect_in_error("cannot be made");
    snprintf(state_dir, sizeof state_dir, "%s", file); /* the file itself */
    ck_assert(refused());
    expect_in_error("cannot be made");
    uint64_t epoch;
    char endless[700];
    memset(endless, 'x', sizeof endless - 1);
    endless[sizeof endless - 1] = '\0';
    ck_assert(!epoch_begin(endless, &epoch, error, sizeof error));
}
END_TEST

/* A directory in which nothing can be made; proc is one for root, too. */
START_TEST(epoch_says_that_it_cannot_be_written)
{
    snprintf(state_dir, sizeof state_dir, "/proc/self/fdinfo");
    ck_assert(refused());
    expect_in_error("/proc/self/fdinfo/epoch: cannot be written");
    expect_in_error("state_dir");
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("gateway_epoch");
    TCase *tests = tcase_create("epoch");
    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_add_test(tests, epoch_makes_its_directory_and_begins_with_the_clock);
    tcase_add_test(tests, epoch_rises_with_each_start_even_within_a_millisecond);
    tcase_add_test(tests, epoch_rises_though_the_clock_went_back);
    tcase_add_test(tests, epoch_refuses_a_file_that_is_none_and_does_not_touch_it);
    tcase_add_test(tests, epoch_says_what_it_cannot_read);
    tcase_add_test(tests, epoch_says_where_no_directory_can_be);
    tcase_add_test(tests, epoch_says_that_it_cannot_be_written);
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? 0 : 1;
}
