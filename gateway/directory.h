/* SPDX-License-Identifier: Apache-2.0 */
/* Directory: those that the gateway writes in. */
#ifndef TICKGATE_GATEWAY_DIRECTORY_H
#define TICKGATE_GATEWAY_DIRECTORY_H

#include <stdbool.h>

#define DIRECTORY_PATH_MAX 600

/* Makes a directory (0750) and those above it (0755) as far as they are not there. False if it is
 * none afterwards: errno. */
bool directory_make(const char *path);
/* What was made in it, renamed or removed is on the disk. False: errno. */
bool directory_sync(const char *path);

#endif
