/* SPDX-License-Identifier: Apache-2.0 */
/* A directory for a journal's files, and bodies of events to be written there. */
#ifndef TICKGATE_TESTS_UNIT_JOURNAL_STAGE_H
#define TICKGATE_TESTS_UNIT_JOURNAL_STAGE_H

#include <check.h>
#include <dirent.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define STAGE_PATH_MAX 512

static char stage_directory[64];

static inline void stage_begin(void)
{
    snprintf(stage_directory, sizeof stage_directory, "/tmp/tickgate-journal.XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(stage_directory));
}

static inline void stage_path(char path[STAGE_PATH_MAX], const char *account, const char *name)
{
    snprintf(path, STAGE_PATH_MAX, "%s/%s/%s", stage_directory, account, name);
}

/* Removes an account's directory; how many files stood in it. */
static inline int stage_clear(const char *account)
{
    char path[STAGE_PATH_MAX];
    struct dirent *entry;
    int files = 0;
    stage_path(path, account, "");
    DIR *directory = opendir(path);
    while (directory != NULL && (entry = readdir(directory)) != NULL)
        if (entry->d_name[0] != '.') {
            stage_path(path, account, entry->d_name);
            files += unlink(path) == 0;
        }
    if (directory != NULL)
        closedir(directory);
    snprintf(path, sizeof path, "%s/%s", stage_directory, account);
    rmdir(path);
    return files;
}

static inline void stage_end(const char *account)
{
    stage_clear(account);
    ck_assert_int_eq(rmdir(stage_directory), 0);
}

/* The bytes of a file, which the caller frees. */
static inline char *stage_read(const char *account, const char *name, size_t *len)
{
    char path[STAGE_PATH_MAX];
    struct stat status;
    stage_path(path, account, name);
    int fd = open(path, O_RDONLY);
    ck_assert_msg(fd >= 0 && fstat(fd, &status) == 0, "%s is not there", path);
    *len = (size_t)status.st_size;
    char *bytes = malloc(*len + 1);
    ck_assert_int_eq(read(fd, bytes, *len), (ssize_t)*len);
    close(fd);
    return bytes;
}

static inline void stage_write(const char *account, const char *name, const char *bytes, size_t len)
{
    char path[STAGE_PATH_MAX];
    stage_path(path, account, name);
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    ck_assert_int_ge(fd, 0);
    ck_assert_int_eq(write(fd, bytes, len), (ssize_t)len);
    close(fd);
}

#endif
