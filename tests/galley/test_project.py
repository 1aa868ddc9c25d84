"""The project keeps its own rules: rooms, imports, docstrings, lock files, workflow."""

import ast
import json
import os
import platform
import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import yaml

from finish.browser import ROOT, shipped, started

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
# pages beside the chapters: words and checks alone
ABOUT = {"api", "authoring", "checks", "corrections", "licences", "questions", "symbols"}
HOST = ROOT / ".github"  # what the host of the repository reads


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


FLOORS = (
    "findings run maths page figure drawing settings project check site labs engine build extension plugin cli".split()
)


def test_no_floor_of_the_press_imports_one_above() -> None:
    """The press is built in floors: each module, or folder of them, imports those below it alone, wherever in it the import stands."""
    press = ROOT / "src" / "galley"
    floors = {path.stem for path in press.iterdir() if path.suffix == ".py" or (path / "__init__.py").is_file()}
    assert floors - {"__init__"} == set(FLOORS)
    for path in press.rglob("*.py"):
        floor = path.relative_to(press).parts[0].removesuffix(".py")
        for module in imported(path):
            if module.startswith("galley."):
                below = module.split(".")[1]
                assert FLOORS.index(below) <= FLOORS.index(floor), f"{path.relative_to(ROOT)} imports {module}"


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
    workflow = yaml.safe_load((HOST / "workflows" / "site.yml").read_text())
    assert workflow["jobs"]["test"]["strategy"]["matrix"]["python"] == [f"3.{low}", f"3.{int(high) - 1}"]


def tool(name: str, *arguments: str | Path) -> None:
    """Run a tool of the environment, and fail with what it says if it finds anything."""
    command = [Path(sys.executable).parent / name, *arguments]
    done = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize(
    ("schema", "files"),
    [
        ("citation-file-format", [ROOT / "CITATION.cff"]),
        ("dependabot", [HOST / "dependabot.yml"]),
        ("github-issue-config", [HOST / "ISSUE_TEMPLATE" / "config.yml"]),
        ("github-issue-forms", [HOST / "ISSUE_TEMPLATE" / f"{form}.yml" for form in ("number", "sentence", "figure")]),
        ("github-workflows", sorted((HOST / "workflows").glob("*.yml"))),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_files_have_the_form_that_their_readers_want(schema: str, files: list[Path]) -> None:
    """What another program reads, it can read: the citation, the forms, the updates, the workflows."""
    tool("check-jsonschema", f"--builtin-schema=vendor.{schema}", *files)


def test_workflows_are_safe() -> None:
    """The workflows and the updates have none of the known weaknesses."""
    tool("zizmor", "--offline", "--quiet", "--no-progress", HOST)


def test_citation_names_this_version_and_its_licences() -> None:
    """Whoever cites the book names the version that pyproject.toml names, and finds the licences that stand beside it."""
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text())
    project = PROJECT["project"]
    assert citation["version"] == project["version"]
    assert citation["authors"] == project["authors"]
    code, text = citation["license"]
    assert code == project["license"] == "MIT" and (ROOT / "LICENSE").read_text().startswith("MIT License")
    assert f"SPDX-License-Identifier: {text}\n" in (ROOT / "LICENSE-text").read_text()
    for name in ("README.md", "CONTRIBUTING.md"):
        assert "licence" in (ROOT / name).read_text()


def test_documents_lead_to_what_is_there() -> None:
    """Every file and heading to which a document of the project links is there."""
    for document in [*ROOT.glob("*.md"), *HOST.glob("*.md")]:
        text = re.sub(r"^```.*?^```$", "", document.read_text(), flags=re.MULTILINE | re.DOTALL)
        for target in re.findall(r"\]\((?!https?:)([^)]+)\)|(?:src|href)=\"(?!https?:)([^\"]+)\"", text):
            name, _, heading = "".join(target).partition("#")
            path = ROOT / (name or document.name)
            assert path.exists(), f"{document.name}: {name}"
            headings = re.findall(r"^#+ (.*)$", path.read_text(), re.MULTILINE) if heading else []
            assert not heading or heading in [re.sub(r"\W+", "-", each.lower()) for each in headings], heading


def test_hooks_pass_what_is_right_and_stop_what_is_wrong(tmp_path: Path) -> None:
    """Each hook names a command of the environment that accepts what is here and refuses what is not right."""
    (repository,) = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text())["repos"]
    hooks = {hook["id"]: hook for hook in repository["hooks"]}
    (tmp_path / "wrong.py").write_text("import os , sys")
    (tmp_path / "wrong.md").write_text("# No page of the book\n")
    assert repository["repo"] == "local" and set(hooks) == {"format", "lint", "pages"}
    for name, hook in hooks.items():
        program, *arguments = hook["entry"].split()
        right, wrong = ("docs/index.md", "wrong.md") if name == "pages" else ("tests/conftest.py", "wrong.py")
        assert hook["language"] == "system" and Path(program).parent == Path(".venv/bin")
        assert name != "pages" or re.search(hook["files"], right)
        tool(Path(program).name, *arguments, *(["--check"] if name == "format" else []), right)
        with pytest.raises(AssertionError):
            tool(Path(program).name, *arguments, *(["--check"] if name == "format" else []), tmp_path / wrong)


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


def test_the_old_environment_stays_until_the_new_one_is_whole(tmp_path: Path) -> None:
    """Where new packages cannot be had, as off the network, the environment stands as it was; and nothing is done where none are new."""
    shutil.copy(ROOT / "Makefile", tmp_path)
    (tmp_path / ".venv").mkdir()
    old, locked, wanted = (tmp_path / name for name in (".venv/old", ".venv/locked", "requirements.txt"))
    old.touch()
    locked.write_text("one")
    wanted.write_text("one and two")
    os.utime(locked, (0, 0))

    def make() -> int:
        command = ["make", ".venv/locked", "PYTHON=false"]
        return subprocess.run(command, cwd=tmp_path, capture_output=True).returncode

    for _ in range(2):
        assert make() != 0
        assert (old.exists(), locked.read_text(), locked.stat().st_mtime) == (True, "one", 0)
    wanted.write_text("one")
    assert make() == 0
    assert old.exists() and locked.stat().st_mtime > 0
    assert {path.name for path in tmp_path.iterdir()} == {".venv", "Makefile", "requirements.txt"}
