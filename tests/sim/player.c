/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/sim/player.h"

#include "common/ensure.h"
#include "common/map.h"
#include "common/scan.h"
#include "tests/sim/http.h"
#include "tests/sim/replica.h"

#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#define STREAMS_MAX 80000
#define SYMBOL_MAX  64
#define DIGITS      8

struct listed {
    char symbol[SYMBOL_MAX];
    size_t symbol_len;
    struct replica book;
    bool known;              /* a snapshot came */
    uint32_t first_snapshot; /* its line; the count of lines: there is none */
};

struct line {
    struct slice payload;
    int64_t at_ns;  /* from the first */
    uint32_t index; /* of the stream, of a snapshot's instrument */
    bool snapshot;
};

struct played {
    struct slice key;
    struct dialect_stream what;
    uint32_t instrument;
};

struct file {
    char *data;
    size_t len;
};

struct player {
    const struct dialect *dialect;
    struct file text, times, connections, addresses;
    struct line *lines;
    uint32_t line_count, next;
    struct played *streams;
    uint32_t stream_count;
    struct listed *instruments;
    uint32_t instrument_count;
    struct map *by_key, *by_symbol;
    struct dialect_level levels[2][PLAYER_LEVELS_MAX];
};

/* An empty one is as good as none. */
static bool open_file(struct file *file, const char *path)
{
    struct stat status;
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return false;
    if (fstat(fd, &status) == 0 && status.st_size > 0) {
        void *data = mmap(NULL, (size_t)status.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
        if (data != MAP_FAILED)
            *file = (struct file){data, (size_t)status.st_size};
    }
    close(fd);
    return file->data != NULL;
}

static void close_file(struct file *file)
{
    if (file->data != NULL)
        munmap(file->data, file->len);
    *file = (struct file){NULL, 0};
}

/* The file of the same name with another ending; not having it is no fault. */
static void open_beside(struct file *file, const char *path, const char *ending)
{
    char other[PATH_MAX];
    size_t len = strlen(path);
    if (len > 6 && strcmp(path + len - 6, ".jsonl") == 0 &&
        snprintf(other, sizeof other, "%.*s%s", (int)(len - 6), path, ending) < (int)sizeof other)
        open_file(file, other);
}

/* The next line of a file, without its end; false when there is none. */
static bool next_line(const struct file *file, size_t *place, struct slice *line)
{
    if (*place >= file->len)
        return false;
    const char *at = file->data + *place, *end = memchr(at, '\n', file->len - *place);
    size_t len = end != NULL ? (size_t)(end - at) : file->len - *place;
    *line = (struct slice){at, len};
    *place += len + 1;
    return true;
}

static bool list_symbol(struct player *player, struct slice symbol, uint32_t *index)
{
    if (map_get(player->by_symbol, symbol, index))
        return true;
    if (symbol.len == 0 || symbol.len > SYMBOL_MAX ||
        player->instrument_count == PLAYER_INSTRUMENTS_MAX)
        return false;
    struct listed *listed = &player->instruments[player->instrument_count];
    memcpy(listed->symbol, symbol.data, symbol.len);
    listed->symbol_len = symbol.len;
    listed->first_snapshot = UINT32_MAX;
    *index = player->instrument_count++;
    return map_put(player->by_symbol, symbol, *index);
}

static bool list_stream(struct player *player, struct slice key, uint32_t *index)
{
    char memory[SYMBOL_MAX];
    struct text symbol = text_over(memory, sizeof memory);
    struct played played = {.key = key};
    if (map_get(player->by_key, key, index))
        return true;
    if (player->stream_count == STREAMS_MAX ||
        !player->dialect->read_key(key, &played.what, &symbol) || symbol.overflow ||
        !list_symbol(player, text_slice(&symbol), &played.instrument))
        return false;
    player->streams[player->stream_count] = played;
    *index = player->stream_count++;
    return map_put(player->by_key, key, *index);
}

/* The instrument of which a connection asked for the book: "http0": {"url": "...?symbol=X&..."}. */
static bool symbol_of(const struct player *player, struct slice connection, struct slice *symbol)
{
    struct http_request request;
    struct scan scan;
    struct slice name, url = {NULL, 0};
    struct text memory = text_over(request.decoded, sizeof request.decoded);
    if (player->addresses.data == NULL)
        return false;
    scan_begin(&scan, (struct slice){player->addresses.data, player->addresses.len});
    scan_object(&scan);
    while (scan_member(&scan, &name)) {
        if (!slice_equal(name, connection) || scan_peek(&scan) != SCAN_OBJECT) {
            scan_skip(&scan);
            continue;
        }
        scan_object(&scan);
        while (scan_member(&scan, &name))
            if (!slice_equal(name, SLICE("url")) || !scan_string(&scan, &url))
                scan_skip(&scan);
    }
    const char *query = url.len > 0 ? memchr(url.data, '?', url.len) : NULL;
    return query != NULL && url.len <= sizeof request.decoded &&
           http_read_parameters((struct slice){query + 1, (size_t)(url.data + url.len - query - 1)},
                                request.parameters, &request.query, &memory) &&
           http_parameter(&request.query, SLICE("symbol"), symbol);
}

/* When a line came, from the first one; never before the one before it. */
static void set_time(struct player *player, struct line *line, struct slice digits, int64_t gap_ns,
                     int64_t *first_ns)
{
    int64_t before_ns = player->line_count > 0 ? line[-1].at_ns : 0;
    if (digits.len == 0) {
        line->at_ns = (int64_t)player->line_count * gap_ns;
        return;
    }
    int64_t ns = 0;
    for (size_t i = 0; i < digits.len && i < DIGITS_FIT_64 && digits_value(digits.data[i]) <= 9;
         i++)
        ns = (int64_t)((uint64_t)ns * 10 + digits_value(digits.data[i]));
    if (*first_ns == 0)
        *first_ns = ns;
    line->at_ns = ns - *first_ns > before_ns ? ns - *first_ns : before_ns;
}

/* Finds out what each line is. Snapshots keep their place, for the second look. */
static void read_lines(struct player *player, int64_t gap_ns)
{
    size_t at = 0, time_at = 0, connection_at = 0;
    int64_t first_ns = 0;
    struct slice text, key, symbol;
    while (next_line(&player->text, &at, &text)) {
        struct slice digits = {NULL, 0}, connection = {NULL, 0};
        struct line *line = &player->lines[player->line_count];
        next_line(&player->times, &time_at, &digits);
        next_line(&player->connections, &connection_at, &connection);
        enum dialect_line kind = player->dialect->read_line(text, &key, &line->payload);
        line->snapshot = kind == DIALECT_LINE_SNAPSHOT;
        line->index = UINT32_MAX;
        if (kind == DIALECT_LINE_OTHER ||
            (kind == DIALECT_LINE_DATA && !list_stream(player, key, &line->index)) ||
            (line->snapshot && symbol_of(player, connection, &symbol) &&
             !list_symbol(player, symbol, &line->index)))
            continue;
        set_time(player, line, digits, gap_ns, &first_ns);
        player->line_count++;
    }
}

/* A snapshot of which nothing says whose it is belongs to the only instrument, or to nobody. */
static void place_snapshots(struct player *player)
{
    for (uint32_t i = 0; i < player->line_count; i++) {
        struct line *line = &player->lines[i];
        if (!line->snapshot)
            continue;
        if (line->index == UINT32_MAX && player->instrument_count == 1)
            line->index = 0;
        if (line->index != UINT32_MAX && player->instruments[line->index].first_snapshot > i)
            player->instruments[line->index].first_snapshot = i;
    }
}

static bool make_tables(struct player *player)
{
    size_t lines = 1;
    for (size_t i = 0; i < player->text.len; i++)
        lines += player->text.data[i] == '\n';
    if (lines >= UINT32_MAX)
        return false;
    player->lines = calloc(lines, sizeof *player->lines);
    player->streams = calloc(STREAMS_MAX, sizeof *player->streams);
    player->instruments = calloc(PLAYER_INSTRUMENTS_MAX, sizeof *player->instruments);
    player->by_key = map_new(STREAMS_MAX);
    player->by_symbol = map_new(PLAYER_INSTRUMENTS_MAX);
    return player->lines != NULL && player->streams != NULL && player->instruments != NULL &&
           player->by_key != NULL && player->by_symbol != NULL;
}

struct player *player_open(const char *path, const struct dialect *dialect, int64_t gap_ns,
                           const char **why)
{
    struct player *player = dialect->read_line != NULL ? calloc(1, sizeof *player) : NULL;
    *why = dialect->read_line != NULL ? "the recording cannot be read"
                                      : "this exchange's recordings cannot be played";
    if (player == NULL)
        return NULL;
    player->dialect = dialect;
    if (!open_file(&player->text, path) || !make_tables(player)) {
        player_close(&player);
        return NULL;
    }
    open_beside(&player->times, path, ".ts");
    open_beside(&player->connections, path, ".conn");
    open_beside(&player->addresses, path, ".conns.json");
    read_lines(player, gap_ns);
    place_snapshots(player);
    if (player->stream_count == 0) {
        *why = "the recording has no stream in it";
        player_close(&player);
    }
    return player;
}

void player_close(struct player **player)
{
    if (*player == NULL)
        return;
    for (uint32_t i = 0; i < (*player)->instrument_count; i++)
        replica_fini(&(*player)->instruments[i].book);
    map_destroy(&(*player)->by_key);
    map_destroy(&(*player)->by_symbol);
    free((*player)->lines);
    free((*player)->streams);
    free((*player)->instruments);
    close_file(&(*player)->text);
    close_file(&(*player)->times);
    close_file(&(*player)->connections);
    close_file(&(*player)->addresses);
    free(*player);
    *player = NULL;
}

uint32_t player_instrument_count(const struct player *player)
{
    return player->instrument_count;
}

/* A recording does not say what the tick and the step were: the least that can be written. */
void player_instrument(const struct player *player, uint32_t index,
                       struct dialect_instrument *instrument)
{
    const struct listed *listed = &player->instruments[index];
    struct decimal least = {.low = 1, .scale = DIGITS};
    *instrument = (struct dialect_instrument){
        .symbol = {listed->symbol, listed->symbol_len}, .tick = least, .step = least};
    if (!player->dialect->split_symbol(instrument->symbol, &instrument->base, &instrument->quote))
        instrument->base = instrument->quote = instrument->symbol;
}

bool player_find(const struct player *player, struct slice symbol, uint32_t *index)
{
    return map_get(player->by_symbol, symbol, index);
}

bool player_stream(const struct player *player, uint32_t place, struct slice *key,
                   struct dialect_stream *what, uint32_t *instrument)
{
    if (place >= player->stream_count)
        return false;
    *key = player->streams[place].key;
    *what = player->streams[place].what;
    *instrument = player->streams[place].instrument;
    return true;
}

int64_t player_next_ns(const struct player *player)
{
    return player->next < player->line_count ? player->lines[player->next].at_ns : INT64_MAX;
}

static bool read_book(struct player *player, const struct line *line, struct dialect_book *book)
{
    return player->dialect->read_book(line->payload, book, player->levels[0], player->levels[1],
                                      PLAYER_LEVELS_MAX);
}

/* Into the book of `instrument`, if it is a line of its changes. */
static void apply_changes(struct player *player, const struct line *line, uint32_t instrument)
{
    struct dialect_book changes;
    if (line->snapshot || player->streams[line->index].instrument != instrument ||
        player->streams[line->index].what.channel != DIALECT_CHANGES)
        return;
    if (read_book(player, line, &changes))
        ENSURE(replica_apply(&player->instruments[instrument].book, &changes));
}

/* What the stream has said so far may go beyond the reply: that is applied again. */
static void apply_snapshot(struct player *player, const struct line *line)
{
    struct dialect_book book;
    if (line->index == UINT32_MAX || !read_book(player, line, &book))
        return;
    player->instruments[line->index].known = true;
    ENSURE(replica_replace(&player->instruments[line->index].book, &book));
    for (uint32_t i = 0; i < player->next; i++)
        apply_changes(player, &player->lines[i], line->index);
}

bool player_take(struct player *player, uint32_t *place, struct slice *payload)
{
    ENSURE(player->next < player->line_count);
    const struct line *line = &player->lines[player->next++];
    if (line->snapshot) {
        apply_snapshot(player, line);
        return false;
    }
    *place = line->index;
    *payload = line->payload;
    apply_changes(player, line, player->streams[line->index].instrument);
    return true;
}

void player_book(struct player *player, uint32_t index, uint32_t levels, struct dialect_book *book)
{
    const struct listed *listed = &player->instruments[index];
    const struct replica *replica = &listed->book;
    if (!listed->known && listed->first_snapshot < player->line_count)
        apply_snapshot(player, &player->lines[listed->first_snapshot]);
    *book = (struct dialect_book){
        .last_id = replica->last_id,
        .bids = replica->levels[0],
        .asks = replica->levels[1],
        .bid_count = replica->counts[0] < levels ? replica->counts[0] : levels,
        .ask_count = replica->counts[1] < levels ? replica->counts[1] : levels};
}
