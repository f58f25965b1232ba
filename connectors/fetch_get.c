/* SPDX-License-Identifier: Apache-2.0 */
/* One REST call by libcurl. */
#include "common/secret.h"
#include "connectors/fetch_parts.h"

#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <strings.h>

static void wiping_free(void *memory)
{
    if (memory != NULL)
        secret_wipe(memory, malloc_usable_size(memory));
    free(memory);
}

/* What moves leaves nothing behind. */
static void *wiping_realloc(void *memory, size_t size)
{
    size_t held = memory != NULL ? malloc_usable_size(memory) : 0;
    if (size == 0 || (memory != NULL && size <= held))
        return size == 0 ? (wiping_free(memory), NULL) : memory;
    void *grown = malloc(size);
    if (grown == NULL)
        return NULL;
    if (held > 0)
        memcpy(grown, memory, held);
    wiping_free(memory);
    return grown;
}

bool fetch_curl_init(void)
{
    return curl_global_init_mem(CURL_GLOBAL_DEFAULT, malloc, wiping_free, wiping_realloc, strdup,
                                calloc) == CURLE_OK;
}

/* The job's own copy of a call: its URL, its body, then its headers, of which curl has another. */
static bool copy_call(struct fetch_job *job, const struct fetch_call *call)
{
    job->call.len = call->url.len + call->body.len + call->headers.len + 3;
    job->call.data = malloc(job->call.len);
    if (job->call.data == NULL)
        return false;
    struct text text = text_over(job->call.data, job->call.len);
    struct fetch_call *own = &job->request.call;
    own->url = (struct slice){text.data, call->url.len};
    text_append(&text, call->url);
    text_literal(&text, "\0");
    own->body = (struct slice){text.data + text.len, call->body.len};
    text_append(&text, call->body);
    text_literal(&text, "\0");
    own->headers = (struct slice){text.data + text.len, call->headers.len};
    text_append(&text, call->headers);
    text_literal(&text, "\0");
    return true;
}

struct fetch_job *fetch_job_new(const struct fetch_request *request)
{
    struct fetch_job *job = calloc(1, sizeof *job);
    if (job == NULL)
        return NULL;
    job->request = *request;
    job->used_weight = -1;
    if (request->kind == FETCH_CALL && !copy_call(job, &request->call))
        fetch_job_destroy(&job);
    return job;
}

void fetch_job_wipe(struct fetch_job *job)
{
    curl_slist_free_all(job->call.headers);
    if (job->call.data != NULL)
        secret_wipe(job->call.data, job->call.len);
    free(job->call.data);
    wiping_free(job->body.data);
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
        char *grown = wiping_realloc(job->body.data, room);
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

/* Headers of a call, line by line, each of which is ended for curl, which copies it. */
static bool add_headers(struct fetch_job *job)
{
    char *at = job->call.data + (job->request.call.headers.data - job->call.data), *end;
    for (; (end = strstr(at, "\r\n")) != NULL; at = end + 2) {
        *end = '\0';
        struct curl_slist *longer = curl_slist_append(job->call.headers, at);
        if (longer == NULL)
            return false;
        job->call.headers = longer;
    }
    return true;
}

/* The URL was signed as it stands; HTTP/2 would keep headers in memory that is not wiped. What is
 * no GET says how long its body is, though there be none. */
static bool prepare_call(struct fetch_job *job)
{
    const struct fetch_call *call = &job->request.call;
    CURL *easy = job->easy;
    if (!add_headers(job))
        return false;
    curl_easy_setopt(easy, CURLOPT_URL, call->url.data);
    curl_easy_setopt(easy, CURLOPT_PATH_AS_IS, 1L);
    curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
    curl_easy_setopt(easy, CURLOPT_HTTPHEADER, job->call.headers);
    if (strcmp(call->method, "GET") == 0)
        return true;
    curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE, (long)call->body.len);
    curl_easy_setopt(easy, CURLOPT_POSTFIELDS, call->body.data);
    curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, call->method);
    return true;
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
    if (job->request.kind == FETCH_CALL && !prepare_call(job))
        return false;
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
    answer->retry_after_ms =
        retry_after_s > 0 && retry_after_s < UINT32_MAX / 1000 ? (uint32_t)retry_after_s * 1000 : 0;
    if (status == 200 || status == 0 || job->request.kind == FETCH_CALL) {
        answer->error = error_of(job, code);
        if (answer->error == FETCH_OK)
            return;
        snprintf(answer->detail, sizeof answer->detail, "%s",
                 job->body.too_large ? "the reply is over the cap" : curl_easy_strerror(code));
        job->body.len = 0;
        return;
    }
    answer->error = FETCH_STATUS;
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
