/* SPDX-License-Identifier: Apache-2.0 */
/* What clients of the simulated Upbit and the simulated Bithumb ask for on a private connection
 * (upbit.md 6.2, bithumb.md 6.2): myOrder and myAsset, the whole of what it gets. */
#ifndef TICKGATE_CONNECTORS_DIALECT_CODES_H
#define TICKGATE_CONNECTORS_DIALECT_CODES_H

#include "common/scan.h"
#include "connectors/dialect_account.h"

/* Topics of a session. Codes are not obeyed: of myOrder all markets are told. */
enum { DIALECT_MY_ORDER = 1, DIALECT_MY_ASSET = 2, DIALECT_SIMPLE = 4, DIALECT_LIST_OF_ONE = 8 };

/* A request: its objects in any order. */
struct dialect_asking {
    uint32_t topics;
    bool ticket, asset_codes, untyped; /* untyped: an object is none of the three */
    struct slice strange, format;      /* strange: a type that is none; format: empty if not said */
};

static inline bool dialect_read_object(struct slice object, struct dialect_asking *asking)
{
    struct scan scan;
    struct slice name, type = SLICE(""), ticket = SLICE(""), format = SLICE("");
    bool codes = false;
    scan_begin(&scan, object);
    scan_object(&scan);
    while (scan_member(&scan, &name)) {
        codes |= slice_equal(name, SLICE("codes"));
        if (slice_equal(name, SLICE("type")))
            scan_string(&scan, &type);
        else if (slice_equal(name, SLICE("ticket")))
            scan_string(&scan, &ticket);
        else if (slice_equal(name, SLICE("format")))
            scan_string(&scan, &format);
        else if (slice_equal(name, SLICE("codes")) && scan_peek(&scan) != SCAN_ARRAY)
            return false;
        else
            scan_skip(&scan);
    }
    bool order = slice_equal(type, SLICE("myOrder")), asset = slice_equal(type, SLICE("myAsset"));
    asking->topics |= order ? DIALECT_MY_ORDER : asset ? DIALECT_MY_ASSET : 0;
    asking->asset_codes |= asset && codes;
    asking->ticket |= ticket.len > 0;
    asking->untyped |= type.len == 0 && ticket.len == 0 && format.len == 0;
    asking->strange = type.len > 0 && !order && !asset ? type : asking->strange;
    asking->format = format.len > 0 ? format : asking->format;
    return scan_end(&scan);
}

/* False: it is not of that form. */
static inline bool dialect_read_asking(struct slice message, struct dialect_asking *asking)
{
    struct scan scan;
    struct slice object;
    *asking = (struct dialect_asking){.topics = 0};
    scan_begin(&scan, message);
    scan_array(&scan);
    while (scan_element(&scan))
        if (!scan_raw(&scan, &object) || !dialect_read_object(object, asking))
            return false;
    return scan_end(&scan);
}

#endif
