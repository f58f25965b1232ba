/* SPDX-License-Identifier: Apache-2.0 */
/* A line is put together on the stack and written at once. Folding is kept for each thread, so that
 * threads share nothing but the level; what a thread folded is told with its next line at the
 * latest, or lost with the thread. */
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

#define TEXT_MAX     900  /* bytes of event and text */
#define LINE_LEN_MAX 1024 /* with the head and the count of repeats */
#define FOLD_NS      (10 * NS_PER_SECOND)
#define FOLDED_MAX   8 /* different lines remembered by a thread */

static const struct {
    const char *name;
    const char *shown;
    int priority; /* syslog's */
} levels[] = {
    {"error", "ERROR", 3}, {"warn", "WARN ", 4}, {"info", "INFO ", 6}, {"debug", "DEBUG", 7}};

struct folded {
    int64_t written_ns; /* monotonic; 0: free */
    uint64_t repeats;   /* since */
    enum log_level level;
    char text[TEXT_MAX];
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

/* Writes what is remembered, with its repeats, which are told by that. */
static void write_line(struct folded *text)
{
    char line[LINE_LEN_MAX];
    int len = write_head(line, sizeof line, text->level);
    len += snprintf(line + len, sizeof line - (size_t)len, "%s", text->text);
    if (text->repeats > 0)
        len += snprintf(line + len, sizeof line - (size_t)len, " (repeated %" PRIu64 " times)",
                        text->repeats);
    line[len++] = '\n';
    text->repeats = 0;
    /* Nowhere to complain if standard error is gone. */
    if (write(STDERR_FILENO, line, (size_t)len) < 0)
        return;
}

/* The place of `text`, remembered or not: then the oldest line gives way. Lines whose time is over
 * are told on the way. */
static struct folded *place_of(const char *text, int64_t now_ns)
{
    struct folded *place = NULL, *oldest = &folded[0];
    for (struct folded *line = folded; line < folded + FOLDED_MAX; line++) {
        if (line->written_ns != 0 && strcmp(line->text, text) == 0)
            place = line;
        else if (line->repeats > 0 && now_ns - line->written_ns >= FOLD_NS)
            write_line(line);
        if (line->written_ns < oldest->written_ns)
            oldest = line;
    }
    if (place != NULL)
        return place;
    if (oldest->repeats > 0)
        write_line(oldest);
    oldest->written_ns = 0;
    memcpy(oldest->text, text, strlen(text) + 1);
    return oldest;
}

/* One line, whatever the event and the arguments hold. */
static void write_text(char *text, const char *event, const char *format, va_list arguments)
{
    int len = snprintf(text, TEXT_MAX, "%s ", event);
    if (len >= 0 && len < TEXT_MAX)
        vsnprintf(text + len, TEXT_MAX - (size_t)len, format, arguments);
    for (char *at = text; *at != '\0'; at++)
        if ((unsigned char)*at < 0x20 || *at == 0x7f)
            *at = ' ';
}

void log_write(enum log_level level, const char *event, const char *format, ...)
{
    if ((int)level > atomic_load_explicit(&current_level, memory_order_relaxed))
        return;
    char text[TEXT_MAX];
    va_list arguments;
    va_start(arguments, format);
    write_text(text, event, format, arguments);
    va_end(arguments);
    int64_t now_ns = clock_monotonic_ns();
    struct folded *line = place_of(text, now_ns);
    if (line->written_ns != 0 && now_ns - line->written_ns < FOLD_NS) {
        line->repeats++;
        return;
    }
    line->level = level;
    line->written_ns = now_ns;
    write_line(line);
}
