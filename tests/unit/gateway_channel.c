/* SPDX-License-Identifier: Apache-2.0 */
/* The channel is tested with two real threads: what arrives, in which order, and what is dropped.
 */
#include "gateway/channel.h"

#include "common/thread.h"
#include "tests/unit/feed_fixture.h"

#include <stdatomic.h>

#define BLOCK_MAX 4096
#define QUEUE_MAX 65536
#define RECORD    32

static void *context;
static struct channel *channel;

static void setup(void)
{
    context = zmq_ctx_new();
    channel = channel_new(context, "test");
    ck_assert_ptr_nonnull(channel);
}

static void teardown(void)
{
    channel_destroy(&channel);
    channel_destroy(&channel);
    zmq_ctx_term(context);
}

static bool put(struct channel_end *end, uint64_t number)
{
    uint64_t *room = channel_reserve(end, RECORD);
    if (room == NULL)
        return false;
    room[0] = room[1] = room[2] = room[3] = number;
    return true;
}

/* The next block, waited for. */
static struct channel_block take(void)
{
    struct channel_block block;
    until(channel_receive(channel, &block));
    return block;
}

static uint64_t number_at(const struct channel_block *block, size_t i)
{
    uint64_t number[4];
    memcpy(number, block->data + i * RECORD, sizeof number);
    ck_assert(number[0] == number[1] && number[0] == number[2] && number[0] == number[3]);
    return number[0];
}

START_TEST(channel_gives_a_block_as_it_was_written)
{
    struct channel_end *end = channel_end_new(channel, BLOCK_MAX, QUEUE_MAX);
    struct channel_block block;
    ck_assert(!channel_receive(channel, &block));
    ck_assert(channel_flush(end)); /* nothing is no block */
    ck_assert(!readable(channel_socket(channel), 0));
    for (uint64_t i = 0; i < 3; i++)
        ck_assert(put(end, i));
    ck_assert(channel_flush(end));
    block = take();
    ck_assert_uint_eq(block.len, 3 * RECORD);
    ck_assert_uint_eq((uintptr_t)block.data % 16, 0);
    for (uint64_t i = 0; i < 3; i++)
        ck_assert_uint_eq(number_at(&block, i), i);
    channel_free(&block);
    ck_assert_ptr_null(block.data);
    channel_end_destroy(&end);
    channel_end_destroy(&end);
}
END_TEST

START_TEST(channel_takes_back_what_was_reserved_in_vain)
{
    struct channel_end *end = channel_end_new(channel, BLOCK_MAX, QUEUE_MAX);
    ck_assert_ptr_nonnull(channel_reserve(end, 256));
    channel_give_back(end, 256);
    ck_assert(channel_flush(end));
    struct channel_block block;
    ck_assert(!channel_receive(channel, &block));
    ck_assert(put(end, 7));
    ck_assert_ptr_nonnull(channel_reserve(end, 256));
    channel_give_back(end, 224);
    ck_assert(channel_flush(end));
    block = take();
    ck_assert_uint_eq(block.len, 2 * RECORD);
    ck_assert_uint_eq(number_at(&block, 0), 7);
    channel_free(&block);
    channel_end_destroy(&end);
}
END_TEST

START_TEST(channel_says_when_a_block_is_full_and_when_nothing_could_hold_it)
{
    struct channel_end *end = channel_end_new(channel, BLOCK_MAX, QUEUE_MAX);
    uint64_t written = 0;
    while (put(end, written))
        written++;
    ck_assert_uint_eq(written, (BLOCK_MAX - 16) / RECORD); /* the block's own head is counted */
    ck_assert(!put(end, written));
    ck_assert(channel_flush(end));
    ck_assert(put(end, written));
    ck_assert_ptr_null(channel_reserve(end, BLOCK_MAX));
    ck_assert(channel_flush(end));
    ck_assert_ptr_null(channel_reserve(end, BLOCK_MAX));
    ck_assert_ptr_nonnull(channel_reserve(end, BLOCK_MAX - 16));
    struct channel_block block = take();
    ck_assert_uint_eq(block.len, written * RECORD);
    channel_free(&block);
    channel_end_destroy(&end);
}
END_TEST

START_TEST(channel_drops_beyond_the_bytes_under_way_until_they_are_received)
{
    struct channel_end *end = channel_end_new(channel, BLOCK_MAX, 200);
    uint64_t sent = 0, got = 0;
    for (int round = 0; round < 3; round++) {
        /* 48 bytes each with its head: four of them fit into 200. */
        for (; put(end, sent) && channel_flush(end); sent++)
            ck_assert_uint_lt(sent, got + 4);
        ck_assert_uint_eq(sent, got + 4);
        for (; got < sent; got++) {
            struct channel_block block = take();
            ck_assert_uint_eq(number_at(&block, 0), got);
            channel_free(&block);
        }
    }
    channel_end_destroy(&end);
}
END_TEST

START_TEST(channel_that_was_full_takes_nothing_before_it_is_half_empty)
{
    struct channel_end *end = channel_end_new(channel, BLOCK_MAX, 200);
    for (uint64_t i = 0; i < 4; i++)
        ck_assert(put(end, i) && channel_flush(end));
    ck_assert(put(end, 4) && !channel_flush(end));
    for (uint64_t i = 0; i < 2; i++) { /* 144, then 96 bytes of the 200 are left */
        struct channel_block block = take();
        ck_assert_uint_eq(number_at(&block, 0), i);
        channel_free(&block);
        ck_assert(channel_flush(end) == (i == 1)); /* of nothing: is there room? */
        ck_assert(put(end, 5) && channel_flush(end) == (i == 1));
    }
    channel_end_destroy(&end);
}
END_TEST

START_TEST(channel_bounds_each_sender_by_itself)
{
    struct channel_end *full = channel_end_new(channel, BLOCK_MAX, 100);
    struct channel_end *other = channel_end_new(channel, BLOCK_MAX, 100);
    ck_assert(put(full, 1) && channel_flush(full));
    ck_assert(put(full, 2) && channel_flush(full));
    ck_assert(put(full, 3) && !channel_flush(full));
    ck_assert(put(other, 4) && channel_flush(other));
    channel_end_destroy(&full);
    channel_end_destroy(&other);
    uint64_t sum = 0;
    for (int i = 0; i < 3; i++) {
        struct channel_block block = take();
        sum += number_at(&block, 0);
        channel_free(&block);
    }
    ck_assert_uint_eq(sum, 1 + 2 + 4);
}
END_TEST

START_TEST(channel_may_end_with_blocks_that_nobody_received)
{
    struct channel_end *end = channel_end_new(channel, BLOCK_MAX, QUEUE_MAX);
    for (uint64_t i = 0; i < 100; i++)
        ck_assert(put(end, i) && channel_flush(end));
    ck_assert(put(end, 100)); /* one is open, too */
    channel_end_destroy(&end);
}
END_TEST

#define SENT 20000

struct sender {
    struct thread thread;
    struct channel_end *end;
    uint64_t first;
    atomic_uint_fast64_t dropped;
    atomic_bool done;
};

static void send_numbers(void *argument)
{
    struct sender *sender = argument;
    for (uint64_t i = 0; i < SENT; i++) {
        bool kept = put(sender->end, sender->first + i);
        if (!kept || ((i & 3) == 3 && !channel_flush(sender->end)))
            atomic_fetch_add(&sender->dropped, kept ? 4 : 1);
    }
    atomic_store(&sender->done, true);
}

START_TEST(channel_hands_over_between_threads_in_order_and_counts_what_is_lost)
{
    static struct sender senders[2];
    uint64_t next[2] = {0}, got[2] = {0};
    for (int i = 0; i < 2; i++) {
        senders[i].end = channel_end_new(channel, BLOCK_MAX, 16384);
        senders[i].first = (uint64_t)i << 32;
        ck_assert(thread_start(&senders[i].thread, "sender", send_numbers, &senders[i]));
    }
    bool done = false;
    while (!done) {
        struct channel_block block;
        done = atomic_load(&senders[0].done) && atomic_load(&senders[1].done);
        readable(channel_socket(channel), done ? 0 : 10);
        while (channel_receive(channel, &block)) {
            for (size_t i = 0; i < block.len / RECORD; i++) {
                uint64_t number = number_at(&block, i);
                size_t from = number >> 32;
                ck_assert_uint_ge(number & UINT32_MAX, next[from]);
                next[from] = (number & UINT32_MAX) + 1;
                got[from]++;
            }
            channel_free(&block);
        }
    }
    for (int i = 0; i < 2; i++) {
        thread_join(&senders[i].thread);
        ck_assert_uint_eq(got[i] + atomic_load(&senders[i].dropped), SENT);
        channel_end_destroy(&senders[i].end);
    }
}
END_TEST

#if defined(__SANITIZE_THREAD__)
static uint64_t *kept;

static void send_and_touch(void *argument)
{
    struct channel_end *end = argument;
    kept = channel_reserve(end, RECORD);
    kept[0] = 1;
    ck_assert(channel_flush(end));
    kept[0] = 2; /* it has been given away */
}

/* ThreadSanitizer is told of the hand-over, and of no more: a sender that goes on writing is found.
 */
START_TEST(channel_hides_no_race_from_thread_sanitizer)
{
    struct thread thread;
    struct channel_end *end = channel_end_new(channel, BLOCK_MAX, QUEUE_MAX);
    ck_assert(thread_start(&thread, "sender", send_and_touch, end));
    struct channel_block block = take();
    uint64_t read = *(volatile uint64_t *)(void *)block.data;
    ck_assert(read == 1 || read == 2);
    thread_join(&thread);
}
END_TEST
#endif

int main(void)
{
    Suite *suite = suite_create("gateway_channel");
    TCase *tests = tcase_create("channel");
    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_add_test(tests, channel_gives_a_block_as_it_was_written);
    tcase_add_test(tests, channel_takes_back_what_was_reserved_in_vain);
    tcase_add_test(tests, channel_says_when_a_block_is_full_and_when_nothing_could_hold_it);
    tcase_add_test(tests, channel_drops_beyond_the_bytes_under_way_until_they_are_received);
    tcase_add_test(tests, channel_that_was_full_takes_nothing_before_it_is_half_empty);
    tcase_add_test(tests, channel_bounds_each_sender_by_itself);
    tcase_add_test(tests, channel_may_end_with_blocks_that_nobody_received);
    tcase_add_test(tests, channel_hands_over_between_threads_in_order_and_counts_what_is_lost);
#if defined(__SANITIZE_THREAD__)
    tcase_add_exit_test(tests, channel_hides_no_race_from_thread_sanitizer, 66);
#endif
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? 0 : 1;
}
