/* SPDX-License-Identifier: Apache-2.0 */
/* One REST call by libcurl. */
#include "connectors/fetch_parts.h"

#include <stdio.h>
#include <stdlib.h>
#include <strings.h>

struct fetch_job *fetch_job_new(const struct fetch_request *request)
{
    struct fetch_job *job = calloc(1, sizeof *job);
    if (job == NULL)
        return NULL;
    job->request = *request;
    job->used_weight = -1;
    return job;
}

static size_t take_body(char *data, size_t size, size_t count, void *user)
{
    struct fetch_job *job = user;
    size_t len = size * count, needed = job->body.len + len;
    if (needed > job->request.body_max) {
        job->body.too_large = true;
        return 0;
    }
    if (needed > job->body.room) {
        size_t room = needed < 16384 ? 16384 : 2 * needed;
        char *grown = realloc(job->body.data, room);
        if (grown == NULL)
            return 0;
        job->body.data = grown;
        job->body.room = room;
    }
    memcpy(job->body.data + job->body.len, data, len);
    job->body.len = needed;
    return len;
}

static size_t take_header(char *data, size_t size, size_t count, void *user)
{
    struct fetch_job *job = user;
    int64_t used = job->request.exchange->used_weight != NULL
                       ? job->request.exchange->used_weight((struct slice){data, size * count})
                       : -1;
    if (used >= 0)
        job->used_weight = used;
    return size * count;
}

/* Plain HTTP is for this host alone (a test venue): config has refused it for any other. Redirects
 * are not followed: they could leave TLS, or the exchange. */
bool fetch_job_get(struct fetch_job *job, CURLM *multi)
{
    CURL *easy = job->easy = curl_easy_init();
    if (easy == NULL)
        return false;
    curl_easy_setopt(easy, CURLOPT_URL, job->request.url);
    curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "https,http");
    curl_easy_setopt(easy, CURLOPT_PROXY, "");
    curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(easy, CURLOPT_ACCEPT_ENCODING, "");
    curl_easy_setopt(easy, CURLOPT_USERAGENT, "tickgate/" TICKGATE_VERSION);
    curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, (long)job->request.timeout_ms);
    curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, take_body);
    curl_easy_setopt(easy, CURLOPT_WRITEDATA, job);
    curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, take_header);
    curl_easy_setopt(easy, CURLOPT_HEADERDATA, job);
    curl_easy_setopt(easy, CURLOPT_PRIVATE, job);
    if (job->request.ca_file[0] != '\0')
        curl_easy_setopt(easy, CURLOPT_CAINFO, job->request.ca_file);
    return curl_multi_add_handle(multi, easy) == CURLM_OK;
}

static enum fetch_error error_of(const struct fetch_job *job, CURLcode code)
{
    switch (code) {
    case CURLE_OK:
        return FETCH_OK;
    case CURLE_COULDNT_RESOLVE_HOST:
        return FETCH_DNS;
    case CURLE_OPERATION_TIMEDOUT:
        return FETCH_TIMEOUT;
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_SSL_CACERT_BADFILE:
        return FETCH_TLS;
    default:
        return job->body.too_large ? FETCH_TOO_LARGE : FETCH_CONNECT;
    }
}

/* A reply that says no is heard whatever becomes of its body: it may be a page of any size. */
void fetch_job_result(struct fetch_job *job, CURLcode code, struct fetch_answer *answer)
{
    long status = 0;
    curl_off_t retry_after_s = 0;
    curl_easy_getinfo(job->easy, CURLINFO_RESPONSE_CODE, &status);
    curl_easy_getinfo(job->easy, CURLINFO_RETRY_AFTER, &retry_after_s);
    answer->status = (uint32_t)status;
    if (status == 200 || status == 0) {
        answer->error = error_of(job, code);
        if (answer->error == FETCH_OK)
            return;
        snprintf(answer->detail, sizeof answer->detail, "%s",
                 job->body.too_large ? "the reply is over the cap" : curl_easy_strerror(code));
        job->body.len = 0;
        return;
    }
    answer->error = FETCH_STATUS;
    answer->retry_after_ms =
        retry_after_s > 0 && retry_after_s < UINT32_MAX / 1000 ? (uint32_t)retry_after_s * 1000 : 0;
    snprintf(answer->detail, sizeof answer->detail, "HTTP %ld: %.*s", status,
             job->body.len < 100 ? (int)job->body.len : 100,
             job->body.len > 0 ? job->body.data : "");
}

/* 418 is a ban of two minutes at the least (binance.md 5.3), 403 one of ten at the least
 * (bybit.md 5.1), 503 an overload. */
uint32_t fetch_default_wait_ms(uint32_t status)
{
    return status == 418   ? 120000
           : status == 403 ? 600000
           : status == 429 ? 10000
           : status == 503 ? 5000
                           : 0;
}
