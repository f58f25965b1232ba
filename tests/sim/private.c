/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/sim/private.h"

#include "common/clock.h"
#include "common/ensure.h"
#include "tests/sim/record.h"

#include <stdio.h>
#include <stdlib.h>

#define REPLY_MAX    65536
#define ERROR_MAX    512
#define STEPS_MAX    256 /* of orders between two looks at the sockets */
#define CLOSE_POLICY 1008
#define SEED_MARK    0x6163636f756e7473 /* apart from the market's */

static const struct dialect_account *half_of(const struct venue *venue)
{
    return venue->accounts != NULL ? venue->dialect->account : NULL;
}

int64_t private_clock_ns(struct venue *venue)
{
    const struct fault *skew = faults_on(&venue->faults, FAULT_SKEW, venue->now_ns);
    if (skew == NULL)
        return venue->now_real_ns;
    return venue->now_real_ns + ((int64_t)skew->ahead_ms - (int64_t)skew->behind_ms) * NS_PER_MS;
}

static struct dialect_keys view_keys(struct venue *venue)
{
    return keys_view(venue->api_keys, venue->now_ns, private_clock_ns(venue));
}

static struct session *next_session(const struct venue *venue, struct peer **peer)
{
    while ((*peer = sockets_next(venue->sockets, *peer)) != NULL) {
        struct session *session = (*peer)->session;
        if (session != NULL && session->is_private && !(*peer)->gone && !session->closing)
            return session;
    }
    return NULL;
}

static void tell(struct session *session, const struct dialect_account_event *event)
{
    struct venue *venue = session->venue;
    for (uint32_t part = 0; part < DIALECT_ACCOUNT_PARTS; part++) {
        struct text message = text_over(venue->payload, sizeof venue->payload);
        if (!venue->dialect->account->write_event(&message, &session->login, event, part))
            return;
        ENSURE(!message.overflow);
        if (message.len == 0)
            continue;
        session_send(session, SLICE(""), text_slice(&message), SLICE(""));
        venue->private.told++;
    }
}

/* One line of the truth: what must have come of this event in the end. */
static void note(struct venue *venue, const struct dialect_account_event *event)
{
    char memory[2048];
    struct text line = text_over(memory, sizeof memory);
    const struct dialect_account *half = venue->dialect->account;
    if (venue->truth == NULL)
        return;
    text_json_string(&line, slice_of(venue->accounts->rows[event->account].name));
    text_format(&line, ",\"sequence\":%llu,\"order\":\"", (unsigned long long)event->sequence);
    half->write_order_id(&line, event->order->id);
    text_format(&line, "\",\"state\":\"%s\",\"cause\":\"%s\",\"filled\":\"",
                record_state_word(event->order), record_cause_word(event->order->cause));
    decimal_write(&line, &event->order->filled);
    text_literal(&line, "\"");
    if (event->fill != NULL) {
        text_literal(&line, ",\"fill\":\"");
        half->write_fill_id(&line, event->fill);
        text_literal(&line, "\",\"price\":\"");
        decimal_write(&line, &event->fill->price);
        text_literal(&line, "\",\"qty\":\"");
        decimal_write(&line, &event->fill->qty);
        text_literal(&line, "\"");
    }
    ENSURE(!line.overflow);
    truth_account(venue->truth, venue->now_real_ns, text_slice(&line));
}

static void on_event(void *context, const struct dialect_account_event *event)
{
    struct venue *venue = context;
    struct peer *peer = NULL;
    note(venue, event);
    for (struct session *session; (session = next_session(venue, &peer)) != NULL;)
        if (session->login.account == event->account && !session->over &&
            venue->now_ns >= session->muted_until_ns)
            tell(session, event);
}

/* NAME:KEY:SECRETFILE. What was wrong outlives the venue, which is not made then. */
static bool add_account(struct venue *venue, const char *entry, const char **why)
{
    static char error[ERROR_MAX];
    const char *key = strchr(entry, ':');
    const char *file = key != NULL ? strchr(key + 1, ':') : NULL;
    *why = error;
    snprintf(error, sizeof error, "--account is no NAME:KEY:SECRETFILE: %s", entry);
    if (file == NULL)
        return false;
    struct slice name = {entry, (size_t)(key - entry)};
    if (!accounts_add(venue->accounts, name)) {
        snprintf(error, sizeof error, "--account %.*s is not the only one of that name",
                 (int)name.len, name.data);
        return false;
    }
    return keys_add(venue->api_keys, (struct slice){key + 1, (size_t)(file - key - 1)}, file + 1,
                    error, sizeof error);
}

bool private_begin(struct venue *venue, const char **why)
{
    const struct options *options = &venue->options;
    uint64_t seed = options->seed ^ SEED_MARK;
    venue->cut_ns = INT64_MAX;
    if (options->accounts.count == 0)
        return true;
    *why = "this exchange has no accounts";
    if (venue->dialect->account == NULL || venue->market == NULL)
        return false;
    *why = "memory is out";
    venue->accounts = accounts_new(venue->dialect, venue->market, seed, on_event, venue);
    venue->api_keys = keys_new(seed, (uint32_t)options->listen_key_ms);
    if (venue->accounts == NULL || venue->api_keys == NULL)
        return false;
    for (size_t i = 0; i < options->accounts.count; i++)
        if (!add_account(venue, options->accounts.entries[i], why))
            return false;
    venue->lives = lives_new(venue->accounts, seed, options->orders, options->order_rate);
    return venue->lives != NULL;
}

void private_end(struct venue *venue)
{
    lives_destroy(&venue->lives);
    keys_destroy(&venue->api_keys);
    accounts_destroy(&venue->accounts);
}

bool private_admit(struct venue *venue, const struct dialect_query *query,
                   struct dialect_private_session *login, enum dialect_admission *admission,
                   struct dialect_answer *answer, int *status)
{
    const struct dialect_account *half = half_of(venue);
    *login = (struct dialect_private_session){.id = venue->sessions_ever + 1,
                                              .account = DIALECT_NO_ACCOUNT};
    if (half == NULL)
        return false;
    struct dialect_keys keys = view_keys(venue);
    if (!half->admit(query, &keys, login, admission, answer, status))
        return false;
    venue->private.refused += *admission == DIALECT_DENIED ? 1 : 0;
    return true;
}

/* Orders begin when each account has had somebody who is told. */
static void note_login(struct session *session, uint32_t before)
{
    struct venue *venue = session->venue;
    uint32_t account = session->login.account;
    uint64_t all = (UINT64_C(1) << venue->accounts->count) - 1;
    if (account == DIALECT_NO_ACCOUNT)
        return;
    ENSURE(account < venue->accounts->count);
    venue->private.logins += account != before ? 1 : 0;
    if (session->login.topics == 0)
        return;
    venue->subscribed |= UINT32_C(1) << account;
    if (venue->subscribed == all && !venue->lives_by_hand)
        lives_go(venue->lives, true, venue->now_ns);
}

void private_enter(struct session *session, const struct dialect_private_session *login)
{
    session->is_private = true;
    session->venue->private.sessions++;
    session->login = *login;
    note_login(session, DIALECT_NO_ACCOUNT);
}

void private_take_message(struct session *session, struct slice message)
{
    struct venue *venue = session->venue;
    char *memory = malloc(REPLY_MAX);
    struct text reply = text_over(memory, memory != NULL ? REPLY_MAX : 0);
    struct dialect_keys keys = view_keys(venue);
    uint32_t before = session->login.account;
    enum dialect_private_word word =
        venue->dialect->account->take(message, &keys, &session->login, &reply);
    if (reply.len > 0 && !reply.overflow)
        session_live(session, text_slice(&reply));
    free(memory);
    note_login(session, before);
    if (word != DIALECT_PRIVATE_CLOSE)
        return;
    venue->private.refused++;
    session_refuse(session);
}

uint32_t private_weigh(const struct venue *venue, const struct dialect_query *query,
                       uint32_t *group)
{
    const struct dialect_account *half = half_of(venue);
    return half != NULL ? half->weigh(query, group) : 0;
}

uint32_t private_authenticate(struct venue *venue, const struct dialect_query *query,
                              struct dialect_answer *answer, int *status)
{
    struct dialect_keys keys = view_keys(venue);
    uint32_t account = venue->dialect->account->authenticate(query, &keys, answer, status);
    venue->private.asked++;
    venue->private.asked_refused += account == DIALECT_NO_ACCOUNT ? 1 : 0;
    return account;
}

/* What a dialect sees of an account, with room for one record of each kind. */
struct view {
    const struct accounts *accounts;
    struct dialect_order order;
    struct dialect_fill fill;
    struct dialect_balance balance;
    struct dialect_position position;
};

static const struct dialect_order *view_order(void *context, uint32_t account, uint32_t place)
{
    struct view *view = context;
    const struct places *places = &view->accounts->rows[account].orders;
    ENSURE(place < places->count);
    record_order(view->accounts, &view->accounts->orders[places->row[place]], &view->order);
    return &view->order;
}

static const struct dialect_fill *view_fill(void *context, uint32_t account, uint32_t place)
{
    struct view *view = context;
    const struct places *places = &view->accounts->rows[account].fills;
    ENSURE(place < places->count);
    record_fill(view->accounts, &view->accounts->fills[places->row[place]], &view->fill);
    return &view->fill;
}

static const struct dialect_balance *view_balance(void *context, uint32_t account, uint32_t place)
{
    struct view *view = context;
    ENSURE(place < view->accounts->asset_count);
    record_balance(view->accounts, &view->accounts->rows[account], place, &view->balance);
    return &view->balance;
}

/* Those that are open. */
static uint32_t find_position(const struct accounts *accounts, uint32_t account, uint32_t place)
{
    uint32_t i = 0;
    for (; i < accounts->instruments; i++)
        if (accounts->rows[account].positions[i].qty != 0 && place-- == 0)
            break;
    return i;
}

static const struct dialect_position *view_position(void *context, uint32_t account, uint32_t place)
{
    struct view *view = context;
    uint32_t instrument = find_position(view->accounts, account, place);
    ENSURE(instrument < view->accounts->instruments);
    record_position(view->accounts, &view->accounts->rows[account], instrument, &view->position);
    return &view->position;
}

static const struct dialect_order *view_find(void *context, uint32_t account, uint64_t id)
{
    struct view *view = context;
    const struct places *places = &view->accounts->rows[account].orders;
    uint32_t low = 0, high = places->count; /* ids rise */
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (view->accounts->orders[places->row[middle]].id < id)
            low = middle + 1;
        else
            high = middle;
    }
    if (low == places->count || view->accounts->orders[places->row[low]].id != id)
        return NULL;
    return view_order(context, account, low);
}

int private_answer(struct venue *venue, const struct dialect_query *query, uint32_t account,
                   struct dialect_answer *answer)
{
    struct view view = {.accounts = venue->accounts};
    const struct account *row = &venue->accounts->rows[account];
    struct dialect_keys keys = view_keys(venue);
    struct dialect_account_view seen = {.context = &view,
                                        .account = account,
                                        .order_count = row->orders.count,
                                        .fill_count = row->fills.count,
                                        .balance_count = venue->accounts->asset_count,
                                        .order = view_order,
                                        .fill = view_fill,
                                        .balance = view_balance,
                                        .position = view_position,
                                        .find_order = view_find};
    while (find_position(venue->accounts, account, seen.position_count) <
           venue->accounts->instruments)
        seen.position_count++;
    return venue->dialect->account->answer(query, &keys, &seen, answer);
}

/* The stream of events ends, though the connection lives. */
static void say_over(struct session *session)
{
    char memory[1024];
    struct text message = text_over(memory, sizeof memory);
    struct venue *venue = session->venue;
    session->over = true;
    if (venue->dialect->account->write_over == NULL)
        return;
    venue->dialect->account->write_over(&message, &session->login, private_clock_ns(venue));
    ENSURE(!message.overflow);
    if (message.len > 0)
        session_say(session, text_slice(&message));
}

/* As connections are lost: by an RST, or without a word, or with one. */
static void cut_all(struct venue *venue)
{
    struct peer *peer = NULL;
    for (struct session *session; (session = next_session(venue, &peer)) != NULL;) {
        uint64_t way = random_below(&venue->random, 3);
        if (way == 0)
            peer_reset(peer);
        else if (way == 1)
            peer_close(peer);
        else
            session_close(session, 1001, SLICE(""));
    }
}

static void plan_cut(struct venue *venue)
{
    const struct fault *cut = faults_on(&venue->faults, FAULT_PRIVATE_CUT, venue->now_ns);
    venue->cut_ns = INT64_MAX;
    if (cut == NULL)
        return;
    int64_t every_ns = (int64_t)cut->every_ms * NS_PER_MS;
    venue->cut_ns =
        venue->now_ns + every_ns / 2 + (int64_t)random_below(&venue->random, (uint64_t)every_ns);
}

static void end_listen_keys(struct venue *venue)
{
    uint32_t account;
    while ((account = keys_take_ended(venue->api_keys, venue->now_ns)) != DIALECT_NO_ACCOUNT) {
        struct peer *peer = NULL;
        for (struct session *session; (session = next_session(venue, &peer)) != NULL;)
            if (session->login.account == account)
                say_over(session);
    }
}

void private_run(struct venue *venue)
{
    if (venue->accounts == NULL)
        return;
    if (venue->now_ns >= venue->cut_ns) {
        if (faults_on(&venue->faults, FAULT_PRIVATE_CUT, venue->now_ns) != NULL)
            cut_all(venue);
        plan_cut(venue);
    }
    if (venue->now_ns >= keys_due_ns(venue->api_keys))
        end_listen_keys(venue);
    for (int i = 0;
         i < STEPS_MAX && venue->full == 0 && lives_due_ns(venue->lives) <= venue->now_ns; i++)
        lives_step(venue->lives, private_clock_ns(venue));
}

int64_t private_due_ns(const struct venue *venue)
{
    if (venue->accounts == NULL)
        return INT64_MAX;
    int64_t due_ns = venue->cut_ns, key_ns = keys_due_ns(venue->api_keys);
    if (venue->full == 0 && lives_due_ns(venue->lives) < due_ns)
        due_ns = lives_due_ns(venue->lives);
    return key_ns < due_ns ? key_ns : due_ns;
}

static void deny(struct venue *venue, const struct fault *fault)
{
    struct peer *peer = NULL;
    keys_deny(venue->api_keys, fault->account_place, fault->until_ns);
    for (struct session *session; (session = next_session(venue, &peer)) != NULL;) {
        if (session->login.account != fault->account_place)
            continue;
        say_over(session);
        session_close(session, CLOSE_POLICY, SLICE(""));
    }
}

bool private_is_about(enum fault_kind kind)
{
    return kind >= FAULT_PRIVATE_CUT && kind <= FAULT_DENY;
}

const char *private_strike(struct venue *venue, enum fault_kind kind, const struct fault *fault)
{
    struct peer *peer = NULL;
    if (venue->accounts == NULL)
        return kind == FAULT_NONE ? NULL : "there are no accounts";
    if (kind == FAULT_PRIVATE_OVER && venue->dialect->account->write_over == NULL)
        return "this exchange does not end a stream that lives";
    if (kind == FAULT_PRIVATE_CUT && fault->every_ms == 0)
        cut_all(venue);
    else if (kind == FAULT_PRIVATE_CUT)
        venue->cut_ns = venue->now_ns;
    else if (kind == FAULT_DENY)
        deny(venue, fault);
    else if (kind == FAULT_NONE)
        keys_deny(venue->api_keys, DIALECT_NO_ACCOUNT, 0);
    for (struct session *session; (session = next_session(venue, &peer)) != NULL;) {
        if (kind == FAULT_PRIVATE_OVER)
            say_over(session);
        else if (kind == FAULT_PRIVATE_MUTE)
            session->muted_until_ns = fault->until_ns;
        else if (kind == FAULT_NONE)
            session->muted_until_ns = 0;
    }
    return NULL;
}
