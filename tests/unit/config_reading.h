/* SPDX-License-Identifier: Apache-2.0 */
/* How the tests of the configuration read one, and what they expect of it. */
#ifndef TICKGATE_TESTS_UNIT_CONFIG_READING_H
#define TICKGATE_TESTS_UNIT_CONFIG_READING_H

#include "gateway/config.h"

#include <check.h>
#include <string.h>

static struct config_errors errors;
static struct config *config;

static inline void teardown(void)
{
    config_destroy(&config);
    config_destroy(&config);
}

static inline struct config *read_text(const char *text)
{
    config_destroy(&config);
    config = config_read_text("test.yaml", slice_of(text), &errors);
    return config;
}

static inline void expect_good(const char *text)
{
    ck_assert_msg(read_text(text) != NULL, "%d:%d: %s", errors.errors[0].line,
                  errors.errors[0].column, errors.errors[0].text);
    ck_assert_uint_eq(errors.count, 0);
}

/* One error, at that place, with these words in it. */
static inline void expect_error(const char *text, int line, int column, const char *words)
{
    ck_assert_msg(read_text(text) == NULL, "\"%s\" is taken", text);
    const struct config_error *error = &errors.errors[0];
    ck_assert_msg(errors.count == 1, "%u errors in \"%s\": %s / %s", errors.count, text,
                  error->text, errors.errors[1].text);
    ck_assert_msg(strstr(error->text, words) != NULL, "\"%s\" is not in \"%s\"", words,
                  error->text);
    ck_assert_msg(error->line == line && error->column == column, "%d:%d instead of %d:%d: %s",
                  error->line, error->column, line, column, error->text);
}

#endif
