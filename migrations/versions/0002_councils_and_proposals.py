"""Councils, proposals and the statutory clock; the public record learns to speak of them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

RECORD = "record_entries"
SUBJECTS = ("event", "proposal", "recommendation", "council", "calendar")
ONE_SUBJECT = (
    " + ".join(f"(CASE WHEN {kind}_id IS NULL THEN 0 ELSE 1 END)" for kind in (*SUBJECTS, "corrects")) + " = 1"
)
ONE_SUBJECT_BEFORE = "(event_id IS NOT NULL AND corrects_id IS NULL) OR (event_id IS NULL AND corrects_id IS NOT NULL)"
HISTORIES = ("deadline_lines", "proposal_changes", "proposal_revisions", "statute_settings")
"""Tables whose rows are never changed."""


def sqlite_guard(table: str, words: str) -> list[str]:
    """Return the triggers that keep a table as it is; INSERT OR REPLACE deletes without asking that for deleting."""
    return [
        f"""CREATE TRIGGER {table}_no_{deed.lower()} BEFORE {deed} ON {table}
            BEGIN SELECT RAISE(ABORT, '{words} is append-only'); END"""
        for deed in ("UPDATE", "DELETE")
    ] + [
        f"""CREATE TRIGGER {table}_no_replace BEFORE INSERT ON {table}
            WHEN EXISTS (SELECT 1 FROM {table} WHERE id = NEW.id)
            BEGIN SELECT RAISE(ABORT, '{words} is append-only'); END""",
    ]


def postgresql_guard(table: str) -> list[str]:
    """Return the same for PostgreSQL."""
    return [
        f"""CREATE FUNCTION {table}_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
            BEGIN RAISE EXCEPTION '{table} is append-only'; END $$""",
        f"""CREATE TRIGGER {table}_no_change BEFORE UPDATE OR DELETE ON {table}
            FOR EACH ROW EXECUTE FUNCTION {table}_is_append_only()""",
        f"""CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table}
            FOR EACH STATEMENT EXECUTE FUNCTION {table}_is_append_only()""",
    ]


def upgrade() -> None:
    """Bring the database forward."""
    op.create_table(
        "calendar_gates",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_calendar_gates")),
    )
    op.create_table(
        "number_gates",
        sa.Column("series", sa.String(length=20), nullable=False),
        sa.Column("next_number", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("series", name=op.f("pk_number_gates")),
    )
    op.create_table(
        "search_terms",
        sa.Column("term", sa.String(length=40), nullable=False),
        sa.Column("uses", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("term", name=op.f("pk_search_terms")),
    )
    op.create_table(
        "stored_files",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=24), nullable=False),
        sa.Column("mime", sa.String(length=40), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("width", sa.Integer(), nullable=True),
        sa.Column("height", sa.Integer(), nullable=True),
        sa.Column("pages", sa.Integer(), nullable=True),
        sa.Column("stored_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stored_files")),
        sa.UniqueConstraint("public_id", name=op.f("uq_stored_files_public_id")),
    )
    op.create_table(
        "calendar_versions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("made_by", sa.Integer(), nullable=True),
        sa.Column("reason", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["made_by"], ["people.id"], name=op.f("fk_calendar_versions_made_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_calendar_versions")),
    )
    op.create_table(
        "councils",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("slug", sa.String(length=80), nullable=False),
        sa.Column("level", sa.String(length=32), nullable=False),
        sa.Column("place", sa.String(length=20), nullable=False),
        sa.Column("about", sa.JSON(), nullable=False),
        sa.Column("address", sa.JSON(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("demo", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisations.id"], name=op.f("fk_councils_organisation_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_councils")),
        sa.UniqueConstraint("organisation_id", name=op.f("uq_councils_organisation_id")),
        sa.UniqueConstraint("slug", name=op.f("uq_councils_slug")),
    )
    op.create_table(
        "file_contents",
        sa.Column("file_id", sa.Integer(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["file_id"], ["stored_files.id"], name=op.f("fk_file_contents_file_id")),
        sa.PrimaryKeyConstraint("file_id", name=op.f("pk_file_contents")),
    )
    op.create_table(
        "follows",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("key", sa.String(length=40), nullable=False),
        sa.Column("pace", sa.String(length=32), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sent_through", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_follows_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_follows")),
    )
    op.create_index("ix_follows_subject", "follows", ["kind", "key"], unique=False)
    op.create_index(
        "uq_follows_live",
        "follows",
        ["person_id", "kind", "key"],
        unique=True,
        sqlite_where=sa.text("ended_at IS NULL"),
        postgresql_where=sa.text("ended_at IS NULL"),
    )

    op.create_table(
        "calendar_days",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("source", sa.String(length=20), nullable=False),
        sa.Column("note", sa.JSON(), nullable=False),
        sa.Column("since_version", sa.Integer(), nullable=False),
        sa.Column("until_version", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["since_version"], ["calendar_versions.id"], name=op.f("fk_calendar_days_since_version")
        ),
        sa.ForeignKeyConstraint(
            ["until_version"], ["calendar_versions.id"], name=op.f("fk_calendar_days_until_version")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_calendar_days")),
    )
    op.create_index(
        "uq_calendar_days_live",
        "calendar_days",
        ["day"],
        unique=True,
        sqlite_where=sa.text("until_version IS NULL"),
        postgresql_where=sa.text("until_version IS NULL"),
    )

    op.create_table(
        "commissions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("council_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("name", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["council_id"], ["councils.id"], name=op.f("fk_commissions_council_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_commissions")),
    )
    op.create_index("ix_commissions_council_id", "commissions", ["council_id"], unique=False)

    op.create_table(
        "council_promises",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("council_id", sa.Integer(), nullable=False),
        sa.Column("text", sa.JSON(), nullable=False),
        sa.Column("made_on", sa.Date(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("outcome", sa.JSON(), nullable=False),
        sa.Column("outcome_on", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(["council_id"], ["councils.id"], name=op.f("fk_council_promises_council_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_council_promises")),
    )
    op.create_index("ix_council_promises_council_id", "council_promises", ["council_id"], unique=False)

    op.create_table(
        "proposals",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("number", sa.String(length=20), nullable=False),
        sa.Column("key", sa.String(length=40), nullable=False),
        sa.Column("council_id", sa.Integer(), nullable=False),
        sa.Column("author_id", sa.Integer(), nullable=True),
        sa.Column("author_name", sa.String(length=120), nullable=False),
        sa.Column("public_name", sa.String(length=80), nullable=False),
        sa.Column("author_email", sa.String(length=254), nullable=False),
        sa.Column("author_phone", sa.String(length=20), nullable=False),
        sa.Column("lang", sa.String(length=2), nullable=False),
        sa.Column("place", sa.String(length=20), nullable=False),
        sa.Column("village", sa.String(length=80), nullable=False),
        sa.Column("topic", sa.String(length=32), nullable=False),
        sa.Column("title", sa.String(length=120), nullable=False),
        sa.Column("problem", sa.Text(), nullable=False),
        sa.Column("solution", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("state_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("checked_revision", sa.Integer(), nullable=False),
        sa.Column("supports", sa.Integer(), nullable=False),
        sa.Column("supports_needed", sa.Integer(), nullable=True),
        sa.Column("consent_version", sa.String(length=12), nullable=False),
        sa.Column("consent_lang", sa.String(length=2), nullable=False),
        sa.Column("consented_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("channel", sa.String(length=32), nullable=False),
        sa.Column("entered_by_id", sa.Integer(), nullable=True),
        sa.Column("second_id", sa.Integer(), nullable=True),
        sa.Column("eotinish", sa.String(length=40), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_reason", sa.JSON(), nullable=False),
        sa.Column("joined_into_id", sa.Integer(), nullable=True),
        sa.Column("demo", sa.Boolean(), nullable=False),
        sa.CheckConstraint("author_id IS NOT NULL OR channel <> 'web'", name=op.f("ck_proposals_has_author")),
        sa.CheckConstraint(
            "second_id IS NULL OR second_id <> entered_by_id", name=op.f("ck_proposals_second_person_is_another")
        ),
        sa.ForeignKeyConstraint(["author_id"], ["people.id"], name=op.f("fk_proposals_author_id")),
        sa.ForeignKeyConstraint(["council_id"], ["councils.id"], name=op.f("fk_proposals_council_id")),
        sa.ForeignKeyConstraint(["entered_by_id"], ["people.id"], name=op.f("fk_proposals_entered_by_id")),
        sa.ForeignKeyConstraint(["joined_into_id"], ["proposals.id"], name=op.f("fk_proposals_joined_into_id")),
        sa.ForeignKeyConstraint(["second_id"], ["people.id"], name=op.f("fk_proposals_second_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_proposals")),
        sa.UniqueConstraint("key", name=op.f("uq_proposals_key")),
        sa.UniqueConstraint("number", name=op.f("uq_proposals_number")),
    )
    op.create_index("ix_proposals_author", "proposals", ["author_id", "id"], unique=False)
    op.create_index("ix_proposals_council", "proposals", ["council_id", "state", "published_at"], unique=False)
    op.create_index("ix_proposals_joined", "proposals", ["joined_into_id"], unique=False)
    op.create_index("ix_proposals_newest", "proposals", ["published_at", "id"], unique=False)
    op.create_index("ix_proposals_place", "proposals", ["place", "published_at"], unique=False)
    op.create_index("ix_proposals_state", "proposals", ["state", "state_at", "id"], unique=False)
    op.create_index("ix_proposals_supported", "proposals", ["supports", "id"], unique=False)
    op.create_index("ix_proposals_topic", "proposals", ["topic", "published_at"], unique=False)

    op.create_table(
        "recommendations",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("number", sa.String(length=20), nullable=True),
        sa.Column("council_id", sa.Integer(), nullable=False),
        sa.Column("addressee_id", sa.Integer(), nullable=False),
        sa.Column("title", sa.JSON(), nullable=False),
        sa.Column("text", sa.JSON(), nullable=False),
        sa.Column("basis", sa.JSON(), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_by_id", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["addressee_id"], ["organisations.id"], name=op.f("fk_recommendations_addressee_id")),
        sa.ForeignKeyConstraint(["council_id"], ["councils.id"], name=op.f("fk_recommendations_council_id")),
        sa.ForeignKeyConstraint(["created_by_id"], ["people.id"], name=op.f("fk_recommendations_created_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recommendations")),
        sa.UniqueConstraint("number", name=op.f("uq_recommendations_number")),
    )
    op.create_index("ix_recommendations_addressee", "recommendations", ["addressee_id", "state", "id"], unique=False)
    op.create_index("ix_recommendations_council", "recommendations", ["council_id", "state", "id"], unique=False)

    op.create_table(
        "statute_settings",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("council_id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=32), nullable=False),
        sa.Column("value", sa.JSON(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("citation", sa.JSON(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("entered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("entered_by", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["council_id"], ["councils.id"], name=op.f("fk_statute_settings_council_id")),
        sa.ForeignKeyConstraint(["entered_by"], ["people.id"], name=op.f("fk_statute_settings_entered_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_statute_settings")),
    )
    op.create_index(
        "ix_statute_settings_council", "statute_settings", ["council_id", "key", "valid_from"], unique=False
    )

    op.create_table(
        "answers_official",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("recommendation_id", sa.Integer(), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("verdict", sa.String(length=32), nullable=False),
        sa.Column("text", sa.JSON(), nullable=False),
        sa.Column("signed_by", sa.String(length=160), nullable=False),
        sa.Column("received_on", sa.Date(), nullable=True),
        sa.Column("promised_by", sa.Date(), nullable=True),
        sa.Column("drafted_by_id", sa.Integer(), nullable=True),
        sa.Column("checked_by_id", sa.Integer(), nullable=True),
        sa.Column("drafted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("checked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "state <> 'published' OR checked_by_id IS NOT NULL",
            name=op.f("ck_answers_official_checked_before_published"),
        ),
        sa.CheckConstraint(
            "checked_by_id IS NULL OR checked_by_id <> drafted_by_id",
            name=op.f("ck_answers_official_checked_by_another"),
        ),
        sa.ForeignKeyConstraint(["checked_by_id"], ["people.id"], name=op.f("fk_answers_official_checked_by_id")),
        sa.ForeignKeyConstraint(["drafted_by_id"], ["people.id"], name=op.f("fk_answers_official_drafted_by_id")),
        sa.ForeignKeyConstraint(
            ["recommendation_id"], ["recommendations.id"], name=op.f("fk_answers_official_recommendation_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_answers_official")),
        sa.UniqueConstraint("recommendation_id", "round", name=op.f("uq_answers_official_recommendation_id_round")),
    )
    op.create_table(
        "council_members",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("council_id", sa.Integer(), nullable=False),
        sa.Column("commission_id", sa.Integer(), nullable=True),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("office", sa.String(length=32), nullable=False),
        sa.Column("sector", sa.String(length=32), nullable=False),
        sa.Column("work", sa.JSON(), nullable=False),
        sa.Column("mandate_from", sa.Date(), nullable=False),
        sa.Column("mandate_to", sa.Date(), nullable=False),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.Column("ended_reason", sa.JSON(), nullable=False),
        sa.Column("interests", sa.JSON(), nullable=False),
        sa.Column("interests_on", sa.Date(), nullable=True),
        sa.Column("photo_id", sa.Integer(), nullable=True),
        sa.Column("photo_consent", sa.Boolean(), nullable=False),
        sa.CheckConstraint("mandate_to >= mandate_from", name=op.f("ck_council_members_mandate_in_order")),
        sa.CheckConstraint("photo_id IS NULL OR photo_consent", name=op.f("ck_council_members_photo_with_consent")),
        sa.ForeignKeyConstraint(["commission_id"], ["commissions.id"], name=op.f("fk_council_members_commission_id")),
        sa.ForeignKeyConstraint(["council_id"], ["councils.id"], name=op.f("fk_council_members_council_id")),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_council_members_person_id")),
        sa.ForeignKeyConstraint(["photo_id"], ["stored_files.id"], name=op.f("fk_council_members_photo_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_council_members")),
    )
    op.create_index("ix_council_members_council", "council_members", ["council_id", "ended_on"], unique=False)

    op.create_table(
        "deadlines",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("proposal_id", sa.Integer(), nullable=True),
        sa.Column("recommendation_id", sa.Integer(), nullable=True),
        sa.Column("council_id", sa.Integer(), nullable=False),
        sa.Column("addressee_id", sa.Integer(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("zone", sa.String(length=40), nullable=False),
        sa.Column("days", sa.Integer(), nullable=False),
        sa.Column("unit", sa.String(length=32), nullable=False),
        sa.Column("first_day", sa.String(length=32), nullable=False),
        sa.Column("setting_id", sa.Integer(), nullable=True),
        sa.Column("citation", sa.JSON(), nullable=False),
        sa.Column("extra_days", sa.Integer(), nullable=False),
        sa.Column("calendar_version", sa.Integer(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("told_due_on", sa.Date(), nullable=False),
        sa.Column("passed_on", sa.Date(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "(proposal_id IS NULL) <> (recommendation_id IS NULL)", name=op.f("ck_deadlines_one_subject")
        ),
        sa.CheckConstraint("days > 0 AND extra_days >= 0", name=op.f("ck_deadlines_days_positive")),
        sa.ForeignKeyConstraint(["addressee_id"], ["organisations.id"], name=op.f("fk_deadlines_addressee_id")),
        sa.ForeignKeyConstraint(
            ["calendar_version"], ["calendar_versions.id"], name=op.f("fk_deadlines_calendar_version")
        ),
        sa.ForeignKeyConstraint(["council_id"], ["councils.id"], name=op.f("fk_deadlines_council_id")),
        sa.ForeignKeyConstraint(["proposal_id"], ["proposals.id"], name=op.f("fk_deadlines_proposal_id")),
        sa.ForeignKeyConstraint(
            ["recommendation_id"], ["recommendations.id"], name=op.f("fk_deadlines_recommendation_id")
        ),
        sa.ForeignKeyConstraint(["setting_id"], ["statute_settings.id"], name=op.f("fk_deadlines_setting_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_deadlines")),
    )
    op.create_index(
        "ix_deadlines_board",
        "deadlines",
        ["addressee_id", "council_id", "kind", "state", "due_on", "passed_on"],
        unique=False,
    )
    op.create_index("ix_deadlines_council", "deadlines", ["council_id", "state", "due_on"], unique=False)
    op.create_index("ix_deadlines_due", "deadlines", ["state", "due_on", "id"], unique=False)
    op.create_index("ix_deadlines_proposal", "deadlines", ["proposal_id"], unique=False)
    op.create_index("ix_deadlines_recommendation", "deadlines", ["recommendation_id"], unique=False)

    op.create_table(
        "join_requests",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("proposal_id", sa.Integer(), nullable=False),
        sa.Column("into_id", sa.Integer(), nullable=False),
        sa.Column("reason", sa.JSON(), nullable=False),
        sa.Column("asked_by_id", sa.Integer(), nullable=True),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("accepted", sa.Boolean(), nullable=True),
        sa.CheckConstraint("proposal_id <> into_id", name=op.f("ck_join_requests_two_submissions")),
        sa.ForeignKeyConstraint(["asked_by_id"], ["people.id"], name=op.f("fk_join_requests_asked_by_id")),
        sa.ForeignKeyConstraint(["into_id"], ["proposals.id"], name=op.f("fk_join_requests_into_id")),
        sa.ForeignKeyConstraint(["proposal_id"], ["proposals.id"], name=op.f("fk_join_requests_proposal_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_join_requests")),
    )
    op.create_index(
        "uq_join_requests_open",
        "join_requests",
        ["proposal_id"],
        unique=True,
        sqlite_where=sa.text("answered_at IS NULL"),
        postgresql_where=sa.text("answered_at IS NULL"),
    )

    op.create_table(
        "proposal_changes",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("proposal_id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("act", sa.String(length=32), nullable=False),
        sa.Column("before", sa.String(length=32), nullable=False),
        sa.Column("after", sa.String(length=32), nullable=False),
        sa.Column("by", sa.String(length=32), nullable=False),
        sa.Column("actor_id", sa.Integer(), nullable=True),
        sa.Column("reason", sa.JSON(), nullable=False),
        sa.Column("happened_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["actor_id"], ["people.id"], name=op.f("fk_proposal_changes_actor_id")),
        sa.ForeignKeyConstraint(["proposal_id"], ["proposals.id"], name=op.f("fk_proposal_changes_proposal_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_proposal_changes")),
        sa.UniqueConstraint("proposal_id", "version", name=op.f("uq_proposal_changes_proposal_id_version")),
    )
    op.create_table(
        "proposal_drafts",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=24), nullable=False),
        sa.Column("lang", sa.String(length=2), nullable=False),
        sa.Column("fields", sa.JSON(), nullable=False),
        sa.Column("saved_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("proposal_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["proposal_id"], ["proposals.id"], name=op.f("fk_proposal_drafts_proposal_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_proposal_drafts")),
        sa.UniqueConstraint("public_id", name=op.f("uq_proposal_drafts_public_id")),
    )
    op.create_index("ix_proposal_drafts_expiry", "proposal_drafts", ["expires_at"], unique=False)

    op.create_table(
        "proposal_revisions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("proposal_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(length=120), nullable=False),
        sa.Column("problem", sa.Text(), nullable=False),
        sa.Column("solution", sa.Text(), nullable=False),
        sa.Column("supports", sa.Integer(), nullable=False),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["proposal_id"], ["proposals.id"], name=op.f("fk_proposal_revisions_proposal_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_proposal_revisions")),
        sa.UniqueConstraint("proposal_id", "number", name=op.f("uq_proposal_revisions_proposal_id_number")),
    )
    op.create_table(
        "recommendation_proposals",
        sa.Column("recommendation_id", sa.Integer(), nullable=False),
        sa.Column("proposal_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["proposal_id"], ["proposals.id"], name=op.f("fk_recommendation_proposals_proposal_id")
        ),
        sa.ForeignKeyConstraint(
            ["recommendation_id"], ["recommendations.id"], name=op.f("fk_recommendation_proposals_recommendation_id")
        ),
        sa.PrimaryKeyConstraint("recommendation_id", "proposal_id", name=op.f("pk_recommendation_proposals")),
    )
    op.create_index("ix_recommendation_proposals_proposal", "recommendation_proposals", ["proposal_id"], unique=False)

    op.create_table(
        "supports",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("proposal_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("given_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("moved_from_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["moved_from_id"], ["supports.id"], name=op.f("fk_supports_moved_from_id")),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_supports_person_id")),
        sa.ForeignKeyConstraint(["proposal_id"], ["proposals.id"], name=op.f("fk_supports_proposal_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_supports")),
    )
    op.create_index("ix_supports_given", "supports", ["proposal_id", "given_at"], unique=False)
    op.create_index("ix_supports_person", "supports", ["person_id"], unique=False)
    op.create_index(
        "uq_supports_live",
        "supports",
        ["proposal_id", "person_id"],
        unique=True,
        sqlite_where=sa.text("withdrawn_at IS NULL"),
        postgresql_where=sa.text("withdrawn_at IS NULL"),
    )

    op.create_table(
        "answer_ratings",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("answer_id", sa.Integer(), nullable=False),
        sa.Column("proposal_id", sa.Integer(), nullable=False),
        sa.Column("score", sa.Integer(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("rated_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("score BETWEEN 1 AND 3", name=op.f("ck_answer_ratings_score_in_range")),
        sa.ForeignKeyConstraint(["answer_id"], ["answers_official.id"], name=op.f("fk_answer_ratings_answer_id")),
        sa.ForeignKeyConstraint(["proposal_id"], ["proposals.id"], name=op.f("fk_answer_ratings_proposal_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_answer_ratings")),
        sa.UniqueConstraint("answer_id", "proposal_id", name=op.f("uq_answer_ratings_answer_id_proposal_id")),
    )
    op.create_table(
        "attachments",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=24), nullable=False),
        sa.Column("file_id", sa.Integer(), nullable=False),
        sa.Column("draft_id", sa.Integer(), nullable=True),
        sa.Column("proposal_id", sa.Integer(), nullable=True),
        sa.Column("answer_id", sa.Integer(), nullable=True),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.CheckConstraint(
            "draft_id IS NOT NULL OR proposal_id IS NOT NULL OR answer_id IS NOT NULL",
            name=op.f("ck_attachments_belongs_somewhere"),
        ),
        sa.ForeignKeyConstraint(["answer_id"], ["answers_official.id"], name=op.f("fk_attachments_answer_id")),
        sa.ForeignKeyConstraint(["draft_id"], ["proposal_drafts.id"], name=op.f("fk_attachments_draft_id")),
        sa.ForeignKeyConstraint(["file_id"], ["stored_files.id"], name=op.f("fk_attachments_file_id")),
        sa.ForeignKeyConstraint(["proposal_id"], ["proposals.id"], name=op.f("fk_attachments_proposal_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attachments")),
        sa.UniqueConstraint("public_id", name=op.f("uq_attachments_public_id")),
    )
    op.create_index("ix_attachments_answer", "attachments", ["answer_id"], unique=False)
    op.create_index("ix_attachments_draft", "attachments", ["draft_id"], unique=False)
    op.create_index("ix_attachments_proposal", "attachments", ["proposal_id"], unique=False)

    op.create_table(
        "deadline_lines",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("deadline_id", sa.Integer(), nullable=False),
        sa.Column("happened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("act", sa.String(length=32), nullable=False),
        sa.Column("by", sa.String(length=32), nullable=False),
        sa.Column("reason", sa.JSON(), nullable=False),
        sa.Column("before", sa.Date(), nullable=True),
        sa.Column("after", sa.Date(), nullable=True),
        sa.Column("days", sa.Integer(), nullable=True),
        sa.Column("calendar_version", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["deadline_id"], ["deadlines.id"], name=op.f("fk_deadline_lines_deadline_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_deadline_lines")),
    )
    op.create_index("ix_deadline_lines_deadline", "deadline_lines", ["deadline_id", "id"], unique=False)

    op.create_table(
        "deadline_pauses",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("deadline_id", sa.Integer(), nullable=False),
        sa.Column("from_day", sa.Date(), nullable=False),
        sa.Column("to_day", sa.Date(), nullable=True),
        sa.Column("reason", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["deadline_id"], ["deadlines.id"], name=op.f("fk_deadline_pauses_deadline_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_deadline_pauses")),
    )
    op.create_index("ix_deadline_pauses_deadline", "deadline_pauses", ["deadline_id"], unique=False)
    op.create_index(
        "uq_deadline_pauses_open",
        "deadline_pauses",
        ["deadline_id"],
        unique=True,
        sqlite_where=sa.text("to_day IS NULL"),
        postgresql_where=sa.text("to_day IS NULL"),
    )

    op.create_table(
        "objections",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("recommendation_id", sa.Integer(), nullable=False),
        sa.Column("proposal_id", sa.Integer(), nullable=False),
        sa.Column("answer_id", sa.Integer(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("upheld", sa.Boolean(), nullable=True),
        sa.Column("decision", sa.JSON(), nullable=False),
        sa.Column("decided_by_id", sa.Integer(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["answer_id"], ["answers_official.id"], name=op.f("fk_objections_answer_id")),
        sa.ForeignKeyConstraint(["decided_by_id"], ["people.id"], name=op.f("fk_objections_decided_by_id")),
        sa.ForeignKeyConstraint(["proposal_id"], ["proposals.id"], name=op.f("fk_objections_proposal_id")),
        sa.ForeignKeyConstraint(
            ["recommendation_id"], ["recommendations.id"], name=op.f("fk_objections_recommendation_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_objections")),
        sa.UniqueConstraint(
            "recommendation_id", "proposal_id", name=op.f("uq_objections_recommendation_id_proposal_id")
        ),
    )
    with op.batch_alter_table("record_entries", schema=None) as batch_op:
        batch_op.add_column(sa.Column("proposal_id", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("recommendation_id", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("council_id", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("calendar_id", sa.Integer(), nullable=True))
        batch_op.create_index("ix_record_entries_calendar", ["calendar_id", "id"], unique=False)
        batch_op.create_index("ix_record_entries_council", ["council_id", "id"], unique=False)
        batch_op.create_index("ix_record_entries_proposal", ["proposal_id", "id"], unique=False)
        batch_op.create_index("ix_record_entries_recommendation", ["recommendation_id", "id"], unique=False)
        batch_op.drop_constraint(op.f("ck_record_entries_one_subject"), type_="check")
        batch_op.create_check_constraint(op.f("ck_record_entries_one_subject"), ONE_SUBJECT)
        batch_op.create_foreign_key(batch_op.f("fk_record_entries_council_id"), "councils", ["council_id"], ["id"])
        batch_op.create_foreign_key(
            batch_op.f("fk_record_entries_calendar_id"), "calendar_versions", ["calendar_id"], ["id"]
        )
        batch_op.create_foreign_key(batch_op.f("fk_record_entries_proposal_id"), "proposals", ["proposal_id"], ["id"])
        batch_op.create_foreign_key(
            batch_op.f("fk_record_entries_recommendation_id"), "recommendations", ["recommendation_id"], ["id"]
        )
    if op.get_bind().dialect.name == "sqlite":
        guards = sqlite_guard(
            RECORD, "the public record"
        )  # the table was made anew, and its triggers went with the old
        guards += [statement for table in HISTORIES for statement in sqlite_guard(table, table)]
    else:
        guards = [statement for table in HISTORIES for statement in postgresql_guard(table)]
    for statement in guards:
        op.execute(statement)


def downgrade() -> None:
    """Undo it. What the record says of councils and proposals is lost with them."""
    if op.get_bind().dialect.name == "sqlite":
        op.execute(f"DROP TRIGGER {RECORD}_no_delete")
    else:
        op.execute(f"ALTER TABLE {RECORD} DISABLE TRIGGER USER")
    op.execute(f"DELETE FROM {RECORD} WHERE event_id IS NULL AND corrects_id IS NULL")
    if op.get_bind().dialect.name == "postgresql":
        op.execute(f"ALTER TABLE {RECORD} ENABLE TRIGGER USER")
    with op.batch_alter_table("record_entries", schema=None) as batch_op:
        batch_op.drop_constraint(op.f("ck_record_entries_one_subject"), type_="check")
        batch_op.create_check_constraint(op.f("ck_record_entries_one_subject"), ONE_SUBJECT_BEFORE)
        batch_op.drop_constraint(batch_op.f("fk_record_entries_recommendation_id"), type_="foreignkey")
        batch_op.drop_constraint(batch_op.f("fk_record_entries_proposal_id"), type_="foreignkey")
        batch_op.drop_constraint(batch_op.f("fk_record_entries_calendar_id"), type_="foreignkey")
        batch_op.drop_constraint(batch_op.f("fk_record_entries_council_id"), type_="foreignkey")
        batch_op.drop_index("ix_record_entries_recommendation")
        batch_op.drop_index("ix_record_entries_proposal")
        batch_op.drop_index("ix_record_entries_council")
        batch_op.drop_index("ix_record_entries_calendar")
        batch_op.drop_column("calendar_id")
        batch_op.drop_column("council_id")
        batch_op.drop_column("recommendation_id")
        batch_op.drop_column("proposal_id")

    if op.get_bind().dialect.name == "sqlite":
        for statement in sqlite_guard(RECORD, "the public record"):
            op.execute(statement)
    op.drop_table("objections")
    op.drop_index("uq_deadline_pauses_open", "deadline_pauses")
    op.drop_index("ix_deadline_pauses_deadline", "deadline_pauses")

    op.drop_table("deadline_pauses")
    op.drop_index("ix_deadline_lines_deadline", "deadline_lines")

    op.drop_table("deadline_lines")
    op.drop_index("ix_attachments_proposal", "attachments")
    op.drop_index("ix_attachments_draft", "attachments")
    op.drop_index("ix_attachments_answer", "attachments")

    op.drop_table("attachments")
    op.drop_table("answer_ratings")
    op.drop_index("uq_supports_live", "supports")
    op.drop_index("ix_supports_person", "supports")
    op.drop_index("ix_supports_given", "supports")

    op.drop_table("supports")
    op.drop_index("ix_recommendation_proposals_proposal", "recommendation_proposals")

    op.drop_table("recommendation_proposals")
    op.drop_table("proposal_revisions")
    op.drop_index("ix_proposal_drafts_expiry", "proposal_drafts")

    op.drop_table("proposal_drafts")
    op.drop_table("proposal_changes")
    op.drop_index("uq_join_requests_open", "join_requests")

    op.drop_table("join_requests")
    op.drop_index("ix_deadlines_recommendation", "deadlines")
    op.drop_index("ix_deadlines_proposal", "deadlines")
    op.drop_index("ix_deadlines_due", "deadlines")
    op.drop_index("ix_deadlines_council", "deadlines")
    op.drop_index("ix_deadlines_board", "deadlines")

    op.drop_table("deadlines")
    op.drop_index("ix_council_members_council", "council_members")

    op.drop_table("council_members")
    op.drop_table("answers_official")
    op.drop_index("ix_statute_settings_council", "statute_settings")

    op.drop_table("statute_settings")
    op.drop_index("ix_recommendations_council", "recommendations")
    op.drop_index("ix_recommendations_addressee", "recommendations")

    op.drop_table("recommendations")
    op.drop_index("ix_proposals_topic", "proposals")
    op.drop_index("ix_proposals_supported", "proposals")
    op.drop_index("ix_proposals_state", "proposals")
    op.drop_index("ix_proposals_place", "proposals")
    op.drop_index("ix_proposals_newest", "proposals")
    op.drop_index("ix_proposals_joined", "proposals")
    op.drop_index("ix_proposals_council", "proposals")
    op.drop_index("ix_proposals_author", "proposals")

    op.drop_table("proposals")
    op.drop_index("ix_council_promises_council_id", "council_promises")

    op.drop_table("council_promises")
    op.drop_index("ix_commissions_council_id", "commissions")

    op.drop_table("commissions")
    op.drop_index("uq_calendar_days_live", "calendar_days")

    op.drop_table("calendar_days")
    op.drop_index("uq_follows_live", "follows")
    op.drop_index("ix_follows_subject", "follows")

    op.drop_table("follows")
    op.drop_table("file_contents")
    op.drop_table("councils")
    op.drop_table("calendar_versions")
    op.drop_table("stored_files")
    op.drop_table("search_terms")
    op.drop_table("number_gates")
    op.drop_table("calendar_gates")
    if op.get_bind().dialect.name == "postgresql":
        for table in HISTORIES:
            op.execute(f"DROP FUNCTION {table}_is_append_only()")
