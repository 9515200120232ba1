"""The build hook that puts the built web interface into the wheel."""

import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class WebBuildHook(BuildHookInterface):  # type: ignore[type-arg] # hatchling's own generic
    """Builds ``web/`` for standard wheels; editable installs build it by ``run.py web``."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Build the interface unless it is there and the caller says so."""
        if version == "editable" or self.target_name != "wheel":
            return
        web = Path(self.root) / "web"
        built = Path(self.root) / "src" / "orderloom" / "_ui"
        if not (built.is_dir() and os.environ.get("ORDERLOOM_SKIP_WEB") == "1"):
            npm = shutil.which("npm") or "npm"
            for command in ("ci", "run build"):
                subprocess.run([npm, *command.split()], cwd=web, check=True)
        build_data["artifacts"].append("src/orderloom/_ui/**")
