"""The wheel holds everything that the program needs: it runs away from the checkout."""

from __future__ import annotations

import json
import subprocess
import sys
import sysconfig
import venv
import zipfile
from pathlib import Path

import pytest

from tests.e2e.conftest import Content
from tests.e2e.program import PATIENCE_S, ROOT, environment, faults


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    target = tmp_path_factory.mktemp("wheel")
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", target],
        cwd=ROOT,
        check=True,
        capture_output=True,
    )
    return next(target.glob("*.whl"))


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The `sparekey` of a fresh virtual environment, which borrows the installed dependencies and nothing else."""
    home = tmp_path_factory.mktemp("venv")
    venv.create(home, with_pip=False)
    python = home / "bin" / "python"
    uv = Path(sys.executable).with_name("uv")
    subprocess.run(
        [uv, "pip", "install", "--quiet", "--offline", "--no-deps", "--python", python, wheel],
        check=True,
        capture_output=True,
    )
    # A path file inside a directory that a path file names is not read: the editable checkout stays out.
    libraries = home / "lib" / f"python{sysconfig.get_python_version()}" / "site-packages" / "borrowed.pth"
    libraries.write_text(sysconfig.get_path("purelib"))
    return home / "bin" / "sparekey"


def test_flows_and_knowledge_ship_and_nothing_lies_beside_the_package(wheel: Path) -> None:
    names = set(zipfile.ZipFile(wheel).namelist())
    for folder in ("flows", "knowledge"):
        shipped = {
            name.removeprefix("bot/_data/") for name in names if name.startswith(f"bot/_data/{folder}/")
        }
        assert shipped == {str(path.relative_to(ROOT)) for path in (ROOT / folder).rglob("*.yaml")}
    assert {name.split("/")[0].split("-")[0] for name in names} == {"bot", "sparekey"}
    assert any(name.startswith("bot/adapters/storage/migrations/versions/0001") for name in names)


def test_the_widget_ships_built_with_everything_that_its_manifest_names(wheel: Path) -> None:
    archive, folder = zipfile.ZipFile(wheel), "bot/channels/web/assets/"
    named = json.loads(archive.read(f"{folder}manifest.json")).values()
    shipped = {name.removeprefix(folder) for name in archive.namelist() if name.startswith(folder)}
    assert shipped == {"manifest.json", *named, *(f"{name}.gz" for name in named)}


def test_the_installed_program_works_away_from_the_checkout(
    installed: Path, small: Content, tmp_path: Path
) -> None:
    where = _run(installed.with_name("python"), "-c", "import bot; print(bot.__file__)", cwd=tmp_path)
    assert Path(where.stdout.strip()).is_relative_to(installed.parents[1])
    checked = _run(installed, "check", "--json", cwd=tmp_path, **small)
    assert checked.stderr.endswith(("All good.\n", "warnings.\n")), checked.stderr
    assert '"proof"' in checked.stdout
    assert faults(checked) == []
    matched = _run(installed, "match", "--json", "i dont recieve the code", cwd=tmp_path)
    assert json.loads(matched.stdout)["flow"] == "no_sms"
    complaint = tmp_path / "complaints.jsonl"
    complaint.write_text('{"text": "no otp", "label": "no_sms", "lang": "en"}', "utf-8")
    _run(installed, "match", "--evaluate", complaint.name, "--report", "report.html", cwd=tmp_path)
    assert (tmp_path / "report.html").is_file()
    assert "schema" in _run(installed, "db", "upgrade", cwd=tmp_path).stdout
    assert (tmp_path / "data" / "sparekey.db").is_file()


def _run(program: Path, *arguments: str, cwd: Path, **settings: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [program, *arguments],
        cwd=cwd,
        env=environment(**settings),
        capture_output=True,
        encoding="utf-8",
        timeout=PATIENCE_S,
        check=False,
    )
