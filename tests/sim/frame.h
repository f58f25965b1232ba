/* SPDX-License-Identifier: Apache-2.0 */
/* Frame: RFC 6455 as a server sees it. Written by hand, because the simulator must also do what no
 * library does: fragments of any size, lies, silence. Pure. */
#ifndef TICKGATE_TESTS_SIM_FRAME_H
#define TICKGATE_TESTS_SIM_FRAME_H

#include "common/slice.h"

#include <stdint.h>

#define FRAME_HEAD_MAX    10 /* bytes before a payload of ours */
#define FRAME_CONTROL_MAX 125
#define FRAME_ACCEPT_LEN  28

enum frame_opcode {
    FRAME_CONTINUATION = 0,
    FRAME_TEXT = 1,
    FRAME_BINARY = 2,
    FRAME_CLOSE = 8,
    FRAME_PING = 9,
    FRAME_PONG = 10
};

/* Why a client's frame is none. */
enum frame_error {
    FRAME_OK,
    FRAME_MORE,     /* its bytes have not all come */
    FRAME_UNMASKED, /* a client must mask */
    FRAME_RESERVED, /* bits of an extension that was never agreed on */
    FRAME_UNKNOWN,  /* an opcode that does not exist */
    FRAME_CONTROL,  /* a control frame that is long or in fragments */
    FRAME_LENGTH,   /* a length not in its shortest form, or beyond 63 bits */
    FRAME_TOO_LARGE /* longer than the caller takes */
};

struct frame {
    enum frame_opcode opcode;
    bool final;
    char *payload; /* unmasked, in the caller's bytes */
    size_t len;
    size_t whole; /* bytes of the frame with its head */
};

/* Writes the head of an unmasked frame of `len` bytes; how long it is: 2, 4 or 10. */
size_t frame_head(char head[FRAME_HEAD_MAX], enum frame_opcode opcode, bool final, size_t len);

/* The frame that `bytes` begin with; its payload is unmasked where it stands. */
enum frame_error frame_read(char *bytes, size_t len, size_t payload_max, struct frame *frame);

/* What an upgrade with this Sec-WebSocket-Key is answered with; not terminated. */
void frame_accept(struct slice key, char accept[FRAME_ACCEPT_LEN]);

/* True if the bytes are UTF-8: no overlong forms, no surrogates, nothing beyond U+10FFFF. */
bool frame_is_utf8(struct slice text);

#endif
