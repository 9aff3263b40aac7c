"""`longhand site`: what the folder holds, and what is said where something is missing. tests/browser/test_site_in_browser.py opens it in a browser."""
from __future__ import annotations

import io
import json
import zipfile
from hashlib import sha256

import pytest

from longhand.cli import run
from longhand.errors import FileError, UsageError
from longhand.web import site


@pytest.fixture
def runtime(tmp_path):
    """A stand-in for the npm package."""
    folder = tmp_path / "package"
    folder.mkdir()
    for name in site.RUNTIME:
        (folder / name).write_bytes(name.encode())
    lock = {"info": {"abi_version": site.ABI, "python": "3.14.2"}, "packages": {"numpy": {"file_name": "https://elsewhere.example/numpy.whl"}}}
    (folder / site.LOCK).write_text(json.dumps(lock), encoding="utf-8")
    return folder


@pytest.fixture
def wheel(tmp_path, monkeypatch):
    """A stand-in for the wheel of python-flint."""
    path = tmp_path / "flint.whl"
    path.write_bytes(b"a wheel")
    monkeypatch.setattr(site, "FLINT_SHA256", sha256(b"a wheel").hexdigest())
    return path


def test_the_folder_holds_all_that_the_page_needs(tmp_path, runtime, wheel):
    public = tmp_path / "new" / "public"
    assert run(["site", str(public), "--pyodide", str(runtime), "--flint", str(wheel)]) == 0
    listed = json.loads((public / "site.json").read_text(encoding="utf-8"))
    for name in ("index.html", "transport.js", "python-worker.js", "python/pyodide.js", listed["program"], *listed["wheels"]):
        assert (public / name).stat().st_size, name
    assert "python-worker.js" in (public / "transport.js").read_text(encoding="utf-8")
    assert not list(public.rglob("*.mjs"))
    assert "elsewhere.example" not in (public / "python" / site.LOCK).read_text(encoding="utf-8")


def test_the_program_can_be_imported_from_the_folder(tmp_path, runtime, wheel):
    files = site.build(str(tmp_path / "public"), str(runtime), str(wheel))
    program, = (name for name in files if name.startswith("packages/longhand-"))
    with zipfile.ZipFile(io.BytesIO(files[program])) as archive:
        names = set(archive.namelist())
    assert {"longhand/__init__.py", "longhand/web/requests.py", "longhand/assets/katex/katex.min.css"} <= names
    assert not [name for name in names if "__pycache__" in name]


def test_a_second_run_writes_the_same_over_the_first_and_leaves_other_files(tmp_path, runtime, wheel):
    public = tmp_path / "public"
    first = site.build(str(public), str(runtime), str(wheel))
    (public / "CNAME").write_text("longhand.example", encoding="utf-8")
    (public / "index.html").write_text("old", encoding="utf-8")
    assert site.build(str(public), str(runtime), str(wheel)) == first
    assert (public / "CNAME").exists() and (public / "index.html").read_bytes() == first["index.html"]


def test_an_earlier_longhand_leaves_the_folder(tmp_path, runtime, wheel, monkeypatch):
    public = tmp_path / "public"
    site.build(str(public), str(runtime), str(wheel))
    earlier, = public.glob("packages/longhand-*.zip")
    monkeypatch.setattr(site, "_zipped", lambda package: b"a newer longhand")
    site.build(str(public), str(runtime), str(wheel))
    later, = public.glob("packages/longhand-*.zip")
    assert later != earlier


@pytest.mark.parametrize("program", ["../../mine", "packages/../mine", "/mine", 3])
def test_a_list_that_was_tampered_with_deletes_nothing(tmp_path, runtime, wheel, program):
    public = tmp_path / "public"
    site.build(str(public), str(runtime), str(wheel))
    (tmp_path / "mine").write_text("mine", encoding="utf-8")
    (public / site.MARKER).write_text(json.dumps({"program": program}), encoding="utf-8")
    site.build(str(public), str(runtime), str(wheel))
    assert (tmp_path / "mine").exists()


def test_a_folder_with_other_things_is_left_alone(tmp_path, runtime, wheel):
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "index.html").write_text("mine", encoding="utf-8")
    with pytest.raises(UsageError, match="not empty"):
        site.build(str(tmp_path / "mine"), str(runtime), str(wheel))
    assert [path.name for path in (tmp_path / "mine").iterdir()] == ["index.html"]


def test_a_file_is_no_folder(tmp_path, runtime, wheel):
    (tmp_path / "file").write_text("mine", encoding="utf-8")
    with pytest.raises(FileError, match="not a folder"):
        site.build(str(tmp_path / "file"), str(runtime), str(wheel))


@pytest.mark.parametrize("name", ["pyodide.asm.wasm", site.LOCK])
def test_a_file_of_pyodide_that_is_missing_is_named(tmp_path, runtime, wheel, name):
    (runtime / name).unlink()
    with pytest.raises(FileError, match="is not the npm package pyodide"):
        site.build(str(tmp_path / "public"), str(runtime), str(wheel))
    assert not (tmp_path / "public").exists()


def test_a_pyodide_of_another_abi_is_refused(tmp_path, runtime, wheel):
    (runtime / site.LOCK).write_text(json.dumps({"info": {"abi_version": "2025_0"}, "packages": {}}), encoding="utf-8")
    with pytest.raises(UsageError, match="2025_0"):
        site.build(str(tmp_path / "public"), str(runtime), str(wheel))


@pytest.mark.parametrize("lock", ["", "[]", "{}", '{"info": 3}'])
def test_a_lock_file_that_is_none_is_refused(tmp_path, runtime, wheel, lock):
    (runtime / site.LOCK).write_text(lock, encoding="utf-8")
    with pytest.raises((FileError, UsageError)):
        site.build(str(tmp_path / "public"), str(runtime), str(wheel))


def test_another_wheel_is_refused(tmp_path, runtime, wheel):
    wheel.write_bytes(b"another")
    with pytest.raises(FileError, match="its checksum differs"):
        site.build(str(tmp_path / "public"), str(runtime), str(wheel))


def test_without_npm_it_says_what_to_do(tmp_path, wheel, monkeypatch, capsys):
    monkeypatch.setattr(site.shutil, "which", lambda name: None)
    assert run(["site", str(tmp_path / "public"), "--flint", str(wheel)]) == 2
    said = capsys.readouterr().err
    assert "no npm" in said and f"npm pack pyodide@{site.PYODIDE}" in said and "--pyodide" in said


def test_a_download_that_fails_says_why(tmp_path, runtime, monkeypatch):
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    with pytest.raises(FileError, match="pip could not fetch") as error:
        site.build(str(tmp_path / "public"), str(runtime))
    assert "--flint" in error.value.suggestion and not (tmp_path / "public").exists()
