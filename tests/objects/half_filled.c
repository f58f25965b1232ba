/* SPDX-License-Identifier: Apache-2.0 */
/* A table that somebody has begun. */
#include "connectors/object.h"

static const struct exchange exchange = {.name = "half",
                                         .type = "HalfPublicConnector",
                                         .websocket = "wss://stream.half.invalid",
                                         .roots = {"/stream"},
                                         .rest = "https://api.half.invalid"};
static const struct exchange *const exchanges[] = {&exchange, NULL};
static const struct connector_object object = CONNECTOR_OBJECT(exchanges);

const struct connector_object *tickgate_connector(void)
{
    return &object;
}
