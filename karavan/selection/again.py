"""Running a published selection again: `python again.py list.csv rules.json SEED` prints the accepted and the reserve.

A short program of its own, published beside every draw. It imports nothing of Karavan: Python and, for a lottery,
sortition-algorithms 0.12.15 (`pip install sortition-algorithms==0.12.15`) are enough. The same files and the same seed
give the same people on any machine: chance comes from Python's Mersenne Twister and from SHA-256 only, the order of
people is that of the list, and the library's method without an optimiser ("legacy") is used, since what optimisers
find differs from one version and processor to another. Whether there is anything to find does not differ: that much an
optimiser is asked where the method gives up.
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
import logging
import os
import sys
from pathlib import Path
from typing import Any

LIBRARY = "0.12.15"
TRIES = 20
"""So often the method begins anew when it has painted itself into a corner."""
EVERYBODY = "everybody"
SURELY = "surely"


class Refused(Exception):
    """There is no result; `what` says why, in a word, and `facts` of which rules that is true."""

    def __init__(self, what: str, facts: list[dict[str, Any]] | None = None) -> None:
        self.what, self.facts = what, facts or []
        super().__init__(what)


def sha256(text: str) -> str:
    """Return the fingerprint of a text."""
    return hashlib.sha256(text.encode()).hexdigest()


def seed_number(seed: str, list_sha256: str) -> int:
    """Return the number chance begins with: from the seed of before the call, and the list of after it."""
    return int(sha256(f"{seed}:{list_sha256}"), 16)


def choose(listed: str, rules: dict[str, Any], seed: str) -> dict[str, Any]:
    """Return who is accepted, by pseudonym and in order, and who stands in reserve."""
    if sha256(listed) != rules["list_sha256"]:
        raise Refused("list")
    if sha256(seed) != rules["seed_sha256"]:
        raise Refused("seed")
    number = seed_number(seed, rules["list_sha256"])
    scores, left = rules["scores"], set(rules["withdrawn"])
    people = [
        row
        for row in csv.DictReader(io.StringIO(listed))
        if row["pseudonym"] not in left and scores[row["pseudonym"]] >= 100 * rules["least_score"]
    ]

    names = sorted((row["pseudonym"] for row in people), key=lambda name: by_lot(number, name))
    places = min(rules["places"], len(people))
    if rules["method"] == "ranked":
        in_order = sorted(names, key=lambda name: -scores[name])  # equal scores stay in the order of the lot
        accepted = in_order[:places]
    else:
        drawn = draw(people, rules["balance"], places, number) if places else set()
        accepted = [name for name in names if name in drawn]
        in_order = names
    taken = set(accepted)
    reserve = [name for name in in_order if name not in taken]
    return {"library": LIBRARY, "seed_number": str(number), "accepted": accepted, "reserve": reserve}


def draw(people: list[dict[str, str]], balance: list[dict[str, Any]], places: int, number: int) -> set[str]:
    """Draw so many people, so that every rule of balance holds."""
    from sortition_algorithms import (  # noqa: PLC0415 -- a ranking needs no library
        InfeasibleQuotasError,
        Settings,
        find_random_sample,
        read_in_features,
        read_in_people,
        run_stratification,
    )

    quotas = quotas_of(people, balance, places)
    kinds = list(dict.fromkeys(row["feature"] for row in quotas))
    refuse_short(people, balance)
    refuse_sums(quotas, kinds, places)
    settings = Settings(
        id_column="pseudonym",
        columns_to_keep=[],
        selection_algorithm="legacy",
        max_attempts=TRIES,
        random_number_seed=number,
    )

    def as_the_library_reads(surely: set[str]) -> tuple[Any, Any]:
        """Return rules and people, with one rule more: these people are among the chosen."""
        sure = [
            {"feature": SURELY, "value": "yes", "min": str(len(surely)), "max": str(len(surely))},
            {"feature": SURELY, "value": "no", "min": "0", "max": str(places)},
        ]
        features, _, _ = read_in_features(
            ["feature", "value", "min", "max"], quotas + sure if surely else quotas, number_to_select=places
        )
        rows = [
            {"pseudonym": row["pseudonym"], SURELY: "yes" if row["pseudonym"] in surely else "no"}
            | {kind: row.get(kind, EVERYBODY) for kind in kinds}
            for row in people
        ]
        pool, _ = read_in_people(["pseudonym", SURELY, *kinds], rows, features, settings)
        return features, pool

    def refuse_impossible(surely: set[str]) -> None:
        """Ask the library's optimiser whether it can be done at all: whatever it finds, yes and no are always right."""
        find_random_sample(*as_the_library_reads(surely), places, [], test_selection=True)

    features, pool = as_the_library_reads(set())
    found, groups, _ = run_stratification(features, pool, places, settings)
    if found:
        return set(groups[0])
    # The library's method gives up where the last people of a kind are all needed. Then the lot decides one by one:
    # everybody is taken with whom the rules can still be kept.
    try:
        refuse_impossible(set())
    except InfeasibleQuotasError as error:
        raise Refused("infeasible", differences(quotas, error.features)) from error
    drawn: set[str] = set()
    too_many: set[tuple[str, ...]] = set()  # of whom one more leaves no way; nor does she later, nor anybody like her
    for row in sorted(people, key=lambda row: by_lot(number, row["pseudonym"])):
        like = tuple(row.get(kind, EVERYBODY) for kind in kinds)
        if len(drawn) < places and like not in too_many:
            try:
                refuse_impossible({*drawn, row["pseudonym"]})
                drawn.add(row["pseudonym"])
            except InfeasibleQuotasError:
                too_many.add(like)
    return drawn


def by_lot(number: int, pseudonym: str) -> str:
    """Return what puts people in the order of the lot."""
    return sha256(f"{number}:{pseudonym}")


def quotas_of(people: list[dict[str, str]], balance: list[dict[str, Any]], places: int) -> list[dict[str, str]]:
    """Write the rules as the library reads them: of each kind, every value that occurs."""
    ruled = {(rule["by"], rule["value"]): rule for rule in balance}
    if not ruled:
        return [{"feature": EVERYBODY, "value": EVERYBODY, "min": "0", "max": str(places)}]
    quotas = []
    for kind in dict.fromkeys(by for by, _ in ruled):
        values = {row[kind] for row in people} | {value for by, value in ruled if by == kind}
        for value in sorted(values):
            rule = ruled.get((kind, value), {"least": 0, "most": places})
            most = min(places, rule["most"])
            quotas.append({"feature": kind, "value": value, "min": str(rule["least"]), "max": str(most)})
    return quotas


def refuse_short(people: list[dict[str, str]], balance: list[dict[str, Any]]) -> None:
    """Say of which people there are fewer than a rule wants."""
    there = [(rule, sum(row[rule["by"]] == rule["value"] for row in people)) for rule in balance]
    short = [rule | {"there": count} for rule, count in there if count < rule["least"]]
    if short:
        raise Refused("short", short)


def refuse_sums(quotas: list[dict[str, str]], kinds: list[str], places: int) -> None:
    """Say of which kind the rules together want more people than there are places, or allow fewer."""
    for kind in kinds:
        mine = [row for row in quotas if row["feature"] == kind]
        least, most = (sum(int(row[name]) for row in mine) for name in ("min", "max"))
        if any(int(row["min"]) > int(row["max"]) for row in mine) or not least <= places <= most:
            raise Refused("sums", [{"by": kind, "least": least, "most": most, "places": places}])


def differences(quotas: list[dict[str, str]], wider: Any) -> list[dict[str, Any]]:
    """Say which rules would have to give way, and how far."""
    return [
        {"by": row["feature"], "value": row["value"], "least": now.min, "most": now.max}
        for row in quotas
        if (now := wider[row["feature"]][row["value"]]) and (now.min != int(row["min"]) or now.max != int(row["max"]))
    ]


def main() -> int:
    """Read the files, choose, print the result as JSON."""
    if len(sys.argv) != 4:
        sys.stderr.write("python again.py list.csv rules.json SEED\n")
        return 2
    listed = Path(sys.argv[1]).read_bytes().decode()
    rules = json.loads(Path(sys.argv[2]).read_bytes())
    logging.disable(logging.CRITICAL)  # the library counts its tries aloud
    printed = os.dup(1)
    os.dup2(2, 1)  # what the optimiser has to say does not belong to the result
    try:
        result = choose(listed, rules, sys.argv[3].strip())
    except Refused as refusal:
        result = {"refused": refusal.what, "facts": refusal.facts}
    with os.fdopen(printed, "w") as output:
        output.write(json.dumps(result, indent=1) + "\n")
    return 1 if "refused" in result else 0


if __name__ == "__main__":
    sys.exit(main())
