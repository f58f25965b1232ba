/* SPDX-License-Identifier: Apache-2.0 */
/* How the tests of requests ask, and what they expect of replies. */
#ifndef TICKGATE_TESTS_UNIT_QUERY_ASKING_H
#define TICKGATE_TESTS_UNIT_QUERY_ASKING_H

#include "query_fixture.h"

#include <jansson.h>
#include <stdio.h>

/* Who asks in what follows: anybody, where everybody may. */
static struct query_asker asker;

static inline struct query_snapshot *begin(struct query *asked, struct slice request,
                                           struct text *reply)
{
    struct query_pending pending;
    asker.limits = &config->requests;
    bool done = query_answer(asked, request, &asker, &now, reply, &pending);
    ck_assert(done == (pending.snapshot == NULL) && pending.tag == 0);
    return pending.snapshot;
}

/* A reply to bytes: what came back is one whole JSON object, and the caller's. */
static inline json_t *ask_bytes(const char *bytes, size_t len)
{
    struct text reply = text_over(reply_room, config->requests.reply_max);
    struct query_snapshot *snapshot = begin(query, (struct slice){bytes, len}, &reply);
    while (snapshot != NULL && !query_snapshot_step(query, &snapshot, &now, &reply))
        continue;
    ck_assert_ptr_null(snapshot);
    ck_assert(!reply.overflow && reply.capacity == config->requests.reply_max);
    json_error_t error;
    json_t *read = json_loadb(reply.data, reply.len, JSON_REJECT_DUPLICATES, &error);
    ck_assert_msg(read != NULL, "%s: %.*s", error.text, (int)reply.len, reply.data);
    return read;
}

/* A request with single quotes for double ones. */
static inline json_t *ask(const char *request)
{
    char *bytes = strdup(request);
    for (char *c = bytes; *c != '\0'; c++)
        if (*c == '\'')
            *c = '"';
    json_t *reply = ask_bytes(bytes, strlen(bytes));
    free(bytes);
    return reply;
}

/* The result of a good request; the caller's. */
static inline json_t *result_of(const char *request)
{
    json_t *reply = ask(request);
    ck_assert_msg(json_is_true(json_object_get(reply, "ok")), "%s: %s", request,
                  json_dumps(reply, 0));
    json_t *result = json_incref(json_object_get(reply, "result"));
    json_decref(reply);
    return result;
}

static inline void expect_error(json_t *reply, const char *request, const char *code,
                                const char *word)
{
    json_t *error = json_object_get(reply, "error");
    const char *got = json_string_value(json_object_get(error, "code"));
    const char *message = json_string_value(json_object_get(error, "message"));
    ck_assert_msg(json_is_false(json_object_get(reply, "ok")) && got != NULL && message != NULL &&
                      json_object_get(reply, "result") == NULL,
                  "%.80s: %s", request, json_dumps(reply, 0));
    ck_assert_msg(strcmp(got, code) == 0 && strstr(message, word) != NULL, "%.80s: %s: %s", request,
                  got, message);
    json_decref(reply);
}

static inline void refused(const char *request, const char *code, const char *word)
{
    expect_error(ask(request), request, code, word);
}

static inline json_int_t number_in(const json_t *object, const char *key)
{
    const json_t *value = json_object_get(object, key);
    ck_assert_msg(json_is_integer(value), "%s: %s", key, json_dumps(object, 0));
    return json_integer_value(value);
}

static inline const char *text_in(const json_t *object, const char *key)
{
    const char *text = json_string_value(json_object_get(object, key));
    ck_assert_msg(text != NULL, "%s: %s", key, json_dumps(object, 0));
    return text;
}

/* A suite of one case over the fixture. */
static inline int run_tests(const char *name, const TTest *const *tests, size_t count)
{
    Suite *suite = suite_create(name);
    TCase *cases = tcase_create(name);
    tcase_add_checked_fixture(cases, set_up, tear_down);
    for (size_t i = 0; i < count; i++)
        tcase_add_test(cases, tests[i]);
    suite_add_tcase(suite, cases);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? 0 : 1;
}

#endif
