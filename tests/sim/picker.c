/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/sim/picker.h"

#include "common/ensure.h"

#include <stdlib.h>

#define WHOLE 9007199254740992.0 /* 2^53: a share of 1 */

bool picker_init(struct picker *picker, uint32_t room)
{
    *picker = (struct picker){.room = room};
    picker->places = calloc(room, sizeof *picker->places);
    picker->shares = calloc(room, sizeof *picker->shares);
    return picker->places != NULL && picker->shares != NULL;
}

void picker_fini(struct picker *picker)
{
    free(picker->places);
    free(picker->shares);
    *picker = (struct picker){.count = 0};
}

void picker_clear(struct picker *picker)
{
    picker->count = 0;
}

void picker_add(struct picker *picker, uint32_t item, double weight)
{
    ENSURE(picker->count < picker->room && weight > 0);
    picker->places[picker->count].item = item;
    picker->shares[picker->count++] = weight;
}

/* The next place at or after `at` whose share is below 1 (`small`) or not. */
static uint32_t next_place(const struct picker *picker, uint32_t at, bool small)
{
    while (at < picker->count && (picker->shares[at] < 1) != small)
        at++;
    return at;
}

/* Each place with too little is filled up by one that has more than enough, which so may become
 * one with too little itself: it is then filled before the search goes on. */
void picker_make(struct picker *picker)
{
    double sum = 0;
    uint32_t count = picker->count;
    for (uint32_t i = 0; i < count; i++)
        sum += picker->shares[i];
    for (uint32_t i = 0; i < count; i++) {
        picker->shares[i] *= count / sum;
        picker->places[i].threshold = UINT64_MAX;
        picker->places[i].alias = picker->places[i].item;
    }
    uint32_t scan = next_place(picker, 0, true), small = scan;
    uint32_t large = next_place(picker, 0, false);
    while (small < count && large < count) {
        picker->places[small].threshold = (uint64_t)(picker->shares[small] * WHOLE);
        picker->places[small].alias = picker->places[large].item;
        picker->shares[large] -= 1 - picker->shares[small];
        if (large < scan && picker->shares[large] < 1) {
            small = large;
        } else {
            scan = next_place(picker, scan + 1, true);
            small = scan;
        }
        large = next_place(picker, large, false);
    }
}

uint32_t picker_pick(const struct picker *picker, struct random *random)
{
    uint64_t bits = random_next(random);
    const struct picker_place *place = &picker->places[(bits >> 32) * picker->count >> 32];
    return random_next(random) >> 11 < place->threshold ? place->item : place->alias;
}
