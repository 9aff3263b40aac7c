"""The catalogue of mistakes, by the part of the work in which they are made; `marking.mistakes` puts them together."""
