/* SPDX-License-Identifier: Apache-2.0 */
/* Render: an event of the wire as one line for a person. The numbers are printed as they came. */
#ifndef TICKGATE_GATEWAY_CLI_RENDER_H
#define TICKGATE_GATEWAY_CLI_RENDER_H

#include <jansson.h>
#include <stdio.h>

void render_event(FILE *out, const char *topic, const json_t *event);

#endif
