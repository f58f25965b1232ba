/* SPDX-License-Identifier: Apache-2.0 */
/* Secret: bytes that nobody may see: locked into memory, left out of core dumps, wiped when they
 * go. There is no way to print one: whoever needs the bytes takes them with secret_bytes and copies
 * them nowhere. One owner. */
#ifndef TICKGATE_COMMON_SECRET_H
#define TICKGATE_COMMON_SECRET_H

#include "common/text.h"

#define SECRET_MAX 16384 /* bytes of one */

struct secret;

/* Process-wide, before the first secret and any thread: the locked heap; no core dumps, no tracing
 * by others of the same user (prctl, rlimit). False with what to do in `error` (RLIMIT_MEMLOCK). */
bool secret_global_init(char *error, size_t error_max);

/* A copy of `bytes`; the caller wipes its own. NULL when the locked heap is full. */
struct secret *secret_new(struct slice bytes);
/* A file that its owner alone can read (0600 or 0400; root's or ours; no link): without the white
 * space at its end. NULL with what, where and what to do in `error`. The bytes touch no other
 * memory.
 */
struct secret *secret_read(const char *path, char *error, size_t error_max);
/* Whether secret_read would take it, without reading a byte of it. */
bool secret_check(const char *path, char *error, size_t error_max);
void secret_destroy(struct secret **secret);

struct slice secret_bytes(const struct secret *secret);

/* Wipes memory that held a piece of one (a signed message, a key in a URL). */
void secret_wipe(void *memory, size_t len);

#endif
