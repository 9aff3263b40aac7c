"""A recurrence of three steps: h at time t reads h at time t - 1, and h at time -1 is 0."""
import longhand as lh

m = lh.Model("Three steps of a recurrent network")
m.axis("T", 3, "t")
x = m.input("x", "T", "d", value=[[1, 0], [0, 1], [1, 1]])
U = m.parameter("U", "n", "d", value=[[0.5, -0.5], [0.25, 1]])
R = m.parameter("R", "n", "n", value=[[0.1, 0.2], [-0.3, 0.4]])
y = m.label("y", "n", value=[1, -1])

t, i, j, k = m.index("T"), m.index("d"), m.index("n"), m.index("n")
h = m.tensor("h", "T", "n")                  # declared first, since its definition reads it
m.define("h", lh.tanh(lh.sum(U[j, i] * x[t, i], i) + lh.sum(R[j, k] * h[t - 1, k], k)), t, j)
last = m.index("n")
m.loss("L", lh.sum((h[2, last] - y[last]) ** 2, last) / 2)

if __name__ == "__main__":
    print(m.solve())
