/* SPDX-License-Identifier: Apache-2.0 */
#include "gateway/cli/recording.h"

#include "common/scan.h"

#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>

struct files {
    FILE *frames, *times, *connections;
    json_t *urls;
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

/* The symbol in a REST connection's URL. */
static struct slice symbol_of(const json_t *urls, const char *connection)
{
    const json_t *entry = json_object_get(urls, connection);
    const char *url = json_string_value(json_object_get(entry, "url"));
    const char *found = url != NULL ? strstr(url, "symbol=") : NULL;
    if (found == NULL || strncmp(url, "http", 4) != 0)
        return (struct slice){"", 0};
    found += strlen("symbol=");
    return (struct slice){found, strcspn(found, "&")};
}

static void read_lines(struct files *files,
                       void (*take)(void *context, const struct recorded *line), void *context)
{
    char *lines[3] = {NULL, NULL, NULL};
    size_t rooms[3] = {0, 0, 0};
    for (;;) {
        struct slice frame = next_line(files->frames, &lines[0], &rooms[0]);
        if (frame.len == 0 && feof(files->frames))
            break;
        struct slice time = next_line(files->times, &lines[1], &rooms[1]);
        struct slice connection = next_line(files->connections, &lines[2], &rooms[2]);
        struct recorded line = {.frame = frame,
                                .received_ns = time.len > 0 ? strtoll(time.data, NULL, 10) : 0,
                                .exchange_symbol = symbol_of(files->urls, connection.data)};
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
    FILE *urls = open_beside(path, ".conns.json");
    files.urls = urls != NULL ? json_loadf(urls, 0, NULL) : NULL;
    read_lines(&files, take, context);
    bool read = !ferror(files.frames);
    json_decref(files.urls);
    FILE *const opened[] = {files.frames, files.times, files.connections, urls};
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
