"""Example files: .npz, .csv and .parquet as named arrays with a row for each example. Nothing in them is ever executed."""
from __future__ import annotations

import codecs
import os
import zipfile
import zlib
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

from ..core.record import record
from ..errors import DataError, FileError, Place, UsageError
from ..files import reason

if TYPE_CHECKING:
    import numpy as np

EXTRA = "pip install 'longhand[train]'"


@record
class Table:
    """Arrays by name, each with `rows` along its first axis: numbers, or text where a column holds words.

    header  the lines before row 1, so that an error can name the line of the file (1 for a .csv); None where a file has no lines
    """
    path: str
    columns: dict[str, np.ndarray]
    rows: int
    header: int | None = None

    def place(self, row: int) -> Place:
        """Where a row (from 0) stands in the file."""
        return Place(None if self.header is None else row + self.header + 1, source=self.path)


def read_table(path: str) -> Table:
    """The arrays of a file. FileError for one that cannot be read or was cut off, DataError for one whose rows do not fit together."""
    ending = os.path.splitext(path)[1].lower()
    if (reader := READERS.get(ending)) is None:
        raise UsageError(f"{path} is no file of examples that longhand reads.", suggestion=f"Formats are {', '.join(READERS)}.")
    try:
        if not os.path.isfile(path):
            raise FileError(f"{path} is {'a folder' if os.path.isdir(path) else 'no file' if os.path.exists(path) else 'not there'}.")
        if os.path.getsize(path) == 0:
            raise FileError(f"{path} is empty.")
        table = reader(path)
    except OSError as error:
        raise FileError(f"{path}: {reason(error)}.") from None
    if table.rows == 0:
        raise DataError("The file holds no examples.", Place(source=path))
    return table


def _npz(path: str) -> Table:
    import numpy as np
    try:
        with open(path, "rb") as file:                              # numpy leaves its own handle open where the file is damaged
            if file.read(2) not in (b"PK", b"\x93N"):
                raise ValueError("it does not begin as one does")
            file.seek(0)
            archive = np.load(file, allow_pickle=False)
            if not isinstance(archive, np.lib.npyio.NpzFile):
                raise FileError(f"{path} holds one array without a name.", suggestion="numpy.savez(path, x=inputs, y=labels)")
            columns = {name: archive[name] for name in archive.files}
    except (zipfile.BadZipFile, zlib.error, EOFError, ValueError, KeyError, NotImplementedError) as error:
        if "allow_pickle" in str(error):
            raise FileError(f"{path} holds Python objects, which are not loaded.", suggestion="Save arrays of numbers or of text.") from None
        raise FileError(f"{path} is no whole .npz file: {_short(error)}", suggestion="It may have been cut off; copy it again.") from None
    if scalars := [name for name, array in columns.items() if array.ndim == 0]:
        raise DataError(f"{scalars[0]} is a single number; an array has a row for each example.", Place(source=path))
    lengths = {name: len(array) for name, array in columns.items()}
    if len(set(lengths.values())) > 1:
        said = ", ".join(f"{name} {length}" for name, length in lengths.items())
        raise DataError(f"The arrays have different numbers of rows: {said}.", Place(source=path))
    return Table(path, columns, next(iter(lengths.values()), 0))


def _csv(path: str) -> Table:
    arrow = _arrow("pyarrow")
    csv = _arrow("pyarrow.csv")
    _check_text(path)
    bad: list[Any] = []

    def noted(row: Any) -> str:
        bad.append(row)
        return "error"

    try:                                                            # one thread: only then a bad row knows its number
        read = csv.read_csv(path, csv.ReadOptions(use_threads=False), csv.ParseOptions(invalid_row_handler=noted),
                            csv.ConvertOptions(strings_can_be_null=True, null_values=["", "NA", "NaN", "nan", "null", "?"]))
    except arrow.ArrowInvalid as error:
        if "Empty CSV" in str(error):
            raise DataError("The file holds no examples.", Place(source=path)) from None
        if not bad:
            raise DataError(f"The file is no table: {_short(error)}", Place(source=path)) from None
        line, expected, got = bad[0].number, bad[0].expected_columns, bad[0].actual_columns
        more = "more" if got > expected else "fewer"
        raise DataError(f"The row has {got} columns and the first line {expected}: {abs(got - expected)} {more}.", Place(line, source=path)) from None
    if _is_row(read.column_names):
        raise DataError(f"The first line holds numbers where the names of the columns stand: {listed(read.column_names)}.", Place(1, source=path),
                        "Put a line with their names above it.")
    return _columns(path, read, 1)


def _check_text(path: str) -> None:
    """DataError for a file that is no UTF-8 text, with the line."""
    decoder, line = codecs.getincrementaldecoder("utf-8")(), 1
    with open(path, "rb") as file:
        while piece := file.read(1 << 20):
            try:
                line += decoder.decode(piece).count("\n")
            except UnicodeDecodeError as error:
                line += bytes(error.object[:error.start]).count(b"\n")
                raise DataError("The file is no text in UTF-8.", Place(line, source=path), "Save it again as UTF-8.") from None
    if decoder.getstate()[0]:
        raise DataError("The file is no text in UTF-8: it was cut off within a letter.", Place(line, source=path))


def _is_row(names: list[str]) -> bool:
    """Whether names of columns are numbers, and not those that count the columns, 0, 1, 2 ..."""
    return all(is_number(name) for name in names) and names not in ([str(k + first) for k in range(len(names))] for first in (0, 1))


def is_number(text: object) -> bool:
    """Whether a text is a number."""
    try:
        float(str(text))
    except ValueError:
        return False
    return True


def listed(names: Iterable[str]) -> str:
    """The first dozen of some names, for a message."""
    names = list(names)
    return ", ".join(names[:12]) + (f" and {len(names) - 12} more" if len(names) > 12 else "")


def _parquet(path: str) -> Table:
    arrow = _arrow("pyarrow")
    parquet = _arrow("pyarrow.parquet")
    try:
        read = parquet.read_table(path, page_checksum_verification=True)
    except (arrow.ArrowInvalid, OSError) as error:
        raise FileError(f"{path} is no whole .parquet file: {_short(error)}", suggestion="It may have been cut off; copy it again.") from None
    return _columns(path, read, None)


def _columns(path: str, read: Any, header: int | None) -> Table:
    """An arrow table as arrays; a missing value is an error with its row and column."""
    import numpy as np
    table = Table(path, {}, read.num_rows, header)
    if not read.num_rows:
        return table
    if len(set(read.column_names)) < len(read.column_names):
        twice = next(name for name in read.column_names if read.column_names.count(name) > 1)
        raise DataError(f"The column {twice} is there twice.", Place(source=path))
    for name, column in zip(read.column_names, read.columns, strict=True):
        if column.null_count:
            row = int(np.flatnonzero(column.is_null().to_numpy())[0])
            raise DataError(f"A value is missing in row {row + 1}, column {name}.", table.place(row),
                            "Fill it in or leave the row out; longhand does not guess values.")
        table.columns[name] = _array(column, name, table)
    return table


def _array(column: Any, name: str, table: Table) -> np.ndarray:
    """A column of numbers or text as an array; lists of one length as rows. DataError for anything else."""
    import numpy as np
    types = _arrow("pyarrow.types")
    if types.is_decimal(column.type):
        return column.cast("float64").to_numpy()
    values = column.to_numpy()
    if values.dtype != object:
        return values
    if types.is_list(column.type) or types.is_large_list(column.type) or types.is_fixed_size_list(column.type):
        lengths = np.array([len(v) for v in values])
        if len(odd := np.flatnonzero(lengths != lengths[0])):
            row = int(odd[0])
            raise DataError(f"The list in row {row + 1}, column {name}, has {lengths[row]} entries, and the first row {lengths[0]}.", table.place(row))
        return np.array(list(values))
    if isinstance(values[0], str | bool):
        return np.array(list(values))
    raise DataError(f"The column {name} holds {column.type}, neither numbers nor text.", table.place(0))


def _arrow(module: str) -> Any:
    from importlib import import_module
    try:
        return import_module(module)
    except ImportError:
        raise UsageError("Reading .csv and .parquet files needs pyarrow, which is not installed.", suggestion=EXTRA) from None


def _short(error: object) -> str:
    text = " ".join(str(error).split())
    return text if len(text) <= 160 else text[:159] + "…"


READERS: dict[str, Callable[[str], Table]] = {".npz": _npz, ".csv": _csv, ".parquet": _parquet}
