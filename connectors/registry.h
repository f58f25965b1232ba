/* SPDX-License-Identifier: Apache-2.0 */
/* Registry: the exchanges that there are: those built in, and those that shared objects brought. It
 * is filled before the first connector and after that by one thread alone (the manager), which is
 * also the only one to read it; an exchange, once in it, stays for the life of the process. */
#ifndef TICKGATE_CONNECTORS_REGISTRY_H
#define TICKGATE_CONNECTORS_REGISTRY_H

#include "connectors/exchange.h"

#define REGISTRY_MAX 32

/* NULL-terminated; a longer one after registry_add. */
const struct exchange *const *exchange_list(void);
/* By name; NULL if there is none. */
const struct exchange *exchange_find(struct slice name);

#endif
