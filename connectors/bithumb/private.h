/* SPDX-License-Identifier: Apache-2.0 */
/* Bithumb's private half: what its tests need of it beside the table in private.def. */
#ifndef TICKGATE_CONNECTORS_BITHUMB_PRIVATE_H
#define TICKGATE_CONNECTORS_BITHUMB_PRIVATE_H

#include "connectors/payload_codes_account.h"

extern const struct codes_account bithumb_account;
extern const struct private_exchange *const private_bithumb[];

#endif
