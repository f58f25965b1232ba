/* SPDX-License-Identifier: Apache-2.0 */
/* How the simulated Upbit spells its objects and numbers. Source: upbit.md 3.0: the same number is
 * written in many ways, by format, type and field. */
#include "connectors/dialect_text.h"
#include "connectors/upbit/sim_parts.h"

void upbit_sim_name(struct upbit_sim_object *object, const char *name, const char *brief)
{
    text_append(object->text, object->begun ? SLICE(",\"") : SLICE("{\""));
    text_append(object->text, slice_of(object->simple ? brief : name));
    text_literal(object->text, "\":");
    object->begun = true;
}

void upbit_sim_text(struct upbit_sim_object *object, const char *name, const char *brief,
                    struct slice value)
{
    upbit_sim_name(object, name, brief);
    text_json_string(object->text, value);
}

void upbit_sim_whole(struct upbit_sim_object *object, const char *name, const char *brief,
                     uint64_t value)
{
    upbit_sim_name(object, name, brief);
    text_unsigned(object->text, value);
}

/* With at least so many digits behind the point. */
static void write_padded(struct text *text, const struct decimal *value, uint32_t digits)
{
    decimal_write(text, value);
    if (value->scale == 0)
        text_literal(text, ".");
    for (uint32_t i = value->scale; i < digits; i++)
        text_literal(text, "0");
}

/* A digit, a point and the rest of the digits, then the exponent. `value` is trimmed, not 0 and
 * below 2^64. */
static void write_exponent(struct text *text, const struct decimal *value, int exponent, bool upper)
{
    char bytes[DIGITS_FIT_64 + 1];
    struct text digits = text_over(bytes, sizeof bytes);
    uint64_t mantissa = value->low;
    while (mantissa % 10 == 0)
        mantissa /= 10;
    text_unsigned(&digits, mantissa);
    text_append(text, value->negative ? SLICE("-") : SLICE(""));
    text_bytes(text, bytes, 1);
    if (digits.len > 1) {
        text_literal(text, ".");
        text_bytes(text, bytes + 1, digits.len - 1);
    } else if (upper) {
        text_literal(text, ".0");
    }
    text_append(text, upper ? SLICE("E") : exponent < 0 ? SLICE("e-") : SLICE("e+"));
    if (upper) {
        text_signed(text, exponent);
        return;
    }
    if (exponent > -10 && exponent < 10)
        text_literal(text, "0");
    text_unsigned(text, (uint64_t)(exponent < 0 ? -exponent : exponent));
}

/* The shortest spelling of a floating point number, as two languages write it: plain within some
 * bounds, and with an exponent beyond. */
static void write_shortest(struct text *text, struct decimal value, bool upper)
{
    struct decimal trimmed = dialect_trimmed(value);
    int exponent = (int)digits_count(trimmed.low) - 1 - (int)trimmed.scale;
    bool plain = upper ? exponent >= -3 && exponent < 7 : exponent >= -4 && exponent < 16;
    if (decimal_is_zero(&trimmed) || trimmed.high != 0 || plain)
        write_padded(text, &trimmed, 1);
    else
        write_exponent(text, &trimmed, exponent, upper);
}

void upbit_sim_decimal(struct upbit_sim_object *object, const char *name, const char *brief,
                       const struct decimal *value, enum upbit_sim_spelling spelling)
{
    struct decimal trimmed = dialect_trimmed(*value);
    upbit_sim_name(object, name, brief);
    switch (spelling) {
    case UPBIT_SIM_PLAIN:
        decimal_write(object->text, &trimmed);
        break;
    case UPBIT_SIM_EIGHT:
        write_padded(object->text, &trimmed, 8);
        break;
    case UPBIT_SIM_LONG:
        write_padded(object->text, &trimmed, 16);
        break;
    default:
        write_shortest(object->text, *value, spelling == UPBIT_SIM_UPPER);
    }
}

/* Of numbers with the same digits behind the point. */
static struct decimal total_size(const struct dialect_level *levels, uint32_t count)
{
    struct decimal total = {0};
    for (uint32_t i = 0; i < count; i++) {
        total.low += levels[i].size.low;
        total.scale = levels[i].size.scale;
    }
    return total;
}

/* 4: the i-th ask stands with the i-th bid; the shorter side is padded with zeros. */
void upbit_sim_book(struct upbit_sim_object *object, const struct dialect_book *book,
                    enum upbit_sim_spelling price, enum upbit_sim_spelling size)
{
    static const struct dialect_level none;
    uint32_t units = book->bid_count > book->ask_count ? book->bid_count : book->ask_count;
    struct decimal asks = total_size(book->asks, book->ask_count);
    struct decimal bids = total_size(book->bids, book->bid_count);
    upbit_sim_decimal(object, "total_ask_size", "tas", &asks, size);
    upbit_sim_decimal(object, "total_bid_size", "tbs", &bids, size);
    upbit_sim_name(object, "orderbook_units", "obu");
    text_literal(object->text, "[");
    for (uint32_t i = 0; i < units; i++) {
        const struct dialect_level *ask = i < book->ask_count ? &book->asks[i] : &none;
        const struct dialect_level *bid = i < book->bid_count ? &book->bids[i] : &none;
        struct upbit_sim_object unit = {.text = object->text, .simple = object->simple};
        if (i > 0)
            text_literal(object->text, ",");
        upbit_sim_decimal(&unit, "ask_price", "ap", &ask->price, price);
        upbit_sim_decimal(&unit, "bid_price", "bp", &bid->price, price);
        upbit_sim_decimal(&unit, "ask_size", "as", &ask->size, size);
        upbit_sim_decimal(&unit, "bid_size", "bs", &bid->size, size);
        text_literal(object->text, "}");
    }
    text_literal(object->text, "]");
}
