"""What is kept between runs: whole, under its own key, bounded, and never needed."""

import os
from pathlib import Path

import pytest

from galley.run.cache import DAY, Cache, digest, write_whole

KEY, OTHER = digest("one"), digest("other")


def stored(cache: Cache, key: str) -> Path:
    """Return the file of an entry."""
    return cache.folder / key[:2] / key


def test_what_is_kept_is_made_once(tmp_path: Path) -> None:
    """What stands under a key is not made again."""
    cache, made = Cache(tmp_path), iter(["first", "second"])
    assert [cache.kept(64 * key, lambda: next(made)) for key in "aab"] == ["first", "first", "second"]


def test_what_is_put_is_got(tmp_path: Path) -> None:
    """An entry is read back as it was, by another cache in the same folder too."""
    Cache(tmp_path).put(KEY, "π\n0\x00")
    assert Cache(tmp_path).get(KEY) == "π\n0\x00"
    assert Cache(tmp_path).get(OTHER) is None


@pytest.mark.parametrize("cut", [0, 1, 64, 65, -1])
def test_a_damaged_entry_is_none(tmp_path: Path, cut: int) -> None:
    """An entry that was cut off anywhere is not there."""
    cache = Cache(tmp_path)
    cache.put(KEY, "content")
    path = stored(cache, KEY)
    path.write_bytes(path.read_bytes()[:cut])
    assert cache.get(KEY) is None


def test_every_flipped_bit_is_noticed(tmp_path: Path) -> None:
    """No bit of an entry can change unseen."""
    cache = Cache(tmp_path)
    cache.put(KEY, "content")
    path = stored(cache, KEY)
    whole = path.read_bytes()
    for place in range(len(whole)):
        path.write_bytes(whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1 :])
        assert cache.get(KEY) is None


def test_exchanged_entries_are_noticed(tmp_path: Path) -> None:
    """Two entries, each whole, that have changed places are not there."""
    cache = Cache(tmp_path)
    cache.put(KEY, "one")
    cache.put(OTHER, "other")
    one, other = stored(cache, KEY), stored(cache, OTHER)
    texts = one.read_bytes(), other.read_bytes()
    other.write_bytes(texts[0])
    one.write_bytes(texts[1])
    assert (cache.get(KEY), cache.get(OTHER)) == (None, None)


@pytest.mark.parametrize("kind", ["file", "dangling link", "folders are files", "entry is a folder"])
def test_a_cache_that_cannot_be_used_costs_time_only(tmp_path: Path, kind: str) -> None:
    """Whatever stands where the cache should be, nothing is found and nothing is raised."""
    folder = tmp_path / "cache"
    match kind:
        case "file":
            folder.write_text("no folder")
        case "dangling link":
            folder.symlink_to(tmp_path / "nowhere" / "at" / "all")
        case "folders are files":
            folder.mkdir()
            (folder / KEY[:2]).write_text("no folder")
        case _:
            (folder / KEY[:2] / KEY).mkdir(parents=True)
    cache = Cache(folder)
    cache.put(KEY, "content")
    assert cache.get(KEY) is None
    cache.trim()


def test_what_was_not_used_for_longest_goes_first(tmp_path: Path) -> None:
    """A cache that has grown too large loses what nobody has read, and what is read stays."""
    cache = Cache(tmp_path)
    keys = [digest(str(number)) for number in range(4)]
    for key in keys:
        cache.put(key, "x" * 1000)
        os.utime(stored(cache, key), (0, 0))
    assert cache.get(keys[2]) is not None
    cache.trim(most=1500)
    assert [cache.get(key) is not None for key in keys] == [False, False, True, False]


def test_what_a_killed_run_has_left_goes(tmp_path: Path) -> None:
    """A file that was never finished is removed after a day, not before: its run may still be at it."""
    cache = Cache(tmp_path)
    cache.put(KEY, "x")
    old, new = (tmp_path / KEY[:2] / f".{name}.part" for name in ("old", "new"))
    for path in (old, new):
        path.write_text("half")
    os.utime(old, (old.stat().st_mtime - 2 * DAY,) * 2)
    cache.trim()
    assert (old.exists(), new.exists()) == (False, True)


def test_a_file_is_written_whole_or_not_at_all(tmp_path: Path) -> None:
    """Where a file cannot be written, the old one stands, and nothing half-written beside it."""
    path = tmp_path / "record.json"
    path.write_text("old")
    with pytest.raises(TypeError):
        write_whole(path, "text, not bytes")  # type: ignore[arg-type]  # as an error while it is written
    assert [entry.name for entry in tmp_path.iterdir()] == ["record.json"]
    assert path.read_text() == "old"
    write_whole(path, b"new")
    assert path.read_text() == "new"
