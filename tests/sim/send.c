/* SPDX-License-Identifier: Apache-2.0 */
/* The way of a payload to the subscribers of its stream, straight or tampered with. */
#include "common/ensure.h"
#include "common/scan.h"
#include "tests/sim/session.h"

#include <stdlib.h>

enum garbage { GARBAGE_NO_JSON, GARBAGE_LACKS, GARBAGE_NUMBER, GARBAGE_FORMS };

static void deliver_to(struct venue *venue, const struct stream *stream, struct session *session,
                       struct slice payload, bool broken)
{
    if (!session_listens(session))
        return;
    struct slice begin = session->wrapped ? buffer_slice(&stream->head) : SLICE("");
    struct slice end = session->wrapped ? venue->dialect->wrap_end : SLICE("");
    session_send(session, begin, payload, end);
    venue->sent++;
    if (venue->truth != NULL)
        truth_frame(venue->truth, venue->now_real_ns, session->id, begin, payload, end,
                    broken           ? TRUTH_BROKEN
                    : session->stray ? TRUTH_STRAY
                                     : TRUTH_PLAIN);
}

static void deliver(struct venue *venue, const struct stream *stream, struct slice payload,
                    bool broken)
{
    for (uint32_t i = 0; i < stream->count; i++)
        deliver_to(venue, stream, stream->subscribers[i], payload, broken);
}

/* Copies the payload without its vital member, or with a number in it that nothing can hold; false:
 * it is no JSON any more. */
static bool spoil(const struct venue *venue, const struct stream *stream, enum garbage form,
                  struct slice payload, struct text *out)
{
    const char *vital = venue->dialect->vital[stream->what.channel];
    const char *at = vital != NULL ? memmem(payload.data, payload.len, vital, strlen(vital)) : NULL;
    const char *end = payload.data + payload.len;
    if (at == NULL || form == GARBAGE_NO_JSON) {
        text_append(out, (struct slice){payload.data, payload.len - 1});
        return false;
    }
    struct slice raw;
    struct scan scan;
    scan_begin(&scan, (struct slice){at + strlen(vital), (size_t)(end - at) - strlen(vital)});
    ENSURE(scan_raw(&scan, &raw));
    const char *value = raw.data, *rest = raw.data + raw.len;
    bool quoted = *value == '"';
    if (form == GARBAGE_LACKS) {
        at -= *rest != ',' && at[-1] == ',';
        text_bytes(out, payload.data, (size_t)(at - payload.data));
        rest += *rest == ',';
    } else {
        text_bytes(out, payload.data, (size_t)(value - payload.data));
        text_append(out, quoted ? SLICE("\"1e999\"") : SLICE("1e999"));
    }
    text_bytes(out, rest, (size_t)(end - rest));
    return true;
}

static void deliver_garbage(struct venue *venue, struct stream *stream, struct slice payload)
{
    struct fault *fault = &venue->faults.kinds[FAULT_GARBAGE];
    char *memory = malloc(payload.len + 16);
    struct text text = text_over(memory, memory != NULL ? payload.len + 16 : 0);
    enum garbage form = (enum garbage)(venue->faults.garbage++ % GARBAGE_FORMS);
    bool whole = spoil(venue, stream, form, payload, &text);
    if (!text.overflow)
        deliver(venue, stream, text_slice(&text), !whole);
    free(memory);
    faults_use(&venue->faults, fault);
}

/* White space makes it long, and leaves it what it is. */
static void deliver_large(struct venue *venue, struct stream *stream, struct slice payload)
{
    struct fault *fault = &venue->faults.kinds[FAULT_LARGE];
    struct buffer large = {.data = NULL};
    size_t len = fault->bytes > payload.len ? fault->bytes : payload.len;
    char *at = buffer_reserve(&large, len);
    if (at != NULL) {
        at[0] = payload.data[0];
        memset(at + 1, ' ', len - payload.len);
        memcpy(at + 1 + len - payload.len, payload.data + 1, payload.len - 1);
        deliver(venue, stream, (struct slice){at, len}, false);
    }
    buffer_fini(&large);
    faults_use(&venue->faults, fault);
}

/* What concerns the changes of one book. True: the message was seen to. */
static bool tamper_changes(struct venue *venue, struct stream *stream, struct slice payload)
{
    struct faults *faults = &venue->faults;
    struct fault *fault;
    if (stream->held.len > 0) {
        deliver(venue, stream, payload, false);
        deliver(venue, stream, buffer_slice(&stream->held), false);
        buffer_take(&stream->held, stream->held.len);
        return true;
    }
    if ((fault = faults_at(faults, FAULT_DROP, stream->instrument, venue->now_ns)) != NULL) {
        faults_use(faults, fault);
        return true;
    }
    if ((fault = faults_at(faults, FAULT_SWAP, stream->instrument, venue->now_ns)) != NULL) {
        if (!buffer_append(&stream->held, payload))
            return false;
        fault->on = false; /* but it tampers until the next message came */
        return true;
    }
    if ((fault = faults_at(faults, FAULT_DUPLICATE, stream->instrument, venue->now_ns)) != NULL) {
        deliver(venue, stream, payload, false);
        faults_use(faults, fault);
    }
    return false;
}

/* What a book is followed by: its changes, or the whole where there are none of those. */
static bool follows_book(const struct venue *venue, const struct stream *stream)
{
    return stream->what.channel == DIALECT_CHANGES ||
           (stream->what.channel == DIALECT_LEVELS &&
            !streams_shows_changes(venue->streams, stream->instrument));
}

static void send_through_faults(struct venue *venue, struct stream *stream, struct slice payload)
{
    if (follows_book(venue, stream) && tamper_changes(venue, stream, payload))
        return;
    if (faults_on(&venue->faults, FAULT_GARBAGE, venue->now_ns) != NULL)
        deliver_garbage(venue, stream, payload);
    else if (faults_on(&venue->faults, FAULT_LARGE, venue->now_ns) != NULL)
        deliver_large(venue, stream, payload);
    else
        deliver(venue, stream, payload, false);
}

/* The stamp goes in front of the first member; there is room before the payload. */
static void stamp(const struct venue *venue, char **payload, size_t *len)
{
    char memory[SEND_ROOM];
    struct text text = text_over(memory, sizeof memory);
    const char *brace = memchr(*payload, '{', *len);
    ENSURE(brace != NULL);
    size_t before = (size_t)(brace - *payload) + 1;
    text_bytes(&text, *payload, before);
    text_literal(&text, "\"ns\":");
    text_signed(&text, venue->intended_ns);
    text_literal(&text, ",");
    ENSURE(!text.overflow);
    *payload -= text.len - before;
    *len += text.len - before;
    memcpy(*payload, memory, text.len);
}

static bool is_mute(struct venue *venue, const struct stream *stream)
{
    const struct fault *fault = faults_on(&venue->faults, FAULT_MUTE, venue->now_ns);
    return fault != NULL && fault->stream == stream;
}

void send_payload(struct venue *venue, struct stream *stream, char *payload, size_t len)
{
    if (stream->count == 0 || is_mute(venue, stream))
        return;
    if (venue->options.stamp)
        stamp(venue, &payload, &len);
    if (venue->faults.tampers || stream->held.len > 0)
        send_through_faults(venue, stream, (struct slice){payload, len});
    else
        deliver(venue, stream, (struct slice){payload, len}, false);
}

void send_first(struct venue *venue, struct stream *stream, struct session *session, char *payload,
                size_t len)
{
    if (is_mute(venue, stream))
        return;
    if (venue->options.stamp)
        stamp(venue, &payload, &len);
    deliver_to(venue, stream, session, (struct slice){payload, len}, false);
}
