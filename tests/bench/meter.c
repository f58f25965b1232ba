/* SPDX-License-Identifier: Apache-2.0 */
/* Meter: a plain SUB that measures what arrives: bench_meter ENDPOINT SECONDS PREFIX...
 * Latency is from the *intended* send time, which the load server writes into each message, to the
 * moment after the receive: "ns" in what was passed on as it came, and in what the gateway made of
 * it "ts_exchange" (us, cut down: at most 1 us against the gateway). Messages without either count,
 * but not for the latency. The first second is warm-up. It prints "messages N", "rate N", "bytes
 * N", "stamped N", "p50_us N", "p99_us N", "max_us N". */
#include "common/clock.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zmq.h>

#define SAMPLES_MAX 20000000

static uint32_t *samples; /* us */
static size_t sample_count;

/* The integer behind a key, in ns; 0 if it is not there. */
static int64_t stamp_of(const char *body, size_t len, const char *key, int64_t unit_ns)
{
    const char *found = memmem(body, len, key, strlen(key));
    return found != NULL ? strtoll(found + strlen(key), NULL, 10) * unit_ns : 0;
}

static int by_value(const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return (x > y) - (x < y);
}

static uint32_t percentile(unsigned int per_mille)
{
    return sample_count == 0 ? 0 : samples[(sample_count - 1) * per_mille / 1000];
}

static void take(const char *body, size_t len, int64_t now_ns)
{
    int64_t sent = stamp_of(body, len, "\"ts_exchange\":", NS_PER_US);
    if (sent == 0)
        sent = stamp_of(body, len, "\"ns\":", 1);
    if (sent != 0 && sample_count < SAMPLES_MAX)
        samples[sample_count++] = (uint32_t)((now_ns - sent) / NS_PER_US);
}

/* The body of the next message; -1 if none comes for ten seconds. It does not ask the system
 * whether there is one as long as there is. */
static int receive(void *feed, char *body, size_t room)
{
    zmq_pollitem_t item = {.socket = feed, .events = ZMQ_POLLIN};
    while (zmq_recv(feed, body, room, ZMQ_DONTWAIT) < 0)
        if (zmq_poll(&item, 1, 10000) <= 0)
            return -1;
    return zmq_recv(feed, body, room, 0);
}

int main(int argc, char **argv)
{
    if (argc < 4)
        return 2;
    int unlimited = 0, many = 1000000;
    void *feed = zmq_socket(zmq_ctx_new(), ZMQ_SUB);
    samples = malloc(SAMPLES_MAX * sizeof *samples);
    zmq_setsockopt(feed, ZMQ_SNDHWM, &unlimited, sizeof unlimited);
    zmq_setsockopt(feed, ZMQ_RCVHWM, &many, sizeof many);
    for (int i = 3; i < argc; i++)
        zmq_setsockopt(feed, ZMQ_SUBSCRIBE, argv[i], strlen(argv[i]));
    if (samples == NULL || zmq_connect(feed, argv[1]) != 0)
        return 1;
    static char body[1 << 20];
    uint64_t messages = 0, bytes = 0;
    int64_t begin_ns = 0, end_ns = 0, now_ns = 0;
    while (end_ns == 0 || now_ns < end_ns) {
        int len = receive(feed, body, sizeof body);
        if (len < 0)
            break;
        now_ns = clock_real_ns();
        if (end_ns == 0) {
            begin_ns = now_ns + NS_PER_SECOND;
            end_ns = begin_ns + strtoll(argv[2], NULL, 10) * NS_PER_SECOND;
        }
        if (now_ns < begin_ns)
            continue;
        messages++;
        bytes += (uint64_t)len;
        take(body, (size_t)len, now_ns);
    }
    qsort(samples, sample_count, sizeof *samples, by_value);
    printf("messages %" PRIu64 "\nrate %" PRIu64 "\nbytes %" PRIu64
           "\nstamped %zu\np50_us %u\np99_us %u\nmax_us %u\n",
           messages,
           end_ns > begin_ns ? messages * (uint64_t)NS_PER_SECOND / (uint64_t)(end_ns - begin_ns)
                             : 0,
           bytes, sample_count, percentile(500), percentile(990), percentile(1000));
    return messages > 0 ? 0 : 1;
}
