/* SPDX-License-Identifier: Apache-2.0 */
/* tickgate statuses: the tables by which the exchanges' words for an order become ours. */
#include "common/ensure.h"
#include "connectors/private_exchange.h"
#include "gateway/cli/commands.h"
#include "gateway/cli/options.h"

#include <stdio.h>

#define TABLE_MAX (64 * 1024)

static void print_table(const struct status_table *table)
{
    static char room[TABLE_MAX];
    struct text text = text_over(room, sizeof room);
    order_status_write(&text, table);
    ENSURE(!text.overflow);
    printf("| the exchange's word | and | is | |\n|---|---|---|---|\n");
    fwrite(text.data, 1, text.len, stdout);
}

/* Exchanges that share a table stand above it together. */
static void print_names(const struct status_table *table)
{
    const struct private_exchange *exchange;
    const char *before = "\n## ";
    for (size_t i = 0; (exchange = private_exchange_at(i)) != NULL; i++) {
        if (exchange->statuses != table)
            continue;
        printf("%s%s", before, exchange->name);
        before = ", ";
    }
    printf("\n\n");
}

static bool is_first(size_t place, const struct status_table *table)
{
    for (size_t i = 0; i < place; i++)
        if (private_exchange_at(i)->statuses == table)
            return false;
    return true;
}

static const char help[] =
    "Prints, as Markdown, what each word of each exchange for the status of an order becomes:\n"
    "the tables themselves, by which the gateway reads. docs/ORDER_STATUS.md is this output.";

static const char head[] =
    "<!-- SPDX-License-Identifier: Apache-2.0 -->\n"
    "# Order status\n"
    "\n"
    "What each exchange's word for the status of an order becomes (`status` of an `order` event;\n"
    "`exchange_status` is the word itself). Of the rules with the word the first speaks whose\n"
    "conditions all hold; in code font among them is a further word of the exchange's (a reason, "
    "a\n"
    "type of cancel). A word without a rule is `unknown`, and is told. This page is what\n"
    "`tickgate statuses` prints.\n";

int statuses_main(int argc, char **argv)
{
    const struct option_spec options[] = {{0}};
    const struct command command = {"statuses", "", help, options};
    const struct private_exchange *exchange;
    int status;
    int count = options_read(&command, argc, argv, &status);
    if (count < 0)
        return status;
    if (count > 0) {
        fprintf(stderr, "tickgate statuses: expected no argument\n");
        return EXIT_USAGE;
    }
    printf("%s", head);
    for (size_t i = 0; (exchange = private_exchange_at(i)) != NULL; i++) {
        if (!is_first(i, exchange->statuses))
            continue;
        print_names(exchange->statuses);
        print_table(exchange->statuses);
    }
    return 0;
}
