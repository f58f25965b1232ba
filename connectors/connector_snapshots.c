/* SPDX-License-Identifier: Apache-2.0 */
/* Snapshots of books: asked of the exchange in the order in which the intake wants them, a few at
 * once. A book that needs one after another is made to wait, longer each time. */
#include "connectors/connector_parts.h"

#define TIMEOUT_MS     10000
#define BODY_MAX       (4u * 1024 * 1024)
#define PATH_MAX_LEN   512
#define STEADY_NS      (10 * NS_PER_SECOND) /* a book joined for so long has had its luck */
#define SETTLE_STEP_NS (100 * NS_PER_MS)
#define AGAIN_MS       1000 /* when fetch is full */

static void list(struct connector *connector, uint32_t slot)
{
    struct topic_snapshot *snapshot = &connector->topics[slot].snapshot;
    if (!snapshot->listed)
        connector->snapshots.slots[connector->snapshots.count++] = slot;
    snapshot->listed = true;
    connector->due_ns = 0;
}

static void wait(struct connector *connector, uint32_t slot, uint32_t wait_ms)
{
    struct topic_snapshot *snapshot = &connector->topics[slot].snapshot;
    snapshot->phase = SNAPSHOT_WAITING;
    snapshot->due_ns = connector_now_ns(connector) + wait_ms * NS_PER_MS;
    list(connector, slot);
}

static uint32_t pause_ms(struct connector *connector, struct topic_snapshot *snapshot)
{
    return backoff_next(&snapshot->backoff, 0, &connector->random);
}

void connector_snapshot_wanted(void *context, uint32_t slot, struct slice exchange_symbol)
{
    struct connector *connector = context;
    struct topic_snapshot *snapshot = &connector->topics[slot].snapshot;
    (void)exchange_symbol; /* as its topic has it */
    if (connector_now_ns(connector) - snapshot->joined_ns > STEADY_NS && snapshot->joined_ns != 0)
        snapshot->tries = snapshot->backoff.failures = 0;
    snapshot->joined_ns = 0;
    snapshot->phase = SNAPSHOT_READY;
    snapshot->due_ns = 0;
    if (++snapshot->tries > connector->config.snapshot_tries) {
        snapshot->tries = 0;
        snapshot->due_ns = connector_now_ns(connector) + pause_ms(connector, snapshot) * NS_PER_MS;
    }
    list(connector, slot);
}

void connector_snapshot_forget(struct connector *connector, uint32_t slot)
{
    connector->topics[slot].snapshot.phase = SNAPSHOT_NONE;
}

static bool ask(struct connector *connector, uint32_t slot)
{
    const struct exchange *exchange = connector->exchange;
    struct topic_snapshot *snapshot = &connector->topics[slot].snapshot;
    char room[PATH_MAX_LEN];
    struct text path = text_over(room, sizeof room);
    exchange->write_snapshot_path(&path, slice_of(connector->topics[slot].exchange_symbol),
                                  connector->config.book_depth);
    text_terminate(&path);
    if (path.overflow ||
        !connector_get(connector, path.data,
                       exchange->snapshot_weight(connector->config.book_depth), TIMEOUT_MS,
                       BODY_MAX, tag_of(TAG_SNAPSHOT, ++snapshot->turn, slot)))
        return false;
    snapshot->phase = SNAPSHOT_UNDER_WAY;
    connector->snapshots.under_way++;
    return true;
}

/* Whether it stays in the list. */
static bool advance(struct connector *connector, uint32_t slot, int64_t now_ns)
{
    struct topic_snapshot *snapshot = &connector->topics[slot].snapshot;
    if (snapshot->phase == SNAPSHOT_WAITING && now_ns >= snapshot->due_ns) {
        snapshot->phase = SNAPSHOT_NONE;
        intake_snapshot_retry(connector->intake, slot);
    }
    if (snapshot->phase != SNAPSHOT_READY)
        return snapshot->phase == SNAPSHOT_WAITING;
    if (now_ns < snapshot->due_ns ||
        connector->snapshots.under_way >= connector->config.snapshots_parallel)
        return true;
    if (!ask(connector, slot))
        snapshot->due_ns = now_ns + AGAIN_MS * NS_PER_MS;
    return snapshot->phase == SNAPSHOT_READY;
}

/* The streams that a snapshot is ahead of are given a little time to come up to it. */
static int64_t settle(struct connector *connector, int64_t now_ns)
{
    if (connector->snapshots.settle_until_ns == 0)
        return INT64_MAX;
    intake_settle(connector->intake, clock_real_ns());
    if (now_ns > connector->snapshots.settle_until_ns)
        connector->snapshots.settle_until_ns = 0;
    return now_ns + SETTLE_STEP_NS;
}

int64_t connector_snapshots_step(struct connector *connector, int64_t now_ns)
{
    int64_t due_ns = settle(connector, now_ns);
    uint32_t kept = 0;
    for (uint32_t i = 0; i < connector->snapshots.count; i++) {
        uint32_t slot = connector->snapshots.slots[i];
        struct topic_snapshot *snapshot = &connector->topics[slot].snapshot;
        snapshot->listed = advance(connector, slot, now_ns);
        if (!snapshot->listed)
            continue;
        connector->snapshots.slots[kept++] = slot;
        if (snapshot->due_ns > now_ns)
            due_ns = sooner(due_ns, snapshot->due_ns);
    }
    connector->snapshots.count = kept;
    return due_ns;
}

static void fail(struct connector *connector, uint32_t slot, uint32_t retry_after_ms)
{
    uint32_t wait_ms = pause_ms(connector, &connector->topics[slot].snapshot);
    intake_snapshot_failed(connector->intake, slot, REASON_SNAPSHOT_FAILED, clock_real_ns());
    wait(connector, slot, retry_after_ms > wait_ms ? retry_after_ms + wait_ms : wait_ms);
}

static void take(struct connector *connector, uint32_t slot, struct slice body)
{
    int64_t now_ns = connector_now_ns(connector);
    switch (intake_snapshot(connector->intake, slot, body, clock_real_ns())) {
    case SNAPSHOT_JOINED:
        connector->topics[slot].snapshot.joined_ns = now_ns;
        break;
    case SNAPSHOT_AHEAD:
        connector->snapshots.settle_until_ns = now_ns + SETTLE_MS * NS_PER_MS;
        connector->due_ns = 0;
        break;
    case SNAPSHOT_TOO_OLD:
        wait(connector, slot, 0);
        break;
    case SNAPSHOT_REFUSED:
        fail(connector, slot, 0);
        break;
    case SNAPSHOT_UNKNOWN:
        break;
    }
}

void connector_snapshot_came(struct connector *connector, const struct fetch_answer *answer)
{
    uint32_t slot = (uint32_t)answer->tag;
    uint32_t turn = tag_turn(answer->tag);
    struct topic_snapshot *snapshot = &connector->topics[slot].snapshot;
    connector->snapshots.under_way--;
    if (snapshot->phase != SNAPSHOT_UNDER_WAY || (snapshot->turn & 0xffffff) != turn)
        return;
    snapshot->phase = SNAPSHOT_NONE;
    if (answer->error == FETCH_OK)
        take(connector, slot, (struct slice){answer->body, answer->body_len});
    else
        fail(connector, slot, answer->retry_after_ms);
}
