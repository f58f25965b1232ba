/* SPDX-License-Identifier: Apache-2.0 */
/* WebSocket clients of the venue in this process (sim_client.h), frame by frame. */
#ifndef TICKGATE_TESTS_UNIT_SIM_DESK_H
#define TICKGATE_TESTS_UNIT_SIM_DESK_H

#include "tests/unit/sim_client.h"

/* Opens a WebSocket. */
static inline void client_upgrade(struct client *client, const char *path)
{
    client_open(client, port);
    ck_assert_int_eq(client_get(client, path, KEY_LINES), 101);
}

static inline void client_send(const struct client *client, enum frame_opcode opcode, bool final,
                               struct slice payload)
{
    char bytes[65536 + 14] = {(char)((final ? 0x80 : 0) | opcode), (char)(0x80 | payload.len)};
    size_t head = 2;
    ck_assert_uint_le(payload.len, 65535);
    if (payload.len > 125) {
        bytes[1] = (char)(0x80 | 126);
        bytes[2] = (char)(payload.len >> 8);
        bytes[3] = (char)(payload.len & 255);
        head = 4;
    }
    memcpy(bytes + head, "\1\2\3\4", 4);
    for (size_t i = 0; i < payload.len; i++)
        bytes[head + 4 + i] = (char)(payload.data[i] ^ "\1\2\3\4"[i % 4]);
    client_write(client, (struct slice){bytes, head + 4 + payload.len});
}

static inline void client_say(const struct client *client, const char *message)
{
    client_send(client, FRAME_TEXT, true, slice_of(message));
}

/* The frame that `in` begins with; a server's is not masked. */
static inline bool take_frame(struct client *client)
{
    const unsigned char *at = (const unsigned char *)buffer_slice(&client->in).data;
    size_t there = client->in.len, len = there >= 2 ? at[1] & 127 : 0;
    size_t extra = len == 126 ? 2 : len == 127 ? 8 : 0;
    if (there < 2 + extra)
        return false;
    ck_assert((at[1] & 0x80) == 0 && (at[0] & 0x70) == 0);
    if (extra > 0)
        len = 0;
    for (size_t i = 0; i < extra; i++)
        len = len << 8 | at[2 + i];
    if (there < 2 + extra + len)
        return false;
    client->frame = (struct frame){.opcode = (enum frame_opcode)(at[0] & 15),
                                   .final = (at[0] & 0x80) != 0,
                                   .payload = buffer_data(&client->in) + 2 + extra,
                                   .len = len,
                                   .whole = 2 + extra + len};
    return true;
}

/* The next frame; false if the venue closed instead. */
static inline bool client_next(struct client *client)
{
    buffer_take(&client->in, client->frame.whole);
    client->frame.whole = 0;
    for (int64_t until_ns = clock_monotonic_ns() + WAIT_NS; !take_frame(client);) {
        if (client->over)
            return false;
        ck_assert_msg(clock_monotonic_ns() < until_ns, "no frame came");
        client_turn(client);
    }
    return true;
}

/* The next text that contains `part`, terminated. What stands between is passed over. */
static inline const char *client_expect(struct client *client, const char *part)
{
    static char text[1 << 20];
    for (int64_t until_ns = clock_monotonic_ns() + WAIT_NS;;) {
        ck_assert_msg(client_next(client), "closed before \"%s\" came", part);
        ck_assert_msg(clock_monotonic_ns() < until_ns, "\"%s\" did not come", part);
        if (client->frame.opcode != FRAME_TEXT || client->frame.len >= sizeof text)
            continue;
        memcpy(text, client->frame.payload, client->frame.len);
        text[client->frame.len] = '\0';
        if (strstr(text, part) != NULL)
            return text;
    }
}

/* The close frame's code; 0 when the connection ended without one. */
static inline unsigned int client_closed(struct client *client)
{
    while (client_next(client)) {
        const unsigned char *at = (const unsigned char *)client->frame.payload;
        if (client->frame.opcode == FRAME_CLOSE)
            return client->frame.len >= 2 ? (unsigned int)(at[0] << 8 | at[1]) : 1005;
    }
    return 0;
}

/* Turns until the condition holds. */
#define until(condition)                                                                           \
    for (int64_t until_ns = clock_monotonic_ns() + WAIT_NS; !(condition);                          \
         venue_turn(venue, TURN_NS))                                                               \
    ck_assert_msg(clock_monotonic_ns() < until_ns, "not so in time: " #condition)

#endif
