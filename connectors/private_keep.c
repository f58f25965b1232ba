/* SPDX-License-Identifier: Apache-2.0 */
#include "connectors/private_keep.h"

#include <stdlib.h>

#define ROOM_FIRST 65536

struct head {
    int64_t received_ns;
    size_t len;
};

void keep_init(struct keep *keep, size_t max)
{
    *keep = (struct keep){.max = max};
}

void keep_fini(struct keep *keep)
{
    keep_clear(keep);
}

void keep_clear(struct keep *keep)
{
    free(keep->data);
    keep_init(keep, keep->max);
}

/* Room for so many bytes more: what was taken is moved over before more is asked for. */
static bool make_room(struct keep *keep, size_t len)
{
    size_t held = keep->end - keep->begin;
    if (len > keep->max || held > keep->max - len)
        return false;
    if (keep->begin > 0 && len > keep->room - keep->end) {
        memmove(keep->data, keep->data + keep->begin, held);
        keep->begin = 0;
        keep->end = held;
    }
    if (len <= keep->room - keep->end)
        return true;
    size_t room = keep->room == 0 ? ROOM_FIRST : 2 * keep->room;
    while (room < held + len)
        room *= 2;
    if (room > keep->max)
        room = keep->max;
    char *grown = realloc(keep->data, room);
    if (grown == NULL)
        return false;
    keep->data = grown;
    keep->room = room;
    return true;
}

bool keep_put(struct keep *keep, struct slice message, int64_t received_ns)
{
    const struct head head = {received_ns, message.len};
    if (!make_room(keep, sizeof head + message.len))
        return false;
    memcpy(keep->data + keep->end, &head, sizeof head);
    if (message.len > 0)
        memcpy(keep->data + keep->end + sizeof head, message.data, message.len);
    keep->end += sizeof head + message.len;
    return true;
}

bool keep_take(struct keep *keep, struct slice *message, int64_t *received_ns)
{
    struct head head;
    if (keep->begin == keep->end)
        return false;
    memcpy(&head, keep->data + keep->begin, sizeof head);
    *message = (struct slice){keep->data + keep->begin + sizeof head, head.len};
    *received_ns = head.received_ns;
    keep->begin += sizeof head + head.len;
    return true;
}
