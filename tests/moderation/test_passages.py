"""A text taken apart: whatever it is, what can be ticked is all of it, and what is ticked is what is covered."""

from __future__ import annotations

from typing import Any

from hypothesis import given, strategies as st

from karavan.moderation.conduct import CLAUSES
from karavan.moderation.passages import covered, joined, marked, passages, spans_of_marks
from karavan.moderation.starters import starter

TEXTS = st.text(alphabet=st.sampled_from("абв ә7.!?…\n\t🙂e\u0301"), max_size=120)
SPANS = st.lists(st.tuples(st.integers(-3, 130), st.integers(-3, 130)), max_size=6)


def marks_of(spans: list[tuple[int, int]]) -> list[dict[str, Any]]:
    return [{"start": start, "end": end, "why": "word", "clause": "insults"} for start, end in spans]


@given(TEXTS, SPANS, SPANS)
def test_whatever_the_text_every_letter_can_be_ticked_once(
    source: str, marks: list[tuple[int, int]], chosen: list[tuple[int, int]]
) -> None:
    found = passages(source, marks_of(marks), chosen=joined(chosen, source))

    places = [place for one in found for place in range(one.start, one.end)]
    assert places == sorted(set(places))
    assert all(source[one.start : one.end] == one.text for one in found)
    assert {place for place, sign in enumerate(source) if not sign.isspace()} <= set(places)
    ticked = {place for one in found if one.chosen for place in range(one.start, one.end)}
    wished = {place for start, end in joined(chosen, source) for place in range(start, end)}
    assert {place for place in wished if not source[place].isspace()} <= ticked


@given(TEXTS, SPANS)
def test_marks_change_no_letter_and_covering_changes_no_other(source: str, spans: list[tuple[int, int]]) -> None:
    assert "".join(run.text for run in marked(source, marks_of(spans))) == source
    after = "".join(run.text for run in covered(source, spans))
    inside = {place for start, end in joined(spans, source) for place in range(start, end)}
    assert len(after) == len(source)
    assert all(old == new for place, (old, new) in enumerate(zip(source, after, strict=True)) if place not in inside)
    assert all(after[place] == "▇" for place in inside if not source[place].isspace())


def test_a_mark_is_a_passage_of_its_own() -> None:
    source = "Бірінші сөйлем. Менің нөмірім +7 701 000 00 00, хабарласыңыз. " * 8

    found = passages(source, [{"start": 30, "end": 46, "why": "phone", "clause": "personal_data"}])

    assert [one.text for one in found if one.clause] == ["+7 701 000 00 00"]
    assert spans_of_marks([{"start": 30, "end": 9999, "clause": ""}], len(source)) == ()


def test_every_rule_has_a_ready_sentence_in_each_language() -> None:
    sentences = [starter(clause.code, lang) for clause in CLAUSES for lang in ("kk", "ru", "en")]

    assert all(sentences)
    assert len(set(sentences)) == len(sentences)
    assert starter("nonsense", "kk") == ""
