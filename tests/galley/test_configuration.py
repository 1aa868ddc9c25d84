"""What a configuration says of a book, read as the engine reads it."""

import subprocess
import sys
from pathlib import Path

import pytest

from galley.findings import Findings
from galley.project import Project, load

PLAIN = "markdown_extensions: [galley]\n"


def put(folder: Path, *pages: str, settings: str = PLAIN, name: str = "mkdocs.yml") -> Path:
    """Write a book of empty pages, and return its folder."""
    (folder / "docs").mkdir(exist_ok=True)
    for page in pages:
        (folder / "docs" / page).parent.mkdir(parents=True, exist_ok=True)
        (folder / "docs" / page).write_text("# A\n")
    (folder / name).write_text(settings)
    return folder


def names(project: Project) -> list[str]:
    """Return the pages of a book as its nav names them."""
    return [project.uri(path) for path in project.pages()]


def test_pages_are_those_that_the_engine_takes(tmp_path: Path) -> None:
    """Hidden folders, excluded pages and drafts are none, nor is a README beside an index; the nav says the order."""
    pages = [
        "index.md",
        "README.md",
        "b.md",
        "a.md",
        "part/README.md",
        "later.md",
        "raw/x.md",
        ".ipynb_checkpoints/a.md",
    ]
    rules = "exclude_docs: raw/\ndraft_docs: |\n  later.md\nnot_in_nav: /part/\nnav: [b.md, Part: [index.md]]\n"
    project = load(put(tmp_path, *pages, settings=PLAIN + rules))
    assert names(project) == ["b.md", "index.md", "a.md", "part/README.md"]
    assert project.strays() == ["a.md"]


def test_the_engine_takes_the_same_pages(tmp_path: Path) -> None:
    """What the engine itself builds from such a folder are those pages."""
    pages = ["index.md", "README.md", "a.markdown", "later.md", "raw/x.md", ".ipynb_checkpoints/a.md", "part/b.md"]
    rules = "exclude_docs: raw/\ndraft_docs: later.md\nsite_name: A\ntheme: mkdocs\n"
    root = put(tmp_path, *pages, settings=PLAIN + rules)
    (root / "engine.yml").write_text(f"{rules}plugins: []\n")
    command = [sys.executable, "-m", "mkdocs", "build", "-q", "-f", "engine.yml"]
    subprocess.run(command, cwd=root, check=True, capture_output=True)
    project = load(root)
    built = {path.relative_to(root / "site").as_posix() for path in (root / "site").rglob("index.html")}
    assert {f"{project.address(name)}index.html".removeprefix("./") for name in names(project)} == built


def test_a_configuration_inherits(tmp_path: Path) -> None:
    """What another file says holds where this one says nothing else, however deep, and each is relative to this one."""
    for room in ("base", "lib", "trials", "art"):
        (tmp_path / room).mkdir()
    (tmp_path / "base/base.yml").write_text(
        "docs_dir: words\nuse_directory_urls: true\n"
        "markdown_extensions: {galley: {library: nothing, tests: trials}, toc: {}}\n"
    )
    (tmp_path / "book.yml").write_text(
        "INHERIT: base/base.yml\nuse_directory_urls: !ENV [NOT_SET, false]\n"
        "markdown_extensions: {galley: {library: lib, figures: art}}\n"
    )
    project = load(tmp_path, tmp_path / "book.yml")
    assert (project.docs, project.package) == (tmp_path / "words", tmp_path / "lib")
    assert (project.tests, project.figures) == (tmp_path / "trials", tmp_path / "art")
    assert project.address("part/a.md") == "part/a.html"


@pytest.mark.parametrize(
    ("base", "told"),
    [
        ("nav: [a.md\n", "base.yml:2:1: this is no YAML: expected ',' or ']', but got '<stream end>'"),
        ("markdown_extensions: {galley: {libary: src}}\n", "base.yml:1:32: galley has no option libary"),
        ("INHERIT: other.yml\n", "base.yml:1:10: other.yml is not there"),
        ("INHERIT: mkdocs.yml\n", "base.yml:1:10: mkdocs.yml inherits from itself"),
        ("site_name: A\n", "mkdocs.yml:1:1: galley is not among the markdown_extensions"),
    ],
)
def test_a_mistake_is_told_where_it_stands(tmp_path: Path, base: str, told: str) -> None:
    """What is wrong in an inherited file is told with its name."""
    (tmp_path / "base.yml").write_text(base)
    with pytest.raises(Findings) as error:
        load(put(tmp_path, settings="INHERIT: base.yml\n"))
    assert str(error.value).replace(f"{tmp_path}/", "").startswith(told)


def test_stems_name_one_page_each(tmp_path: Path) -> None:
    """A page is known by its file's name, and by its folders too where pages share that; one at the top keeps it."""
    project = load(put(tmp_path, "index.md", "a.md", "part/index.md", "part/deep/index.md", "part/b.md"))
    assert {project.uri(path): project.stem(path) for path in project.pages()} == {
        "index.md": "index",
        "a.md": "a",
        "part/index.md": "part_index",
        "part/deep/index.md": "part_deep_index",
        "part/b.md": "b",
    }


@pytest.mark.parametrize(
    ("urls", "page", "link"),
    [
        ("true", "index.md", "figures/a/b.svg"),
        ("true", "a.md", "../figures/a/b.svg"),
        ("true", "part/index.md", "../figures/a/b.svg"),
        ("true", "part/a.md", "../../figures/a/b.svg"),
        ("false", "a.md", "figures/a/b.svg"),
        ("false", "part/a.md", "../figures/a/b.svg"),
    ],
)
def test_addresses_are_seen_from_the_page(tmp_path: Path, urls: str, page: str, link: str) -> None:
    """A file of the site is found from a page in any folder, with directory URLs and without."""
    project = load(put(tmp_path, settings=f"{PLAIN}use_directory_urls: {urls}\n"))
    assert project.link("figures/a/b.svg", page) == link


def test_another_name_is_found_or_given(tmp_path: Path) -> None:
    """A configuration is found under either of the engine's names, from any folder below, or named."""
    put(tmp_path, "a.md", name="mkdocs.yaml")
    put(tmp_path, name="book.yml", settings=f"{PLAIN}docs_dir: words\n")
    assert load(tmp_path / "docs").config == tmp_path / "mkdocs.yaml"
    assert load(tmp_path / "docs", tmp_path / "book.yml").docs == tmp_path / "words"


def test_other_tools_pages_are_left_alone(tmp_path: Path) -> None:
    """Pages under the patterns of `generated` are no pages of the press."""
    settings = 'markdown_extensions:\n  - galley: {generated: ["api/", "/list.md"]}\n'
    root = put(tmp_path, "a.md", "list.md", "api/x.md", "part/list.md", settings=settings)
    assert names(load(root)) == ["a.md", "part/list.md"]
