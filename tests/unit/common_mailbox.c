/* SPDX-License-Identifier: Apache-2.0 */
/* What is handed over arrives once, whole and in order, however many threads hand over. */
#include "common/mailbox.h"
#include "common/thread.h"

#include <check.h>
#include <sched.h>
#include <stdint.h>
#include <stdlib.h>

#define PRODUCERS 2
#define ITEMS     20000

struct item {
    uint32_t producer;
    uint32_t number;
};

struct producer {
    struct mailbox_queue *queue;
    struct mailbox_slot *slot;
    uint32_t number;
};

static struct item *item_new(uint32_t producer, uint32_t number)
{
    struct item *item = malloc(sizeof *item);
    ck_assert_ptr_nonnull(item);
    *item = (struct item){producer, number};
    return item;
}

static void push_all(void *argument)
{
    const struct producer *producer = argument;
    for (uint32_t i = 0; i < ITEMS; i++) {
        struct item *item = item_new(producer->number, i);
        while (!mailbox_push(producer->queue, item))
            sched_yield();
    }
}

START_TEST(mailbox_hands_over_each_item_of_each_thread_in_order)
{
    struct mailbox_queue *queue = mailbox_queue_new(16);
    struct producer producers[PRODUCERS];
    struct thread threads[PRODUCERS];
    uint32_t expected[PRODUCERS] = {0};
    for (uint32_t i = 0; i < PRODUCERS; i++) {
        producers[i] = (struct producer){.queue = queue, .number = i};
        ck_assert(thread_start(&threads[i], "producer", push_all, &producers[i]));
    }
    for (uint32_t taken = 0; taken < PRODUCERS * ITEMS;) {
        struct item *item = mailbox_pop(queue);
        if (item == NULL) {
            sched_yield();
            continue;
        }
        ck_assert_uint_eq(item->number, expected[item->producer]);
        expected[item->producer]++;
        free(item);
        taken++;
    }
    for (uint32_t i = 0; i < PRODUCERS; i++)
        thread_join(&threads[i]);
    ck_assert_ptr_null(mailbox_pop(queue));
    mailbox_queue_destroy(&queue);
    ck_assert_ptr_null(queue);
    mailbox_queue_destroy(&queue);
}
END_TEST

static void put_all(void *argument)
{
    const struct producer *producer = argument;
    for (uint32_t i = 1; i <= ITEMS; i++)
        free(mailbox_put(producer->slot, item_new(0, i)));
}

START_TEST(mailbox_slot_holds_the_newest_and_gives_back_what_was_never_taken)
{
    struct mailbox_slot slot = {NULL};
    struct producer producer = {.slot = &slot};
    struct thread thread;
    uint32_t newest = 0;
    ck_assert(thread_start(&thread, "producer", put_all, &producer));
    while (newest < ITEMS) {
        struct item *item = mailbox_take(&slot);
        if (item == NULL) {
            sched_yield();
            continue;
        }
        ck_assert_uint_gt(item->number, newest);
        newest = item->number;
        free(item);
    }
    thread_join(&thread);
    ck_assert_ptr_null(mailbox_take(&slot));
}
END_TEST

START_TEST(mailbox_queue_says_when_it_is_full)
{
    struct mailbox_queue *queue = mailbox_queue_new(5); /* rounded up */
    int items[9];
    for (int i = 0; i < 8; i++)
        ck_assert(mailbox_push(queue, &items[i]));
    ck_assert(!mailbox_push(queue, &items[8]));
    ck_assert_ptr_eq(mailbox_pop(queue), &items[0]);
    ck_assert(mailbox_push(queue, &items[8]));
    ck_assert(!mailbox_push(queue, &items[0]));
    for (int i = 1; i < 9; i++)
        ck_assert_ptr_eq(mailbox_pop(queue), &items[i]);
    ck_assert_ptr_null(mailbox_pop(queue));
    mailbox_queue_destroy(&queue);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("common_mailbox");
    TCase *tests = tcase_create("mailbox");
    tcase_add_test(tests, mailbox_hands_over_each_item_of_each_thread_in_order);
    tcase_add_test(tests, mailbox_slot_holds_the_newest_and_gives_back_what_was_never_taken);
    tcase_add_test(tests, mailbox_queue_says_when_it_is_full);
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? 0 : 1;
}
