/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/sim/http.h"

#include "common/digits.h"

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

static bool is_method(struct slice word)
{
    return slice_equal(word, SLICE("GET")) || slice_equal(word, SLICE("POST")) ||
           slice_equal(word, SLICE("PUT")) || slice_equal(word, SLICE("DELETE"));
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
    if (!is_method(method))
        return HTTP_METHOD;
    struct slice path = take_until(&url, '?');
    request->query.method = method;
    request->query.raw = url;
    return decode(path, &memory, &request->query.path) &&
                   http_read_parameters(url, request->parameters, &request->query, &memory)
               ? HTTP_OK
               : HTTP_BAD;
}

struct headers {
    bool upgrade, connection, version, origin;
    struct slice key;
    size_t body_len;
    struct text lowered; /* room for names */
};

/* A Content-Length: more than fits is as much as does not fit. */
static bool read_length(struct slice value, size_t *len)
{
    *len = 0;
    for (size_t i = 0; i < value.len; i++) {
        if (digits_value(value.data[i]) > 9)
            return false;
        if (*len <= HTTP_BODY_MAX)
            *len = *len * 10 + digits_value(value.data[i]);
    }
    return value.len > 0;
}

/* What the connection is about; false: it cannot be. *own: no header of the query. */
static bool read_own(struct slice name, struct slice value, struct http_request *request,
                     struct headers *headers, bool *own)
{
    *own = true;
    if (equals(name, "Upgrade")) {
        headers->upgrade = lists(value, "websocket");
    } else if (equals(name, "Connection")) {
        headers->connection = lists(value, "upgrade");
        if (lists(value, "close"))
            request->keep_alive = false;
    } else if (equals(name, "Sec-WebSocket-Version")) {
        headers->version = equals(value, "13");
    } else if (equals(name, "Sec-WebSocket-Key")) {
        headers->key = value;
    } else if (equals(name, "Content-Length")) {
        return read_length(value, &headers->body_len);
    } else if (equals(name, "Transfer-Encoding")) {
        return false;
    } else {
        headers->origin |= equals(name, "Origin");
        *own = name.len >= 14 && strncasecmp(name.data, "Sec-WebSocket-", 14) == 0;
    }
    return true;
}

static enum http_error keep_header(struct slice name, struct slice value,
                                   struct http_request *request, struct headers *headers)
{
    char *lower = text_reserve(&headers->lowered, name.len);
    if (lower == NULL || request->query.header_count == HTTP_HEADERS_MAX)
        return HTTP_LONG_HEAD;
    for (size_t i = 0; i < name.len; i++)
        lower[i] =
            (char)(name.data[i] >= 'A' && name.data[i] <= 'Z' ? name.data[i] | 0x20 : name.data[i]);
    request->headers[request->query.header_count++] =
        (struct dialect_parameter){{lower, name.len}, value};
    return HTTP_OK;
}

static enum http_error read_header(struct slice line, struct http_request *request,
                                   struct headers *headers)
{
    struct slice value = line;
    struct slice name = take_until(&value, ':');
    bool own;
    if (name.len == 0 || name.len == line.len || memchr(name.data, ' ', name.len) != NULL)
        return HTTP_BAD;
    while (value.len > 0 && (value.data[0] == ' ' || value.data[0] == '\t'))
        value = (struct slice){value.data + 1, value.len - 1};
    while (value.len > 0 && (value.data[value.len - 1] == ' '))
        value.len--;
    if (!read_own(name, value, request, headers, &own))
        return HTTP_BAD;
    return own ? HTTP_OK : keep_header(name, value, request, headers);
}

static enum http_error read_body(struct slice bytes, size_t len, struct http_request *request)
{
    if (len > HTTP_BODY_MAX)
        return HTTP_LONG_BODY;
    if (len > 0 && slice_equal(request->query.method, SLICE("GET")))
        return HTTP_BAD;
    if (bytes.len - request->len < len)
        return HTTP_MORE;
    request->query.body = (struct slice){bytes.data + request->len, len};
    request->len += len;
    return HTTP_OK;
}

enum http_error http_read(struct slice bytes, struct http_request *request)
{
    struct slice rest = bytes;
    struct headers headers = {.lowered = text_over(request->lowered, sizeof request->lowered)};
    const char *end = bytes.len > 0 ? memmem(bytes.data, bytes.len, "\r\n\r\n", 4) : NULL;
    if (end == NULL)
        return bytes.len > HTTP_HEAD_MAX ? HTTP_LONG_HEAD : HTTP_MORE;
    rest.len = (size_t)(end - bytes.data) + 2;
    if (rest.len > HTTP_HEAD_MAX)
        return HTTP_LONG_HEAD;
    request->len = rest.len + 2;
    request->keep_alive = false;
    request->query = (struct dialect_query){.headers = request->headers};
    for (bool first = true; rest.len > 0; first = false) {
        struct slice line = take_until(&rest, '\n');
        if (line.len == 0 || line.data[line.len - 1] != '\r')
            return HTTP_BAD;
        line.len--;
        enum http_error error =
            first ? read_first_line(line, request) : read_header(line, request, &headers);
        if (error != HTTP_OK)
            return error;
    }
    request->upgrade = headers.upgrade && headers.connection;
    request->origin = headers.origin;
    request->key = headers.key;
    if (request->upgrade && (!headers.version || headers.key.len != KEY_LEN))
        return HTTP_BAD;
    return read_body(bytes, headers.body_len, request);
}

static const char *status_text(int status)
{
    static const struct {
        int status;
        const char *text;
    } texts[] = {
        {200, "OK"},
        {201, "Created"},
        {400, "Bad Request"},
        {401, "Unauthorized"},
        {403, "Forbidden"},
        {404, "Not Found"},
        {405, "Method Not Allowed"},
        {410, "Gone"},
        {413, "Content Too Large"},
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
