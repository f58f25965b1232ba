/* SPDX-License-Identifier: Apache-2.0 */
/* Decimals against arithmetic on paper: digit by digit, in texts. The input is two numbers, a line
 * each: both are read, printed and compared in both ways. */
#include "common/decimal.h"
#include "common/ensure.h"

#include <stdlib.h>

#define DIGITS_MAX 600
#define SCALE_MAX  28
#define LARGEST    "79228162514264337593543950335" /* 2^96 - 1 */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* 0.d1d2d3... with the point moved: value = digits * 10^-scale, without leading zeros. */
struct paper {
    bool negative;
    char digits[DIGITS_MAX];
    size_t len;
    long scale;
};

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static void add_digit(struct paper *paper, char digit)
{
    if (paper->len == 0 && digit == '0')
        return;
    ENSURE(paper->len < DIGITS_MAX);
    paper->digits[paper->len++] = digit;
}

/* The grammar, once more and slowly. Exponents beyond any that can matter are as good as 1000. */
static bool read_paper(struct slice text, struct paper *paper)
{
    size_t at = 0;
    *paper = (struct paper){0};
    if (at < text.len && text.data[at] == '-') {
        paper->negative = true;
        at++;
    }
    size_t first = at;
    for (; at < text.len && is_digit(text.data[at]); at++)
        add_digit(paper, text.data[at]);
    if (at == first)
        return false;
    if (at < text.len && text.data[at] == '.') {
        first = ++at;
        for (; at < text.len && is_digit(text.data[at]); at++, paper->scale++)
            add_digit(paper, text.data[at]);
        if (at == first)
            return false;
    }
    if (at < text.len && (text.data[at] == 'e' || text.data[at] == 'E')) {
        bool negative = ++at < text.len && text.data[at] == '-';
        at += at < text.len && (text.data[at] == '-' || text.data[at] == '+');
        long exponent = 0;
        first = at;
        for (; at < text.len && is_digit(text.data[at]); at++)
            exponent = exponent < 1000 ? exponent * 10 + (text.data[at] - '0') : 1000;
        if (at == first)
            return false;
        paper->scale += negative ? exponent : -exponent;
    }
    return at == text.len;
}

static bool fits(const struct paper *paper)
{
    size_t most = strlen(LARGEST);
    return paper->scale <= SCALE_MAX &&
           (paper->len < most || (paper->len == most && memcmp(paper->digits, LARGEST, most) <= 0));
}

/* Makes the number one that can be held, giving up zeros of the fraction alone; false if it cannot
 * be. */
static bool settle(struct paper *paper)
{
    if (paper->len == 0) {
        paper->negative = false;
        paper->scale = paper->scale < 0 ? 0 : paper->scale > SCALE_MAX ? SCALE_MAX : paper->scale;
        return true;
    }
    for (; paper->scale < 0; paper->scale++) {
        if (paper->len > 40)
            return false;
        add_digit(paper, '0');
    }
    while (!fits(paper)) {
        if (paper->scale == 0 || paper->digits[paper->len - 1] != '0')
            return false;
        paper->len--;
        paper->scale--;
    }
    return true;
}

static void print_paper(const struct paper *paper, struct text *text)
{
    long whole = (long)paper->len - paper->scale;
    if (paper->negative)
        text_literal(text, "-");
    if (whole <= 0)
        text_literal(text, "0");
    for (long i = whole < 0 ? whole : 0; i < (long)paper->len; i++) {
        if (i == whole || (whole <= 0 && i == (whole < 0 ? whole : 0)))
            text_literal(text, ".");
        if (i < 0)
            text_literal(text, "0");
        else
            text_bytes(text, &paper->digits[i], 1);
    }
    if (paper->len == 0 && paper->scale > 0 && whole == 0)
        text_literal(text, ".");
}

/* <0, 0, >0 by value: both put to the same scale, then as texts of the same length. */
static int compare_papers(const struct paper *a, const struct paper *b)
{
    struct paper x = *a, y = *b;
    if (x.negative != y.negative)
        return x.negative ? -1 : 1;
    while (x.scale < y.scale && x.len > 0)
        add_digit(&x, '0'), x.scale++;
    while (y.scale < x.scale && y.len > 0)
        add_digit(&y, '0'), y.scale++;
    int order = x.len != y.len ? (x.len < y.len ? -1 : 1) : memcmp(x.digits, y.digits, x.len);
    return x.negative ? -order : order;
}

static int sign(int value)
{
    return (value > 0) - (value < 0);
}

/* What the number is on paper and what it is read as must be the same; false if it is none. */
static bool check_number(struct slice text, struct paper *paper, struct decimal *value)
{
    enum decimal_error error = decimal_read(text, value);
    if (!read_paper(text, paper)) {
        ENSURE(error == DECIMAL_SYNTAX);
        return false;
    }
    if (!settle(paper)) {
        ENSURE(error == DECIMAL_TOO_LARGE);
        return false;
    }
    char printed[DECIMAL_TEXT_MAX], wanted[DECIMAL_TEXT_MAX];
    struct text ours = text_over(printed, sizeof printed);
    struct text theirs = text_over(wanted, sizeof wanted);
    ENSURE(error == DECIMAL_OK);
    decimal_write(&ours, value);
    print_paper(paper, &theirs);
    ENSURE(!ours.overflow && slice_equal(text_slice(&ours), text_slice(&theirs)));
    ENSURE(decimal_is_zero(value) == (paper->len == 0));
    struct decimal again;
    ENSURE(decimal_read(text_slice(&ours), &again) == DECIMAL_OK);
    ENSURE(memcmp(&again, value, sizeof again) == 0);
    return true;
}

/* The quick way stops where the number does, and must not see more in it than the slow one. */
static void check_plain(struct slice text)
{
    struct decimal plain, whole;
    const char *at = text.data, *end = at + text.len;
    end = text.len >= DECIMAL_PLAIN_ROOM ? decimal_plain(at, &plain)
                                         : decimal_plain_near(at, end, &plain);
    if (end == NULL)
        return;
    ENSURE(end > at && end <= at + text.len);
    ENSURE(decimal_read((struct slice){at, (size_t)(end - at)}, &whole) == DECIMAL_OK);
    ENSURE(memcmp(&plain, &whole, sizeof plain) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size > 500)
        return 0;
    const char *line = size > 0 ? memchr(data, '\n', size) : NULL;
    size_t len = line != NULL ? (size_t)(line - (const char *)data) : size;
    struct slice texts[] = {{(const char *)data, len},
                            {(const char *)data + len + 1, line != NULL ? size - len - 1 : 0}};
    struct paper papers[2];
    struct decimal values[2];
    bool held[2] = {false};
    for (int i = 0; i < 2; i++) {
        if (texts[i].len == 0)
            continue;
        held[i] = check_number(texts[i], &papers[i], &values[i]);
        check_plain(texts[i]);
    }
    if (held[0] && held[1]) {
        int order = sign(compare_papers(&papers[0], &papers[1]));
        ENSURE(sign(decimal_compare(&values[0], &values[1])) == order);
        ENSURE(sign(decimal_compare(&values[1], &values[0])) == -order);
    }
    return 0;
}
