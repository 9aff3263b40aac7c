"""Small programs, and the values that each mistake of the catalogue gives in them, computed by hand with numpy from the right values.

`CASES` maps "code name" of a row to (program, quantity, mistaken value). In the environment e a gradient dL/dW is g_W, a new value new_W.
"""
from __future__ import annotations

from types import SimpleNamespace

import numpy as np

HEAD = """longhand 1
axis d size 2 letter i
axis n size 3 letter j
axis q size 3 letter k
"""
DATA = """data x = [0.5, -1.5]
data W = [[0.4, -0.7, 1.1], [0.3, 0.9, -0.6]]
data b = [0.1, -0.2, 0.35]
data V = [[0.8, -0.5, 0.25], [-1.2, 0.45, 0.6], [0.15, 0.95, -0.4]]
data c = [0.05, -0.15, 0.3]
data y = [0, 1, 0]
data eps = 0.1
data eta = 0.2
"""


def net(function: str) -> str:
    """Two layers, softmax, smoothed label, cross-entropy, one step."""
    return HEAD + f"""tensor x : input [d]
tensor y : label [q]
tensor W : parameter [d, n]
tensor b : parameter [n]
tensor V : parameter [n, q]
tensor c : parameter [q]
tensor eps : data
tensor eta : data
tensor u : intermediate [n]
tensor h : intermediate [n]
tensor z : intermediate [q]
tensor o : intermediate [q]
tensor s : intermediate [q]
tensor L : loss
u[j] = sum(i, W[i,j]*x[i]) + b[j]
h[j] = {function}
z[k] = sum(j, V[j,k]*h[j]) + c[k]
o[k] = softmax(k', z[k'])[k]
s[k] = (1 - eps)*y[k] + eps/3
L = -sum(k, s[k]*ln(o[k]))
fact sum(k, y[k]) = 1 because "y is one-hot"
loss L
{DATA}find gradient L wrt W, b, V, c, x
descent "gradient descent" W, b, V, c with "learning rate" = eta steps 1
"""


JACOBIAN = HEAD + """tensor x : input [d]
tensor W : parameter [d, n]
tensor u : intermediate [n]
tensor h : intermediate [n]
tensor z : intermediate [q]
tensor V : parameter [n, q]
tensor o : intermediate [q]
u[j] = sum(i, W[i,j]*x[i])
h[j] = sigmoid(u[j])
z[k] = sum(j, V[j,k]*h[j])
o[k] = softmax(k', z[k'])[k]
data x = [0.5, -1.5]
data W = [[0.4, -0.7, 1.1], [0.3, 0.9, -0.6]]
data V = [[0.8, -0.5, 0.25], [-1.2, 0.45, 0.6], [0.15, 0.95, -0.4]]
find jacobian o wrt W
"""
BATCH = """longhand 1
axis m size 4 letter m
axis d size 3 letter i
axis q size 2 letter k
tensor X : input [m, d]
tensor T : label [m, q]
tensor W : parameter [d, q]
tensor b : parameter [q]
tensor lam : data
tensor Z : intermediate [m, q]
tensor L : loss
Z[m,k] = sum(i, X[m,i]*W[i,k]) + b[k]
L = 1/4*sum(m, sum(k, (Z[m,k] - T[m,k])^2)) + lam*sum(i, sum(k, W[i,k]^2))
loss L
data X = [[1, 2, -0.5], [0.3, 0.4, 0.9], [0, 1, -1.1], [0.7, -0.2, 0.6]]
data T = [[1, 0], [0.2, 1], [1, 0.5], [0, -0.3]]
data W = [[0.1, 0.2], [0.3, -0.15], [-0.4, 0.55]]
data b = [0.25, 0.5]
data lam = 0.3
find gradient L wrt W, b
"""
SKIP = """longhand 1
axis n size 3 letter i
tensor x : input [n]
tensor t : label [n]
tensor W : parameter [n, n]
tensor u : intermediate [n]
tensor h : intermediate [n]
tensor o : intermediate [n]
tensor L : loss
u[i] = sum(i', W[i,i']*x[i'])
h[i] = tanh(u[i])
o[i] = h[i] + x[i] + u[i]
L = 1/2*sum(i, (o[i] - t[i])^2)
loss L
data x = [0.5, -1.5, 0.7]
data t = [1, 0.2, 0.3]
data W = [[0.4, -0.7, 1.1], [0.3, 0.9, -0.6], [-0.2, 0.35, 0.8]]
find gradient L wrt W, x
"""
TIME = """longhand 1
axis t size 3 letter t
axis o size 2 letter i
axis f size 2 letter k
tensor x : input [t]
tensor w : parameter
tensor v : parameter
tensor F : parameter [f]
tensor h : intermediate [t]
tensor C : intermediate [o]
tensor L : loss
h[t] = tanh(w*h[t-1] + v*x[t])
C[i] = sum(k, F[k]*x[i+k])
L = 1/2*sum(t, h[t]^2) + sum(i, C[i]^2)
loss L
data x = [0.5, -1.5, 0.8]
data w = 0.6
data v = 0.9
data F = [0.7, -0.4]
find gradient L wrt w, v, F
"""
ERROR = HEAD + """tensor x : input [d]
tensor t : label [q]
tensor W : parameter [d, q]
tensor z : intermediate [q]
tensor o : intermediate [q]
tensor L : loss
z[k] = sum(i, W[i,k]*x[i])
o[k] = sigmoid(z[k])
L = sum(k, (o[k] - t[k])^2)
loss L
data x = [0.5, -1.5]
data t = [1, 0.2, 0.3]
data W = [[0.4, -0.7, 1.1], [0.3, 0.9, -0.6]]
find gradient L wrt W
"""
THREE = """longhand 1
tensor x : input
tensor p : intermediate
tensor q : intermediate
tensor r : intermediate
tensor L : loss
p = 2*x
q = sin(x)
r = x^3
L = p*q*r
loss L
data x = 0.7
find gradient L wrt x
"""
KINK = net("relu(u[j])").replace("[[0.4,", "[[0.5,").replace("[0.3, 0.9", "[0.5, 0.9").replace("b = [0.1,", "b = [0.5,")
"""u[0] is 0."""

PROGRAMS = {"kink": KINK, "error": ERROR, "three": THREE, "jacobian": JACOBIAN, "batch": BATCH, "skip": SKIP, "time": TIME,
            "relu": net("relu(u[j])"), "sigmoid": net("sigmoid(u[j])"), "tanh": net("tanh(u[j])"), "elu": net("elu(u[j], 1)")}
E = SimpleNamespace


def sigma(x):
    return 1 / (1 + np.exp(-x))


def soft(x):
    return np.exp(x) / np.exp(x).sum()


def elu(x):
    return np.where(x >= 0, x, np.exp(x) - 1)


def back(e: E, slope) -> np.ndarray:
    """∂L/∂u with another derivative of the activation."""
    return e.V @ (e.o - e.s) * slope


CASES = {
    "F1 bias left out": ("sigmoid", "u", lambda e: e.x @ e.W),
    "F1 bias subtracted": ("sigmoid", "u", lambda e: e.x @ e.W - e.b),
    "F2 matrix for its transpose": ("sigmoid", "z", lambda e: e.V @ e.h + e.c),
    "F3 activation left out": ("sigmoid", "h", lambda e: e.u),
    "F3 softmax left out": ("sigmoid", "o", lambda e: e.z),
    "F4 another activation": ("sigmoid", "h", lambda e: np.tanh(e.u)),
    "F4 sign in the exponent": ("sigmoid", "h", lambda e: 1 / (1 + np.exp(e.u))),
    "F4 softmax of the negative scores": ("sigmoid", "o", lambda e: soft(-e.z)),
    "F4 derivative for the function": ("tanh", "h", lambda e: 1 - np.tanh(e.u) ** 2),
    "F5 pre-activation in the next layer": ("sigmoid", "z", lambda e: e.u @ e.V + e.c),
    "F5 activation applied twice": ("sigmoid", "z", lambda e: sigma(e.h) @ e.V + e.c),
    "F5 step of time off by one": ("time", "g_w", lambda e: e.g_h * (1 - e.h ** 2) @ e.h),
    "F5 kernel turned round": ("time", "C", lambda e: np.array([e.F[0] * e.x[0], e.F[0] * e.x[1] + e.F[1] * e.x[0]])),
    "F6 one term of the sum": ("sigmoid", "u", lambda e: e.x[1] * e.W[1] + e.b),
    "F6 one term of the sum left out": ("sigmoid", "z", lambda e: e.h[1:] @ e.V[1:] + e.c),
    "F6 only one term of the sum": ("sigmoid", "g_h", lambda e: (e.V @ np.diag(e.o - e.s))[:, 2]),
    "F6 a term of the gradient left out": ("sigmoid", "g_h", lambda e: e.V[:, :2] @ (e.o - e.s)[:2]),
    "F7 softmax not normalised": ("sigmoid", "o", lambda e: np.exp(e.z)),
    "F7 softmax without exponentials": ("sigmoid", "o", lambda e: e.z / e.z.sum()),
    "F8 softmax entry by entry": ("sigmoid", "o", lambda e: sigma(e.z)),
    "F8 softmax of a scalar": ("sigmoid", "o", lambda e: np.ones(3)),
    "L1 log10 for ln": ("sigmoid", "L", lambda e: -(e.s * np.log10(e.o)).sum()),
    "L1 log2 for ln": ("sigmoid", "L", lambda e: -(e.s * np.log2(e.o)).sum()),
    "L2 sign of the loss": ("sigmoid", "L", lambda e: (e.s * np.log(e.o)).sum()),
    "L3 constant factor left out": ("batch", "g_Z", lambda e: (e.Z - e.T) * 2 / 2),
    "L3 constant factor of the loss left out": ("skip", "g_o", lambda e: 2 * (e.o - e.t)),
    "L3 constant factor twice": ("batch", "L", lambda e: ((e.Z - e.T) ** 2).sum() / 16 + e.lam * (e.W ** 2).sum()),
    "L3 factor 2 or ½ too many": ("skip", "g_o", lambda e: (e.o - e.t) / 2),
    "L3 mean for the sum": ("sigmoid", "L", lambda e: -(e.s * np.log(e.o)).mean()),
    "L3 root of the squares": ("skip", "L", lambda e: np.sqrt(((e.o - e.t) ** 2).sum() / 2)),
    "L3 size for the square": ("skip", "L", lambda e: np.abs(e.o - e.t).sum() / 2),
    "L4 label smoothing forgotten": ("sigmoid", "g_z", lambda e: e.o - e.y),
    "L4 label smoothing twice": ("sigmoid", "g_z", lambda e: e.o - (0.9 * e.s + 0.1 / 3)),
    "L4 label smoothing over the other classes": ("sigmoid", "s", lambda e: 0.9 * e.y + 0.05),
    "L5 label and prediction exchanged": ("sigmoid", "L", lambda e: -(e.o * np.log(e.s)).sum()),
    "L5 another class in the loss": ("sigmoid", "L", lambda e: -np.log(e.o[2])),
    "L5 logarithm left out": ("sigmoid", "L", lambda e: -(e.s * e.o).sum()),
    "P4 divided by another size": ("batch", "L", lambda e: ((e.Z - e.T) ** 2).sum() / 2 + e.lam * (e.W ** 2).sum()),
    "D1 y - ŷ for ŷ - y": ("sigmoid", "g_z", lambda e: e.s - e.o),
    "D2 softmax taken as diagonal": ("sigmoid", "g_z", lambda e: -e.s / e.o * e.o * (1 - e.o)),
    "D3 extra factor ŷ(1 - ŷ)": ("sigmoid", "g_z", lambda e: (e.o - e.s) * e.o * (1 - e.o)),
    "D4 gradient before the softmax kept": ("sigmoid", "g_z", lambda e: -e.s / e.o),
    "D5 signs of the Jacobian of the softmax": (
        "sigmoid", "g_z", lambda e: (np.diag(e.o * (1 - e.o)) + np.outer(e.o, e.o) - np.diag(e.o ** 2)) @ (-e.s / e.o)),
    "D5 Jacobian: 1 for δ": ("jacobian", "o_z", lambda e: np.outer(e.o, 1 - e.o)),
    "D5 Jacobian: 0 for δ": ("jacobian", "o_z", lambda e: -np.outer(e.o, e.o)),
    "D5 index repeated": ("jacobian", "o_z", lambda e: np.diag(e.o) - np.outer(e.o ** 2, np.ones(3))),
    "D6 sign of -y/ŷ": ("sigmoid", "g_o", lambda e: e.s / e.o),
    "P8 prediction for the error": ("sigmoid", "g_V", lambda e: np.outer(e.h, e.o)),
    "H1 derivative of the activation left out": ("tanh", "g_u", lambda e: back(e, 1)),
    "H2 derivative at the activation": ("tanh", "g_u", lambda e: back(e, 1 - np.tanh(e.h) ** 2)),
    "H3 factor σ(z) missing": ("sigmoid", "g_u", lambda e: back(e, 1 - sigma(e.u))),
    "H3 factor 1 - σ(z) missing": ("sigmoid", "g_u", lambda e: back(e, sigma(e.u))),
    "H3 σ(1 - z) for 1 - σ(z)": ("sigmoid", "g_u", lambda e: back(e, sigma(e.u) * sigma(1 - e.u))),
    "H3 1 - tanh for 1 - tanh²": ("tanh", "g_u", lambda e: back(e, 1 - np.tanh(e.u))),
    "H3 1 + tanh² for 1 - tanh²": ("tanh", "g_u", lambda e: back(e, 1 + np.tanh(e.u) ** 2)),
    "H3 1 - z² for 1 - tanh²(z)": ("tanh", "g_u", lambda e: back(e, 1 - e.u ** 2)),
    "H3 1 + σ(z) for 1 - σ(z)": ("sigmoid", "g_u", lambda e: back(e, sigma(e.u) * (1 + sigma(e.u)))),
    "H3 z(1 - z) for σ(z)(1 - σ(z))": ("sigmoid", "g_u", lambda e: back(e, e.u * (1 - e.u))),
    "H3 formula of the other activation": ("tanh", "g_u", lambda e: back(e, np.tanh(e.u) * (1 - np.tanh(e.u)))),
    "H3 exponential on both sides": ("elu", "g_u", lambda e: back(e, np.exp(e.u))),
    "H3 ELU without + α": ("elu", "g_u", lambda e: back(e, np.where(e.u >= 0, 1, elu(e.u)))),
    "J3 cases of the derivative exchanged": ("relu", "g_u", lambda e: back(e, e.u <= 0)),
    "H3 function for its derivative": ("relu", "g_u", lambda e: back(e, np.maximum(e.u, 0))),
    "H3 derivative of another activation": ("elu", "g_u", lambda e: back(e, e.u > 0)),
    "H4 ReLU mask with ≥": ("kink", "g_u", lambda e: back(e, e.u >= 0)),
    "H4 ReLU mask on the activation": ("relu", "g_u", lambda e: back(e, e.h >= 0)),
    "H3 derivative of the activation twice": ("tanh", "g_u", lambda e: back(e, (1 - np.tanh(e.u) ** 2) ** 2)),
    "H3 divided by the derivative": ("tanh", "g_u", lambda e: back(e, 1 / (1 - np.tanh(e.u) ** 2))),
    "J3 cases of the activation exchanged": ("elu", "h", lambda e: np.where(e.u < 0, e.u, np.exp(e.u) - 1)),
    "J3 cases of the Jacobian exchanged": ("jacobian", "o_z", lambda e: np.outer(e.o, np.ones(3)) * (1 - np.eye(3)) - np.outer(e.o, e.o)),
    "P3 gradient before the activation's derivative": ("tanh", "g_W", lambda e: np.outer(e.x, e.V @ (e.o - e.s))),
    "H7 updated weights used": ("tanh", "g_h", lambda e: (e.V - 0.2 * np.outer(e.h, e.o - e.s)) @ (e.o - e.s)),
    "H5 matrix for its transpose in the gradient": ("tanh", "g_h", lambda e: e.V.T @ (e.o - e.s)),
    "H5 weight left out": ("tanh", "g_x", lambda e: np.full(2, back(e, 1 - e.h ** 2).sum())),
    "H6 product of vectors for entries": ("tanh", "g_u", lambda e: np.full(3, back(e, 1 - e.h ** 2).sum())),
    "H8 sign of weights lost": ("tanh", "z", lambda e: e.h @ np.abs(e.V) + e.c),
    "H8 sign of weights lost in the gradient": ("tanh", "g_h", lambda e: np.abs(e.V) @ (e.o - e.s)),
    "H8 sign of a weight lost in the gradient": (
        "tanh", "g_h", lambda e: np.where(np.arange(9).reshape(3, 3) == 1, -e.V, e.V) @ (e.o - e.s)),
    "J1 hidden index summed away": (
        "jacobian", "o_W", lambda e: np.einsum("i,kj->ki", e.x, (np.diag(e.o) - np.outer(e.o, e.o)) @ e.V.T * e.h * (1 - e.h)),
    ),
    "U1 learning rate forgotten": ("tanh", "new_V", lambda e: e.V - np.outer(e.h, e.o - e.s)),
    "U2 added instead of subtracted": ("tanh", "new_V", lambda e: e.V + 0.2 * np.outer(e.h, e.o - e.s)),
    "U3 not updated": ("tanh", "new_c", lambda e: e.c),
    "U3 only the step": ("tanh", "new_c", lambda e: 0.2 * (e.o - e.s)),
    "U4 learning rate twice": ("tanh", "new_c", lambda e: e.c - 0.04 * (e.o - e.s)),
    "U4 divided by the learning rate": ("tanh", "new_c", lambda e: e.c - 5 * (e.o - e.s)),
    "U5 another parameter's numbers": ("tanh", "new_c", lambda e: e.b - 0.2 * (e.o - e.s)),
    "U5 old parameters after the update": ("tanh", "new_u", lambda e: e.x @ e.W + e.b),
    "P1 result transposed": ("tanh", "g_W", lambda e: np.outer(back(e, 1 - e.h ** 2), e.x)),
    "P4 divided by a number of neurons": ("tanh", "g_W", lambda e: np.outer(e.x, back(e, 1 - e.h ** 2)) / 3),
    "P5 not summed over the batch": ("batch", "g_b", lambda e: (e.Z - e.T) / 2),
    "P2 pre-activation for the activation": ("tanh", "g_V", lambda e: np.outer(e.u, e.o - e.s)),
    "P2 input of the layer left out": ("tanh", "g_W", lambda e: np.tile(back(e, 1 - e.h ** 2), (2, 1))),
    "P6 weight decay left out": ("batch", "g_W", lambda e: e.X.T @ (e.Z - e.T) / 2),
    "P6 factor of the weight decay": ("batch", "g_W", lambda e: e.X.T @ (e.Z - e.T) / 2 + e.lam * e.W),
    "P2 value of another layer": ("tanh", "g_V", lambda e: np.outer(e.o, e.o - e.s)),
    "path path left out": ("skip", "g_u", lambda e: (e.o - e.t) * (1 - e.h ** 2)),
    "path one path alone": ("three", "g_x", lambda e: e.p * e.q * 3 * e.x ** 2),
    "sign sign": ("tanh", "g_V", lambda e: -np.outer(e.h, e.o - e.s)),
    "sign sign of a term": ("tanh", "g_z", lambda e: e.o + e.s),
    "exponent square left out": ("skip", "L", lambda e: (e.o - e.t).sum() / 2),
    "exponent multiplied instead of divided": ("tanh", "g_o", lambda e: -e.s * e.o),
    "exponent exponent off by one": ("three", "r", lambda e: e.x ** 2),
    "P2 another weight": ("tanh", "z", lambda e: e.h @ e.V + e.b),
    "P2 another value": ("tanh", "o", lambda e: soft(e.u)),
    "term constant term left out": ("skip", "o", lambda e: e.h + e.u),
    "brackets brackets left out": ("error", "g_z", lambda e: 2 * (e.o - e.t * e.o * (1 - e.o))),
    "term term left out": ("skip", "o", lambda e: e.h + e.x),
    "factor factor left out": ("tanh", "g_V", lambda e: np.outer(e.h, np.ones(3))),
}
