/* SPDX-License-Identifier: Apache-2.0 */
/* Certificate: a CURVE key in a file, in the form that czmq gives it (ZPL): `curve` with
 * `public-key` and, of a whole one, `secret-key`; `metadata` with what the key may. The one door to
 * czmq. Any thread. */
#ifndef TICKGATE_GATEWAY_CERTIFICATE_H
#define TICKGATE_GATEWAY_CERTIFICATE_H

#include <stdbool.h>
#include <stddef.h>

#define CERTIFICATE_KEY_MAX  41   /* a key in Z85, and its NUL */
#define CERTIFICATE_LIST_MAX 1536 /* roles, accounts: names with commas, and the NUL */

struct certificate {
    char public_key[CERTIFICATE_KEY_MAX];
    char secret_key[CERTIFICATE_KEY_MAX]; /* empty: a public one; the owner of this wipes it */
    char roles[CERTIFICATE_LIST_MAX];     /* empty: none are named */
    char accounts[CERTIFICATE_LIST_MAX];
};

enum certificate_form { CERTIFICATE_PUBLIC, CERTIFICATE_WHOLE };

/* NULL, or why not, for people. The file is ours or root's and no link; nobody else can write to
 * it, nor read a whole one. `missing`, if asked for: there is no such file. */
const char *certificate_read(const char *path, enum certificate_form form,
                             struct certificate *certificate, bool *missing);
/* Whether this is a key in Z85; the Z85 (CERTIFICATE_KEY_MAX bytes) of a key's 32 bytes. */
bool certificate_is_key(const char *key);
void certificate_key_text(char *text, const char *bytes);

/* Makes a new pair of keys. */
bool certificate_make(struct certificate *certificate);
/* Writes it beside its place and moves it there, mode 0644 or 0600, its owner that of `directory`
 * (if we may give it away). NULL, or why not; what is there already is never written over. */
const char *certificate_write(const char *path, enum certificate_form form,
                              const struct certificate *certificate, const char *directory);

#endif
