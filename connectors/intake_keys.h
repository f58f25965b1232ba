/* SPDX-License-Identifier: Apache-2.0 */
/* Keys of the intake: which a topic has, which topics a key feeds, and what is known of a key
 * besides its data. A part of intake.h, whose words and owner are these. */
#ifndef TICKGATE_CONNECTORS_INTAKE_KEYS_H
#define TICKGATE_CONNECTORS_INTAKE_KEYS_H

#include "connectors/exchange.h"

#define INTAKE_TOPIC_KEYS EXCHANGE_PARTS /* that feed one topic */
#define INTAKE_KEY_TOPICS 4              /* fed by one key */

struct intake;

/* The keys of a topic that are to be subscribed, those of polled streams left out; how many. */
uint32_t intake_topic_keys(const struct intake *intake, uint32_t slot,
                           uint32_t keys[INTAKE_TOPIC_KEYS]);
struct slice intake_key_text(const struct intake *intake, uint32_t key);
/* Its stream: the root that carries it, its deadline. */
const struct stream *intake_key_stream(const struct intake *intake, uint32_t key);
/* The topics that it feeds; how many. */
uint32_t intake_key_topics(const struct intake *intake, uint32_t key,
                           uint32_t slots[INTAKE_KEY_TOPICS]);
uint32_t intake_key_end(const struct intake *intake); /* highest number ever used + 1 */
/* The topic that a key feeds, the first of its kind; false if none (replay). */
bool intake_slot(const struct intake *intake, struct slice key, enum kind kind, uint32_t *slot);

/* When a key last had data (real ns); 0: none since it was made or its session came up. */
int64_t intake_key_heard_ns(const struct intake *intake, uint32_t key);
/* When the newest news of a trade of its instrument came, by whichever key; 0 never. */
int64_t intake_key_traded_ns(const struct intake *intake, uint32_t key);
/* The session that carries it is lost (its continuity begins anew with the next one), or is there,
 * as its next data tells too: its topics recover. Nothing is said that is so already. */
void intake_key_down(struct intake *intake, uint32_t key, enum reason reason, int64_t now_ns);
void intake_key_up(struct intake *intake, uint32_t key, int64_t now_ns);
/* It is to be subscribed anew (hooks.renew), and the beginning that its stream then brings has not
 * come. */
bool intake_key_renewing(const struct intake *intake, uint32_t key);
/* It has brought nothing for longer than it may: its topics are `stale` (silent) until it does. */
void intake_key_overdue(struct intake *intake, uint32_t key, int64_t now_ns);
/* The same of all keys of a session that brings nothing at all: a topic is `stale` until any of its
 * keys on this session brings something. */
void intake_key_silent(struct intake *intake, uint32_t key, uint32_t session, int64_t now_ns);

/* A reply for a polled stream of a topic; false: it was refused, or there is no such topic. A poll
 * that fails is counted by nobody here: the part is overdue when intake_poll_overdue says so. */
bool intake_poll(struct intake *intake, uint32_t slot, uint32_t stream, struct slice body,
                 int64_t received_ns);
void intake_poll_overdue(struct intake *intake, uint32_t slot, uint32_t stream, int64_t now_ns);

#endif
