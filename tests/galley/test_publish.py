"""A site is put in place of the old one whole or not at all, and never in place of anything else."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from galley.site.publish import MARKS, publish


def site(folder: Path, words: str) -> None:
    """Build a site that says some words."""
    folder.mkdir()
    (folder / MARKS[1]).mkdir(parents=True)
    (folder / MARKS[0]).write_text("{}")
    (folder / "index.html").write_text(words)


def names(folder: Path) -> set[str]:
    """Return what stands in a folder."""
    return {path.name for path in folder.iterdir()}


def test_a_site_takes_the_place_of_the_old_one(tmp_path: Path) -> None:
    """A missing folder, an empty one and a site of ours give way, and nothing is left beside the new site."""
    target = tmp_path / "deep" / "site"
    for words in ("first", "second"):
        publish(target, lambda folder, words=words: site(folder, words))  # type: ignore[misc]  # the default binds it
        assert (target / "index.html").read_text() == words
        assert names(target.parent) == {"site"}
    (tmp_path / "empty").mkdir()
    publish(tmp_path / "empty", lambda folder: site(folder, "third"))
    assert (tmp_path / "empty/index.html").read_text() == "third"


@pytest.mark.parametrize("work", ["mkdocs.yml", "docs/index.md", "index.html", MARKS[0], ".hidden"])
def test_work_is_never_taken_away(tmp_path: Path, work: str) -> None:
    """A folder that holds anything, and is no site of ours, is refused before anything is built."""
    path = tmp_path / "project" / work
    path.parent.mkdir(parents=True)
    path.write_text("work")
    with pytest.raises(RuntimeError, match="is neither empty nor a site that galley has built"):
        publish(tmp_path / "project", lambda folder: pytest.fail("it was built"))
    assert path.read_text() == "work"


def test_what_comes_meanwhile_is_not_taken_away(tmp_path: Path) -> None:
    """Work that is put there while the site is built stays."""

    def slow(folder: Path) -> None:
        site(folder, "new")
        (tmp_path / "site").mkdir()
        (tmp_path / "site/work").write_text("work")

    with pytest.raises(RuntimeError, match="is neither empty nor a site"):
        publish(tmp_path / "site", slow)
    assert names(tmp_path / "site") == {"work"}
    assert names(tmp_path) == {"site"}


def test_a_file_is_refused(tmp_path: Path) -> None:
    """A file where the site should be is told in one line."""
    (tmp_path / "site").write_text("a file")
    with pytest.raises(RuntimeError, match="site is a file; name a folder"):
        publish(tmp_path / "site", lambda folder: site(folder, "new"))


def test_a_mount_point_is_refused() -> None:
    """A mount point, which cannot be exchanged, is told in one line, and nothing in it is touched."""
    with pytest.raises(RuntimeError, match="is a mount point"):
        publish(Path("/proc"), lambda folder: site(folder, "new"))


@pytest.mark.parametrize("error", [RuntimeError, KeyboardInterrupt, SystemExit])
def test_a_failed_build_leaves_the_old_site(tmp_path: Path, error: type[BaseException]) -> None:
    """Whatever ends a build, the old site stands, and nothing beside it."""
    publish(tmp_path / "site", lambda folder: site(folder, "old"))

    def fail(folder: Path) -> None:
        site(folder, "new")
        raise error

    with pytest.raises(error):
        publish(tmp_path / "site", fail)
    assert (tmp_path / "site/index.html").read_text() == "old"
    assert names(tmp_path) == {"site"}


@pytest.mark.parametrize("when", [1, 2])
def test_an_interrupt_between_the_renames(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, when: int) -> None:
    """An interrupt at the first or the second rename loses neither site."""
    publish(tmp_path / "site", lambda folder: site(folder, "old"))
    rename, count = Path.rename, iter(range(1, 9))

    def interrupted(self: Path, target: Path) -> Path:
        if next(count) == when:
            raise KeyboardInterrupt
        return rename(self, target)

    monkeypatch.setattr(Path, "rename", interrupted)
    with pytest.raises(KeyboardInterrupt):
        publish(tmp_path / "site", lambda folder: site(folder, "new"))
    assert (tmp_path / "site/index.html").read_text() == "old"
    assert names(tmp_path) == {"site"}


KILLED = """
import os, signal, sys
from pathlib import Path
from galley.site.publish import publish
from tests.galley.test_publish import site

rename, at, count = Path.rename, int(sys.argv[2]), iter(range(1, 9))

def killed(self, target):
    if next(count) == at:
        os.kill(os.getpid(), signal.SIGKILL)
    return rename(self, target)

Path.rename = killed
publish(Path(sys.argv[1]), lambda folder: site(folder, "new"))
"""


@pytest.mark.parametrize("when", [1, 2])
def test_what_a_kill_leaves_the_next_run_mends(tmp_path: Path, when: int) -> None:
    """After a kill at either rename the next run finds the old site again, and clears what was left."""
    target = tmp_path / "site"
    publish(target, lambda folder: site(folder, "old"))
    command = [sys.executable, "-c", KILLED, str(target), str(when)]
    assert subprocess.run(command, cwd=Path(__file__).parents[2]).returncode == -signal.SIGKILL
    assert target.exists() == (when == 1)

    def fail(folder: Path) -> None:
        assert (target / "index.html").read_text() == "old"
        raise RuntimeError("and this build fails")

    with pytest.raises(RuntimeError, match="and this build fails"):
        publish(target, fail)
    assert (target / "index.html").read_text() == "old"
    assert names(tmp_path) == {"site"}


def test_a_running_build_is_left_alone(tmp_path: Path) -> None:
    """A build that runs at the same time is not cleared away: both end well, and the last one stands."""
    target = tmp_path / "site"

    def outer(folder: Path) -> None:
        publish(target, lambda folder: site(folder, "inner"))
        site(folder, "outer")

    publish(target, outer)
    assert (target / "index.html").read_text() == "outer"
    assert names(tmp_path) == {"site"}
    assert os.access(target, os.R_OK)
