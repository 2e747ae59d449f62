"""Files are replaced whole or not at all: links stay, permissions stay, devices are written to, drafts of the killed go."""

import os
import stat
import time

import pytest

from lvicreg._files import ABANDONED, as_a_set, name_of_draft, replacing, unwritable
from lvicreg.codegen.files import write


def put(path, content=b"new"):
    with replacing(path) as draft:
        draft.write(content)


def interrupted(path):
    with replacing(path) as draft:
        draft.write(b"half")
        raise KeyboardInterrupt


def mode(path):
    return stat.S_IMODE(path.stat().st_mode)


def test_a_link_stays_and_leads_to_what_was_written(tmp_path):
    (tmp_path / "there").mkdir()
    target, link = tmp_path / "there" / "file", tmp_path / "link"
    target.write_bytes(b"old")
    link.symlink_to(target)
    put(link)
    assert link.is_symlink()
    assert target.read_bytes() == b"new"
    assert [path.name for path in target.parent.iterdir()] == ["file"]


def test_permissions_follow_the_umask_and_then_stay(tmp_path):
    path = tmp_path / "file"
    before = os.umask(0o027)
    try:
        put(path)
    finally:
        os.umask(before)
    assert mode(path) == 0o640
    path.chmod(0o604)
    put(path, b"newer")
    assert (mode(path), path.read_bytes()) == (0o604, b"newer")


def test_a_device_is_written_to_and_stays_a_device(tmp_path):
    put("/dev/null")
    put("/dev/stdout", b"")
    assert stat.S_ISCHR(os.stat("/dev/null").st_mode)
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    write({pipe: "through\n"})
    assert os.read(reader, 100) == b"through\n"
    os.close(reader)
    assert stat.S_ISFIFO(os.stat(pipe).st_mode)


def test_a_folder_is_refused(tmp_path):
    with pytest.raises(IsADirectoryError, match="is a folder, and cannot be written as a file"):
        put(tmp_path)


def test_drafts_of_the_killed_are_removed_and_those_of_the_living_stay(tmp_path):
    old, young, other = (
        tmp_path / name for name in (".file[1].00aa00aa.draft", ".file[1].00bb00bb.draft", ".file1.00aa00aa.draft")
    )
    own = tmp_path / ".file[1].notes.draft"  # the user's
    for draft in (old, young, other, own):
        draft.write_bytes(b"half")
    past = time.time() - 2 * ABANDONED
    for draft in (old, other, own):
        os.utime(draft, (past, past))
    put(tmp_path / "file[1]")
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted([other.name, young.name, own.name, "file[1]"])


def test_an_error_leaves_the_old_file_and_no_draft(tmp_path):
    path = tmp_path / "file"
    path.write_bytes(b"old")
    with pytest.raises(KeyboardInterrupt):
        interrupted(path)
    assert [(each.name, each.read_bytes()) for each in tmp_path.iterdir()] == [("file", b"old")]


def test_a_set_has_a_marker_until_all_of_it_is_written(tmp_path):
    marker = tmp_path / ".unfinished"
    with as_a_set(marker, "write again"):
        assert marker.read_text() == "write again\n"
    assert not marker.exists()
    with pytest.raises(KeyboardInterrupt), as_a_set(marker, "write again"):
        interrupted(tmp_path / "file")
    assert [path.name for path in tmp_path.iterdir()] == [".unfinished"]


def test_a_draft_is_known_by_its_name():
    assert name_of_draft(".rule.py.00aa00aa.draft") == "rule.py"
    for name in (".rule.py.notes.draft", "rule.py", ".unfinished"):
        assert name_of_draft(name) is None


def test_why_a_file_could_not_be_written_is_known_before(tmp_path, monkeypatch):
    path = tmp_path / "file"
    path.write_bytes(b"")
    assert unwritable(path) == unwritable(tmp_path / "new" / "file") == unwritable("/dev/null") == ""
    assert unwritable(tmp_path) == f"{tmp_path} is a folder: give the name of a file in it"
    assert unwritable(path / "file") == f"{path} is no folder, and {path / 'file'} would be in it"
    monkeypatch.setattr(os, "access", lambda place, wanted: place != tmp_path)
    assert unwritable(path) == f"{path} may not be written: {tmp_path} or the file is read-only"
