/* SPDX-License-Identifier: Apache-2.0 */
/* The memory is OpenSSL's secure heap: locked, between guard pages, not dumped, wiped when freed.
 * What it would do instead when it is full, plain memory, is refused here. */
#include "common/secret.h"

#include <errno.h>
#include <fcntl.h>
#include <openssl/crypto.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#define HEAP_SIZE  (1u << 18) /* bytes, a power of two */
#define HEAP_LEAST 64         /* bytes of a block */
#define CREDENTIAL "credential:"

struct secret {
    size_t len;
    char bytes[];
};

bool secret_global_init(char *error, size_t error_max)
{
    static const struct rlimit none = {0, 0};
    if (setrlimit(RLIMIT_CORE, &none) != 0 || prctl(PR_SET_DUMPABLE, 0L, 0L, 0L, 0L) != 0) {
        snprintf(error, error_max, "core dumps cannot be turned off: %s", strerror(errno));
        return false;
    }
    if (CRYPTO_secure_malloc_initialized() == 0 &&
        CRYPTO_secure_malloc_init(HEAP_SIZE, HEAP_LEAST) != 1) {
        snprintf(error, error_max,
                 "%u bytes of memory cannot be locked for secrets: raise RLIMIT_MEMLOCK "
                 "(systemd: LimitMEMLOCK=)",
                 HEAP_SIZE);
        return false;
    }
    return true;
}

static struct secret *reserve(size_t len)
{
    if (len > SECRET_MAX || CRYPTO_secure_malloc_initialized() == 0)
        return NULL;
    struct secret *secret = OPENSSL_secure_malloc(sizeof *secret + len);
    if (secret != NULL && CRYPTO_secure_allocated(secret) == 0) {
        OPENSSL_free(secret);
        return NULL;
    }
    if (secret != NULL)
        secret->len = len;
    return secret;
}

struct secret *secret_new(struct slice bytes)
{
    struct secret *secret = reserve(bytes.len);
    if (secret != NULL && bytes.len > 0)
        memcpy(secret->bytes, bytes.data, bytes.len);
    return secret;
}

void secret_destroy(struct secret **secret)
{
    if (*secret != NULL)
        OPENSSL_secure_clear_free(*secret, sizeof **secret + (*secret)->len);
    *secret = NULL;
}

/* The service manager's own are its user's by an access list, which shows as the group's bit. */
static bool is_private(const struct stat *status, bool credential)
{
    mode_t others = credential ? S_IRWXO | S_IWGRP | S_IXGRP : S_IRWXO | S_IRWXG;
    return (status->st_uid == geteuid() || status->st_uid == 0) && (status->st_mode & others) == 0;
}

static bool check(int file, const char *path, bool credential, size_t *len, char *error,
                  size_t error_max)
{
    struct stat status;
    if (fstat(file, &status) != 0 || !S_ISREG(status.st_mode)) {
        snprintf(error, error_max, "%s: it is no file", path);
        return false;
    }
    if (!is_private(&status, credential)) {
        snprintf(
            error, error_max,
            "%s: others than its owner can read it (mode %04o, owner %u): chmod 600, and chown "
            "to the gateway's user",
            path, (unsigned int)status.st_mode & 07777u, (unsigned int)status.st_uid);
        return false;
    }
    if (status.st_size <= 0 || status.st_size > SECRET_MAX) {
        snprintf(error, error_max, "%s: %lld bytes, expected 1 to %d", path,
                 (long long)status.st_size, SECRET_MAX);
        return false;
    }
    *len = (size_t)status.st_size;
    return true;
}

static bool is_space(char byte)
{
    return byte == ' ' || byte == '\n' || byte == '\r' || byte == '\t';
}

static struct secret *read_whole(int file, const char *path, bool credential, char *error,
                                 size_t error_max)
{
    size_t len = 0;
    if (!check(file, path, credential, &len, error, error_max))
        return NULL;
    struct secret *secret = reserve(len);
    if (secret == NULL) {
        snprintf(error, error_max, "%s: no locked memory is left for it", path);
        return NULL;
    }
    if (read(file, secret->bytes, len) != (ssize_t)len) {
        snprintf(error, error_max, "%s: it cannot be read whole", path);
        secret_destroy(&secret);
        return NULL;
    }
    while (secret->len > 0 && is_space(secret->bytes[secret->len - 1]))
        secret->bytes[--secret->len] = '\0';
    if (secret->len == 0) {
        snprintf(error, error_max, "%s: it is empty", path);
        secret_destroy(&secret);
    }
    return secret;
}

/* The file that `path` means; its descriptor, or -1. `place` keeps its true path, for messages. */
static int open_file(const char **path, char *place, size_t place_max, bool *credential,
                     char *error, size_t error_max)
{
    *credential = strncmp(*path, CREDENTIAL, sizeof CREDENTIAL - 1) == 0;
    if (*credential) {
        const char *directory = getenv("CREDENTIALS_DIRECTORY");
        const char *name = *path + sizeof CREDENTIAL - 1;
        if (directory == NULL || strchr(name, '/') != NULL) {
            snprintf(error, error_max,
                     "%s: there are no credentials of that name (systemd: LoadCredential=)", *path);
            return -1;
        }
        snprintf(place, place_max, "%s/%s", directory, name);
        *path = place;
    }
    int file = open(*path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK);
    if (file < 0)
        snprintf(error, error_max, "%s: %s", *path,
                 errno == ELOOP ? "it is a link, and links are not followed" : strerror(errno));
    return file;
}

struct secret *secret_read(const char *path, char *error, size_t error_max)
{
    char place[1024];
    bool credential;
    int file = open_file(&path, place, sizeof place, &credential, error, error_max);
    if (file < 0)
        return NULL;
    struct secret *secret = read_whole(file, path, credential, error, error_max);
    close(file);
    return secret;
}

bool secret_check(const char *path, char *error, size_t error_max)
{
    char place[1024];
    bool credential;
    size_t len;
    int file = open_file(&path, place, sizeof place, &credential, error, error_max);
    if (file < 0)
        return false;
    bool sound = check(file, path, credential, &len, error, error_max);
    close(file);
    return sound;
}

struct slice secret_bytes(const struct secret *secret)
{
    return (struct slice){secret->bytes, secret->len};
}

void secret_wipe(void *memory, size_t len)
{
    OPENSSL_cleanse(memory, len);
}
