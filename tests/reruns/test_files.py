import pytest

from helpers.reruns.files import write_text


def test_interrupted_write_leaves_the_old_file_and_nothing_else(tmp_path, monkeypatch):
    path = tmp_path / "a.json"
    path.write_text("old", encoding="utf-8")

    def fail(self, target):
        raise OSError("no space left")

    monkeypatch.setattr("pathlib.Path.replace", fail)
    with pytest.raises(OSError, match="no space left"):
        write_text(path, "new")
    assert path.read_text(encoding="utf-8") == "old"
    assert [file.name for file in tmp_path.iterdir()] == ["a.json"]


def test_folders_are_made_and_line_ends_are_the_same_everywhere(tmp_path):
    write_text(tmp_path / "a" / "b" / "c.txt", "one\ntwo — three\n")
    assert (tmp_path / "a" / "b" / "c.txt").read_bytes() == "one\ntwo — three\n".encode()
