/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/sim/law.h"

#include "common/clock.h"

#include <stdlib.h>

#define MINUTE_NS (60 * NS_PER_SECOND)

bool window_init(struct window *window, uint32_t limit, int64_t span_ns)
{
    *window = (struct window){.limit = limit, .span_ns = span_ns};
    window->times = malloc(limit * sizeof *window->times);
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
    if (now_ns - *oldest < window->span_ns)
        return window->span_ns - (now_ns - *oldest);
    *oldest = now_ns;
    window->next = (window->next + 1) % window->limit;
    return 0;
}

bool law_init(struct law *law, uint32_t connects, int64_t connects_span_ns, uint64_t weight)
{
    *law = (struct law){.weight_limit = weight};
    return window_init(&law->connects, connects, connects_span_ns);
}

void law_fini(struct law *law)
{
    window_fini(&law->connects);
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
    if (law->warnings == LAW_WARNINGS) {
        law->banned_until_ns = now_ns + LAW_BAN_S * NS_PER_SECOND;
        *retry_after_s = LAW_BAN_S;
        return 418;
    }
    law->warnings++;
    *retry_after_s = seconds(wait_ns);
    return 429;
}

int law_connect(struct law *law, int64_t now_ns, uint64_t *retry_after_s)
{
    int64_t wait_ns = 0;
    bool out = banned(law, now_ns, retry_after_s);
    if (!out && (wait_ns = window_take(&law->connects, now_ns)) == 0)
        return 0;
    law->violations.connects++;
    return out ? 418 : refuse(law, wait_ns, now_ns, retry_after_s);
}

int law_weigh(struct law *law, uint32_t weight, int64_t now_ns, int64_t now_real_ns,
              uint64_t *retry_after_s)
{
    bool out = banned(law, now_ns, retry_after_s);
    if (now_real_ns / MINUTE_NS != law->minute) {
        law->minute = now_real_ns / MINUTE_NS;
        law->weight_used = 0;
    }
    law->weight_used += weight;
    if (!out && law->weight_used <= law->weight_limit)
        return 0;
    law->violations.weight++;
    return out ? 418 : refuse(law, MINUTE_NS - now_real_ns % MINUTE_NS, now_ns, retry_after_s);
}
