/* SPDX-License-Identifier: Apache-2.0 */
/* After a sync that failed nobody knows what is on the disk: all that it was for is cut off and
 * counts as never written. */
#include "gateway/journal_files.h"

#include "common/ensure.h"
#include "common/log.h"
#include "gateway/directory.h"
#include "gateway/journal_segment.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#define MARK_BYTES  65536 /* between two marks */
#define PROBE_BYTES 65536 /* a disk that has no room for these is full */
#define PROBE_NAME  "probe"

/* Where a record stands. */
struct mark {
    uint64_t seq;
    uint64_t segment; /* its first record */
    uint64_t offset;
};

struct journal_files {
    char path[DIRECTORY_PATH_MAX];
    int directory_fd;
    int fd; /* of the last segment; negative: there is none yet */
    uint32_t segment_max;
    uint64_t segment; /* its first record */
    uint64_t size;    /* bytes of it that count */
    uint64_t last;
    bool torn; /* there may be bytes behind them */
    struct mark *marks;
    size_t mark_count;
};

typedef bool take_record(void *context, uint64_t seq, struct slice body);

static bool refuse(char *error, size_t error_max, const char *path, const char *why)
{
    snprintf(error, error_max, "%s: %s", path, why);
    return false;
}

static bool refuse_line(char *error, size_t error_max, const char *path, uint64_t segment,
                        uint64_t offset, const char *why)
{
    char name[JOURNAL_SEGMENT_NAME];
    journal_segment_name(segment, name);
    snprintf(error, error_max, "%s/%s: byte %" PRIu64 ": %s", path, name, offset, why);
    return false;
}

/* A record at every MARK_BYTES, and each segment's first. False: memory is out. */
static bool note(struct journal_files *files, uint64_t seq, uint64_t segment, uint64_t offset)
{
    const struct mark *before = files->mark_count > 0 ? &files->marks[files->mark_count - 1] : NULL;
    if (before != NULL && before->segment == segment && offset - before->offset < MARK_BYTES)
        return true;
    if ((files->mark_count & (files->mark_count - 1)) == 0) {
        size_t room = files->mark_count > 0 ? 2 * files->mark_count : 1;
        struct mark *grown = realloc(files->marks, room * sizeof *grown);
        if (grown == NULL)
            return false;
        files->marks = grown;
    }
    files->marks[files->mark_count++] = (struct mark){seq, segment, offset};
    return true;
}

/* Whether a whole record stands in the rest: then what stands before it was damaged, not torn. */
static bool any_whole(struct journal_segment *segment)
{
    enum journal_segment_line line;
    struct slice body;
    uint64_t at, seq;
    while ((line = journal_segment_next(segment, &at, &body, &seq)) == SEGMENT_DAMAGED)
        continue;
    return line == SEGMENT_RECORD;
}

/* Only what was never synced can be torn: nobody was told of it, unless the operator chose that. */
static bool cut_tail(struct journal_files *files, char *error, size_t error_max)
{
    struct stat status;
    if (fstat(files->fd, &status) != 0 || ftruncate(files->fd, (off_t)files->size) != 0 ||
        fsync(files->fd) != 0)
        return refuse(error, error_max, files->path, strerror(errno));
    log_warn("journal_torn",
             "%s: %" PRIu64 " bytes behind record %" PRIu64 " were not whole and are cut off",
             files->path, (uint64_t)status.st_size - files->size, files->last);
    return true;
}

/* Reads a segment through. Of the last one, what stands behind the last whole record is cut. */
static bool scan(struct journal_files *files, uint64_t first, bool is_last, char *error,
                 size_t error_max)
{
    struct journal_segment segment;
    enum journal_segment_line line = SEGMENT_END;
    struct slice body;
    uint64_t at = 0, seq;
    bool sound = true;
    if (!journal_segment_open(&segment, files->directory_fd, first, 0))
        return refuse_line(error, error_max, files->path, first, 0, strerror(errno));
    while (sound && (line = journal_segment_next(&segment, &at, &body, &seq)) == SEGMENT_RECORD) {
        sound = seq == files->last + 1 && note(files, seq, first, at);
        files->last += sound;
        files->size = segment.offset;
    }
    int reason = errno;
    bool torn = line == SEGMENT_DAMAGED && sound && is_last && !any_whole(&segment);
    journal_segment_close(&segment);
    if (sound && (line == SEGMENT_END || torn)) {
        files->torn = torn;
        return true;
    }
    return refuse_line(error, error_max, files->path, first, at,
                       line == SEGMENT_FAILED ? strerror(reason)
                       : sound ? "a damaged record; put the file back as it was, or move it and "
                                 "all behind it away and begin a journal that lacks them"
                               : "a record that does not follow the one before it");
}

static bool open_last(struct journal_files *files, char *error, size_t error_max)
{
    char name[JOURNAL_SEGMENT_NAME];
    journal_segment_name(files->segment, name);
    files->fd = openat(files->directory_fd, name, O_WRONLY | O_APPEND | O_CLOEXEC);
    if (files->fd < 0)
        return refuse_line(error, error_max, files->path, files->segment, 0, strerror(errno));
    if (files->torn && !cut_tail(files, error, error_max))
        return false;
    files->torn = false;
    return true;
}

static bool read_all(struct journal_files *files, char *error, size_t error_max)
{
    uint64_t *firsts;
    size_t count;
    bool sound = true;
    if (!journal_segment_list(files->directory_fd, &firsts, &count))
        return refuse(error, error_max, files->path, strerror(errno));
    if (count > 0)
        files->last = firsts[0] - 1; /* older segments may have been put away */
    for (size_t i = 0; sound && i < count; i++) {
        files->segment = firsts[i];
        files->size = 0;
        sound = firsts[i] == files->last + 1
                    ? scan(files, firsts[i], i + 1 == count, error, error_max)
                    : refuse_line(error, error_max, files->path, firsts[i], 0,
                                  "the file before it is missing, or lacks its end");
    }
    free(firsts);
    return sound && (count == 0 || open_last(files, error, error_max));
}

static bool make_path(char path[DIRECTORY_PATH_MAX], const char *directory, const char *account)
{
    return snprintf(path, DIRECTORY_PATH_MAX, "%s/%s", directory, account) < DIRECTORY_PATH_MAX;
}

static bool open_directory(struct journal_files *files, const char *directory, char *error,
                           size_t error_max)
{
    if (!directory_make(files->path) || !directory_sync(directory))
        return refuse(error, error_max, files->path,
                      "cannot be made; make it for the gateway, or choose another "
                      "journal.directory");
    files->directory_fd = open(files->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (files->directory_fd < 0)
        return refuse(error, error_max, files->path, strerror(errno));
    return flock(files->directory_fd, LOCK_EX | LOCK_NB) == 0 ||
           refuse(error, error_max, files->path, "another gateway writes there; stop it");
}

struct journal_files *journal_files_open(const char *directory, const char *account,
                                         uint32_t segment_max, char *error, size_t error_max)
{
    struct journal_files *files = calloc(1, sizeof *files);
    snprintf(error, error_max, "%s: out of memory", directory);
    if (files == NULL)
        return NULL;
    files->directory_fd = files->fd = -1;
    files->segment_max = segment_max;
    if (!make_path(files->path, directory, account))
        refuse(error, error_max, directory, "journal.directory is too long a path");
    else if (open_directory(files, directory, error, error_max) &&
             read_all(files, error, error_max))
        return files;
    journal_files_close(&files);
    return NULL;
}

void journal_files_close(struct journal_files **files)
{
    if (*files == NULL)
        return;
    if ((*files)->fd >= 0)
        close((*files)->fd);
    if ((*files)->directory_fd >= 0)
        close((*files)->directory_fd);
    free((*files)->marks);
    free(*files);
    *files = NULL;
}

uint64_t journal_files_last(const struct journal_files *files)
{
    return files->last;
}

static bool write_all(int fd, struct slice bytes)
{
    while (bytes.len > 0) {
        ssize_t count = write(fd, bytes.data, bytes.len);
        if (count < 0 && errno == EINTR)
            continue;
        if (count <= 0)
            return false;
        bytes = (struct slice){bytes.data + count, bytes.len - (size_t)count};
    }
    return true;
}

/* The segment is on the disk before there is another: only the last can have a torn tail. What
 * stands under the new one's name was refused before. */
static bool begin_segment(struct journal_files *files)
{
    char name[JOURNAL_SEGMENT_NAME];
    if (files->fd >= 0 && fdatasync(files->fd) != 0)
        return false;
    journal_segment_name(files->last + 1, name);
    int fd = openat(files->directory_fd, name, O_WRONLY | O_APPEND | O_CREAT | O_TRUNC | O_CLOEXEC,
                    0640);
    if (fd < 0)
        return false;
    if (fsync(files->directory_fd) != 0) {
        close(fd);
        return false;
    }
    if (files->fd >= 0)
        close(files->fd);
    files->fd = fd;
    files->segment = files->last + 1;
    files->size = 0;
    return true;
}

/* A mark that finds no memory is missed by none but a reader in a hurry. */
static void note_lines(struct journal_files *files, struct slice lines)
{
    uint64_t seq = files->last + 1;
    for (size_t at = 0; at < lines.len; seq++) {
        const char *line = lines.data + at;
        note(files, seq, files->segment, files->size + at);
        at = (size_t)((const char *)memchr(line, '\n', lines.len - at) - lines.data) + 1;
    }
}

bool journal_files_append(struct journal_files *files, struct slice lines, uint32_t count,
                          bool sync)
{
    ENSURE(!files->torn && lines.len > 0 && lines.data[lines.len - 1] == '\n');
    if ((files->fd < 0 || (files->size > 0 && files->size + lines.len > files->segment_max)) &&
        !begin_segment(files))
        return false;
    files->torn = true;
    if (!write_all(files->fd, lines) || (sync && fdatasync(files->fd) != 0))
        return false;
    files->torn = false;
    note_lines(files, lines);
    files->size += lines.len;
    files->last += count;
    return true;
}

bool journal_files_sync(struct journal_files *files)
{
    return files->fd < 0 || fdatasync(files->fd) == 0;
}

static bool write_probe(const struct journal_files *files)
{
    static const char zeros[PROBE_BYTES];
    int fd =
        openat(files->directory_fd, PROBE_NAME, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (fd < 0)
        return false;
    bool taken = write_all(fd, (struct slice){zeros, sizeof zeros}) && fsync(fd) == 0;
    int reason = errno;
    close(fd);
    unlinkat(files->directory_fd, PROBE_NAME, 0);
    errno = reason;
    return taken;
}

bool journal_files_probe(struct journal_files *files)
{
    if (files->torn && (ftruncate(files->fd, (off_t)files->size) != 0 || fdatasync(files->fd) != 0))
        return false;
    files->torn = false;
    return write_probe(files) && journal_files_sync(files);
}

/* The last mark at or before a record; NULL: it is older than all that stands. */
static const struct mark *mark_before(const struct journal_files *files, uint64_t seq)
{
    size_t low = 0, high = files->mark_count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (files->marks[middle].seq <= seq)
            low = middle + 1;
        else
            high = middle;
    }
    return low > 0 ? &files->marks[low - 1] : NULL;
}

/* What is read, and from where. */
struct walk {
    int directory_fd;
    const char *path;
    struct mark from;
    uint64_t after, last;
    take_record *take;
    void *context;
};

/* Reads one segment from `from` on, which then stands behind its last record. *more: `take` wants
 * what follows. */
static bool walk_segment(struct walk *walk, bool *more, char *error, size_t error_max)
{
    struct journal_segment segment;
    struct mark *from = &walk->from;
    enum journal_segment_line line = SEGMENT_END;
    struct slice body;
    uint64_t at = from->offset, seq;
    bool follows = true;
    if (!journal_segment_open(&segment, walk->directory_fd, from->segment, from->offset))
        return refuse_line(error, error_max, walk->path, from->segment, at, strerror(errno));
    while (*more && follows && from->seq <= walk->last &&
           (line = journal_segment_next(&segment, &at, &body, &seq)) == SEGMENT_RECORD) {
        follows = seq == from->seq;
        *more = !follows || seq <= walk->after || walk->take(walk->context, seq, body);
        from->seq++;
    }
    int reason = errno;
    journal_segment_close(&segment);
    if (line == SEGMENT_FAILED)
        return refuse_line(error, error_max, walk->path, from->segment, at, strerror(reason));
    return (follows && line != SEGMENT_DAMAGED) ||
           refuse_line(error, error_max, walk->path, from->segment, at, "a damaged record");
}

bool journal_files_read(const struct journal_files *files, uint64_t after, take_record *take,
                        void *context, char *error, size_t error_max)
{
    bool sound = true, more = true;
    if (after >= files->last)
        return true;
    const struct mark *mark = mark_before(files, after + 1);
    struct walk walk = {.directory_fd = files->directory_fd,
                        .path = files->path,
                        .from = mark != NULL ? *mark : files->marks[0],
                        .after = after,
                        .last = files->last,
                        .take = take,
                        .context = context};
    while (sound && more && walk.from.seq <= files->last) {
        uint64_t before = walk.from.seq;
        sound = walk_segment(&walk, &more, error, error_max) &&
                (walk.from.seq > before ||
                 refuse_line(error, error_max, files->path, walk.from.segment, walk.from.offset,
                             "the file is shorter than it was"));
        walk.from.segment = walk.from.seq;
        walk.from.offset = 0;
    }
    return sound;
}

bool journal_files_load(const char *directory, const char *account, uint64_t after,
                        take_record *take, void *context, char *error, size_t error_max)
{
    char path[DIRECTORY_PATH_MAX];
    uint64_t *firsts = NULL;
    size_t count = 0, at = 0;
    bool sound, more = true;
    if (!make_path(path, directory, account))
        return refuse(error, error_max, directory, "journal.directory is too long a path");
    int directory_fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    sound = directory_fd >= 0 && journal_segment_list(directory_fd, &firsts, &count);
    if (!sound)
        refuse(error, error_max, path, strerror(errno));
    while (at + 1 < count && firsts[at + 1] <= after + 1)
        at++;
    for (; sound && more && at < count; at++) {
        struct walk walk = {directory_fd, path,   {firsts[at], firsts[at], 0}, after, UINT64_MAX,
                            take,         context};
        sound = walk_segment(&walk, &more, error, error_max);
    }
    free(firsts);
    if (directory_fd >= 0)
        close(directory_fd);
    return sound;
}
