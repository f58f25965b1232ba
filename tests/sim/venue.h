/* SPDX-License-Identifier: Apache-2.0 */
/* Venue: the simulated exchange as a whole. Its record is open to the parts that make it up
 * (session, rest, control, show, send), which are functions over it. One thread. */
#ifndef TICKGATE_TESTS_SIM_VENUE_H
#define TICKGATE_TESTS_SIM_VENUE_H

#include "tests/sim/dialects.h"
#include "tests/sim/faults.h"
#include "tests/sim/keys.h"
#include "tests/sim/law.h"
#include "tests/sim/lives.h"
#include "tests/sim/market.h"
#include "tests/sim/options.h"
#include "tests/sim/pace.h"
#include "tests/sim/player.h"
#include "tests/sim/sockets.h"
#include "tests/sim/streams.h"
#include "tests/sim/truth.h"

#define VENUE_PAYLOAD_MAX (1 << 20) /* bytes of a made-up message */
#define VENUE_KEYS_MAX    (1 << 18) /* bytes of the keys of one request */

struct venue {
    struct options options;
    const struct dialect *dialect;
    struct dialect_limits limits; /* the dialect's, or as the options want them */
    struct sockets *sockets;
    struct market *market; /* made up, or */
    struct player *player; /* a recording; the other one is NULL */
    struct streams *streams;
    struct truth *truth;       /* NULL: not asked for */
    struct accounts *accounts; /* NULL, and the two below: there are none */
    struct keys *api_keys;
    struct lives *lives;
    struct private_counts {
        uint64_t sessions, logins, refused, told, asked, asked_refused;
    } private;
    bool lives_by_hand;  /* orders begin when they are told to */
    uint32_t subscribed; /* a bit for each account that was at least once */
    int64_t cut_ns;      /* when private sessions are dropped next; INT64_MAX: not */
    struct random random;
    struct faults faults;
    struct law law;
    struct pace pace;
    int64_t clock_next_ns;       /* the next instrument's turn to be shown by the clock */
    uint32_t clock_next;         /* which one that is */
    int64_t repeats_ns;          /* the next look at what is said again when it is quiet */
    struct stream *due;          /* those that wait for a point of their grid */
    int64_t due_ns;              /* the earliest of them; INT64_MAX: none */
    uint64_t mark;               /* of the last request that named streams */
    int64_t now_ns, now_real_ns; /* of this turn */
    int64_t looked_ns;           /* at the sockets, in the turn before */
    int64_t intended_ns;         /* of the message that is made, real clock */
    uint64_t sessions, sessions_ever, full; /* `full`: with too much waiting to be written */
    uint64_t connects, sent, snapshots, pings, pongs, refused;
    bool paused, started, ended, leaving;
    int64_t leaves_ns; /* at the latest, whether its clients have gone or not */
    int64_t play_begin_ns;
    struct buffer copy; /* of a recorded payload */
    struct dialect_request request;
    char keys[VENUE_KEYS_MAX];
    struct dialect_level scratch[2][MARKET_DEPTH_MAX + 1]; /* levels of the event that is made */
    char payload[VENUE_PAYLOAD_MAX];
};

/* NULL with what was wrong in *why, a constant. `tls` stays the caller's; NULL: plain. The options'
 * strings outlive it. */
struct venue *venue_new(const struct options *options, const struct dialect *dialect, SSL_CTX *tls,
                        const char **why);
void venue_destroy(struct venue **venue);

/* One turn: waits for what comes next, for at most `wait_ns`, and does it. False when it is over.
 */
bool venue_turn(struct venue *venue, int64_t wait_ns);

/* What is listed, made up or recorded. */
uint32_t venue_instrument_count(const struct venue *venue);
void venue_instrument(const struct venue *venue, uint32_t index,
                      struct dialect_instrument *instrument);
bool venue_find(const struct venue *venue, struct slice symbol, uint32_t *instrument);
void venue_book(struct venue *venue, uint32_t instrument, uint32_t levels,
                struct dialect_book *book);
/* The stream of a key, made if it can be; NULL: there is none. */
struct stream *venue_stream(struct venue *venue, struct slice key);
/* True if the market goes on by itself. */
bool venue_runs(const struct venue *venue);
void venue_pause(struct venue *venue, bool paused);
/* The market is over. */
void venue_end(struct venue *venue);
/* Closes all sessions; the venue is over when they have gone. */
void venue_leave(struct venue *venue);

/* show.c: makes something happen and sends it to all who listen. */
void show_trade(struct venue *venue, uint32_t instrument);
void show_change(struct venue *venue, uint32_t instrument);
void show_quote(struct venue *venue, uint32_t instrument);
void show_liquidation(struct venue *venue, uint32_t instrument);
void show_marks(struct venue *venue, uint32_t instrument);
/* What an exchange sends by the clock, of one instrument: statistics, candles, marks. */
void show_clock(struct venue *venue, uint32_t instrument);
/* One more message on this stream. */
void show_stream(struct venue *venue, struct stream *stream);
/* Books whose point on their grid has come. */
void show_due(struct venue *venue);
/* What has been quiet for so long that it is said again. */
void show_repeats(struct venue *venue);
/* Books begin anew: of one instrument, or of all (UINT32_MAX). */
void show_restart(struct venue *venue, uint32_t instrument);
/* How things stand on a stream, as its first message says; false if it says nothing. */
bool show_state(struct venue *venue, struct stream *stream, struct dialect_event *event);
/* The same, to one session. */
void show_first(struct venue *venue, struct stream *stream, struct session *session);

/* send.c: one payload to the subscribers of a stream, tampered with as the faults say. `payload`
 * has SEND_ROOM writable bytes before it. */
#define SEND_ROOM 40
void send_payload(struct venue *venue, struct stream *stream, char *payload, size_t len);
/* The same to one session, as it is. */
void send_first(struct venue *venue, struct stream *stream, struct session *session, char *payload,
                size_t len);

/* rest.c: what comes on a connection that is no WebSocket (yet). */
void rest_received(struct venue *venue, struct peer *peer);
void rest_expired(struct venue *venue, struct peer *peer);

/* control.c: an answer of /sim/...; its HTTP status. */
int control_answer(struct venue *venue, const struct dialect_query *query, struct text *body);

#endif
