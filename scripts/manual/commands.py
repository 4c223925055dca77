"""Commands and their options, as a program's --experimental-dump-help describes them."""

import json
import subprocess
from dataclasses import dataclass, field


@dataclass
class Option:
    """An option, a flag or a positional argument."""

    names: list[str]  # with their hyphens; none for a positional argument
    value: str  # what stands for the value, "" for a flag
    abstract: str
    default: str
    values: list[str]
    section: str
    repeats: bool
    required: bool

    @classmethod
    def from_help(cls, entry):
        takes_value = entry["kind"] != "flag"
        return cls(
            names=[hyphenated(name) for name in entry.get("names", [])],
            value=entry.get("valueName", "") if takes_value else "",
            abstract=entry.get("abstract", ""),
            default=entry.get("defaultValue", ""),
            values=entry.get("allValues", []) if takes_value else [],
            section=entry.get("sectionTitle") or ("Options" if "names" in entry else "Arguments"),
            repeats=entry["isRepeating"],
            required=not entry["isOptional"],
        )


@dataclass
class Command:
    """A command with its subcommands."""

    path: list[str]  # the program's name first
    abstract: str
    discussion: str
    options: list[Option]
    subcommands: list["Command"] = field(default_factory=list)

    @property
    def page(self):
        """The name of its page: u2cl-models-pull."""
        return "-".join(self.path)

    @classmethod
    def from_help(cls, entry, parents=()):
        path = [*parents, entry["commandName"]]
        return cls(
            path=path,
            abstract=entry.get("abstract", ""),
            discussion=entry.get("discussion", ""),
            options=merged(Option.from_help(a) for a in entry.get("arguments", []) if a["shouldDisplay"]),
            subcommands=[
                cls.from_help(sub, path)
                for sub in entry.get("subcommands", [])
                if sub["shouldDisplay"] and sub["commandName"] != "help"
            ],
        )

    def all(self):
        """The command and everything below it."""
        yield self
        for sub in self.subcommands:
            yield from sub.all()


def merged(options):
    """The options, in which a flag and its opposite (--trim, --no-trim) are one."""
    found = []
    for option in options:
        if found and not option.value and option.names and found[-1].abstract == option.abstract:
            found[-1].names += option.names
            found[-1].default = found[-1].default or option.default
        else:
            found.append(option)
    return found


def hyphenated(name):
    return ("--" if name["kind"] == "long" else "-") + name["name"]


def read_commands(program):
    """The command that a program is."""
    said = subprocess.run([program, "--experimental-dump-help"], check=True, capture_output=True, text=True).stdout
    return Command.from_help(json.loads(said)["command"])
