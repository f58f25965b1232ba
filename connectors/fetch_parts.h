/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of fetch share: a request under way, as a transfer or a look-up. The fetch thread
 * alone. */
#ifndef TICKGATE_CONNECTORS_FETCH_PARTS_H
#define TICKGATE_CONNECTORS_FETCH_PARTS_H

#include "connectors/budget.h"
#include "connectors/fetch.h"

#include <curl/curl.h>

#define DNS_CACHE_MAX 64

struct dns_entry {
    char host[FETCH_URL_MAX];
    char addresses[FETCH_ADDRESSES][46];
    uint32_t address_count;
    int64_t learned_ns;
};

struct dns_cache {
    struct dns_entry entries[DNS_CACHE_MAX];
    uint32_t next; /* the one to be replaced */
};

struct gaicb;

struct fetch_job {
    struct fetch_request request;
    struct fetch_job *next;
    int64_t deadline_ns;
    struct {
        char *data; /* url and body of the call, each with a NUL, and its headers' lines */
        size_t len;
        struct curl_slist *headers;
    } call;
    struct {
        char *data;
        size_t len, room;
        bool too_large;
    } body;
    int64_t used_weight; /* as a header said; -1 none did */
    CURL *easy;
    struct gaicb *lookup;
    bool looked_up_at_once; /* the host is an address */
};

/* curl's memory is wiped when it is freed: it holds URLs and headers of calls. Process-wide; paired
 * with curl_global_cleanup. */
bool fetch_curl_init(void);

struct fetch_job *fetch_job_new(const struct fetch_request *request);
void fetch_job_destroy(struct fetch_job **job);
/* Frees what a transfer was and brought. */
void fetch_job_wipe(struct fetch_job *job);

/* Begins the transfer; its end comes through the multi handle. */
bool fetch_job_get(struct fetch_job *job, CURLM *multi);
/* What came of it. */
void fetch_job_result(struct fetch_job *job, CURLcode code, struct fetch_answer *answer);

/* Begins the look-up. */
bool fetch_job_look_up(struct fetch_job *job);
/* True when it has ended, well or badly, with the answer filled; addresses are remembered in the
 * cache. */
bool fetch_job_looked_up(struct fetch_job *job, struct dns_cache *cache, uint32_t keep_ms,
                         int64_t now_ns, struct fetch_answer *answer);

#endif
