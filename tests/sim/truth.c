/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/sim/truth.h"

#include "common/text.h"

#include <stdio.h>
#include <stdlib.h>

#define FILE_BUFFER (1 << 20)
#define BROKEN_MAX  1024 /* bytes kept of what is no JSON */

struct truth {
    FILE *file;
    bool ended; /* the last line is the end */
    char buffer[FILE_BUFFER];
};

struct truth *truth_open(const char *path)
{
    struct truth *truth = calloc(1, sizeof *truth);
    if (truth == NULL)
        return NULL;
    truth->file = fopen(path, "w");
    if (truth->file == NULL) {
        free(truth);
        return NULL;
    }
    setvbuf(truth->file, truth->buffer, _IOFBF, sizeof truth->buffer);
    return truth;
}

static void check(const struct truth *truth)
{
    if (ferror(truth->file) == 0)
        return;
    perror("tickgate-sim: the truth cannot be written");
    exit(1);
}

static void put(struct truth *truth, struct slice bytes)
{
    fwrite_unlocked(bytes.data, 1, bytes.len, truth->file);
}

static void begin_line(struct truth *truth, int64_t now_real_ns, struct slice name)
{
    char memory[64];
    struct text text = text_over(memory, sizeof memory);
    text_literal(&text, "{\"t\":");
    text_signed(&text, now_real_ns);
    text_literal(&text, ",\"");
    text_append(&text, name);
    text_literal(&text, "\":");
    put(truth, text_slice(&text));
    truth->ended = false;
}

void truth_close(struct truth **truth, uint64_t messages)
{
    if (*truth == NULL)
        return;
    truth_end(*truth, messages);
    if (fclose((*truth)->file) != 0)
        perror("tickgate-sim: the truth cannot be written");
    free(*truth);
    *truth = NULL;
}

void truth_frame(struct truth *truth, int64_t now_real_ns, uint64_t session, struct slice begin,
                 struct slice payload, struct slice end, enum truth_word word)
{
    char memory[BROKEN_MAX * 6 + 64];
    struct text text = text_over(memory, sizeof memory);
    if (truth == NULL)
        return;
    begin_line(truth, now_real_ns, SLICE("session"));
    text_unsigned(&text, session);
    if (word == TRUTH_STRAY)
        text_literal(&text, ",\"stray\":true");
    if (word == TRUTH_BROKEN) {
        text_literal(&text, ",\"broken\":");
        payload.len = payload.len < BROKEN_MAX ? payload.len : BROKEN_MAX;
        text_json_string(&text, payload);
        put(truth, text_slice(&text));
    } else {
        text_literal(&text, ",\"frame\":");
        put(truth, text_slice(&text));
        put(truth, begin);
        put(truth, payload);
        put(truth, end);
    }
    put(truth, SLICE("}\n"));
    check(truth);
}

void truth_snapshot(struct truth *truth, int64_t now_real_ns, struct slice symbol,
                    struct slice body)
{
    char memory[256];
    struct text text = text_over(memory, sizeof memory);
    if (truth == NULL)
        return;
    begin_line(truth, now_real_ns, SLICE("snapshot"));
    text_json_string(&text, symbol);
    text_literal(&text, ",\"body\":");
    put(truth, text_slice(&text));
    put(truth, body);
    put(truth, SLICE("}\n"));
    check(truth);
}

void truth_account(struct truth *truth, int64_t now_real_ns, struct slice line)
{
    if (truth == NULL)
        return;
    begin_line(truth, now_real_ns, SLICE("account"));
    put(truth, line);
    put(truth, SLICE("}\n"));
    check(truth);
}

void truth_end(struct truth *truth, uint64_t messages)
{
    if (truth == NULL || truth->ended)
        return;
    fprintf(truth->file, "{\"end\":true,\"messages\":%llu}\n", (unsigned long long)messages);
    truth->ended = true;
    truth_flush(truth);
}

void truth_flush(struct truth *truth)
{
    if (truth == NULL)
        return;
    fflush(truth->file);
    check(truth);
}
