"""The C target as a small CPython extension: a call costs what the arithmetic costs, since arrays are read as NumPy keeps them.

The call checks type, layout and shape of each array; anything else than what it was compiled for goes to the general way in Python,
which converts or explains.
"""
from __future__ import annotations

from collections.abc import Mapping, Sequence

from . import c_exponential
from .array_code import Code, counted, pointers
from .c_text import CWriter, Kernel

TYPES = {"float64": ("double", "NPY_DOUBLE", "d"), "float32": ("float", "NPY_FLOAT", "s")}

GEMM = """
typedef void (*gemm_type)(int, int, int, {integer}, {integer}, {integer}, real, const real *, {integer}, const real *, {integer}, real, real *,
                          {integer});
static gemm_type gemm;
static inline void large_product(int ta, int tb, long m, long n, long k, const real *a, long lda, const real *b, long ldb, real *c)
{{
    if (m == 0 || n == 0) return;
    if (k == 0) {{ memset(c, 0, sizeof(real) * m * n); return; }}
    gemm(101, ta ? 112 : 111, tb ? 112 : 111, m, n, k, 1, a, lda, b, ldb, 0, c, n);
}}
"""

_TEXT = """#define PY_SSIZE_T_CLEAN
#include <Python.h>
#define NPY_NO_DEPRECATED_API NPY_1_7_API_VERSION
#include <numpy/arrayobject.h>
#include <tgmath.h>
#undef I
#include <stddef.h>
#include <string.h>
#include <stdlib.h>
typedef {real} real;
{gemm}
{exponential}
{helpers}

{kernels}

#define INPUTS {inputs}
#define OUTPUTS {outputs}

typedef struct {{
    PyObject_HEAD
    vectorcallfunc vectorcall;
    PyObject *owner;                   /* the Python object, for its attributes */
    PyObject *general;                 /* the way in Python, for all that is not exactly right */
    PyObject *next;                    /* the same function for other sizes, asked before that; may be NULL */
    PyObject *results;                 /* what a call gives beside the loss: the same arrays each time */
    PyObject *held;                    /* keeps the outputs and the defaults alive */
    real *out[OUTPUTS + 1];
    real *defaults[INPUTS + 1];
    real *work;
    size_t capacity;
    int strict;
}} Fast;

static PyTypeObject FastType;

static real *data_of(PyObject *o, int rank, int writeable)
{{
    if (!PyArray_CheckExact(o)) return NULL;
    PyArrayObject *a = (PyArrayObject *)o;
    if (PyArray_TYPE(a) != {npy} || PyArray_NDIM(a) != rank) return NULL;
    if (!(writeable ? PyArray_ISCARRAY(a) : PyArray_ISCARRAY_RO(a))) return NULL;
    return (real *)PyArray_DATA(a);
}}
#define SIZE(k, axis) PyArray_DIM((PyArrayObject *)args[k], axis)

static int reserve(Fast *f, size_t needed)
{{
    if (needed <= f->capacity) return 1;
    free(f->work);
    f->work = aligned_alloc(64, ((needed * sizeof(real) + 63) / 64) * 64);
    f->capacity = f->work ? needed : 0;
    return f->work != NULL;
}}

static PyObject *call(PyObject *self, PyObject *const *args, size_t count, PyObject *names)
{{
    Fast *f = (Fast *)self;
    if (names != NULL || PyVectorcall_NARGS(count) != {required}) goto slow;
    {{
{checks}
        if (!reserve(f, {work})) return PyErr_NoMemory();
{run}
    }}
slow:
    if (f->strict) {{ PyErr_SetString(PyExc_RuntimeError, "the arrays do not fit the compiled code"); return NULL; }}
    return PyObject_Vectorcall(f->next ? f->next : f->general, args, count, names);
}}

{descend}

static PyObject *attribute(PyObject *self, PyObject *name)
{{
    PyObject *own = PyObject_GenericGetAttr(self, name);
    if (own != NULL || !PyErr_ExceptionMatches(PyExc_AttributeError)) return own;
    PyErr_Clear();
    return PyObject_GetAttr(((Fast *)self)->owner, name);
}}

static void release(PyObject *self)
{{
    Fast *f = (Fast *)self;
    Py_XDECREF(f->owner); Py_XDECREF(f->general); Py_XDECREF(f->next); Py_XDECREF(f->results); Py_XDECREF(f->held);
    free(f->work);
    Py_TYPE(self)->tp_free(self);
}}

/* exact(arrays...): the call for arrays that are sure to fit */
static PyObject *exact(PyObject *self, PyObject *const *args, Py_ssize_t count)
{{
    Fast *f = (Fast *)self;
    f->strict = 1;
    PyObject *result = call(self, args, (size_t)count, NULL);
    f->strict = 0;
    return result;
}}

/* followed_by(other): asks the other one before the way in Python */
static PyObject *followed_by(PyObject *self, PyObject *other)
{{
    Fast *f = (Fast *)self;
    Py_XSETREF(f->next, Py_NewRef(other));
    Py_RETURN_NONE;
}}

static PyMethodDef methods[] = {{
    {methods}{{"exact", (PyCFunction)exact, METH_FASTCALL, NULL}}, {{"followed_by", followed_by, METH_O, NULL}}, {{NULL, NULL, 0, NULL}}
}};

static PyTypeObject FastType = {{
    PyVarObject_HEAD_INIT(NULL, 0)
    .tp_name = "longhand.Compiled", .tp_basicsize = sizeof(Fast), .tp_dealloc = release, .tp_call = PyVectorcall_Call,
    .tp_vectorcall_offset = offsetof(Fast, vectorcall), .tp_flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_VECTORCALL,
    .tp_getattro = attribute, .tp_methods = methods, .tp_doc = "Loss and gradients, compiled; see longhand.compile."
}};

/* make(owner, general, results, outputs, defaults, address of gemm) */
static PyObject *make(PyObject *module, PyObject *arguments)
{{
    PyObject *owner, *general, *results, *outputs, *defaults;
    unsigned long long address;
    if (!PyArg_ParseTuple(arguments, "OOOO!O!K", &owner, &general, &results, &PyTuple_Type, &outputs, &PyTuple_Type, &defaults, &address)) return NULL;
    Fast *f = PyObject_New(Fast, &FastType);
    if (f == NULL) return NULL;
    f->vectorcall = call; f->work = NULL; f->capacity = 0; f->strict = 0;
    f->owner = Py_NewRef(owner); f->general = Py_NewRef(general); f->next = NULL; f->results = Py_NewRef(results); f->held = PyTuple_Pack(2, outputs, defaults);
    for (Py_ssize_t k = 0; k < OUTPUTS; k++) f->out[k] = (real *)PyArray_DATA((PyArrayObject *)PyTuple_GET_ITEM(outputs, k));
    for (Py_ssize_t k = 0; k < PyTuple_GET_SIZE(defaults); k++)
        f->defaults[k] = (real *)PyArray_DATA((PyArrayObject *)PyTuple_GET_ITEM(defaults, k));
{bind}
    return (PyObject *)f;
}}

static PyMethodDef functions[] = {{{{"make", make, METH_VARARGS, NULL}}, {{NULL, NULL, 0, NULL}}}};
static struct PyModuleDef definition = {{PyModuleDef_HEAD_INIT, "{module}", NULL, -1, functions}};

__attribute__((visibility("default"))) PyMODINIT_FUNC PyInit_{module}(void)
{{
    import_array();
    if (PyType_Ready(&FastType) < 0) return NULL;
    return PyModule_Create(&definition);
}}
"""

_DESCEND = """/* descend(steps, arrays...): so many steps of gradient descent, the parameters written over */
static PyObject *descend(PyObject *self, PyObject *const *args, Py_ssize_t count)
{{
    Fast *f = (Fast *)self;
    if (count != {count} + 1 || !PyLong_Check(args[0])) goto wrong;
    long steps = PyLong_AsLong(args[0]);
    if (steps == -1 && PyErr_Occurred()) return NULL;
    args++;
    {{
{checks}
        if (!reserve(f, {work})) return PyErr_NoMemory();
        for (long step = 0; step < steps; step++) {call};
        Py_RETURN_NONE;
    }}
slow:
wrong:
    PyErr_SetString(PyExc_TypeError, "descend(steps, {names}): exact arrays of the compiled type and shape, parameters writeable");
    return NULL;
}}
"""


def text(code: Code, sizes: Mapping[str, int], open_sizes: Sequence[str], dtype: str, required: Sequence[str], defaults: Sequence[str],
         outputs: Sequence[str], known: Sequence[str], integer: str | None, module: str = "longhand_compiled") -> str:
    """The source of the extension: loss and `outputs` of a call with `required`, `known` the defaults that have a number (a learning
    rate that the sheet does not give has none, and is given to `descend`)."""
    real, npy, _ = TYPES[dtype]
    writer = CWriter(code, sizes, open_sizes, integer is not None)
    main = writer.kernel("kernel", (*code.forward, *code.backward), outputs, code.loss)
    kernels, helpers = [main.text], main.helpers
    descend, methods = "", ""
    if code.update and not open_sizes and not code.memory:
        step = writer.kernel("descent_step", (*code.forward, *code.backward, *code.update), (), None,
                             over_inputs={new: p for p, new in code.updated.items()})
        kernels.append(step.text)
        helpers = helpers | step.helpers
        order = [n for n in code.inputs if n in step.inputs and n not in known]
        written = set(code.updated)
        descend = _DESCEND.format(count=len(order), checks=_checks(writer, order, written), work=step.work, names=", ".join(order),
                                  call=_call(writer, step, "descent_step", order, (), defaults))
        methods = '{"descend", (PyCFunction)descend, METH_FASTCALL, NULL}, '
    run = [f"        real value = {_call(writer, main, 'kernel', required, outputs, defaults)};",
           "        PyObject *loss = PyFloat_FromDouble((double)value);",
           "        if (loss == NULL) return NULL;",
           "        PyObject *pair = PyTuple_New(2);",
           "        if (pair == NULL) { Py_DECREF(loss); return NULL; }",
           "        PyTuple_SET_ITEM(pair, 0, loss);",
           "        PyTuple_SET_ITEM(pair, 1, Py_NewRef(f->results));",
           "        return pair;"]
    return _TEXT.format(
        real=real, npy=npy, gemm=GEMM.format(integer=integer) if integer else "", exponential=c_exponential.text(real),
        helpers=writer.helpers(helpers), kernels="\n\n".join(kernels),
        inputs=len(required) + len(defaults), outputs=len(outputs), required=len(required), checks=_checks(writer, required, set()),
        work=main.work, run="\n".join(run), descend=descend, methods=methods, module=module,
        bind="    gemm = (gemm_type)(size_t)address;" if integer else "    (void)address;")


def _checks(writer: CWriter, order: Sequence[str], written: set[str]) -> str:
    """The arguments as given_0, given_1, ...: names of the sheet stay out of this function."""
    lines, seen, pointed, pointing = [], set(), [], pointers(writer.code)
    whole = {writer.extent(axis) for axis in counted(writer.code)}                       # there is no mean of nothing
    for k, name in enumerate(order):
        array = writer.code.arrays[name]
        lines.append(f"real *given_{k} = data_of(args[{k}], {len(array.axes)}, {int(name in written)});")
        lines.append(f"if (given_{k} == NULL) goto slow;")
        for place, axis in enumerate(array.axes):
            size = writer.extent(axis)
            if not size.isdigit() and size not in seen:
                seen.add(size)
                lines.append(f"const long {size} = SIZE({k}, {place});")
                lines += [f"if ({size} == 0) goto slow;"] if size in whole else []
            else:
                lines.append(f"if (SIZE({k}, {place}) != {size}) goto slow;")
        if name in pointing:
            c, shift, axis = pointing[name]
            place = f"{c} * (long)given_{k}[n] + {shift}"
            pointed.append(f"for (long n = 0; n < {writer.count(array)}; n++)")
            pointed.append(f"    if (given_{k}[n] != rint(given_{k}[n]) || {place} < 0 || {place} >= {writer.extent(axis)}) goto slow;")
    return "\n".join(f"        {line}" for line in (*lines, *pointed))


def _call(writer: CWriter, kernel: Kernel, name: str, required: Sequence[str], outputs: Sequence[str], defaults: Sequence[str]) -> str:
    position, default = ({n: k for k, n in enumerate(names)} for names in (required, defaults))
    given = [f"given_{position[n]}" if n in position else f"f->defaults[{default[n]}]" for n in kernel.inputs]
    return f"{name}({', '.join([*writer.variables.values(), *given, *(f'f->out[{k}]' for k in range(len(outputs))), 'f->work'])})"
