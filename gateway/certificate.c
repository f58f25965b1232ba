/* SPDX-License-Identifier: Apache-2.0 */
/* Of czmq 4.2.1 the reader of ZPL alone is used: its zconfig_load loses memory with every file that
 * is none, and its zcert takes keys that do not decode. */
#include "gateway/certificate.h"

#include "common/secret.h"

#include <czmq.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>

#define FILE_MAX  16384 /* bytes */
#define KEY_BYTES 32

/* czmq else takes the signals, and prints to standard output, as soon as it is used. */
static void quiet_czmq(void)
{
    zsys_handler_set(NULL);
    zsys_init();
    zsys_set_logstream(NULL);
}

/* What is judged is what is read: the file that was opened. */
static const char *check(int file, enum certificate_form form)
{
    struct stat found;
    if (fstat(file, &found) != 0 || !S_ISREG(found.st_mode))
        return "it is no file";
    if (found.st_uid != geteuid() && found.st_uid != 0)
        return "it belongs to another user";
    if (form == CERTIFICATE_WHOLE && (found.st_mode & 077) != 0)
        return "others can read it: chmod 600";
    if ((found.st_mode & 022) != 0)
        return "others can write to it: chmod go-w";
    return NULL;
}

static bool copy(zconfig_t *root, const char *path, char *target, size_t target_max)
{
    const char *value = zconfig_get(root, path, "");
    return (size_t)snprintf(target, target_max, "%s", value) < target_max;
}

bool certificate_is_key(const char *key)
{
    uint8_t bytes[KEY_BYTES];
    bool sound = strlen(key) == CERTIFICATE_KEY_MAX - 1 && zmq_z85_decode(bytes, key) != NULL;
    secret_wipe(bytes, sizeof bytes);
    return sound;
}

static const char *parse(const char *text, enum certificate_form form,
                         struct certificate *certificate)
{
    char *public_key = certificate->public_key, *secret_key = certificate->secret_key;
    zconfig_t *root = zconfig_str_load(text);
    if (root == NULL)
        return "it is no certificate";
    bool fits = copy(root, "/curve/public-key", public_key, CERTIFICATE_KEY_MAX) &&
                copy(root, "/metadata/roles", certificate->roles, CERTIFICATE_LIST_MAX) &&
                copy(root, "/metadata/accounts", certificate->accounts, CERTIFICATE_LIST_MAX) &&
                (form == CERTIFICATE_PUBLIC ||
                 copy(root, "/curve/secret-key", secret_key, CERTIFICATE_KEY_MAX));
    char *secret = zconfig_get(root, "/curve/secret-key", NULL);
    if (secret != NULL)
        secret_wipe(secret, strlen(secret));
    zconfig_destroy(&root);
    if (!fits)
        return "a value in it is too long";
    if (form == CERTIFICATE_WHOLE)
        return certificate_is_key(secret_key) && zmq_curve_public(public_key, secret_key) == 0
                   ? NULL
                   : "it has no secret-key";
    return certificate_is_key(public_key) ? NULL : "its public-key is no key in Z85";
}

const char *certificate_read(const char *path, enum certificate_form form,
                             struct certificate *certificate, bool *missing)
{
    char text[FILE_MAX + 1];
    int file = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
    memset(certificate, 0, sizeof *certificate);
    if (missing != NULL)
        *missing = file < 0 && errno == ENOENT;
    if (file < 0)
        return errno == ELOOP ? "it is a link, and links are not followed" : strerror(errno);
    const char *why = check(file, form);
    ssize_t len = why == NULL ? read(file, text, sizeof text) : 0;
    close(file);
    if (why == NULL && (len < 0 || len == (ssize_t)sizeof text))
        why = "it cannot be read, or is too large";
    if (why == NULL) {
        text[len] = '\0';
        quiet_czmq();
        why = parse(text, form, certificate);
    }
    secret_wipe(text, sizeof text);
    if (why != NULL)
        secret_wipe(certificate, sizeof *certificate);
    return why;
}

void certificate_key_text(char *text, const char *bytes)
{
    zmq_z85_encode(text, (const uint8_t *)bytes, KEY_BYTES);
}

bool certificate_make(struct certificate *certificate)
{
    memset(certificate, 0, sizeof *certificate);
    return zmq_curve_keypair(certificate->public_key, certificate->secret_key) == 0;
}

static bool write_text(int file, enum certificate_form form, const struct certificate *certificate)
{
    FILE *out = fdopen(file, "w");
    if (out == NULL) {
        close(file);
        return false;
    }
    fprintf(out, "metadata\n    roles = \"%s\"\n    accounts = \"%s\"\ncurve\n", certificate->roles,
            certificate->accounts);
    fprintf(out, "    public-key = \"%s\"\n", certificate->public_key);
    if (form == CERTIFICATE_WHOLE)
        fprintf(out, "    secret-key = \"%s\"\n", certificate->secret_key);
    bool written = fflush(out) == 0 && fsync(file) == 0;
    return fclose(out) == 0 && written;
}

const char *certificate_write(const char *path, enum certificate_form form,
                              const struct certificate *certificate, const char *directory)
{
    char new_path[PATH_MAX];
    struct stat owner;
    mode_t mode = form == CERTIFICATE_WHOLE ? 0600 : 0644;
    if (snprintf(new_path, sizeof new_path, "%s.new", path) >= (int)sizeof new_path)
        return "its path is too long";
    unlink(new_path);
    int file = open(new_path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, mode);
    if (file < 0)
        return strerror(errno);
    bool settled = stat(directory, &owner) == 0 && fchmod(file, mode) == 0 &&
                   (geteuid() != 0 || fchown(file, owner.st_uid, owner.st_gid) == 0);
    bool written = write_text(file, form, certificate);
    const char *why = settled && written && link(new_path, path) == 0 ? NULL : strerror(errno);
    unlink(new_path);
    return why;
}
