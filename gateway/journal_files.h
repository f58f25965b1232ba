/* SPDX-License-Identifier: Apache-2.0 */
/* Journal files: what stands of one account's journal on the disk. Records are appended, closed
 * segments never change. Where a record stands is found by marks, one each 64 KiB. A directory has
 * one writer at a time, also of two gateways. One owner. */
#ifndef TICKGATE_GATEWAY_JOURNAL_FILES_H
#define TICKGATE_GATEWAY_JOURNAL_FILES_H

#include "common/slice.h"

#include <stdint.h>

struct journal_files;

/* Makes <directory>/<account>, reads all that stands there and cuts a torn tail off. NULL with
 * what, where and what to do in `error`. A segment is closed before it is longer than
 * `segment_max`. */
struct journal_files *journal_files_open(const char *directory, const char *account,
                                         uint32_t segment_max, char *error, size_t error_max);
void journal_files_close(struct journal_files **files);
/* The newest record's journal_seq; 0: there is none. */
uint64_t journal_files_last(const struct journal_files *files);

/* Writes `count` lines behind the last, numbered on from it, and syncs if asked. False: the disk
 * refused (errno), and none of them stands. */
bool journal_files_append(struct journal_files *files, struct slice lines, uint32_t count,
                          bool sync);
/* What was appended is on the disk. False: errno. */
bool journal_files_sync(struct journal_files *files);
/* Whether the disk takes something again: some bytes are written, synced and removed; and what a
 * refused append left behind is cut off. */
bool journal_files_probe(struct journal_files *files);

/* Gives the records behind `after`, oldest first; `take` false stops, and its record is not counted
 * as given. False with what and where in `error`. */
bool journal_files_read(const struct journal_files *files, uint64_t after,
                        bool (*take)(void *context, uint64_t seq, struct slice body), void *context,
                        char *error, size_t error_max);
/* The same of an account's files that nobody writes, as they stand. */
bool journal_files_load(const char *directory, const char *account, uint64_t after,
                        bool (*take)(void *context, uint64_t seq, struct slice body), void *context,
                        char *error, size_t error_max);

#endif
