"""The organiser's desk: covers, selection, messages, imports, door passes, certificates, reports, deletion."""

from __future__ import annotations

import re
import unicodedata

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

ADDED = {
    "events": {
        "cover_id": "INTEGER CONSTRAINT fk_events_cover_id REFERENCES stored_files (id)",
        "cover_alt": "JSON NOT NULL DEFAULT '{}'",
        "written": "JSON NOT NULL DEFAULT '{}'",
        "way_in": "VARCHAR(32) NOT NULL DEFAULT 'open'",
        "asks": "JSON NOT NULL DEFAULT '[]'",
        "postponed_at": "MOMENT",
        "postpone_reason": "JSON NOT NULL DEFAULT '{}'",
    },
    "registrations": {
        "added_by_id": "INTEGER CONSTRAINT fk_registrations_added_by_id REFERENCES people (id)",
        "coming_at": "MOMENT",
    },
    "attendees": {
        "name_folded": "TEXT NOT NULL DEFAULT ''",
        "name_order": "VARCHAR(120) NOT NULL DEFAULT ''",
        "sex": "VARCHAR(8) NOT NULL DEFAULT ''",
        "born": "INTEGER",
        "role": "VARCHAR(24) NOT NULL DEFAULT ''",
        "anonymised_at": "MOMENT",
    },
    "check_ins": {"door": "VARCHAR(60) NOT NULL DEFAULT ''"},
    "outbox": {"batch": "VARCHAR(60)"},
}
"""New columns of tables that stand, as both databases add them without making the table anew."""
MOMENTS = {"sqlite": "DATETIME", "postgresql": "TIMESTAMP WITH TIME ZONE"}
TABLES = (
    "broadcasts",
    "deletion_receipts",
    "door_passes",
    "event_days",
    "event_photos",
    "event_reports",
    "overbookings",
    "reminders",
    "roster_imports",
    "roster_looks",
    "selection_calls",
    "applications",
    "event_feedback",
    "selection_criteria",
    "selection_reviewers",
    "certificates",
    "door_scans",
    "list_moves",
    "selection_reviews",
)


def upgrade() -> None:
    """Bring the database forward."""
    op.create_table(
        "broadcasts",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("subject", sa.JSON(), nullable=False),
        sa.Column("body", sa.JSON(), nullable=False),
        sa.Column("chosen", sa.JSON(), nullable=False),
        sa.Column("key", sa.String(length=40), nullable=False),
        sa.Column("letters", sa.Integer(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("by_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["by_id"], ["people.id"], name=op.f("fk_broadcasts_by_id")),
        sa.ForeignKeyConstraint(["event_id"], ["events.id"], name=op.f("fk_broadcasts_event_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_broadcasts")),
        sa.UniqueConstraint("key", name=op.f("uq_broadcasts_key")),
    )
    op.create_index("ix_broadcasts_event", "broadcasts", ["event_id", "id"], unique=False)

    op.create_table(
        "deletion_receipts",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=12), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=True),
        sa.Column("why", sa.String(length=20), nullable=False),
        sa.Column("counts", sa.JSON(), nullable=False),
        sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["event_id"], ["events.id"], name=op.f("fk_deletion_receipts_event_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_deletion_receipts")),
        sa.UniqueConstraint("code", name=op.f("uq_deletion_receipts_code")),
    )
    op.create_index("ix_deletion_receipts_event_id", "deletion_receipts", ["event_id"], unique=False)

    op.create_table(
        "door_passes",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=24), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("token_digest", sa.String(length=64), nullable=False),
        sa.Column("pin_salt", sa.String(length=32), nullable=False),
        sa.Column("pin_digest", sa.String(length=64), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("openings", sa.Integer(), nullable=False),
        sa.Column("roster_key", sa.String(length=64), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["by_id"], ["people.id"], name=op.f("fk_door_passes_by_id")),
        sa.ForeignKeyConstraint(["event_id"], ["events.id"], name=op.f("fk_door_passes_event_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_door_passes")),
        sa.UniqueConstraint("public_id", name=op.f("uq_door_passes_public_id")),
        sa.UniqueConstraint("token_digest", name=op.f("uq_door_passes_token_digest")),
    )
    op.create_index("ix_door_passes_event", "door_passes", ["event_id", "day"], unique=False)

    op.create_table(
        "event_days",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.CheckConstraint("minutes BETWEEN 0 AND 1440", name=op.f("ck_event_days_a_day_has_so_many")),
        sa.ForeignKeyConstraint(["event_id"], ["events.id"], name=op.f("fk_event_days_event_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_event_days")),
        sa.UniqueConstraint("event_id", "day", name=op.f("uq_event_days_event_id_day")),
    )
    op.create_table(
        "event_photos",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("file_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("caption", sa.JSON(), nullable=False),
        sa.Column("consent_by_id", sa.Integer(), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("hidden_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("objection", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["consent_by_id"], ["people.id"], name=op.f("fk_event_photos_consent_by_id")),
        sa.ForeignKeyConstraint(["event_id"], ["events.id"], name=op.f("fk_event_photos_event_id")),
        sa.ForeignKeyConstraint(["file_id"], ["stored_files.id"], name=op.f("fk_event_photos_file_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_event_photos")),
    )
    op.create_index("ix_event_photos_event", "event_photos", ["event_id", "position"], unique=False)

    op.create_table(
        "event_reports",
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("figures", sa.JSON(), nullable=False),
        sa.Column("accepted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("accepted_by_id", sa.Integer(), nullable=True),
        sa.Column("keep_days", sa.Integer(), nullable=False),
        sa.Column("anonymised_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("keep_days BETWEEN 0 AND 3650", name=op.f("ck_event_reports_days_make_sense")),
        sa.ForeignKeyConstraint(["accepted_by_id"], ["people.id"], name=op.f("fk_event_reports_accepted_by_id")),
        sa.ForeignKeyConstraint(["event_id"], ["events.id"], name=op.f("fk_event_reports_event_id")),
        sa.PrimaryKeyConstraint("event_id", name=op.f("pk_event_reports")),
    )
    op.create_table(
        "overbookings",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("seats", sa.Integer(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["by_id"], ["people.id"], name=op.f("fk_overbookings_by_id")),
        sa.ForeignKeyConstraint(["event_id"], ["events.id"], name=op.f("fk_overbookings_event_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_overbookings")),
    )
    op.create_index("ix_overbookings_event_id", "overbookings", ["event_id"], unique=False)

    op.create_table(
        "reminders",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("hours_before", sa.Integer(), nullable=False),
        sa.Column("asks", sa.Boolean(), nullable=False),
        sa.Column("off", sa.Boolean(), nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("letters", sa.Integer(), nullable=False),
        sa.CheckConstraint("hours_before BETWEEN 1 AND 720", name=op.f("ck_reminders_hours_make_sense")),
        sa.ForeignKeyConstraint(["event_id"], ["events.id"], name=op.f("fk_reminders_event_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reminders")),
        sa.UniqueConstraint("event_id", "hours_before", name=op.f("uq_reminders_event_id_hours_before")),
    )
    op.create_index("ix_reminders_due", "reminders", ["done_at", "event_id"], unique=False)

    op.create_table(
        "roster_imports",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("file_id", sa.Integer(), nullable=True),
        sa.Column("delimiter", sa.String(length=1), nullable=False),
        sa.Column("columns", sa.JSON(), nullable=False),
        sa.Column("mapping", sa.JSON(), nullable=False),
        sa.Column("rows", sa.Integer(), nullable=False),
        sa.Column("good", sa.Integer(), nullable=False),
        sa.Column("faults", sa.JSON(), nullable=False),
        sa.Column("faulty", sa.Integer(), nullable=False),
        sa.Column("duplicates", sa.Integer(), nullable=False),
        sa.Column("tell", sa.Boolean(), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["by_id"], ["people.id"], name=op.f("fk_roster_imports_by_id")),
        sa.ForeignKeyConstraint(["event_id"], ["events.id"], name=op.f("fk_roster_imports_event_id")),
        sa.ForeignKeyConstraint(["file_id"], ["stored_files.id"], name=op.f("fk_roster_imports_file_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_roster_imports")),
    )
    op.create_index("ix_roster_imports_event", "roster_imports", ["event_id", "id"], unique=False)

    op.create_table(
        "roster_looks",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("what", sa.String(length=32), nullable=False),
        sa.Column("detail", sa.String(length=80), nullable=False),
        sa.Column("people", sa.Integer(), nullable=False),
        sa.Column("looked_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["event_id"], ["events.id"], name=op.f("fk_roster_looks_event_id")),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_roster_looks_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_roster_looks")),
    )
    op.create_index("ix_roster_looks_event", "roster_looks", ["event_id", "id"], unique=False)
    op.create_index("ix_roster_looks_person_id", "roster_looks", ["person_id"], unique=False)

    op.create_table(
        "selection_calls",
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("method", sa.String(length=32), nullable=False),
        sa.Column("places", sa.Integer(), nullable=False),
        sa.Column("reviews", sa.Integer(), nullable=False),
        sa.Column("least_score", sa.Integer(), nullable=False),
        sa.Column("balance", sa.JSON(), nullable=False),
        sa.Column("opens_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closes_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("confirm_hours", sa.Integer(), nullable=False),
        sa.Column("seed", sa.String(length=64), nullable=False),
        sa.Column("seed_hash", sa.String(length=64), nullable=False),
        sa.Column("list_hash", sa.String(length=64), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("chosen_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("released_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("drawn", sa.JSON(), nullable=False),
        sa.CheckConstraint("state = 'draft' OR seed_hash <> ''", name=op.f("ck_selection_calls_seed_was_committed")),
        sa.CheckConstraint(
            "state IN ('draft', 'open') OR list_hash <> ''", name=op.f("ck_selection_calls_list_was_fixed")
        ),
        sa.CheckConstraint("places > 0 AND reviews >= 2", name=op.f("ck_selection_calls_makes_sense")),
        sa.ForeignKeyConstraint(["event_id"], ["events.id"], name=op.f("fk_selection_calls_event_id")),
        sa.PrimaryKeyConstraint("event_id", name=op.f("pk_selection_calls")),
    )
    op.create_table(
        "applications",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=24), nullable=False),
        sa.Column("key", sa.String(length=40), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("pseudonym", sa.String(length=12), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("email_key", sa.String(length=254), nullable=True),
        sa.Column("phone", sa.String(length=20), nullable=True),
        sa.Column("lang", sa.String(length=2), nullable=False),
        sa.Column("district", sa.String(length=20), nullable=False),
        sa.Column("sex", sa.String(length=8), nullable=False),
        sa.Column("born", sa.Integer(), nullable=True),
        sa.Column("role", sa.String(length=24), nullable=False),
        sa.Column("newcomer", sa.Boolean(), nullable=False),
        sa.Column("needs", sa.JSON(), nullable=False),
        sa.Column("needs_note", sa.Text(), nullable=False),
        sa.Column("answers", sa.JSON(), nullable=False),
        sa.Column("consents", sa.JSON(), nullable=False),
        sa.Column("handed_in_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("place", sa.Integer(), nullable=True),
        sa.Column("score", sa.Integer(), nullable=True),
        sa.Column("registration_id", sa.Integer(), nullable=True),
        sa.CheckConstraint("email_key IS NOT NULL OR phone IS NOT NULL", name=op.f("ck_applications_has_contact")),
        sa.ForeignKeyConstraint(["event_id"], ["selection_calls.event_id"], name=op.f("fk_applications_event_id")),
        sa.ForeignKeyConstraint(
            ["registration_id"], ["registrations.id"], name=op.f("fk_applications_registration_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_applications")),
        sa.UniqueConstraint("event_id", "key", name=op.f("uq_applications_event_id_key")),
        sa.UniqueConstraint("event_id", "number", name=op.f("uq_applications_event_id_number")),
        sa.UniqueConstraint("event_id", "pseudonym", name=op.f("uq_applications_event_id_pseudonym")),
        sa.UniqueConstraint("public_id", name=op.f("uq_applications_public_id")),
        sa.UniqueConstraint("registration_id", name=op.f("uq_applications_registration_id")),
    )
    op.create_index("ix_applications_state", "applications", ["event_id", "state"], unique=False)
    op.create_index(
        "uq_applications_email",
        "applications",
        ["event_id", "email_key"],
        unique=True,
        sqlite_where=sa.text("state <> 'withdrawn'"),
        postgresql_where=sa.text("state <> 'withdrawn'"),
    )
    op.create_index(
        "uq_applications_phone",
        "applications",
        ["event_id", "phone"],
        unique=True,
        sqlite_where=sa.text("state <> 'withdrawn'"),
        postgresql_where=sa.text("state <> 'withdrawn'"),
    )

    op.create_table(
        "event_feedback",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("registration_id", sa.Integer(), nullable=True),
        sa.Column("rating", sa.Integer(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("lang", sa.String(length=2), nullable=False),
        sa.Column("given_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("rating BETWEEN 1 AND 5", name=op.f("ck_event_feedback_of_five")),
        sa.ForeignKeyConstraint(["event_id"], ["events.id"], name=op.f("fk_event_feedback_event_id")),
        sa.ForeignKeyConstraint(
            ["registration_id"], ["registrations.id"], name=op.f("fk_event_feedback_registration_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_event_feedback")),
        sa.UniqueConstraint("registration_id", name=op.f("uq_event_feedback_registration_id")),
    )
    op.create_index("ix_event_feedback_event_id", "event_feedback", ["event_id"], unique=False)

    op.create_table(
        "selection_criteria",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("title", sa.JSON(), nullable=False),
        sa.Column("help", sa.JSON(), nullable=False),
        sa.Column("most", sa.Integer(), nullable=False),
        sa.Column("weight", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["event_id"], ["selection_calls.event_id"], name=op.f("fk_selection_criteria_event_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_selection_criteria")),
    )
    op.create_index("ix_selection_criteria_event_id", "selection_criteria", ["event_id"], unique=False)

    op.create_table(
        "selection_reviewers",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("named_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["event_id"], ["selection_calls.event_id"], name=op.f("fk_selection_reviewers_event_id")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_selection_reviewers_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_selection_reviewers")),
        sa.UniqueConstraint("event_id", "person_id", name=op.f("uq_selection_reviewers_event_id_person_id")),
    )
    op.create_index("ix_selection_reviewers_person_id", "selection_reviewers", ["person_id"], unique=False)

    op.create_table(
        "certificates",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=12), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("attendee_id", sa.Integer(), nullable=True),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("days", sa.JSON(), nullable=False),
        sa.Column("facts", sa.JSON(), nullable=False),
        sa.Column("payload", sa.Text(), nullable=False),
        sa.Column("signature", sa.String(length=100), nullable=False),
        sa.Column("key_id", sa.String(length=16), nullable=False),
        sa.Column("issued_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("issued_by_id", sa.Integer(), nullable=True),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_reason", sa.Text(), nullable=False),
        sa.Column("replaced_by_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["attendee_id"], ["attendees.id"], name=op.f("fk_certificates_attendee_id")),
        sa.ForeignKeyConstraint(["event_id"], ["events.id"], name=op.f("fk_certificates_event_id")),
        sa.ForeignKeyConstraint(["issued_by_id"], ["people.id"], name=op.f("fk_certificates_issued_by_id")),
        sa.ForeignKeyConstraint(["replaced_by_id"], ["certificates.id"], name=op.f("fk_certificates_replaced_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_certificates")),
        sa.UniqueConstraint("code", name=op.f("uq_certificates_code")),
    )
    op.create_index("ix_certificates_attendee", "certificates", ["attendee_id"], unique=False)
    op.create_index("ix_certificates_event", "certificates", ["event_id", "id"], unique=False)
    op.create_index(
        "uq_certificates_valid",
        "certificates",
        ["attendee_id"],
        unique=True,
        sqlite_where=sa.text("revoked_at IS NULL"),
        postgresql_where=sa.text("revoked_at IS NULL"),
    )

    op.create_table(
        "door_scans",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("pass_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("attendee_id", sa.Integer(), nullable=True),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("scanned_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("result", sa.String(length=32), nullable=False),
        sa.ForeignKeyConstraint(["attendee_id"], ["attendees.id"], name=op.f("fk_door_scans_attendee_id")),
        sa.ForeignKeyConstraint(["pass_id"], ["door_passes.id"], name=op.f("fk_door_scans_pass_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_door_scans")),
        sa.UniqueConstraint("pass_id", "number", name=op.f("uq_door_scans_pass_id_number")),
    )
    op.create_index("ix_door_scans_attendee", "door_scans", ["attendee_id", "day"], unique=False)

    op.create_table(
        "list_moves",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("attendee_id", sa.Integer(), nullable=False),
        sa.Column("before", sa.String(length=32), nullable=False),
        sa.Column("after", sa.String(length=32), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=False),
        sa.Column("moved_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["attendee_id"], ["attendees.id"], name=op.f("fk_list_moves_attendee_id")),
        sa.ForeignKeyConstraint(["by_id"], ["people.id"], name=op.f("fk_list_moves_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_list_moves")),
    )
    op.create_index("ix_list_moves_attendee_id", "list_moves", ["attendee_id"], unique=False)

    op.create_table(
        "selection_reviews",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("application_id", sa.Integer(), nullable=False),
        sa.Column("reviewer_id", sa.Integer(), nullable=False),
        sa.Column("recused", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("points", sa.JSON(), nullable=False),
        sa.Column("total", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("recused = (total IS NULL)", name=op.f("ck_selection_reviews_recused_or_scored")),
        sa.ForeignKeyConstraint(
            ["application_id"], ["applications.id"], name=op.f("fk_selection_reviews_application_id")
        ),
        sa.ForeignKeyConstraint(
            ["reviewer_id"], ["selection_reviewers.id"], name=op.f("fk_selection_reviews_reviewer_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_selection_reviews")),
        sa.UniqueConstraint(
            "application_id", "reviewer_id", name=op.f("uq_selection_reviews_application_id_reviewer_id")
        ),
    )
    op.create_index("ix_selection_reviews_reviewer_id", "selection_reviews", ["reviewer_id"], unique=False)
    moment = MOMENTS[op.get_bind().dialect.name]
    for table, columns in ADDED.items():
        for name, kind in columns.items():
            op.execute(f"ALTER TABLE {table} ADD COLUMN {name} {kind.replace('MOMENT', moment)}")
    op.create_index("ix_outbox_batch", "outbox", ["batch"], unique=False)
    _fold_names()


def _fold_names() -> None:
    """Write down what names that stand are found by and ordered by."""
    connection, last = op.get_bind(), 0
    some = sa.text("SELECT id, name FROM attendees WHERE id > :last ORDER BY id LIMIT 1000")
    write = sa.text("UPDATE attendees SET name_folded = :folded, name_order = :rank WHERE id = :id")
    while people := connection.execute(some, {"last": last}).all():
        rows = [{"id": id_, "folded": _fold(name), "rank": _rank(name)[:120]} for id_, name in people]
        connection.execute(write, rows)
        last = people[-1].id


def _fold(name: str) -> str:
    """Fold a name as `core.text.fold` did when these columns came."""
    bare = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", name).casefold())
    letters = "".join(char for char in bare if not unicodedata.category(char).startswith("M"))
    plain = letters.translate(str.maketrans("әғқңөұүһыіabcehikmoptxyıə", "агкноуухииавсеникмортхуиа"))
    return " ".join(re.split(r"[\W_]+", plain)).strip()


def _rank(name: str) -> str:
    """Order a name as `core.text.sort_key` did: the Kazakh alphabet, then Latin letters, then all others."""
    digits, alphabet = "0123456789abcdefghijklmnopqrstuvwxyz", "аәбвгғдеёжзийкқлмнңоөпрстуұүфхһцчшщъыіьэюя"
    ranks = {letter: f"{3 + place // 36}{digits[place % 36]}" for place, letter in enumerate(alphabet)}
    written = []
    for char in re.sub(r"[\W_]+", " ", unicodedata.normalize("NFKC", name).casefold()).strip():
        if char in ranks or "a" <= char <= "z":
            written.append(ranks.get(char, f"5{char}"))
        elif not unicodedata.category(char).startswith("M"):
            written.append(f"6{ord(char):06x}" if char.isalpha() else "0")
    return "".join(written)


def downgrade() -> None:
    """Take it back."""
    op.drop_index("ix_outbox_batch", table_name="outbox")
    for table, columns in ADDED.items():
        with op.batch_alter_table(table, schema=None) as batch_op:
            for name in columns:
                batch_op.drop_column(name)
    for table in reversed(TABLES):
        op.drop_table(table)
