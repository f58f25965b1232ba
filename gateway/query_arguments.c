/* SPDX-License-Identifier: Apache-2.0 */
#include "gateway/query_arguments.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

enum argument_type { TEXT, INTEGER, TEXTS };

struct argument {
    struct slice name;
    enum argument_type type;
    int64_t min, max;
    uint32_t count_max;
    size_t place; /* in struct query_arguments */
    const char *what;
};

static const struct argument table[] = {
#define ROW(name, type, min, max, count_max, what)                                                 \
    {{#name, sizeof #name - 1},                                                                    \
     type,                                                                                         \
     min,                                                                                          \
     max,                                                                                          \
     count_max,                                                                                    \
     offsetof(struct query_arguments, name),                                                       \
     what},
    QUERY_ARGUMENTS(ROW)
#undef ROW
};
#define ARGUMENT_COUNT (sizeof table / sizeof *table)
_Static_assert(sizeof table / sizeof *table <= 32, "a bit for each argument");

static const char *const type_words[] = {"a text", "an integer", "a list of texts"};

const char *query_type_of(const json_t *value)
{
    switch (json_typeof(value)) {
    case JSON_OBJECT:
        return "an object";
    case JSON_ARRAY:
        return "a list";
    case JSON_STRING:
        return "a text";
    case JSON_INTEGER:
        return "an integer";
    case JSON_REAL:
        return "a number with a fraction or exponent";
    case JSON_NULL:
        return "null";
    default:
        return "true or false";
    }
}

/* The first error gives the code, the words of all of them are kept as far as there is room. */
struct errors {
    struct fault *fault;
    struct text words;
};

static void note(struct errors *errors, enum fault_code code, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

static void note(struct errors *errors, enum fault_code code, const char *format, ...)
{
    char room[FAULT_MESSAGE_MAX];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(room, sizeof room, format, arguments);
    va_end(arguments);
    if (errors->fault->code == FAULT_NONE)
        errors->fault->code = code;
    text_format(&errors->words, "%s%s", errors->words.len > 0 ? "; " : "", room);
}

static void note_type(struct errors *errors, const struct argument *argument, const json_t *value)
{
    note(errors, FAULT_WRONG_TYPE, "%s: expected %s, got %s", argument->name.data,
         type_words[argument->type], query_type_of(value));
}

static struct slice text_of(const json_t *value)
{
    return (struct slice){json_string_value(value), json_string_length(value)};
}

static bool fits(const struct argument *argument, size_t len)
{
    return (int64_t)len >= argument->min && (int64_t)len <= argument->max;
}

static void read_text(struct errors *errors, const struct argument *argument, const json_t *value,
                      struct slice *text)
{
    if (!json_is_string(value))
        note_type(errors, argument, value);
    else if (!fits(argument, json_string_length(value)))
        note(errors, FAULT_BAD_VALUE, "%s: expected %lld to %lld bytes, got %zu",
             argument->name.data, (long long)argument->min, (long long)argument->max,
             json_string_length(value));
    else
        *text = text_of(value);
}

static void read_integer(struct errors *errors, const struct argument *argument,
                         const json_t *value, uint64_t *integer)
{
    if (!json_is_integer(value)) {
        note_type(errors, argument, value);
        return;
    }
    int64_t given = json_integer_value(value);
    if (given < argument->min || given > argument->max)
        note(errors, FAULT_BAD_VALUE, "%s: expected %lld to %lld, got %lld", argument->name.data,
             (long long)argument->min, (long long)argument->max, (long long)given);
    else
        *integer = (uint64_t)given;
}

static void read_texts(struct errors *errors, const struct argument *argument, const json_t *value,
                       struct query_texts *texts)
{
    size_t count = json_array_size(value);
    if (!json_is_array(value)) {
        note_type(errors, argument, value);
        return;
    }
    if (count == 0 || count > argument->count_max) {
        note(errors, FAULT_BAD_VALUE, "%s: expected 1 to %u texts, got %zu", argument->name.data,
             argument->count_max, count);
        return;
    }
    texts->slices = malloc(count * sizeof *texts->slices);
    if (texts->slices == NULL) {
        note(errors, FAULT_INTERNAL, "%s: no memory for %zu texts", argument->name.data, count);
        return;
    }
    for (size_t i = 0; i < count; i++) {
        const json_t *item = json_array_get(value, i);
        bool is_text = json_is_string(item);
        if (is_text && fits(argument, json_string_length(item))) {
            texts->slices[texts->count++] = text_of(item);
            continue;
        }
        note(errors, is_text ? FAULT_BAD_VALUE : FAULT_WRONG_TYPE,
             "%s: expected texts of %lld to %lld bytes, got %s at place %zu", argument->name.data,
             (long long)argument->min, (long long)argument->max,
             is_text ? "a text of another length" : query_type_of(item), i + 1);
        return;
    }
}

static void read_value(struct errors *errors, const struct argument *argument, const json_t *value,
                       struct query_arguments *arguments)
{
    void *place = (char *)arguments + argument->place;
    switch (argument->type) {
    case TEXT:
        read_text(errors, argument, value, place);
        break;
    case INTEGER:
        read_integer(errors, argument, value, place);
        break;
    case TEXTS:
        read_texts(errors, argument, value, place);
        break;
    }
}

static bool is_taken(struct slice name, uint32_t taken)
{
    if (slice_equal(name, SLICE("id")) || slice_equal(name, SLICE("op")))
        return true;
    for (size_t i = 0; i < ARGUMENT_COUNT; i++)
        if ((taken & UINT32_C(1) << i) != 0 && slice_equal(name, table[i].name))
            return true;
    return false;
}

/* The names of a set, for a message. */
static void write_names(struct text *text, uint32_t taken)
{
    for (size_t i = 0; i < ARGUMENT_COUNT; i++)
        if ((taken & UINT32_C(1) << i) != 0)
            text_format(text, "%s%s", text->len > 0 ? ", " : "", table[i].name.data);
    if (taken == 0)
        text_literal(text, "none");
    text_terminate(text);
}

static void check_names(struct errors *errors, json_t *request, uint32_t taken)
{
    const char *name;
    json_t *value;
    json_object_foreach(request, name, value)
    {
        char room[FAULT_MESSAGE_MAX];
        struct text names = text_over(room, sizeof room);
        if (is_taken(slice_of(name), taken) || errors->words.overflow)
            continue;
        write_names(&names, taken);
        note(errors, FAULT_UNKNOWN_FIELD, "\"%.*s\" is not known here; arguments are: %s",
             FAULT_QUOTE(slice_of(name)), room);
    }
}

bool query_arguments_read(struct query_arguments *arguments, json_t *request, uint32_t required,
                          uint32_t optional, struct fault *fault)
{
    *arguments = (struct query_arguments){0};
    *fault = (struct fault){.code = FAULT_NONE};
    struct errors errors = {fault, text_over(fault->message, sizeof fault->message)};
    for (size_t i = 0; i < ARGUMENT_COUNT; i++) {
        uint32_t bit = UINT32_C(1) << i;
        const json_t *value = json_object_get(request, table[i].name.data);
        if (value != NULL && ((required | optional) & bit) != 0)
            read_value(&errors, &table[i], value, arguments);
        else if (value == NULL && (required & bit) != 0)
            note(&errors, FAULT_MISSING_FIELD, "%s: is missing (%s)", table[i].name.data,
                 table[i].what);
    }
    check_names(&errors, request, required | optional);
    return fault->code == FAULT_NONE;
}

void query_arguments_fini(struct query_arguments *arguments)
{
    free(arguments->symbols.slices);
    free(arguments->prefixes.slices);
    *arguments = (struct query_arguments){0};
}
