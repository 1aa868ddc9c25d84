"""What a stranger gets: a picture in the README, and the library and the press from `pip install .`, with their types."""

import subprocess
import sys
import venv
import zipfile
from html import unescape
from importlib.metadata import distribution
from pathlib import Path

import numpy
import pytest

from galley.site.fonts import figures
from tests.conftest import Site

ROOT = Path(__file__).parents[1]


def run(*command: str | Path, cwd: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, cwd=cwd, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)


def test_picture_of_the_readme_is_that_of_the_book(tmp_path: Path) -> None:
    """The picture in the README is the start page's map as the build draws it, complete in one file, with its alt text."""
    picture = tmp_path / "README.svg"
    drawn = run(sys.executable, "-m", "galley.cli", "draw", "index.whole", picture, cwd=ROOT)
    assert drawn.returncode == 0, drawn.stdout
    text = picture.read_text()
    assert text == (ROOT / "README.svg").read_text(), "make accept draws README.svg again"
    assert "@font-face" in text and "url(data:font/woff2;base64," in text
    readme, index = ((ROOT / name).read_text() for name in ("README.md", "docs/index.md"))
    alt = index.partition("](figures/index/whole.svg)")[0].rpartition("![")[2]
    assert f'<img src="README.svg" width="640" alt="{alt}">' in readme


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build a wheel as pip does, without a network, and unpack it into an environment that has what it depends on."""
    folder = tmp_path_factory.mktemp("installed")
    offline = ("--no-deps", "--no-build-isolation", "--no-index", "--quiet", "--disable-pip-version-check")
    built = run(sys.executable, "-m", "pip", "wheel", *offline, "--wheel-dir", folder, ROOT, cwd=folder)
    assert built.returncode == 0, built.stdout
    venv.create(folder / "venv", with_pip=False)
    (packages,) = (folder / "venv").glob("lib/python*/site-packages")
    (wheel,) = folder.glob("*.whl")
    zipfile.ZipFile(wheel).extractall(packages)
    (packages / "dependencies.pth").write_text(f"{Path(numpy.__file__).parents[1]}\n")
    return packages


def test_package_holds_all_that_it_needs(installed: Path) -> None:
    """Every file of the two packages is installed, the press's static ones and the licences too, and nothing of the rest."""
    rooms = [ROOT / "src" / name for name in ("galley", "gradients")]  # not what finishes this book's own site
    source = {path.relative_to(ROOT / "src") for room in rooms for path in room.rglob("*") if path.is_file()}
    made = ("__pycache__", ".ruff_cache")
    wanted = {path for path in source if not {*made, "ruff.toml"} & {*path.parts}}
    assert {path.suffix for path in wanted} >= {".py", ".mjs", ".css", ".mplstyle", ".typed"}
    files = {path.relative_to(installed) for path in installed.rglob("*") if path.is_file()}
    (about,) = (path.parent for path in files if path.name == "METADATA")
    ours = {path for path in files if path.parts[0] not in (about.name, "dependencies.pth")}
    assert ours == wanted
    assert {path.name for path in files if path.parent == about / "licenses"} == {"LICENSE", "LICENSE-text"}


def test_package_runs_elsewhere(installed: Path, tmp_path: Path) -> None:
    """Both packages are imported from where they are installed, and do their work in any folder."""
    python = installed.parents[2] / "bin" / "python"
    code = "import galley, gradients; from gradients import scalar; print(galley.__file__, gradients.__file__, scalar.factor(0.5, 3))"
    done = run(python, "-c", code, cwd=tmp_path)
    assert done.stdout.split() == [str(installed / name / "__init__.py") for name in ("galley", "gradients")] + [
        "0.125"
    ]
    assert run(python, "-m", "galley.cli", "--help", cwd=tmp_path).stdout.startswith("usage: galley")


def test_package_brings_its_types(installed: Path, tmp_path: Path) -> None:
    """A type checker knows what the functions of an installed package take and return."""
    script = tmp_path / "script.py"
    script.write_text(
        "from galley.findings import report\n"
        "from gradients import scalar\n"
        "right: tuple[str, float] = report([]), scalar.half_life(0.9)\n"
        "wrong: tuple[float, str] = report([]), scalar.half_life(0.9)\n"
    )
    python = installed.parents[2] / "bin" / "python"
    command = ("--strict", "--no-error-summary", "--cache-dir", tmp_path / "cache", "--python-executable", python)
    checked = run(sys.executable, "-m", "mypy", *command, script, cwd=tmp_path)
    expected = 'Incompatible types in assignment (expression has type "tuple[str, float]", variable has type "tuple[float, str]")'
    assert checked.stdout.splitlines() == [f"script.py:4: error: {expected}  [assignment]"]


def test_licences_hold_the_notices_of_what_is_shipped(site: Site) -> None:
    """The page of licences repeats the notice of each package whose files the site ships, and names the scripts within the theme."""
    page = unescape((site.folder / "licences/index.html").read_text(encoding="utf-8"))
    for name in ("temml", "@fontsource/stix-two-math", "@fontsource-variable/source-serif-4"):
        assert (ROOT / "node_modules" / name / "LICENSE").read_text(encoding="utf-8").strip() in page
    (theme,) = (
        file for file in distribution("mkdocs-material").files or () if file.parts[-2:] == ("licenses", "LICENSE")
    )
    assert theme.locate().read_text().strip() in page
    assert (figures() / "LICENSE_STIX").read_text(encoding="utf-8").strip() in page
    for script in ("lunr", "rxjs", "clipboard.js v", "Copyright (C) 2020 Oliver Nightingale", "Copyright 2014, Mihai"):
        assert script in page
    shipped = {path.relative_to(site.folder).parts[1] for path in site.folder.glob("assets/*/**/*") if path.is_file()}
    assert shipped == {"fonts", "galley", "images", "javascripts", "share", "stylesheets"}, "a notice for what is new"
