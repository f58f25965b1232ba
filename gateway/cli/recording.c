/* SPDX-License-Identifier: Apache-2.0 */
#include "gateway/cli/recording.h"

#include "common/scan.h"
#include "common/text.h"

#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>

struct files {
    FILE *frames, *times, *connections;
    json_t *connections_known; /* name -> what it is */
    char symbol[256];          /* of the line that is being read */
};

/* The file beside NAME.jsonl that ends otherwise; NULL if there is none. */
static FILE *open_beside(const char *path, const char *ending)
{
    size_t len = strlen(path);
    char beside[4096];
    if (len < 6 || strcmp(path + len - 6, ".jsonl") != 0)
        return NULL;
    int written = snprintf(beside, sizeof beside, "%.*s%s", (int)(len - 6), path, ending);
    return written > 0 && (size_t)written < sizeof beside ? fopen(beside, "r") : NULL;
}

/* The next line without its end; empty when the file is over or not there. */
static struct slice next_line(FILE *file, char **line, size_t *room)
{
    ssize_t len = file != NULL ? getline(line, room, file) : -1;
    if (len <= 0)
        return (struct slice){"", 0};
    if ((*line)[len - 1] == '\n')
        (*line)[--len] = '\0';
    return (struct slice){*line, (size_t)len};
}

/* What stands behind `mark` in a URL, up to the first of `ends`; empty if it is not there. */
static struct slice part_of(const char *url, const char *mark, const char *ends)
{
    const char *found = strstr(url, mark);
    if (found == NULL)
        return (struct slice){"", 0};
    found += strlen(mark);
    return (struct slice){found, strcspn(found, ends)};
}

static int hex_value(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    c |= 0x20;
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* A symbol may be UTF-8 and stands percent-encoded in a URL. */
static struct slice decode(struct slice part, char *room, size_t capacity)
{
    struct text text = text_over(room, capacity);
    for (size_t i = 0; i < part.len; i++) {
        char c = part.data[i];
        int high = c == '%' && part.len - i > 2 ? hex_value(part.data[i + 1]) : -1;
        int low = high >= 0 ? hex_value(part.data[i + 2]) : -1;
        if (low >= 0) {
            c = (char)(high << 4 | low);
            i += 2;
        }
        text_bytes(&text, &c, 1);
    }
    return text_slice(&text);
}

/* A connection is a reply's if its URL or, where that was not recorded, its name says so
 * ("rest", "http3"). */
static void take_connection(struct files *files, const char *name, struct recorded *line)
{
    const json_t *entry = json_object_get(files->connections_known, name);
    const char *url = json_string_value(json_object_get(entry, "url"));
    const char *tells = url != NULL ? url : name;
    if (*name == '\0')
        return;
    line->source = strncmp(tells, "http", 4) == 0 || strncmp(tells, "rest", 4) == 0
                       ? LINE_REST
                       : LINE_WEBSOCKET;
    if (url != NULL && line->source == LINE_REST)
        line->exchange_symbol =
            decode(part_of(url, "symbol=", "&"), files->symbol, sizeof files->symbol);
    if (url != NULL && line->source == LINE_WEBSOCKET)
        line->key = part_of(url, "/ws/", "?");
    if (memchr(line->key.data, '/', line->key.len) != NULL)
        line->key.len = 0;
}

static void read_lines(struct files *files,
                       void (*take)(void *context, const struct recorded *line), void *context)
{
    char *lines[3] = {NULL, NULL, NULL};
    size_t rooms[3] = {0, 0, 0};
    for (;;) {
        struct slice frame = next_line(files->frames, &lines[0], &rooms[0]);
        if (frame.len == 0 && (feof(files->frames) || ferror(files->frames)))
            break;
        struct slice time = next_line(files->times, &lines[1], &rooms[1]);
        struct slice connection = next_line(files->connections, &lines[2], &rooms[2]);
        int64_t received_ns = strtoll(time.data, NULL, 10);
        struct recorded line = {.frame = frame,
                                .received_ns = received_ns > 0 ? received_ns : 0,
                                .exchange_symbol = {"", 0},
                                .key = {"", 0}};
        take_connection(files, connection.data, &line);
        take(context, &line);
    }
    for (int i = 0; i < 3; i++)
        free(lines[i]);
}

bool recording_read(const char *path, void (*take)(void *context, const struct recorded *line),
                    void *context)
{
    struct files files = {.frames = strcmp(path, "-") == 0 ? stdin : fopen(path, "r")};
    if (files.frames == NULL) {
        fprintf(stderr, "tickgate: %s: %s\n", path, strerror(errno));
        return false;
    }
    files.times = open_beside(path, ".ts");
    files.connections = open_beside(path, ".conn");
    FILE *known = open_beside(path, ".conns.json");
    files.connections_known = known != NULL ? json_loadf(known, 0, NULL) : NULL;
    read_lines(&files, take, context);
    bool read = !ferror(files.frames);
    if (!read)
        fprintf(stderr, "tickgate: %s: cannot be read\n", path);
    json_decref(files.connections_known);
    FILE *const opened[] = {files.frames, files.times, files.connections, known};
    for (size_t i = 0; i < sizeof opened / sizeof *opened; i++)
        if (opened[i] != NULL && opened[i] != stdin)
            fclose(opened[i]);
    return read;
}

void recording_each_element(struct slice array, void (*take)(void *context, struct slice element),
                            void *context)
{
    struct scan scan;
    struct slice element;
    scan_begin(&scan, array);
    scan_array(&scan);
    while (scan_element(&scan) && scan_raw(&scan, &element))
        take(context, element);
}
