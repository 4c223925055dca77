"""Makes the wheel that of a platform if the library lies in the package, and any platform's otherwise."""

import sysconfig
from pathlib import Path

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class LibraryHook(BuildHookInterface):
    def initialize(self, version, build_data):
        if any((Path(self.root) / "src/u2cl/lib").glob("libu2cl.so*")):
            build_data["pure_python"] = False
            platform = sysconfig.get_platform().replace("-", "_").replace(".", "_")
            build_data["tag"] = f"py3-none-{platform}"
