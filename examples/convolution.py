"""A convolution in one dimension: the same weights at every position, so their gradient is a sum over positions."""
import longhand as lh

m = lh.Model("A convolution of width 3")
m.axis("T", 5, "t")
m.axis("S", 3, "s")                          # positions where the window fits: 5 - 3 + 1
m.axis("K", 3, "k")
x = m.input("x", "T", value=[1, 0, -1, 2, 0.5])
w = m.parameter("w", "K", value=[0.5, -1, 0.25])
y = m.label("y", "S", value=[0, 1, 0])

s, k = m.index("S"), m.index("K")
c = m.define("c", lh.sum(w[k] * x[s + k], k), s)
a = m.define("a", lh.tanh(c))
m.loss("L", lh.sum((a - y) ** 2) / 2)

if __name__ == "__main__":
    print(m.solve())
