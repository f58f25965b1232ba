/* SPDX-License-Identifier: Apache-2.0 */
/* An object, but no connector: the one function is missing. */
int tickgate_something_else(void);

int tickgate_something_else(void)
{
    return 1;
}
