"""The draw: its published files alone give the same people; rules of balance hold, or it is said why not."""

from __future__ import annotations

import hashlib
import json
import random
import subprocess
import sys
from itertools import combinations
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings, strategies as st

from karavan.core.database import db
from karavan.events.rules.register import Guest
from karavan.record.models import RecordEntry
from karavan.selection import again, drawing, published
from karavan.selection.balance import contradictions
from karavan.selection.models import Method
from karavan.selection.problems import CallIsFrozen, ReasonMissing, RulesCannotBeKept
from karavan.selection.queries import material, standing
from karavan.selection.rules.plan import loosen
from karavan.selection.rules.release import release
from karavan.selection.rules.steps import close_call, open_call
from tests.support.calls import CLOSED, apply, call_now, choose, give_points, make_call, reload, rule, write
from tests.support.makers import make_event, make_registration
from tests.support.settings import NOW

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from karavan.events.models import Event
    from tests.support.cast import Cast
    from tests.support.visit import Visit

ROOT = Path(__file__).resolve().parents[2]
BALANCE = (rule("district", "beineu", 1, 2), rule("sex", "female", 2, 2), rule("under_30", "yes", 1, 4))


def lottery(cast: Cast, *, people: int = 12, **plan: Any) -> Event:
    """A lottery with twelve applicants, half of them women, a third from Beineu; the last one has no points."""
    usual = {"method": Method.LOTTERY, "places": 4, "balance": BALANCE, "least_score": 10}
    event = make_call(organisation=cast.alliance, reviewers=(cast.saule, cast.daniyar), **usual | plan)
    for number in range(people):
        guest = Guest(name=f"Айгүл {number}", sex=("female", "male")[number % 2], born=1980 + 2 * number)
        one = apply(event, guest=guest, district=("beineu", "aktau", "")[number % 3])
        for person in (cast.saule, cast.daniyar):
            give_points(event, one, person, *((0, 0) if number == people - 1 else (3, 3)))
    write(close_call, event.id, now=CLOSED)
    return event


def run_published(folder: Path, seed: str, *, hash_seed: str = "0", program: list[str] | None = None) -> dict[str, Any]:
    """Run a program on published files, as somebody far away would."""
    asked = [sys.executable, *(program or ["again.py"]), str(folder / "list.csv"), str(folder / "rules.json"), seed]
    where = ROOT if program else folder
    env = {"PYTHONHASHSEED": hash_seed}
    done = subprocess.run(asked, capture_output=True, check=True, cwd=where, env=env, timeout=120)
    result: dict[str, Any] = json.loads(done.stdout)
    return result


def fingerprint(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def ways(people: list[dict[str, str]], balance: list[dict[str, Any]], places: int) -> list[set[str]]:
    """Every group that keeps the rules, found by trying all."""
    return [
        {one["pseudonym"] for one in group}
        for group in combinations(people, places)
        if all(
            line["least"] <= sum(one[line["by"]] == line["value"] for one in group) <= line["most"] for line in balance
        )
    ]


@pytest.mark.parametrize("number", range(5))
def test_whoever_a_rule_needs_is_drawn_though_the_library_alone_gives_up_there(number: int) -> None:
    people = [{"pseudonym": name, "sex": "female" if name == "a" else "male"} for name in "abcd"]
    drawn = again.draw(people, [{"by": "sex", "value": "female", "least": 1, "most": 2}], 2, number)
    assert "a" in drawn
    assert len(drawn) == 2


@given(st.randoms(use_true_random=False))
@settings(max_examples=40)
def test_a_group_is_drawn_exactly_when_there_is_one(chance: random.Random) -> None:
    people = [
        {"pseudonym": str(number), "sex": chance.choice(("f", "m")), "district": chance.choice("abc")}
        for number in range(7)
    ]
    kinds = chance.sample([("sex", "f"), ("sex", "m"), ("district", "a"), ("district", "b")], chance.randint(1, 3))
    balance = [
        {"by": by, "value": value, "least": least, "most": least + chance.randint(0, 2)}
        for by, value in kinds
        for least in (chance.randint(0, 2),)
    ]
    places, number = chance.randint(1, 4), chance.randint(1, 10**9)
    possible = ways(people, balance, places)
    if possible:
        drawn = again.draw(people, balance, places, number)
        assert drawn in possible
        assert again.draw(people, balance, places, number) == drawn
    else:
        with pytest.raises(again.Refused):
            again.draw(people, balance, places, number)


# --- Again, from what is published ------------------------------------------------------------------------------


def test_from_its_published_files_alone_the_draw_gives_the_same_people(
    session: Session, cast: Cast, visit: Visit, tmp_path: Path
) -> None:
    event = lottery(cast)
    committed = visit.get(f"/en/draws/{event.slug}").text
    choose(event)
    write(release, event.id, now=CLOSED)

    for name in ("list.csv", "rules.json", "seed.txt", "result.json", "again.py"):
        visit.get(f"/en/draws/{event.slug}/{name}")
        (tmp_path / name).write_bytes(visit.response.data)
    db.session.close()
    seed = (tmp_path / "seed.txt").read_text().strip()
    listed = (tmp_path / "list.csv").read_text()
    told = json.loads((tmp_path / "result.json").read_text())

    assert fingerprint(seed) in committed
    assert fingerprint(listed) in visit.get(f"/en/draws/{event.slug}").text
    for hash_seed in ("1", "2"):
        assert run_published(tmp_path, seed, hash_seed=hash_seed) == told
    assert run_published(tmp_path, seed, program=["-m", "karavan.selection.again"]) == told
    assert len(told["accepted"]) == 4
    assert len(told["reserve"]) == 7, "the last one has too few points"
    sent = [reload(one.public_id) for one in everybody(session, event)]
    assert sorted(one.pseudonym for one in sent if one.state == "accepted") == sorted(told["accepted"])


def everybody(session: Session, event: Event) -> list[Any]:
    session.close()
    return standing(session, event.id)


def test_the_rules_of_balance_hold_and_the_list_names_nobody(session: Session, cast: Cast) -> None:
    event = lottery(cast)
    drawn = choose(event).drawn
    accepted = [one for one in everybody(session, event) if one.pseudonym in drawn["accepted"]]
    assert sum(one.sex == "female" for one in accepted) == 2
    assert 1 <= sum(one.district == "beineu" for one in accepted) <= 2
    assert sum(2026 - one.born < 30 for one in accepted) >= 1
    head, *rows = drawn["list"].splitlines()
    assert head == "pseudonym,district,sex,under_30"
    assert rows == sorted(rows)
    assert not any(one.name in drawn["list"] for one in accepted)


def test_another_seed_or_another_list_is_noticed(session: Session, cast: Cast) -> None:
    event = lottery(cast)
    read = material(session, call_now(event))
    with pytest.raises(again.Refused, match="seed"):
        again.choose(read.listed, read.rules, "0" * 64)
    with pytest.raises(again.Refused, match="list"):
        again.choose(read.listed.replace("beineu", "aktau", 1), read.rules, read.seed)


def test_the_numbers_of_chance_are_those_of_every_machine() -> None:
    """What the draw is made of, as constants: a Python or a library that answers otherwise is noticed here."""
    number = again.seed_number("ab" * 32, "cd" * 32)
    chance = random.Random(number)  # noqa: S311 -- what the library begins with
    assert number == int(fingerprint("ab" * 32 + ":" + "cd" * 32), 16)
    assert [chance.randrange(1000) for _ in range(5)] == GOLDEN_NUMBERS
    listed = "pseudonym,sex\n" + "".join(f"P{n:03},{'fm'[n % 2]}\n" for n in range(40))
    rules = {
        "method": "lottery", "places": 6, "least_score": 0, "withdrawn": [],
        "balance": [{"by": "sex", "value": "f", "least": 4, "most": 4}],
        "list_sha256": fingerprint(listed), "seed_sha256": fingerprint("seed"),
        "scores": {f"P{n:03}": 0 for n in range(40)},
    }  # fmt: skip
    assert drawing.choose(listed, rules, "seed")["accepted"] == GOLDEN_PEOPLE


GOLDEN_NUMBERS = [71, 529, 341, 32, 480]
GOLDEN_PEOPLE = ["P026", "P031", "P016", "P009", "P002", "P030"]


# --- Ranking --------------------------------------------------------------------------------------------------


@given(st.lists(st.integers(0, 10_000), min_size=1, max_size=30), st.integers(1, 10), st.integers(0, 100))
def test_a_ranking_keeps_to_the_scores_whoever_stands_where(scores: list[int], places: int, least: int) -> None:
    names = [f"P{n:02}" for n in range(len(scores))]
    listed = published.list_csv([{"pseudonym": name} for name in names], ())
    rules = {
        "method": "ranked", "places": places, "least_score": least, "withdrawn": [], "balance": [],
        "list_sha256": fingerprint(listed), "seed_sha256": fingerprint("s"),
        "scores": dict(zip(names, scores, strict=True)),
    }  # fmt: skip
    result = again.choose(listed, rules, "s")
    order = [rules["scores"][name] for name in result["accepted"] + result["reserve"]]
    assert order == sorted(order, reverse=True)
    assert len(order) == sum(score >= least * 100 for score in scores)
    assert len(result["accepted"]) == min(places, len(order))


# --- Rules that cannot be kept ------------------------------------------------------------------------------------


def test_too_few_people_for_a_rule_are_told_of_in_words(session: Session, cast: Cast) -> None:
    event = lottery(cast, balance=(rule("district", "munaily", 1, 2),))
    with pytest.raises(RulesCannotBeKept) as refusal:
        choose(event)
    assert "fewer people than a rule of balance wants" in refusal.value.message.id


def test_rules_that_stand_in_each_other_s_way_are_named(session: Session, cast: Cast) -> None:
    """Each can be kept, and not both: everybody from Beineu is a man or too old."""
    event = make_call(
        organisation=cast.alliance, reviewers=(cast.saule, cast.daniyar), method=Method.LOTTERY, places=2,
        balance=(rule("district", "beineu", 2, 2), rule("sex", "female", 2, 2)),
    )  # fmt: skip
    for number in range(4):
        sex, district = ("male", "beineu") if number % 2 else ("female", "aktau")
        one = apply(event, guest=Guest(name="N", sex=sex), district=district)
        for person in (cast.saule, cast.daniyar):
            give_points(event, one, person, 3, 3)
    write(close_call, event.id, now=CLOSED)
    with pytest.raises(RulesCannotBeKept) as refusal:
        choose(event)
    assert "no group keeps all rules" in refusal.value.message.id
    assert refusal.value.wider

    with pytest.raises(ReasonMissing):
        write(loosen, event.id, (), reason=" ", now=CLOSED)
    softer = (rule("district", "beineu", 1, 2), rule("sex", "female", 1, 2))
    write(loosen, event.id, softer, reason="Из Бейнеу подали только мужчины", now=CLOSED)
    call = choose(event)
    assert len(call.drawn["accepted"]) == 2
    assert call.drawn["loosened"][0]["before"][0]["least"] == 2
    session.close()
    reasons = [entry.reason for entry in session.query(RecordEntry).all() if entry.reason]
    assert reasons == ["Из Бейнеу подали только мужчины"]
    with pytest.raises(CallIsFrozen):
        write(loosen, event.id, softer, reason="Ещё", now=CLOSED)


def test_a_rule_about_what_is_not_asked_is_refused_when_the_call_is_published(session: Session, cast: Cast) -> None:
    event = make_call(
        reviewers=(cast.saule, cast.daniyar), method=Method.LOTTERY, balance=(rule("sex", "female", 1, 1),), asks=(),
        opened=False,
    )  # fmt: skip
    with pytest.raises(RulesCannotBeKept):
        write(open_call, event.id, now=NOW)


@pytest.mark.parametrize(
    ("rules", "words"),
    [
        ((rule("sex", "female", 3, 4), rule("sex", "male", 2, 4)), "only %(places)d places"),
        ((rule("sex", "female", 3, 2),), "largest number is below"),
        ((rule("sex", "female", 1, 2), rule("sex", "female", 0, 4)), "about the same people"),
    ],
)
def test_contradictions_are_found_before_anybody_applies(rules: Any, words: str) -> None:
    assert any(words in sentence.id for sentence in contradictions(rules, 4))


def test_a_newcomer_is_who_never_had_a_seat_with_this_organiser(session: Session, cast: Cast) -> None:
    before = make_event(organisation=cast.alliance, seats=1, starts_in=(CLOSED - NOW) * 2)
    make_registration(before, email="amina@example.kz")
    make_registration(before, email="waits@example.kz")
    elsewhere = make_event(organisation=cast.elsewhere)
    make_registration(elsewhere, email="ermek@example.kz")
    event = make_call(
        organisation=cast.alliance, reviewers=(cast.saule, cast.daniyar), method=Method.LOTTERY,
        balance=(rule("newcomer", "yes", 1, 2),),
    )  # fmt: skip
    for name in ("amina", "waits", "ermek"):
        apply(event, email=f"{name}@example.kz")
    write(close_call, event.id, now=CLOSED)
    assert {one.email: one.newcomer for one in everybody(session, event)} == {
        "amina@example.kz": False,
        "waits@example.kz": True,
        "ermek@example.kz": True,
    }
