/* SPDX-License-Identifier: Apache-2.0 */
/* A topic keeps its readers in a list. Of those that are gone only so many are looked for as stand
 * behind one that is there: a topic is read or not, by how many does not matter. */
#include "gateway/readers.h"

#include "common/clock.h"
#include "common/ensure.h"
#include "common/map.h"

#include <stdlib.h>
#include <sys/stat.h>

#define READERS_FIRST 4
#define AGAIN_NS      (50 * NS_PER_MS) /* between two looks for room */

struct reader {
    int fd;
    ino_t inode;
};

struct topic {
    struct readers_topic name;
    struct reader *readers;
    uint32_t count, room;
};

struct readers {
    uint32_t topics_max, count;
    struct map *by_name; /* -> index of `topics` */
    struct topic *topics;
    uint64_t dropped;
    bool changed;
    int64_t swept_ns;
};

struct readers *readers_new(uint32_t topics_max)
{
    struct readers *readers = calloc(1, sizeof *readers);
    if (readers == NULL)
        return NULL;
    readers->topics_max = topics_max;
    readers->by_name = map_new(topics_max);
    readers->topics = calloc(topics_max, sizeof *readers->topics);
    if (readers->by_name == NULL || readers->topics == NULL)
        readers_destroy(&readers);
    return readers;
}

void readers_destroy(struct readers **readers)
{
    if (*readers == NULL)
        return;
    if ((*readers)->topics != NULL)
        readers_clear(*readers);
    map_destroy(&(*readers)->by_name);
    free((*readers)->topics);
    free(*readers);
    *readers = NULL;
}

static struct slice name_of(const struct topic *topic)
{
    return (struct slice){topic->name.name, topic->name.len};
}

/* The last one takes its place. */
static void forget(struct readers *readers, uint32_t index)
{
    struct topic *topic = &readers->topics[index], *last = &readers->topics[readers->count - 1];
    map_remove(readers->by_name, name_of(topic));
    free(topic->readers);
    if (topic != last) {
        *topic = *last;
        ENSURE(map_put(readers->by_name, name_of(topic), index));
    }
    *last = (struct topic){0};
    readers->count--;
    readers->changed = true;
}

static bool is_there(const struct reader *reader)
{
    struct stat stat;
    return fstat(reader->fd, &stat) == 0 && stat.st_ino == reader->inode;
}

/* The topic of that name, new if there is none; NULL if there is no room, even where those that
 * left since a moment ago make some. */
static struct topic *topic_for(struct readers *readers, struct slice name, int64_t now_ns)
{
    uint32_t index;
    if (map_get(readers->by_name, name, &index))
        return &readers->topics[index];
    if (readers->count == readers->topics_max && now_ns - readers->swept_ns >= AGAIN_NS)
        readers_sweep(readers, now_ns);
    if (readers->count == readers->topics_max || !map_put(readers->by_name, name, readers->count))
        return NULL;
    struct topic *topic = &readers->topics[readers->count++];
    topic->name.len = (uint8_t)name.len;
    memcpy(topic->name.name, name.data, name.len);
    readers->changed = true;
    return topic;
}

/* Room for one more; those that are gone make it before memory does. */
static bool make_room(struct topic *topic)
{
    uint32_t kept = 0;
    if (topic->count < topic->room)
        return true;
    for (uint32_t i = 0; i < topic->count; i++)
        if (is_there(&topic->readers[i]))
            topic->readers[kept++] = topic->readers[i];
    topic->count = kept;
    if (kept <= topic->room / 2 && topic->room > 0)
        return true;
    uint32_t room = topic->room == 0 ? READERS_FIRST : 2 * topic->room;
    struct reader *grown = realloc(topic->readers, room * sizeof *grown);
    if (grown == NULL)
        return false;
    topic->readers = grown;
    topic->room = room;
    return true;
}

/* What the descriptor is now is what it was when the subscription came, but for a connection that
 * ended since: its number may be another one's, for as long as that lasts. */
static void add(struct readers *readers, struct slice name, int fd, int64_t now_ns)
{
    struct stat stat;
    if (fstat(fd, &stat) != 0)
        return;
    struct topic *topic = topic_for(readers, name, now_ns);
    for (uint32_t i = 0; topic != NULL && i < topic->count; i++)
        if (topic->readers[i].fd == fd && topic->readers[i].inode == stat.st_ino)
            return;
    if (topic != NULL && make_room(topic))
        topic->readers[topic->count++] = (struct reader){fd, stat.st_ino};
    else
        readers->dropped++;
    if (topic != NULL && topic->count == 0)
        forget(readers, (uint32_t)(topic - readers->topics));
}

/* Whoever speaks is there: of its number only it may be meant. */
static void take_back(struct readers *readers, struct slice name, int fd)
{
    uint32_t index;
    struct stat stat;
    if (!map_get(readers->by_name, name, &index))
        return;
    struct topic *topic = &readers->topics[index];
    bool open = fstat(fd, &stat) == 0;
    for (uint32_t i = 0; i < topic->count; i++)
        if (topic->readers[i].fd == fd && open && topic->readers[i].inode == stat.st_ino)
            topic->readers[i--] = topic->readers[--topic->count];
    if (topic->count == 0)
        forget(readers, index);
}

void readers_take(struct readers *readers, bool subscribe, struct slice topic, int fd,
                  int64_t now_ns)
{
    struct topic_parts parts;
    if (fd < 0 || topic.len > TOPIC_MAX || !topic_read(topic, &parts))
        return;
    if (subscribe)
        add(readers, topic, fd, now_ns);
    else
        take_back(readers, topic, fd);
}

void readers_sweep(struct readers *readers, int64_t now_ns)
{
    readers->swept_ns = now_ns;
    for (uint32_t i = readers->count; i-- > 0;) {
        struct topic *topic = &readers->topics[i];
        while (topic->count > 0 && !is_there(&topic->readers[topic->count - 1]))
            topic->count--;
        if (topic->count == 0)
            forget(readers, i);
    }
}

void readers_clear(struct readers *readers)
{
    while (readers->count > 0)
        forget(readers, readers->count - 1);
}

bool readers_any(const struct readers *readers)
{
    return readers->count > 0;
}

uint64_t readers_dropped(const struct readers *readers)
{
    return readers->dropped;
}

struct readers_set *readers_changed(struct readers *readers)
{
    struct readers_set *set = NULL;
    if (readers->changed)
        set = malloc(sizeof *set + readers->count * sizeof set->topics[0]);
    if (set == NULL)
        return NULL;
    set->count = readers->count;
    for (uint32_t i = 0; i < readers->count; i++)
        set->topics[i] = readers->topics[i].name;
    readers->changed = false;
    return set;
}
