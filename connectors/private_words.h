/* SPDX-License-Identifier: Apache-2.0 */
/* Words: what others said, without what nobody may see. Pure. */
#ifndef TICKGATE_CONNECTORS_PRIVATE_WORDS_H
#define TICKGATE_CONNECTORS_PRIVATE_WORDS_H

#include "common/text.h"

/* Copies `words`, cut, with a NUL; whatever is no printable ASCII becomes '?', and each of `hidden`
 * that stands there becomes "***", even where `words` are cut off in its middle. */
void private_copy_words(char *to, size_t room, struct slice words, const struct slice *hidden,
                        size_t hidden_count);

#endif
