/* SPDX-License-Identifier: Apache-2.0 */
/* The way of a payload to the subscribers of its stream, straight or tampered with. */
#include "common/ensure.h"
#include "tests/sim/session.h"

#include <stdlib.h>

enum garbage { GARBAGE_NO_JSON, GARBAGE_LACKS, GARBAGE_NUMBER, GARBAGE_FORMS };

static void deliver(struct venue *venue, const struct stream *stream, struct slice payload,
                    bool broken)
{
    for (uint32_t i = 0; i < stream->count; i++) {
        struct session *session = stream->subscribers[i];
        if (!session_listens(session))
            continue;
        struct slice begin = session->wrapped ? buffer_slice(&stream->head) : SLICE("");
        struct slice end = session->wrapped ? venue->dialect->wrap_end : SLICE("");
        session_send(session, begin, payload, end);
        venue->sent++;
        if (venue->truth != NULL)
            truth_frame(venue->truth, venue->now_real_ns, session->id, begin, payload, end, broken);
    }
}

/* Copies the payload without its vital member, or with a number in it that nothing can hold. The
 * member's value has neither comma nor bracket in it. */
static void spoil(const struct venue *venue, const struct stream *stream, enum garbage form,
                  struct slice payload, struct text *out)
{
    const char *vital = venue->dialect->vital[stream->what.channel];
    const char *at = memmem(payload.data, payload.len, vital, strlen(vital));
    const char *end = payload.data + payload.len;
    if (at == NULL || form == GARBAGE_NO_JSON) {
        text_append(out, (struct slice){payload.data, payload.len - 1});
        return;
    }
    const char *value = at + strlen(vital), *rest = value;
    while (rest < end && *rest != ',' && *rest != '}')
        rest++;
    bool quoted = *value == '"';
    if (form == GARBAGE_LACKS) {
        text_bytes(out, payload.data, (size_t)(at - payload.data));
        rest += *rest == ',';
    } else {
        text_bytes(out, payload.data, (size_t)(value - payload.data));
        text_append(out, quoted ? SLICE("\"1e999\"") : SLICE("1e999"));
    }
    text_bytes(out, rest, (size_t)(end - rest));
}

static void deliver_garbage(struct venue *venue, struct stream *stream, struct slice payload)
{
    struct fault *fault = &venue->faults.kinds[FAULT_GARBAGE];
    char *memory = malloc(payload.len + 16);
    struct text text = text_over(memory, memory != NULL ? payload.len + 16 : 0);
    enum garbage form = (enum garbage)(venue->faults.garbage++ % GARBAGE_FORMS);
    spoil(venue, stream, form, payload, &text);
    if (!text.overflow)
        deliver(venue, stream, text_slice(&text), form == GARBAGE_NO_JSON);
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

static void send_through_faults(struct venue *venue, struct stream *stream, struct slice payload)
{
    if (stream->what.channel == DIALECT_CHANGES && tamper_changes(venue, stream, payload))
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
    text_literal(&text, "{\"ns\":");
    text_signed(&text, venue->intended_ns);
    text_literal(&text, ",");
    ENSURE(!text.overflow && **payload == '{');
    *payload -= text.len - 1;
    *len += text.len - 1;
    memcpy(*payload, memory, text.len);
}

void send_payload(struct venue *venue, struct stream *stream, char *payload, size_t len)
{
    if (stream->count == 0)
        return;
    if (venue->options.stamp)
        stamp(venue, &payload, &len);
    if (venue->faults.tampers || stream->held.len > 0)
        send_through_faults(venue, stream, (struct slice){payload, len});
    else
        deliver(venue, stream, (struct slice){payload, len}, false);
}
