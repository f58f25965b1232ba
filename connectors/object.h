/* SPDX-License-Identifier: Apache-2.0 */
/* Object: THE contract of a shared object that brings exchanges. It exports one function,
 * tickgate_connector, which says by which version of the contract it was built and gives tables as
 * a built-in folder does (exchange.h). The house's readers (scan, decimal, text, payload) are the
 * gateway's own: an object links none of them. connectors/template is one to copy. */
#ifndef TICKGATE_CONNECTORS_OBJECT_H
#define TICKGATE_CONNECTORS_OBJECT_H

#include "connectors/exchange.h"

/* Raised with every change of exchange.h, exchange_facts.h or event.h that changes what their words
 * mean or where their fields stand. */
#define TICKGATE_CONNECTOR_VERSION 1

/* Constant; it and all that it leads to live as long as the process. */
struct connector_object {
    uint32_t version;       /* TICKGATE_CONNECTOR_VERSION */
    uint32_t exchange_size; /* sizeof(struct exchange), ... */
    uint32_t stream_size;   /* ... sizeof(struct stream) ... */
    uint32_t event_size; /* ... and sizeof(struct event), by which a forgotten version is found */
    const struct exchange *const *exchanges; /* NULL behind the last */
};

#define CONNECTOR_OBJECT(list)                                                                     \
    {                                                                                              \
        TICKGATE_CONNECTOR_VERSION, sizeof(struct exchange), sizeof(struct stream),                \
            sizeof(struct event), list                                                             \
    }

/* Called once, when the object has been loaded. */
typedef const struct connector_object *connector_entry(void);
connector_entry tickgate_connector;

#endif
