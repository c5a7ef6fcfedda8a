"""What is published of a selection so that anybody can run it again: the list, the rules, fingerprints. Pure."""

from __future__ import annotations

import csv
import io
import json
import secrets
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from karavan.core.tokens import CODE_LETTERS
from karavan.selection.again import LIBRARY, seed_number, sha256
from karavan.selection.balance import UNKNOWN, under_30

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from karavan.selection.models import Application, Call, Review

PSEUDONYM: Final = 8
PROGRAM: Final = Path(__file__).with_name("again.py")

__all__ = [
    "LIBRARY",
    "PROGRAM",
    "kinds_of",
    "list_csv",
    "list_rows",
    "new_pseudonym",
    "new_seed",
    "rules_json",
    "score_of",
    "seed_number",
    "sha256",
]


def new_seed() -> str:
    """Return 256 random bits in hex."""
    return secrets.token_hex(32)


def new_pseudonym() -> str:
    """Return a random name for the published list: nothing about the person is in it."""
    return "".join(secrets.choice(CODE_LETTERS) for _ in range(PSEUDONYM))


def kinds_of(balance: Iterable[dict[str, Any]]) -> tuple[str, ...]:
    """Return what the list has to say of people: only what the rules are about."""
    return tuple(dict.fromkeys(rule["by"] for rule in balance))


def list_rows(applications: Iterable[Application], kinds: Sequence[str], *, year: int) -> list[dict[str, str]]:
    """Return the pseudonymous list, in the order of the pseudonyms, which says nothing about who came first."""
    rows = []
    for one in sorted(applications, key=lambda application: application.pseudonym):
        said = {
            "district": one.district or UNKNOWN,
            "sex": one.sex or UNKNOWN,
            "newcomer": "yes" if one.newcomer else "no",
            "under_30": under_30(one.born, year),
        }
        rows.append({"pseudonym": one.pseudonym, **{kind: said[kind] for kind in kinds}})
    return rows


def list_csv(rows: Sequence[dict[str, str]], kinds: Sequence[str]) -> str:
    """Write the list as it is published and fingerprinted: every byte of it counts."""
    written = io.StringIO()
    table = csv.DictWriter(written, ["pseudonym", *kinds], lineterminator="\n")
    table.writeheader()
    table.writerows(rows)
    return written.getvalue()


def score_of(reviews: Iterable[Review]) -> int | None:
    """Return the mean of the scores, in hundredths of a per cent; None while there is none."""
    totals = [review.total for review in reviews if review.total is not None]
    return round(Fraction(sum(totals), len(totals))) if totals else None


def rules_json(call: Call, scores: dict[str, int], withdrawn: Iterable[str]) -> dict[str, Any]:
    """Return all that decides besides list and seed, as it is published."""
    return {
        "method": call.method.value,
        "places": call.places,
        "least_score": call.least_score,
        "balance": call.balance,
        "list_sha256": call.list_hash,
        "seed_sha256": call.seed_hash,
        "scores": dict(sorted(scores.items())),
        "withdrawn": sorted(withdrawn),
    }


def as_file(rules: dict[str, Any]) -> str:
    """Write the rules as the published file has them."""
    return json.dumps(rules, indent=1, ensure_ascii=False, sort_keys=True) + "\n"
