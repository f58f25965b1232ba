/* SPDX-License-Identifier: Apache-2.0 */
/* A snapshot: the marker first, then images of what is held, one a step. Its prefixes are sorted
 * and none begins with another, so that the one prefix that a name can begin with is the last that
 * does not stand behind it. */
#include "common/clock.h"
#include "common/ensure.h"
#include "gateway/query_parts.h"
#include "proto/topic.h"

#include <stdlib.h>

#define STEP_TOPICS 1024 /* names looked at in one step at the most */
#define MARKER_MAX  256

struct query_snapshot {
    struct query *query;
    size_t depth;
    size_t place; /* of the next topic */
    uint64_t made;
    bool begun;
    size_t id_len;
    char id[QUERY_ID_MAX];
    uint32_t prefix_count;
    struct slice prefixes[]; /* their bytes stand behind them */
};

/* Sorts, and drops what another one covers; how many are left. */
static uint32_t reduce(struct slice *prefixes, uint32_t count)
{
    uint32_t kept = 0;
    count = subscriptions_sort(prefixes, count);
    for (uint32_t i = 0; i < count; i++)
        if (kept == 0 || !slice_starts_with(prefixes[i], prefixes[kept - 1]))
            prefixes[kept++] = prefixes[i];
    return kept;
}

static bool stands_behind(struct slice prefix, struct slice name)
{
    size_t len = prefix.len < name.len ? prefix.len : name.len;
    int order = len > 0 ? memcmp(prefix.data, name.data, len) : 0;
    return order != 0 ? order > 0 : prefix.len > name.len;
}

static bool is_wanted(const struct query_snapshot *snapshot, struct slice name)
{
    uint32_t low = 0, high = snapshot->prefix_count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (stands_behind(snapshot->prefixes[middle], name))
            high = middle;
        else
            low = middle + 1;
    }
    return low > 0 && slice_starts_with(name, snapshot->prefixes[low - 1]);
}

static bool is_nonce(struct slice nonce)
{
    for (size_t i = 0; i < nonce.len; i++) {
        char c = nonce.data[i];
        if (!((c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
              c == '_' || c == '-'))
            return false;
    }
    return true;
}

bool query_check_nonce(struct query_call *call)
{
    return is_nonce(call->arguments.sync) ||
           fault_set(&call->fault, FAULT_BAD_VALUE,
                     "sync: \"%.*s\" has other characters than A-Z a-z 0-9 _ -",
                     FAULT_QUOTE(call->arguments.sync));
}

void query_write_marker(const struct query_call *call, struct text *body)
{
    query_write_text(body, SLICE("{\"kind\":\"sync\",\"nonce\":"), call->arguments.sync);
    query_write_number(body, SLICE(",\"epoch\":"), call->tables->epoch);
    query_write_time(body, SLICE(",\"ts_published\":"), call->now->real_ns);
    text_literal(body, "}");
}

static bool check(struct query_call *call)
{
    static const char *const private_kinds[] = {"order.", "fill.", "position.", "balance.",
                                                "account."};
    const struct query_arguments *arguments = &call->arguments;
    for (uint32_t i = 0; i < arguments->prefixes.count; i++)
        for (size_t k = 0; k < sizeof private_kinds / sizeof *private_kinds; k++)
            if (slice_starts_with(arguments->prefixes.slices[i], slice_of(private_kinds[k])))
                return fault_set(&call->fault, FAULT_AUTH_REQUIRED,
                                 "prefixes: %s is about accounts, this socket is public",
                                 private_kinds[k]);
    if (arguments->endpoint.len > 0 && !slice_equal(arguments->endpoint, SLICE("feed")))
        return fault_set(&call->fault, FAULT_BAD_VALUE, "endpoint: \"%.*s\" is not feed",
                         FAULT_QUOTE(arguments->endpoint));
    if (!query_check_nonce(call))
        return false;
    return call->query->snapshots < QUERY_SNAPSHOTS_MAX ||
           fault_set(&call->fault, FAULT_BUSY, "%d snapshots are under way, ask again",
                     QUERY_SNAPSHOTS_MAX);
}

/* The bytes of the prefixes are copied: the request is gone when the images are made. */
static struct query_snapshot *snapshot_new(struct query_call *call)
{
    struct query_texts *texts = &call->arguments.prefixes;
    size_t bytes = 0;
    texts->count = reduce(texts->slices, texts->count);
    for (uint32_t i = 0; i < texts->count; i++)
        bytes += texts->slices[i].len;
    struct query_snapshot *snapshot =
        malloc(sizeof *snapshot + texts->count * sizeof *texts->slices + bytes);
    if (snapshot == NULL)
        return NULL;
    *snapshot = (struct query_snapshot){.query = call->query,
                                        .depth = call->arguments.depth,
                                        .place = call->arguments.after,
                                        .id_len = call->id.len,
                                        .prefix_count = texts->count};
    ENSURE(call->id.len <= sizeof snapshot->id);
    memcpy(snapshot->id, call->id.data, call->id.len);
    char *at = (char *)(snapshot->prefixes + texts->count);
    for (uint32_t i = 0; i < texts->count; i++) {
        snapshot->prefixes[i] = (struct slice){at, texts->slices[i].len};
        memcpy(at, texts->slices[i].data, texts->slices[i].len);
        at += texts->slices[i].len;
    }
    call->query->snapshots++;
    return snapshot;
}

void query_snapshot_destroy(struct query_snapshot **snapshot)
{
    if (*snapshot == NULL)
        return;
    (*snapshot)->query->snapshots--;
    free(*snapshot);
    *snapshot = NULL;
}

/* A marker that finds no room does not come, and its asker asks again. */
static void publish_marker(struct query_call *call)
{
    struct publisher *publisher = call->tables->publisher;
    char room[MARKER_MAX];
    struct text topic = text_over(room, sizeof room);
    topic_part(&topic, SLICE("sync"));
    topic_part(&topic, call->arguments.sync);
    struct text *body =
        publisher != NULL ? publisher_begin(publisher, text_slice(&topic), MARKER_MAX) : NULL;
    if (body == NULL)
        return;
    query_write_marker(call, body);
    publisher_end(publisher);
    publisher_flush(publisher);
}

bool query_snapshot_begin(struct query_call *call)
{
    if (query_images_wanted(call))
        return query_images_begin(call);
    if (!check(call))
        return false;
    call->snapshot = snapshot_new(call);
    if (call->snapshot == NULL)
        return fault_set(&call->fault, FAULT_INTERNAL, "no memory for a snapshot");
    if (call->arguments.sync.len > 0)
        publish_marker(call);
    return true;
}

static bool finish(struct query_snapshot **snapshot, struct text *reply, bool more)
{
    reply->capacity += QUERY_CLOSING_MAX;
    text_literal(reply, "]");
    if (more)
        query_write_number(reply, SLICE(",\"next\":"), (*snapshot)->place);
    text_literal(reply, "}");
    query_reply_end(reply);
    query_snapshot_destroy(snapshot);
    return true;
}

/* An image that has no room is the first of the next page; one that has none in an empty reply is
 * an error: without its far levels a book would look whole and be wrong. */
static bool turn_page(struct query_snapshot **snapshot, struct text *reply, size_t image_at,
                      size_t place, const struct topic *topic)
{
    struct fault fault;
    reply->overflow = false;
    reply->len = image_at;
    (*snapshot)->place = place;
    if ((*snapshot)->made > 0)
        return finish(snapshot, reply, true);
    reply->capacity += QUERY_CLOSING_MAX;
    fault_set(&fault, FAULT_TOO_LARGE,
              "depth: %.*s does not fit into a reply (requests.reply_max), ask for less of it",
              (int)topic->name_len, topic->name);
    query_reply_error(reply, (struct slice){(*snapshot)->id, (*snapshot)->id_len}, &fault);
    stats_totals((*snapshot)->query->tables.stats)->request_errors++;
    query_snapshot_destroy(snapshot);
    return true;
}

static void begin(struct query_snapshot *snapshot, struct text *reply)
{
    query_reply_begin(reply, (struct slice){snapshot->id, snapshot->id_len});
    query_write_number(reply, SLICE("{\"epoch\":"), snapshot->query->tables.epoch);
    text_literal(reply, ",\"images\":[");
    reply->capacity -= QUERY_CLOSING_MAX;
    snapshot->begun = true;
}

bool query_snapshot_step(struct query *query, struct query_snapshot **snapshot,
                         const struct query_now *now, struct text *reply)
{
    struct query_snapshot *under_way = *snapshot;
    const struct query_tables *tables = &query->tables;
    if (!under_way->begun)
        begin(under_way, reply);
    for (int i = 0; i < STEP_TOPICS; i++) {
        size_t place = under_way->place, image_at = reply->len;
        const struct topic *topic = topics_each(tables->topics, &under_way->place);
        if (topic == NULL)
            return finish(snapshot, reply, false);
        if (!is_wanted(under_way, (struct slice){topic->name, topic->name_len}))
            continue;
        query_write_text(reply, under_way->made > 0 ? SLICE(",{\"topic\":") : SLICE("{\"topic\":"),
                         (struct slice){topic->name, topic->name_len});
        text_literal(reply, ",\"event\":");
        topics_image(topic, reply, under_way->depth, tables->epoch, now->real_ns);
        text_literal(reply, "}");
        if (reply->overflow)
            return turn_page(snapshot, reply, image_at, place, topic);
        under_way->made++;
        stats_totals(tables->stats)->images++;
        return false;
    }
    return false;
}
