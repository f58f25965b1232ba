/* SPDX-License-Identifier: Apache-2.0 */
/* A snapshot of accounts: the images are taken at once, the marker is asked for behind them, and
 * the reply waits until it is out on the endpoint of each account. A page ends between two topics.
 */
#include "common/ensure.h"
#include "gateway/query_parts.h"

#include <stdlib.h>

#define IMAGES_MAX  64  /* under way at once, all clients together */
#define TOPIC_BYTES 512 /* of what the end of a reply says of one topic at most */
#define MARKER_MAX  256

/* A topic by its account's place and its kind. */
struct chosen {
    uint16_t account, kind;
};

struct query_images {
    struct query_images *next;
    uint64_t tag;
    uint32_t waiting; /* accounts whose marker is not out */
    uint32_t count;   /* topics that it holds */
    uint64_t last[CONFIG_ACCOUNTS];
    bool synced[CONFIG_ACCOUNTS];
    struct account_topic topics[CONFIG_ACCOUNTS * KIND_PRIVATE_COUNT];
    struct chosen chosen[CONFIG_ACCOUNTS * KIND_PRIVATE_COUNT];
    uint32_t more; /* place of the next page's first topic; 0: there is none */
    const struct accounts *accounts;
    struct text result;
    char room[];
};

/* Whether a prefix is one of private topics, or begins with all of a kind. */
static bool is_private(struct slice prefix)
{
    for (int i = KIND_ORDER; i < KIND_SESSION; i++) {
        char room[32];
        struct text kind = text_over(room, sizeof room);
        text_append(&kind, kind_word((enum kind)i));
        text_literal(&kind, ".");
        if (slice_starts_with(prefix, text_slice(&kind)) ||
            slice_starts_with(text_slice(&kind), prefix))
            return true;
    }
    return false;
}

bool query_images_wanted(const struct query_call *call)
{
    const struct query_texts *prefixes = &call->arguments.prefixes;
    for (uint32_t i = 0; call->asker->accounts && i < prefixes->count; i++)
        if (is_private(prefixes->slices[i]))
            return true;
    return false;
}

static bool is_wanted(const struct query_call *call, const struct account_topic *topic)
{
    const struct query_texts *prefixes = &call->arguments.prefixes;
    for (uint32_t i = 0; i < prefixes->count; i++)
        if (slice_starts_with(slice_of(topic->name), prefixes->slices[i]))
            return true;
    return false;
}

/* The topic at a place, if the asker wants and may have it. */
static bool choose(const struct query_call *call, uint64_t place, struct chosen *chosen,
                   struct account_topic *topic)
{
    const struct accounts *accounts = call->tables->accounts;
    struct account_row row;
    *chosen = (struct chosen){(uint16_t)(place / KIND_PRIVATE_COUNT),
                              (uint16_t)(KIND_ORDER + place % KIND_PRIVATE_COUNT)};
    accounts_row(accounts, chosen->account, &row);
    accounts_topic(accounts, chosen->account, (enum kind)chosen->kind, topic);
    return query_may_see(call, row.name) && is_wanted(call, topic);
}

/* Writes the images of one topic. False: it has no room beside what the end will need. */
static bool add_topic(struct query_call *call, struct query_images *images, struct chosen chosen,
                      const struct account_topic *topic)
{
    struct text *result = &images->result;
    size_t len = result->len, closing = (images->count + 1) * TOPIC_BYTES + QUERY_CLOSING_MAX;
    size_t capacity = result->capacity;
    result->capacity = capacity > closing ? capacity - closing : 0;
    if (result->capacity < len)
        result->capacity = len;
    bool separated = len > 0 && result->data[len - 1] != '[';
    if (separated)
        text_literal(result, ",");
    size_t images_at = result->len;
    bool fits = accounts_write_images(call->tables->accounts, chosen.account,
                                      (enum kind)chosen.kind, result, call->now->real_ns);
    result->overflow = false;
    result->capacity = capacity;
    if (!fits || result->len == images_at)
        result->len = len;
    if (!fits)
        return false;
    images->topics[images->count] = *topic;
    images->chosen[images->count++] = chosen;
    return true;
}

/* False with the fault: not even the first topic has room. */
static bool make_images(struct query_call *call, struct query_images *images)
{
    uint64_t end = (uint64_t)accounts_count(call->tables->accounts) * KIND_PRIVATE_COUNT;
    struct chosen chosen;
    struct account_topic topic;
    query_write_number(&images->result, SLICE("{\"epoch\":"), call->tables->epoch);
    text_literal(&images->result, ",\"images\":[");
    for (uint64_t place = call->arguments.after; place < end; place++) {
        if (!choose(call, place, &chosen, &topic) || add_topic(call, images, chosen, &topic))
            continue;
        images->more = (uint32_t)place;
        return images->count > 0 ||
               fault_set(&call->fault, FAULT_TOO_LARGE,
                         "prefixes: %s does not fit into a reply (accounts.requests.reply_max)",
                         topic.name);
    }
    return true;
}

/* Asks for one marker an account. */
static void ask_markers(struct query_call *call, struct query_images *images)
{
    char topic_room[MARKER_MAX], body_room[MARKER_MAX];
    struct text topic = text_over(topic_room, MARKER_MAX);
    struct text body = text_over(body_room, MARKER_MAX);
    if (call->arguments.sync.len > 0) {
        topic_part(&topic, SLICE("sync"));
        topic_part(&topic, call->arguments.sync);
        query_write_marker(call, &body);
    }
    ENSURE(!topic.overflow && !body.overflow);
    for (uint32_t i = 0; i < images->count; i++) {
        uint16_t account = images->chosen[i].account;
        if (i > 0 && images->chosen[i - 1].account == account)
            continue;
        images->waiting++;
        journal_sync(call->tables->journal, account, text_slice(&topic), text_slice(&body),
                     images->tag);
    }
}

static void write_topics(const struct query_images *images, struct text *result)
{
    for (uint32_t i = 0; i < images->count; i++) {
        const struct account_topic *topic = &images->topics[i];
        query_write_text(result, i > 0 ? SLICE(",{\"topic\":") : SLICE("{\"topic\":"),
                         slice_of(topic->name));
        query_write_number(result, SLICE(",\"seq\":"), topic->seq);
        query_write_text(result, SLICE(",\"state\":"), topic_state_word(topic->state));
        if (topic->state != TOPIC_OK)
            query_write_text(result, SLICE(",\"reason\":"), reason_word(topic->reason));
        text_literal(result, "}");
    }
}

static void write_journals(const struct query_images *images, struct text *result)
{
    struct account_row row;
    bool first = true;
    for (uint32_t i = 0; i < CONFIG_ACCOUNTS; i++) {
        if (!images->synced[i])
            continue;
        accounts_row(images->accounts, i, &row);
        query_write_text(result, first ? SLICE("{\"account\":") : SLICE(",{\"account\":"),
                         row.name);
        query_write_number(result, SLICE(",\"journal_seq\":"), images->last[i]);
        text_literal(result, "}");
        first = false;
    }
}

static void finish(struct query_images *images)
{
    struct text *result = &images->result;
    text_literal(result, "],\"topics\":[");
    write_topics(images, result);
    text_literal(result, "],\"accounts\":[");
    write_journals(images, result);
    text_literal(result, "]");
    if (images->more > 0)
        query_write_number(result, SLICE(",\"next\":"), images->more);
    text_literal(result, "}");
    ENSURE(!result->overflow);
}

static bool has_room(struct query_call *call)
{
    uint32_t count = 0;
    for (const struct query_images *images = call->query->images; images != NULL;
         images = images->next)
        count++;
    return count < IMAGES_MAX ||
           fault_set(&call->fault, FAULT_BUSY, "%d snapshots are under way, ask again", IMAGES_MAX);
}

/* The reply's own words have room beside the result. */
static struct query_images *images_new(struct query_call *call)
{
    size_t room = call->asker->limits->reply_max - QUERY_ID_MAX - QUERY_CLOSING_MAX;
    struct query_images *images = malloc(sizeof *images + room);
    if (images == NULL) {
        fault_set(&call->fault, FAULT_INTERNAL, "no memory for a snapshot");
        return NULL;
    }
    memset((void *)images, 0, sizeof *images);
    images->accounts = call->tables->accounts;
    images->result = text_over(images->room, room);
    return images;
}

bool query_images_begin(struct query_call *call)
{
    struct query *query = call->query;
    if (!query_check_nonce(call) || !has_room(call))
        return false;
    struct query_images *images = images_new(call);
    bool made = images != NULL && make_images(call, images);
    if (made && images->count == 0) {
        finish(images);
        text_append(call->reply, text_slice(&images->result));
    } else if (made && query_later(call)) {
        images->tag = call->later;
        ask_markers(call, images);
        images->next = query->images;
        query->images = images;
        return true;
    } else {
        made = false;
    }
    free(images);
    return made;
}

void query_images_synced(struct query *query, const struct notice *notice, struct query_late *late)
{
    struct query_images **link = &query->images;
    while (*link != NULL && (*link)->tag != notice->tag)
        link = &(*link)->next;
    struct query_images *images = *link;
    ENSURE(images != NULL && images->waiting > 0);
    images->synced[notice->account] = true;
    images->last[notice->account] = notice->last;
    if (--images->waiting > 0)
        return;
    *link = images->next;
    free(query->done);
    query->done = images;
    finish(images);
    *late = (struct query_late){
        .tag = images->tag, .sound = true, .result = text_slice(&images->result)};
}

void query_images_fini(struct query *query)
{
    while (query->images != NULL) {
        struct query_images *images = query->images;
        query->images = images->next;
        free(images);
    }
    free(query->done);
    query->done = NULL;
}
