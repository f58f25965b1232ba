/* SPDX-License-Identifier: Apache-2.0 */
/* Registry: the exchanges that there are: those built in, and those that shared objects brought. It
 * is filled before the first connector and after that by one thread alone (the manager), which is
 * also the only one to read it; an exchange, once in it, stays for the life of the process. */
#ifndef TICKGATE_CONNECTORS_REGISTRY_H
#define TICKGATE_CONNECTORS_REGISTRY_H

#include "connectors/exchange.h"

#define REGISTRY_MAX      32
#define EXCHANGE_NAME_MAX 32 /* bytes of an exchange's name */
#define EXCHANGE_TYPE_MAX 64 /* of a connector type's */

/* NULL-terminated; a longer one after registry_add. */
const struct exchange *const *exchange_list(void);
/* By name; NULL if there is none. */
const struct exchange *exchange_find(struct slice name);
/* Whether an exchange may be called so. */
bool registry_is_name(const char *name);

/* Whether a table is whole: every fact is there and in its range, and so is every hook that its
 * streams need. False with the first that is not in `why` ("limits.group is missing"). */
bool registry_check(const struct exchange *exchange, struct text *why);

enum registry_verdict {
    REGISTRY_ADDED,
    REGISTRY_INCOMPLETE, /* registry_check, `why` says what */
    REGISTRY_TAKEN,      /* there is one of that name */
    REGISTRY_FULL,
};
/* It outlives the process. Anything but REGISTRY_ADDED changes nothing, and `why` says why. */
enum registry_verdict registry_add(const struct exchange *exchange, struct text *why);
/* How many more there may be. */
size_t registry_room(void);

#endif
