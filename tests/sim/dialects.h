/* SPDX-License-Identifier: Apache-2.0 */
/* Dialects: those that are built in, by connectors/registry.def. */
#ifndef TICKGATE_TESTS_SIM_DIALECTS_H
#define TICKGATE_TESTS_SIM_DIALECTS_H

#include "connectors/dialect.h"

/* The dialect of that name; NULL if there is none. */
const struct dialect *dialects_find(struct slice name);
/* All names, a space between two. */
void dialects_write_names(struct text *text);

#endif
