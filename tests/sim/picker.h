/* SPDX-License-Identifier: Apache-2.0 */
/* Picker: draws one of many, each as likely as its weight says, at the same cost whatever their
 * number (Walker's alias method). One owner. */
#ifndef TICKGATE_TESTS_SIM_PICKER_H
#define TICKGATE_TESTS_SIM_PICKER_H

#include "common/random.h"

#include <stdbool.h>

struct picker {
    uint32_t count, room;
    struct picker_place {
        uint64_t threshold; /* below it `item`, else `alias` */
        uint32_t item, alias;
    } * places;
    double *shares; /* while it is made */
};

/* Room for so many; false when memory is out. */
bool picker_init(struct picker *picker, uint32_t room);
void picker_fini(struct picker *picker);

/* Begins anew: empty; then each item with its weight (> 0), then make. */
void picker_clear(struct picker *picker);
void picker_add(struct picker *picker, uint32_t item, double weight);
void picker_make(struct picker *picker);

/* Must not be empty. */
uint32_t picker_pick(const struct picker *picker, struct random *random);

#endif
