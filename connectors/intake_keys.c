/* SPDX-License-Identifier: Apache-2.0 */
/* Keys: which there are, what they feed, and what it means for a topic that one of them is lost,
 * found or silent. Instruments, which several topics share, are numbered alike. */
#include "common/ensure.h"
#include "connectors/intake_parts.h"

#include <stdlib.h>

#define KEYS_FIRST 64

static struct slice text_of(const struct intake_key *key)
{
    return (struct slice){key->text, key->text_len};
}

static struct intake_key *key_of(const struct intake *intake, uint32_t key)
{
    ENSURE(key < intake->key_numbers.end);
    return &intake->keys[key];
}

static void take_number(struct numbers *numbers, uint32_t number)
{
    numbers->first_free = number + 1;
    if (numbers->end <= number)
        numbers->end = number + 1;
}

static void give_back(struct numbers *numbers, uint32_t number, struct slice name)
{
    map_remove(numbers->names, name);
    if (number < numbers->first_free)
        numbers->first_free = number;
}

static bool make_room(struct intake *intake, uint32_t number)
{
    if (number < intake->key_room)
        return true;
    uint32_t room = number == 0 ? KEYS_FIRST : 2 * number;
    struct intake_key *keys = realloc(intake->keys, room * sizeof *keys);
    if (keys == NULL)
        return false;
    intake->keys = keys;
    intake->key_room = room;
    return true;
}

/* The key of a name, which is made if there is none; KEY_NONE if there is no room. */
static uint32_t take_key(struct intake *intake, struct slice name)
{
    struct numbers *numbers = &intake->key_numbers;
    uint32_t number = numbers->first_free;
    if (map_get(numbers->names, name, &number))
        return number;
    while (number < numbers->end && intake->keys[number].feed_count > 0)
        number++;
    char *text = make_room(intake, number) ? malloc(name.len) : NULL;
    if (text == NULL || !map_put(numbers->names, name, number)) {
        free(text);
        return KEY_NONE;
    }
    memcpy(text, name.data, name.len);
    intake->keys[number] = (struct intake_key){.text = text, .text_len = name.len};
    take_number(numbers, number);
    return number;
}

/* A topic that comes to a key finds it as it is. */
static bool enter_key(struct intake *intake, struct intake_topic *topic, uint32_t stream,
                      struct slice name)
{
    uint32_t number = take_key(intake, name);
    if (number == KEY_NONE || intake->keys[number].feed_count == INTAKE_KEY_TOPICS)
        return false;
    struct intake_key *key = &intake->keys[number];
    key->feeds[key->feed_count++] = (struct feed){topic, stream};
    topic->parts[stream].key = number;
    if (!intake->exchange->streams[stream].wanted)
        return true;
    if (key->down && topic->down == 0)
        topic->down_reason = key->reason;
    topic->down |= (uint32_t)key->down << stream;
    topic->overdue |= (uint32_t)key->overdue << stream;
    return true;
}

static void leave_key(struct intake *intake, struct intake_topic *topic, uint32_t stream)
{
    uint32_t number = topic->parts[stream].key, at = 0;
    if (number == KEY_NONE)
        return;
    struct intake_key *key = &intake->keys[number];
    while (key->feeds[at].topic != topic || key->feeds[at].stream != stream)
        ENSURE(++at < key->feed_count);
    key->feed_count--;
    memmove(&key->feeds[at], &key->feeds[at + 1], (key->feed_count - at) * sizeof key->feeds[0]);
    topic->parts[stream].key = KEY_NONE;
    if (key->feed_count > 0)
        return;
    give_back(&intake->key_numbers, number, text_of(key));
    free(key->text);
    *key = (struct intake_key){0};
}

static bool enter_instrument(struct intake *intake, struct intake_topic *topic)
{
    struct numbers *numbers = &intake->instrument_numbers;
    struct slice name = topic->exchange_symbol;
    uint32_t number = numbers->first_free;
    if (!map_get(numbers->names, name, &number)) {
        while (number < numbers->end && intake->instruments[number].topics > 0)
            number++;
        if (!map_put(numbers->names, name, number))
            return false;
        intake->instruments[number] = (struct instrument_news){0};
        take_number(numbers, number);
    }
    topic->instrument = &intake->instruments[number];
    topic->instrument->topics++;
    return true;
}

/* Of a book's streams that one which is wanted, else the first. */
static void choose_book(const struct exchange *exchange, struct intake_topic *topic,
                        uint32_t stream, bool first)
{
    const struct stream *chosen = &exchange->streams[topic->book];
    if (first || (exchange->streams[stream].wanted && !chosen->wanted))
        topic->book = stream;
}

bool intake_enter(struct intake *intake, struct intake_topic *topic)
{
    const struct exchange *exchange = intake->exchange;
    bool first = true;
    if (!enter_instrument(intake, topic))
        return false;
    for (uint32_t stream = 0; stream < exchange->stream_count; stream++) {
        char room[KEY_MAX];
        struct text key = text_over(room, sizeof room);
        const struct stream *about = &exchange->streams[stream];
        if (about->kind != topic->want.kind || about->poll_ms > 0)
            continue;
        exchange->write_key(&key, stream, topic->exchange_symbol, topic->variant);
        if (key.len == 0 || key.overflow)
            continue;
        if (!enter_key(intake, topic, stream, text_slice(&key))) {
            intake_leave(intake, topic);
            return false;
        }
        choose_book(exchange, topic, stream, first);
        first = false;
    }
    return true;
}

void intake_leave(struct intake *intake, struct intake_topic *topic)
{
    for (uint32_t stream = 0; stream < intake->exchange->stream_count; stream++)
        leave_key(intake, topic, stream);
    if (--topic->instrument->topics == 0)
        give_back(&intake->instrument_numbers, (uint32_t)(topic->instrument - intake->instruments),
                  topic->exchange_symbol);
}

void intake_renew(struct intake *intake, uint32_t number)
{
    struct intake_key *key = &intake->keys[number];
    if (key->down || key->renewing)
        return;
    key->renewing = true;
    intake->hooks.renew(intake->hooks.context, number);
}

void intake_renew_joined(struct intake *intake, const struct intake_topic *topic)
{
    for (uint32_t stream = 0; stream < intake->exchange->stream_count; stream++) {
        uint32_t key = topic->parts[stream].key;
        if (key != KEY_NONE && intake->keys[key].begins && intake->keys[key].heard_ns != 0)
            intake_renew(intake, key);
    }
}

uint32_t intake_topic_keys(const struct intake *intake, uint32_t slot,
                           uint32_t keys[INTAKE_TOPIC_KEYS])
{
    const struct intake_topic *topic = intake_topic(intake, slot);
    uint32_t count = 0;
    for (uint32_t stream = 0; topic != NULL && stream < intake->exchange->stream_count; stream++)
        if (intake->exchange->streams[stream].wanted && topic->parts[stream].key != KEY_NONE)
            keys[count++] = topic->parts[stream].key;
    return count;
}

struct slice intake_key_text(const struct intake *intake, uint32_t key)
{
    return text_of(key_of(intake, key));
}

const struct stream *intake_key_stream(const struct intake *intake, uint32_t number)
{
    const struct intake_key *key = key_of(intake, number);
    const struct stream *streams = intake->exchange->streams;
    for (uint32_t i = 0; i < key->feed_count; i++)
        if (streams[key->feeds[i].stream].wanted)
            return &streams[key->feeds[i].stream];
    return &streams[key->feeds[0].stream];
}

uint32_t intake_key_topics(const struct intake *intake, uint32_t number,
                           uint32_t slots[INTAKE_KEY_TOPICS])
{
    const struct intake_key *key = key_of(intake, number);
    for (uint32_t i = 0; i < key->feed_count; i++)
        slots[i] = key->feeds[i].topic->want.slot;
    return key->feed_count;
}

uint32_t intake_key_end(const struct intake *intake)
{
    return intake->key_numbers.end;
}

bool intake_slot(const struct intake *intake, struct slice name, enum kind kind, uint32_t *slot)
{
    uint32_t number;
    if (!map_get(intake->key_numbers.names, name, &number))
        return false;
    const struct intake_key *key = &intake->keys[number];
    for (uint32_t i = 0; i < key->feed_count; i++)
        if (intake->exchange->streams[key->feeds[i].stream].kind == kind) {
            *slot = key->feeds[i].topic->want.slot;
            return true;
        }
    return false;
}

int64_t intake_key_heard_ns(const struct intake *intake, uint32_t key)
{
    return key_of(intake, key)->heard_ns;
}

bool intake_key_renewing(const struct intake *intake, uint32_t key)
{
    return key_of(intake, key)->renewing;
}

int64_t intake_key_traded_ns(const struct intake *intake, uint32_t number)
{
    const struct intake_key *key = key_of(intake, number);
    if (key->feed_count == 0)
        return 0;
    return key->feeds[0].topic->instrument->traded_ns;
}

/* What is known of a quote or mark stands without a part as long as it has its price; all else
 * begins anew. A stream that was not wanted is no part. */
static void lose_part(struct intake *intake, struct intake_topic *topic, uint32_t stream,
                      enum reason reason, int64_t now_ns)
{
    if (!intake->exchange->streams[stream].wanted) {
        intake_forget(topic, stream);
        return;
    }
    intake_part_anew(intake, topic, stream);
    if (topic->down == 0)
        topic->down_reason = reason;
    topic->down |= 1u << stream;
    topic->overdue &= ~(1u << stream);
    topic->silent &= ~(1u << stream);
    if (intake_has_price(topic))
        intake_restate(intake, topic, now_ns);
    else
        intake_say(intake, topic, TOPIC_RECOVERING, intake_starting_reason(topic->want.kind),
                   now_ns);
}

void intake_key_down(struct intake *intake, uint32_t number, enum reason reason, int64_t now_ns)
{
    struct intake_key *key = key_of(intake, number);
    if (key->down)
        return;
    key->down = true;
    key->reason = reason;
    key->overdue = key->renewing = false;
    key->heard_ns = 0;
    for (uint32_t i = 0; i < key->feed_count; i++)
        lose_part(intake, key->feeds[i].topic, key->feeds[i].stream, reason, now_ns);
}

void intake_key_up(struct intake *intake, uint32_t number, int64_t now_ns)
{
    struct intake_key *key = key_of(intake, number);
    if (key->down)
        key->heard_ns = 0;
    key->down = false;
    for (uint32_t i = 0; i < key->feed_count; i++) {
        struct intake_topic *topic = key->feeds[i].topic;
        topic->down &= ~(1u << key->feeds[i].stream);
        topic->silent &= ~(1u << key->feeds[i].stream);
        if (topic->own == TOPIC_DOWN)
            intake_say(intake, topic, TOPIC_RECOVERING, intake_starting_reason(topic->want.kind),
                       now_ns);
        else
            intake_restate(intake, topic, now_ns);
    }
}

void intake_key_overdue(struct intake *intake, uint32_t number, int64_t now_ns)
{
    struct intake_key *key = key_of(intake, number);
    if (key->down || key->overdue)
        return;
    key->overdue = true;
    for (uint32_t i = 0; i < key->feed_count; i++) {
        struct intake_topic *topic = key->feeds[i].topic;
        if (!intake->exchange->streams[key->feeds[i].stream].wanted)
            continue;
        topic->overdue |= 1u << key->feeds[i].stream;
        intake_restate(intake, topic, now_ns);
    }
}

void intake_key_silent(struct intake *intake, uint32_t number, uint32_t session, int64_t now_ns)
{
    const struct intake_key *key = key_of(intake, number);
    for (uint32_t i = 0; i < key->feed_count; i++) {
        struct intake_topic *topic = key->feeds[i].topic;
        uint32_t stream = key->feeds[i].stream;
        if (!intake->exchange->streams[stream].wanted)
            continue;
        topic->silent |= 1u << stream;
        topic->parts[stream].silent_on = session;
        intake_restate(intake, topic, now_ns);
    }
}

void intake_end_silence(struct intake_topic *topic, uint32_t stream)
{
    for (uint32_t left = topic->silent; left != 0; left &= left - 1)
        if (topic->parts[__builtin_ctz(left)].silent_on == topic->parts[stream].silent_on)
            topic->silent &= ~(left & -left);
}

void intake_poll_overdue(struct intake *intake, uint32_t slot, uint32_t stream, int64_t now_ns)
{
    struct intake_topic *topic = intake_topic(intake, slot);
    if (topic == NULL)
        return;
    topic->overdue |= 1u << stream;
    intake_restate(intake, topic, now_ns);
}
