/* SPDX-License-Identifier: Apache-2.0 */
/* Log: one line an event on standard error: time, level, event name, text. ERROR: a person must
 * act. WARN: it healed itself. INFO: once per life event. DEBUG: off. A line that repeats (same
 * event, same text) within 10 s is folded and comes again with its count. When JOURNAL_STREAM is
 * set the line begins with <N> instead of the time. Any thread; a line is one write(2). Secrets
 * have no business here. */
#ifndef TICKGATE_COMMON_LOG_H
#define TICKGATE_COMMON_LOG_H

#include <stdbool.h>

enum log_level { LOG_LEVEL_ERROR, LOG_LEVEL_WARN, LOG_LEVEL_INFO, LOG_LEVEL_DEBUG };

void log_set_level(enum log_level level);
bool log_level_named(const char *name, enum log_level *level);

void log_write(enum log_level level, const char *event, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

#define log_error(event, ...) log_write(LOG_LEVEL_ERROR, event, __VA_ARGS__)
#define log_warn(event, ...)  log_write(LOG_LEVEL_WARN, event, __VA_ARGS__)
#define log_info(event, ...)  log_write(LOG_LEVEL_INFO, event, __VA_ARGS__)
#define log_debug(event, ...) log_write(LOG_LEVEL_DEBUG, event, __VA_ARGS__)

#endif
