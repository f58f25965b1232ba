/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/sim/http.h"

#include <strings.h>

#define KEY_LEN 24 /* of a Sec-WebSocket-Key: 16 bytes in base 64 */

static bool equals(struct slice text, const char *word)
{
    return text.len == strlen(word) && strncasecmp(text.data, word, text.len) == 0;
}

/* True if one of the words of a comma separated list is this one. */
static bool lists(struct slice list, const char *word)
{
    while (list.len > 0) {
        const char *comma = memchr(list.data, ',', list.len);
        size_t len = comma != NULL ? (size_t)(comma - list.data) : list.len;
        struct slice part = {list.data, len};
        while (part.len > 0 && part.data[0] == ' ')
            part = (struct slice){part.data + 1, part.len - 1};
        while (part.len > 0 && part.data[part.len - 1] == ' ')
            part.len--;
        if (equals(part, word))
            return true;
        list.data += len + (comma != NULL);
        list.len -= len + (comma != NULL);
    }
    return false;
}

static int hex_value(char c)
{
    return c >= '0' && c <= '9'   ? c - '0'
           : c >= 'a' && c <= 'f' ? c - 'a' + 10
           : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                  : -1;
}

/* Appends the decoded text to `memory`; where it stands is `out`. */
static bool decode(struct slice text, struct text *memory, struct slice *out)
{
    size_t begin = memory->len;
    for (size_t i = 0; i < text.len; i++) {
        char c = text.data[i];
        if (c == '%') {
            if (text.len - i < 3 || hex_value(text.data[i + 1]) < 0 ||
                hex_value(text.data[i + 2]) < 0)
                return false;
            c = (char)(hex_value(text.data[i + 1]) << 4 | hex_value(text.data[i + 2]));
            i += 2;
        }
        text_bytes(memory, &c, 1);
    }
    *out = (struct slice){memory->data + begin, memory->len - begin};
    return !memory->overflow;
}

static struct slice take_until(struct slice *text, char end)
{
    const char *found = text->len > 0 ? memchr(text->data, end, text->len) : NULL;
    struct slice part = {text->data, found != NULL ? (size_t)(found - text->data) : text->len};
    size_t taken = part.len + (found != NULL);
    *text = (struct slice){text->data + taken, text->len - taken};
    return part;
}

bool http_read_parameters(struct slice text, struct dialect_parameter *parameters,
                          struct dialect_query *query, struct text *memory)
{
    query->parameters = parameters;
    query->parameter_count = 0;
    while (text.len > 0) {
        struct slice value = take_until(&text, '&');
        struct slice name = take_until(&value, '=');
        struct dialect_parameter *parameter = &parameters[query->parameter_count];
        if (query->parameter_count == HTTP_PARAMETERS_MAX ||
            !decode(name, memory, &parameter->name) || !decode(value, memory, &parameter->value))
            return false;
        query->parameter_count++;
    }
    return true;
}

bool http_parameter(const struct dialect_query *query, struct slice name, struct slice *value)
{
    for (uint32_t i = 0; i < query->parameter_count; i++) {
        if (!slice_equal(query->parameters[i].name, name))
            continue;
        *value = query->parameters[i].value;
        return true;
    }
    return false;
}

static enum http_error read_first_line(struct slice line, struct http_request *request)
{
    struct slice method = take_until(&line, ' ');
    struct slice url = take_until(&line, ' ');
    struct text memory = text_over(request->decoded, sizeof request->decoded);
    if (equals(line, "HTTP/1.1"))
        request->keep_alive = true;
    else if (!equals(line, "HTTP/1.0"))
        return HTTP_BAD;
    if (url.len > HTTP_URL_MAX)
        return HTTP_LONG_URL;
    if (url.len == 0 || url.data[0] != '/')
        return HTTP_BAD;
    if (!slice_equal(method, SLICE("GET")))
        return HTTP_METHOD;
    struct slice path = take_until(&url, '?');
    return decode(path, &memory, &request->query.path) &&
                   http_read_parameters(url, request->parameters, &request->query, &memory)
               ? HTTP_OK
               : HTTP_BAD;
}

struct headers {
    bool upgrade, connection, version, origin;
    struct slice key;
};

static bool read_header(struct slice line, struct http_request *request, struct headers *headers)
{
    struct slice value = line;
    struct slice name = take_until(&value, ':');
    if (name.len == 0 || name.len == line.len || memchr(name.data, ' ', name.len) != NULL)
        return false;
    while (value.len > 0 && (value.data[0] == ' ' || value.data[0] == '\t'))
        value = (struct slice){value.data + 1, value.len - 1};
    while (value.len > 0 && (value.data[value.len - 1] == ' '))
        value.len--;
    if (equals(name, "Upgrade"))
        headers->upgrade = lists(value, "websocket");
    else if (equals(name, "Sec-WebSocket-Version"))
        headers->version = equals(value, "13");
    else if (equals(name, "Sec-WebSocket-Key"))
        headers->key = value;
    else if (equals(name, "Origin"))
        headers->origin = true;
    else if (equals(name, "Content-Length"))
        return equals(value, "0");
    else if (equals(name, "Transfer-Encoding"))
        return false;
    if (!equals(name, "Connection"))
        return true;
    headers->connection = lists(value, "upgrade");
    if (lists(value, "close"))
        request->keep_alive = false;
    return true;
}

enum http_error http_read(struct slice bytes, struct http_request *request)
{
    struct slice rest = bytes;
    struct headers headers = {.key = {NULL, 0}};
    const char *end = bytes.len > 0 ? memmem(bytes.data, bytes.len, "\r\n\r\n", 4) : NULL;
    if (end == NULL)
        return bytes.len > HTTP_HEAD_MAX ? HTTP_LONG_HEAD : HTTP_MORE;
    rest.len = (size_t)(end - bytes.data) + 2;
    if (rest.len > HTTP_HEAD_MAX)
        return HTTP_LONG_HEAD;
    request->len = rest.len + 2;
    request->keep_alive = false;
    for (bool first = true; rest.len > 0; first = false) {
        struct slice line = take_until(&rest, '\n');
        if (line.len == 0 || line.data[line.len - 1] != '\r')
            return HTTP_BAD;
        line.len--;
        enum http_error error = first ? read_first_line(line, request)
                                : read_header(line, request, &headers) ? HTTP_OK
                                                                       : HTTP_BAD;
        if (error != HTTP_OK)
            return error;
    }
    request->upgrade = headers.upgrade && headers.connection;
    request->origin = headers.origin;
    request->key = headers.key;
    if (request->upgrade && (!headers.version || headers.key.len != KEY_LEN))
        return HTTP_BAD;
    return HTTP_OK;
}

static const char *status_text(int status)
{
    static const struct {
        int status;
        const char *text;
    } texts[] = {
        {200, "OK"},
        {400, "Bad Request"},
        {403, "Forbidden"},
        {404, "Not Found"},
        {405, "Method Not Allowed"},
        {414, "URI Too Long"},
        {418, "I'm a teapot"},
        {429, "Too Many Requests"},
        {431, "Request Header Fields Too Large"},
        {500, "Internal Server Error"},
        {502, "Bad Gateway"},
        {503, "Service Unavailable"},
        {504, "Gateway Timeout"},
    };
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        if (texts[i].status == status)
            return texts[i].text;
    return "Status";
}

void http_write_head(struct text *head, int status, const char *type, size_t body_len,
                     bool keep_alive, struct slice extra)
{
    text_literal(head, "HTTP/1.1 ");
    text_unsigned(head, (uint64_t)status);
    text_literal(head, " ");
    text_append(head, slice_of(status_text(status)));
    text_literal(head, "\r\nContent-Type: ");
    text_append(head, slice_of(type));
    text_literal(head, "\r\nContent-Length: ");
    text_unsigned(head, body_len);
    text_append(head, keep_alive ? SLICE("\r\nConnection: keep-alive\r\n")
                                 : SLICE("\r\nConnection: close\r\n"));
    text_append(head, extra);
    text_literal(head, "\r\n");
}
