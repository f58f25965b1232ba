/* SPDX-License-Identifier: Apache-2.0 */
#include "gateway/address.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>

#define PORT_DIGITS 5
#define PORT_MAX    65535
#define LETTERS     "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
#define DIGITS      "0123456789"

/* Bytes of the host that `at` begins with; 0 if it is none. */
static size_t host_len(const char *at)
{
    if (*at != '[')
        return *at == '*' ? 1 : strspn(at, LETTERS DIGITS "-._");
    size_t len = 1 + strspn(at + 1, DIGITS "abcdefABCDEF:.");
    return len > 1 && at[len] == ']' ? len + 1 : 0;
}

bool address_read(const char *text, const char *scheme, struct address *address)
{
    if (strncmp(text, scheme, strlen(scheme)) != 0)
        return false;
    const char *at = text + strlen(scheme);
    size_t len = host_len(at);
    if (len == 0 || len > ADDRESS_HOST_MAX)
        return false;
    *address = (struct address){.path = at + len};
    memcpy(address->host, at, len);
    if (*address->path == ':') {
        size_t digits = strspn(++address->path, DIGITS);
        unsigned long port = strtoul(address->path, NULL, 10);
        if (digits == 0 || digits > PORT_DIGITS || port == 0 || port > PORT_MAX)
            return false;
        address->port = (uint16_t)port;
        address->path += digits;
    }
    for (const char *path = address->path; *path != '\0'; path++)
        if (*path <= ' ' || *path > '~')
            return false;
    return *address->path == '\0' || *address->path == '/';
}

bool address_is_loopback(const struct address *address)
{
    struct in_addr number;
    if (inet_pton(AF_INET, address->host, &number) == 1)
        return ntohl(number.s_addr) >> 24 == 127;
    return strcmp(address->host, "[::1]") == 0 || strcmp(address->host, "localhost") == 0;
}
