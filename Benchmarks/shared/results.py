"""Files of results."""

import json
import re
from pathlib import Path


def slug(text):
    """A name for files: letters, digits and single hyphens."""
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")


def save(folder, name, report, markdown):
    """Writes `name`.json and `name`.md; gives their paths. Each appears whole or not at all."""
    Path(folder).mkdir(parents=True, exist_ok=True)
    texts = {".json": json.dumps(report, indent=1) + "\n", ".md": markdown}
    paths = []
    for suffix, text in texts.items():
        path = Path(folder, name + suffix)
        partial = path.with_name(path.name + ".partial")
        partial.write_text(text)
        partial.replace(path)
        paths.append(path)
    return paths
