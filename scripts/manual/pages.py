"""A command's page as troff, with the macros of man(7)."""

import re

MAIN_DESCRIPTION = (
    "u2cl finds the main subject of a picture and cuts it out. It runs U²-Net, the network behind many background "
    "removers, on any GPU or CPU with an OpenCL driver, and has a model inside. Without a driver a slower reference on "
    "the CPU answers.\n\n"
    "On a CPU the very first picture is answered by the reference, while the programs for the device are compiled in "
    "the background. Results and their paths go to standard output, everything else to standard error."
)
EXIT_CODES = [
    ("0", "Success."),
    ("2", "Wrong usage."),
    ("3", "A device or its driver failed."),
    ("4", "A model is missing, damaged or of another kind."),
    ("5", "A file could not be read or written, or has an unknown format."),
    ("6", "Results that should agree do not."),
]
VARIABLES = [
    ("U2CL_MODELS", "Folder of the installed models."),
    ("U2CL_CACHE", "Folder of compiled programs and what else is kept between runs; \"off\" keeps nothing."),
    ("U2CL_MIRROR", "Address or folder that models are pulled from in place of the published one."),
    ("U2CL_TIMEOUT", "Seconds that a server may be silent while a model is pulled; 30 by default."),
    ("U2CL_FIRST_RUN", "\"wait\": the first run on a processor waits for its compiler."),
    ("U2CL_THREADS", "Threads that compute on the processor, 1 to 1024; --threads goes before it."),
    ("U2CL_DRIVER_TIMEOUT", "Seconds that a driver may take for one program, or to list devices; 120 by default."),
    ("U2CL_LIBVIPS", "File of libvips, which reads HEIC, AVIF, TIFF, GIF, JPEG XL and JPEG 2000."),
    ("U2CL_LIBISAL", "File of ISA-L, which compresses PNG; without it zlib does."),
    ("U2NET_HOME", "rembg's folder of models, ~/.u2net by default, which is searched, too."),
    ("POCL_CACHE_DIR", "Folder of PoCL's own cache."),
    ("OCL_ICD_VENDORS", "Folder of the OpenCL drivers; /etc/OpenCL/vendors by default."),
]
FILES = [
    ("~/.cache/u2cl", "The cache; \"u2cl cache clear\" removes it."),
    ("~/.local/share/u2cl/models", "Models that \"u2cl models pull\" has installed."),
]
SERVER_VARIABLES = [
    ("U2CL_TOKEN", "Tokens that clients must send, where no --token-file is given."),
    *[pair for pair in VARIABLES if pair[0] in {"U2CL_MODELS", "U2CL_CACHE", "POCL_CACHE_DIR"}],
]


def escaped(text):
    """Text in which troff sees no request and no escape. Hyphens stay hyphens, so that options can be copied."""
    text = text.replace("\\", "\\e").replace("-", "\\-").replace("'", "\\(aq").replace("`", "\\(ga")
    text = text.replace("~", "\\(ti").replace("^", "\\(ha")
    return re.sub(r"^\.", r"\\&.", text, flags=re.MULTILINE)


def paragraphs(text):
    """Text as paragraphs; one whose lines are command lines is not filled."""
    lines = []
    for block in text.split("\n\n"):
        rows = escaped(block).splitlines()
        if len(rows) > 1 and all(row.startswith("u2cl ") for row in rows):
            lines += [".PP", ".nf", *rows, ".fi"]
        else:
            lines += [".PP", *rows]
    return lines[1:] if lines and lines[0] == ".PP" else lines


def entries(pairs):
    """Terms with their descriptions."""
    return [line for term, text in pairs for line in (".TP", f"\\fB{escaped(term)}\\fR", escaped(text))]


def option_term(option):
    if not option.names:
        return f"\\fI{escaped(option.value)}\\fR" + (" ..." if option.repeats else "")
    value = f" \\fI{escaped(option.value)}\\fR" if option.value else ""
    return ", ".join(f"\\fB{escaped(name)}\\fR" for name in sorted(option.names, key=len)) + value


def option_text(option):
    said = [option.abstract]
    if option.values:
        said.append(f"Values: {', '.join(option.values)}.")
    if option.default:
        said.append(f"Default: {option.default}.")
    return escaped(" ".join(part for part in said if part))


def option_lines(command):
    """A section of the page for each of the help's sections."""
    sections = {}
    for option in command.options:
        sections.setdefault(option.section, []).append(option)
    lines = []
    for section, options in sorted(sections.items(), key=lambda pair: pair[0] == "Options"):
        lines.append(f".SH {escaped(section.upper())}")
        for option in options:
            lines += [".TP", option_term(option), option_text(option)]
    return lines


def synopsis(command):
    words = [f"\\fB{escaped(' '.join(command.path))}\\fR"]
    if command.subcommands:
        words.append("\\fIcommand\\fR [\\fIoptions\\fR]")
    elif any(option.names for option in command.options):
        words.append("[\\fIoptions\\fR]")
    for option in command.options:
        if not option.names or option.required:
            word = option_term(option)
            words.append(word if option.required else f"[{word}]")
    return " ".join(words)


def see_also(command):
    names = {sub.page for sub in command.subcommands} | {command.path[0]}
    if len(command.path) > 2:
        names.add("-".join(command.path[:-1]))
    if command.page == "u2cl":
        names.add("u2cl-serve")
    names.discard(command.page)
    if command.page == "u2cl-serve":
        names = {"u2cl"}
    return ",\n".join(f"\\fB{escaped(name)}\\fR(1)" for name in sorted(names))


def description(command):
    return MAIN_DESCRIPTION if command.page == "u2cl" else command.discussion or command.abstract


def page(command, examples, version, date):
    """The text of a command's page."""
    is_server = command.path[0] == "u2cl-serve"
    is_main = command.page == "u2cl"
    abstract = command.abstract.removesuffix(".")
    lines = [
        f'.TH "{escaped(command.page.upper())}" 1 "{date}" "u2cl {version}" "u2cl"',
        ".SH NAME", f"{escaped(command.page)} \\- {escaped(abstract)}",
        ".SH SYNOPSIS", synopsis(command),
        ".SH DESCRIPTION", *paragraphs(description(command)),
    ]
    if command.subcommands:
        lines += [".SH COMMANDS", *entries((" ".join(s.path[1:]), s.abstract) for s in command.subcommands)]
    lines += option_lines(command)
    if examples:
        lines.append(".SH EXAMPLES")
        for what, line in examples:
            lines += [".PP", escaped(what), ".PP", ".RS 4", ".nf", escaped(line), ".fi", ".RE"]
    if not is_server:
        lines += [".SH EXIT STATUS", *entries(EXIT_CODES)]
    if is_main or is_server:
        lines += [".SH ENVIRONMENT", *entries(SERVER_VARIABLES if is_server else VARIABLES)]
    if is_main:
        lines += [".SH FILES", *entries(FILES)]
    return "\n".join([*lines, ".SH SEE ALSO", see_also(command)]) + "\n"
