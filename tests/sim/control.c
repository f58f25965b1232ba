/* SPDX-License-Identifier: Apache-2.0 */
/* GET /sim/...: README.md says what each does. */
#include "common/clock.h"
#include "tests/sim/control_accounts.h"
#include "tests/sim/http.h"
#include "tests/sim/private.h"

#define SEND_MAX 1000000

int control_refuse(struct text *body, const char *why)
{
    text_literal(body, "{\"ok\":false,\"error\":");
    text_json_string(body, slice_of(why));
    text_literal(body, "}");
    return 400;
}

int control_done(struct text *body)
{
    text_literal(body, "{\"ok\":true}");
    return 200;
}

static int stats(struct venue *venue, const struct dialect_query *query, struct text *body)
{
    const struct violations *violations = &venue->law.violations;
    const struct private_counts *private = &venue->private;
    const struct accounts *accounts = venue->accounts;
    const struct {
        const char *name;
        uint64_t value;
    } numbers[] = {
        {"{\"violations\":{\"messages\":", violations->messages},
        {",\"connects\":", violations->connects},
        {",\"origins\":", violations->origins},
        {",\"pongs\":", violations->pongs},
        {",\"idle\":", violations->idle},
        {",\"requests\":", violations->requests},
        {",\"weight\":", violations->weight},
        {",\"frames\":", violations->frames},
        {"},\"connects\":", venue->connects},
        {",\"sessions\":", venue->sessions},
        {",\"streams\":", venue->streams->live},
        {",\"sent\":", venue->sent},
        {",\"snapshots\":", venue->snapshots},
        {",\"refused\":", venue->refused},
        {",\"pings\":", venue->pings},
        {",\"pongs\":", venue->pongs},
        {",\"private\":{\"sessions\":", private->sessions},
        {",\"logins\":", private->logins},
        {",\"refused\":", private->refused},
        {",\"told\":", private->told},
        {",\"asked\":", private->asked},
        {",\"asked_refused\":", private->asked_refused},
        {",\"orders\":", accounts != NULL ? accounts->order_count : 0},
        {",\"fills\":", accounts != NULL ? accounts->fill_count : 0},
    };
    (void)query;
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
        text_append(body, slice_of(numbers[i].name));
        text_unsigned(body, numbers[i].value);
    }
    text_literal(body, "},\"running\":");
    text_append(body, venue_runs(venue) ? SLICE("true}") : SLICE("false}"));
    return 200;
}

/* Sizes too small to be shown are left out. */
static void write_side(struct text *body, const struct dialect_level *levels, uint32_t count)
{
    size_t begin = body->len;
    for (uint32_t i = 0; i < count; i++) {
        if (decimal_is_zero(&levels[i].size))
            continue;
        text_append(body, body->len > begin ? SLICE(",[\"") : SLICE("[\""));
        decimal_write(body, &levels[i].price);
        text_literal(body, "\",\"");
        decimal_write(body, &levels[i].size);
        text_literal(body, "\"]");
    }
}

static int book(struct venue *venue, const struct dialect_query *query, struct text *body)
{
    struct slice symbol = {NULL, 0};
    struct dialect_book book;
    uint32_t instrument;
    if (!http_parameter(query, SLICE("symbol"), &symbol) || !venue_find(venue, symbol, &instrument))
        return control_refuse(body, "no such symbol");
    venue_book(venue, instrument, MARKET_DEPTH_MAX, &book);
    text_literal(body, "{\"symbol\":");
    text_json_string(body, symbol);
    text_literal(body, ",\"id\":");
    text_unsigned(body, book.last_id);
    text_literal(body, ",\"bids\":[");
    write_side(body, book.bids, book.bid_count);
    text_literal(body, "],\"asks\":[");
    write_side(body, book.asks, book.ask_count);
    text_literal(body, "]}");
    return 200;
}

static int symbols(struct venue *venue, const struct dialect_query *query, struct text *body)
{
    struct dialect_instrument instrument;
    (void)query;
    text_literal(body, "[");
    for (uint32_t i = 0; i < venue_instrument_count(venue); i++) {
        venue_instrument(venue, i, &instrument);
        text_append(body, i > 0 ? SLICE(",") : SLICE(""));
        text_json_string(body, instrument.symbol);
    }
    text_literal(body, "]");
    return 200;
}

static int pause(struct venue *venue, const struct dialect_query *query, struct text *body)
{
    (void)query;
    venue_pause(venue, true);
    return control_done(body);
}

static int resume(struct venue *venue, const struct dialect_query *query, struct text *body)
{
    (void)query;
    venue_pause(venue, false);
    return control_done(body);
}

static int send_more(struct venue *venue, const struct dialect_query *query, struct text *body)
{
    struct slice key = {NULL, 0}, digits = SLICE("1");
    uint64_t count = 0, before = venue->sent;
    if (venue->market == NULL)
        return control_refuse(body, "a recording is played");
    http_parameter(query, SLICE("stream"), &key);
    http_parameter(query, SLICE("count"), &digits);
    for (size_t i = 0; i < digits.len && digits_value(digits.data[i]) <= 9 && count <= SEND_MAX;
         i++)
        count = count * 10 + digits_value(digits.data[i]);
    struct stream *stream = venue_stream(venue, key);
    if (stream == NULL)
        return control_refuse(body, "no such stream");
    if (count == 0 || count > SEND_MAX)
        return control_refuse(body, "count is no number that fits");
    for (venue->intended_ns = venue->now_real_ns; count > 0; count--)
        show_stream(venue, stream);
    text_literal(body, "{\"ok\":true,\"sent\":");
    text_unsigned(body, venue->sent - before);
    text_literal(body, "}");
    return 200;
}

static struct session *next_session(const struct venue *venue, struct peer **peer)
{
    while ((*peer = sockets_next(venue->sockets, *peer)) != NULL)
        if ((*peer)->session != NULL && !(*peer)->gone)
            return (*peer)->session;
    return NULL;
}

static void say_shutdown(struct venue *venue, struct session *session)
{
    char memory[256];
    struct text message = text_over(memory, sizeof memory);
    venue->dialect->write_shutdown(&message, session->wrapped, venue->now_real_ns);
    session_say(session, text_slice(&message));
}

/* What a fault does at once, to the sessions that are open. */
static void strike(struct venue *venue, enum fault_kind kind, const struct fault *fault)
{
    struct peer *peer = NULL;
    for (struct session *session; (session = next_session(venue, &peer)) != NULL;) {
        if (kind == FAULT_CUT)
            session_close(session, fault->code != 0 ? (unsigned int)fault->code : 1001, SLICE(""));
        else if (kind == FAULT_RESET)
            peer_reset(peer);
        else if (kind == FAULT_SHUTDOWN)
            say_shutdown(venue, session);
        else if (kind == FAULT_SILENT)
            session->silent_until_ns = fault->until_ns;
        else if (kind == FAULT_QUIET)
            session->quiet_until_ns = fault->until_ns;
        else if (kind == FAULT_NONE)
            session->silent_until_ns = session->quiet_until_ns = 0;
    }
}

/* Whether this exchange, as it runs, can do that; if not, why. */
static const char *forbid(const struct venue *venue, enum fault_kind kind)
{
    if (kind == FAULT_SHUTDOWN && venue->dialect->write_shutdown == NULL)
        return "this exchange does not announce that";
    if (kind == FAULT_RESTART && !venue->dialect->restarts)
        return "this exchange's books do not begin anew";
    if (kind == FAULT_RESTART && venue->market == NULL)
        return "a recording is played";
    return NULL;
}

/* What a fault is about, by name: false if there is no such thing. */
static bool resolve(struct venue *venue, struct fault *fault)
{
    fault->instrument = UINT32_MAX;
    if (fault->symbol.len > 0 && !venue_find(venue, fault->symbol, &fault->instrument))
        return false;
    if (fault->account.len > 0 &&
        (venue->accounts == NULL ||
         !accounts_find(venue->accounts, fault->account, &fault->account_place)))
        return false;
    if (fault->key.len > 0 && (fault->stream = venue_stream(venue, fault->key)) == NULL)
        return false;
    fault->symbol = fault->key = fault->account = (struct slice){NULL, 0};
    return true;
}

static int fault(struct venue *venue, const struct dialect_query *query, struct text *body)
{
    enum fault_kind kind;
    struct fault read;
    const char *why;
    if (!faults_read(query, venue->now_ns, &kind, &read, &why))
        return control_refuse(body, why);
    if ((why = forbid(venue, kind)) != NULL)
        return control_refuse(body, why);
    if (!resolve(venue, &read))
        return control_refuse(body, "no such symbol, stream or account");
    strike(venue, kind, &read);
    if ((kind == FAULT_NONE || private_is_about(kind)) &&
        (why = private_strike(venue, kind, &read)) != NULL)
        return control_refuse(body, why);
    if (kind == FAULT_RESTART)
        show_restart(venue, read.instrument);
    else if (kind == FAULT_NONE)
        faults_clear(&venue->faults);
    else if (kind == FAULT_PRIVATE_CUT && read.every_ms == 0)
        return control_done(body);
    else if (kind != FAULT_CUT && kind != FAULT_RESET && kind != FAULT_SHUTDOWN)
        faults_set(&venue->faults, kind, &read);
    return control_done(body);
}

static int quit(struct venue *venue, const struct dialect_query *query, struct text *body)
{
    (void)query;
    venue_end(venue);
    venue_leave(venue);
    return control_done(body);
}

static const struct {
    const char *path;
    int (*answer)(struct venue *venue, const struct dialect_query *query, struct text *body);
    const char *parameters[4]; /* "*": any, the answer sees to them */
} paths[] = {
    {"/sim/stats", stats, {NULL, NULL}},
    {"/sim/symbols", symbols, {NULL, NULL}},
    {"/sim/book", book, {"symbol", NULL}},
    {"/sim/pause", pause, {NULL, NULL}},
    {"/sim/resume", resume, {NULL, NULL}},
    {"/sim/send", send_more, {"stream", "count"}},
    {"/sim/fault", fault, {"*", NULL}},
    {"/sim/quit", quit, {NULL, NULL}},
    {"/sim/accounts", control_accounts, {"account"}},
    {"/sim/order", control_place, {"*"}},
    {"/sim/fill", control_fill, {"order", "qty", "price"}},
    {"/sim/trigger", control_trigger, {"order"}},
    {"/sim/cancel", control_cancel, {"order", "id"}},
    {"/sim/expire", control_expire, {"order", "cause"}},
    {"/sim/orders", control_orders, {"run"}},
};

static bool takes(size_t path, struct slice name)
{
    for (size_t i = 0; i < 4 && paths[path].parameters[i] != NULL; i++)
        if (strcmp(paths[path].parameters[i], "*") == 0 ||
            slice_equal(name, slice_of(paths[path].parameters[i])))
            return true;
    return false;
}

int control_answer(struct venue *venue, const struct dialect_query *query, struct text *body)
{
    size_t path = 0, count = sizeof paths / sizeof *paths;
    while (path < count && !slice_equal(query->path, slice_of(paths[path].path)))
        path++;
    if (path == count) {
        control_refuse(body, "no such control");
        return 404;
    }
    for (uint32_t i = 0; i < query->parameter_count; i++)
        if (!takes(path, query->parameters[i].name))
            return control_refuse(body, "an argument that this control does not take");
    return paths[path].answer(venue, query, body);
}
