/* SPDX-License-Identifier: Apache-2.0 */
#include "gateway/fault.h"

#include "common/ensure.h"

#include <stdarg.h>
#include <stdio.h>

bool fault_set(struct fault *fault, enum fault_code code, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(fault->message, sizeof fault->message, format, arguments);
    va_end(arguments);
    fault->code = code;
    return false;
}

struct slice fault_word(enum fault_code code)
{
#define FAULT_SLICE(NAME, word) {word, sizeof(word) - 1},
    static const struct slice words[] = {FAULT_WORDS(FAULT_SLICE)};
#undef FAULT_SLICE
    ENSURE((unsigned)code < FAULT_COUNT);
    return words[code];
}

/* What is beyond is cut before the character that it would cut. */
void fault_json_string(struct text *text, struct slice bytes)
{
    size_t len = bytes.len < FAULT_BYTES_MAX ? bytes.len : FAULT_BYTES_MAX;
    while (len > 0 && len < bytes.len && ((unsigned char)bytes.data[len] & 0xc0) == 0x80)
        len--;
    text_json_foreign(text, (struct slice){bytes.data, len});
}
