"""Examples of the manual, from Packaging/manual/examples.txt, held against the commands' options."""

import re
import shlex

SHELL = {"|", "<", ">", "&&", "&"}


def read_examples(text):
    """Pairs of what an example does and its command line, by the name of the page."""
    examples = {}
    page = what = None
    for number, line in enumerate(text.splitlines(), start=1):
        if line.startswith("#") or not line.strip():
            continue
        if heading := re.fullmatch(r"\[([a-z0-9-]+)\]", line):
            page, what = heading[1], None
            examples[page] = []
        elif not line.startswith("  "):
            what = line
        elif page is None or what is None:
            raise SystemExit(f"examples.txt:{number}: the example has no page, or nothing says what it does")
        else:
            examples[page].append((what, line.strip()))
    return examples


def check_examples(examples, pages):
    """Raises SystemExit where a page does not exist, has no example, or an example uses an option that is not there."""
    for name, command in pages.items():
        if not command.subcommands and not examples.get(name):
            raise SystemExit(f"examples.txt: there is no example for {name}")
    for name in examples:
        if name not in pages:
            raise SystemExit(f"examples.txt: there is no page {name}")
        for _, line in examples[name]:
            check_example(line, pages)


def check_example(line, pages):
    words = shlex.split(line, comments=True)
    starts = [i for i, word in enumerate(words) if word in {"u2cl", "u2cl-serve"}]
    for start in starts:
        end = next((i for i in range(start, len(words)) if words[i] in SHELL), len(words))
        check_words(words[start:end], line, pages)


def check_words(words, line, pages):
    command = pages[words[0]]
    rest = words[1:]
    while rest and (sub := next((s for s in command.subcommands if s.path[-1] == rest[0]), None)):
        command, rest = sub, rest[1:]
    known = {name for option in command.options for name in option.names}
    for word in rest:
        if re.match(r"-[A-Za-z-]", word) and word.partition("=")[0] not in known:
            raise SystemExit(f"examples.txt: {command.page} has no option {word}: {line}")
