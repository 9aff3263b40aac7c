"""What is left of a run that was interrupted, lost a process, or met a full disk."""
from __future__ import annotations

import errno
import os
import signal
import socket
import subprocess
import sys
import time

import numpy as np
import pytest
from training_sheets import NETWORK, circles

import longhand
from longhand import FileError, UsageError, cli
from longhand.training import checkpoint
from longhand.training.folder import held

ENDLESS = ("--size", "n=8", "--epochs", "1000000", "--to", "numpy", "--validation", "0")


@pytest.fixture
def files(tmp_path):
    pytest.importorskip("safetensors")
    pytest.importorskip("matplotlib")
    (tmp_path / "sheet.md").write_text(NETWORK)
    np.savez(tmp_path / "data.npz", **circles())
    return tmp_path


HEARD = "import runpy, signal; signal.signal(signal.SIGINT, signal.default_int_handler); runpy.run_module('longhand.train', run_name='__main__')"
"""Ctrl-C is heard, also where the tests run in the background of a shell, which ignores it."""


def started(files, *arguments, **environment):
    """The command in a process of its own."""
    command = [sys.executable, "-c", HEARD, str(files / "sheet.md"), "--examples", str(files / "data.npz"), *arguments, "-o", str(files / "out")]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env={**os.environ, **environment})


def until_the_first_checkpoint(files, *processes):
    last, deadline = files / "out" / "last.safetensors", time.monotonic() + 60
    while not last.exists():
        for process in processes:
            assert process.poll() is None, process.communicate()[1]
        assert time.monotonic() < deadline
        time.sleep(0.02)
    return last


def resumes(files, last):
    """Whether the checkpoint is whole: the run goes on for one more epoch."""
    done = checkpoint.load(last).state["epoch"]
    arguments = [a if a != "1000000" else str(done + 1) for a in ENDLESS]
    assert cli.run(["train", str(files / "sheet.md"), "--examples", str(files / "data.npz"), *arguments, "-o", str(files / "out"), "--resume"]) == 0
    assert checkpoint.load(last).state["epoch"] == done + 1


def test_ctrl_c_keeps_the_last_checkpoint(files):
    process = started(files, *ENDLESS)
    last = until_the_first_checkpoint(files, process)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=60)
    assert process.returncode == 130, err
    assert "interrupted after epoch" in out and "--resume goes on" in err and "Traceback" not in err
    resumes(files, last)


def test_ctrl_c_inside_an_epoch():
    def press(done, of, newest):
        if done >= 2:
            raise KeyboardInterrupt

    from longhand.solution import read
    from longhand.training.front import train
    from longhand.training.options import Options
    options = Options(epochs=5, sizes={"n": 8}, target="numpy")
    fitted, _ = train(read(NETWORK).problems[0], circles(), options, progress=press)
    assert fitted.interrupted and len(fitted.history) == 2 and fitted.ended == "it was interrupted after epoch 2"
    whole = longhand.fit(NETWORK, circles(), epochs=2, sizes={"n": 8}, target="numpy")
    assert all(fitted.parameters[name].tobytes() == array.tobytes() for name, array in whole.parameters.items())


def test_a_killed_process_ends_the_run_with_a_usable_checkpoint(files):
    pytest.importorskip("torch")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    pair = [started(files, *ENDLESS, RANK=str(rank), LOCAL_RANK=str(rank), WORLD_SIZE="2", MASTER_ADDR="127.0.0.1", MASTER_PORT=str(port), OMP_NUM_THREADS="1")
            for rank in (0, 1)]
    try:
        last = until_the_first_checkpoint(files, *pair)
        pair[1].kill()
        _, err = pair[0].communicate(timeout=60)
    finally:
        for process in pair:
            process.kill()
            process.communicate()
    assert pair[0].returncode == 1, err
    assert "another process of the run has gone" in err and "--resume" in err and "Traceback" not in err
    resumes(files, last)


def test_a_full_disk_leaves_the_last_checkpoint_whole(files, monkeypatch):
    left, write = [5], os.fsync

    def fsync(handle):
        left[0] -= 1
        if left[0] < 0:
            raise OSError(errno.ENOSPC, "No space left on device")
        write(handle)

    monkeypatch.setattr(os, "fsync", fsync)
    with pytest.raises(FileError, match="no space left"):
        longhand.fit(NETWORK, circles(), folder=files / "out", epochs=50, sizes={"n": 8}, target="numpy")
    monkeypatch.undo()
    assert checkpoint.load(files / "out" / "last.safetensors").state["epoch"] >= 2
    assert not list((files / "out").glob(".*"))            # nothing half written lies about


def test_a_folder_that_cannot_be(files):
    for folder in (files / "sheet.md", files / "sheet.md" / "inside"):
        with pytest.raises(FileError, match="cannot be written to"):
            longhand.fit(NETWORK, circles(), folder=folder, epochs=1, sizes={"n": 8}, target="numpy")


def test_a_checkpoint_of_another_network_is_refused(files):
    options = {"epochs": 1, "target": "numpy", "folder": files / "out"}
    longhand.fit(NETWORK, circles(), sizes={"n": 8}, **options)
    with pytest.raises(UsageError, match="made with n = 8, and now it is 9"):
        longhand.fit(NETWORK, circles(), sizes={"n": 9}, resume=True, **options)
    with pytest.raises(UsageError, match="made with another sheet"):
        longhand.fit(NETWORK.replace("W_2", "V"), circles(), sizes={"n": 8}, resume=True, **options)


def test_a_checkpoint_that_has_changed_since_is_refused(files):
    options = {"epochs": 2, "target": "numpy", "folder": files / "out", "sizes": {"n": 8}}
    longhand.fit(NETWORK, circles(), **options)
    last = files / "out" / "last.safetensors"
    content = bytearray(last.read_bytes())
    content[-5] ^= 0x40                                            # one bit of a parameter
    last.write_bytes(bytes(content))
    with pytest.raises(FileError, match="changed since it was written"):
        longhand.fit(NETWORK, circles(), resume=True, **options)


def test_another_sheet_with_the_same_shapes_is_refused(files):
    options = {"epochs": 1, "target": "numpy", "folder": files / "out", "sizes": {"n": 8}}
    longhand.fit(NETWORK, circles(), **options)
    with pytest.raises(UsageError, match="made with another sheet"):
        longhand.fit(NETWORK.replace("ReLU", "tanh"), circles(), resume=True, **options)


def test_two_runs_do_not_share_a_folder(files):
    pytest.importorskip("fcntl")
    with held(files / "out"), pytest.raises(UsageError, match="Another run is writing to"):
        longhand.fit(NETWORK, circles(), epochs=1, sizes={"n": 8}, target="numpy", folder=files / "out")
    longhand.fit(NETWORK, circles(), epochs=1, sizes={"n": 8}, target="numpy", folder=files / "out")
