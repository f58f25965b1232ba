/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/sim/venue.h"

#include "common/clock.h"
#include "common/ensure.h"
#include "tests/sim/private.h"

#include <stdlib.h>

#define TURN_MAX      512 /* messages between two looks at the sockets */
#define LOOK_AGAIN_NS (10 * NS_PER_MS)
#define LATE_CLOCK_NS (2 * NS_PER_SECOND)
#define LEAVE_NS      (5 * NS_PER_SECOND)
#define FIRST_WORD_NS (15 * NS_PER_SECOND)

static void read_clocks(struct venue *venue)
{
    venue->now_ns = clock_monotonic_ns();
    venue->now_real_ns = clock_real_ns();
}

static bool on_opened(void *context, struct peer *peer)
{
    struct venue *venue = context;
    read_clocks(venue);
    if (!peer->control && faults_on(&venue->faults, FAULT_REFUSE, venue->now_ns) != NULL) {
        venue->connects++;
        return false;
    }
    peer_set_deadline(peer, venue->now_ns + FIRST_WORD_NS);
    return true;
}

static void on_received(void *context, struct peer *peer)
{
    read_clocks(context);
    if (peer->session != NULL)
        session_received(peer->session);
    else
        rest_received(context, peer);
}

static void on_expired(void *context, struct peer *peer)
{
    struct venue *venue = context;
    read_clocks(venue);
    if (peer->session != NULL)
        session_expired(peer->session);
    else
        rest_expired(venue, peer);
}

static void on_drained(void *context, struct peer *peer)
{
    if (peer->session != NULL)
        session_drained(peer->session);
    else if (peer->in.len > 0)
        rest_received(context, peer);
}

static void on_closed(void *context, struct peer *peer)
{
    struct session *session = peer->session;
    (void)context;
    session_destroy(&session);
    peer->session = NULL;
}

/* The streams of a recording are those that occur in it. */
static bool add_recorded(struct venue *venue)
{
    struct slice key;
    struct dialect_stream what;
    uint32_t instrument;
    for (uint32_t i = 0; player_stream(venue->player, i, &key, &what, &instrument); i++)
        if (streams_add(venue->streams, key, &what, instrument, venue->dialect) == NULL)
            return false;
    return true;
}

static bool make_market(struct venue *venue, const char **why)
{
    const struct options *options = &venue->options;
    if (options->play != NULL) {
        venue->player =
            player_open(options->play, venue->dialect, NS_PER_SECOND / (int64_t)options->rate, why);
        if (venue->player == NULL)
            return false;
    } else {
        venue->market =
            market_new(options->seed, (uint32_t)options->symbols, (uint32_t)options->depth,
                       venue->dialect, venue->now_real_ns / NS_PER_MS);
        if (venue->market == NULL)
            return false;
    }
    uint32_t count = venue_instrument_count(venue);
    uint32_t active =
        options->active == 0 || options->active > count ? count : (uint32_t)options->active;
    venue->streams = streams_new(count, active, options->zipf);
    return venue->streams != NULL && (venue->player == NULL || add_recorded(venue));
}

struct venue *venue_new(const struct options *options, const struct dialect *dialect, SSL_CTX *tls,
                        const char **why)
{
    struct venue *venue = calloc(1, sizeof *venue);
    *why = "memory is out";
    if (venue == NULL)
        return NULL;
    struct sockets_handler handler = {venue,      on_opened,  on_received,
                                      on_expired, on_drained, on_closed};
    venue->options = *options;
    venue->dialect = dialect;
    venue->paused = options->paused;
    venue->pace = (struct pace){.rate = options->rate, .burst = options->burst};
    random_seed(&venue->random, ~options->seed);
    read_clocks(venue);
    venue->limits = options_limits(options, &dialect->limits);
    venue->due_ns = INT64_MAX;
    bool good = law_init(&venue->law, &venue->limits) &&
                (venue->sockets = sockets_new(tls, &handler)) != NULL && make_market(venue, why) &&
                private_begin(venue, why);
    if (good && options->truth != NULL && (venue->truth = truth_open(options->truth)) == NULL) {
        *why = "the file of --truth cannot be made";
        good = false;
    }
    if (!good)
        venue_destroy(&venue);
    return venue;
}

void venue_destroy(struct venue **venue)
{
    if (*venue == NULL)
        return;
    sockets_destroy(&(*venue)->sockets);
    truth_close(&(*venue)->truth, (*venue)->sent);
    private_end(*venue);
    streams_destroy(&(*venue)->streams);
    market_destroy(&(*venue)->market);
    player_close(&(*venue)->player);
    law_fini(&(*venue)->law);
    buffer_fini(&(*venue)->copy);
    free(*venue);
    *venue = NULL;
}

uint32_t venue_instrument_count(const struct venue *venue)
{
    return venue->player != NULL ? player_instrument_count(venue->player) : venue->market->count;
}

void venue_instrument(const struct venue *venue, uint32_t index,
                      struct dialect_instrument *instrument)
{
    if (venue->player != NULL)
        player_instrument(venue->player, index, instrument);
    else
        market_instrument(venue->market, index, instrument);
}

bool venue_find(const struct venue *venue, struct slice symbol, uint32_t *instrument)
{
    return venue->player != NULL ? player_find(venue->player, symbol, instrument)
                                 : market_find(venue->market, symbol, instrument);
}

void venue_book(struct venue *venue, uint32_t instrument, uint32_t levels,
                struct dialect_book *book)
{
    if (venue->player != NULL)
        player_book(venue->player, instrument, levels, book);
    else
        market_levels(venue->market, instrument, levels, book);
}

static bool is_delisted(struct venue *venue, uint32_t instrument)
{
    return faults_at(&venue->faults, FAULT_DELISTED, instrument, venue->now_ns) != NULL;
}

struct stream *venue_stream(struct venue *venue, struct slice key)
{
    char memory[MARKET_SYMBOL_MAX];
    struct text symbol = text_over(memory, sizeof memory);
    struct dialect_stream what;
    uint32_t instrument;
    struct stream *stream = streams_find(venue->streams, key);
    if (stream != NULL && is_delisted(venue, stream->instrument))
        return NULL;
    if (stream != NULL || venue->player != NULL)
        return stream;
    if (!venue->dialect->read_key(key, &what, &symbol) || symbol.overflow ||
        !venue_find(venue, text_slice(&symbol), &instrument) || is_delisted(venue, instrument))
        return NULL;
    return streams_add(venue->streams, key, &what, instrument, venue->dialect);
}

bool venue_runs(const struct venue *venue)
{
    return !venue->paused && !venue->ended;
}

static void begin_pace(struct venue *venue)
{
    pace_begin(&venue->pace, venue->now_ns);
    venue->clock_next_ns = venue->now_ns;
}

/* A recording goes on where it stood. */
static void begin_play(struct venue *venue)
{
    int64_t next_ns = player_next_ns(venue->player);
    if (next_ns != INT64_MAX && venue->options.speed_thousandths > 0)
        venue->play_begin_ns =
            venue->now_ns - next_ns / (int64_t)venue->options.speed_thousandths * 1000;
}

static void begin(struct venue *venue)
{
    begin_pace(venue);
    if (venue->player != NULL)
        begin_play(venue);
}

void venue_pause(struct venue *venue, bool paused)
{
    if (venue->paused && !paused)
        begin(venue);
    venue->paused = paused;
}

void venue_end(struct venue *venue)
{
    if (venue->ended)
        return;
    venue->ended = true;
    truth_end(venue->truth, venue->sent);
}

void venue_leave(struct venue *venue)
{
    if (venue->leaving)
        return;
    venue->leaving = true;
    venue->leaves_ns = venue->now_ns + LEAVE_NS;
    for (struct peer *peer = sockets_next(venue->sockets, NULL); peer != NULL;
         peer = sockets_next(venue->sockets, peer))
        if (peer->session != NULL)
            session_close(peer->session, 1001, SLICE(""));
}

/* Something happens, by the shares of the mix among what somebody listens to. */
static bool happen(struct venue *venue)
{
    static void (*const shows[GROUPS])(struct venue *,
                                       uint32_t) = {[GROUP_TRADE] = show_trade,
                                                    [GROUP_BOOK] = show_change,
                                                    [GROUP_QUOTE] = show_quote,
                                                    [GROUP_LIQUIDATION] = show_liquidation,
                                                    [GROUP_MARK] = show_marks};
    uint32_t instruments[GROUPS];
    uint64_t shares[GROUPS], sum = 0;
    for (int group = 0; group < GROUPS; group++) {
        shares[group] = venue->options.shares[group];
        if (shares[group] > 0 &&
            !streams_draw(venue->streams, (enum group)group, &venue->random, &instruments[group]))
            shares[group] = 0;
        sum += shares[group];
    }
    if (sum == 0)
        return false;
    uint64_t draw = random_below(&venue->random, sum);
    int group = 0;
    for (; draw >= shares[group]; group++)
        draw -= shares[group];
    shows[group](venue, instruments[group]);
    return true;
}

/* What is shown by the clock: each instrument once a second, one after the other. */
static void run_clock(struct venue *venue)
{
    uint32_t count = venue->streams->active;
    if (venue->now_ns - venue->clock_next_ns > LATE_CLOCK_NS)
        venue->clock_next_ns = venue->now_ns;
    venue->intended_ns = venue->now_real_ns;
    while (venue->clock_next_ns <= venue->now_ns && venue->full == 0) {
        show_clock(venue, venue->clock_next);
        venue->clock_next = (venue->clock_next + 1) % count;
        venue->clock_next_ns += NS_PER_SECOND / count;
    }
}

static void run_market(struct venue *venue)
{
    if (venue->streams->live == 0) {
        begin_pace(venue);
        return;
    }
    run_clock(venue);
    if (venue->streams->repeats && venue->now_ns >= venue->repeats_ns && venue->full == 0)
        show_repeats(venue);
    for (int i = 0;
         i < TURN_MAX && venue->full == 0 && venue->pace.next_ns <= venue->now_ns && !venue->ended;
         i++) {
        venue->intended_ns = venue->now_real_ns - (venue->now_ns - venue->pace.next_ns);
        if (!happen(venue)) {
            pace_begin(&venue->pace, venue->now_ns + LOOK_AGAIN_NS);
            return;
        }
        pace_take(&venue->pace);
        if (venue->options.messages > 0 && venue->sent >= venue->options.messages)
            venue_end(venue);
    }
}

/* When the next recorded line is due, monotonic. */
static int64_t play_due_ns(const struct venue *venue)
{
    int64_t next_ns = player_next_ns(venue->player);
    uint64_t speed = venue->options.speed_thousandths;
    return next_ns == INT64_MAX ? INT64_MAX
           : speed == 0         ? venue->now_ns
                                : venue->play_begin_ns + next_ns / (int64_t)speed * 1000;
}

static void play_line(struct venue *venue)
{
    uint32_t place;
    struct slice payload;
    if (!player_take(venue->player, &place, &payload))
        return;
    venue->copy.len = 0;
    char *at = buffer_reserve(&venue->copy, SEND_ROOM + payload.len);
    ENSURE(at != NULL);
    memcpy(at + SEND_ROOM, payload.data, payload.len);
    send_payload(venue, venue->streams->rows[place], at + SEND_ROOM, payload.len);
}

static void run_player(struct venue *venue)
{
    int64_t due_ns;
    for (int i = 0; i < TURN_MAX && venue->full == 0 && !venue->ended &&
                    (due_ns = play_due_ns(venue)) <= venue->now_ns;
         i++) {
        venue->intended_ns = venue->now_real_ns - (venue->now_ns - due_ns);
        play_line(venue);
        if (player_next_ns(venue->player) == INT64_MAX ||
            (venue->options.messages > 0 && venue->sent >= venue->options.messages))
            venue_end(venue);
    }
}

static void run(struct venue *venue)
{
    if (venue->due_ns <= venue->now_ns && venue->full == 0)
        show_due(venue);
    if (!venue_runs(venue))
        return;
    if (!venue->started) {
        if (venue->streams->live < venue->options.start_after)
            return;
        venue->started = true;
        begin(venue);
    }
    if (venue->player != NULL)
        run_player(venue);
    else
        run_market(venue);
    if (venue->ended && !venue->options.linger)
        venue_leave(venue);
}

/* How long nothing of our own is due. */
static int64_t next_due_ns(const struct venue *venue, int64_t wait_ns)
{
    int64_t due_ns = INT64_MAX;
    bool heard = venue->player != NULL || venue->streams->live > 0;
    if (venue_runs(venue) && venue->started && venue->full == 0 && heard) {
        due_ns = venue->player != NULL ? play_due_ns(venue) : venue->clock_next_ns;
        if (venue->player == NULL && venue->pace.next_ns < due_ns)
            due_ns = venue->pace.next_ns;
        if (venue->streams->repeats && venue->repeats_ns < due_ns)
            due_ns = venue->repeats_ns;
    }
    if (venue->full == 0 && venue->due_ns < due_ns)
        due_ns = venue->due_ns;
    int64_t private_ns = private_due_ns(venue);
    if (private_ns < due_ns)
        due_ns = private_ns;
    return due_ns - venue->now_ns < wait_ns ? due_ns - venue->now_ns : wait_ns;
}

bool venue_turn(struct venue *venue, int64_t wait_ns)
{
    read_clocks(venue);
    int64_t due_ns = next_due_ns(venue, wait_ns);
    sockets_turn(venue->sockets, due_ns);
    read_clocks(venue);
    venue->looked_ns = venue->now_ns;
    private_run(venue);
    run(venue);
    sockets_flush(venue->sockets);
    return !venue->leaving || (venue->sessions > 0 && venue->now_ns < venue->leaves_ns);
}
