/* SPDX-License-Identifier: Apache-2.0 */
/* Journal line: one record as it stands in a file: the CRC-32C of the body (8 hex digits), a space,
 * the body, a newline. The body is a JSON object whose last member is its journal_seq. Pure. */
#ifndef TICKGATE_GATEWAY_JOURNAL_LINE_H
#define TICKGATE_GATEWAY_JOURNAL_LINE_H

#include "common/text.h"

#define JOURNAL_LINE_HEAD 9                   /* bytes before the body */
#define JOURNAL_LINE_MORE 64                  /* bytes that a line has more than the event */
#define JOURNAL_LINE_MAX  (64 * 1024)         /* bytes of a line at most */
#define JOURNAL_SEQ_MAX   (UINT64_C(1) << 53) /* every journal_seq is below it */

/* Appends the line of `event`, a JSON object, which gets its number. */
void journal_line_write(struct text *text, struct slice event, uint64_t seq);
/* The body of a line (its newline included); false if it is not whole. */
bool journal_line_read(struct slice line, struct slice *body, uint64_t *seq);

uint32_t journal_line_crc(struct slice bytes);

#endif
