/* SPDX-License-Identifier: Apache-2.0 */
/* The exchange's clock: its distance to the monotonic one, which no step of the system's time
 * touches. Of several samples the one with the shortest round trip counts, for it errs the least.
 */
#include "connectors/private_parts.h"

#define SAMPLES   5
#define HALF_MS   (NS_PER_MS / 2) /* a time in whole ms was half of one ago, on the average */
#define TRIP_NONE INT64_MAX

/* Where the exchange does not say its time, ours is taken for it. */
int64_t private_exchange_ns(struct private_connector *connector)
{
    const struct private_clock *clock = &connector->clock;
    return clock->known ? clock->base_ns + private_now_ns(connector) : clock_real_ns();
}

bool private_clock_due(struct private_connector *connector, int64_t now_ns)
{
    struct private_clock *clock = &connector->clock;
    if (connector->facts->scopes[CALL_CLOCK] == SCOPE_NONE)
        clock->due_ns = INT64_MAX;
    if (clock->left == 0 && now_ns >= clock->due_ns) {
        clock->left = SAMPLES;
        clock->best_trip_ns = TRIP_NONE;
    }
    return clock->left > 0;
}

void private_clock_sample(struct private_connector *connector, int64_t server_ms)
{
    struct private_clock *clock = &connector->clock;
    int64_t now_ns = private_now_ns(connector), trip_ns = now_ns - connector->lane.asked_ns;
    if (trip_ns < clock->best_trip_ns) {
        clock->best_trip_ns = trip_ns;
        clock->best_base_ns = server_ms * NS_PER_MS + HALF_MS - (now_ns - trip_ns / 2);
    }
    clock->samples++;
    if (--clock->left > 0)
        return;
    clock->known = true;
    clock->base_ns = clock->best_base_ns;
    clock->due_ns = now_ns + connector->config.clock_ms * NS_PER_MS;
    if (connector->phase == PRIVATE_READY_NOW)
        connector->reports.account.said_in = 0;
}
