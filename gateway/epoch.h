/* SPDX-License-Identifier: Apache-2.0 */
/* Epoch: one integer a gateway start, rising for ever: max(unix ms, last stored + 1), stored and
 * synced in `state_dir` before it is used. */
#ifndef TICKGATE_GATEWAY_EPOCH_H
#define TICKGATE_GATEWAY_EPOCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* False with what, where and what to do in `error`: a directory that cannot be made or written, a
 * file that is not an epoch (it is never overwritten: a lower epoch would be dropped by every
 * client). */
bool epoch_begin(const char *state_dir, uint64_t *epoch, char *error, size_t error_max);

#endif
