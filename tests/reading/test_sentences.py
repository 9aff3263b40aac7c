"""Sentences: where they end, where they go on, and what is a label."""
from hypothesis import given
from hypothesis import strategies as st

from longhand.reading.markdown import pieces
from longhand.reading.sentences import sentences
from longhand.reading.source import Source


def said(text):
    return [" ".join(token.text for token in sentence.tokens) for sentence in sentences(pieces(Source(text)))]


def test_full_stops_inside_words_and_numbers_do_not_end_a_sentence():
    assert len(said("Take a rate of 0.25, i.e. a small one, as in Eq.(1-5) or Eq. (2). Then stop.")) == 2


def test_question_marks_end_a_sentence():
    assert said("What is $z$? Compute it.") == ["What is z ?", "Compute it ."]


def test_a_sentence_goes_on_over_a_display_and_ends_at_its_full_stop():
    found = said("Find the gradients, i.e.,\n\n$$\\frac{\\partial L}{\\partial w}.$$\n\n$$L = w^2$$")
    assert len(found) == 2 and found[0].endswith("w}.") and found[1] == "L = w^2"


def test_a_full_stop_before_the_number_of_an_equation_counts():
    assert len(said("We want\n\n$$a, b. \\quad (1.5)$$\n\n$$c = 1$$")) == 2


def test_a_sentence_broken_over_two_paragraphs_is_one():
    assert len(said("This is the output of the feed-forward\n\nneural network. Next.")) == 2


def test_items_do_not_run_on():
    assert len(said("Compute:\n\n- the loss\n- the output")) == 3


def labels(text):
    return [token.text for sentence in sentences(pieces(Source(text))) for token in sentence.tokens if token.kind == "label"]


def test_labels_at_the_start_of_items_and_inside_sentences():
    assert labels("(a) Find $x$. (b) Find $y$.") == ["(a)", "(b)"]
    assert labels("1) Find $x$.\n\n2) Find $y$.") == ["1)", "2)"]
    assert labels("Derive (1) $a$, (2) $b$.") == ["(1)", "(2)"]


def test_references_are_no_labels():
    assert labels("By Eq. (1) and the values from (2), as in part (b), f(a) is known (i).") == []


def test_compounds_are_words():
    assert said("back-propagation of one-hot labels") == ["back propagation of one hot labels"]


@given(st.text(alphabet="ab (1).:;?$\\{}[]*_\n#-ié,|`", max_size=200))
def test_every_text_has_sentences_in_order(text):
    spans = [token.span for sentence in sentences(pieces(Source(text))) for token in sentence.tokens]
    assert all(0 <= span.start < span.end <= len(text) or span.start <= span.end for span in spans)
    assert [span.start for span in spans] == sorted(span.start for span in spans)
