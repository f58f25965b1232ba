/* SPDX-License-Identifier: Apache-2.0 */
/* What the simulated Upbit and the simulated Bithumb have alike in their lists of orders: times in
 * Korea, and the seven days that a list of ended ones covers at most
 * (docs.upbit.com/kr/reference/list-closed-orders; apidocs.bithumb.com "종료 주문 목록 조회",
 * 2026-07-09). */
#ifndef TICKGATE_CONNECTORS_DIALECT_DAYS_H
#define TICKGATE_CONNECTORS_DIALECT_DAYS_H

#include "common/clock.h"
#include "connectors/dialect_text.h"

#include <stdlib.h>
#include <time.h>

#define DIALECT_SEVEN_DAYS_MS (INT64_C(7) * 24 * 3600 * 1000)
#define DIALECT_KST_S         (9 * 3600)

/* "2025-06-25T15:42:25+09:00"; of a trade with a fraction. */
static inline void dialect_write_kst(struct text *text, int64_t ns, bool fraction)
{
    char words[40];
    struct tm tm;
    time_t seconds = (time_t)(ns / NS_PER_SECOND) + DIALECT_KST_S;
    gmtime_r(&seconds, &tm);
    strftime(words, sizeof words, "%Y-%m-%dT%H:%M:%S", &tm);
    text_literal(text, "\"");
    text_append(text, slice_of(words));
    if (fraction)
        text_format(text, ".%06u", (unsigned int)(ns % NS_PER_SECOND / NS_PER_US));
    text_literal(text, "+09:00\"");
}

/* A number of a query; `otherwise` if it is not given. False: it is none. */
static inline bool dialect_number(const struct dialect_query *query, struct slice name,
                                  int64_t otherwise, int64_t *number)
{
    char digits[24] = {0}, *end;
    struct slice value;
    *number = otherwise;
    if (!dialect_parameter(query, name, &value))
        return true;
    if (value.len == 0 || value.len >= sizeof digits)
        return false;
    memcpy(digits, value.data, value.len);
    *number = strtoll(digits, &end, 10);
    return *end == '\0';
}

/* The span of a list of ended orders, in ms: of what is not given, seven days on. False: it is
 * longer, or no span. */
static inline bool dialect_span(const struct dialect_query *query, int64_t now_ns, int64_t *from_ms,
                                int64_t *to_ms)
{
    if (!dialect_number(query, SLICE("start_time"), -1, from_ms) ||
        !dialect_number(query, SLICE("end_time"), -1, to_ms))
        return false;
    if (*to_ms < 0)
        *to_ms = *from_ms < 0 ? now_ns / NS_PER_MS : *from_ms + DIALECT_SEVEN_DAYS_MS;
    if (*from_ms < 0)
        *from_ms = *to_ms - DIALECT_SEVEN_DAYS_MS;
    return *to_ms >= *from_ms && *to_ms - *from_ms <= DIALECT_SEVEN_DAYS_MS;
}

/* Whether a query asks for a state: by `state`, by any of `states[]`, or by saying neither. */
static inline bool dialect_asks_state(const struct dialect_query *query, struct slice state,
                                      bool otherwise)
{
    bool said = false;
    for (uint32_t i = 0; i < query->parameter_count; i++) {
        const struct dialect_parameter *parameter = &query->parameters[i];
        if (!slice_equal(parameter->name, SLICE("state")) &&
            !slice_equal(parameter->name, SLICE("states[]")))
            continue;
        said = true;
        if (slice_equal(parameter->value, state))
            return true;
    }
    return !said && otherwise;
}

#endif
