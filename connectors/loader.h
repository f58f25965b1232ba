/* SPDX-License-Identifier: Apache-2.0 */
/* Loader: shared objects that bring exchanges (object.h), into the registry. What is loaded runs in
 * this process with all its rights, so that who may put a file there is asked first: it lies
 * directly in a directory that was allowed; the file, the directory and every one above it belong
 * to root or to us and cannot be written by anybody else. What was checked is what is loaded: the
 * file is opened once. The registry's thread alone. */
#ifndef TICKGATE_CONNECTORS_LOADER_H
#define TICKGATE_CONNECTORS_LOADER_H

#include "connectors/registry.h"

#define LOADER_DIRECTORIES 8
#define LOADER_PATH_MAX    512 /* bytes of a path with its NUL */
#define LOADER_WHY_MAX     240 /* room for a reason with its NUL */

struct loader_directories {
    char paths[LOADER_DIRECTORIES][LOADER_PATH_MAX];
    uint32_t count; /* 0: nothing may be loaded */
};

enum loader_verdict {
    LOADER_LOADED,
    LOADER_FORBIDDEN, /* its place, its kind of file, its owner or its permissions */
    LOADER_BAD,   /* no such object: it cannot be loaded, its version, a table that is not whole */
    LOADER_TAKEN, /* an exchange of one of its names is there already */
    LOADER_FULL,  /* no room for all its exchanges */
};

/* Loads the object and adds all its exchanges, or adds none and says why in `why` (LOADER_WHY_MAX
 * bytes). The same file again gives the same exchanges. *exchanges ends with NULL and lives as long
 * as the process. */
enum loader_verdict loader_load(const char *path, const struct loader_directories *directories,
                                const struct exchange *const **exchanges, char *why);

/* The path that an exchange was loaded from; NULL: it is built in. */
const char *loader_path(const struct exchange *exchange);

#endif
