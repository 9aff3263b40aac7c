"""A batch: the loss is the mean over the rows of X, and the gradients are sums over its rows."""
import longhand as lh

m = lh.Model("A batch of two rows", layout="row")
X = m.input("X", "M", "d", value=[[1, 2], [0, -1]])
Y = m.label("Y", "M", "q", value=[[1, 0], [0, 1]])
W = m.parameter("W", "d", "q", value=[[0.5, -1], [0.25, 0]])
b = m.parameter("b", "q", value=[0.1, -0.1])

Z = m.define("Z", X @ W + b)                 # b has the axis q of Z: it is added to every row
P = m.define("P", lh.softmax(Z))             # along the last axis, q
m.fact(Y, because="the rows of Y are one-hot")
m.loss("J", -lh.sum(Y * lh.ln(P)) / 2)

if __name__ == "__main__":
    print(m.solve())
