/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/sim/law.h"

#include "common/clock.h"

#include <stdlib.h>

bool window_init(struct window *window, uint32_t limit, int64_t span_ns)
{
    *window = (struct window){.limit = limit, .span_ns = span_ns};
    window->times = malloc((limit + 1U) * sizeof *window->times);
    for (uint32_t i = 0; window->times != NULL && i < limit; i++)
        window->times[i] = INT64_MIN / 2;
    return window->times != NULL;
}

void window_fini(struct window *window)
{
    free(window->times);
    window->times = NULL;
}

int64_t window_take(struct window *window, int64_t now_ns)
{
    int64_t *oldest = &window->times[window->next];
    if (window->limit == 0)
        return 0;
    if (now_ns - *oldest < window->span_ns)
        return window->span_ns - (now_ns - *oldest);
    *oldest = now_ns;
    window->next = (window->next + 1) % window->limit;
    return 0;
}

bool law_init(struct law *law, const struct dialect_limits *limits)
{
    *law = (struct law){.limits = *limits, .weight_limit = limits->rest_weight};
    bool connects =
        window_init(&law->connects, limits->connects, (int64_t)limits->connects_ms * NS_PER_MS);
    return window_init(&law->origins, limits->origin_ms > 0 ? 1 : 0,
                       (int64_t)limits->origin_ms * NS_PER_MS) &&
           connects;
}

void law_fini(struct law *law)
{
    window_fini(&law->connects);
    window_fini(&law->origins);
}

static uint64_t seconds(int64_t ns)
{
    return (uint64_t)((ns + NS_PER_SECOND - 1) / NS_PER_SECOND);
}

static bool banned(const struct law *law, int64_t now_ns, uint64_t *retry_after_s)
{
    if (now_ns >= law->banned_until_ns)
        return false;
    *retry_after_s = seconds(law->banned_until_ns - now_ns);
    return true;
}

/* Whoever goes on although warned is banned. */
static int refuse(struct law *law, int64_t wait_ns, int64_t now_ns, uint64_t *retry_after_s)
{
    if (now_ns >= law->warned_until_ns)
        law->warnings = 0;
    law->warned_until_ns = now_ns + wait_ns;
    if (law->warnings == law->limits.warnings) {
        law->banned_until_ns = now_ns + (int64_t)law->limits.ban_s * NS_PER_SECOND;
        *retry_after_s = law->limits.ban_s;
        return law->limits.ban_status;
    }
    law->warnings++;
    *retry_after_s = seconds(wait_ns);
    return law->limits.warn_status;
}

int law_connect(struct law *law, bool origin, int64_t now_ns, uint64_t *retry_after_s)
{
    int64_t wait_ns = 0;
    bool out = banned(law, now_ns, retry_after_s);
    if (!out && origin && (wait_ns = window_take(&law->origins, now_ns)) != 0) {
        law->violations.origins++;
        return refuse(law, wait_ns, now_ns, retry_after_s);
    }
    if (!out && (wait_ns = window_take(&law->connects, now_ns)) == 0)
        return 0;
    law->violations.connects++;
    return out ? law->limits.ban_status : refuse(law, wait_ns, now_ns, retry_after_s);
}

int law_weigh(struct law *law, uint32_t group, uint32_t weight, int64_t now_ns, int64_t now_real_ns,
              uint64_t *retry_after_s)
{
    bool out = banned(law, now_ns, retry_after_s);
    int64_t span_ns = (int64_t)law->limits.rest_ms * NS_PER_MS;
    if (span_ns == 0)
        return out ? law->limits.ban_status : 0;
    if (now_real_ns / span_ns != law->span[group]) {
        law->span[group] = now_real_ns / span_ns;
        law->weight_used[group] = 0;
    }
    law->weight_used[group] += weight;
    bool apart = law->limits.call_weight > 0 && group == law->limits.call_group;
    if (!out && law->weight_used[group] <= (apart ? law->limits.call_weight : law->weight_limit))
        return 0;
    law->violations.weight++;
    return out ? law->limits.ban_status
               : refuse(law, span_ns - now_real_ns % span_ns, now_ns, retry_after_s);
}
