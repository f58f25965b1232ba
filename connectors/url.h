/* SPDX-License-Identifier: Apache-2.0 */
/* Url: the address of a WebSocket in its parts. Pure. */
#ifndef TICKGATE_CONNECTORS_URL_H
#define TICKGATE_CONNECTORS_URL_H

#include <stdbool.h>
#include <stdint.h>

#define URL_MAX 512

struct url {
    bool tls;
    uint16_t port;
    char authority[URL_MAX]; /* host and port as they stood there: the Host header */
    char host[URL_MAX];      /* as it is looked up: an IPv6 address without its brackets */
    char path[URL_MAX];
};

/* Reads ws[s]://host[:port][/path]; `path` goes behind the one that stands there. False if it is no
 * such thing, or too long. */
bool url_read(const char *text, const char *path, struct url *url);

#endif
