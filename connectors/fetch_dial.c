/* SPDX-License-Identifier: Apache-2.0 */
/* One look-up of a name, by the C library's own resolver in the background (getaddrinfo_a). A name
 * that cannot be looked up is served from what was last known of it. */
#include "common/clock.h"
#include "connectors/fetch_parts.h"

#include <arpa/inet.h>
#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>

static void free_lookup(struct fetch_job *job)
{
    if (job->lookup == NULL)
        return;
    if (job->lookup->ar_result != NULL)
        freeaddrinfo(job->lookup->ar_result);
    free((void *)(uintptr_t)job->lookup->ar_request);
    free(job->lookup);
    job->lookup = NULL;
}

void fetch_job_destroy(struct fetch_job **job)
{
    if (*job == NULL)
        return;
    if ((*job)->easy != NULL)
        curl_easy_cleanup((*job)->easy);
    /* A look-up that the resolver's thread is still at cannot be freed: it is left to it (bounded
     * by the connect budget). One that has ended is ours, though that thread may not know yet. */
    if ((*job)->lookup != NULL && gai_error((*job)->lookup) == EAI_INPROGRESS &&
        gai_cancel((*job)->lookup) == EAI_NOTCANCELED)
        return;
    free_lookup(*job);
    fetch_job_wipe(*job);
    free(*job);
    *job = NULL;
}

static bool is_address(const char *host)
{
    unsigned char address[16];
    return inet_pton(AF_INET, host, address) == 1 || inet_pton(AF_INET6, host, address) == 1;
}

bool fetch_job_look_up(struct fetch_job *job)
{
    job->looked_up_at_once = is_address(job->request.url);
    if (job->looked_up_at_once)
        return true;
    struct addrinfo *hints = calloc(1, sizeof *hints);
    job->lookup = calloc(1, sizeof *job->lookup);
    if (hints == NULL || job->lookup == NULL) {
        free(hints);
        return false;
    }
    hints->ai_socktype = SOCK_STREAM;
    job->lookup->ar_name = job->request.url;
    job->lookup->ar_request = hints;
    return getaddrinfo_a(GAI_NOWAIT, (struct gaicb *[]){job->lookup}, 1, NULL) == 0;
}

static struct dns_entry *find_entry(struct dns_cache *cache, const char *host)
{
    for (uint32_t i = 0; i < DNS_CACHE_MAX; i++)
        if (strcmp(cache->entries[i].host, host) == 0)
            return &cache->entries[i];
    return NULL;
}

static void take_addresses(const struct addrinfo *list, struct fetch_answer *answer)
{
    for (; list != NULL && answer->address_count < FETCH_ADDRESSES; list = list->ai_next)
        if (getnameinfo(list->ai_addr, list->ai_addrlen, answer->addresses[answer->address_count],
                        sizeof answer->addresses[0], NULL, 0, NI_NUMERICHOST) == 0)
            answer->address_count++;
}

static void remember(struct dns_cache *cache, const char *host, const struct fetch_answer *answer,
                     int64_t now_ns)
{
    struct dns_entry *entry = find_entry(cache, host);
    if (entry == NULL) {
        entry = &cache->entries[cache->next];
        cache->next = (cache->next + 1) % DNS_CACHE_MAX;
    }
    snprintf(entry->host, sizeof entry->host, "%s", host);
    memcpy(entry->addresses, answer->addresses, sizeof entry->addresses);
    entry->address_count = answer->address_count;
    entry->learned_ns = now_ns;
}

static void recall(struct dns_cache *cache, const char *host, uint32_t keep_ms, int64_t now_ns,
                   const char *why, struct fetch_answer *answer)
{
    const struct dns_entry *entry = find_entry(cache, host);
    snprintf(answer->detail, sizeof answer->detail, "%.60s: %.80s", host, why);
    if (entry == NULL || now_ns - entry->learned_ns > keep_ms * NS_PER_MS) {
        answer->error = FETCH_DNS;
        return;
    }
    memcpy(answer->addresses, entry->addresses, sizeof answer->addresses);
    answer->address_count = entry->address_count;
}

bool fetch_job_looked_up(struct fetch_job *job, struct dns_cache *cache, uint32_t keep_ms,
                         int64_t now_ns, struct fetch_answer *answer)
{
    const char *host = job->request.url;
    if (job->looked_up_at_once) {
        snprintf(answer->addresses[0], sizeof answer->addresses[0], "%.45s", host);
        answer->address_count = 1;
        return true;
    }
    int error = gai_error(job->lookup);
    if (error == EAI_INPROGRESS && now_ns < job->deadline_ns)
        return false;
    if (error == 0)
        take_addresses(job->lookup->ar_result, answer);
    if (answer->address_count > 0)
        remember(cache, host, answer, now_ns);
    else
        recall(cache, host, keep_ms, now_ns,
               error == EAI_INPROGRESS ? "no answer in time" : gai_strerror(error), answer);
    return true;
}
