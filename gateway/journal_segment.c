/* SPDX-License-Identifier: Apache-2.0 */
#include "gateway/journal_segment.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define NAME_DIGITS 16
#define NAME_END    ".journal"
#define BUFFER_MAX  (4 * JOURNAL_LINE_MAX)

void journal_segment_name(uint64_t first, char name[JOURNAL_SEGMENT_NAME])
{
    snprintf(name, JOURNAL_SEGMENT_NAME, "%016" PRIu64 NAME_END, first);
}

/* 0 for a name that is no segment's. */
static uint64_t read_name(const char *name)
{
    uint64_t first = 0;
    for (int i = 0; i < NAME_DIGITS; i++) {
        if (name[i] < '0' || name[i] > '9')
            return 0;
        first = first * 10 + (uint64_t)(name[i] - '0');
    }
    return strcmp(name + NAME_DIGITS, NAME_END) == 0 && first < JOURNAL_SEQ_MAX ? first : 0;
}

static int compare(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return x < y ? -1 : x > y;
}

static bool add_first(uint64_t **firsts, size_t *count, uint64_t first)
{
    if ((*count & (*count - 1)) == 0) { /* room is doubled at each power of two */
        size_t room = *count > 0 ? 2 * *count : 1;
        uint64_t *grown = realloc(*firsts, room * sizeof *grown);
        if (grown == NULL)
            return false;
        *firsts = grown;
    }
    (*firsts)[(*count)++] = first;
    return true;
}

bool journal_segment_list(int directory_fd, uint64_t **firsts, size_t *count)
{
    int fd = openat(directory_fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *directory = fd >= 0 ? fdopendir(fd) : NULL;
    struct dirent *entry;
    bool listed = directory != NULL;
    *firsts = NULL;
    *count = 0;
    while (listed && (entry = readdir(directory)) != NULL) {
        uint64_t first = read_name(entry->d_name);
        if (first > 0)
            listed = add_first(firsts, count, first);
    }
    if (directory != NULL)
        closedir(directory);
    else if (fd >= 0)
        close(fd);
    if (listed && *count > 0)
        qsort(*firsts, *count, sizeof **firsts, compare);
    if (!listed) {
        free(*firsts);
        *firsts = NULL;
    }
    return listed;
}

bool journal_segment_open(struct journal_segment *segment, int directory_fd, uint64_t first,
                          uint64_t offset)
{
    char name[JOURNAL_SEGMENT_NAME];
    journal_segment_name(first, name);
    *segment = (struct journal_segment){.offset = offset};
    segment->fd = openat(directory_fd, name, O_RDONLY | O_CLOEXEC);
    segment->buffer = malloc(BUFFER_MAX);
    if (segment->fd >= 0 && segment->buffer != NULL)
        return true;
    journal_segment_close(segment);
    return false;
}

void journal_segment_close(struct journal_segment *segment)
{
    int reason = errno;
    if (segment->fd >= 0)
        close(segment->fd);
    free(segment->buffer);
    *segment = (struct journal_segment){.fd = -1};
    errno = reason;
}

/* Reads on behind what is left. Bytes read; 0 at the end of the file; negative: errno. */
static ssize_t fill(struct journal_segment *segment)
{
    ssize_t count;
    memmove(segment->buffer, segment->buffer + segment->at, segment->len - segment->at);
    segment->len -= segment->at;
    segment->at = 0;
    do
        count = pread(segment->fd, segment->buffer + segment->len, BUFFER_MAX - segment->len,
                      (off_t)(segment->offset + segment->len));
    while (count < 0 && errno == EINTR);
    if (count > 0)
        segment->len += (size_t)count;
    return count;
}

/* A piece without a newline that is longer than any line is given out in parts: all damaged. */
enum journal_segment_line journal_segment_next(struct journal_segment *segment, uint64_t *at,
                                               struct slice *body, uint64_t *seq)
{
    const char *newline;
    ssize_t count = 1;
    *at = segment->offset;
    while ((newline = memchr(segment->buffer + segment->at, '\n', segment->len - segment->at)) ==
               NULL &&
           segment->len - segment->at < JOURNAL_LINE_MAX && count > 0)
        count = fill(segment);
    if (count < 0)
        return SEGMENT_FAILED;
    struct slice line = {segment->buffer + segment->at, segment->len - segment->at};
    if (newline != NULL)
        line.len = (size_t)(newline - line.data) + 1;
    segment->at += line.len;
    segment->offset += line.len;
    if (line.len == 0)
        return SEGMENT_END;
    return journal_line_read(line, body, seq) ? SEGMENT_RECORD : SEGMENT_DAMAGED;
}
