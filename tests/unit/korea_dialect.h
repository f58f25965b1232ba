/* SPDX-License-Identifier: Apache-2.0 */
/* What the simulated Upbit and the simulated Bithumb have alike: the errors of WebSocket in the
 * exchanges' own words, and the market of which both tell (upbit.md 1 to 3, bithumb.md 1 to 3). */
#ifndef TICKGATE_TESTS_UNIT_KOREA_DIALECT_H
#define TICKGATE_TESTS_UNIT_KOREA_DIALECT_H

#include "tests/unit/dialect_stage.h"

#define NOW_NS INT64_C(1790133514044123000)

static inline struct dialect_event an_event(bool snapshot)
{
    return (struct dialect_event){.symbol = SLICE("KRW-BTC"),
                                  .time_ns = NOW_NS,
                                  .snapshot = snapshot,
                                  .previous_close = decimal_of("116000000")};
}

static inline struct dialect_trade a_trade(void)
{
    return (struct dialect_trade){.id = 1158138,
                                  .time_ns = INT64_C(1790133513858999000),
                                  .price = decimal_of("115420000"),
                                  .size = decimal_of("0.00090000"),
                                  .sell = true};
}

static inline struct dialect_event a_day(void)
{
    struct dialect_event event = an_event(false);
    event.day.last = a_trade();
    event.day.bar = (struct dialect_bar){.open = decimal_of("116100000"),
                                         .high = decimal_of("116900000"),
                                         .low = decimal_of("115100000"),
                                         .close = decimal_of("115420000"),
                                         .volume = decimal_of("220.04470000"),
                                         .taker_volume = decimal_of("120.04460000"),
                                         .turnover = decimal_of("25571034411.208256")};
    return event;
}

#define FORMAT                                                                                     \
    "{\"error\":{\"name\":\"WRONG_FORMAT\","                                                       \
    "\"message\":\"Format 이 맞지 않습니다.\"}}"
#define TICKET                                                                                     \
    "{\"error\":{\"name\":\"NO_TICKET\","                                                          \
    "\"message\":\"티켓이 존재하지 않거나, 유효하지 않습니다.\"}}"
#define TYPE                                                                                       \
    "{\"error\":{\"name\":\"INVALID_PARAM\",\"message\":\"nope 은 지원하지 않는 타입입니다.\"}}"
#define CODES "{\"error\":{\"name\":\"NO_CODES\",\"message\":\"codes 필드가 존재하지 않습니다.\"}}"
#define EMPTY "{\"error\":{\"name\":\"INVALID_PARAM\",\"message\":\"codes 필드가 비어 있습니다.\"}}"

struct wrong {
    const char *message, *error;
};

static const struct wrong wrong_alike[] = {
    {"", FORMAT},
    {"PONG", FORMAT},
    {"{}", FORMAT},
    {"[{\"ticket\":\"t\"}", FORMAT},
    {"[7]", FORMAT},
    {"[{\"ticket\":\"t\"},{\"type\":7,\"codes\":[\"KRW-BTC\"]}]", FORMAT},
    {"[{\"ticket\":\"t\"},{\"type\":\"trade\",\"codes\":\"KRW-BTC\"}]", FORMAT},
    {"[{\"ticket\":\"t\"},{\"type\":\"trade\",\"codes\":[7]}]", FORMAT},
    {"[{\"type\":\"trade\",\"codes\":[\"KRW-BTC\"]}]", TICKET},
    {"[{\"ticket\":\"\"},{\"type\":\"trade\",\"codes\":[\"KRW-BTC\"]}]", TICKET},
    {"[{\"ticket\":\"t\"},{\"type\":\"nope\",\"codes\":[\"KRW-BTC\"]}]", TYPE},
    {"[{\"ticket\":\"t\"},{\"type\":\"trade\",\"codes\":[\"KRW-BTC\"]},{\"type\":\"nope\"}]", TYPE},
    {"[{\"ticket\":\"t\"},{\"type\":\"trade\"}]", CODES},
    {"[{\"ticket\":\"t\"},{\"type\":\"trade\",\"codes\":[]}]", EMPTY},
};

static inline void expect_wrong(const struct wrong *cases, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        ask(cases[i].message);
        ck_assert_msg(request.word == DIALECT_REFUSED && request.key_count == 0, "%s",
                      cases[i].message);
        expect_slice(text_slice(&reply), cases[i].error);
    }
    ck_assert_uint_eq(dialect->refusal_ms, 150); /* then it closes */
}

START_TEST(korea_answers_a_ping_by_its_status)
{
    ask("PING");
    ck_assert(request.word == DIALECT_STATUS && reply.len == 0);
    expect_slice(dialect->status, "{\"status\":\"UP\"}");
    ck_assert(dialect->status_ms == 10000 && dialect->limits.idle_ms == 60000);
}
END_TEST

#endif
