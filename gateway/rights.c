/* SPDX-License-Identifier: Apache-2.0 */
/* Accounts are kept as the certificate lists them, and looked for in that list: at most
 * 32 short names. */
#include "gateway/rights.h"

#include "common/log.h"
#include "gateway/certificate.h"
#include "gateway/config.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define SUFFIX       ".key"
#define ROLES_MAX    32
#define ACCOUNTS_MAX (CONFIG_ACCOUNTS * (ACCOUNT_NAME_MAX + 1))

struct client {
    char key[RIGHTS_KEY_TEXT + 1];
    char name[RIGHTS_NAME_MAX + 1];
    char roles[ROLES_MAX];
    char accounts[ACCOUNTS_MAX];
    uint32_t role_bits;
};

struct rights {
    uint32_t count;
    struct client clients[RIGHTS_CLIENTS];
};

/* The next of a list with commas, without the blanks around it; false at its end. */
static bool next_word(struct slice *list, struct slice *word)
{
    if (list->len == 0)
        return false;
    const char *comma = memchr(list->data, ',', list->len);
    *word = (struct slice){list->data, comma != NULL ? (size_t)(comma - list->data) : list->len};
    size_t taken = word->len + (comma != NULL);
    *list = (struct slice){list->data + taken, list->len - taken};
    while (word->len > 0 && word->data[0] == ' ')
        *word = (struct slice){word->data + 1, word->len - 1};
    while (word->len > 0 && word->data[word->len - 1] == ' ')
        word->len--;
    return true;
}

static bool is_made_of(struct slice text, const char *characters, size_t max)
{
    for (size_t i = 0; i < text.len; i++)
        if (text.data[i] == '\0' || strchr(characters, text.data[i]) == NULL)
            return false;
    return text.len >= 1 && text.len <= max;
}

static bool read_roles(const char *roles, uint32_t *bits)
{
    struct slice list = slice_of(roles), word;
    *bits = 0;
    while (next_word(&list, &word)) {
        if (slice_equal(word, SLICE("read")))
            *bits |= ROLE_READ;
        else if (slice_equal(word, SLICE("control")))
            *bits |= ROLE_CONTROL;
        else
            return false;
    }
    return true;
}

static bool are_accounts(const char *accounts)
{
    struct slice list = slice_of(accounts), word;
    while (next_word(&list, &word))
        if (!slice_equal(word, SLICE("*")) &&
            !is_made_of(word, "abcdefghijklmnopqrstuvwxyz0123456789_-", ACCOUNT_NAME_MAX))
            return false;
    return strlen(accounts) < ACCOUNTS_MAX;
}

struct rights *rights_new(void)
{
    return calloc(1, sizeof(struct rights));
}

bool rights_add(struct rights *rights, struct slice name, const char *key, const char *roles,
                const char *accounts, const char **why)
{
    uint32_t bits;
    *why = NULL;
    if (!is_made_of(name, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-",
                    RIGHTS_NAME_MAX))
        *why = "its name has other characters than A-Z a-z 0-9 _ -, or more than 64";
    else if (!certificate_is_key(key))
        *why = "its public-key is no key in Z85";
    else if (strlen(roles) >= ROLES_MAX || !read_roles(roles, &bits))
        *why = "its roles are not read, control or both";
    else if (!are_accounts(accounts))
        *why = "its accounts are neither * nor names of [a-z0-9_-]";
    else if (rights->count == RIGHTS_CLIENTS)
        *why = "there are too many";
    if (*why != NULL)
        return false;
    struct client *client = &rights->clients[rights->count++];
    memcpy(client->key, key, sizeof client->key);
    memcpy(client->name, name.data, name.len);
    memcpy(client->roles, roles, strlen(roles));
    memcpy(client->accounts, accounts, strlen(accounts));
    client->role_bits = bits;
    return true;
}

static int by_key(const void *a, const void *b)
{
    return memcmp(((const struct client *)a)->key, ((const struct client *)b)->key,
                  RIGHTS_KEY_TEXT);
}

/* A key that stands in two certificates is nobody's: revoking one of them would not take it. */
void rights_sort(struct rights *rights)
{
    uint32_t kept = 0;
    struct client *clients = rights->clients;
    qsort(clients, rights->count, sizeof *clients, by_key);
    for (uint32_t i = 0, next; i < rights->count; i = next) {
        for (next = i + 1; next < rights->count && by_key(&clients[i], &clients[next]) == 0; next++)
            log_warn("key_twice", "%s and %s have the same key: neither counts", clients[i].name,
                     clients[next].name);
        if (next == i + 1)
            clients[kept++] = clients[i];
    }
    memset(&clients[kept], 0, (rights->count - kept) * sizeof *clients);
    rights->count = kept;
}

/* Ours or root's, and nobody else can write to it. */
static bool is_safe(const struct stat *file)
{
    return (file->st_uid == geteuid() || file->st_uid == 0) && (file->st_mode & 022) == 0;
}

static void read_certificate(struct rights *rights, const char *path, const char *file_name)
{
    struct certificate certificate;
    bool missing; /* it went while the folder was read */
    const char *why = certificate_read(path, CERTIFICATE_PUBLIC, &certificate, &missing);
    if (why == NULL)
        rights_add(rights, (struct slice){file_name, strlen(file_name) - strlen(SUFFIX)},
                   certificate.public_key, certificate.roles, certificate.accounts, &why);
    if (why != NULL && !missing)
        log_warn("key_left_out", "%s: %s; nobody comes in with it", path, why);
}

static bool is_certificate(const char *file)
{
    size_t len = strlen(file), suffix = strlen(SUFFIX);
    return file[0] != '.' && len > suffix && strcmp(file + len - suffix, SUFFIX) == 0;
}

static bool check_directory(const char *path, char *error, size_t error_max)
{
    struct stat found;
    if (stat(path, &found) != 0)
        snprintf(error, error_max, "security.directory: %s: %s; `tickgate keys new` makes it", path,
                 strerror(errno));
    else if (!S_ISDIR(found.st_mode) || !is_safe(&found))
        snprintf(error, error_max,
                 "security.directory: %s: expected a directory of this user's (or root's) that "
                 "nobody else can write to: chmod go-w",
                 path);
    else
        return true;
    return false;
}

struct rights *rights_read(const char *directory, char *error, size_t error_max)
{
    char folder[PATH_MAX], path[PATH_MAX + NAME_MAX + 2];
    struct dirent *entry;
    snprintf(folder, sizeof folder, "%s/" RIGHTS_FOLDER, directory);
    if (!check_directory(directory, error, error_max))
        return NULL;
    DIR *files = opendir(folder);
    if (files == NULL ? errno != ENOENT : !check_directory(folder, error, error_max)) {
        if (files == NULL)
            snprintf(error, error_max, "security.directory: %s: %s", folder, strerror(errno));
        else
            closedir(files);
        return NULL;
    }
    struct rights *rights = rights_new();
    while (rights != NULL && files != NULL && (entry = readdir(files)) != NULL) {
        snprintf(path, sizeof path, "%s/%s", folder, entry->d_name);
        if (is_certificate(entry->d_name))
            read_certificate(rights, path, entry->d_name);
    }
    if (rights != NULL)
        rights_sort(rights);
    else
        snprintf(error, error_max, "security.directory: no memory for its certificates");
    /* Again: it may have been opened to others while it was read. */
    if (!check_directory(directory, error, error_max) ||
        (files != NULL && !check_directory(folder, error, error_max)))
        rights_destroy(&rights);
    if (files != NULL)
        closedir(files);
    return rights;
}

struct rights *rights_copy(const struct rights *rights)
{
    struct rights *copy = malloc(sizeof *copy);
    if (copy != NULL)
        *copy = *rights;
    return copy;
}

void rights_destroy(struct rights **rights)
{
    free(*rights);
    *rights = NULL;
}

const struct client *rights_find(const struct rights *rights, struct slice key)
{
    struct client wanted;
    if (key.len == RIGHTS_KEY_MAX)
        certificate_key_text(wanted.key, key.data);
    else if (key.len == RIGHTS_KEY_TEXT)
        memcpy(wanted.key, key.data, RIGHTS_KEY_TEXT);
    else
        return NULL;
    return bsearch(&wanted, rights->clients, rights->count, sizeof wanted, by_key);
}

const struct client *rights_at(const struct rights *rights, uint32_t place)
{
    return place < rights->count ? &rights->clients[place] : NULL;
}

uint32_t rights_count(const struct rights *rights)
{
    return rights->count;
}

struct slice client_name(const struct client *client)
{
    return slice_of(client->name);
}

struct slice client_key(const struct client *client)
{
    return slice_of(client->key);
}

bool client_has_role(const struct client *client, enum role role)
{
    return (client->role_bits & role) == (uint32_t)role;
}

bool client_has_account(const struct client *client, struct slice account)
{
    struct slice list = slice_of(client->accounts), word;
    while (next_word(&list, &word))
        if (slice_equal(word, SLICE("*")) || slice_equal(word, account))
            return true;
    return false;
}

const char *client_roles(const struct client *client)
{
    return client->roles;
}

const char *client_accounts(const struct client *client)
{
    return client->accounts;
}

/* "*" is more than all names together: accounts may come that nobody named. */
static bool has_all_of(const struct client *after, const struct client *before)
{
    struct slice list = slice_of(before->accounts), word;
    while (next_word(&list, &word))
        if (!client_has_account(after, word))
            return false;
    return client_has_role(after, (enum role)before->role_bits);
}

bool rights_were_taken(const struct rights *before, const struct rights *after)
{
    for (uint32_t i = 0; i < before->count; i++) {
        const struct client *was = &before->clients[i];
        const struct client *is = rights_find(after, slice_of(was->key));
        if (is == NULL || !has_all_of(is, was))
            return true;
    }
    return false;
}

bool rights_equal(const struct rights *one, const struct rights *other)
{
    return one->count == other->count &&
           memcmp(one->clients, other->clients, one->count * sizeof one->clients[0]) == 0;
}
