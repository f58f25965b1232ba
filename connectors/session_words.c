/* SPDX-License-Identifier: Apache-2.0 */
/* What others said, in words of ours. */
#include "connectors/fetch.h"
#include "connectors/session.h"

enum reason session_status_reason(uint32_t status, enum reason otherwise)
{
    static const struct {
        uint32_t status;
        enum reason reason;
    } known[] = {{429, REASON_RATE_LIMITED},
                 {503, REASON_RATE_LIMITED},
                 {418, REASON_BANNED},
                 {403, REASON_BANNED}};
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (known[i].status == status)
            return known[i].reason;
    return otherwise;
}

enum reason session_fetch_reason(const struct fetch_answer *answer, enum reason held)
{
    static const enum reason reasons[] = {
        [FETCH_DNS] = REASON_DNS,
        [FETCH_CONNECT] = REASON_CONNECT_FAILED,
        [FETCH_TLS] = REASON_TLS,
        [FETCH_TIMEOUT] = REASON_CONNECT_TIMEOUT,
        [FETCH_TOO_LARGE] = REASON_TOO_LARGE,
        [FETCH_STOPPED] = REASON_STOPPED,
    };
    switch (answer->error) {
    case FETCH_STATUS:
        return session_status_reason(answer->status, REASON_REFUSED_BY_EXCHANGE);
    case FETCH_WITHHELD:
        return held;
    default:
        return reasons[answer->error];
    }
}

void session_copy_words(char *to, size_t room, struct slice words)
{
    size_t len = words.len < room - 1 ? words.len : room - 1;
    for (size_t i = 0; i < len; i++)
        to[i] = words.data[i] < 0x20 || words.data[i] > 0x7e ? '?' : words.data[i];
    to[len] = '\0';
}
