"""The static site: the page of `longhand serve` with Python in the browser, as a folder that any web space can serve.

    site.json        what the folder is made of; the worker reads it first
    index.html ...   the page, with `transport-worker.js` in the place of the server
    python/          Pyodide: CPython for the browser, from the npm package
    packages/        longhand itself, and python-flint built for that Python
"""
from __future__ import annotations

import io
import json
import shutil
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from collections.abc import Iterator, Sequence
from hashlib import sha256
from pathlib import Path
from re import fullmatch

from .. import __version__
from ..errors import FileError, UsageError
from ..files import reason, write_bytes
from ..printing.html_style import data
from .page import files

PYODIDE = "314.0.7"
"""The npm package that is fetched. Another of the same ABI serves as well, given as a folder."""
ABI = "2026_0"
"""What compiled packages are built for, as Pyodide's lock file calls it."""
FLINT = "python_flint-0.9.0-cp314-cp314-pyemscripten_2026_0_wasm32.whl"
FLINT_SHA256 = "b31f5c00e0e36040ab58d00b3025156e20869b990d776e4bf90f870b1ee11ad3"
RUNTIME = ("pyodide.mjs", "pyodide.asm.mjs", "pyodide.asm.wasm", "python_stdlib.zip")
LOCK = "pyodide-lock.json"
MARKER = "site.json"
PATIENCE = 600.0
"""Seconds for a download."""
PACKAGE = Path(__file__).resolve().parents[1]
WORKER = ("web", "transport-worker-python.js")
LICENCES = """longhand: MIT.
python/: Pyodide, MPL-2.0, https://github.com/pyodide/pyodide, with CPython, PSF-2.0. Its modules end in .js here and not in .mjs,
and call each other so; nothing else is changed.
packages/: python-flint, MIT, https://github.com/flintlib/python-flint, with FLINT, GMP and MPFR, LGPL-3.0-or-later;
their licences are in the wheel.
KaTeX and its fonts: MIT.
"""
LONG_AGO = (1980, 1, 1, 0, 0, 0)


def build(folder: str, pyodide: str | None = None, flint: str | None = None) -> dict[str, bytes]:
    """Write the site, and return its files by name. `pyodide` is the folder of the npm package and `flint` a wheel of python-flint;
    what is not given is fetched with npm and pip. FileError or UsageError where something is missing; the folder is then as it was."""
    target = _target(folder)
    with tempfile.TemporaryDirectory(prefix="longhand-site-") as scratch:
        runtime = Path(pyodide) if pyodide is not None else fetch_pyodide(Path(scratch))
        wheel = Path(flint) if flint is not None else fetch_flint(Path(scratch))
        site = dict(sorted({**_page(), **_runtime(runtime), **_packages(_wheel(wheel))}.items()))
    before = _program(target)
    for name, content in sorted(site.items(), key=lambda file: file[0] != MARKER):       # a run that was stopped can be done again
        place = target / name
        try:
            place.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise FileError(f"{place.parent} cannot be made: {reason(error)}.") from None
        write_bytes(str(place), content)
    if before is not None and before not in site:
        (target / before).unlink(missing_ok=True)
    return site


def _target(folder: str) -> Path:
    """The folder: new, empty, or an earlier site. Nothing else is written over."""
    target = Path(folder)
    try:
        if target.exists() and not target.is_dir():
            raise FileError(f"{folder} is not a folder.")
        others = target.is_dir() and any(not p.name.startswith(".") for p in target.iterdir())
    except OSError as error:
        raise FileError(f"{folder}: {reason(error)}.") from None
    if others and not (target / MARKER).is_file():
        raise UsageError(f"{folder} is not empty, and what is in it is not a site that longhand has written.", suggestion="Give a new folder.")
    return target


def _program(target: Path) -> str | None:
    """The archive of longhand in an earlier site, which has another name than a new one."""
    try:
        name = json.loads((target / MARKER).read_bytes())["program"]
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return name if isinstance(name, str) and fullmatch("packages/longhand-[0-9a-f]{12}[.]zip", name) else None


def _page() -> dict[str, bytes]:
    """The front-end, which asks a worker instead of a server, under the policy of the server as far as a page can state it."""
    from .server import POLICY
    page = files("worker")
    rules = [rule for rule in POLICY.split("; ") if not rule.startswith("frame-ancestors")] + ["worker-src 'self'"]
    head = f'<meta charset="utf-8"><meta http-equiv="Content-Security-Policy" content="{"; ".join(rules)}">'
    index = page["index.html"].replace(b'<meta charset="utf-8">', head.encode(), 1)
    return page | {"index.html": index, "python-worker.js": data(*WORKER), "LICENCES.txt": LICENCES.encode()}


def _runtime(folder: Path) -> dict[str, bytes]:
    """Pyodide's files. Of its lock file only what it says about itself is kept: it names packages that lie elsewhere."""
    try:
        info = json.loads((folder / LOCK).read_bytes())["info"]
        abi = info["abi_version"]
        own = {f"python/{_served(name)}": _renamed(name, (folder / name).read_bytes()) for name in RUNTIME}
    except (OSError, ValueError, KeyError, TypeError) as error:
        said = reason(error) if isinstance(error, OSError) else f"its {LOCK} cannot be read"
        raise FileError(f"{folder} is not the npm package pyodide: {said}.", suggestion=_by_hand()) from None
    if abi != ABI:
        raise UsageError(f"The Pyodide in {folder} is built for the ABI {abi}, and python-flint for {ABI}.",
                         suggestion=f"Take pyodide@{PYODIDE}.")
    return own | {f"python/{LOCK}": json.dumps({"info": info, "packages": {}}).encode()}


def _served(name: str) -> str:
    """The name of a file in the site: a plain nginx knows no .mjs, and a browser runs no module of an unknown type."""
    return name.removesuffix(".mjs") + ".js" if name.endswith(".mjs") else name


def _renamed(name: str, content: bytes) -> bytes:
    """A module that calls the others by their new names."""
    return content.replace(b"pyodide.asm.mjs", b"pyodide.asm.js") if name.endswith(".mjs") else content


def _packages(flint: bytes) -> dict[str, bytes]:
    """longhand and python-flint, and the list that names them."""
    program = _zipped(PACKAGE)
    name = f"longhand-{sha256(program).hexdigest()[:12]}.zip"      # a name of its own, so that no old one is taken from a cache
    listed = {"schema": "longhand/site/1", "longhand": __version__, "program": f"packages/{name}", "wheels": [f"packages/{FLINT}"]}
    return {f"packages/{name}": program, f"packages/{FLINT}": flint, MARKER: (json.dumps(listed, indent=1) + "\n").encode()}


def _zipped(package: Path) -> bytes:
    """The package as it is installed here, the same bytes each time. It is pure Python, so that it runs there as it stands."""
    store = io.BytesIO()
    with zipfile.ZipFile(store, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for path in _files(package):
            entry = zipfile.ZipInfo(path.relative_to(package.parent).as_posix(), LONG_AGO)
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, path.read_bytes())
    return store.getvalue()


def _files(folder: Path) -> Iterator[Path]:
    return (path for path in sorted(folder.rglob("*")) if path.is_file() and "__pycache__" not in path.parts)


def fetch_pyodide(folder: Path) -> Path:
    """The files of the npm package, put into the folder. npm holds them against the registry's checksum."""
    npm = shutil.which("npm")
    if npm is None:
        raise UsageError("The site needs Pyodide, and there is no npm here to fetch it.", suggestion=_by_hand())
    with tempfile.TemporaryDirectory() as scratch:
        _run([npm, "pack", f"pyodide@{PYODIDE}", "--silent", "--pack-destination", scratch], scratch, "npm", _by_hand())
        with tarfile.open(Path(scratch, f"pyodide-{PYODIDE}.tgz")) as archive:
            for name in (*RUNTIME, LOCK):
                (folder / name).write_bytes(archive.extractfile(f"package/{name}").read())
    return folder


def fetch_flint(folder: Path) -> Path:
    """The wheel of python-flint for the browser's Python, from PyPI, put into the folder."""
    _, version, python, _, platform = FLINT.removesuffix(".whl").split("-")
    hint = f"Download {FLINT} from PyPI, and give it with --flint."
    _run([sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-deps", "--only-binary", ":all:",
          "--implementation", "cp", "--python-version", python.removeprefix("cp"), "--platform", platform, "--dest", str(folder),
          f"python-flint=={version}"], str(folder), "pip", hint)
    return folder / FLINT


def _wheel(path: Path) -> bytes:
    """The wheel, if it is the one that is known to prove its digits there."""
    try:
        content = path.read_bytes()
    except OSError as error:
        raise FileError(f"{path}: {reason(error)}.") from None
    if sha256(content).hexdigest() != FLINT_SHA256:
        raise FileError(f"{path} is not {FLINT}: its checksum differs.", suggestion="Download it from PyPI again.")
    return content


def _run(command: Sequence[str], folder: str, what: str, hint: str) -> None:
    """A command of another tool; FileError with its last words where it fails."""
    try:
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=PATIENCE, check=False)
    except (OSError, subprocess.TimeoutExpired) as error:
        said = f"it took more than {PATIENCE:g} seconds" if isinstance(error, subprocess.TimeoutExpired) else reason(error)
    else:
        if done.returncode == 0:
            return
        said = ((done.stderr or done.stdout).strip().splitlines() or [f"exit code {done.returncode}"])[-1][:200]
    raise FileError(f"{what} could not fetch what the site needs: {said}", suggestion=hint)


def _by_hand() -> str:
    return f"Fetch it elsewhere (npm pack pyodide@{PYODIDE}), unpack it, and give its folder with --pyodide."
