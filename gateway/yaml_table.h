/* SPDX-License-Identifier: Apache-2.0 */
/* Reading a YAML mapping into a struct by a table of keys: one line a key says its name, type,
 * place and range, and what it means. Values are read in the order of the table, wherever they
 * stand. Everything wrong is noted with its line and column, nothing stops the reading. The one
 * door to libyaml. Knows nothing of what the keys are about. Main thread only. */
#ifndef TICKGATE_GATEWAY_YAML_TABLE_H
#define TICKGATE_GATEWAY_YAML_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <yaml.h>

enum yaml_type {
    YAML_COUNT,    /* uint32_t, min..max */
    YAML_DURATION, /* uint32_t ms, written "250ms", "60s", "5m", "1h" */
    YAML_SIZE,     /* uint32_t bytes, written "512", "64KiB", "8MiB" */
    YAML_TEXT,     /* char[max + 1], at least min bytes */
    YAML_SWITCH,   /* bool: true or false */
    YAML_TEXTS, /* char[min][max], a list (or one text), and the uint32_t count at `count_offset` */
    YAML_SECTION, /* a mapping, read by `table` into what stands at `offset`: 0, the same struct */
    YAML_CUSTOM,  /* whatever `custom` makes of the node; `min` is the type that people see */
};

#define YAML_FILE_MAX  (1024u * 1024) /* bytes; a larger file is refused, */
#define YAML_DEPTH_MAX 32 /* and a deeper one: libyaml's time grows with depth squared */

struct yaml_reader;

struct yaml_key {
    const char *name;
    enum yaml_type type;
    size_t offset;
    uint32_t min, max;
    const char *help;
    size_t count_offset;
    const struct yaml_key *table; /* ends with a NULL name */
    /* Reads a YAML_CUSTOM; of a YAML_TEXT and of each YAML_TEXTS: judges what was read. */
    void (*custom)(struct yaml_reader *reader, yaml_node_t *node, void *into);
};

struct yaml_reader {
    yaml_document_t document;
    void *context; /* the caller's */
    /* Called for every error; line and column from 1. */
    void (*error)(void *context, int line, int column, const char *text);
};

/* Loads `path` and reads its top mapping by `table` into `into`. All errors go to reader->error; an
 * empty file is an empty mapping. The same of a text in memory. */
void yaml_read_file(struct yaml_reader *reader, const char *path, const struct yaml_key *table,
                    void *into);
void yaml_read_text(struct yaml_reader *reader, const char *text, size_t len,
                    const struct yaml_key *table, void *into);

/* The keys of a table and its sections as lines of a Markdown table: key, type and range, what
 * stands in `defaults` (NULL: nothing is shown), help. */
void yaml_print_keys(FILE *out, const char *path, const struct yaml_key *table,
                     const void *defaults);

/* For customs: reads a mapping node by a table; notes an error at a node; a scalar's text (NULL:
 * not one, or it holds a NUL). */
void yaml_read_mapping(struct yaml_reader *reader, yaml_node_t *node, const struct yaml_key *table,
                       void *into);
void yaml_error(struct yaml_reader *reader, const yaml_node_t *node, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
const char *yaml_text(const yaml_node_t *node);
/* Nothing stands behind the key: read as an empty mapping or list. */
bool yaml_is_nothing(const yaml_node_t *node);
/* The i-th pair of a mapping or item of a sequence; false past the end. */
bool yaml_pair(struct yaml_reader *reader, const yaml_node_t *node, size_t i, yaml_node_t **key,
               yaml_node_t **value);
bool yaml_item(struct yaml_reader *reader, const yaml_node_t *node, size_t i, yaml_node_t **item);

/* The name among `names` nearest to `word` if it is near enough to be meant; else NULL. */
const char *yaml_nearest(const char *word, const char *const *names, size_t count);

#endif
