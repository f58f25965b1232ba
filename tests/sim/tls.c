/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/sim/tls.h"

#include <fcntl.h>
#include <limits.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509v3.h>
#include <stdbool.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#define DAYS       3650
#define SERIAL_LEN 16

struct identity {
    X509 *certificate;
    EVP_PKEY *key;
};

static void identity_fini(struct identity *identity)
{
    X509_free(identity->certificate);
    EVP_PKEY_free(identity->key);
}

static bool add_extension(X509 *certificate, X509 *issuer, int nid, const char *value)
{
    X509V3_CTX ctx;
    X509V3_set_ctx_nodb(&ctx);
    X509V3_set_ctx(&ctx, issuer, certificate, NULL, NULL, 0);
    X509_EXTENSION *extension = X509V3_EXT_conf_nid(NULL, &ctx, nid, value);
    bool added = extension != NULL && X509_add_ext(certificate, extension, -1) == 1;
    X509_EXTENSION_free(extension);
    return added;
}

static bool set_serial(X509 *certificate)
{
    unsigned char bytes[SERIAL_LEN];
    BIGNUM *number =
        RAND_bytes(bytes, sizeof bytes) == 1 ? BN_bin2bn(bytes, sizeof bytes, NULL) : NULL;
    bool set = number != NULL && BN_clear_bit(number, SERIAL_LEN * 8 - 1) >= 0 &&
               BN_to_ASN1_INTEGER(number, X509_get_serialNumber(certificate)) != NULL;
    BN_free(number);
    return set;
}

/* A key and a certificate for it, without extensions and signature. */
static bool begin_identity(struct identity *identity, const char *name)
{
    identity->key = EVP_EC_gen("P-256");
    identity->certificate = X509_new();
    if (identity->key == NULL || identity->certificate == NULL)
        return false;
    X509 *certificate = identity->certificate;
    X509_NAME *subject = X509_get_subject_name(certificate);
    return X509_set_version(certificate, 2) == 1 && set_serial(certificate) &&
           X509_gmtime_adj(X509_getm_notBefore(certificate), -86400) != NULL &&
           X509_gmtime_adj(X509_getm_notAfter(certificate), 86400L * DAYS) != NULL &&
           X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_ASC, (const unsigned char *)name, -1,
                                      -1, 0) == 1 &&
           X509_set_pubkey(certificate, identity->key) == 1;
}

static bool make_ca(struct identity *ca)
{
    return begin_identity(ca, "tickgate-sim CA") &&
           X509_set_issuer_name(ca->certificate, X509_get_subject_name(ca->certificate)) == 1 &&
           add_extension(ca->certificate, ca->certificate, NID_basic_constraints,
                         "critical,CA:TRUE") &&
           add_extension(ca->certificate, ca->certificate, NID_key_usage,
                         "critical,keyCertSign,cRLSign") &&
           add_extension(ca->certificate, ca->certificate, NID_subject_key_identifier, "hash") &&
           X509_sign(ca->certificate, ca->key, EVP_sha256()) > 0;
}

static bool make_server(struct identity *server, const struct identity *ca)
{
    return begin_identity(server, "localhost") &&
           X509_set_issuer_name(server->certificate, X509_get_subject_name(ca->certificate)) == 1 &&
           add_extension(server->certificate, ca->certificate, NID_basic_constraints,
                         "critical,CA:FALSE") &&
           add_extension(server->certificate, ca->certificate, NID_key_usage,
                         "critical,digitalSignature") &&
           add_extension(server->certificate, ca->certificate, NID_ext_key_usage, "serverAuth") &&
           add_extension(server->certificate, ca->certificate, NID_subject_alt_name,
                         "IP:127.0.0.1,DNS:localhost") &&
           add_extension(server->certificate, ca->certificate, NID_authority_key_identifier,
                         "keyid") &&
           X509_sign(server->certificate, ca->key, EVP_sha256()) > 0;
}

/* Written whole under another name first: whoever finds the file finds all of it. */
static bool write_pem(const char *path, const struct identity *identity, bool key)
{
    char part[PATH_MAX];
    if (snprintf(part, sizeof part, "%s.part", path) >= (int)sizeof part)
        return false;
    int fd = open(part, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, key ? 0600 : 0644);
    FILE *file = fd >= 0 ? fdopen(fd, "w") : NULL;
    if (file == NULL)
        return false;
    bool written = key ? PEM_write_PrivateKey(file, identity->key, NULL, NULL, 0, NULL, NULL) == 1
                       : PEM_write_X509(file, identity->certificate) == 1;
    return fclose(file) == 0 && written && rename(part, path) == 0;
}

struct paths {
    char ca[PATH_MAX], certificate[PATH_MAX], key[PATH_MAX];
};

static bool make_files(const struct paths *paths)
{
    struct identity ca = {NULL, NULL}, server = {NULL, NULL};
    bool made = make_ca(&ca) && make_server(&server, &ca) && write_pem(paths->key, &server, true) &&
                write_pem(paths->certificate, &server, false) && write_pem(paths->ca, &ca, false);
    identity_fini(&ca);
    identity_fini(&server);
    return made;
}

static bool name_paths(struct paths *paths, const char *directory)
{
    return snprintf(paths->ca, PATH_MAX, "%s/ca.pem", directory) < PATH_MAX &&
           snprintf(paths->certificate, PATH_MAX, "%s/server.pem", directory) < PATH_MAX &&
           snprintf(paths->key, PATH_MAX, "%s/server.key", directory) < PATH_MAX;
}

SSL_CTX *tls_context(const char *directory, const char **why)
{
    struct paths paths;
    if (!name_paths(&paths, directory)) {
        *why = "the name of --tls-dir is too long";
        return NULL;
    }
    bool there = access(paths.ca, R_OK) == 0 && access(paths.certificate, R_OK) == 0 &&
                 access(paths.key, R_OK) == 0;
    if (!there && !make_files(&paths)) {
        *why = "the CA and the certificate cannot be made in --tls-dir";
        return NULL;
    }
    SSL_CTX *context = SSL_CTX_new(TLS_server_method());
    if (context == NULL || SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION) != 1 ||
        SSL_CTX_use_certificate_chain_file(context, paths.certificate) != 1 ||
        SSL_CTX_use_PrivateKey_file(context, paths.key, SSL_FILETYPE_PEM) != 1 ||
        SSL_CTX_check_private_key(context) != 1) {
        *why = "the certificate or key in --tls-dir is no good";
        SSL_CTX_free(context);
        return NULL;
    }
    SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
    SSL_CTX_set_mode(context, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
    return context;
}
