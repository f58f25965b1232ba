/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/sim/buffer.h"

#include "common/ensure.h"

#include <stdlib.h>

#define ROOM_FIRST 4096

void buffer_fini(struct buffer *buffer)
{
    free(buffer->data);
    *buffer = (struct buffer){.data = NULL};
}

char *buffer_reserve(struct buffer *buffer, size_t len)
{
    if (len <= buffer->room - buffer->begin - buffer->len)
        return buffer->data + buffer->begin + buffer->len;
    if (buffer->len > BUFFER_MAX || len > BUFFER_MAX - buffer->len)
        return NULL;
    if (buffer->begin > 0)
        memmove(buffer->data, buffer_data(buffer), buffer->len);
    buffer->begin = 0;
    size_t room = buffer->room > 0 ? buffer->room : ROOM_FIRST;
    while (room - buffer->len < len)
        room *= 2;
    if (room > buffer->room) {
        char *data = realloc(buffer->data, room);
        if (data == NULL)
            return NULL;
        buffer->data = data;
        buffer->room = room;
    }
    return buffer->data + buffer->len;
}

bool buffer_append(struct buffer *buffer, struct slice bytes)
{
    if (bytes.len == 0)
        return true;
    char *at = buffer_reserve(buffer, bytes.len);
    if (at == NULL)
        return false;
    memcpy(at, bytes.data, bytes.len);
    buffer->len += bytes.len;
    return true;
}

void buffer_take(struct buffer *buffer, size_t len)
{
    ENSURE(len <= buffer->len);
    buffer->begin += len;
    buffer->len -= len;
    if (buffer->len > 0)
        return;
    buffer->begin = 0;
    if (buffer->room > BUFFER_KEEP)
        buffer_fini(buffer);
}
