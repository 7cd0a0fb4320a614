import errno
import os
import stat

import numpy as np
import pytest

from helpers.data import DataError, data_folder, download, fetch, load_dataset, mnist
from helpers.data.download import RemoteFile, obtain
from tests.data.synthetic_files import Answer, leftovers, md5

GOOD = b"the official content " * 5000
NAME = "set/file.npz"


@pytest.fixture
def remote(server):
    return RemoteFile(NAME, (server.base + "file.npz",), md5(GOOD))


def get(remote, tmp_path):
    (path,) = obtain([remote], tmp_path, progress=False)
    return path


def test_a_download_arrives_whole_and_alone(server, remote, tmp_path):
    server.answers["file.npz"] = [Answer(GOOD)]
    path = get(remote, tmp_path)
    assert path == tmp_path / "set" / "file.npz"
    assert path.read_bytes() == GOOD
    assert leftovers(tmp_path) == ["file.npz"]


def test_servers_are_asked_not_to_unpack(server, remote, tmp_path):
    server.answers["file.npz"] = [Answer(GOOD)]
    get(remote, tmp_path)
    assert server.headers[0]["Accept-Encoding"] == "identity"


@pytest.mark.skipif(os.name != "posix", reason="permission bits are those of POSIX")
def test_a_download_has_the_permissions_of_any_new_file(server, remote, tmp_path):
    server.answers["file.npz"] = [Answer(GOOD)]
    other = tmp_path / "other"
    other.touch()
    found = stat.S_IMODE(get(remote, tmp_path).stat().st_mode)
    assert found == stat.S_IMODE(other.stat().st_mode)


def test_a_second_call_needs_no_server(server, remote, tmp_path):
    server.answers["file.npz"] = [Answer(GOOD)]
    get(remote, tmp_path)
    get(remote, tmp_path)
    assert len(server.requests) == 1


def test_a_server_error_is_tried_again(server, remote, tmp_path):
    server.answers["file.npz"] = [Answer(status=503), Answer(status=500), Answer(GOOD)]
    assert get(remote, tmp_path).read_bytes() == GOOD
    assert len(server.requests) == 3
    assert leftovers(tmp_path) == ["file.npz"]


def test_a_broken_connection_is_tried_again(server, remote, tmp_path):
    server.answers["file.npz"] = [Answer(GOOD[:70_000], length=len(GOOD)), Answer(GOOD)]
    assert get(remote, tmp_path).read_bytes() == GOOD
    assert leftovers(tmp_path) == ["file.npz"]


def test_the_second_mirror_serves_when_the_first_fails(server, tmp_path):
    server.answers["b.npz"] = [Answer(GOOD)]
    remote = RemoteFile(NAME, (server.base + "a.npz", server.base + "b.npz"), md5(GOOD))
    assert get(remote, tmp_path).read_bytes() == GOOD
    assert server.requests == ["/a.npz", "/b.npz"]


def test_the_second_mirror_serves_when_the_first_is_altered(server, tmp_path):
    server.answers["a.npz"] = [Answer(GOOD[::-1])]  # as long: only the checksum tells
    server.answers["b.npz"] = [Answer(GOOD)]
    remote = RemoteFile(NAME, (server.base + "a.npz", server.base + "b.npz"), md5(GOOD))
    assert get(remote, tmp_path).read_bytes() == GOOD
    assert leftovers(tmp_path) == ["file.npz"]


@pytest.mark.parametrize(
    ("wrong", "length", "requests"),
    [
        (GOOD[:-1] + b"?", None, 1),  # altered
        (GOOD[:70_000], None, 1),  # truncated on the server
        (GOOD[: 68 * 1024], len(GOOD), 3),  # broken off on the way, after whole chunks
    ],
)
def test_a_bad_download_is_set_aside(server, remote, tmp_path, wrong, length, requests):
    server.answers["file.npz"] = [Answer(wrong, length=length)]
    with pytest.raises(DataError) as caught:
        get(remote, tmp_path)
    message = str(caught.value)
    for part in ("file.npz", md5(GOOD), md5(wrong), remote.urls[0], str(tmp_path / "set")):
        assert part in message
    assert leftovers(tmp_path) == [f"file.npz.bad-{md5(wrong)[:8]}"]
    assert next(tmp_path.rglob("*.bad-*")).read_bytes() == wrong
    assert len(server.requests) == requests  # what is whole and wrong is not asked for again


def test_an_altered_download_is_kept_although_the_other_mirror_is_down(server, tmp_path):
    server.answers["a.npz"] = [Answer(b"altered")]
    remote = RemoteFile(NAME, (server.base + "a.npz", server.base + "b.npz"), md5(GOOD))
    with pytest.raises(DataError, match=md5(b"altered")):
        get(remote, tmp_path)
    assert leftovers(tmp_path) == [f"file.npz.bad-{md5(b'altered')[:8]}"]


def test_a_bad_file_in_place_is_set_aside_and_then_downloaded(server, remote, tmp_path):
    (tmp_path / "set").mkdir()
    (tmp_path / NAME).write_bytes(GOOD[:-7])
    bad = md5(GOOD[:-7])
    with pytest.raises(DataError, match=f"(?s)file.npz.*{md5(GOOD)}.*{bad}.*Run the same again"):
        get(remote, tmp_path)
    assert leftovers(tmp_path) == [f"file.npz.bad-{bad[:8]}"]
    server.answers["file.npz"] = [Answer(GOOD)]
    assert get(remote, tmp_path).read_bytes() == GOOD


def test_a_bad_file_that_cannot_be_renamed_is_left(remote, tmp_path, monkeypatch):
    def refuse(*args):
        raise PermissionError(errno.EACCES, "Permission denied")

    (tmp_path / "set").mkdir()
    (tmp_path / NAME).write_bytes(b"bad")
    monkeypatch.setattr(os, "replace", refuse)
    with pytest.raises(DataError, match=r"could not be renamed .*Permission denied"):
        get(remote, tmp_path)
    assert leftovers(tmp_path) == ["file.npz"]


def test_a_file_is_hashed_once_until_it_changes(remote, tmp_path, monkeypatch):
    (tmp_path / "set").mkdir()
    (tmp_path / NAME).write_bytes(GOOD)
    hashed = []
    monkeypatch.setattr(
        download, "_new_md5", lambda new=download._new_md5: hashed.append(1) or new()
    )
    get(remote, tmp_path)
    get(remote, tmp_path)
    assert len(hashed) == 1
    (tmp_path / NAME).write_bytes(b"changed")
    with pytest.raises(DataError, match="truncated or altered"):
        get(remote, tmp_path)


def test_without_a_network_the_steps_by_hand_are_said(tmp_path, server):
    closed = server.base
    server.close()
    remote = RemoteFile(NAME, (f"{closed}file.npz",), "0" * 32)
    with pytest.raises(DataError, match="could not be downloaded") as caught:
        get(remote, tmp_path)
    message = str(caught.value)
    for part in (f"{closed}file.npz", "0" * 32, str(tmp_path / "set"), "COURSE_DATA_DIR"):
        assert part in message
    assert leftovers(tmp_path) == []


def test_the_steps_by_hand_name_every_missing_file(server, tmp_path):
    server.answers["a"] = [Answer(GOOD)]
    files = [RemoteFile(f"set/{n}", (f"{server.base}{n}",), md5(GOOD)) for n in "abc"]
    with pytest.raises(DataError, match="b is not in the data folder") as caught:
        obtain(files, tmp_path, progress=False)
    message = str(caught.value)
    assert str(tmp_path / "set" / "a") not in message
    assert f"{server.base}b (MD5 {md5(GOOD)}), saved as {tmp_path / 'set' / 'b'}" in message
    assert f"{server.base}c (MD5 {md5(GOOD)}), saved as {tmp_path / 'set' / 'c'}" in message


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (errno.ENOSPC, "The disk is full"),
        (errno.EROFS, "must be writable"),
        (errno.EACCES, "must be writable"),
        (errno.EIO, "could not be written"),
    ],
)
def test_a_disk_that_refuses_is_said(server, remote, tmp_path, monkeypatch, number, words):
    import pooch

    def fail(self, url, output_file, pooch):
        with open(output_file, "wb") as stream:
            stream.write(b"some of it")
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(pooch.HTTPDownloader, "__call__", fail)
    with pytest.raises(DataError, match=f"{words}.*file.npz.*`data_dir`"):
        get(remote, tmp_path)
    assert leftovers(tmp_path) == []


def test_a_folder_that_cannot_be_made_is_said(remote, tmp_path, monkeypatch):
    def refuse(*args, **kwargs):
        raise OSError(errno.EROFS, "Read-only file system")

    monkeypatch.setattr(os, "mkdir", refuse)
    with pytest.raises(DataError, match=r"must be writable .*Read-only file system"):
        get(remote, tmp_path)


def test_a_file_in_the_place_of_the_folder_is_said(remote, tmp_path):
    (tmp_path / "set").touch()
    with pytest.raises(DataError, match=r"file\.npz could not be written to .*set"):
        get(remote, tmp_path)


def test_a_folder_that_can_only_be_read_serves(synthetic, server, tmp_path, monkeypatch):
    arrays, _ = synthetic("breastmnist", "binary", 1)
    fetch("breastmnist", data_dir=tmp_path, progress=False)

    def refuse(*args, **kwargs):
        raise OSError(errno.EROFS, "Read-only file system")

    for name in ("mkdir", "replace", "rename", "unlink", "chmod", "utime"):
        monkeypatch.setattr(os, name, refuse)
    server.answers.clear()
    dataset = load_dataset("breastmnist", data_dir=tmp_path)
    np.testing.assert_array_equal(dataset.test.x[..., 0], arrays["test_images"])


def test_ctrl_c_leaves_nothing(remote, tmp_path, monkeypatch):
    import pooch

    def interrupt(self, url, output_file, pooch):
        with open(output_file, "wb") as stream:
            stream.write(b"some of it")
        raise KeyboardInterrupt

    monkeypatch.setattr(pooch.HTTPDownloader, "__call__", interrupt)
    with pytest.raises(KeyboardInterrupt):
        get(remote, tmp_path)
    assert leftovers(tmp_path) == []


def test_the_progress_bar_is_on_standard_error(server, remote, tmp_path, capsys):
    server.answers["file.npz"] = [Answer(GOOD)]
    obtain([remote], tmp_path, progress=True)
    out, err = capsys.readouterr()
    assert out == ""
    assert "100%" in err


def test_each_attempt_is_told_on_standard_error(server, tmp_path, capsys):
    remote = RemoteFile(NAME, (server.base + "a.npz", server.base + "b.npz"), md5(GOOD))
    host = server.base.split("/")[2]
    with pytest.raises(DataError, match="could not be downloaded"):
        obtain([remote], tmp_path, progress=True)
    out, err = capsys.readouterr()
    assert out == ""
    assert err.splitlines() == [
        f"file.npz from {host}, attempt {k} of 3" for k in (1, 2, 3) for _ in remote.urls
    ]
    with pytest.raises(DataError):
        obtain([remote], tmp_path, progress=False)
    assert capsys.readouterr() == ("", "")


def test_the_folder_is_argument_then_variable_then_cache(tmp_path, monkeypatch):
    monkeypatch.setenv("COURSE_DATA_DIR", str(tmp_path / "variable"))
    assert data_folder(tmp_path / "argument") == tmp_path / "argument"
    assert data_folder() == tmp_path / "variable"
    monkeypatch.setenv("COURSE_DATA_DIR", "")
    assert data_folder().name == "medical-image-course"
    assert data_folder("~/x").is_absolute()


def test_a_wrong_folder_is_refused(tmp_path, monkeypatch):
    file = tmp_path / "file"
    file.touch()
    with pytest.raises(ValueError, match="`data_dir` must be a folder; got the file"):
        data_folder(file)
    with pytest.raises(TypeError, match="`data_dir` must be the path of a folder; got 3"):
        data_folder(3)
    monkeypatch.setenv("COURSE_DATA_DIR", str(file))
    with pytest.raises(ValueError, match="`COURSE_DATA_DIR` must be a folder"):
        data_folder()


def test_mnist_comes_from_two_public_mirrors():
    first, second = mnist.files()[0].urls
    assert first == "https://ossci-datasets.s3.amazonaws.com/mnist/train-images-idx3-ubyte.gz"
    assert second == "https://storage.googleapis.com/cvdf-datasets/mnist/train-images-idx3-ubyte.gz"
