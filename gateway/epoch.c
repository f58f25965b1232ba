/* SPDX-License-Identifier: Apache-2.0 */
#include "gateway/epoch.h"

#include "common/clock.h"
#include "gateway/directory.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define PATH_LEN_MAX DIRECTORY_PATH_MAX
#define EPOCH_MAX    ((UINT64_C(1) << 53) - 2) /* the one after it is still a JSON integer */

static bool refuse(char *error, size_t error_max, const char *path, const char *why)
{
    snprintf(error, error_max, "%s: %s", path, why);
    return false;
}

/* The number that a file's text is, with the end of its line or without; false for any other text.
 */
static bool read_number(const char *text, size_t len, uint64_t *number)
{
    size_t digits = len > 0 && text[len - 1] == '\n' ? len - 1 : len;
    *number = 0;
    for (size_t i = 0; i < digits; i++) {
        if (text[i] < '0' || text[i] > '9' || *number > EPOCH_MAX)
            return false;
        *number = *number * 10 + (uint64_t)(text[i] - '0');
    }
    return digits > 0 && *number <= EPOCH_MAX;
}

/* The stored epoch; 0 if there is none yet. */
static bool read_stored(const char *path, uint64_t *stored, char *error, size_t error_max)
{
    char text[32];
    FILE *file = fopen(path, "r");
    *stored = 0;
    if (file == NULL)
        return errno == ENOENT || refuse(error, error_max, path, strerror(errno));
    size_t len = fread(text, 1, sizeof text, file);
    bool failed = ferror(file) != 0;
    fclose(file);
    if (failed)
        return refuse(error, error_max, path, "cannot be read");
    if (!read_number(text, len, stored))
        return refuse(error, error_max, path,
                      "does not hold an epoch; put the last one back, or a larger number, or "
                      "remove the file if no client remembers an epoch");
    return true;
}

static bool sync_file(const char *path)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return false;
    bool synced = fsync(fd) == 0;
    close(fd);
    return synced;
}

/* Whole or not at all: written beside, synced, renamed, and the directory synced. */
static bool store(const char *directory, const char *path, uint64_t epoch)
{
    char beside[PATH_LEN_MAX + 8];
    snprintf(beside, sizeof beside, "%s.new", path);
    FILE *file = fopen(beside, "w");
    if (file == NULL)
        return false;
    bool written = fprintf(file, "%" PRIu64 "\n", epoch) > 0;
    written = fclose(file) == 0 && written;
    return written && sync_file(beside) && rename(beside, path) == 0 && directory_sync(directory);
}

bool epoch_begin(const char *state_dir, uint64_t *epoch, char *error, size_t error_max)
{
    char path[PATH_LEN_MAX];
    uint64_t stored;
    if (snprintf(path, sizeof path, "%s/epoch", state_dir) >= (int)sizeof path)
        return refuse(error, error_max, state_dir, "state_dir is too long a path");
    if (!directory_make(state_dir))
        return refuse(error, error_max, state_dir,
                      "state_dir cannot be made; make it, or choose another");
    if (!read_stored(path, &stored, error, error_max))
        return false;
    uint64_t now_ms = (uint64_t)(clock_real_ns() / NS_PER_MS);
    *epoch = stored >= now_ms ? stored + 1 : now_ms;
    if (store(state_dir, path, *epoch))
        return true;
    snprintf(error, error_max, "%s: cannot be written: %s; the gateway must own state_dir", path,
             strerror(errno));
    return false;
}
