/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/sim/faults.h"

#include "common/clock.h"
#include "tests/sim/http.h"

#include <stddef.h>

enum {
    FOR = 1,
    CODE = 2,
    RETRY = 4,
    COUNT = 8,
    BYTES = 16,
    DELAY = 32,
    SYMBOL = 64,
    STREAM = 128,
    EVERY = 256,
    AHEAD = 512,
    BEHIND = 1024,
    ACCOUNT = 2048,
};

/* Which arguments a kind takes, and which of them it must have. */
static const struct {
    const char *name;
    unsigned int takes, needs;
    bool tampers; /* with messages */
} kinds[FAULT_KINDS] = {
    [FAULT_CUT] = {"cut", CODE, 0, false},
    [FAULT_RESET] = {"reset", 0, 0, false},
    [FAULT_SILENT] = {"silent", FOR, 0, false},
    [FAULT_QUIET] = {"quiet", FOR, 0, false},
    [FAULT_REFUSE] = {"refuse", FOR, 0, false},
    [FAULT_STATUS] = {"status", FOR | CODE | RETRY, CODE, false},
    [FAULT_STALL] = {"stall", FOR, 0, false},
    [FAULT_DROP] = {"drop", SYMBOL | COUNT, SYMBOL, true},
    [FAULT_SWAP] = {"swap", SYMBOL, SYMBOL, true},
    [FAULT_DUPLICATE] = {"duplicate", SYMBOL, SYMBOL, true},
    [FAULT_CROSS] = {"cross", SYMBOL, SYMBOL, true},
    [FAULT_GARBAGE] = {"garbage", COUNT, 0, true},
    [FAULT_LARGE] = {"large", BYTES, BYTES, true},
    [FAULT_FRAGMENT] = {"fragment", FOR | BYTES, BYTES, false},
    [FAULT_REST_STATUS] = {"rest_status", FOR | CODE | RETRY, CODE, false},
    [FAULT_REST_SLOW] = {"rest_slow", FOR | DELAY, DELAY, false},
    [FAULT_REST_OLD] = {"rest_old", COUNT, 0, false},
    [FAULT_SHUTDOWN] = {"shutdown", 0, 0, false},
    [FAULT_RESTART] = {"restart", SYMBOL, 0, false},
    [FAULT_MUTE] = {"mute", FOR | STREAM, STREAM, true},
    [FAULT_DELISTED] = {"delisted", FOR | SYMBOL, SYMBOL, false},
    [FAULT_PRIVATE_CUT] = {"private_cut", FOR | EVERY, 0, false},
    [FAULT_PRIVATE_MUTE] = {"private_mute", FOR, 0, false},
    [FAULT_PRIVATE_OVER] = {"private_over", 0, 0, false},
    [FAULT_PRIVATE_STATUS] = {"private_status", FOR | CODE | COUNT, CODE, false},
    [FAULT_SKEW] = {"skew", FOR | AHEAD | BEHIND, 0, false},
    [FAULT_DENY] = {"deny", FOR | ACCOUNT, ACCOUNT, false},
    [FAULT_NONE] = {"none", 0, 0, false},
};

static const struct {
    const char *name;
    unsigned int bit;
    uint64_t least, most;
    size_t offset;
} arguments[] = {
    {"for_ms", FOR, 0, 86400000, offsetof(struct fault, until_ns)},
    {"code", CODE, 400, 4999, offsetof(struct fault, code)},
    {"retry_after", RETRY, 0, 1000000, offsetof(struct fault, retry_after_s)},
    {"count", COUNT, 1, 1000000, offsetof(struct fault, count)},
    {"bytes", BYTES, 1, 64 << 20, offsetof(struct fault, bytes)},
    {"every_ms", EVERY, 1, 3600000, offsetof(struct fault, every_ms)},
    {"ahead_ms", AHEAD, 0, 86400000, offsetof(struct fault, ahead_ms)},
    {"behind_ms", BEHIND, 0, 86400000, offsetof(struct fault, behind_ms)},
    {"delay_ms", DELAY, 1, 3600000, offsetof(struct fault, delay_ms)},
};

static bool read_number(struct slice text, uint64_t least, uint64_t most, uint64_t *value)
{
    *value = 0;
    for (size_t i = 0; i < text.len; i++) {
        if (digits_value(text.data[i]) > 9 || *value > most)
            return false;
        *value = *value * 10 + digits_value(text.data[i]);
    }
    return text.len > 0 && *value >= least && *value <= most;
}

/* The bit of an argument that was read into `fault`; 0 if it is none or no good. */
static unsigned int read_argument(const struct dialect_parameter *parameter, struct fault *fault)
{
    uint64_t value;
    if (slice_equal(parameter->name, SLICE("symbol"))) {
        fault->symbol = parameter->value;
        return SYMBOL;
    }
    if (slice_equal(parameter->name, SLICE("stream"))) {
        fault->key = parameter->value;
        return STREAM;
    }
    if (slice_equal(parameter->name, SLICE("account"))) {
        fault->account = parameter->value;
        return ACCOUNT;
    }
    for (size_t i = 0; i < sizeof arguments / sizeof *arguments; i++) {
        if (!slice_equal(parameter->name, slice_of(arguments[i].name)))
            continue;
        if (!read_number(parameter->value, arguments[i].least, arguments[i].most, &value))
            return 0;
        memcpy((char *)fault + arguments[i].offset, &value, sizeof value);
        return arguments[i].bit;
    }
    return 0;
}

bool faults_read(const struct dialect_query *query, int64_t now_ns, enum fault_kind *kind,
                 struct fault *fault, const char **why)
{
    unsigned int given = 0;
    struct slice name = {NULL, 0};
    *fault = (struct fault){.on = true, .count = 1};
    for (uint32_t i = 0; i < query->parameter_count; i++) {
        if (slice_equal(query->parameters[i].name, SLICE("kind"))) {
            name = query->parameters[i].value;
            continue;
        }
        unsigned int bit = read_argument(&query->parameters[i], fault);
        if (bit == 0) {
            *why = "an argument that is none, or a value that does not fit";
            return false;
        }
        given |= bit;
    }
    int at = 0;
    while (at < FAULT_KINDS && !slice_equal(name, slice_of(kinds[at].name)))
        at++;
    if (at == FAULT_KINDS)
        *why = "no such kind";
    else if ((given & ~kinds[at].takes) != 0)
        *why = "an argument that this kind does not take";
    else if ((kinds[at].needs & ~given) != 0)
        *why = "an argument that this kind needs is missing";
    else if (at == FAULT_CUT ? (given & CODE) != 0 && fault->code < 1000 : fault->code > 599)
        *why = "no such code";
    else {
        *kind = (enum fault_kind)at;
        fault->until_ns = fault->until_ns == 0 ? INT64_MAX : now_ns + fault->until_ns * NS_PER_MS;
        return true;
    }
    return false;
}

static void note_tampers(struct faults *faults)
{
    faults->tampers = false;
    for (int kind = 0; kind < FAULT_KINDS; kind++)
        if (faults->kinds[kind].on && kinds[kind].tampers)
            faults->tampers = true;
}

void faults_set(struct faults *faults, enum fault_kind kind, const struct fault *fault)
{
    faults->kinds[kind] = *fault;
    note_tampers(faults);
}

void faults_clear(struct faults *faults)
{
    memset(faults->kinds, 0, sizeof faults->kinds);
    faults->tampers = false;
}

struct fault *faults_on(struct faults *faults, enum fault_kind kind, int64_t now_ns)
{
    struct fault *fault = &faults->kinds[kind];
    if (fault->on && now_ns >= fault->until_ns)
        fault->on = false;
    return fault->on ? fault : NULL;
}

struct fault *faults_at(struct faults *faults, enum fault_kind kind, uint32_t instrument,
                        int64_t now_ns)
{
    struct fault *fault = faults_on(faults, kind, now_ns);
    return fault != NULL && fault->instrument == instrument ? fault : NULL;
}

void faults_use(struct faults *faults, struct fault *fault)
{
    if (--fault->count > 0)
        return;
    fault->on = false;
    note_tampers(faults);
}
