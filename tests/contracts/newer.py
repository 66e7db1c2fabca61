"""A newer program: this one in a folder of its own, with one more revision."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from bot.adapters.storage import migrate
from bot.adapters.storage.tables import metadata

_PACKAGE: Final = Path(migrate.__file__).parents[2]
_NUMBER: Final = f"{int(migrate.head()) + 1:04}"
#: Everything that a revision may do: a new table, and in every table columns that an older program does not fill, and an index.
EXPAND: Final = f"""
    op.create_table("newer", Column("id", String, primary_key=True))
    for table in {sorted(metadata.tables)!r}:
        op.add_column(table, Column("newer_note", String, nullable=True))
        op.add_column(table, Column("newer_count", Integer, nullable=False, server_default="7"))
        op.create_index(f"newer_of_{{table}}", table, ["newer_count", "newer_note"])
"""
#: What an older program does not live with.
BREAK: Final = """
    op.drop_column("messages", "choices")
"""
_REVISION: Final = """
from alembic import op
from sqlalchemy import Column, Integer, String

revision, down_revision, survives = "{number}", "{head}", "{survives}"


def upgrade():{steps}"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Newer:
    """The newer program."""

    #: Its last revision.
    revision: str
    folder: Path

    def run(self, script: str, *arguments: str) -> None:
        """Run a script with its modules; it must end well."""
        with self.start(script, *arguments) as process:
            _, said = process.communicate(timeout=60)
        assert process.returncode == 0, said

    def upgrade(self, url: str) -> None:
        """Bring a database to its schema."""
        self.run("import sys; from bot.adapters.storage import migrate; migrate.upgrade(sys.argv[1])", url)

    def start(self, script: str, *arguments: str) -> subprocess.Popen[str]:
        """Start a script with its modules."""
        return subprocess.Popen(
            [sys.executable, "-c", script, *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            cwd=self.folder,
            env={**os.environ, "PYTHONPATH": str(self.folder)},
        )


def make_newer(folder: Path, *, steps: str = EXPAND, survives: str = migrate.head()) -> Newer:
    """Copy this program and add a revision with these steps, which says that this oldest program works with it."""
    shutil.copytree(_PACKAGE, folder / "bot", ignore=shutil.ignore_patterns("__pycache__"))
    versions = folder / "bot" / migrate._VERSIONS.relative_to(_PACKAGE)
    content = _REVISION.format(number=_NUMBER, head=migrate.head(), survives=survives, steps=steps)
    (versions / f"{_NUMBER}_newer.py").write_text(content, "utf-8")
    return Newer(revision=_NUMBER, folder=folder)
