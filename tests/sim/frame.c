/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/sim/frame.h"

#include "common/ensure.h"

#include <openssl/evp.h>

#define MASK_LEN     4
#define SHORT_MAX    125
#define LENGTH_16    126
#define LENGTH_64    127
#define KEY_TEXT_MAX 128

size_t frame_head(char head[FRAME_HEAD_MAX], enum frame_opcode opcode, bool final, size_t len)
{
    size_t bytes = len <= SHORT_MAX ? 0 : len <= UINT16_MAX ? 2 : 8;
    head[0] = (char)((final ? 0x80 : 0) | opcode);
    head[1] = (char)(bytes == 0 ? len : bytes == 2 ? LENGTH_16 : LENGTH_64);
    for (size_t i = 0; i < bytes; i++)
        head[2 + i] = (char)(len >> 8 * (bytes - 1 - i) & 255);
    return 2 + bytes;
}

static enum frame_error check_head(const unsigned char *at, bool final, uint64_t len)
{
    unsigned int opcode = at[0] & 15;
    if ((at[0] & 0x70) != 0)
        return FRAME_RESERVED;
    if (opcode > FRAME_PONG || (opcode > FRAME_BINARY && opcode < FRAME_CLOSE))
        return FRAME_UNKNOWN;
    if ((at[1] & 0x80) == 0)
        return FRAME_UNMASKED;
    if (opcode >= FRAME_CLOSE && (!final || len > FRAME_CONTROL_MAX))
        return FRAME_CONTROL;
    return FRAME_OK;
}

enum frame_error frame_read(char *bytes, size_t len, size_t payload_max, struct frame *frame)
{
    const unsigned char *at = (const unsigned char *)bytes;
    if (len < 2)
        return FRAME_MORE;
    bool final = (at[0] & 0x80) != 0;
    uint64_t payload = at[1] & 127;
    enum frame_error error = check_head(at, final, payload);
    if (error != FRAME_OK)
        return error;
    size_t extra = payload == LENGTH_16 ? 2 : payload == LENGTH_64 ? 8 : 0;
    size_t head = 2 + extra + MASK_LEN;
    if (len < head)
        return FRAME_MORE;
    if (extra > 0) {
        payload = 0;
        for (size_t i = 0; i < extra; i++)
            payload = payload << 8 | at[2 + i];
        if (payload <= (extra == 2 ? SHORT_MAX : UINT16_MAX) || payload >> 63 != 0)
            return FRAME_LENGTH;
    }
    if (payload > payload_max)
        return FRAME_TOO_LARGE;
    if (len - head < payload)
        return FRAME_MORE;
    for (size_t i = 0; i < payload; i++)
        bytes[head + i] = (char)(bytes[head + i] ^ bytes[head - MASK_LEN + i % MASK_LEN]);
    *frame = (struct frame){.opcode = (enum frame_opcode)(at[0] & 15),
                            .final = final,
                            .payload = bytes + head,
                            .len = (size_t)payload,
                            .whole = head + (size_t)payload};
    return FRAME_OK;
}

void frame_accept(struct slice key, char accept[FRAME_ACCEPT_LEN])
{
    static const char guid[] = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
    unsigned char text[KEY_TEXT_MAX + sizeof guid], digest[EVP_MAX_MD_SIZE];
    unsigned char base64[FRAME_ACCEPT_LEN + 1];
    unsigned int digest_len;
    ENSURE(key.len <= KEY_TEXT_MAX);
    memcpy(text, key.data, key.len);
    memcpy(text + key.len, guid, sizeof guid - 1);
    ENSURE(EVP_Digest(text, key.len + sizeof guid - 1, digest, &digest_len, EVP_sha1(), NULL) == 1);
    ENSURE(EVP_EncodeBlock(base64, digest, (int)digest_len) == FRAME_ACCEPT_LEN);
    memcpy(accept, base64, FRAME_ACCEPT_LEN);
}

/* How many bytes follow a first byte, and the least that they must make; 0 for no first byte. */
static unsigned int follows(unsigned char first, uint32_t *least)
{
    if (first < 0xC2 || first > 0xF4)
        return 0;
    unsigned int count = first < 0xE0 ? 1 : first < 0xF0 ? 2 : 3;
    *least = count == 1 ? 0x80 : count == 2 ? 0x800 : 0x10000;
    return count;
}

bool frame_is_utf8(struct slice text)
{
    for (size_t i = 0; i < text.len;) {
        unsigned char first = (unsigned char)text.data[i++];
        if (first < 0x80)
            continue;
        uint32_t least = 0, point;
        unsigned int count = follows(first, &least);
        if (count == 0 || text.len - i < count)
            return false;
        point = first & (0x3Fu >> count);
        for (unsigned int k = 0; k < count; k++) {
            unsigned char next = (unsigned char)text.data[i++];
            if ((next & 0xC0) != 0x80)
                return false;
            point = point << 6 | (next & 0x3F);
        }
        if (point < least || point > 0x10FFFF || (point >= 0xD800 && point <= 0xDFFF))
            return false;
    }
    return true;
}
