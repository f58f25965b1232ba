/* SPDX-License-Identifier: Apache-2.0 */
/* ENSURE: an assertion about our own code, on in every build. A bug ends the process with the place
 * and the condition on standard error; the world's mistakes (frames, sockets, files) never come
 * here. */
#ifndef TICKGATE_COMMON_ENSURE_H
#define TICKGATE_COMMON_ENSURE_H

#define ENSURE(condition) ((condition) ? (void)0 : ensure_failed(#condition, __FILE__, __LINE__))

/* Prints and aborts. Any thread. */
_Noreturn void ensure_failed(const char *condition, const char *file, int line);

#endif
