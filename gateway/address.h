/* SPDX-License-Identifier: Apache-2.0 */
/* Address: what stands behind the "scheme://" of a URL or an endpoint: a host, a port, a path. It
 * is read strictly, for what is taken for this host must not turn out to be another. Pure. */
#ifndef TICKGATE_GATEWAY_ADDRESS_H
#define TICKGATE_GATEWAY_ADDRESS_H

#include <stdbool.h>
#include <stdint.h>

#define ADDRESS_HOST_MAX 255

struct address {
    char host[ADDRESS_HOST_MAX + 1]; /* a name, "127.0.0.1", "[::1]", "*" */
    uint16_t port;                   /* 0: none is given */
    const char *path;                /* behind both: "" or "/..." */
};

/* Reads `text` if it begins with `scheme` ("wss://"). False if it does not, or is malformed. */
bool address_read(const char *text, const char *scheme, struct address *address);
/* 127.0.0.0/8, [::1] or localhost. */
bool address_is_loopback(const struct address *address);

#endif
