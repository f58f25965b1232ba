/* SPDX-License-Identifier: Apache-2.0 */
/* Assets: which of an account's assets are not what they were. A trade changes two: where fills can
 * be asked for by instrument alone, these say of which. Pure. One owner. */
#ifndef TICKGATE_CONNECTORS_PRIVATE_ASSETS_H
#define TICKGATE_CONNECTORS_PRIVATE_ASSETS_H

#include "connectors/private_connector.h"

struct assets {
    struct assets_row {
        struct private_asset asset; /* as it was known */
        bool told;                  /* a reply has it */
        bool changed;
    } * rows;
    size_t count, room;
};

/* Begins with what is known; false when memory is out. */
bool assets_init(struct assets *assets, const struct private_asset *known, size_t count);
void assets_fini(struct assets *assets);
/* A reply's balance. */
void assets_note(struct assets *assets, const struct balance *balance);
/* Whether an instrument of ours ("BASE-QUOTE", and what may stand behind it) is one of two assets
 * that have changed; one that no reply had is gone, and so has too. Once all replies were noted. */
bool assets_trade(const struct assets *assets, const char *symbol);

#endif
