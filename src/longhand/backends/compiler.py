"""gcc, once for each source: shared objects in a cache folder, written atomically, so that many processes may build at a time."""
from __future__ import annotations

import hashlib
import os
import platform
import shutil
import subprocess
import sys
import sysconfig
import tempfile
from functools import cache
from pathlib import Path

from ..errors import FileError, UsageError

FLAGS = ("-O3", "-march=native", "-std=gnu11", "-fPIC", "-shared", "-fno-math-errno", "-fno-trapping-math", "-fno-signed-zeros",
         "-fassociative-math", "-fvisibility=hidden", "-w")
"""Sums may be reordered; NaN and infinity keep their meaning."""


def folder() -> Path:
    """$XDG_CACHE_HOME/longhand, ~/.cache/longhand where that is not set. FileError where it cannot be made."""
    base = os.environ.get("XDG_CACHE_HOME") or os.path.join(os.path.expanduser("~"), ".cache")
    path = Path(base) / "longhand"
    try:
        path.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as error:
        raise FileError(f"The cache folder {path} cannot be made: {error.strerror}.", suggestion="Set XDG_CACHE_HOME to a folder you may write to.") from None
    return path


def built(source: str, *, include: tuple[str, ...] = (), links: tuple[str, ...] = ("-lm",)) -> Path:
    """The shared object of a C source: from the cache, or compiled now. UsageError where there is no compiler, or it refuses."""
    compiler = which()
    command = [compiler, *FLAGS, *(f"-I{path}" for path in include)]
    key = hashlib.sha256("\0".join((source, *command, *links, _machine(), sys.version, _version(compiler))).encode()).hexdigest()[:32]
    target = folder() / f"{key}.so"
    if target.exists():
        return target
    with tempfile.TemporaryDirectory(dir=folder()) as work:
        text, made = Path(work) / "code.c", Path(work) / "code.so"
        text.write_text(source, encoding="utf-8")
        done = subprocess.run([*command, str(text), "-o", str(made), *links], capture_output=True, text=True, check=False)
        if done.returncode:
            said = done.stderr.strip().splitlines()
            raise UsageError(f"{compiler} could not compile the code: {said[0] if said else 'it gave no reason'}")
        os.replace(made, target)                    # whoever else built the same gets the same file
    return target


@cache
def which() -> str:
    """The C compiler: $CC, gcc, cc or clang. UsageError where there is none."""
    for name in filter(None, (os.environ.get("CC"), "gcc", "cc", "clang")):
        if found := shutil.which(name):
            return found
    raise UsageError("There is no C compiler (gcc, cc, clang) on this machine.", suggestion='Install one, or use target="numpy".')


@cache
def python_headers() -> str | None:
    """The folder of Python.h, or None."""
    path = sysconfig.get_paths()["include"]
    return path if os.path.exists(os.path.join(path, "Python.h")) else None


@cache
def _version(compiler: str) -> str:
    return subprocess.run([compiler, "--version"], capture_output=True, text=True, check=False).stdout.splitlines()[0]


@cache
def _machine() -> str:
    """What -march=native depends on: the cache may lie on a disk that several machines share."""
    try:
        with open("/proc/cpuinfo", encoding="utf-8", errors="replace") as file:
            lines = [line for line in file if line.startswith(("flags", "model name", "Features", "CPU part"))]
        return platform.machine() + "".join(sorted(set(lines)))
    except OSError:
        return platform.machine() + platform.processor()
