/* SPDX-License-Identifier: Apache-2.0 */
#include "connectors/private_words.h"

#define PIECE_MIN 6 /* bytes of a beginning at the end of the words that may be one of it */

/* How many bytes at the head of `words` are `secret`, or its beginning if they end before it. */
static size_t hidden_len(struct slice words, struct slice secret)
{
    size_t len = words.len < secret.len ? words.len : secret.len;
    bool enough = len == secret.len || len >= PIECE_MIN;
    return len > 0 && enough && memcmp(words.data, secret.data, len) == 0 ? len : 0;
}

void private_copy_words(char *to, size_t room, struct slice words, const struct slice *hidden,
                        size_t hidden_count)
{
    struct text text = text_over(to, room - 1);
    while (words.len > 0 && !text.overflow) {
        size_t skipped = 0;
        for (size_t i = 0; i < hidden_count && skipped == 0; i++)
            skipped = hidden_len(words, hidden[i]);
        if (skipped > 0)
            text_literal(&text, "***");
        else
            text_bytes(&text, *words.data < 0x20 || *words.data > 0x7e ? "?" : words.data, 1);
        skipped += skipped == 0;
        words = (struct slice){words.data + skipped, words.len - skipped};
    }
    to[text.len] = '\0';
}
