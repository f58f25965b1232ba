/* SPDX-License-Identifier: Apache-2.0 */
/* Reading YAML by a table of the test's own: each type of value, and what is said of each mistake.
 */
#include "gateway/yaml_table.h"

#include "tests/unit/feed_fixture.h"

struct values {
    uint32_t count, duration, size, inner;
    bool on;
    char text[9];
    char texts[3][5];
    uint32_t text_count;
    int judged;
};

static void judge(struct yaml_reader *reader, yaml_node_t *node, void *into)
{
    ((struct values *)into)->judged++;
    if (strcmp(yaml_text(node), "bad") == 0)
        yaml_error(reader, node, "it is bad");
}

static void take_custom(struct yaml_reader *reader, yaml_node_t *node, void *into)
{
    yaml_node_t *item;
    (void)reader;
    for (size_t i = 0; yaml_item(reader, node, i, &item); i++)
        ((struct values *)into)->judged += 10;
}

#define AT(field) offsetof(struct values, field)

static const struct yaml_key inner_keys[] = {
    {"inner", YAML_COUNT, AT(inner), 0, 10, "within", 0, NULL, NULL}, {0}};
static const struct yaml_key keys[] = {
    {"count", YAML_COUNT, AT(count), 2, 1000, "how many", 0, NULL, NULL},
    {"duration", YAML_DURATION, AT(duration), 100, 7200000, "how long", 0, NULL, NULL},
    {"size", YAML_SIZE, AT(size), 0, UINT32_MAX, "how much", 0, NULL, NULL},
    {"on", YAML_SWITCH, AT(on), 0, 0, "whether", 0, NULL, NULL},
    {"text", YAML_TEXT, AT(text), 1, 8, "what", 0, NULL, judge},
    {"texts", YAML_TEXTS, AT(texts), 3, 5, "which", AT(text_count), NULL, judge},
    {"section", YAML_SECTION, 0, 0, 0, "a part", 0, inner_keys, NULL},
    {"custom", YAML_CUSTOM, 0, YAML_TEXTS, 0, "by hand", 0, NULL, take_custom},
    {0}};

static struct values values;
static int error_count, line, column;
static char error[300]; /* the first one */

static void note(void *context, int at_line, int at_column, const char *text)
{
    ck_assert_ptr_eq(context, &values);
    if (error_count++ > 0)
        return;
    line = at_line;
    column = at_column;
    snprintf(error, sizeof error, "%s", text);
}

static struct yaml_reader begin(void)
{
    values = (struct values){.count = 99};
    error_count = 0;
    error[0] = '\0';
    return (struct yaml_reader){.context = &values, .error = note};
}

static void read_bytes(const char *text, size_t len)
{
    struct yaml_reader reader = begin();
    yaml_read_text(&reader, text, len, keys, &values);
}

static void expect_good(const char *text)
{
    read_bytes(text, strlen(text));
    ck_assert_msg(error_count == 0, "%d:%d: %s", line, column, error);
}

static void expect_error(const char *text, int at_line, int at_column, const char *words)
{
    read_bytes(text, strlen(text));
    ck_assert_msg(error_count == 1, "%d errors in \"%s\": %s", error_count, text, error);
    ck_assert_msg(strstr(error, words) != NULL, "\"%s\" is not in \"%s\"", words, error);
    ck_assert_msg(line == at_line && column == at_column, "%d:%d instead of %d:%d: %s", line,
                  column, at_line, at_column, error);
}

START_TEST(yaml_reads_each_type_into_its_place)
{
    expect_good("count: 1000\nduration: 2h\nsize: 3MiB\non: true\ntext: \"ab c\"\n"
                "texts: [one, two]\nsection: {inner: 7}\ncustom: [a, b]\n");
    ck_assert_uint_eq(values.count, 1000);
    ck_assert_uint_eq(values.duration, 7200000);
    ck_assert_uint_eq(values.size, 3 * 1024 * 1024);
    ck_assert(values.on);
    ck_assert_str_eq(values.text, "ab c");
    ck_assert_str_eq(values.texts[0], "one");
    ck_assert_str_eq(values.texts[1], "two");
    ck_assert_uint_eq(values.text_count, 2);
    ck_assert_uint_eq(values.inner, 7);
    ck_assert_int_eq(values.judged, 3 + 20);
}
END_TEST

START_TEST(yaml_leaves_alone_what_is_not_named_or_is_wrong)
{
    expect_good("on: false\n");
    ck_assert_uint_eq(values.count, 99);
    expect_error("count: 1\n", 1, 8, "out of range");
    ck_assert_uint_eq(values.count, 99);
    expect_good("");
    expect_good("# nothing\n");
    expect_good("section:\n# nothing either\n");
}
END_TEST

START_TEST(yaml_wants_whole_numbers_in_their_range)
{
    expect_error("count: many\n", 1, 8, "count: expected a whole number, found \"many\"");
    expect_error("count: [5]\n", 1, 8, "found \"a structure\"");
    static const char *const wrong[] = {
        "5.5", "5e1", "0x10", "-5", "+5", "5_0", "", "4294967301", "99999999999999999999999",
        "5x",  "'5 '"};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        char text[64];
        snprintf(text, sizeof text, "{count: %s}\n", wrong[i]);
        expect_error(text, 1, 9, "expected a whole number");
    }
    expect_error("count: 1\n", 1, 8, "count: 1 is out of range, expected 2 to 1000");
    expect_error("count: 1001\n", 1, 8, "out of range");
    expect_good("count: 2\n");
    expect_good("count: \"0007\"\n");
    ck_assert_uint_eq(values.count, 7);
}
END_TEST

START_TEST(yaml_wants_durations_with_a_unit)
{
    static const char *const wrong[] = {"1000", "1.5s", "1 s", "1sec", "s", "1h30m", "2000000h"};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        char text[64];
        snprintf(text, sizeof text, "duration: %s\n", wrong[i]);
        expect_error(text, 1, 11, "duration: expected a duration such as 250ms");
    }
    expect_error("duration: 99ms\n", 1, 11, "out of range, expected 100 to 7200000 ms");
    expect_good("duration: 100ms\n");
    expect_good("duration: 60s\n");
    ck_assert_uint_eq(values.duration, 60000);
    expect_good("duration: 3m\n");
    ck_assert_uint_eq(values.duration, 180000);
}
END_TEST

START_TEST(yaml_wants_sizes_in_bytes_or_binary_units)
{
    static const char *const wrong[] = {"64MB", "64mib", "64 KiB", "1GiB", "5000MiB", "1KB", "KiB"};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        char text[64];
        snprintf(text, sizeof text, "size: %s\n", wrong[i]);
        expect_error(text, 1, 7, "size: expected a size such as 512, 64KiB");
    }
    expect_good("size: 4294967295\n");
    ck_assert_uint_eq(values.size, UINT32_MAX);
    expect_good("size: 512B\n");
    ck_assert_uint_eq(values.size, 512);
    expect_good("size: 4095MiB\n");
}
END_TEST

START_TEST(yaml_wants_true_or_false_for_a_switch)
{
    expect_error("on: yes\n", 1, 5, "on: expected true or false, found \"yes\"");
    expect_error("on: True\n", 1, 5, "expected true or false");
    expect_error("on: {}\n", 1, 5, "expected true or false, found \"a structure\"");
}
END_TEST

START_TEST(yaml_wants_texts_that_fit)
{
    expect_good("text: 12345678\n");
    expect_error("text: 123456789\n", 1, 7, "text: longer than 8 bytes");
    expect_error("text: ''\n", 1, 7, "text: must not be empty");
    expect_error("text: [a]\n", 1, 7, "text: expected a text");
    expect_error("text: \"a\\0b\"\n", 1, 7, "text: expected a text");
    expect_error("text: bad\n", 1, 7, "it is bad");
    expect_good("texts: one\n"); /* a list of one may be written without its brackets */
    ck_assert_uint_eq(values.text_count, 1);
    expect_good("texts: []\n");
    ck_assert_uint_eq(values.text_count, 0);
    expect_error("texts: [abcd, abcde]\n", 1, 15, "texts: longer than 4 bytes");
    expect_error("texts: [a, bad, c]\n", 1, 12, "it is bad");
    expect_error("texts: [a, b, c, d]\n", 1, 18, "texts: more than 3 entries");
    ck_assert_uint_eq(values.text_count, 3);
    expect_error("texts: {a: b}\n", 1, 8, "texts: expected a text");
    expect_error("texts: [[a]]\n", 1, 9, "texts: expected a text");
}
END_TEST

START_TEST(yaml_names_the_key_that_was_meant)
{
    expect_error("cuont: 5\n", 1, 1, "unknown key \"cuont\"; did you mean \"count\"?");
    expect_error("section: {iner: 5}\n", 1, 11, "did you mean \"inner\"?");
    expect_error("COUNT: 5\n", 1, 1, "known here are \"count\" and 7 more");
    expect_error("? [1]\n: 2\n", 1, 3, "expected a key");
    expect_error("\"count\\0x\": 5\n", 1, 1, "expected a key");
    static const char *const names[] = {"hangup", "stale", "silent"};
    ck_assert_str_eq(yaml_nearest("hang_up", names, 3), "hangup");
    ck_assert_str_eq(yaml_nearest("silen", names, 3), "silent");
    ck_assert_ptr_null(yaml_nearest("x", names, 3));
    ck_assert_ptr_null(yaml_nearest("", names, 0));
    char endless[500];
    memset(endless, 'h', sizeof endless - 1);
    endless[sizeof endless - 1] = '\0';
    ck_assert_ptr_null(yaml_nearest(endless, names, 3));
}
END_TEST

START_TEST(yaml_refuses_a_key_that_stands_there_twice)
{
    expect_error("count: 5\ncount: 6\n", 2, 1, "key \"count\" stands here twice");
    ck_assert_uint_eq(values.count, 5);
}
END_TEST

START_TEST(yaml_says_where_a_file_is_no_yaml)
{
    expect_error("section: {inner: 5\n", 2, 1, "not YAML: ");
    expect_error("section:\n\tinner: 5\n", 2, 1, "not YAML: ");
    expect_error("a: b: c\n", 1, 5, "not YAML: ");
    expect_error("count: *nothing\n", 1, 8, "not YAML: ");
    expect_error("count: 5\n---\ncount: 6\n", 3, 1, "a second document");
    expect_error("count: 5\n---\n[\n", 4, 1, "not YAML: ");
    expect_error("just a text\n", 1, 1, "expected keys and values here");
    read_bytes("count: 5\n\0\n", 11);
    ck_assert_int_eq(error_count, 1);
    ck_assert_ptr_nonnull(strstr(error, "not YAML: "));
    read_bytes("count: \xff\n", 9);
    ck_assert_int_eq(error_count, 1);
    ck_assert_ptr_nonnull(strstr(error, "not YAML: "));
}
END_TEST

/* libyaml's own time would be minutes. */
START_TEST(yaml_refuses_what_is_nested_too_deep_at_once)
{
    static char deep[100000];
    static const char *const parts[] = {"[", "{", "- ", "? "};
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        size_t len = strlen(parts[i]);
        for (size_t at = 0; at + len <= sizeof deep; at += len)
            memcpy(deep + at, parts[i], len);
        read_bytes(deep, sizeof deep);
        ck_assert_int_eq(error_count, 1);
        ck_assert_msg(strstr(error, "nested deeper than 32") != NULL, "%s", error);
        ck_assert_int_eq(line, 1);
    }
    expect_good("custom: [[[[[[[[[[[[[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]]]]]]]]]]]]]\n");
}
END_TEST

START_TEST(yaml_says_what_it_cannot_read)
{
    char directory[64], path[100];
    struct yaml_reader reader = begin();
    make_directory(directory, sizeof directory);
    snprintf(path, sizeof path, "%s/none.yaml", directory);
    yaml_read_file(&reader, path, keys, &values);
    ck_assert_int_eq(line, 0);
    ck_assert_str_eq(error, "cannot be read: No such file or directory");
    reader = begin();
    yaml_read_file(&reader, directory, keys, &values);
    ck_assert_str_eq(error, "cannot be read: Is a directory");
    FILE *file = fopen(path, "w");
    fputs("count: 5\n", file);
    for (int i = 0; i < (1024 * 1024 - 9) / 8; i++)
        fputs("# seven\n", file);
    fputs("# four\n", file);
    fclose(file);
    reader = begin();
    yaml_read_file(&reader, path, keys, &values);
    ck_assert_int_eq(error_count, 0);
    ck_assert_uint_eq(values.count, 5);
    file = fopen(path, "a");
    fputs("#", file);
    fclose(file);
    reader = begin();
    yaml_read_file(&reader, path, keys, &values);
    ck_assert_str_eq(error, "larger than 1048576 bytes");
    ck_assert_uint_eq(values.count, 99);
    remove_directory(directory);
}
END_TEST

START_TEST(yaml_prints_its_keys_with_ranges_and_defaults)
{
    char *printed = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&printed, &size);
    struct values defaults = {.count = 5, .duration = 90000, .size = 3072, .text = "x"};
    memcpy(defaults.texts, "a\0\0\0\0b", 6);
    defaults.text_count = 2;
    yaml_print_keys(out, "p.", keys, &defaults);
    fclose(out);
    ck_assert_str_eq(printed, "| `p.count` | number, 2 to 1000 | 5 | how many |\n"
                              "| `p.duration` | duration, 100ms to 2h | 90s | how long |\n"
                              "| `p.size` | size, 0 to 4294967295 | 3KiB | how much |\n"
                              "| `p.on` | true or false | false | whether |\n"
                              "| `p.text` | text | `x` | what |\n"
                              "| `p.texts` | list | `a`, `b` | which |\n"
                              "| `p.section.inner` | number, 0 to 10 | 0 | within |\n"
                              "| `p.custom` | list |  | by hand |\n");
    free(printed);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("gateway_yaml_table");
    TCase *tests = tcase_create("yaml");
    tcase_add_test(tests, yaml_reads_each_type_into_its_place);
    tcase_add_test(tests, yaml_leaves_alone_what_is_not_named_or_is_wrong);
    tcase_add_test(tests, yaml_wants_whole_numbers_in_their_range);
    tcase_add_test(tests, yaml_wants_durations_with_a_unit);
    tcase_add_test(tests, yaml_wants_sizes_in_bytes_or_binary_units);
    tcase_add_test(tests, yaml_wants_true_or_false_for_a_switch);
    tcase_add_test(tests, yaml_wants_texts_that_fit);
    tcase_add_test(tests, yaml_names_the_key_that_was_meant);
    tcase_add_test(tests, yaml_refuses_a_key_that_stands_there_twice);
    tcase_add_test(tests, yaml_says_where_a_file_is_no_yaml);
    tcase_add_test(tests, yaml_refuses_what_is_nested_too_deep_at_once);
    tcase_add_test(tests, yaml_says_what_it_cannot_read);
    tcase_add_test(tests, yaml_prints_its_keys_with_ranges_and_defaults);
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? 0 : 1;
}
