/* SPDX-License-Identifier: Apache-2.0 */
/* An object is loaded by the name of its open file, /proc/self/fd/N, so that nobody can put another
 * one in its place between the look and the loading. The C library tells objects apart by that
 * name: the file of one that stays loaded stays open, or the next file of the same number would be
 * taken for it. */
#include "connectors/loader.h"

#include "common/ensure.h"
#include "connectors/object.h"

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define NAME_ROOM 32 /* of an open file's path */
#define STUCK_MAX 16 /* refused objects that the C library did not let go of */

static struct loaded {
    dev_t device;
    ino_t inode;
    char path[LOADER_PATH_MAX];
    const struct exchange *const *exchanges;
} loaded[REGISTRY_MAX];
static size_t loaded_count, stuck_count;

/* An object on its way. */
struct loading {
    struct text *why;
    int directory; /* that it lies in; -1 not yet */
    int file;      /* -1 not yet */
    struct stat stat;
    void *handle;
    const struct connector_object *object;
    bool stays; /* it was taken */
};

static enum loader_verdict refuse(struct loading *loading, enum loader_verdict verdict,
                                  const char *format, ...) __attribute__((format(printf, 3, 4)));

static enum loader_verdict refuse(struct loading *loading, enum loader_verdict verdict,
                                  const char *format, ...)
{
    char room[LOADER_WHY_MAX];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(room, sizeof room, format, arguments);
    va_end(arguments);
    text_append(loading->why, slice_of(room));
    return verdict;
}

/* Who else could change it; NULL nobody. A directory above that is anybody's but sticky (/tmp)
 * keeps others from replacing what is ours in it. */
static const char *distrust(const struct stat *stat, bool above)
{
    if (stat->st_uid != 0 && stat->st_uid != geteuid())
        return "belongs to another user";
    if ((stat->st_mode & (S_IWGRP | S_IWOTH)) == 0 || (above && (stat->st_mode & S_ISVTX)))
        return NULL;
    return stat->st_mode & S_IWOTH ? "may be written by anybody" : "may be written by its group";
}

/* Goes down to the directory from the root, a step at a time, none of them through a link. */
static enum loader_verdict enter(struct loading *loading, const char *directory)
{
    char path[PATH_MAX], *rest, *name;
    size_t seen = 0;
    snprintf(path, sizeof path, "%s", directory);
    name = strtok_r(path, "/", &rest);
    loading->directory = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
    for (;;) {
        struct stat stat;
        if (loading->directory < 0 || fstat(loading->directory, &stat) != 0)
            return refuse(loading, LOADER_FORBIDDEN, "directory: %s cannot be opened: %s",
                          directory, strerror(errno));
        const char *who = distrust(&stat, name != NULL);
        if (who != NULL)
            return refuse(loading, LOADER_FORBIDDEN, "directory: %.*s %s",
                          (int)(seen > 0 ? seen : 1), directory, who);
        if (name == NULL)
            return LOADER_LOADED;
        int above = loading->directory;
        loading->directory = openat(above, name, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
        close(above);
        seen = (size_t)(name - path) + strlen(name);
        name = strtok_r(NULL, "/", &rest);
    }
}

/* The directory of a path must be one of those that were allowed, by whatever names. */
static enum loader_verdict find_directory(struct loading *loading, const char *path,
                                          const struct loader_directories *directories)
{
    char given[LOADER_PATH_MAX], real[PATH_MAX], allowed[PATH_MAX];
    const char *slash = strrchr(path, '/');
    if (directories->count == 0)
        return refuse(loading, LOADER_FORBIDDEN, "connector.directories is empty");
    if (path[0] != '/' || strlen(path) >= sizeof given || slash[1] == '\0')
        return refuse(loading, LOADER_FORBIDDEN, "expected the whole path of a file");
    snprintf(given, sizeof given, "%.*s/", (int)(slash - path), path);
    if (realpath(given, real) != NULL)
        for (uint32_t i = 0; i < directories->count; i++)
            if (realpath(directories->paths[i], allowed) != NULL && strcmp(real, allowed) == 0)
                return enter(loading, real);
    return refuse(loading, LOADER_FORBIDDEN, "it lies in none of connector.directories");
}

static enum loader_verdict open_file(struct loading *loading, const char *name)
{
    loading->file =
        openat(loading->directory, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
    if (loading->file < 0 && errno == ELOOP)
        return refuse(loading, LOADER_FORBIDDEN, "file: it is a symbolic link");
    if (loading->file < 0 || fstat(loading->file, &loading->stat) != 0)
        return refuse(loading, LOADER_BAD, "file: it cannot be opened: %s", strerror(errno));
    if (!S_ISREG(loading->stat.st_mode))
        return refuse(loading, LOADER_FORBIDDEN, "file: it is no regular file");
    const char *who = distrust(&loading->stat, false);
    return who != NULL ? refuse(loading, LOADER_FORBIDDEN, "file: it %s", who) : LOADER_LOADED;
}

static const struct loaded *find_loaded(const struct stat *stat)
{
    for (size_t i = 0; i < loaded_count; i++)
        if (loaded[i].device == stat->st_dev && loaded[i].inode == stat->st_ino)
            return &loaded[i];
    return NULL;
}

static enum loader_verdict check_version(struct loading *loading)
{
    const struct connector_object *object = loading->object;
    if (object == NULL)
        return refuse(loading, LOADER_BAD, "tickgate_connector gives nothing");
    if (object->version != TICKGATE_CONNECTOR_VERSION)
        return refuse(loading, LOADER_BAD, "version %u, this gateway takes %d", object->version,
                      TICKGATE_CONNECTOR_VERSION);
    if (object->exchange_size != sizeof(struct exchange) ||
        object->stream_size != sizeof(struct stream) || object->event_size != sizeof(struct event))
        return refuse(loading, LOADER_BAD,
                      "built for tables of other sizes (%u, %u, %u) than this gateway's (%zu, %zu, "
                      "%zu)",
                      object->exchange_size, object->stream_size, object->event_size,
                      sizeof(struct exchange), sizeof(struct stream), sizeof(struct event));
    if (object->exchanges == NULL || object->exchanges[0] == NULL)
        return refuse(loading, LOADER_BAD, "it brings no exchange");
    return LOADER_LOADED;
}

static void write_name(char name[NAME_ROOM], const struct loading *loading)
{
    snprintf(name, NAME_ROOM, "/proc/self/fd/%d", loading->file);
}

static enum loader_verdict load(struct loading *loading)
{
    char name[NAME_ROOM];
    connector_entry *entry;
    void *symbol;
    if (stuck_count == STUCK_MAX)
        return refuse(loading, LOADER_FULL, "too many refused objects could not be unloaded");
    write_name(name, loading);
    loading->handle = dlopen(name, RTLD_NOW | RTLD_LOCAL);
    if (loading->handle == NULL)
        return refuse(loading, LOADER_BAD, "it cannot be loaded: %.160s", dlerror());
    symbol = dlsym(loading->handle, "tickgate_connector");
    if (symbol == NULL)
        return refuse(loading, LOADER_BAD, "tickgate_connector is missing");
    memcpy(&entry, &symbol, sizeof entry);
    loading->object = entry();
    return check_version(loading);
}

/* Nothing is added before all was judged. */
static enum loader_verdict judge(struct loading *loading)
{
    const struct exchange *const *exchanges = loading->object->exchanges;
    size_t count = 0;
    for (; exchanges[count] != NULL; count++) {
        if (count == REGISTRY_MAX)
            return refuse(loading, LOADER_FULL, "it brings more than %d exchanges", REGISTRY_MAX);
        char room[LOADER_WHY_MAX];
        struct text why = text_over(room, sizeof room);
        if (!registry_check(exchanges[count], &why))
            return refuse(loading, LOADER_BAD, "exchange %zu: %.*s", count + 1, (int)why.len,
                          why.data);
        bool taken = exchange_find(slice_of(exchanges[count]->name)) != NULL;
        for (size_t i = 0; i < count; i++)
            taken |= strcmp(exchanges[i]->name, exchanges[count]->name) == 0;
        if (taken)
            return refuse(loading, LOADER_TAKEN, "there is an exchange %s already",
                          exchanges[count]->name);
    }
    return count <= registry_room()
               ? LOADER_LOADED
               : refuse(loading, LOADER_FULL, "there are %d exchanges at most", REGISTRY_MAX);
}

static const struct loaded *add(struct loading *loading, const char *path)
{
    struct loaded *object = &loaded[loaded_count++];
    object->device = loading->stat.st_dev;
    object->inode = loading->stat.st_ino;
    object->exchanges = loading->object->exchanges;
    snprintf(object->path, sizeof object->path, "%s", path);
    for (size_t i = 0; object->exchanges[i] != NULL; i++)
        ENSURE(registry_add(object->exchanges[i], loading->why) == REGISTRY_ADDED);
    loading->stays = true;
    return object;
}

static enum loader_verdict bring(struct loading *loading, const char *path,
                                 const struct loader_directories *directories,
                                 const struct loaded **object)
{
    enum loader_verdict verdict = find_directory(loading, path, directories);
    if (verdict == LOADER_LOADED)
        verdict = open_file(loading, strrchr(path, '/') + 1);
    if (verdict != LOADER_LOADED || (*object = find_loaded(&loading->stat)) != NULL)
        return verdict;
    verdict = load(loading);
    if (verdict == LOADER_LOADED)
        verdict = judge(loading);
    if (verdict == LOADER_LOADED)
        *object = add(loading, path);
    return verdict;
}

/* Closes what is not needed for the life of the process. */
static void finish(struct loading *loading)
{
    char name[NAME_ROOM];
    if (loading->directory >= 0)
        close(loading->directory);
    if (loading->file < 0 || loading->stays)
        return;
    if (loading->handle != NULL) {
        write_name(name, loading);
        dlclose(loading->handle);
        loading->handle = dlopen(name, RTLD_NOW | RTLD_LOCAL | RTLD_NOLOAD);
    }
    if (loading->handle != NULL)
        stuck_count++;
    else
        close(loading->file);
}

enum loader_verdict loader_load(const char *path, const struct loader_directories *directories,
                                const struct exchange *const **exchanges, char *why)
{
    struct text words = text_over(why, LOADER_WHY_MAX - 1);
    struct loading loading = {.why = &words, .directory = -1, .file = -1};
    const struct loaded *object = NULL;
    enum loader_verdict verdict = bring(&loading, path, directories, &object);
    finish(&loading);
    why[words.len] = '\0';
    if (verdict == LOADER_LOADED)
        *exchanges = object->exchanges;
    return verdict;
}

const char *loader_path(const struct exchange *exchange)
{
    for (size_t i = 0; i < loaded_count; i++)
        for (const struct exchange *const *of = loaded[i].exchanges; *of != NULL; of++)
            if (*of == exchange)
                return loaded[i].path;
    return NULL;
}
