/* SPDX-License-Identifier: Apache-2.0 */
/* Buffer: bytes that are appended at its end and taken from its front. It grows as it must, up to
 * BUFFER_MAX, and gives back what a rare large content took. One owner. */
#ifndef TICKGATE_TESTS_SIM_BUFFER_H
#define TICKGATE_TESTS_SIM_BUFFER_H

#include "common/slice.h"

#define BUFFER_MAX  ((size_t)160 << 20)
#define BUFFER_KEEP ((size_t)1 << 20) /* an empty one keeps at most so much */

struct buffer {
    char *data;
    size_t begin, len, room;
};

void buffer_fini(struct buffer *buffer);

/* Room for `len` bytes behind the content, which buffer_added then takes in; NULL when memory is
 * out or BUFFER_MAX reached. */
char *buffer_reserve(struct buffer *buffer, size_t len);
bool buffer_append(struct buffer *buffer, struct slice bytes);
/* Takes `len` bytes from the front. */
void buffer_take(struct buffer *buffer, size_t len);

static inline void buffer_added(struct buffer *buffer, size_t len)
{
    buffer->len += len;
}

static inline char *buffer_data(const struct buffer *buffer)
{
    return buffer->data + buffer->begin;
}

static inline struct slice buffer_slice(const struct buffer *buffer)
{
    return (struct slice){buffer->data == NULL ? "" : buffer_data(buffer), buffer->len};
}

#endif
