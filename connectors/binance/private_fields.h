/* SPDX-License-Identifier: Apache-2.0 */
/* Lines of the tables of members: Binance spells each in one way. And what the files of the readers
 * give each other. */
#ifndef TICKGATE_CONNECTORS_BINANCE_PRIVATE_FIELDS_H
#define TICKGATE_CONNECTORS_BINANCE_PRIVATE_FIELDS_H

#include "connectors/binance/private.h"

#define FIELD(name, ...)           FLAT(name, name, __VA_ARGS__)
#define IGNORED(name)              FLAT(name, name, FLAT_IGNORED, FLAT_OPTIONAL, 0)
#define NESTED(name, need, reader) FLAT(name, name, FLAT_NESTED, need, 0, .read = (reader))

/* Events of orders. */
binance_tell binance_tell_execution, binance_tell_order_update, binance_tell_algo_update;

#endif
