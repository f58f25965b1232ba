/* SPDX-License-Identifier: Apache-2.0 */
/* HTTP: a request, as much of HTTP/1.1 as upgrades and REST need. Pure. */
#ifndef TICKGATE_TESTS_SIM_HTTP_H
#define TICKGATE_TESTS_SIM_HTTP_H

#include "connectors/dialect.h"

#define HTTP_HEAD_MAX       16384
#define HTTP_BODY_MAX       65536
#define HTTP_URL_MAX        8004 /* longer ones were seen to be refused (binance.md 1.2) */
#define HTTP_PARAMETERS_MAX 128
#define HTTP_HEADERS_MAX    64

enum http_error {
    HTTP_OK,
    HTTP_MORE,      /* it has not all come */
    HTTP_BAD,       /* 400 */
    HTTP_METHOD,    /* 405: none of GET, POST, PUT, DELETE */
    HTTP_LONG_BODY, /* 413 */
    HTTP_LONG_URL,  /* 414 */
    HTTP_LONG_HEAD  /* 431: or of too many headers */
};

struct http_request {
    size_t len; /* bytes of head and body: what follows belongs to what comes next */
    bool keep_alive;
    bool upgrade;               /* to a WebSocket, version 13 */
    bool origin;                /* it has an Origin header */
    struct slice key;           /* Sec-WebSocket-Key, looks into the bytes read */
    struct dialect_query query; /* looks into this record and the bytes read */
    struct dialect_parameter parameters[HTTP_PARAMETERS_MAX];
    struct dialect_parameter headers[HTTP_HEADERS_MAX];
    char decoded[HTTP_URL_MAX];
    char lowered[HTTP_HEAD_MAX]; /* the headers' names */
};

enum http_error http_read(struct slice bytes, struct http_request *request);

/* A parameter's value; false if it was not sent. */
bool http_parameter(const struct dialect_query *query, struct slice name, struct slice *value);

/* Splits "a=b&c=d" and decodes it into `memory` (at least as long as `text`), adding to the query:
 * false for a bad escape or too many of them. */
bool http_read_parameters(struct slice text, struct dialect_parameter *parameters,
                          struct dialect_query *query, struct text *memory);

/* A reply's head. `extra` holds whole header lines or is empty. */
void http_write_head(struct text *head, int status, const char *type, size_t body_len,
                     bool keep_alive, struct slice extra);

#endif
