/* SPDX-License-Identifier: Apache-2.0 */
/* The layout of records: sizes, where levels stand, what a new record holds. */
#include "proto/event.h"

#include <check.h>
#include <stdlib.h>

START_TEST(event_of_a_kind_takes_only_its_own_room)
{
    for (unsigned int kind = 0; kind < KIND_COUNT; kind++) {
        size_t size = event_size((enum kind)kind, 0);
        ck_assert_uint_eq(size % 16, 0);
        ck_assert_uint_ge(size, offsetof(struct event, quote));
        ck_assert_uint_le(size, (sizeof(struct event) + 15) / 16 * 16);
        ck_assert_uint_eq(event_size((enum kind)kind, 7), size + 7 * sizeof(struct level));
    }
    ck_assert_uint_lt(event_size(KIND_TRADE, 0), event_size(KIND_QUOTE, 0));
    ck_assert_uint_eq(event_size(KIND_DRIFT, 0),
                      (offsetof(struct event, drift) + sizeof(struct drift) + 15) / 16 * 16);
}
END_TEST

START_TEST(event_begins_empty_and_writes_nothing_behind_its_room)
{
    for (unsigned int kind = 0; kind < KIND_COUNT; kind++) {
        size_t size = event_size((enum kind)kind, 0);
        /* Exactly its room: a sanitizer sees a byte too much. */
        unsigned char *bytes = aligned_alloc(16, size);
        ck_assert_ptr_nonnull(bytes);
        memset(bytes, 0xff, size);
        struct event *event = (struct event *)(void *)bytes;
        event_begin(event, (enum kind)kind);
        ck_assert_uint_eq(event->size, size);
        ck_assert_uint_eq(event->kind, kind);
        ck_assert_uint_eq(event->slot, EVENT_NO_SLOT);
        ck_assert(event->seq == 0 && event->ts_exchange == 0 && event->ts_received == 0);
        for (size_t i = offsetof(struct event, quote); i < size; i++)
            ck_assert_uint_eq(bytes[i], 0);
        free(bytes);
    }
}
END_TEST

START_TEST(event_holds_its_levels_behind_the_record_bids_first)
{
    size_t size = event_size(KIND_BOOK, 3);
    struct event *event = aligned_alloc(16, size);
    ck_assert_ptr_nonnull(event);
    event_begin(event, KIND_BOOK);
    event->book.bid_count = 2;
    event->book.ask_count = 1;
    event->size = (uint32_t)size;
    for (uint64_t i = 0; i < 2; i++)
        event_bids(event)[i] = (struct level){.price = {.low = 10 - i}, .size = {.low = 1}};
    event_asks(event)[0] = (struct level){.price = {.low = 11}, .size = {.low = 1}};
    ck_assert_ptr_eq(event_asks_of(event), event_bids_of(event) + 2);
    ck_assert_ptr_eq((const char *)(event_asks_of(event) + 1), (const char *)event + size);
    ck_assert_uint_eq(event_bids_of(event)[1].price.low, 9);
    ck_assert_uint_eq(event_asks_of(event)[0].price.low, 11);
    free(event);
}
END_TEST

/* Records are made on the stack, and copied into rows. */
START_TEST(event_has_room_for_a_record_of_any_kind)
{
    for (unsigned int kind = 0; kind < KIND_COUNT; kind++)
        ck_assert_uint_le(event_size((enum kind)kind, 0), sizeof(struct event));
    ck_assert_uint_lt(event_size(KIND_BALANCE, 0), event_size(KIND_ORDER, 0));
    ck_assert_uint_eq(event_size(KIND_ORDER, 0),
                      (offsetof(struct event, order) + sizeof(struct order) + 15) / 16 * 16);
}
END_TEST

START_TEST(event_of_an_order_begins_with_nothing_known)
{
    struct event event;
    memset((void *)&event, 0xff, sizeof event);
    event_begin(&event, KIND_ORDER);
    ck_assert(event.order.known == 0 && event.order.order_id.len == 0);
    ck_assert(event.order.side == SIDE_UNKNOWN && event.order.status == ORDER_UNKNOWN);
    ck_assert(event.order.order_type == ORDER_TYPE_UNKNOWN);
    ck_assert(event.order.position_side == POSITION_FLAT && !event.order.impossible);
}
END_TEST

START_TEST(id_holds_a_text_or_a_number_whole)
{
    struct id id;
    char longest[ID_MAX + 1];
    memset(longest, 'x', sizeof longest);
    ck_assert(id_set(&id, SLICE("a-1")) && id.len == 3);
    ck_assert(slice_equal((struct slice){id.text, id.len}, SLICE("a-1")));
    ck_assert(id_set(&id, (struct slice){longest, ID_MAX}) && id.len == ID_MAX);
    ck_assert(!id_set(&id, (struct slice){longest, ID_MAX + 1}));
    ck_assert(id_set(&id, (struct slice){NULL, 0}) && id.len == 0);
    id_set_number(&id, UINT64_MAX);
    ck_assert(slice_equal((struct slice){id.text, id.len}, SLICE("18446744073709551615")));
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("proto_event");
    TCase *tests = tcase_create("event");
    tcase_add_test(tests, event_of_a_kind_takes_only_its_own_room);
    tcase_add_test(tests, event_begins_empty_and_writes_nothing_behind_its_room);
    tcase_add_test(tests, event_holds_its_levels_behind_the_record_bids_first);
    tcase_add_test(tests, event_has_room_for_a_record_of_any_kind);
    tcase_add_test(tests, event_of_an_order_begins_with_nothing_known);
    tcase_add_test(tests, id_holds_a_text_or_a_number_whole);
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? 0 : 1;
}
