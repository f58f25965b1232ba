/* SPDX-License-Identifier: Apache-2.0 */
#include "connectors/url.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool begins_with(const char *text, const char *scheme, const char **rest)
{
    size_t len = strlen(scheme);
    *rest = text + len;
    return strncmp(text, scheme, len) == 0;
}

/* A port behind the host; none is the scheme's own. */
static bool read_port(const char *text, struct url *url)
{
    char *end;
    url->port = url->tls ? 443 : 80;
    if (*text == '\0')
        return true;
    if (*text != ':' || text[1] < '0' || text[1] > '9')
        return false;
    unsigned long port = strtoul(text + 1, &end, 10);
    url->port = (uint16_t)port;
    return *end == '\0' && port > 0 && port <= UINT16_MAX;
}

static bool read_authority(struct url *url)
{
    bool bracketed = url->authority[0] == '[';
    const char *host = url->authority + bracketed;
    size_t len = strcspn(host, bracketed ? "]" : ":");
    if (len == 0 || (bracketed && host[len] != ']'))
        return false;
    memcpy(url->host, host, len);
    url->host[len] = '\0';
    return read_port(host + len + bracketed, url);
}

bool url_read(const char *text, const char *path, struct url *url)
{
    const char *rest;
    url->tls = begins_with(text, "wss://", &rest);
    if (!url->tls && !begins_with(text, "ws://", &rest))
        return false;
    size_t len = strcspn(rest, "/"), prefix_len = strlen(rest + len);
    const char *prefix = rest + len;
    while (prefix_len > 0 && prefix[prefix_len - 1] == '/')
        prefix_len--;
    if (len >= URL_MAX || prefix_len + strlen(path) >= URL_MAX)
        return false;
    memcpy(url->authority, rest, len);
    url->authority[len] = '\0';
    snprintf(url->path, sizeof url->path, "%.*s%s", (int)prefix_len, prefix, path);
    return read_authority(url);
}
