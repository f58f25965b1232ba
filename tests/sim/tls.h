/* SPDX-License-Identifier: Apache-2.0 */
/* TLS: a CA and a server certificate of its own for 127.0.0.1 and localhost, kept in a folder. */
#ifndef TICKGATE_TESTS_SIM_TLS_H
#define TICKGATE_TESTS_SIM_TLS_H

#include <openssl/ssl.h>

/* Reads DIR/ca.pem, DIR/server.pem and DIR/server.key, or makes them if one is not there. The
 * server's context (TLS 1.2 and 1.3), the caller's to free; NULL with what was wrong in *why, a
 * constant. */
SSL_CTX *tls_context(const char *directory, const char **why);

#endif
