/* SPDX-License-Identifier: Apache-2.0 */
#include "connectors/registry.h"

#include "common/ensure.h"

#define STREAM_NAME_MAX 32 /* bytes */

#define EXCHANGES(folder) extern const struct exchange *const exchanges_##folder[];
#include "connectors/registry.def"
#undef EXCHANGES

static const struct exchange *const *const folders[] = {
#define EXCHANGES(folder) exchanges_##folder,
#include "connectors/registry.def"
#undef EXCHANGES
};

static const struct exchange *exchanges[REGISTRY_MAX + 1];
static size_t count; /* 0: those built in are not there yet */

static void fill(void)
{
    for (size_t folder = 0; folder < sizeof folders / sizeof *folders; folder++)
        for (const struct exchange *const *of = folders[folder]; *of != NULL; of++) {
            ENSURE(count < REGISTRY_MAX);
            exchanges[count++] = *of;
        }
}

const struct exchange *const *exchange_list(void)
{
    if (count == 0)
        fill();
    return exchanges;
}

const struct exchange *exchange_find(struct slice name)
{
    for (const struct exchange *const *exchange = exchange_list(); *exchange != NULL; exchange++)
        if (slice_equal(name, slice_of((*exchange)->name)))
            return *exchange;
    return NULL;
}

/* A fact or a hook, and whether it is as it has to be. */
struct point {
    const char *what;
    bool holds;
};

static bool holds(const struct point *points, size_t point_count, const char *of, uint32_t number,
                  struct text *why)
{
    for (size_t i = 0; i < point_count; i++) {
        if (points[i].holds)
            continue;
        if (of != NULL)
            text_format(why, "%s[%u].", of, number);
        text_format(why, "%s", points[i].what);
        return false;
    }
    return true;
}

static bool is_word(const char *word, size_t len_max, const char *alphabet)
{
    size_t len = word != NULL ? strlen(word) : 0;
    return len > 0 && len <= len_max && strspn(word, alphabet) == len;
}

bool registry_is_name(const char *name)
{
    return is_word(name, EXCHANGE_NAME_MAX, "abcdefghijklmnopqrstuvwxyz0123456789-");
}

static bool begins(const char *text, const char *with)
{
    return text != NULL && strncmp(text, with, strlen(with)) == 0 && strlen(text) > strlen(with);
}

/* Names are told in lists with commas. */
static bool is_stream_name(const char *name)
{
    size_t len = name != NULL ? strlen(name) : 0;
    if (len == 0 || len > STREAM_NAME_MAX)
        return false;
    for (size_t i = 0; i < len; i++)
        if (name[i] <= ' ' || name[i] > '~' || strchr(",\"\\", name[i]) != NULL)
            return false;
    return true;
}

static uint32_t root_count(const struct exchange *exchange)
{
    uint32_t roots = 0;
    while (roots < EXCHANGE_ROOTS && exchange->roots[roots] != NULL)
        roots++;
    return roots;
}

static bool check_facts(const struct exchange *exchange, struct text *why)
{
    const struct exchange_limits *limits = &exchange->limits;
    const struct point points[] = {
        {"name: expected 1 to 32 of a-z 0-9 -", registry_is_name(exchange->name)},
        {"type: expected 1 to 64 letters and digits",
         is_word(exchange->type, EXCHANGE_TYPE_MAX,
                 "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789")},
        {"websocket: expected wss://host", begins(exchange->websocket, "wss://")},
        {"rest: expected https://host", begins(exchange->rest, "https://")},
        {"roots[0]: expected a path", exchange->roots[0] != NULL && exchange->roots[0][0] == '/'},
        {"limits.group is missing", limits->group != NULL && limits->group[0] != '\0'},
        {"limits.streams_per_session is missing", limits->streams_per_session > 0},
        {"limits.streams_per_request is missing", limits->streams_per_request > 0},
        {"limits.messages_per_second is missing", limits->messages_per_second > 0},
        {"limits.connects is missing", limits->connects > 0},
        {"limits.connects_window_ms is missing", limits->connects_window_ms > 0},
        {"limits.rest_weight is missing", limits->rest_weight > 0},
        {"limits.rest_window_ms is missing", limits->rest_window_ms > 0},
        {"limits.frame_max is missing", limits->frame_max > 0},
        {"manner is none",
         exchange->manner == SUBSCRIBE_CHANGES || exchange->manner == SUBSCRIBE_WHOLE},
        {"streams are missing", exchange->streams != NULL && exchange->stream_count > 0},
        {"streams: more than 32", exchange->stream_count <= EXCHANGE_STREAMS},
        {"write_key is missing", exchange->write_key != NULL},
        {"read_key is missing", exchange->read_key != NULL},
        {"write_request is missing", exchange->write_request != NULL},
        {"route is missing", exchange->route != NULL},
        {"parse is missing", exchange->parse != NULL},
        {"write_instruments_path is missing", exchange->write_instruments_path != NULL},
        {"read_instruments is missing", exchange->read_instruments != NULL},
    };
    return holds(points, sizeof points / sizeof *points, NULL, 0, why);
}

/* A stream that is only understood if met needs no way to be asked for. */
static bool check_stream(const struct exchange *exchange, uint32_t number, struct text *why)
{
    const struct stream *stream = &exchange->streams[number];
    bool joins_by_rest =
        stream->wanted && (stream->rule == SEQUENCE_CHAINED || stream->rule == SEQUENCE_LINKED);
    bool polled = stream->wanted && stream->poll_ms > 0;
    const struct point points[] = {
        {"name: expected 1 to 32 printable characters but , and quotes",
         is_stream_name(stream->name)},
        {"kind is none with topics", (unsigned int)stream->kind < KIND_PUBLIC_COUNT},
        {"rule is none", (unsigned int)stream->rule <= SEQUENCE_REPLACED},
        {"proof is none", (unsigned int)stream->proof < PROOF_COUNT},
        {"root is none of roots", stream->root < root_count(exchange)},
        {"rule needs write_snapshot_path, which is missing",
         !joins_by_rest || exchange->write_snapshot_path != NULL},
        {"rule needs snapshot_weight, which is missing",
         !joins_by_rest || exchange->snapshot_weight != NULL},
        {"rule needs read_snapshot, which is missing",
         !joins_by_rest || exchange->read_snapshot != NULL},
        {"poll_ms needs write_poll_path, which is missing",
         !polled || exchange->write_poll_path != NULL},
    };
    return holds(points, sizeof points / sizeof *points, "streams", number, why);
}

static bool check_wanted(const struct exchange *exchange, struct text *why)
{
    uint32_t wanted[KIND_PUBLIC_COUNT] = {0}, most = 0, all = 0;
    for (uint32_t i = 0; i < exchange->stream_count; i++)
        wanted[exchange->streams[i].kind] += exchange->streams[i].wanted;
    for (size_t i = 0; i < KIND_PUBLIC_COUNT; i++) {
        all += wanted[i];
        most = wanted[i] > most ? wanted[i] : most;
    }
    const struct point points[] = {
        {"streams: none is wanted", all > 0},
        {"streams: more than 4 are wanted for one kind", most <= EXCHANGE_PARTS},
    };
    return holds(points, sizeof points / sizeof *points, NULL, 0, why);
}

bool registry_check(const struct exchange *exchange, struct text *why)
{
    if (!check_facts(exchange, why))
        return false;
    for (uint32_t i = 0; i < exchange->stream_count; i++)
        if (!check_stream(exchange, i, why))
            return false;
    return check_wanted(exchange, why);
}

enum registry_verdict registry_add(const struct exchange *exchange, struct text *why)
{
    if (!registry_check(exchange, why))
        return REGISTRY_INCOMPLETE;
    if (exchange_find(slice_of(exchange->name)) != NULL) {
        text_format(why, "there is an exchange %s already", exchange->name);
        return REGISTRY_TAKEN;
    }
    if (registry_room() == 0) {
        text_format(why, "there are %d exchanges already", REGISTRY_MAX);
        return REGISTRY_FULL;
    }
    exchanges[count++] = exchange;
    return REGISTRY_ADDED;
}

size_t registry_room(void)
{
    exchange_list();
    return REGISTRY_MAX - count;
}
