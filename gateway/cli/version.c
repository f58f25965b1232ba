/* SPDX-License-Identifier: Apache-2.0 */
/* tickgate version: what runs, with the libraries as they were found at run time. */
#include "gateway/cli/commands.h"
#include "gateway/cli/options.h"

#include <curl/curl.h>
#include <jansson.h>
#include <libwebsockets.h>
#include <openssl/crypto.h>
#include <stdio.h>
#include <yaml.h>
#include <zmq.h>

int version_main(int argc, char **argv)
{
    bool json = false;
    const struct option_spec options[] = {
        {"json", 0, OPTION_FLAG, &json, NULL, "as one JSON object"}, {0}};
    const struct command command = {"version", "[--json]",
                                    "This program and the libraries it runs with.", options};
    int status;
    if (options_read(&command, argc, argv, &status) < 0)
        return status;
    int major, minor, patch;
    char zmq[32];
    zmq_version(&major, &minor, &patch);
    snprintf(zmq, sizeof zmq, "%d.%d.%d", major, minor, patch);
    const char *const libraries[][2] = {
        {"libwebsockets", lws_get_library_version()},
        {"libzmq", zmq},
        {"openssl", OpenSSL_version(OPENSSL_VERSION_STRING)},
        {"libcurl", curl_version_info(CURLVERSION_NOW)->version},
        {"jansson", jansson_version_str()},
        {"libyaml", yaml_get_version_string()},
    };
    printf(json ? "{\"tickgate\":\"%s\"" : "tickgate %s\n", TICKGATE_VERSION);
    for (size_t i = 0; i < sizeof libraries / sizeof *libraries; i++)
        printf(json ? ",\"%s\":\"%s\"" : "  %-14s %s\n", libraries[i][0], libraries[i][1]);
    if (json)
        printf("}\n");
    return 0;
}
