/* SPDX-License-Identifier: Apache-2.0 */
/* The rules, one function each. Their sources: binance.md 4.1 and 4.2 (docs of 2026-07-21,
 * 2026-05-28), bybit.md 4 (2026-07-24). */
#include "connectors/sequence.h"

#include "common/ensure.h"

/* An id that has fallen by more than this is no late copy: the exchange counts anew, as a test
 * venue does after it was wiped. Two sessions side by side never differ by so much. */
#define LATE_MAX (UINT64_C(1) << 20)

void sequence_reset(struct sequence *sequence, enum sequence_rule rule)
{
    *sequence = (struct sequence){.rule = rule};
}

void sequence_join(struct sequence *sequence, uint64_t snapshot_id)
{
    sequence->joined = true;
    sequence->chained = false;
    sequence->last = snapshot_id;
}

static bool is_late(const struct sequence *sequence, uint64_t last)
{
    return last <= sequence->last && sequence->last - last < LATE_MAX;
}

static enum sequence_verdict take(struct sequence *sequence, uint64_t last)
{
    sequence->joined = true;
    sequence->chained = true;
    sequence->last = last;
    return SEQUENCE_TAKE;
}

static enum sequence_verdict broken(struct sequence *sequence)
{
    sequence->joined = false;
    return SEQUENCE_BROKEN;
}

/* The same id again is the exchange's way to say that nothing changed; 1 is a service that was
 * started again (Bybit). */
static enum sequence_verdict rising(struct sequence *sequence, uint64_t last)
{
    bool late = sequence->joined && last != sequence->last && is_late(sequence, last);
    return late && last != 1 ? SEQUENCE_OLD : take(sequence, last);
}

/* The first message begins it; an id that comes twice is the same message seen again. */
static enum sequence_verdict counted(struct sequence *sequence, uint64_t last)
{
    if (!sequence->joined || last == sequence->last + 1)
        return take(sequence, last);
    return is_late(sequence, last) ? SEQUENCE_OLD : broken(sequence);
}

/* Ids of one message are first..last; the first one behind a snapshot may begin within it. */
static enum sequence_verdict chained(struct sequence *sequence, uint64_t first, uint64_t last)
{
    if (!sequence->joined)
        return SEQUENCE_WAIT;
    if (is_late(sequence, last))
        return SEQUENCE_OLD;
    bool continued = last > sequence->last && first <= sequence->last + 1;
    return continued ? take(sequence, last) : broken(sequence);
}

/* `prev` names the message before; the first one behind a snapshot must span its id, or follow it
 * exactly. */
static enum sequence_verdict linked(struct sequence *sequence, uint64_t first, uint64_t last,
                                    uint64_t prev)
{
    if (!sequence->joined)
        return SEQUENCE_WAIT;
    bool spans = !sequence->chained && last == sequence->last;
    if (is_late(sequence, last) && !spans)
        return SEQUENCE_OLD;
    bool follows = prev == sequence->last || (!sequence->chained && first <= sequence->last);
    return last >= sequence->last && follows ? take(sequence, last) : broken(sequence);
}

/* Begun by a snapshot; no id is left out, and 1 is never a change: the service was started again
 * (Bybit), which only a snapshot can begin. */
static enum sequence_verdict stepped(struct sequence *sequence, uint64_t last)
{
    if (!sequence->joined)
        return SEQUENCE_WAIT;
    if (last == 1)
        return broken(sequence);
    if (last == sequence->last + 1)
        return take(sequence, last);
    return is_late(sequence, last) ? SEQUENCE_OLD : broken(sequence);
}

enum sequence_verdict sequence_next(struct sequence *sequence, uint64_t first, uint64_t last,
                                    uint64_t prev)
{
    switch (sequence->rule) {
    case SEQUENCE_UNCHECKED:
    case SEQUENCE_REPLACED:
        return take(sequence, last);
    case SEQUENCE_RISING:
        return rising(sequence, last);
    case SEQUENCE_COUNTED:
        return counted(sequence, last);
    case SEQUENCE_CHAINED:
        return chained(sequence, first, last);
    case SEQUENCE_LINKED:
        return linked(sequence, first, last, prev);
    case SEQUENCE_STEPPED:
        return stepped(sequence, last);
    }
    ENSURE(false && "a rule");
    return SEQUENCE_BROKEN;
}
