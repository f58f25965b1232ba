/* SPDX-License-Identifier: Apache-2.0 */
#include "gateway/heads.h"

#include "common/clock.h"
#include "proto/topic.h"

#define TURNS       10
#define RECENT_NS   (3 * NS_PER_SECOND)
#define MESSAGE_MAX 65536
#define ENTRY_MAX   320 /* a name, three numbers' worth of digits and a state */

void heads_init(struct heads *heads, int64_t now_ns)
{
    *heads = (struct heads){.next_ns = now_ns + NS_PER_SECOND};
}

/* The message that is being put together; NULL body: none. */
struct message {
    struct publisher *publisher;
    struct slice exchange;
    struct text *body;
    uint64_t epoch;
    int64_t now_real_ns;
    bool first;
};

static void begin(struct message *message)
{
    char room[TOPIC_MAX];
    struct text topic = text_over(room, sizeof room);
    topic_part(&topic, SLICE("sys"));
    topic_part(&topic, SLICE("head"));
    topic_part(&topic, message->exchange);
    message->first = true;
    message->body = publisher_begin(message->publisher, text_slice(&topic), MESSAGE_MAX);
    if (message->body == NULL)
        return;
    text_literal(message->body, "{\"kind\":\"sys.head\",\"exchange\":");
    text_json_string(message->body, message->exchange);
    text_literal(message->body, ",\"epoch\":");
    text_unsigned(message->body, message->epoch);
    text_literal(message->body, ",\"ts_published\":");
    text_unsigned(message->body, (uint64_t)(message->now_real_ns / NS_PER_US));
    text_literal(message->body, ",\"heads\":[");
}

static void end(struct message *message)
{
    if (message->body == NULL)
        return;
    text_literal(message->body, "]}");
    publisher_end(message->publisher);
    message->body = NULL;
}

static void add(struct message *message, const struct topic *topic)
{
    if (message->body != NULL && message->body->len + ENTRY_MAX > MESSAGE_MAX)
        end(message);
    if (message->body == NULL)
        begin(message);
    if (message->body == NULL)
        return;
    text_append(message->body, message->first ? SLICE("[\"") : SLICE(",[\""));
    text_bytes(message->body, topic->name, topic->name_len);
    text_literal(message->body, "\",");
    text_unsigned(message->body, message->epoch);
    text_literal(message->body, ",");
    text_unsigned(message->body, topic->seq);
    text_literal(message->body, ",\"");
    text_append(message->body, topic_state_word(topic->state));
    text_literal(message->body, "\"]");
    message->first = false;
}

static bool is_due(const struct heads *heads, const struct topic *topic, int64_t now_ns)
{
    return topic->seq != 0 &&
           (now_ns - topic->changed_ns < RECENT_NS || topic->slot % TURNS == heads->turn);
}

/* A connector is an exchange's, and its topics stand in a row. */
static void publish_connector(const struct heads *heads, struct topics *topics, uint16_t connector,
                              struct message *message, int64_t now_ns)
{
    const struct topic *topic;
    for (uint32_t slot = 0; (topic = topics_at(topics, connector, slot)) != NULL; slot++) {
        message->exchange = topic->exchange;
        if (is_due(heads, topic, now_ns))
            add(message, topic);
    }
    end(message);
}

int64_t heads_tick(struct heads *heads, struct topics *topics, struct publisher *publisher,
                   uint64_t epoch, int64_t now_ns, int64_t now_real_ns)
{
    if (now_ns < heads->next_ns)
        return heads->next_ns;
    struct message message = {.publisher = publisher, .epoch = epoch, .now_real_ns = now_real_ns};
    for (uint16_t connector = 0; connector < TOPICS_CONNECTORS_MAX; connector++)
        publish_connector(heads, topics, connector, &message, now_ns);
    heads->turn = (heads->turn + 1) % TURNS;
    heads->next_ns = now_ns + NS_PER_SECOND;
    return heads->next_ns;
}
