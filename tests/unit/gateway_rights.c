/* SPDX-License-Identifier: Apache-2.0 */
/* What certificates say, and which of them say nothing. */
#include "gate_stage.h"

static struct rights *read_all(void)
{
    char error[640];
    struct rights *rights = rights_read(security.directory, error, sizeof error);
    ck_assert_msg(rights != NULL, "%s", error);
    return rights;
}

static const struct client *find(const struct rights *rights, const char *name)
{
    return rights_find(rights, slice_of(stage_key(name)->public_key));
}

static void refused(const char *directory, const char *word)
{
    char error[640] = "";
    ck_assert_ptr_null(rights_read(directory, error, sizeof error));
    ck_assert_msg(strstr(error, word) != NULL, "%s", error);
}

START_TEST(rights_say_who_may_what)
{
    grant("ann", "read", "main,hedge");
    grant("bob", "read, control", "*");
    grant("eve", "control", "");
    struct rights *rights = read_all();
    ck_assert_uint_eq(rights_count(rights), 3);
    const struct client *ann = find(rights, "ann"), *bob = find(rights, "bob");
    const struct client *eve = find(rights, "eve");
    ck_assert(ann != NULL && bob != NULL && eve != NULL);
    ck_assert(slice_equal(client_name(ann), SLICE("ann")));
    ck_assert(slice_equal(client_key(ann), slice_of(stage_key("ann")->public_key)));
    ck_assert(client_has_role(ann, ROLE_READ) && !client_has_role(ann, ROLE_CONTROL));
    ck_assert(client_has_role(bob, ROLE_READ) && client_has_role(bob, ROLE_CONTROL));
    ck_assert(!client_has_role(eve, ROLE_READ) && client_has_role(eve, ROLE_CONTROL));
    ck_assert(client_has_role(eve, ROLE_NONE));
    ck_assert(client_has_account(ann, SLICE("main")) && client_has_account(ann, SLICE("hedge")));
    ck_assert(!client_has_account(ann, SLICE("mai")) && !client_has_account(ann, SLICE("main2")));
    ck_assert(!client_has_account(ann, SLICE("")) && !client_has_account(ann, SLICE("*")));
    ck_assert(!client_has_account(ann, SLICE("main,hedge")));
    ck_assert(client_has_account(bob, SLICE("main")) && !client_has_account(eve, SLICE("main")));
    rights_destroy(&rights);
    rights_destroy(&rights);
}
END_TEST

START_TEST(rights_find_a_key_as_bytes_and_as_text_and_no_other)
{
    uint8_t bytes[RIGHTS_KEY_MAX];
    grant("ann", "read", "");
    struct rights *rights = read_all();
    zmq_z85_decode(bytes, stage_key("ann")->public_key);
    ck_assert_ptr_eq(rights_find(rights, (struct slice){(char *)bytes, sizeof bytes}),
                     find(rights, "ann"));
    ck_assert_ptr_null(find(rights, "nobody"));
    ck_assert_ptr_null(rights_find(rights, (struct slice){(char *)bytes, sizeof bytes - 1}));
    ck_assert_ptr_null(rights_find(rights, SLICE("")));
    rights_destroy(&rights);
}
END_TEST

START_TEST(rights_leave_out_what_is_no_certificate_of_a_client)
{
    char path[700];
    grant("ann", "read", "main");
    grant("words", "read,write", "main");
    grant("space", "read", "main account");
    grant("upper", "read", "Main");
    grant("a.b", "read", "main");
    write_file(RIGHTS_FOLDER "/empty.key", 0644, "");
    write_file(RIGHTS_FOLDER "/noise.key", 0644, "\x01\x02 = = \n\n   x\n\"");
    write_file(RIGHTS_FOLDER "/short.key", 0644, "curve\n    public-key = \"abc\"\n");
    write_file(RIGHTS_FOLDER "/bad.key", 0644,
               "curve\n    public-key = \"~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~\"\n");
    write_file(RIGHTS_FOLDER "/ann.key_secret", 0644, "curve\n");
    write_file(RIGHTS_FOLDER "/.hidden.key", 0644, "curve\n");
    grant("open", "read", "main");
    snprintf(path, sizeof path, "%s/" RIGHTS_FOLDER "/open.key", security.directory);
    ck_assert_int_eq(chmod(path, 0666), 0);
    snprintf(path, sizeof path, "%s/" RIGHTS_FOLDER "/folder.key", security.directory);
    ck_assert_int_eq(mkdir(path, 0755), 0);
    snprintf(path, sizeof path, "%s/" RIGHTS_FOLDER "/link.key", security.directory);
    ck_assert_int_eq(symlink("ann.key", path), 0);
    struct rights *rights = read_all();
    ck_assert_uint_eq(rights_count(rights), 1);
    ck_assert_ptr_nonnull(find(rights, "ann"));
    rights_destroy(&rights);
}
END_TEST

START_TEST(a_key_that_stands_in_two_certificates_is_nobodys)
{
    char text[256];
    grant("ann", "read", "main");
    grant("bob", "read", "main");
    snprintf(text, sizeof text,
             "metadata\n    roles = \"control\"\ncurve\n    public-key = \"%s\"\n",
             stage_key("ann")->public_key);
    write_file(RIGHTS_FOLDER "/again.key", 0644, text);
    struct rights *rights = read_all();
    ck_assert_uint_eq(rights_count(rights), 1);
    ck_assert_ptr_null(find(rights, "ann"));
    ck_assert_ptr_nonnull(find(rights, "bob"));
    rights_destroy(&rights);
}
END_TEST

START_TEST(rights_are_not_read_where_others_can_write)
{
    char folder[600];
    snprintf(folder, sizeof folder, "%s/" RIGHTS_FOLDER, security.directory);
    refused("/nowhere/at/all", "tickgate keys new");
    chmod(folder, 0777);
    refused(security.directory, "chmod go-w");
    chmod(folder, 0755);
    chmod(security.directory, 0770);
    refused(security.directory, "chmod go-w");
    chmod(security.directory, 0700);
    ck_assert_int_eq(rmdir(folder), 0);
    struct rights *rights = read_all();
    ck_assert_uint_eq(rights_count(rights), 0);
    rights_destroy(&rights);
}
END_TEST

static bool are_taken(const char *roles, const char *accounts, const char *new_roles,
                      const char *new_accounts)
{
    grant("ann", roles, accounts);
    struct rights *before = read_all();
    grant("ann", new_roles, new_accounts);
    grant("bob", "read", "main");
    struct rights *after = read_all();
    bool taken = rights_were_taken(before, after);
    ck_assert(!rights_equal(before, after));
    struct rights *copy = rights_copy(after);
    ck_assert(rights_equal(copy, after) && !rights_were_taken(copy, after));
    rights_destroy(&copy);
    rights_destroy(&before);
    rights_destroy(&after);
    take_key("bob");
    return taken;
}

START_TEST(rights_are_taken_when_somebody_has_less)
{
    ck_assert(!are_taken("read", "main", "read", "main"));
    ck_assert(!are_taken("read", "main", "read,control", "hedge,main"));
    ck_assert(!are_taken("read", "main", "control,read", "*"));
    ck_assert(are_taken("read,control", "main", "read", "main"));
    ck_assert(are_taken("read", "main,hedge", "read", "main"));
    ck_assert(are_taken("read", "*", "read", "main,hedge"));
    grant("ann", "read", "main");
    struct rights *before = read_all();
    take_key("ann");
    struct rights *after = read_all();
    ck_assert(rights_were_taken(before, after) && !rights_were_taken(after, before));
    rights_destroy(&before);
    rights_destroy(&after);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("gateway_rights");
    TCase *cases = tcase_create("rights");
    tcase_add_checked_fixture(cases, set_stage, clear_stage);
    tcase_add_test(cases, rights_say_who_may_what);
    tcase_add_test(cases, rights_find_a_key_as_bytes_and_as_text_and_no_other);
    tcase_add_test(cases, rights_leave_out_what_is_no_certificate_of_a_client);
    tcase_add_test(cases, a_key_that_stands_in_two_certificates_is_nobodys);
    tcase_add_test(cases, rights_are_not_read_where_others_can_write);
    tcase_add_test(cases, rights_are_taken_when_somebody_has_less);
    suite_add_tcase(suite, cases);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? 0 : 1;
}
