/* SPDX-License-Identifier: Apache-2.0 */
/* The command that makes keys: what it makes is what the gateway reads, and nothing that is there
 * is ever written over. */
#include "gateway/certificate.h"
#include "gateway/cli/commands.h"
#include "gateway/rights.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define ARGUMENTS_MAX 12

static char directory[64], own[96];

static void set_up(void)
{
    snprintf(directory, sizeof directory, "/tmp/tickgate-cli-keys-XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(directory));
    snprintf(own, sizeof own, "%s/own", directory);
}

static void tear_down(void)
{
    char command[96];
    snprintf(command, sizeof command, "rm -rf '%s'", directory);
    ck_assert_int_eq(system(command), 0);
}

/* `words` with blanks between them; '@' stands for the directory, '#' for the client's own file. */
static int run(const char *words)
{
    char room[512], *argv[ARGUMENTS_MAX] = {"keys"}, *rest = room, *word;
    int argc = 1;
    snprintf(room, sizeof room, "%s", words);
    while ((word = strsep(&rest, " ")) != NULL && argc < ARGUMENTS_MAX)
        argv[argc++] = strcmp(word, "@") == 0 ? directory : strcmp(word, "#") == 0 ? own : word;
    return keys_main(argc, argv);
}

static struct rights *read_all(void)
{
    char error[256];
    struct rights *rights = rights_read(directory, error, sizeof error);
    ck_assert_msg(rights != NULL, "%s", error);
    return rights;
}

static mode_t mode_of(const char *path)
{
    struct stat found;
    ck_assert_int_eq(stat(path, &found), 0);
    return found.st_mode & 0777;
}

START_TEST(what_keys_makes_is_what_the_gateway_reads)
{
    struct certificate client, server, shown;
    char path[128];
    ck_assert_int_eq(run("new ann --roles read,control --accounts main,hedge -d @ -o #"), 0);
    ck_assert_uint_eq(mode_of(own), 0600);
    ck_assert_ptr_null(certificate_read(own, CERTIFICATE_WHOLE, &client, NULL));
    struct rights *rights = read_all();
    const struct client *ann = rights_find(rights, slice_of(client.public_key));
    ck_assert(rights_count(rights) == 1 && ann != NULL);
    ck_assert(slice_equal(client_name(ann), SLICE("ann")));
    ck_assert(client_has_role(ann, ROLE_READ) && client_has_role(ann, ROLE_CONTROL));
    ck_assert(client_has_account(ann, SLICE("hedge")) && !client_has_account(ann, SLICE("x")));
    rights_destroy(&rights);
    snprintf(path, sizeof path, "%s/" RIGHTS_FOLDER "/ann.key", directory);
    ck_assert_ptr_null(certificate_read(path, CERTIFICATE_PUBLIC, &shown, NULL));
    ck_assert_str_eq(shown.secret_key, "");
    ck_assert_str_eq(shown.public_key, client.public_key);
    snprintf(path, sizeof path, "%s/" RIGHTS_SERVER_OWN, directory);
    ck_assert_uint_eq(mode_of(path), 0600);
    ck_assert_ptr_null(certificate_read(path, CERTIFICATE_WHOLE, &server, NULL));
    snprintf(path, sizeof path, "%s/" RIGHTS_SERVER, directory);
    ck_assert_ptr_null(certificate_read(path, CERTIFICATE_PUBLIC, &shown, NULL));
    ck_assert_str_eq(shown.public_key, server.public_key);
    ck_assert_str_ne(server.public_key, client.public_key);
    ck_assert_int_eq(run("list -d @"), 0);
}
END_TEST

START_TEST(keys_writes_nothing_over)
{
    struct certificate before, after;
    char server[128];
    snprintf(server, sizeof server, "%s/" RIGHTS_SERVER_OWN, directory);
    ck_assert_int_eq(run("new ann --roles read -d @ -o #"), 0);
    ck_assert_ptr_null(certificate_read(own, CERTIFICATE_WHOLE, &before, NULL));
    ck_assert_int_eq(run("new ann --roles control -d @ -o /tmp/tickgate-cli-keys-never"), 1);
    ck_assert_int_ne(access("/tmp/tickgate-cli-keys-never", F_OK), 0);
    ck_assert_int_eq(run("new bob --roles read -d @ -o #"), 1);
    ck_assert_ptr_null(certificate_read(own, CERTIFICATE_WHOLE, &after, NULL));
    ck_assert_str_eq(after.public_key, before.public_key);
    struct rights *rights = read_all();
    ck_assert_uint_eq(rights_count(rights), 1);
    rights_destroy(&rights);
    ck_assert_ptr_null(certificate_read(server, CERTIFICATE_WHOLE, &before, NULL));
    ck_assert_int_eq(unlink(own), 0);
    ck_assert_int_eq(run("new bob --roles read -d @ -o #"), 0);
    ck_assert_ptr_null(certificate_read(server, CERTIFICATE_WHOLE, &after, NULL));
    ck_assert_str_eq(after.public_key, before.public_key);
}
END_TEST

START_TEST(keys_makes_none_that_the_gateway_would_not_take)
{
    ck_assert_int_eq(run("new ann --roles write -d @ -o #"), 1);
    ck_assert_int_eq(run("new ann -d @ -o #"), 1);
    ck_assert_int_eq(run("new ann --roles read --accounts Main -d @ -o #"), 1);
    ck_assert_int_eq(run("new ../ann --roles read -d @ -o #"), 1);
    ck_assert_int_eq(run("make ann -d @"), 2);
    ck_assert_int_eq(run("new -d @"), 2);
    ck_assert_int_ne(access(own, F_OK), 0);
    struct rights *rights = read_all();
    ck_assert_uint_eq(rights_count(rights), 0);
    rights_destroy(&rights);
}
END_TEST

START_TEST(a_revoked_key_is_gone_and_its_name_is_free)
{
    ck_assert_int_eq(run("new ann --roles read -d @ -o #"), 0);
    ck_assert_int_eq(run("revoke ../server -d @"), 1);
    ck_assert_int_eq(run("revoke bob -d @"), 1);
    ck_assert_int_eq(run("revoke ann -d @"), 0);
    struct rights *rights = read_all();
    ck_assert_uint_eq(rights_count(rights), 0);
    rights_destroy(&rights);
    ck_assert_int_eq(unlink(own), 0);
    ck_assert_int_eq(run("new ann --roles read -d @ -o #"), 0);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("gateway_cli_keys");
    TCase *cases = tcase_create("keys");
    tcase_add_checked_fixture(cases, set_up, tear_down);
    tcase_add_test(cases, what_keys_makes_is_what_the_gateway_reads);
    tcase_add_test(cases, keys_writes_nothing_over);
    tcase_add_test(cases, keys_makes_none_that_the_gateway_would_not_take);
    tcase_add_test(cases, a_revoked_key_is_gone_and_its_name_is_free);
    suite_add_tcase(suite, cases);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? 0 : 1;
}
