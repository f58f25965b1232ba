/* SPDX-License-Identifier: Apache-2.0 */
/* Built for a contract to come. */
#include "connectors/object.h"

static const struct exchange exchange = {.name = "later"};
static const struct exchange *const exchanges[] = {&exchange, NULL};

const struct connector_object *tickgate_connector(void)
{
    static struct connector_object object = CONNECTOR_OBJECT(exchanges);
    object.version++;
    return &object;
}
