/* SPDX-License-Identifier: Apache-2.0 */
/* A line is put together on the stack and written at once. Folding is kept for each thread, so that
 * threads share nothing but the level. */
#include "common/log.h"

#include "common/clock.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define LINE_MAX_BYTES 1024
#define FOLD_NS        (10 * NS_PER_SECOND)
#define FOLDED_MAX     8 /* different lines remembered by a thread */

static const struct {
    const char *name;
    const char *shown;
    int priority; /* syslog's */
} levels[] = {
    {"error", "ERROR", 3}, {"warn", "WARN ", 4}, {"info", "INFO ", 6}, {"debug", "DEBUG", 7}};

struct folded {
    char text[160];
    int64_t first_ns; /* when it was last written; 0 free */
    uint64_t repeats; /* since */
};

static _Atomic int current_level = LOG_LEVEL_INFO;
static _Thread_local struct folded folded[FOLDED_MAX];

void log_set_level(enum log_level level)
{
    atomic_store_explicit(&current_level, (int)level, memory_order_relaxed);
}

bool log_level_named(const char *name, enum log_level *level)
{
    for (size_t i = 0; i < sizeof levels / sizeof *levels; i++)
        if (strcmp(name, levels[i].name) == 0) {
            *level = (enum log_level)i;
            return true;
        }
    return false;
}

/* True if the line is to be written; *repeats then says how often it was not since. The oldest line
 * gives way. */
static bool unfold(const char *text, uint64_t *repeats)
{
    int64_t now_ns = clock_monotonic_ns();
    struct folded *oldest = &folded[0];
    for (size_t i = 0; i < FOLDED_MAX; i++) {
        struct folded *line = &folded[i];
        if (line->first_ns != 0 && strncmp(line->text, text, sizeof line->text - 1) == 0) {
            if (now_ns - line->first_ns < FOLD_NS) {
                line->repeats++;
                return false;
            }
            *repeats = line->repeats;
            line->first_ns = now_ns;
            line->repeats = 0;
            return true;
        }
        if (line->first_ns < oldest->first_ns)
            oldest = line;
    }
    *repeats = 0;
    size_t len = strnlen(text, sizeof oldest->text - 1);
    memcpy(oldest->text, text, len);
    oldest->text[len] = '\0';
    oldest->first_ns = now_ns;
    oldest->repeats = 0;
    return true;
}

static int write_head(char *line, size_t capacity, enum log_level level)
{
    if (getenv("JOURNAL_STREAM") != NULL)
        return snprintf(line, capacity, "<%d>", levels[level].priority);
    int64_t now_ns = clock_real_ns();
    time_t seconds = (time_t)(now_ns / NS_PER_SECOND);
    struct tm utc;
    char stamp[32];
    gmtime_r(&seconds, &utc);
    strftime(stamp, sizeof stamp, "%Y-%m-%dT%H:%M:%S", &utc);
    return snprintf(line, capacity, "%s.%03dZ %s ", stamp, (int)(now_ns / NS_PER_MS % 1000),
                    levels[level].shown);
}

void log_write(enum log_level level, const char *event, const char *format, ...)
{
    if ((int)level > atomic_load_explicit(&current_level, memory_order_relaxed))
        return;
    char text[LINE_MAX_BYTES - 128], line[LINE_MAX_BYTES];
    int head = snprintf(text, sizeof text, "%s ", event);
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text + head, sizeof text - (size_t)head, format, arguments);
    va_end(arguments);
    for (char *at = text; *at != '\0'; at++)
        if ((unsigned char)*at < 0x20)
            *at = ' ';
    uint64_t repeats;
    if (!unfold(text, &repeats))
        return;
    int len = write_head(line, sizeof line, level);
    len += snprintf(line + len, sizeof line - (size_t)len, "%s", text);
    if (repeats > 0 && (size_t)len < sizeof line - 64)
        len += snprintf(line + len, sizeof line - (size_t)len, " (repeated %" PRIu64 " times)",
                        repeats);
    if ((size_t)len > sizeof line - 2)
        len = sizeof line - 2;
    line[len++] = '\n';
    /* Nowhere to complain if standard error is gone. */
    if (write(STDERR_FILENO, line, (size_t)len) < 0)
        return;
}
