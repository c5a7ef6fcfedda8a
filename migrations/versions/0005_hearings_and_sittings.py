"""Hearings, sittings and their protocols; the public record learns to speak of them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

RECORD = "record_entries"
SUBJECTS_BEFORE = ("event", "proposal", "recommendation", "council", "calendar")
SUBJECTS = (*SUBJECTS_BEFORE, "hearing", "sitting", "protocol")


def one_of(subjects: tuple[str, ...]) -> str:
    """Return the constraint that an entry is about exactly one of these, or corrects another entry."""
    filled = (f"(CASE WHEN {kind}_id IS NULL THEN 0 ELSE 1 END)" for kind in (*subjects, "corrects"))
    return " + ".join(filled) + " = 1"


SITS = """m.council_id = s.council_id AND CAST(m.mandate_from AS TEXT) <= s.held_on
    AND CAST(m.mandate_to AS TEXT) >= s.held_on AND (m.ended_on IS NULL OR CAST(m.ended_on AS TEXT) >= s.held_on)"""
"""Is this member (m) one on the day of this sitting (s)?"""
IN_THE_ROOM = f"""SELECT count(*) FROM sitting_attendance a JOIN agenda_items i ON i.sitting_id = a.sitting_id
    JOIN sittings s ON s.id = i.sitting_id JOIN council_members m ON m.id = a.member_id
    WHERE i.id = NEW.item_id AND a.left_at IS NULL AND {SITS}"""
ALL_MEMBERS = f"""SELECT count(*) FROM council_members m JOIN sittings s ON m.council_id = s.council_id
    JOIN agenda_items i ON i.sitting_id = s.id WHERE i.id = NEW.item_id AND {SITS}"""
IS_VOTED_ON = """(EXISTS (SELECT 1 FROM agenda_items i JOIN sittings s ON s.id = i.sitting_id
    WHERE i.id = NEW.item_id AND i.state = 'voting' AND s.state = 'open')
    AND NOT EXISTS (SELECT 1 FROM decisions WHERE item_id = NEW.item_id))"""
IS_THERE = f"({IN_THE_ROOM} AND a.member_id = NEW.member_id) = 1"
IN_CONFLICT = """EXISTS (SELECT 1 FROM sitting_conflicts
    WHERE item_id = NEW.item_id AND member_id = NEW.member_id)"""
VOTES = "(SELECT count(*) FROM ballots WHERE item_id = NEW.item_id AND choice = '{choice}')"
VOTED_AND_GONE = """EXISTS (SELECT 1 FROM ballots b JOIN agenda_items i ON i.id = b.item_id
    WHERE b.item_id = NEW.item_id AND NOT EXISTS (SELECT 1 FROM sitting_attendance a
        WHERE a.sitting_id = i.sitting_id AND a.member_id = b.member_id AND a.left_at IS NULL))"""
OPINION_IS_LATE = """EXISTS (SELECT 1 FROM decisions d JOIN agenda_items i ON i.id = d.item_id
    JOIN protocols p ON p.host = 'sitting' AND p.host_id = i.sitting_id
    WHERE d.id = {row}.decision_id AND p.state IN ('agreed', 'published'))"""
IS_ANSWERED = """({row}.answered_at IS NOT NULL OR EXISTS (SELECT 1 FROM hearing_answer_groups g
    WHERE g.id = {row}.group_id AND g.answered_at IS NOT NULL))"""
IS_CLOSED = "EXISTS (SELECT 1 FROM hearings h WHERE h.id = {row}.hearing_id AND h.state = 'closed')"
IS_OWED = f"""EXISTS (SELECT 1 FROM {{table}} o JOIN comments c ON c.id = o.comment_id WHERE o.hearing_id = NEW.id
    AND c.visibility NOT IN ('removed', 'withdrawn', 'erased') AND NOT {IS_ANSWERED.format(row="o")}{{more}})"""
LOSES_ITS_ANSWER = f"""NEW.hearing_id <> OLD.hearing_id OR ({IS_CLOSED.format(row="OLD")}
    AND {IS_ANSWERED.format(row="OLD")} AND NOT {IS_ANSWERED.format(row="NEW")})"""
DAYS = {
    "sqlite": {
        "DAY_IT_STARTS": "date(NEW.starts_at, '+5 hours')",
        "DAY_AFTER_ALL_DAYS": "date(NEW.notice_from, '+5 hours', '+' || NEW.notice_days || ' days')",
    },
    "postgresql": {
        "DAY_IT_STARTS": "to_char(NEW.starts_at AT TIME ZONE 'UTC' + interval '5 hours', 'YYYY-MM-DD')",
        "DAY_AFTER_ALL_DAYS": """to_char((NEW.notice_from AT TIME ZONE 'UTC' + interval '5 hours')::date
            + NEW.notice_days, 'YYYY-MM-DD')""",
    },
}
"""Days of Aktau (UTC+5 all year) in each database's words. How many days the statute gives, and which of them are
working days, is a calendar's and a statute's matter that SQL cannot say: `rules.steps.counted_notice` counts them.
Here stands what is true of every count: working or not, they are at least so many days of the calendar."""
RULES = {
    "a hearing of which notice was given is held on its day, and not before the days of its notice": (
        "hearings",
        ("INSERT", "UPDATE"),
        """NEW.state NOT IN ('draft', 'cancelled') AND (NEW.announced_at IS NULL OR NEW.notice_from IS NULL
            OR NEW.held_on <> DAY_IT_STARTS
            OR (CAST(NEW.short_notice AS TEXT) = '{}'
                AND (NEW.notice_days < 1 OR NEW.held_on < DAY_AFTER_ALL_DAYS)))""",
    ),
    "a hearing is closed when every statement and question has an answer": (
        "hearings",
        ("UPDATE",),
        f"""NEW.state = 'closed' AND OLD.state <> 'closed' AND (
            {IS_OWED.format(table="hearing_statements", more="")}
            OR {IS_OWED.format(table="hearing_questions", more=" AND o.state <> 'merged'")})""",
    ),
    "a closed hearing takes no further statement": (
        "hearing_statements",
        ("INSERT",),
        IS_CLOSED.format(row="NEW"),
    ),
    "a closed hearing takes no further question": ("hearing_questions", ("INSERT",), IS_CLOSED.format(row="NEW")),
    "a statement of a closed hearing keeps its answer": ("hearing_statements", ("UPDATE",), LOSES_ITS_ANSWER),
    "a question of a closed hearing keeps its answer": (
        "hearing_questions",
        ("UPDATE",),
        f"({LOSES_ITS_ANSWER}) AND NEW.state <> 'merged'",
    ),
    "a group of a closed hearing keeps its answer": (
        "hearing_answer_groups",
        ("UPDATE",),
        f"OLD.answered_at IS NOT NULL AND NEW.answered_at IS NULL AND {IS_CLOSED.format(row='OLD')}",
    ),
    "a vote is cast while it is open, by a member who is there and not in conflict": (
        "ballots",
        ("INSERT", "UPDATE"),
        f"NOT ({IS_VOTED_ON} AND {IS_THERE} AND NOT {IN_CONFLICT})",
    ),
    "a vote that was counted is never changed": (
        "ballots",
        ("UPDATE", "DELETE"),
        "EXISTS (SELECT 1 FROM decisions WHERE item_id = OLD.item_id)",
    ),
    "a decision counts those who are there, all members, and the votes that were cast": (
        "decisions",
        ("INSERT",),
        (
            f"NOT ({IS_VOTED_ON} AND NEW.present = ({IN_THE_ROOM}) AND NEW.members = ({ALL_MEMBERS}) "
            f"AND NEW.votes_for = {VOTES.format(choice='for')} "
            f"AND NEW.votes_against = {VOTES.format(choice='against')} "
            f"AND NEW.votes_abstained = {VOTES.format(choice='abstained')} AND NOT {VOTED_AND_GONE})"
        ),
    ),
    "a decision is made by the quorum and the majority its sitting was opened with": (
        "decisions",
        ("INSERT",),
        """NOT EXISTS (SELECT 1 FROM sittings s JOIN agenda_items i ON i.sitting_id = s.id WHERE i.id = NEW.item_id
            AND s.quorum_num = NEW.quorum_num AND s.quorum_den = NEW.quorum_den AND s.majority = NEW.majority)""",
    ),
    "an item is decided when there is a decision, and stays so": (
        "agenda_items",
        ("INSERT", "UPDATE"),
        "(NEW.state = 'decided') <> EXISTS (SELECT 1 FROM decisions WHERE item_id = NEW.id)",
    ),
    "a member of that day comes while the sitting is open": (
        "sitting_attendance",
        ("INSERT",),
        f"""NOT EXISTS (SELECT 1 FROM sittings s JOIN council_members m ON m.council_id = s.council_id
            WHERE s.id = NEW.sitting_id AND s.state = 'open' AND m.id = NEW.member_id AND {SITS})""",
    ),
    "who was there is never changed, but for leaving while the sitting is open": (
        "sitting_attendance",
        ("UPDATE",),
        """OLD.left_at IS NOT NULL OR NEW.left_at IS NULL OR NEW.sitting_id <> OLD.sitting_id
            OR NEW.member_id <> OLD.member_id OR NEW.came_at <> OLD.came_at
            OR NOT EXISTS (SELECT 1 FROM sittings WHERE id = OLD.sitting_id AND state = 'open')""",
    ),
    "who was there when something was decided is never taken out": (
        "sitting_attendance",
        ("DELETE",),
        """EXISTS (SELECT 1 FROM decisions d JOIN agenda_items i ON i.id = d.item_id
            WHERE i.sitting_id = OLD.sitting_id)""",
    ),
    "a conflict is declared before the vote is counted, and stays": (
        "sitting_conflicts",
        ("INSERT", "UPDATE"),
        """EXISTS (SELECT 1 FROM ballots WHERE item_id = NEW.item_id AND member_id = NEW.member_id)
            OR EXISTS (SELECT 1 FROM decisions WHERE item_id = NEW.item_id)""",
    ),
    "a conflict that a decision knows of is never taken out": (
        "sitting_conflicts",
        ("UPDATE", "DELETE"),
        "EXISTS (SELECT 1 FROM decisions WHERE item_id = OLD.item_id)",
    ),
    "the rules of an open sitting stand, and one that was held is over": (
        "sittings",
        ("UPDATE",),
        """OLD.state IN ('open', 'held') AND (NEW.state NOT IN ('open', 'held') OR NEW.council_id <> OLD.council_id
            OR (OLD.state = 'held' AND NEW.state <> 'held') OR NEW.held_on <> OLD.held_on
            OR NEW.quorum_num <> OLD.quorum_num OR NEW.quorum_den <> OLD.quorum_den OR NEW.majority <> OLD.majority)""",
    ),
    "a special opinion is given before the protocol is agreed": (
        "special_opinions",
        ("INSERT", "UPDATE"),
        OPINION_IS_LATE.format(row="NEW"),
    ),
    "a special opinion of an agreed protocol is never taken out": (
        "special_opinions",
        ("UPDATE", "DELETE"),
        OPINION_IS_LATE.format(row="OLD"),
    ),
    "a published protocol is never changed": ("protocols", ("UPDATE", "DELETE"), "OLD.state = 'published'"),
    "a part of a published protocol is never changed": (
        "protocol_parts",
        ("UPDATE", "DELETE"),
        "EXISTS (SELECT 1 FROM protocols WHERE id = OLD.protocol_id AND state = 'published')",
    ),
    "a published protocol gets no further part": (
        "protocol_parts",
        ("INSERT",),
        "EXISTS (SELECT 1 FROM protocols WHERE id = NEW.protocol_id AND state = 'published')",
    ),
    "a document of a notice is never changed": (
        "hearing_documents",
        ("UPDATE", "DELETE"),
        "OLD.frozen_at IS NOT NULL",
    ),
    "a decision is never changed": ("decisions", ("UPDATE", "DELETE"), "1 = 1"),
    "a published protocol gets no further recommendation": (
        "protocol_recommendations",
        ("INSERT",),
        "EXISTS (SELECT 1 FROM protocols WHERE id = NEW.protocol_id AND state = 'published')",
    ),
    "a recommendation of a published protocol stays": (
        "protocol_recommendations",
        ("UPDATE", "DELETE"),
        "EXISTS (SELECT 1 FROM protocols WHERE id = OLD.protocol_id AND state = 'published')",
    ),
    "a paper of a published protocol is never changed": (
        "file_contents",
        ("UPDATE", "DELETE"),
        "EXISTS (SELECT 1 FROM protocols WHERE state = 'published' AND OLD.file_id IN (pdf_kk_id, pdf_ru_id))",
    ),
}
"""What the database itself refuses: for each sentence the table, the deeds, and when."""


def guards(dialect: str) -> list[str]:
    """Return the triggers of these rules."""
    made = []
    for number, (sentence, (table, deeds, when)) in enumerate(RULES.items(), 1):
        name = f"{table}_rule_{number}"
        for word, said in DAYS[dialect].items():
            when = when.replace(word, said)  # noqa: PLW2901 -- the same condition, in this database's words
        if dialect == "sqlite":
            made += [
                f"""CREATE TRIGGER {name}_{deed.lower()} BEFORE {deed} ON {table} WHEN {when}
                    BEGIN SELECT RAISE(ABORT, '{sentence}'); END"""
                for deed in deeds
            ]
        else:
            made += [
                f"""CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$
                    BEGIN
                        IF {when} THEN
                            RAISE EXCEPTION '{sentence}' USING ERRCODE = 'check_violation';
                        END IF;
                        RETURN COALESCE(NEW, OLD);
                    END $$""",
                f"""CREATE TRIGGER {name} BEFORE {" OR ".join(deeds)} ON {table}
                    FOR EACH ROW EXECUTE FUNCTION {name}()""",
            ]
    return made


def elsewhere(dialect: str) -> list[tuple[str, str]]:
    """Return the triggers on tables that were there before and stay: they go by name, not with their table."""
    found = []
    for number, (table, deeds, _) in enumerate(RULES.values(), 1):
        if table == "file_contents":
            name = f"{table}_rule_{number}"
            found += [(f"{name}_{deed.lower()}", table) for deed in deeds] if dialect == "sqlite" else [(name, table)]
    return found


def record_guard() -> list[str]:
    """Return SQLite's triggers of the record: the table is made anew, and they go with the old one."""
    return [
        *(
            f"""CREATE TRIGGER {RECORD}_no_{deed.lower()} BEFORE {deed} ON {RECORD}
                BEGIN SELECT RAISE(ABORT, 'the public record is append-only'); END"""
            for deed in ("UPDATE", "DELETE")
        ),
        f"""CREATE TRIGGER {RECORD}_no_replace BEFORE INSERT ON {RECORD}
            WHEN EXISTS (SELECT 1 FROM {RECORD} WHERE id = NEW.id)
            BEGIN SELECT RAISE(ABORT, 'the public record is append-only'); END""",
    ]


def upgrade() -> None:
    """Bring the database forward."""
    op.create_table(
        "protocols",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("number", sa.String(length=24), nullable=False),
        sa.Column("council_id", sa.Integer(), nullable=False),
        sa.Column("host", sa.String(length=20), nullable=False),
        sa.Column("host_id", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("title", sa.JSON(), nullable=False),
        sa.Column("facts", sa.JSON(), nullable=False),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("corrections_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("chair_id", sa.Integer(), nullable=True),
        sa.Column("chair_name", sa.String(length=120), nullable=False),
        sa.Column("chair_agreed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("secretary_id", sa.Integer(), nullable=True),
        sa.Column("secretary_name", sa.String(length=120), nullable=False),
        sa.Column("secretary_agreed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("pdf_kk_id", sa.Integer(), nullable=True),
        sa.Column("pdf_ru_id", sa.Integer(), nullable=True),
        sa.CheckConstraint(
            "state <> 'published' OR (pdf_kk_id IS NOT NULL AND pdf_ru_id IS NOT NULL)",
            name=op.f("ck_protocols_has_files"),
        ),
        sa.CheckConstraint(
            "state NOT IN ('agreed', 'published') OR (chair_agreed_at IS NOT NULL AND secretary_agreed_at IS NOT NULL)",
            name=op.f("ck_protocols_agreed_by_both"),
        ),
        sa.CheckConstraint(
            "chair_id IS NULL OR secretary_id IS NULL OR chair_id <> secretary_id", name=op.f("ck_protocols_two_people")
        ),
        sa.ForeignKeyConstraint(["chair_id"], ["people.id"], name=op.f("fk_protocols_chair_id")),
        sa.ForeignKeyConstraint(["council_id"], ["councils.id"], name=op.f("fk_protocols_council_id")),
        sa.ForeignKeyConstraint(["pdf_kk_id"], ["stored_files.id"], name=op.f("fk_protocols_pdf_kk_id")),
        sa.ForeignKeyConstraint(["pdf_ru_id"], ["stored_files.id"], name=op.f("fk_protocols_pdf_ru_id")),
        sa.ForeignKeyConstraint(["secretary_id"], ["people.id"], name=op.f("fk_protocols_secretary_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_protocols")),
        sa.UniqueConstraint("host", "host_id", name=op.f("uq_protocols_host_host_id")),
        sa.UniqueConstraint("number", name=op.f("uq_protocols_number")),
    )
    op.create_index("ix_protocols_council", "protocols", ["council_id", "state", "published_at"], unique=False)

    op.create_table(
        "hearings",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("slug", sa.String(length=80), nullable=False),
        sa.Column("council_id", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=True),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("title", sa.JSON(), nullable=False),
        sa.Column("tasks", sa.JSON(), nullable=False),
        sa.Column("questions", sa.JSON(), nullable=False),
        sa.Column("agenda", sa.JSON(), nullable=False),
        sa.Column("called_by", sa.String(length=32), nullable=False),
        sa.Column("caller", sa.JSON(), nullable=False),
        sa.Column("ground", sa.JSON(), nullable=False),
        sa.Column("languages", sa.String(length=12), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("held_on", sa.String(length=10), nullable=False),
        sa.Column("earliest_on", sa.String(length=10), nullable=False),
        sa.Column("notice_days", sa.Integer(), nullable=False),
        sa.Column("notice_unit", sa.String(length=12), nullable=False),
        sa.Column("setting_id", sa.Integer(), nullable=True),
        sa.Column("short_notice", sa.JSON(), nullable=False),
        sa.Column("announced_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("notice_from", sa.DateTime(timezone=True), nullable=True),
        sa.Column("place", sa.String(length=20), nullable=False),
        sa.Column("venue", sa.JSON(), nullable=False),
        sa.Column("stream_url", sa.Text(), nullable=False),
        sa.Column("statements_until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("speaker_minutes", sa.Integer(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("cancel_reason", sa.JSON(), nullable=False),
        sa.Column("summary", sa.JSON(), nullable=False),
        sa.Column("demo", sa.Boolean(), nullable=False),
        sa.Column("created_by_id", sa.Integer(), nullable=True),
        sa.CheckConstraint(
            "state IN ('draft', 'cancelled') OR held_on >= earliest_on OR CAST(short_notice AS TEXT) <> '{}'",
            name=op.f("ck_hearings_notice_was_given"),
        ),
        sa.ForeignKeyConstraint(["council_id"], ["councils.id"], name=op.f("fk_hearings_council_id")),
        sa.ForeignKeyConstraint(["created_by_id"], ["people.id"], name=op.f("fk_hearings_created_by_id")),
        sa.ForeignKeyConstraint(["event_id"], ["events.id"], name=op.f("fk_hearings_event_id")),
        sa.ForeignKeyConstraint(["setting_id"], ["statute_settings.id"], name=op.f("fk_hearings_setting_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hearings")),
        sa.UniqueConstraint("event_id", name=op.f("uq_hearings_event_id")),
        sa.UniqueConstraint("slug", name=op.f("uq_hearings_slug")),
    )
    op.create_index("ix_hearings_council", "hearings", ["council_id", "starts_at"], unique=False)
    op.create_index("ix_hearings_state", "hearings", ["state", "starts_at"], unique=False)

    op.create_table(
        "protocol_corrections",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("protocol_id", sa.Integer(), nullable=False),
        sa.Column("part", sa.String(length=32), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=False),
        sa.Column("by_name", sa.String(length=120), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("accepted", sa.Boolean(), nullable=True),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["by_id"], ["people.id"], name=op.f("fk_protocol_corrections_by_id")),
        sa.ForeignKeyConstraint(["protocol_id"], ["protocols.id"], name=op.f("fk_protocol_corrections_protocol_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_protocol_corrections")),
    )
    op.create_index("ix_protocol_corrections_protocol", "protocol_corrections", ["protocol_id", "id"], unique=False)

    op.create_table(
        "protocol_parts",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("protocol_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("part", sa.String(length=32), nullable=False),
        sa.Column("text", sa.JSON(), nullable=False),
        sa.Column("edited", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["protocol_id"], ["protocols.id"], name=op.f("fk_protocol_parts_protocol_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_protocol_parts")),
        sa.UniqueConstraint("protocol_id", "part", name=op.f("uq_protocol_parts_protocol_id_part")),
    )
    op.create_table(
        "protocol_recommendations",
        sa.Column("protocol_id", sa.Integer(), nullable=False),
        sa.Column("recommendation_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["protocol_id"], ["protocols.id"], name=op.f("fk_protocol_recommendations_protocol_id")
        ),
        sa.ForeignKeyConstraint(
            ["recommendation_id"],
            ["recommendations.id"],
            name=op.f("fk_protocol_recommendations_recommendation_id"),
        ),
        sa.PrimaryKeyConstraint("protocol_id", "recommendation_id", name=op.f("pk_protocol_recommendations")),
        sa.UniqueConstraint("recommendation_id", name=op.f("uq_protocol_recommendations_recommendation_id")),
    )
    op.create_table(
        "sittings",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("council_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=True),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("title", sa.JSON(), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("held_on", sa.String(length=10), nullable=False),
        sa.Column("earliest_on", sa.String(length=10), nullable=False),
        sa.Column("short_notice", sa.JSON(), nullable=False),
        sa.Column("venue", sa.JSON(), nullable=False),
        sa.Column("stream_url", sa.Text(), nullable=False),
        sa.Column("closed_to_public", sa.JSON(), nullable=False),
        sa.Column("cancel_reason", sa.JSON(), nullable=False),
        sa.Column("convened_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("setting_id", sa.Integer(), nullable=True),
        sa.Column("quorum_num", sa.Integer(), nullable=False),
        sa.Column("quorum_den", sa.Integer(), nullable=False),
        sa.Column("majority", sa.String(length=16), nullable=False),
        sa.Column("created_by_id", sa.Integer(), nullable=True),
        sa.Column("demo", sa.Boolean(), nullable=False),
        sa.CheckConstraint(
            "state IN ('draft', 'cancelled') OR held_on >= earliest_on OR CAST(short_notice AS TEXT) <> '{}'",
            name=op.f("ck_sittings_notice_was_given"),
        ),
        sa.CheckConstraint("quorum_num > 0 AND quorum_num <= quorum_den", name=op.f("ck_sittings_quorum_is_a_share")),
        sa.ForeignKeyConstraint(["council_id"], ["councils.id"], name=op.f("fk_sittings_council_id")),
        sa.ForeignKeyConstraint(["created_by_id"], ["people.id"], name=op.f("fk_sittings_created_by_id")),
        sa.ForeignKeyConstraint(["event_id"], ["events.id"], name=op.f("fk_sittings_event_id")),
        sa.ForeignKeyConstraint(["setting_id"], ["statute_settings.id"], name=op.f("fk_sittings_setting_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sittings")),
        sa.UniqueConstraint("council_id", "number", name=op.f("uq_sittings_council_id_number")),
        sa.UniqueConstraint("event_id", name=op.f("uq_sittings_event_id")),
    )
    op.create_index("ix_sittings_council", "sittings", ["council_id", "starts_at"], unique=False)

    op.create_table(
        "agenda_items",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("sitting_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("title", sa.JSON(), nullable=False),
        sa.Column("draft", sa.JSON(), nullable=False),
        sa.Column("speaker", sa.String(length=160), nullable=False),
        sa.Column("proposal_id", sa.Integer(), nullable=True),
        sa.Column("recommendation_id", sa.Integer(), nullable=True),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("note", sa.JSON(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("voting_from", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["proposal_id"], ["proposals.id"], name=op.f("fk_agenda_items_proposal_id")),
        sa.ForeignKeyConstraint(
            ["recommendation_id"], ["recommendations.id"], name=op.f("fk_agenda_items_recommendation_id")
        ),
        sa.ForeignKeyConstraint(["sitting_id"], ["sittings.id"], name=op.f("fk_agenda_items_sitting_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_agenda_items")),
        sa.UniqueConstraint("sitting_id", "position", name=op.f("uq_agenda_items_sitting_id_position")),
    )
    op.create_index(
        "uq_agenda_items_in_hand",
        "agenda_items",
        ["sitting_id"],
        unique=True,
        sqlite_where=sa.text("state IN ('current', 'voting')"),
        postgresql_where=sa.text("state IN ('current', 'voting')"),
    )
    op.create_index("ix_agenda_items_proposal_id", "agenda_items", ["proposal_id"], unique=False)
    op.create_index("ix_agenda_items_recommendation_id", "agenda_items", ["recommendation_id"], unique=False)

    op.create_table(
        "hearing_answer_groups",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("hearing_id", sa.Integer(), nullable=False),
        sa.Column("title", sa.JSON(), nullable=False),
        sa.Column("answer", sa.JSON(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answered_by_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["answered_by_id"], ["people.id"], name=op.f("fk_hearing_answer_groups_answered_by_id")
        ),
        sa.ForeignKeyConstraint(["hearing_id"], ["hearings.id"], name=op.f("fk_hearing_answer_groups_hearing_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hearing_answer_groups")),
    )
    op.create_index("ix_hearing_answer_groups_hearing", "hearing_answer_groups", ["hearing_id"], unique=False)

    op.create_table(
        "hearing_documents",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=24), nullable=False),
        sa.Column("hearing_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("title", sa.JSON(), nullable=False),
        sa.Column("file_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("frozen_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("exception", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["file_id"], ["stored_files.id"], name=op.f("fk_hearing_documents_file_id")),
        sa.ForeignKeyConstraint(["hearing_id"], ["hearings.id"], name=op.f("fk_hearing_documents_hearing_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hearing_documents")),
        sa.UniqueConstraint(
            "hearing_id", "position", "version", name=op.f("uq_hearing_documents_hearing_id_position_version")
        ),
        sa.UniqueConstraint("public_id", name=op.f("uq_hearing_documents_public_id")),
    )
    op.create_table(
        "hearing_polls",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("hearing_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("question", sa.JSON(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["hearing_id"], ["hearings.id"], name=op.f("fk_hearing_polls_hearing_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hearing_polls")),
        sa.UniqueConstraint("hearing_id", "number", name=op.f("uq_hearing_polls_hearing_id_number")),
    )
    op.create_table(
        "hearing_proposals",
        sa.Column("hearing_id", sa.Integer(), nullable=False),
        sa.Column("proposal_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["hearing_id"], ["hearings.id"], name=op.f("fk_hearing_proposals_hearing_id")),
        sa.ForeignKeyConstraint(["proposal_id"], ["proposals.id"], name=op.f("fk_hearing_proposals_proposal_id")),
        sa.PrimaryKeyConstraint("hearing_id", "proposal_id", name=op.f("pk_hearing_proposals")),
    )
    op.create_table(
        "hearing_speakers",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("hearing_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("topic", sa.String(length=200), nullable=False),
        sa.Column("position", sa.String(length=32), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("interpreter", sa.String(length=20), nullable=False),
        sa.Column("at_door", sa.Boolean(), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("signed_up_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("called_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("turns", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["hearing_id"], ["hearings.id"], name=op.f("fk_hearing_speakers_hearing_id")),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_hearing_speakers_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hearing_speakers")),
    )
    op.create_index("ix_hearing_speakers_queue", "hearing_speakers", ["hearing_id", "state", "number"], unique=False)
    op.create_index(
        "uq_hearing_speakers_live",
        "hearing_speakers",
        ["hearing_id", "person_id"],
        unique=True,
        sqlite_where=sa.text("state IN ('waiting', 'speaking', 'absent')"),
        postgresql_where=sa.text("state IN ('waiting', 'speaking', 'absent')"),
    )
    op.create_index(
        "uq_hearing_speakers_now",
        "hearing_speakers",
        ["hearing_id"],
        unique=True,
        sqlite_where=sa.text("state = 'speaking'"),
        postgresql_where=sa.text("state = 'speaking'"),
    )

    op.create_table(
        "sitting_attendance",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("sitting_id", sa.Integer(), nullable=False),
        sa.Column("member_id", sa.Integer(), nullable=False),
        sa.Column("remote", sa.Boolean(), nullable=False),
        sa.Column("came_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("left_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("entered_by_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["entered_by_id"], ["people.id"], name=op.f("fk_sitting_attendance_entered_by_id")),
        sa.ForeignKeyConstraint(["member_id"], ["council_members.id"], name=op.f("fk_sitting_attendance_member_id")),
        sa.ForeignKeyConstraint(["sitting_id"], ["sittings.id"], name=op.f("fk_sitting_attendance_sitting_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sitting_attendance")),
    )
    op.create_index(
        "uq_sitting_attendance_present",
        "sitting_attendance",
        ["sitting_id", "member_id"],
        unique=True,
        sqlite_where=sa.text("left_at IS NULL"),
        postgresql_where=sa.text("left_at IS NULL"),
    )

    op.create_table(
        "ballots",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("item_id", sa.Integer(), nullable=False),
        sa.Column("member_id", sa.Integer(), nullable=False),
        sa.Column("choice", sa.String(length=32), nullable=False),
        sa.Column("cast_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("entered_by_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["entered_by_id"], ["people.id"], name=op.f("fk_ballots_entered_by_id")),
        sa.ForeignKeyConstraint(["item_id"], ["agenda_items.id"], name=op.f("fk_ballots_item_id")),
        sa.ForeignKeyConstraint(["member_id"], ["council_members.id"], name=op.f("fk_ballots_member_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ballots")),
        sa.UniqueConstraint("item_id", "member_id", name=op.f("uq_ballots_item_id_member_id")),
    )
    op.create_index("ix_ballots_member", "ballots", ["member_id", "id"], unique=False)

    op.create_table(
        "decisions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("item_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.String(length=24), nullable=False),
        sa.Column("text", sa.JSON(), nullable=False),
        sa.Column("adopted", sa.Boolean(), nullable=False),
        sa.Column("members", sa.Integer(), nullable=False),
        sa.Column("present", sa.Integer(), nullable=False),
        sa.Column("quorum_num", sa.Integer(), nullable=False),
        sa.Column("quorum_den", sa.Integer(), nullable=False),
        sa.Column("majority", sa.String(length=16), nullable=False),
        sa.Column("votes_for", sa.Integer(), nullable=False),
        sa.Column("votes_against", sa.Integer(), nullable=False),
        sa.Column("votes_abstained", sa.Integer(), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "present > 0 AND present * quorum_den >= members * quorum_num", name=op.f("ck_decisions_has_quorum")
        ),
        sa.CheckConstraint(
            "adopted = (CASE majority WHEN 'present' THEN votes_for * 2 > present "
            "WHEN 'all' THEN votes_for * 2 > members "
            "WHEN 'two_thirds' THEN votes_for * 3 >= present * 2 ELSE NOT adopted END)",
            name=op.f("ck_decisions_adopted_by_majority"),
        ),
        sa.CheckConstraint(
            "votes_for + votes_against + votes_abstained <= present",
            name=op.f("ck_decisions_no_more_votes_than_present"),
        ),
        sa.ForeignKeyConstraint(["item_id"], ["agenda_items.id"], name=op.f("fk_decisions_item_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_decisions")),
        sa.UniqueConstraint("item_id", name=op.f("uq_decisions_item_id")),
        sa.UniqueConstraint("number", name=op.f("uq_decisions_number")),
    )
    op.create_table(
        "hearing_halls",
        sa.Column("hearing_id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("run_version", sa.Integer(), nullable=False),
        sa.Column("speaker_id", sa.Integer(), nullable=True),
        sa.Column("turn_ends_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("paused_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("break_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("poll_id", sa.Integer(), nullable=True),
        sa.Column("keeper_id", sa.Integer(), nullable=True),
        sa.Column("keeper_until", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["hearing_id"], ["hearings.id"], name=op.f("fk_hearing_halls_hearing_id")),
        sa.ForeignKeyConstraint(["keeper_id"], ["people.id"], name=op.f("fk_hearing_halls_keeper_id")),
        sa.ForeignKeyConstraint(["poll_id"], ["hearing_polls.id"], name=op.f("fk_hearing_halls_poll_id")),
        sa.ForeignKeyConstraint(["speaker_id"], ["hearing_speakers.id"], name=op.f("fk_hearing_halls_speaker_id")),
        sa.PrimaryKeyConstraint("hearing_id", name=op.f("pk_hearing_halls")),
    )
    op.create_table(
        "hearing_notes",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("hearing_id", sa.Integer(), nullable=False),
        sa.Column("speaker_id", sa.Integer(), nullable=True),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("lang", sa.String(length=2), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=False),
        sa.Column("noted_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["by_id"], ["people.id"], name=op.f("fk_hearing_notes_by_id")),
        sa.ForeignKeyConstraint(["hearing_id"], ["hearings.id"], name=op.f("fk_hearing_notes_hearing_id")),
        sa.ForeignKeyConstraint(["speaker_id"], ["hearing_speakers.id"], name=op.f("fk_hearing_notes_speaker_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hearing_notes")),
    )
    op.create_index("ix_hearing_notes_hearing", "hearing_notes", ["hearing_id", "id"], unique=False)

    op.create_table(
        "hearing_poll_options",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("poll_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("words", sa.JSON(), nullable=False),
        sa.Column("votes", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["poll_id"], ["hearing_polls.id"], name=op.f("fk_hearing_poll_options_poll_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hearing_poll_options")),
        sa.UniqueConstraint("poll_id", "position", name=op.f("uq_hearing_poll_options_poll_id_position")),
    )
    op.create_table(
        "hearing_questions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("hearing_id", sa.Integer(), nullable=False),
        sa.Column("comment_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("merged_into_id", sa.Integer(), nullable=True),
        sa.Column("supports", sa.Integer(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("group_id", sa.Integer(), nullable=True),
        sa.Column("answer", sa.JSON(), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answered_by_id", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["answered_by_id"], ["people.id"], name=op.f("fk_hearing_questions_answered_by_id")),
        sa.ForeignKeyConstraint(["comment_id"], ["comments.id"], name=op.f("fk_hearing_questions_comment_id")),
        sa.ForeignKeyConstraint(["group_id"], ["hearing_answer_groups.id"], name=op.f("fk_hearing_questions_group_id")),
        sa.ForeignKeyConstraint(["hearing_id"], ["hearings.id"], name=op.f("fk_hearing_questions_hearing_id")),
        sa.ForeignKeyConstraint(
            ["merged_into_id"], ["hearing_questions.id"], name=op.f("fk_hearing_questions_merged_into_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hearing_questions")),
        sa.UniqueConstraint("comment_id", name=op.f("uq_hearing_questions_comment_id")),
        sa.UniqueConstraint("hearing_id", "number", name=op.f("uq_hearing_questions_hearing_id_number")),
    )
    op.create_index("ix_hearing_questions_group_id", "hearing_questions", ["group_id"], unique=False)
    op.create_index(
        "ix_hearing_questions_top", "hearing_questions", ["hearing_id", "state", "supports", "id"], unique=False
    )

    op.create_table(
        "hearing_statements",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("hearing_id", sa.Integer(), nullable=False),
        sa.Column("comment_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=16), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("group_id", sa.Integer(), nullable=True),
        sa.Column("answer", sa.JSON(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answered_by_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["answered_by_id"], ["people.id"], name=op.f("fk_hearing_statements_answered_by_id")),
        sa.ForeignKeyConstraint(["comment_id"], ["comments.id"], name=op.f("fk_hearing_statements_comment_id")),
        sa.ForeignKeyConstraint(
            ["group_id"], ["hearing_answer_groups.id"], name=op.f("fk_hearing_statements_group_id")
        ),
        sa.ForeignKeyConstraint(["hearing_id"], ["hearings.id"], name=op.f("fk_hearing_statements_hearing_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hearing_statements")),
        sa.UniqueConstraint("code", name=op.f("uq_hearing_statements_code")),
        sa.UniqueConstraint("comment_id", name=op.f("uq_hearing_statements_comment_id")),
        sa.UniqueConstraint("hearing_id", "number", name=op.f("uq_hearing_statements_hearing_id_number")),
    )
    op.create_index("ix_hearing_statements_group_id", "hearing_statements", ["group_id"], unique=False)

    op.create_table(
        "sitting_conflicts",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("item_id", sa.Integer(), nullable=False),
        sa.Column("member_id", sa.Integer(), nullable=False),
        sa.Column("words", sa.JSON(), nullable=False),
        sa.Column("declared_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["item_id"], ["agenda_items.id"], name=op.f("fk_sitting_conflicts_item_id")),
        sa.ForeignKeyConstraint(["member_id"], ["council_members.id"], name=op.f("fk_sitting_conflicts_member_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sitting_conflicts")),
        sa.UniqueConstraint("item_id", "member_id", name=op.f("uq_sitting_conflicts_item_id_member_id")),
    )
    op.create_table(
        "hearing_poll_votes",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("poll_id", sa.Integer(), nullable=False),
        sa.Column("option_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("given_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["option_id"], ["hearing_poll_options.id"], name=op.f("fk_hearing_poll_votes_option_id")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_hearing_poll_votes_person_id")),
        sa.ForeignKeyConstraint(["poll_id"], ["hearing_polls.id"], name=op.f("fk_hearing_poll_votes_poll_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hearing_poll_votes")),
        sa.UniqueConstraint("poll_id", "person_id", name=op.f("uq_hearing_poll_votes_poll_id_person_id")),
    )
    op.create_table(
        "hearing_question_supports",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("question_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("given_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_hearing_question_supports_person_id")),
        sa.ForeignKeyConstraint(
            ["question_id"], ["hearing_questions.id"], name=op.f("fk_hearing_question_supports_question_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hearing_question_supports")),
        sa.UniqueConstraint(
            "question_id", "person_id", name=op.f("uq_hearing_question_supports_question_id_person_id")
        ),
    )
    op.create_index("ix_hearing_question_supports_person_id", "hearing_question_supports", ["person_id"], unique=False)

    op.create_table(
        "hearing_statement_files",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=24), nullable=False),
        sa.Column("statement_id", sa.Integer(), nullable=False),
        sa.Column("file_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.ForeignKeyConstraint(["file_id"], ["stored_files.id"], name=op.f("fk_hearing_statement_files_file_id")),
        sa.ForeignKeyConstraint(
            ["statement_id"], ["hearing_statements.id"], name=op.f("fk_hearing_statement_files_statement_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hearing_statement_files")),
        sa.UniqueConstraint("public_id", name=op.f("uq_hearing_statement_files_public_id")),
    )
    op.create_index(
        "ix_hearing_statement_files_statement_id", "hearing_statement_files", ["statement_id"], unique=False
    )

    op.create_table(
        "special_opinions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("decision_id", sa.Integer(), nullable=False),
        sa.Column("member_id", sa.Integer(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("lang", sa.String(length=2), nullable=False),
        sa.Column("given_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["decision_id"], ["decisions.id"], name=op.f("fk_special_opinions_decision_id")),
        sa.ForeignKeyConstraint(["member_id"], ["council_members.id"], name=op.f("fk_special_opinions_member_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_special_opinions")),
        sa.UniqueConstraint("decision_id", "member_id", name=op.f("uq_special_opinions_decision_id_member_id")),
    )
    with op.batch_alter_table("record_entries", schema=None) as batch_op:
        batch_op.add_column(sa.Column("hearing_id", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("sitting_id", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("protocol_id", sa.Integer(), nullable=True))
        batch_op.drop_constraint(op.f("ck_record_entries_one_subject"), type_="check")
        batch_op.create_check_constraint(op.f("ck_record_entries_one_subject"), one_of(SUBJECTS))
        batch_op.create_index("ix_record_entries_hearing", ["hearing_id", "id"], unique=False)
        batch_op.create_index("ix_record_entries_protocol", ["protocol_id", "id"], unique=False)
        batch_op.create_index("ix_record_entries_sitting", ["sitting_id", "id"], unique=False)
        batch_op.create_foreign_key(batch_op.f("fk_record_entries_hearing_id"), "hearings", ["hearing_id"], ["id"])
        batch_op.create_foreign_key(batch_op.f("fk_record_entries_sitting_id"), "sittings", ["sitting_id"], ["id"])
        batch_op.create_foreign_key(batch_op.f("fk_record_entries_protocol_id"), "protocols", ["protocol_id"], ["id"])
    dialect = op.get_bind().dialect.name
    for statement in [*guards(dialect), *(record_guard() if dialect == "sqlite" else ())]:
        op.execute(statement)


def downgrade() -> None:
    """Undo it."""
    sqlite = op.get_bind().dialect.name == "sqlite"
    for name, table in elsewhere("sqlite" if sqlite else "postgresql"):
        op.execute(f"DROP TRIGGER {name}" if sqlite else f"DROP TRIGGER {name} ON {table}")
    op.execute(f"DROP TRIGGER {RECORD}_no_delete" if sqlite else f"ALTER TABLE {RECORD} DISABLE TRIGGER USER")
    op.execute(
        f"DELETE FROM {RECORD} WHERE hearing_id IS NOT NULL OR sitting_id IS NOT NULL OR protocol_id IS NOT NULL"
    )
    if not sqlite:
        op.execute(f"ALTER TABLE {RECORD} ENABLE TRIGGER USER")
    with op.batch_alter_table("record_entries", schema=None) as batch_op:
        batch_op.drop_constraint(op.f("ck_record_entries_one_subject"), type_="check")
        batch_op.create_check_constraint(op.f("ck_record_entries_one_subject"), one_of(SUBJECTS_BEFORE))
        batch_op.drop_constraint(batch_op.f("fk_record_entries_protocol_id"), type_="foreignkey")
        batch_op.drop_constraint(batch_op.f("fk_record_entries_sitting_id"), type_="foreignkey")
        batch_op.drop_constraint(batch_op.f("fk_record_entries_hearing_id"), type_="foreignkey")
        batch_op.drop_index("ix_record_entries_sitting")
        batch_op.drop_index("ix_record_entries_protocol")
        batch_op.drop_index("ix_record_entries_hearing")
        batch_op.drop_column("protocol_id")
        batch_op.drop_column("sitting_id")
        batch_op.drop_column("hearing_id")

    op.drop_table("special_opinions")
    op.drop_index("ix_hearing_statement_files_statement_id", "hearing_statement_files")

    op.drop_table("hearing_statement_files")
    op.drop_index("ix_hearing_question_supports_person_id", "hearing_question_supports")

    op.drop_table("hearing_question_supports")
    op.drop_table("hearing_poll_votes")
    op.drop_table("sitting_conflicts")
    op.drop_index("ix_hearing_statements_group_id", "hearing_statements")

    op.drop_table("hearing_statements")
    op.drop_index("ix_hearing_questions_top", "hearing_questions")
    op.drop_index("ix_hearing_questions_group_id", "hearing_questions")

    op.drop_table("hearing_questions")
    op.drop_table("hearing_poll_options")
    op.drop_index("ix_hearing_notes_hearing", "hearing_notes")

    op.drop_table("hearing_notes")
    op.drop_table("hearing_halls")
    op.drop_table("decisions")
    op.drop_index("ix_ballots_member", "ballots")

    op.drop_table("ballots")
    op.drop_index("uq_sitting_attendance_present", "sitting_attendance")

    op.drop_table("sitting_attendance")
    op.drop_index("uq_hearing_speakers_now", "hearing_speakers")
    op.drop_index("uq_hearing_speakers_live", "hearing_speakers")
    op.drop_index("ix_hearing_speakers_queue", "hearing_speakers")

    op.drop_table("hearing_speakers")
    op.drop_table("hearing_proposals")
    op.drop_table("hearing_polls")
    op.drop_table("hearing_documents")
    op.drop_index("ix_hearing_answer_groups_hearing", "hearing_answer_groups")

    op.drop_table("hearing_answer_groups")
    op.drop_index("uq_agenda_items_in_hand", "agenda_items")
    op.drop_index("ix_agenda_items_recommendation_id", "agenda_items")
    op.drop_index("ix_agenda_items_proposal_id", "agenda_items")

    op.drop_table("agenda_items")
    op.drop_index("ix_sittings_council", "sittings")

    op.drop_table("sittings")
    op.drop_table("protocol_recommendations")
    op.drop_table("protocol_parts")
    op.drop_index("ix_protocol_corrections_protocol", "protocol_corrections")

    op.drop_table("protocol_corrections")
    op.drop_index("ix_hearings_state", "hearings")
    op.drop_index("ix_hearings_council", "hearings")

    op.drop_table("hearings")
    op.drop_index("ix_protocols_council", "protocols")

    op.drop_table("protocols")
    if sqlite:
        for statement in record_guard():
            op.execute(statement)
    else:
        for number, (table, _, _) in enumerate(RULES.values(), 1):
            op.execute(f"DROP FUNCTION {table}_rule_{number}()")
