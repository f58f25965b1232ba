/* SPDX-License-Identifier: Apache-2.0 */
/* tickgate keys: the certificates by which the gateway knows itself and its clients. A key that is
 * there is never written over, and nobody ever sees half of one: the gateway watches. */
#include "common/secret.h"
#include "gateway/certificate.h"
#include "gateway/cli/commands.h"
#include "gateway/cli/options.h"
#include "gateway/rights.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#define DEFAULT_DIRECTORY "/etc/tickgate/keys"

struct asked {
    const char *directory, *roles, *accounts, *out;
};

/* Into PATH_MAX bytes. */
static void place(char *path, const char *directory, const char *file, const char *suffix)
{
    struct text text = text_over(path, PATH_MAX);
    text_format(&text, "%s/%s%s", directory, file, suffix);
    text_terminate(&text);
    if (text.overflow)
        path[0] = '\0'; /* nobody's file */
}

static bool complain(const char *what, const char *why)
{
    fprintf(stderr, "tickgate keys: %s: %s\n", what, why);
    return false;
}

static bool save(const struct certificate *certificate, const char *path,
                 enum certificate_form form, const char *directory)
{
    const char *why = certificate_write(path, form, certificate, directory);
    return why == NULL || complain(path, why);
}

static bool make_directory(const char *path)
{
    return mkdir(path, 0755) == 0 || errno == EEXIST || complain(path, strerror(errno));
}

/* The gateway's own pair, once. What is made belongs to whom the directory belongs to, the
 * gateway's user; so root may make it. */
static bool make_server(const char *directory)
{
    char own[PATH_MAX], shown[PATH_MAX];
    struct certificate certificate;
    place(own, directory, RIGHTS_SERVER_OWN, "");
    place(shown, directory, RIGHTS_SERVER, "");
    if (access(own, F_OK) == 0)
        return true;
    if (!certificate_make(&certificate))
        return complain(own, "no key can be made");
    unlink(shown);
    bool made = save(&certificate, shown, CERTIFICATE_PUBLIC, directory) &&
                save(&certificate, own, CERTIFICATE_WHOLE, directory);
    secret_wipe(&certificate, sizeof certificate);
    if (made)
        printf("%s: the gateway's own key, new\n", own);
    return made;
}

/* Whether the gateway would take what is asked for. */
static bool is_sound(const struct asked *asked, const char *name,
                     const struct certificate *certificate)
{
    const char *why = "no memory";
    struct rights *rights = rights_new();
    if (rights != NULL && asked->roles[0] == '\0')
        why = "it needs --roles: read, control or read,control";
    else if (rights != NULL)
        rights_add(rights, slice_of(name), certificate->public_key, asked->roles, asked->accounts,
                   &why);
    rights_destroy(&rights);
    return why == NULL || complain(name, why);
}

/* `own` is written first: a key that lets somebody in must not stand there without its owner. */
static bool write_pair(const struct certificate *certificate, const char *own, const char *shown,
                       const char *directory)
{
    if (access(shown, F_OK) == 0)
        return complain(shown, "is there: revoke it first, or take another name");
    if (!save(certificate, own, CERTIFICATE_WHOLE, "."))
        return false;
    if (save(certificate, shown, CERTIFICATE_PUBLIC, directory))
        return true;
    unlink(own);
    return false;
}

static bool make_client(const struct asked *asked, const char *name)
{
    char folder[PATH_MAX], own[PATH_MAX], shown[PATH_MAX];
    struct certificate certificate;
    place(folder, asked->directory, RIGHTS_FOLDER, "");
    place(shown, folder, name, ".key");
    place(own, ".", name, ".key_secret");
    if (asked->out != NULL)
        snprintf(own, sizeof own, "%s", asked->out);
    if (!certificate_make(&certificate))
        return complain(name, "no key can be made");
    snprintf(certificate.roles, sizeof certificate.roles, "%s", asked->roles);
    snprintf(certificate.accounts, sizeof certificate.accounts, "%s", asked->accounts);
    bool made = is_sound(asked, name, &certificate) && make_directory(asked->directory) &&
                make_directory(folder) && make_server(asked->directory) &&
                write_pair(&certificate, own, shown, asked->directory);
    secret_wipe(&certificate, sizeof certificate);
    if (made)
        printf("%s: the client's key, for nobody else\n%s: what it may: roles %s, accounts %s\n",
               own, shown, asked->roles, asked->accounts[0] != '\0' ? asked->accounts : "none");
    return made;
}

static bool list_clients(const char *directory)
{
    char path[PATH_MAX], error[PATH_MAX + 256];
    struct certificate server;
    struct rights *rights = rights_read(directory, error, sizeof error);
    if (rights == NULL)
        return complain("list", error);
    place(path, directory, RIGHTS_SERVER, "");
    if (certificate_read(path, CERTIFICATE_PUBLIC, &server, NULL) == NULL)
        printf("%-20s %-14s %-24s %s\n", "(gateway)", "", "", server.public_key);
    for (uint32_t i = 0; i < rights_count(rights); i++) {
        const struct client *client = rights_at(rights, i);
        printf("%-20s %-14s %-24s %s\n", client_name(client).data, client_roles(client),
               client_accounts(client), client_key(client).data);
    }
    rights_destroy(&rights);
    return true;
}

static bool revoke_client(const char *directory, const char *name)
{
    char folder[PATH_MAX], path[PATH_MAX];
    place(folder, directory, RIGHTS_FOLDER, "");
    place(path, folder, name, ".key");
    if (strchr(name, '/') != NULL)
        return complain(name, "no name of a key");
    if (unlink(path) != 0)
        return complain(path, strerror(errno));
    printf("%s: gone. A gateway that runs notices by itself: it cuts all clients, and this one "
           "does not come back.\n",
           path);
    return true;
}

int keys_main(int argc, char **argv)
{
    struct asked asked = {DEFAULT_DIRECTORY, "", "", NULL};
    const struct option_spec options[] = {
        {"directory", 'd', OPTION_TEXT, &asked.directory, "DIRECTORY",
         "security.directory of the configuration [" DEFAULT_DIRECTORY "]"},
        {"roles", 0, OPTION_TEXT, &asked.roles, "ROLES", "of a new key: read, control, or both"},
        {"accounts", 0, OPTION_TEXT, &asked.accounts, "NAMES",
         "of a new key: accounts with commas between them, * all [none]"},
        {"out", 'o', OPTION_TEXT, &asked.out, "FILE",
         "where the client's key is written [NAME.key_secret]"},
        {0}};
    const struct command command = {
        "keys", "new NAME --roles ROLES [--accounts NAMES] | list | revoke NAME",
        "Who may connect to a gateway: makes a client's key (and the gateway's own, the first "
        "time), lists them, revokes one.",
        options};
    int status;
    int count = options_read(&command, argc, argv, &status);
    if (count < 0)
        return status;
    if (count == 2 && strcmp(argv[0], "new") == 0)
        return make_client(&asked, argv[1]) ? 0 : 1;
    if (count == 1 && strcmp(argv[0], "list") == 0)
        return list_clients(asked.directory) ? 0 : 1;
    if (count == 2 && strcmp(argv[0], "revoke") == 0)
        return revoke_client(asked.directory, argv[1]) ? 0 : 1;
    fprintf(stderr, "tickgate keys: new NAME, list or revoke NAME (see tickgate keys --help)\n");
    return EXIT_USAGE;
}
