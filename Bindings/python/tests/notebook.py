"""Runs a notebook where it lies, and writes it with what its cells show: python notebook.py FILE.

Pictures are kept as JPEG where there is JPEG, and nothing of the machine is kept.
"""

import sys
from pathlib import Path


def executed(path):
    """The notebook with its outputs. A cell that fails raises."""
    import nbformat
    from nbclient import NotebookClient

    notebook = nbformat.read(path, 4)
    NotebookClient(notebook, timeout=600, resources={"metadata": {"path": str(Path(path).parent)}}).execute()
    for cell in notebook.cells:
        cell.metadata = {}
        for output in cell.get("outputs", []):
            if "image/jpeg" in output.get("data", {}):
                del output.data["image/png"]
    notebook.metadata["language_info"] = {"name": "python"}
    return notebook


if __name__ == "__main__":
    import nbformat

    nbformat.write(executed(sys.argv[1]), sys.argv[1])
