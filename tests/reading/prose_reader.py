"""Helpers of the tests of prose."""
from longhand.reading.formula import read_formula
from longhand.reading.markdown import pieces
from longhand.reading.requests import understand
from longhand.reading.source import Source


def understood(text):
    source = Source(text)
    return understand(source, pieces(source), lambda run: read_formula(run.text, run.span.start).formula)


def asked(text):
    """(kind, objects as written, words) of each request."""
    return [(r.kind, tuple(text[f.span.start:f.span.end] for f in r.objects), r.words) for r in understood(text).requests]


def unclear(text):
    """What is listed as not understood."""
    return [u.text for u in understood(text).unknown]
