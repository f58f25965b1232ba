/* SPDX-License-Identifier: Apache-2.0 */
/* Rights: the clients' public keys and what each may do, as the certificates in the configured
 * directory say: `clients/NAME.key`, public certificates (ZPL, as czmq writes them) with the
 * metadata `roles` ("read", "read,control") and `accounts` ("main,hedge", "*" all). A table is read
 * whole and never changes: a change on the disk is a new table. A certificate that cannot be read
 * is left out and said, and lets nobody in; nor does a key that stands in two of them. Pure but for
 * rights_read. */
#ifndef TICKGATE_GATEWAY_RIGHTS_H
#define TICKGATE_GATEWAY_RIGHTS_H

#include "common/slice.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define RIGHTS_KEY_TEXT   40 /* characters of a key in Z85 */
#define RIGHTS_KEY_MAX    32 /* bytes of one */
#define RIGHTS_CLIENTS    1024
#define RIGHTS_NAME_MAX   64 /* [A-Za-z0-9_-] */
#define RIGHTS_FOLDER     "clients"
#define RIGHTS_SERVER     "server.key"        /* the gateway's own, public ... */
#define RIGHTS_SERVER_OWN "server.key_secret" /* ... and whole: 0600 */

/* ROLE_NONE is everybody's who is known. */
enum role { ROLE_NONE = 0, ROLE_READ = 1, ROLE_CONTROL = 2 };

struct client; /* one key */
struct rights;

/* NULL with what, where and what to do in `error`: no directory, or one that others can write to.
 * Files that are no certificates are named in the log. */
struct rights *rights_read(const char *directory, char *error, size_t error_max);
struct rights *rights_copy(const struct rights *rights);
void rights_destroy(struct rights **rights);

/* One client more, of a key in Z85 and what its certificate says: lists with commas. False with the
 * reason in `why`: a word that is no role, a name that no account has, no room. For those who make
 * a table themselves, from rights_new; rights_find serves after rights_sort. */
struct rights *rights_new(void);
bool rights_add(struct rights *rights, struct slice name, const char *key, const char *roles,
                const char *accounts, const char **why);
void rights_sort(struct rights *rights);

/* By public key: 32 bytes, or 40 characters of Z85. NULL: nobody's. */
const struct client *rights_find(const struct rights *rights, struct slice key);
const struct client *rights_at(const struct rights *rights, uint32_t place);
uint32_t rights_count(const struct rights *rights);
struct slice client_name(const struct client *client);
struct slice client_key(const struct client *client); /* Z85 */
bool client_has_role(const struct client *client, enum role role);
bool client_has_account(const struct client *client, struct slice account);
/* As its certificate has them; terminated. */
const char *client_roles(const struct client *client);
const char *client_accounts(const struct client *client);

/* Whether somebody who had something in `before` has less of it in `after`; whether they say the
 * same. */
bool rights_were_taken(const struct rights *before, const struct rights *after);
bool rights_equal(const struct rights *one, const struct rights *other);

#endif
