/* SPDX-License-Identifier: Apache-2.0 */
/* Journal segment: one file of an account's journal, named by the journal_seq of its first record,
 * read line by line. One owner. */
#ifndef TICKGATE_GATEWAY_JOURNAL_SEGMENT_H
#define TICKGATE_GATEWAY_JOURNAL_SEGMENT_H

#include "gateway/journal_line.h"

#define JOURNAL_SEGMENT_NAME 32

void journal_segment_name(uint64_t first, char name[JOURNAL_SEGMENT_NAME]);
/* The numbers of all segments in a directory, ascending; the caller's to free. False: errno. */
bool journal_segment_list(int directory_fd, uint64_t **firsts, size_t *count);

enum journal_segment_line {
    SEGMENT_RECORD,  /* a whole record */
    SEGMENT_DAMAGED, /* bytes up to a newline, or the end of the file, that are none */
    SEGMENT_END,
    SEGMENT_FAILED /* the file cannot be read, or memory is out: errno */
};

/* A place in a segment. */
struct journal_segment {
    int fd; /* negative: none is open */
    char *buffer;
    size_t at, len;  /* what was read and not yet taken: buffer[at..len) */
    uint64_t offset; /* in the file, of buffer[at] */
};

/* False if it cannot be opened: errno. `offset` is that of a line. */
bool journal_segment_open(struct journal_segment *segment, int directory_fd, uint64_t first,
                          uint64_t offset);
void journal_segment_close(struct journal_segment *segment);
/* Takes the next line, which begins at *at in the file; the body is valid until the next. */
enum journal_segment_line journal_segment_next(struct journal_segment *segment, uint64_t *at,
                                               struct slice *body, uint64_t *seq);

#endif
