/* SPDX-License-Identifier: Apache-2.0 */
/* What a frame of an account is. An event comes as {"subscriptionId":0,"event":{...}} (spot),
 * {"stream":KEY,"data":{...}} (USD-M on /private/stream) or bare (/private/ws, and all that was
 * recorded before 2026); what has an id and a status is an answer (6.1.2, 6.2.2). */
#include "connectors/binance/private.h"

struct top {
    struct slice word, event, data, id, result, error;
    uint64_t status;
    bool has_other; /* what a REST reply in a recording has at its top */
};

static void scan_top(struct scan *scan, struct slice key, struct top *top)
{
    const struct {
        struct slice name;
        struct slice *value;
    } raws[] = {
        {SLICE("event"), &top->event},   {SLICE("data"), &top->data},   {SLICE("id"), &top->id},
        {SLICE("result"), &top->result}, {SLICE("error"), &top->error},
    };
    for (size_t i = 0; i < sizeof raws / sizeof *raws; i++)
        if (slice_equal(key, raws[i].name)) {
            scan_raw(scan, raws[i].value);
            return;
        }
    if (slice_equal(key, SLICE("e"))) {
        payload_maybe_text(scan, &top->word);
    } else if (slice_equal(key, SLICE("status")) && scan_peek(scan) == SCAN_NUMBER) {
        scan_unsigned(scan, &top->status);
    } else {
        top->has_other |= slice_equal(key, SLICE("listenKey")) ||
                          slice_equal(key, SLICE("serverTime")) || slice_equal(key, SLICE("code"));
        scan_skip(scan);
    }
}

static enum refusal read_top(struct slice document, struct top *top)
{
    struct scan scan;
    struct slice key;
    *top = (struct top){.word = {NULL, 0}};
    scan_begin(&scan, document);
    scan_object(&scan);
    while (scan_member(&scan, &key))
        scan_top(&scan, key, top);
    return scan_end(&scan) ? REFUSAL_NONE : payload_refusal(&scan);
}

static const struct binance_private_word *find_event(const struct binance_private_word *events,
                                                     struct slice word)
{
    while (events->word.data != NULL && !slice_equal(word, events->word))
        events++;
    return events;
}

static void refuse(struct private_route *route, enum refusal refusal)
{
    route->class = PRIVATE_REFUSED;
    route->refusal = refusal;
}

static void route_event(const struct binance_private_word *events, struct slice event,
                        struct slice word, struct private_route *route)
{
    const struct binance_private_word *found = find_event(events, word);
    if (word.len == 0 || found->word.data == NULL) {
        refuse(route, word.len == 0 ? REFUSAL_MISSING_FIELD : REFUSAL_UNKNOWN_EVENT);
        return;
    }
    route->class = found->class;
    route->detail = word;
    if (found->class == PRIVATE_DATA)
        route->payload = event;
}

int64_t binance_read_error(struct slice document, struct slice *detail)
{
    struct scan scan;
    struct slice key;
    int64_t code = 0;
    *detail = SLICE("");
    scan_begin(&scan, document);
    if (scan_peek(&scan) != SCAN_OBJECT)
        return 0;
    scan_object(&scan);
    while (scan_member(&scan, &key)) {
        if (slice_equal(key, SLICE("code")) && scan_peek(&scan) == SCAN_NUMBER)
            scan_signed(&scan, &code);
        else if (slice_equal(key, SLICE("msg")))
            payload_maybe_text(&scan, detail);
        else
            scan_skip(&scan);
    }
    return code;
}

/* 5.3, 6.1.2. -1099: the key has not this permission; -2035: this account is subscribed to already,
 * which a session of ours is not. */
enum verdict binance_verdict(int64_t code, uint64_t status)
{
    static const struct {
        int64_t code;
        enum verdict verdict;
    } codes[] = {
        {-1021, VERDICT_CLOCK},   {-1022, VERDICT_KEY},     {-2014, VERDICT_KEY},
        {-2015, VERDICT_KEY},     {-2008, VERDICT_KEY},     {-1002, VERDICT_KEY},
        {-1099, VERDICT_KEY},     {-1003, VERDICT_LIMITED}, {-1015, VERDICT_LIMITED},
        {-1034, VERDICT_LIMITED}, {-1121, VERDICT_GONE},    {-1125, VERDICT_GONE},
        {-2011, VERDICT_GONE},    {-2013, VERDICT_GONE},
    };
    for (size_t i = 0; i < sizeof codes / sizeof *codes; i++)
        if (code == codes[i].code)
            return codes[i].verdict;
    switch (status) {
    case 200:
        return code == 0 ? VERDICT_OK : VERDICT_ELSE;
    case 401:
    case 451: /* restricted location */
        return VERDICT_KEY;
    case 403: /* the fence before the exchange: HTML */
    case 418:
    case 429:
        return VERDICT_LIMITED;
    default:
        return VERDICT_ELSE;
    }
}

/* Answers to our own requests; an error without an id is of the session: its key was taken back
 * (6.1.2). Those with other ids stand in recordings. */
static void route_answer(const struct top *top, struct private_route *route)
{
    bool login = slice_equal(top->id, SLICE(BINANCE_LOGIN_ID));
    bool subscription = slice_equal(top->id, SLICE(BINANCE_SUBSCRIPTION_ID));
    int64_t code = binance_read_error(top->error, &route->detail);
    bool good = top->error.len == 0 && (top->status == 0 || top->status == 200);
    if (!good && (login || subscription || slice_equal(top->id, SLICE("null")))) {
        route->class = PRIVATE_DENIED;
        route->verdict = binance_verdict(code, top->status);
        if (route->verdict == VERDICT_OK)
            route->verdict = VERDICT_ELSE;
    } else if (good && login) {
        route->class = PRIVATE_LOGGED_IN;
    } else if (good && subscription) {
        route->class = PRIVATE_SUBSCRIBED;
    } else {
        route->class = PRIVATE_OTHER;
    }
}

void binance_private_route(const struct binance_private_word *events, struct slice frame,
                           struct private_route *route)
{
    struct top top;
    *route = (struct private_route){.class = PRIVATE_OTHER, .verdict = VERDICT_OK};
    enum refusal refusal = read_top(frame, &top);
    struct slice inner = top.event.len > 0 ? top.event : top.data;
    if (refusal == REFUSAL_NONE && inner.len > 0) {
        refusal = read_top(inner, &top);
        frame = inner;
    }
    if (refusal != REFUSAL_NONE)
        refuse(route, refusal);
    else if (inner.len > 0 || top.word.len > 0)
        route_event(events, frame, top.word, route);
    else if (top.result.len > 0 || top.error.len > 0)
        route_answer(&top, route);
    else if (!top.has_other)
        refuse(route, REFUSAL_UNKNOWN_EVENT);
}

enum refusal binance_private_parse(const struct binance_private_word *events, struct slice payload,
                                   const struct binance_telling *telling)
{
    struct top top;
    enum refusal refusal = read_top(payload, &top);
    if (refusal != REFUSAL_NONE)
        return refusal;
    if (top.word.len == 0)
        return REFUSAL_MISSING_FIELD;
    const struct binance_private_word *event = find_event(events, top.word);
    return event->tell != NULL ? event->tell(payload, telling) : REFUSAL_UNKNOWN_EVENT;
}
