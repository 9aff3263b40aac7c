"""C for training: many steps in one call. The rows of a batch are gathered, and each statement of the step is loops or BLAS; with several
threads every statement is cut into shares (see `phases`), and all threads meet between two phases."""
from __future__ import annotations

from collections.abc import Mapping, Sequence

from ..core.record import record
from . import c_exponential, c_tiles
from .array_code import Code, Read, Scalar, Statement, nodes, reads, targets
from .c_extension import GEMM, TYPES
from .c_shares import HELPERS, PRODUCT, RowsWriter, accumulated, written
from .c_text import STACK
from .loops import LoopWriter
from .phases import phases
from .sharing import in_place

ALIGNED = 16            # reals on which each array of the work space begins
AHEAD = 2               # rows that are fetched before they are copied
ADDRESSES = 4_096       # rows of a batch whose addresses fit the stack


@record
class Pass:
    """One function of the module.

    examples    arrays with a row for each example, gathered by the order of the call or read from `step · batch` on
    along       arrays of the same rows that are written for the caller      outside   other arrays of the caller, in the order of the call
    scalars     numbers of their own for each step                            loss      the array of the loss, which a call notes for each step
    most        rows of a batch at most                                       stops     whether a call ends at a loss that is no finite number
    """
    name: str
    code: Code
    statements: tuple[Statement, ...]
    examples: tuple[str, ...]
    along: tuple[str, ...]
    outside: tuple[str, ...]
    scalars: tuple[str, ...]
    loss: str | None
    most: int
    gathers: bool = True
    stops: bool = False

    @property
    def arguments(self) -> tuple[str, ...]:
        """The arrays of a call, in order."""
        return (*self.examples, *self.along, *self.outside)


_TOP = """#define _GNU_SOURCE
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <tgmath.h>
#undef I
typedef {real} real;
{gemm}
{exponential}
{helpers}
{tiles}
{shares}

static inline void fetch__(const real *row, long bytes)
{{
    for (long k = 0; k < bytes; k += 64) __builtin_prefetch((const char *)row + k, 0, 2);
    __builtin_prefetch((const char *)row + bytes - 1, 0, 2);
}}

struct call__ {{
    real **arrays;
    const int64_t *order;
    const real *scalars;
    double *losses;
    int64_t count, batch, steps, threads;
    real *work;
    _Atomic int64_t arrived, turn, go;
}};

/* All threads wait here for the last one. */
static inline void meet__(struct call__ *call)
{{
    if (call->threads == 1) return;
    const int64_t turn = atomic_load_explicit(&call->turn, memory_order_relaxed);
    if (atomic_fetch_add_explicit(&call->arrived, 1, memory_order_acq_rel) + 1 == call->threads) {{
        atomic_store_explicit(&call->arrived, 0, memory_order_relaxed);
        atomic_store_explicit(&call->turn, turn + 1, memory_order_release);
        return;
    }}
    for (long waited = 0; atomic_load_explicit(&call->turn, memory_order_acquire) == turn; waited++) {{
#if defined(__x86_64__) || defined(__i386__)
        __builtin_ia32_pause();
#endif
        if (waited > 1000) sched_yield();
    }}
}}

struct seat__ {{ struct call__ *call; int64_t thread; void (*steps)(struct call__ *, int64_t); }};

static void *sit__(void *given)
{{
    struct seat__ *seat = given;
    int64_t go;
    while ((go = atomic_load(&seat->call->go)) == 0) sched_yield();
    if (go > 0) seat->steps(seat->call, seat->thread);
    return NULL;
}}

/* 0; -1 without memory, -2 where the threads cannot be started. */
static int64_t run__(struct call__ *call, void (*steps)(struct call__ *, int64_t), size_t reals)
{{
    const size_t page = 1 << 21, bytes = reals * sizeof(real) + 64, room = (bytes + page - 1) / page * page;
    call->work = aligned_alloc(bytes < page ? 64 : page, bytes < page ? (bytes + 63) / 64 * 64 : room);
    if (call->work == NULL) return -1;
#ifdef MADV_HUGEPAGE
    if (bytes >= page) madvise(call->work, room, MADV_HUGEPAGE);
#endif
    struct seat__ seats[call->threads];
    pthread_t threads[call->threads];
    int64_t started = 1;
    for (; started < call->threads; started++) {{
        seats[started] = (struct seat__){{call, started, steps}};
        if (pthread_create(&threads[started], NULL, sit__, &seats[started]) != 0) break;
    }}
    const int whole = started == call->threads;
    atomic_store(&call->go, whole ? 1 : -1);
    if (whole) steps(call, 0);
    for (int64_t k = 1; k < started; k++) pthread_join(threads[k], NULL);
    free(call->work);
    return whole ? 0 : -2;
}}

__attribute__((visibility("default"))) void bind__(void *address)
{{
    {bind}
}}
"""

_PASS = """
static void {name}__steps(struct call__ *call, int64_t thread)
{{
    for (long step = 0; step < call->steps; step++) {{
        const long left = call->count - step * call->batch, rows = left < call->batch ? left : call->batch;
        if (rows == {most}) {{ {full} }}
        else {{ {partial} }}
        meet__(call);
{end}    }}
}}

__attribute__((visibility("default"))) int64_t {name}(struct call__ *call) {{ return run__(call, {name}__steps, {work}); }}
"""


def text(passes: Sequence[Pass], sizes: Mapping[str, int], examples: str, dtype: str, integer: str | None, threads: bool) -> str:
    """The source of the module; `examples` is the symbol of the number of rows, `integer` BLAS's type of sizes, None without BLAS.

    With `threads` a call may have any number of them; ValueError where the code cannot be cut into shares."""
    real, helpers, parts = TYPES[dtype][0], set(), []
    tiles = False
    for each in passes:
        writer = RowsWriter(each.code, sizes, examples, each.most, integer is not None)
        parts.append(_function(each, writer, threads, helpers))
        tiles = tiles or any((p := writer.large(s)) is not None and writer.tiled(p) for s in each.statements)
    top = _TOP.format(real=real, gemm=(GEMM + PRODUCT).format(integer=integer) if integer else "", exponential=c_exponential.text(real),
                      helpers=writer.helpers(frozenset(helpers)), shares=HELPERS, tiles=c_tiles.TEXT if tiles else "",
                      bind="gemm = (gemm_type)address;" if integer else "(void)address;")
    return top + "\n".join(parts)


def _function(each: Pass, writer: RowsWriter, threads: bool, helpers: set[str]) -> str:
    statements, added = accumulated(writer, in_place(each.code, each.statements), (*each.along, *each.outside))
    made = [t for s in statements for t in targets(s)]
    apart = _apart(each, writer, statements) if each.gathers else ()
    gathered = tuple(n for n in each.examples if n not in apart) if each.gathers else ()
    inner = [n for n in dict.fromkeys((*gathered, *made)) if n not in (*each.along, *each.outside)]
    small = not threads and sum(map(writer.entries, inner)) <= STACK
    places, work = {}, 0
    for name in inner:
        places[name] = work
        work += -(-writer.entries(name) // ALIGNED) * ALIGNED
    cut = phases(statements, gathered) if threads else (tuple(statements),)
    parts = []
    for k, phase in enumerate(cut):
        used = {n for s in phase for n in (*reads(s), *targets(s), *_factors(added, s))} | (set(gathered) if k == 0 else set())
        if threads or any(map(writer.large, phase)):
            lines, found, bounds = written(writer, phase, added, apart)
        else:
            plain = LoopWriter(each.code, writer.syntax, writer.extent)
            lines, found, bounds = plain.lines(phase), plain.helpers, []
        helpers |= found
        chosen = ["const int64_t *const chosen__ = call__->order + step__ * call__->batch;"] if used & {*apart, *gathered} else []
        head = [*chosen, *_declared(each, writer, used, places, small, apart), *bounds,
                *(_gather(each, writer, gathered, threads, small) if gathered and k == 0 else ())]
        if each.loss in {t for s in phase for t in targets(s)}:
            lines = [*lines, f"{'if (thread__ == 0) ' if threads else ''}call__->losses[step__] = (double){each.loss}[0];"]
        kind = "inline __attribute__((always_inline))" if small else "__attribute__((noinline, noclone))"
        body = "\n".join(f"    {line}" for line in (*head, *lines))
        parts.append(f"static {kind} void {each.name}__{k}(struct call__ *call__, const long seat__, const long rows__, const long step__)\n{{\n"
                     f"    const long threads__ = {'call__->threads' if threads else 1}, thread__ = {'seat__' if threads else 0};\n"
                     f"    (void)threads__; (void)thread__; (void)seat__; (void)rows__; (void)step__;\n{body}\n}}\n")

    def calls(rows: str) -> str:
        return " meet__(call); ".join(f"{each.name}__{k}(call, thread, {rows}, step);" for k in range(len(cut)))

    end = "        if (!isfinite(call->losses[step])) return;\n" if each.stops else ""
    return "\n".join(parts) + _PASS.format(name=each.name, most=each.most, full=calls(str(each.most)), partial=calls("rows"), end=end,
                                           work=0 if small else work)


def _apart(each: Pass, writer: RowsWriter, statements: Sequence[Statement]) -> tuple[str, ...]:
    """The examples that only tiled products read: these take each row from where it lies, so that none is copied."""
    others = {n for s in statements if (p := writer.large(s)) is None or not writer.tiled(p) for n in reads(s)}
    return tuple(n for n in each.examples if n not in others) if each.most <= ADDRESSES else ()


def _declared(each: Pass, writer: RowsWriter, used: set[str], places: Mapping[str, int], small: bool, apart: Sequence[str]) -> list[str]:
    """The arrays that a phase uses."""
    out, scalar = [], {name: k for k, name in enumerate(each.scalars)}
    for name in sorted(used):
        if name in scalar:
            out.append(f"const real *const {name} = call__->scalars + step__ * {len(scalar)} + {scalar[name]};")
        elif name in apart:
            out += [f"const real *{name}[{max(each.most, 1)}];",
                    f"for (long k__ = 0; k__ < rows__; k__++) {name}[k__] = call__->arrays[{each.arguments.index(name)}] + chosen__[k__] * {writer.row(name)};"]
        elif name in places:
            out.append(f"real {name}[{writer.entries(name)}];" if small else f"real *const restrict {name} = call__->work + {places[name]};")
        else:
            at = f" + step__ * call__->batch * {writer.row(name)}" if name in (*each.examples, *each.along) else ""
            out.append(f"real *const restrict {name} = call__->arrays[{each.arguments.index(name)}]{at};")
    return out


def _factors(added: Mapping[str, Scalar], s: Statement) -> set[str]:
    """The arrays that the factor of an added product reads."""
    return {n.array for t in targets(s) if t in added for n in nodes(added[t]) if isinstance(n, Read)}


def _gather(each: Pass, writer: RowsWriter, gathered: Sequence[str], threads: bool, small: bool) -> list[str]:
    """The rows of the batch, copied side by side. They lie anywhere in memory, so those to come are fetched beforehand."""
    first, last = ("share__(rows__, thread__, threads__)", "share__(rows__, thread__ + 1, threads__)") if threads else ("0", "rows__")
    arrays = [(f"call__->arrays[{each.examples.index(name)}]", name, writer.row(name)) for name in gathered]
    fetches = [f"    fetch__({array} + chosen__[row__ + {AHEAD}] * {row}, {row} * sizeof(real));" for array, _, row in arrays if not small]
    copies = [f"    memcpy({name} + row__ * {row}, {array} + chosen__[row__] * {row}, {row} * sizeof(real));" for array, name, row in arrays]
    return [f"const long until__ = {last}, known__ = call__->count - step__ * call__->batch;",
            f"for (long row__ = {first}; row__ < until__; row__++) {{",
            *([f"    if (row__ + {AHEAD} < known__) {{", *(f"    {line}" for line in fetches), "    }"] if fetches else ()), *copies, "}"]
