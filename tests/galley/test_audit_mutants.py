"""The mutants of the finished site: a sample of each class, all of them noticed, and a lax audit told of."""

import shutil
from pathlib import Path

import pytest

from tests.galley.test_audit import finished  # noqa: F401  # a fixture: the small book with a page of all kinds
from tests.studies import audit_mutants

WANTED = {
    "text", "around", "drawing", "title", "alt", "aria-label", "data-check", "address", "id", "left raw", "added", "removed",
    "figure's file", "frame", "search", "file gone", "page added",
}  # fmt: skip  # a row of words


def test_every_class_is_noticed(finished: Path) -> None:  # noqa: F811  # the fixture
    """Whatever is changed of what a reader meets, the audit says so."""
    rows = audit_mutants.run(finished, lambda found: found[:: max(1, len(found) // 12)])
    assert [str(survivor) for row in rows for survivor in row.survivors] == []
    assert WANTED - {row.name.removeprefix("audit: ") for row in rows if row.total} == set()


def test_a_lax_audit_is_told_of(finished: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:  # noqa: F811  # the fixture that is imported
    """If the audit compares no text, the study lists what got through."""
    site = shutil.copytree(finished, tmp_path / "site")
    monkeypatch.setattr("galley.check.audit._compare", lambda found, account: iter(()))
    rows = {row.name: row for row in audit_mutants.run(site, lambda found: found[:3])}
    assert rows["audit: text"].missed and rows["audit: data-check"].missed
    assert "→" in str(rows["audit: text"].survivors[0])
