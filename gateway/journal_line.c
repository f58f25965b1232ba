/* SPDX-License-Identifier: Apache-2.0 */
#include "gateway/journal_line.h"

#include "common/ensure.h"

#define SEQ_KEY ",\"journal_seq\":"

/* CRC-32C (RFC 3720 B.4, reflected polynomial 0x82f63b78) of each half byte: a table that is small
 * enough to be read, and a record is short. */
static const uint32_t halves[16] = {
    0x00000000, 0x105ec76f, 0x20bd8ede, 0x30e349b1, 0x417b1dbc, 0x5125dad3, 0x61c69362, 0x7198540d,
    0x82f63b78, 0x92a8fc17, 0xa24bb5a6, 0xb21572c9, 0xc38d26c4, 0xd3d3e1ab, 0xe330a81a, 0xf36e6f75};

uint32_t journal_line_crc(struct slice bytes)
{
    uint32_t crc = UINT32_MAX;
    for (size_t i = 0; i < bytes.len; i++) {
        crc ^= (uint8_t)bytes.data[i];
        crc = crc >> 4 ^ halves[crc & 15];
        crc = crc >> 4 ^ halves[crc & 15];
    }
    return ~crc;
}

static void write_head(char *head, uint32_t crc)
{
    static const char digits[] = "0123456789abcdef";
    for (int i = 0; i < 8; i++)
        head[i] = digits[crc >> (28 - 4 * i) & 15];
    head[8] = ' ';
}

void journal_line_write(struct text *text, struct slice event, uint64_t seq)
{
    ENSURE(event.len > 1 && event.data[event.len - 1] == '}');
    size_t head_at = text->len;
    if (text_reserve(text, JOURNAL_LINE_HEAD) == NULL)
        return;
    size_t body_at = text->len;
    text_bytes(text, event.data, event.len - 1);
    text_literal(text, SEQ_KEY);
    text_unsigned(text, seq);
    text_literal(text, "}");
    if (!text->overflow)
        write_head(text->data + head_at,
                   journal_line_crc((struct slice){text->data + body_at, text->len - body_at}));
    text_literal(text, "\n");
}

/* The number behind the last member's key. */
static bool read_seq(struct slice body, uint64_t *seq)
{
    size_t at = body.len - 1, key_len = sizeof SEQ_KEY - 1;
    uint64_t scale = 1;
    *seq = 0;
    while (at > 0 && body.data[at - 1] >= '0' && body.data[at - 1] <= '9' &&
           scale < JOURNAL_SEQ_MAX) {
        *seq += scale * (uint64_t)(body.data[--at] - '0');
        scale *= 10;
    }
    return scale > 1 && at >= key_len && memcmp(body.data + at - key_len, SEQ_KEY, key_len) == 0;
}

bool journal_line_read(struct slice line, struct slice *body, uint64_t *seq)
{
    char head[JOURNAL_LINE_HEAD];
    if (line.len < JOURNAL_LINE_HEAD + 3 || line.data[line.len - 1] != '\n' ||
        line.data[line.len - 2] != '}')
        return false;
    *body = (struct slice){line.data + JOURNAL_LINE_HEAD, line.len - JOURNAL_LINE_HEAD - 1};
    write_head(head, journal_line_crc(*body));
    return memcmp(head, line.data, sizeof head) == 0 && read_seq(*body, seq);
}
