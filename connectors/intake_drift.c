/* SPDX-License-Identifier: Apache-2.0 */
/* What is said of frames that are not what they should be: each is counted, and the first one of a
 * kind is shown. */
#include "connectors/intake_parts.h"

#define EXAMPLE_MAX sizeof(((struct drift *)NULL)->example)

_Static_assert(REFUSAL_COUNT <= 32, "a bit for each refusal");

static bool show(struct intake *intake, struct event *event, struct slice frame)
{
    event->drift.len = (uint16_t)(frame.len < EXAMPLE_MAX ? frame.len : EXAMPLE_MAX);
    if (frame.len > 0)
        memcpy(event->drift.example, frame.data, event->drift.len);
    return intake->sink->event(intake->sink, event);
}

void intake_refuse(struct intake *intake, enum refusal refusal, struct slice frame)
{
    struct event event;
    intake->account->refused[refusal]++;
    if (intake->refused_said & 1u << refusal)
        return;
    event_begin(&event, KIND_DRIFT);
    event.drift.refusal = (uint8_t)refusal;
    if (show(intake, &event, frame))
        intake->refused_said |= 1u << refusal;
}

/* The name among those that are remembered; NULL if it is another one, and they are as many as can
 * be. */
static struct stranger *find_stranger(struct intake *intake, enum drift_kind drift,
                                      struct slice name)
{
    for (uint32_t i = 0; i < intake->stranger_count; i++) {
        struct stranger *known = &intake->strangers[i];
        if (known->drift == drift && slice_equal((struct slice){known->name, known->len}, name))
            return known;
    }
    if (intake->stranger_count == INTAKE_STRANGERS)
        return NULL;
    struct stranger *stranger = &intake->strangers[intake->stranger_count++];
    stranger->drift = (uint8_t)drift;
    stranger->len = (uint8_t)name.len;
    if (name.len > 0)
        memcpy(stranger->name, name.data, name.len);
    return stranger;
}

void intake_note(struct intake *intake, const struct parsing *parsing)
{
    struct event event;
    struct slice name = parsing->stranger;
    if (intake->drifted)
        return;
    intake->drifted = true;
    if (name.len > sizeof event.drift.name)
        name.len = sizeof event.drift.name;
    intake->account->drifted[parsing->drift]++;
    struct stranger *stranger = find_stranger(intake, parsing->drift, name);
    if (stranger == NULL || stranger->said)
        return;
    event_begin(&event, KIND_DRIFT);
    event.drift.drift = stranger->drift;
    event.drift.name_len = stranger->len;
    memcpy(event.drift.name, stranger->name, stranger->len);
    stranger->said = show(intake, &event, intake->frame);
}

void intake_drift_flushed(struct intake *intake, bool taken)
{
    if (taken)
        intake->refused_flushed = intake->refused_said;
    else
        intake->refused_said = intake->refused_flushed;
    for (uint32_t i = 0; i < intake->stranger_count; i++) {
        struct stranger *stranger = &intake->strangers[i];
        if (taken)
            stranger->flushed = stranger->said;
        else
            stranger->said = stranger->flushed;
    }
}
