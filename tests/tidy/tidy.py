#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""The house rules as a test: each rule is a function that yields (file, line, what is wrong)."""
import os
import re
import subprocess
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
ROOMS = ["common", "proto", "connectors", "gateway"]  # the include arrow points to the left
SOURCE_MAX, HEADER_MAX, FUNCTION_MAX, COLUMN_MAX = 500, 150, 70, 100

# One door for each foreign library: who may include it.
DOORS = {
    "zmq.h": r"gateway/(channel|publisher|manager|requests|journal_feed|endpoints|gate|gate_test)\.c|gateway/cli/(client|version)\.c|tests/.*|proto/clients/.*",
    "czmq.h": r"gateway/certificate\.c",
    "libwebsockets.h": r"connectors/(transport|session|connector)\.[ch]|gateway/(http|cli/version)\.c|tests/.*",
    "curl/curl.h": r"connectors/fetch\w*\.[ch]|gateway/cli/version\.c|tests/.*",
    "jansson.h": r"gateway/.*|tests/.*",
    "yaml.h": r"gateway/(yaml_table\.[ch]|cli/version\.c)|tests/.*",
    "openssl/": r"common/(secret|sign)\.c|connectors/transport\.c|gateway/cli/version\.c|tests/.*",
}
BANNED = {
    r"\b(strcpy|strcat|sprintf|vsprintf|gets|atoi|atol|atof|strtod|strtof)\s*\(": "banned function",
    r"\bpthread_(mutex|rwlock|cond|spin)\w*": "no locks: the table stands in the wrong room",
    r"\b(TODO|FIXME|XXX)\b": "an issue or nothing",
    r'#include "\.\./': "include from the root: \"room/file.h\"",
}
NO_DOUBLE = re.compile(r"\b(double|float)\b")
SLEEP = re.compile(r"\b(sleep|usleep|nanosleep)\s*\(")


def tracked():
    out = subprocess.run(["git", "ls-files", "-co", "--exclude-standard"], cwd=ROOT, capture_output=True, text=True)
    return [f for f in out.stdout.split("\n") if f and os.path.isfile(os.path.join(ROOT, f))]


def read(path):
    with open(os.path.join(ROOT, path), encoding="utf-8") as file:
        return file.read()


def without_comments(text):
    """Comments and strings become blanks; line numbers stay."""
    def blank(match):
        return re.sub(r"[^\n]", " ", match.group(0))
    return re.sub(r'/\*.*?\*/|//[^\n]*|"(?:\\.|[^"\\\n])*"', blank, text, flags=re.S)


def rule_licence(path, text):
    if re.search(r"(\.(c|h|def|py|js|mjs|cmake|sh)|CMakeLists\.txt|(^|/)(run|demo))$", path):
        if "SPDX-License-Identifier: Apache-2.0" not in "\n".join(text.split("\n")[:3]):
            yield 1, "no SPDX-License-Identifier: Apache-2.0 at its head"


def rule_shape(path, text):
    if not re.search(r"\.[ch]$", path):
        return
    lines = text.split("\n")
    limit = HEADER_MAX if path.endswith(".h") and path != "proto/event.h" and path != "proto/words.h" else SOURCE_MAX
    if len(lines) - 1 > limit:
        yield limit, f"{len(lines) - 1} lines, the limit is {limit}"
    for number, line in enumerate(lines, 1):
        if len(line) > COLUMN_MAX:
            yield number, f"{len(line)} columns, the limit is {COLUMN_MAX}"
        if "\t" in line or line != line.rstrip():
            yield number, "a tab or trailing white space"
    if path.endswith(".h") and not text.split("\n", 1)[1].lstrip().startswith("/*"):
        yield 2, "a header begins with its contract"


def rule_functions(path, text):
    """A function's body runs from a '{' in the first column to the next '}' there."""
    if not path.endswith(".c"):
        return
    lines = without_comments(text).split("\n")
    begin = 0
    for number, line in enumerate(lines, 1):
        if line == "{" and not re.search(r"=\s*$", lines[number - 2]):
            begin = number
        elif line == "}" and begin:
            if number - begin - 1 > FUNCTION_MAX:
                yield begin, f"a function of {number - begin - 1} lines, the limit is {FUNCTION_MAX}"
            begin = 0


def rule_arrow(path, text):
    room = path.split("/")[0]
    for number, line in enumerate(text.split("\n"), 1):
        match = re.match(r'#include ["<]([^">]+)[">]', line)
        if not match:
            continue
        target = match.group(1)
        for name, door in DOORS.items():
            if (target == name or (name.endswith("/") and target.startswith(name))) and not re.fullmatch(door, path):
                yield number, f"<{target}> has its door elsewhere ({door})"
        other = target.split("/")[0]
        if room in ROOMS and other in ROOMS and ROOMS.index(other) > ROOMS.index(room):
            yield number, f"{room}/ must not include {other}/"
        if room in ROOMS and other == "tests":
            yield number, f"{room}/ must not include tests/"
        folder = re.match(r"connectors/(\w+)/", path)
        target_folder = re.match(r"connectors/(\w+)/", target)
        if folder and target_folder and folder.group(1) != target_folder.group(1):
            yield number, "an exchange's folder must not include another's"


def rule_banned(path, text):
    if not re.search(r"\.[ch]$", path):
        return
    code = without_comments(text)
    for number, (line, raw) in enumerate(zip(code.split("\n"), text.split("\n")), 1):
        for pattern, why in BANNED.items():
            if re.search(pattern, raw if "include" in pattern or "TODO" in pattern else line):
                yield number, f"{re.search(pattern, raw if 'include' in pattern or 'TODO' in pattern else line).group(0)}: {why}"
        if path.split("/")[0] in ROOMS and "/cli/" not in path and NO_DOUBLE.search(line):
            yield number, "no double between the socket and the wire"
        if path.startswith("tests/") and SLEEP.search(line):
            yield number, "no sleep in a test: wait for an event"


def rule_sleep_scripts(path, text):
    if path.startswith("tests/system/") and path.endswith(".py"):
        for number, line in enumerate(text.split("\n"), 1):
            if "time.sleep(" in line and "# pace" not in line:
                yield number, "no sleep in a test: wait for an event"


def rule_places(path, text):
    if path == "tests/tidy/tidy.py":
        return
    for number, line in enumerate(text.split("\n"), 1):
        if re.search(r"/work/|/root/|/home/", line):
            yield number, "a path of one machine"


def rule_pages_exist(path, text):
    """A page's links to files of the project lead somewhere."""
    if not path.endswith(".md"):
        return
    for number, line in enumerate(text.split("\n"), 1):
        for target in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", line):
            if not os.path.exists(os.path.join(ROOT, os.path.dirname(path), target)):
                yield number, f"link to {target}, which is not there"


def format_errors(files):
    sources = [f for f in files if re.search(r"\.[ch]$", f)]
    out = subprocess.run(["clang-format", "--dry-run", "-Werror"] + sources, cwd=ROOT, capture_output=True, text=True)
    for line in out.stderr.split("\n"):
        match = re.match(r"(\S+?):(\d+):\d+: error", line)
        if match:
            yield match.group(1), int(match.group(2)), "not as clang-format writes it"


def config_page_errors():
    """docs/CONFIG.md holds the table that the program prints."""
    program = os.environ.get("TICKGATE")
    if program:
        printed = subprocess.run([program, "check", "--keys"], capture_output=True, text=True).stdout
        if printed not in read("docs/CONFIG.md"):
            yield "docs/CONFIG.md", 1, "does not hold what `tickgate check --keys` prints"


def status_page_errors():
    """docs/ORDER_STATUS.md is what the program prints."""
    program = os.environ.get("TICKGATE")
    if program:
        printed = subprocess.run([program, "statuses"], capture_output=True, text=True).stdout
        if printed != read("docs/ORDER_STATUS.md"):
            yield "docs/ORDER_STATUS.md", 1, "is not what `tickgate statuses` prints"


def operations_errors(files):
    """docs/OPERATIONS.md has a paragraph for each line that is logged as a warning or an error, and a line for each
    reason, each refusal and each number that is counted."""
    page = read("docs/OPERATIONS.md")
    places = []
    for path in files:
        if path.endswith(".c") and path.split("/")[0] in ROOMS:
            text = read(path)
            for match in re.finditer(r"\blog_(?:warn|error)\(([^,]*),", text):
                line = text[:match.start()].count("\n") + 1
                places += [(path, line, f"**`{name}`**") for name in re.findall(r'"(\w+)"', match.group(1))]
    for path, pattern in (("proto/words.h", r'X\(RE(?:ASON|FUSAL)_\w+, "(\w+)"\)'),
                          ("gateway/stats.def", r"^(?:TOTAL|SESSION)\((\w+),")):
        for number, line in enumerate(read(path).split("\n"), 1):
            places += [(path, number, f"`{name}`") for name in re.findall(pattern, line) if name != "none"]
    for path, line, name in places:
        if name not in page:
            yield path, line, f"docs/OPERATIONS.md does not say {name}"


def main():
    files = tracked()
    rules = [value for name, value in globals().items() if name.startswith("rule_")]
    failures = {rule.__name__: [] for rule in rules}
    for path in files:
        if path.startswith(("docs/img/", "tests/fuzz/seeds/")) or path.endswith((".png", ".lock", "package-lock.json")) or path == "LICENSE":
            continue
        text = read(path)
        for rule in rules:
            failures[rule.__name__] += [(path, number, what) for number, what in rule(path, text)]
    failures["rule_format"] = list(format_errors(files))
    failures["rule_config_page"] = list(config_page_errors())
    failures["rule_status_page"] = list(status_page_errors())
    failures["rule_operations_page"] = list(operations_errors(files))
    for name, found in failures.items():
        for path, number, what in found:
            print(f"  {path}:{number}: {what}")
        print(f"{'not ok' if found else 'ok'} tidy {name[5:]}")
    return any(failures.values())


if __name__ == "__main__":
    sys.exit(main())
