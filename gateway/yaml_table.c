/* SPDX-License-Identifier: Apache-2.0 */
/* Table-driven reading of YAML: see the header. */
#include "gateway/yaml_table.h"

#include "common/ensure.h"

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#define NAMES_MAX 64 /* keys of a table */
#define WORD_MAX  64

struct unit {
    const char *word;
    uint64_t factor;
};

static const struct unit durations[] = {
    {"ms", 1}, {"s", 1000}, {"m", 60000}, {"h", 3600000}, {NULL, 0}};
static const struct unit sizes[] = {
    {"", 1}, {"B", 1}, {"KiB", 1024}, {"MiB", 1024 * 1024}, {NULL, 0}};
static const struct unit plain[] = {{"", 1}, {NULL, 0}};

static void note(struct yaml_reader *reader, size_t line, size_t column, const char *format,
                 va_list arguments)
{
    char text[240];
    vsnprintf(text, sizeof text, format, arguments);
    reader->error(reader->context, (int)line, (int)column, text);
}

void yaml_error(struct yaml_reader *reader, const yaml_node_t *node, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    note(reader, node->start_mark.line + 1, node->start_mark.column + 1, format, arguments);
    va_end(arguments);
}

static void file_error(struct yaml_reader *reader, size_t line, size_t column, const char *format,
                       ...) __attribute__((format(printf, 4, 5)));

static void file_error(struct yaml_reader *reader, size_t line, size_t column, const char *format,
                       ...)
{
    va_list arguments;
    va_start(arguments, format);
    note(reader, line, column, format, arguments);
    va_end(arguments);
}

static void not_yaml(struct yaml_reader *reader, const yaml_parser_t *parser)
{
    file_error(reader, parser->problem_mark.line + 1, parser->problem_mark.column + 1,
               "not YAML: %s", parser->problem ? parser->problem : "unreadable");
}

const char *yaml_text(const yaml_node_t *node)
{
    if (node->type != YAML_SCALAR_NODE)
        return NULL;
    const char *text = (const char *)node->data.scalar.value;
    return strlen(text) == node->data.scalar.length ? text : NULL;
}

bool yaml_is_nothing(const yaml_node_t *node)
{
    return node->type == YAML_SCALAR_NODE && node->data.scalar.length == 0 &&
           node->data.scalar.style == YAML_PLAIN_SCALAR_STYLE;
}

bool yaml_pair(struct yaml_reader *reader, const yaml_node_t *node, size_t i, yaml_node_t **key,
               yaml_node_t **value)
{
    if (node->type != YAML_MAPPING_NODE)
        return false;
    const yaml_node_pair_t *pair = node->data.mapping.pairs.start + i;
    if (pair >= node->data.mapping.pairs.top)
        return false;
    *key = yaml_document_get_node(&reader->document, pair->key);
    *value = yaml_document_get_node(&reader->document, pair->value);
    return true;
}

bool yaml_item(struct yaml_reader *reader, const yaml_node_t *node, size_t i, yaml_node_t **item)
{
    if (node->type != YAML_SEQUENCE_NODE)
        return false;
    const yaml_node_item_t *place = node->data.sequence.items.start + i;
    if (place >= node->data.sequence.items.top)
        return false;
    *item = yaml_document_get_node(&reader->document, *place);
    return true;
}

/* Edits (insert, delete, replace) between two words, each cut at WORD_MAX. */
static size_t distance(const char *a, const char *b)
{
    size_t row[WORD_MAX + 1];
    size_t a_len = strnlen(a, WORD_MAX), b_len = strnlen(b, WORD_MAX);
    for (size_t j = 0; j <= b_len; j++)
        row[j] = j;
    for (size_t i = 1; i <= a_len; i++) {
        size_t diagonal = row[0];
        row[0] = i;
        for (size_t j = 1; j <= b_len; j++) {
            size_t best = diagonal + (a[i - 1] != b[j - 1]);
            if (row[j] + 1 < best)
                best = row[j] + 1;
            if (row[j - 1] + 1 < best)
                best = row[j - 1] + 1;
            diagonal = row[j];
            row[j] = best;
        }
    }
    return row[b_len];
}

const char *yaml_nearest(const char *word, const char *const *names, size_t count)
{
    const char *nearest = NULL;
    size_t least = strnlen(word, WORD_MAX) / 3 + 2;
    for (size_t i = 0; i < count; i++) {
        size_t edits = distance(word, names[i]);
        if (edits < least) {
            least = edits;
            nearest = names[i];
        }
    }
    return nearest;
}

/* NULL: no quantity. */
static const struct unit *units_of(enum yaml_type type)
{
    switch (type) {
    case YAML_COUNT:
        return plain;
    case YAML_DURATION:
        return durations;
    case YAML_SIZE:
        return sizes;
    default:
        return NULL;
    }
}

/* Reads digits and a unit; false if it is not that or beyond 32 bits. */
static bool read_quantity(const char *text, const struct unit *units, uint32_t *value)
{
    if (*text < '0' || *text > '9')
        return false;
    char *rest;
    errno = 0;
    unsigned long long number = strtoull(text, &rest, 10);
    for (const struct unit *unit = units; unit->word != NULL; unit++)
        if (strcmp(rest, unit->word) == 0 && errno == 0 && number <= UINT32_MAX / unit->factor) {
            *value = (uint32_t)(number * unit->factor);
            return true;
        }
    return false;
}

static void read_number(struct yaml_reader *reader, yaml_node_t *node, const struct yaml_key *key,
                        void *into)
{
    const char *example = key->type == YAML_DURATION ? "a duration such as 250ms, 60s or 5m"
                          : key->type == YAML_SIZE   ? "a size such as 512, 64KiB or 8MiB"
                                                     : "a whole number";
    const char *text = yaml_text(node);
    uint32_t value;
    if (text == NULL || !read_quantity(text, units_of(key->type), &value)) {
        yaml_error(reader, node, "%s: expected %s, found \"%.40s\"", key->name, example,
                   text ? text : "a structure");
        return;
    }
    if (value < key->min || value > key->max) {
        yaml_error(reader, node, "%s: %.40s is out of range, expected %u to %u%s", key->name, text,
                   key->min, key->max,
                   key->type == YAML_DURATION ? " ms"
                   : key->type == YAML_SIZE   ? " bytes"
                                              : "");
        return;
    }
    memcpy((char *)into + key->offset, &value, sizeof value);
}

static bool copy_text(struct yaml_reader *reader, yaml_node_t *node, const struct yaml_key *key,
                      size_t max, char *target)
{
    const char *text = yaml_text(node);
    if (text == NULL) {
        yaml_error(reader, node, "%s: expected a text", key->name);
        return false;
    }
    if (strlen(text) > max) {
        yaml_error(reader, node, "%s: longer than %zu bytes", key->name, max);
        return false;
    }
    memcpy(target, text, strlen(text) + 1);
    return true;
}

static void read_text(struct yaml_reader *reader, yaml_node_t *node, const struct yaml_key *key,
                      void *into)
{
    char *target = (char *)into + key->offset;
    if (!copy_text(reader, node, key, key->max, target))
        return;
    if (strlen(target) < key->min)
        yaml_error(reader, node, "%s: must not be empty", key->name);
    else if (key->custom != NULL)
        key->custom(reader, node, into);
}

static bool read_one_text(struct yaml_reader *reader, yaml_node_t *node, const struct yaml_key *key,
                          void *into, uint32_t place)
{
    char *target = (char *)into + key->offset + (size_t)place * key->max;
    if (!copy_text(reader, node, key, key->max - 1, target))
        return false;
    if (key->custom != NULL)
        key->custom(reader, node, into);
    return true;
}

static void read_texts(struct yaml_reader *reader, yaml_node_t *node, const struct yaml_key *key,
                       void *into)
{
    uint32_t count = 0;
    yaml_node_t *item;
    if (node->type != YAML_SEQUENCE_NODE) {
        count = read_one_text(reader, node, key, into, 0);
    } else {
        for (size_t i = 0; yaml_item(reader, node, i, &item); i++) {
            if (count == key->min) {
                yaml_error(reader, item, "%s: more than %u entries", key->name, key->min);
                break;
            }
            count += read_one_text(reader, item, key, into, count);
        }
    }
    memcpy((char *)into + key->count_offset, &count, sizeof count);
}

static void read_switch(struct yaml_reader *reader, yaml_node_t *node, const struct yaml_key *key,
                        void *into)
{
    const char *text = yaml_text(node);
    bool on = text != NULL && strcmp(text, "true") == 0;
    if (!on && (text == NULL || strcmp(text, "false") != 0))
        yaml_error(reader, node, "%s: expected true or false, found \"%.40s\"", key->name,
                   text ? text : "a structure");
    else
        *((bool *)((char *)into + key->offset)) = on;
}

static void read_value(struct yaml_reader *reader, yaml_node_t *node, const struct yaml_key *key,
                       void *into)
{
    switch (key->type) {
    case YAML_COUNT:
    case YAML_DURATION:
    case YAML_SIZE:
        read_number(reader, node, key, into);
        break;
    case YAML_TEXT:
        read_text(reader, node, key, into);
        break;
    case YAML_SWITCH:
        read_switch(reader, node, key, into);
        break;
    case YAML_TEXTS:
        read_texts(reader, node, key, into);
        break;
    case YAML_SECTION:
        yaml_read_mapping(reader, node, key->table, (char *)into + key->offset);
        break;
    case YAML_CUSTOM:
        key->custom(reader, node, into);
        break;
    }
}

static const struct yaml_key *find_key(const struct yaml_key *table, const char *name)
{
    for (; table->name != NULL; table++)
        if (strcmp(table->name, name) == 0)
            return table;
    return NULL;
}

static void unknown_key(struct yaml_reader *reader, yaml_node_t *node, const struct yaml_key *table)
{
    const char *names[NAMES_MAX];
    size_t count = 0;
    for (; table->name != NULL && count < NAMES_MAX; table++)
        names[count++] = table->name;
    const char *word = yaml_text(node);
    const char *meant = yaml_nearest(word, names, count);
    if (meant != NULL)
        yaml_error(reader, node, "unknown key \"%.40s\"; did you mean \"%s\"?", word, meant);
    else
        yaml_error(reader, node, "unknown key \"%.40s\"; known here are \"%s\" and %zu more", word,
                   names[0], count - 1);
}

void yaml_read_mapping(struct yaml_reader *reader, yaml_node_t *node, const struct yaml_key *table,
                       void *into)
{
    yaml_node_t *key, *value;
    yaml_node_t *values[NAMES_MAX] = {NULL}; /* one for each line of the table */
    if (yaml_is_nothing(node))
        return;
    if (node->type != YAML_MAPPING_NODE) {
        yaml_error(reader, node, "expected keys and values here, such as \"%s: ...\"", table->name);
        return;
    }
    for (size_t i = 0; yaml_pair(reader, node, i, &key, &value); i++) {
        const char *name = yaml_text(key);
        if (name == NULL) {
            yaml_error(reader, key, "expected a key");
            continue;
        }
        const struct yaml_key *known = find_key(table, name);
        if (known == NULL) {
            unknown_key(reader, key, table);
            continue;
        }
        ENSURE(known - table < NAMES_MAX);
        if (values[known - table] != NULL)
            yaml_error(reader, key, "key \"%s\" stands here twice", name);
        else
            values[known - table] = value;
    }
    for (size_t i = 0; table[i].name != NULL; i++)
        if (values[i] != NULL)
            read_value(reader, values[i], &table[i], into);
}

static int deeper_by(yaml_token_type_t type)
{
    switch (type) {
    case YAML_BLOCK_SEQUENCE_START_TOKEN:
    case YAML_BLOCK_MAPPING_START_TOKEN:
    case YAML_FLOW_SEQUENCE_START_TOKEN:
    case YAML_FLOW_MAPPING_START_TOKEN:
        return 1;
    case YAML_BLOCK_END_TOKEN:
    case YAML_FLOW_SEQUENCE_END_TOKEN:
    case YAML_FLOW_MAPPING_END_TOKEN:
        return -1;
    default:
        return 0;
    }
}

/* Walks the tokens alone; what is wrong with them is found again, and said, by the loading. */
static bool too_deep(struct yaml_reader *reader, const char *text, size_t len)
{
    yaml_parser_t parser;
    yaml_token_t token;
    int depth = 0;
    bool more = true;
    if (!yaml_parser_initialize(&parser))
        return false;
    yaml_parser_set_input_string(&parser, (const unsigned char *)text, len);
    while (more && depth <= YAML_DEPTH_MAX && yaml_parser_scan(&parser, &token)) {
        more = token.type != YAML_STREAM_END_TOKEN;
        depth += deeper_by(token.type);
        if (depth > YAML_DEPTH_MAX)
            file_error(reader, token.start_mark.line + 1, token.start_mark.column + 1,
                       "nested deeper than %d", YAML_DEPTH_MAX);
        yaml_token_delete(&token);
    }
    yaml_parser_delete(&parser);
    return depth > YAML_DEPTH_MAX;
}

/* Goes on behind the document that was read: there must be no other. */
static void expect_end(struct yaml_reader *reader, yaml_parser_t *parser)
{
    if (!yaml_parser_load(parser, &reader->document)) {
        not_yaml(reader, parser);
        return;
    }
    yaml_node_t *root = yaml_document_get_root_node(&reader->document);
    if (root != NULL)
        yaml_error(reader, root, "a second document; only one is read");
    yaml_document_delete(&reader->document);
}

void yaml_read_text(struct yaml_reader *reader, const char *text, size_t len,
                    const struct yaml_key *table, void *into)
{
    yaml_parser_t parser;
    if (too_deep(reader, text, len))
        return;
    if (!yaml_parser_initialize(&parser)) {
        file_error(reader, 0, 0, "cannot be read: out of memory");
        return;
    }
    yaml_parser_set_input_string(&parser, (const unsigned char *)text, len);
    if (!yaml_parser_load(&parser, &reader->document)) {
        not_yaml(reader, &parser);
    } else {
        yaml_node_t *root = yaml_document_get_root_node(&reader->document);
        if (root != NULL)
            yaml_read_mapping(reader, root, table, into);
        yaml_document_delete(&reader->document);
        if (root != NULL)
            expect_end(reader, &parser);
    }
    yaml_parser_delete(&parser);
}

void yaml_read_file(struct yaml_reader *reader, const char *path, const struct yaml_key *table,
                    void *into)
{
    FILE *file = fopen(path, "rb");
    char *text = file != NULL ? malloc(YAML_FILE_MAX + 1) : NULL;
    size_t len = text != NULL ? fread(text, 1, YAML_FILE_MAX + 1, file) : 0;
    if (text == NULL || ferror(file))
        file_error(reader, 0, 0, "cannot be read: %s", strerror(errno));
    else if (len > YAML_FILE_MAX)
        file_error(reader, 0, 0, "larger than %u bytes", YAML_FILE_MAX);
    else
        yaml_read_text(reader, text, len, table, into);
    free(text);
    if (file != NULL)
        fclose(file);
}

/* A quantity in the largest unit that leaves it whole. */
static void print_quantity(FILE *out, uint32_t value, const struct unit *units)
{
    const struct unit *best = units;
    for (const struct unit *unit = units; unit->word != NULL; unit++)
        if (value % unit->factor == 0 && unit->factor > best->factor)
            best = unit;
    fprintf(out, "%" PRIu64 "%s", value / best->factor, value == 0 ? units->word : best->word);
}

static void print_type(FILE *out, const struct yaml_key *key)
{
    static const char *const words[] = {
        [YAML_COUNT] = "number",   [YAML_DURATION] = "duration",    [YAML_SIZE] = "size",
        [YAML_TEXT] = "text",      [YAML_SWITCH] = "true or false", [YAML_TEXTS] = "list",
        [YAML_SECTION] = "mapping"};
    const struct unit *units = units_of(key->type);
    fprintf(out, "%s", words[key->type == YAML_CUSTOM ? key->min : key->type]);
    if (units == NULL)
        return;
    fprintf(out, ", ");
    print_quantity(out, key->min, units);
    fprintf(out, " to ");
    print_quantity(out, key->max, units);
}

static void print_default(FILE *out, const struct yaml_key *key, const void *defaults)
{
    const char *at = (const char *)defaults + key->offset;
    const struct unit *units = units_of(key->type);
    uint32_t count;
    if (units != NULL) {
        memcpy(&count, at, sizeof count);
        print_quantity(out, count, units);
    } else if (key->type == YAML_SWITCH) {
        fprintf(out, "%s", *(const bool *)at ? "true" : "false");
    } else if (key->type == YAML_TEXT && *at != '\0') {
        fprintf(out, "`%s`", at);
    } else if (key->type == YAML_TEXTS) {
        memcpy(&count, (const char *)defaults + key->count_offset, sizeof count);
        for (uint32_t i = 0; i < count; i++)
            fprintf(out, "%s`%s`", i > 0 ? ", " : "", at + (size_t)i * key->max);
    }
}

void yaml_print_keys(FILE *out, const char *path, const struct yaml_key *table,
                     const void *defaults)
{
    for (const struct yaml_key *key = table; key->name != NULL; key++) {
        char whole[128];
        if (key->type == YAML_SECTION) {
            snprintf(whole, sizeof whole, "%s%s.", path, key->name);
            yaml_print_keys(out, whole, key->table,
                            defaults != NULL ? (const char *)defaults + key->offset : NULL);
            continue;
        }
        fprintf(out, "| `%s%s` | ", path, key->name);
        print_type(out, key);
        fprintf(out, " | ");
        if (defaults != NULL)
            print_default(out, key, defaults);
        fprintf(out, " | %s |\n", key->help);
    }
}
