/* SPDX-License-Identifier: Apache-2.0 */
/* Truth: the log of what was sent, a JSON line each (README.md). One owner. A log that cannot be
 * written says so on standard error and ends the program: a truth with a hole is none. */
#ifndef TICKGATE_TESTS_SIM_TRUTH_H
#define TICKGATE_TESTS_SIM_TRUTH_H

#include "common/slice.h"

#include <stdint.h>

struct truth;

/* NULL when the file cannot be made. */
struct truth *truth_open(const char *path);
/* With the end line, if the last line is none. Safe on NULL, like all of these. */
void truth_close(struct truth **truth, uint64_t messages);

enum truth_word {
    TRUTH_PLAIN,
    TRUTH_STRAY,  /* of a stream that the session has let go */
    TRUTH_BROKEN, /* no JSON: it is kept as a string */
};

/* A frame stands in three parts one behind the other. */
void truth_frame(struct truth *truth, int64_t now_real_ns, uint64_t session, struct slice begin,
                 struct slice payload, struct slice end, enum truth_word word);
void truth_snapshot(struct truth *truth, int64_t now_real_ns, struct slice symbol,
                    struct slice body);
/* What happened in an account: its name, and what else the line has. */
void truth_account(struct truth *truth, int64_t now_real_ns, struct slice line);
void truth_end(struct truth *truth, uint64_t messages);
/* What was written can be read by others. */
void truth_flush(struct truth *truth);

#endif
