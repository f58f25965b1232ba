/* SPDX-License-Identifier: Apache-2.0 */
/* The gate's self-test: what the files of the gate share, and nobody else sees. */
#ifndef TICKGATE_GATEWAY_GATE_PARTS_H
#define TICKGATE_GATEWAY_GATE_PARTS_H

#include "gateway/gate.h"

/* Three keys: one that has the right, one that has others, one that nobody knows. */
enum gate_test_key { GATE_TEST_GOOD, GATE_TEST_POOR, GATE_TEST_UNKNOWN, GATE_TEST_KEYS };

struct gate_test {
    char public_keys[GATE_TEST_KEYS][RIGHTS_KEY_TEXT + 1];
    char secret_keys[GATE_TEST_KEYS][RIGHTS_KEY_TEXT + 1];
};

/* Makes the keys, and the table by which the gate is to judge them; NULL: no memory. */
struct rights *gate_test_rights(struct gate_test *test);
/* Has each of them connect. False with the reason in `error`: not all that was expected happened
 * within two seconds, or something else did. */
bool gate_test_run(struct gate_test *test, const struct gate *gate, void *context, char *error,
                   size_t error_max);

#endif
