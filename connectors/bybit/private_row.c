/* SPDX-License-Identifier: Apache-2.0 */
#include "connectors/bybit/private_row.h"

/* Of the market's own rows, an instrument and a leg: false if the row is of another market. REST
 * names the category once for all rows; positions of 2023 left it empty. */
bool bybit_begin_row(struct slice text, const struct flat *flat, enum kind kind,
                     struct bybit_row *row, const struct bybit_telling *telling,
                     enum refusal *refusal)
{
    struct scan scan;
    *row = (struct bybit_row){.leg = 0};
    event_begin(&row->event, kind);
    row->event.ts_exchange = telling->told_ns;
    scan_begin(&scan, text);
    *refusal = flat_object(&scan, flat, row, telling->parsing);
    if (*refusal == REFUSAL_NONE && !scan_end(&scan))
        *refusal = payload_refusal(&scan);
    return *refusal == REFUSAL_NONE &&
           (row->category.len == 0 || slice_equal(row->category, telling->market->category));
}

void bybit_tell(struct bybit_row *row, const struct bybit_telling *telling)
{
    telling->take(telling->context, &row->event);
}

bool bybit_row_symbol(const struct bybit_row *row, char field[SYMBOL_MAX + 1])
{
    if (!payload_is_symbol(row->symbol) || row->symbol.len > SYMBOL_MAX)
        return false;
    bybit_set_text(field, SYMBOL_MAX + 1, row->symbol);
    return true;
}

enum refusal bybit_read_leg(struct scan *scan, void *record, struct parsing *parsing)
{
    struct bybit_row *row = record;
    (void)parsing;
    scan_unsigned(scan, &row->leg);
    return REFUSAL_NONE;
}

enum side bybit_row_side(const struct bybit_row *row, struct parsing *parsing)
{
    static const struct flat_word sides[] = {WORD("Buy", SIDE_BUY), WORD("Sell", SIDE_SELL),
                                             WORD("None", SIDE_UNKNOWN), FLAT_END_OF_WORDS};
    return bybit_word(sides, row->side, SIDE_UNKNOWN, parsing);
}

/* 7.2: of hedge mode. */
enum position_side bybit_row_leg(const struct bybit_row *row)
{
    return row->leg == 1 ? POSITION_LONG : row->leg == 2 ? POSITION_SHORT : POSITION_FLAT;
}

static bool ends_with(struct slice text, struct slice end)
{
    return text.len > end.len && memcmp(text.data + text.len - end.len, end.data, end.len) == 0;
}

/* 5.3: contracts by their names: BTCUSDT, BTCUSDT-21FEB25; BTCPERP, BTC-26DEC25; BTCUSD, BTCUSDH23.
 */
static struct slice settle_coin(struct slice symbol, const struct bybit_market *market)
{
    static const struct slice usd = {"USD", 3}, usdt = {"USDT", 4};
    const char *at = memmem(symbol.data, symbol.len, usd.data, usd.len);
    if (market->settle_coins[0].len == 0)
        return (struct slice){symbol.data, at != NULL ? (size_t)(at - symbol.data) : 0};
    at = memmem(symbol.data, symbol.len, usdt.data, usdt.len);
    const char *end = symbol.data + symbol.len;
    bool is_usdt = at != NULL && (at + usdt.len == end || at[usdt.len] == '-');
    return is_usdt ? usdt : market->settle_coins[1];
}

/* 6.4: what a fee is paid in where the row does not say it: on spot what is got, for a maker's
 * rebate what is given. A pair is told apart by the usual quotes; of any other one the fee is not
 * known. */
struct slice bybit_row_fee_asset(const struct bybit_row *row, bool rebate,
                                 const struct bybit_market *market)
{
    static const struct slice quotes[] = {
        {"USDT", 4}, {"USDC", 4}, {"EUR", 3}, {"BTC", 3}, {"ETH", 3}};
    bool quote = slice_equal(row->side, SLICE("Sell")) != rebate;
    if (row->fee_coin.len > 0)
        return row->fee_coin;
    if (!market->spot)
        return settle_coin(row->symbol, market);
    for (size_t i = 0; i < sizeof quotes / sizeof *quotes; i++)
        if (ends_with(row->symbol, quotes[i]))
            return quote ? quotes[i]
                         : (struct slice){row->symbol.data, row->symbol.len - quotes[i].len};
    return SLICE("");
}

uint8_t bybit_word(const struct flat_word *words, struct slice word, uint8_t otherwise,
                   struct parsing *parsing)
{
    for (; words->word.data != NULL; words++)
        if (slice_equal(words->word, word))
            return words->value;
    if (word.len > 0)
        payload_strange_word(word, parsing);
    return otherwise;
}

void bybit_set_text(char *field, size_t room, struct slice string)
{
    char memory[512];
    struct text text = text_over(memory, sizeof memory);
    if (string.len > 0 && memchr(string.data, '\\', string.len) != NULL &&
        scan_unescape(string, &text) && !text.overflow)
        string = text_slice(&text);
    size_t len = string.len < room ? string.len : room - 1;
    if (len > 0)
        memcpy(field, string.data, len);
    field[len] = '\0';
}
