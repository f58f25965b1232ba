/* SPDX-License-Identifier: Apache-2.0 */
/* Upbit's private half: what its tests need of it beside the table in private.def. */
#ifndef TICKGATE_CONNECTORS_UPBIT_PRIVATE_H
#define TICKGATE_CONNECTORS_UPBIT_PRIVATE_H

#include "connectors/payload_codes_account.h"

extern const struct codes_account upbit_account;
extern const struct private_exchange *const private_upbit[];

#endif
