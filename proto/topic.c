/* SPDX-License-Identifier: Apache-2.0 */
#include "proto/topic.h"

static bool is_plain(unsigned char c)
{
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '-';
}

void topic_part(struct text *topic, struct slice part)
{
    static const char hex[] = "0123456789ABCDEF";
    for (size_t i = 0; i < part.len; i++) {
        unsigned char c = (unsigned char)part.data[i];
        char escaped[] = {'%', hex[c >> 4], hex[c & 15]};
        if (is_plain(c))
            text_bytes(topic, part.data + i, 1);
        else
            text_bytes(topic, escaped, sizeof escaped);
    }
    text_literal(topic, ".");
}

void topic_write(struct text *topic, enum kind kind, struct slice exchange, struct slice symbol,
                 struct slice variant)
{
    topic_part(topic, kind_word(kind));
    topic_part(topic, exchange);
    topic_part(topic, symbol);
    if (variant.len > 0)
        topic_part(topic, variant);
    if (topic->len > TOPIC_MAX)
        topic->overflow = true;
}

static int hex_value(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

bool topic_next(struct slice *rest, struct text *part)
{
    size_t i = 0;
    for (; i < rest->len && rest->data[i] != '.'; i++) {
        char c = rest->data[i];
        if (c == '%') {
            int high = i + 2 < rest->len ? hex_value(rest->data[i + 1]) : -1;
            int low = high >= 0 ? hex_value(rest->data[i + 2]) : -1;
            if (low < 0)
                return false;
            c = (char)(high << 4 | low);
            i += 2;
        } else if (!is_plain((unsigned char)c)) {
            return false;
        }
        text_bytes(part, &c, 1);
    }
    if (i == rest->len || i == 0 || part->overflow)
        return false;
    *rest = (struct slice){rest->data + i + 1, rest->len - i - 1};
    return true;
}

bool topic_read(struct slice topic, struct topic_parts *parts)
{
    char kind_room[16], again_room[TOPIC_MAX];
    struct text kind = text_over(kind_room, sizeof kind_room);
    struct text again = text_over(again_room, sizeof again_room);
    struct slice rest = topic;
    parts->exchange = text_over(parts->room[0], sizeof parts->room[0]);
    parts->symbol = text_over(parts->room[1], sizeof parts->room[1]);
    parts->variant = text_over(parts->room[2], sizeof parts->room[2]);
    if (!topic_next(&rest, &kind) || !kind_read(text_slice(&kind), &parts->kind) ||
        !topic_next(&rest, &parts->exchange) || !topic_next(&rest, &parts->symbol) ||
        (parts->kind == KIND_CANDLE && !topic_next(&rest, &parts->variant)) || rest.len > 0)
        return false;
    topic_write(&again, parts->kind, text_slice(&parts->exchange), text_slice(&parts->symbol),
                text_slice(&parts->variant));
    return !again.overflow && slice_equal(text_slice(&again), topic);
}
