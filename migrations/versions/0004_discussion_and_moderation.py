"""Threads, comments and moderation: cases, decisions, appeals, sanctions and the public log."""

from __future__ import annotations

import secrets

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

LOG = "moderation_log"
REVISIONS = "comment_revisions"
KEPT = ("number", "source", "sha256", "comment_id", "written_at")
"""What never changes in a revision; only its rendering is redone, and whether it belongs to the public history."""
TOOK_PART = """EXISTS (SELECT 1 FROM moderation_parts
    WHERE case_id = {case} AND person_id = {person})"""
CLAIM = TOOK_PART.format(case="NEW.id", person="NEW.claimed_by_id")
JUDGE = TOOK_PART.format(case="NEW.case_id", person="NEW.by_id")
FOUR_EYES = "whoever took part in a case does not review it"

SQLITE_GUARDS = [
    *(
        f"""CREATE TRIGGER {LOG}_no_{deed.lower()} BEFORE {deed} ON {LOG}
            BEGIN SELECT RAISE(ABORT, '{LOG} is append-only'); END"""
        for deed in ("UPDATE", "DELETE")
    ),
    f"""CREATE TRIGGER {LOG}_no_replace BEFORE INSERT ON {LOG}
        WHEN EXISTS (SELECT 1 FROM {LOG} WHERE seq = NEW.seq)
        BEGIN SELECT RAISE(ABORT, '{LOG} is append-only'); END""",
    f"""CREATE TRIGGER {REVISIONS}_no_update BEFORE UPDATE OF {", ".join(KEPT)} ON {REVISIONS}
        BEGIN SELECT RAISE(ABORT, 'a revision is kept as it is'); END""",
    f"""CREATE TRIGGER {REVISIONS}_no_delete BEFORE DELETE ON {REVISIONS}
        BEGIN SELECT RAISE(ABORT, 'a revision is kept as it is'); END""",
    f"""CREATE TRIGGER {REVISIONS}_no_replace BEFORE INSERT ON {REVISIONS}
        WHEN EXISTS (SELECT 1 FROM {REVISIONS} WHERE id = NEW.id)
        BEGIN SELECT RAISE(ABORT, 'a revision is kept as it is'); END""",
    f"""CREATE TRIGGER moderation_cases_four_eyes BEFORE UPDATE ON moderation_cases
        WHEN NEW.state = 'appeal_claimed' AND {CLAIM}
        BEGIN SELECT RAISE(ABORT, '{FOUR_EYES}'); END""",
    f"""CREATE TRIGGER moderation_decisions_four_eyes BEFORE INSERT ON moderation_decisions
        WHEN NEW.on_appeal AND {JUDGE}
        BEGIN SELECT RAISE(ABORT, '{FOUR_EYES}'); END""",
]
POSTGRESQL_GUARDS = [
    f"""CREATE FUNCTION {LOG}_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN RAISE EXCEPTION '{LOG} is append-only'; END $$""",
    f"""CREATE TRIGGER {LOG}_no_change BEFORE UPDATE OR DELETE ON {LOG}
        FOR EACH ROW EXECUTE FUNCTION {LOG}_is_append_only()""",
    f"""CREATE TRIGGER {LOG}_no_truncate BEFORE TRUNCATE ON {LOG}
        FOR EACH STATEMENT EXECUTE FUNCTION {LOG}_is_append_only()""",
    f"""CREATE FUNCTION {REVISIONS}_are_kept() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN RAISE EXCEPTION 'a revision is kept as it is'; END $$""",
    f"""CREATE TRIGGER {REVISIONS}_no_update BEFORE UPDATE OF {", ".join(KEPT)} ON {REVISIONS}
        FOR EACH ROW EXECUTE FUNCTION {REVISIONS}_are_kept()""",
    f"""CREATE TRIGGER {REVISIONS}_no_delete BEFORE DELETE ON {REVISIONS}
        FOR EACH ROW EXECUTE FUNCTION {REVISIONS}_are_kept()""",
    f"""CREATE TRIGGER {REVISIONS}_no_truncate BEFORE TRUNCATE ON {REVISIONS}
        FOR EACH STATEMENT EXECUTE FUNCTION {REVISIONS}_are_kept()""",
    f"""CREATE FUNCTION moderation_four_eyes_claim() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            IF NEW.state = 'appeal_claimed' AND {CLAIM} THEN
                RAISE EXCEPTION '{FOUR_EYES}' USING ERRCODE = 'check_violation';
            END IF;
            RETURN NEW;
        END $$""",
    """CREATE TRIGGER moderation_cases_four_eyes BEFORE UPDATE ON moderation_cases
        FOR EACH ROW EXECUTE FUNCTION moderation_four_eyes_claim()""",
    f"""CREATE FUNCTION moderation_four_eyes_judge() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            IF NEW.on_appeal AND {JUDGE} THEN
                RAISE EXCEPTION '{FOUR_EYES}' USING ERRCODE = 'check_violation';
            END IF;
            RETURN NEW;
        END $$""",
    """CREATE TRIGGER moderation_decisions_four_eyes BEFORE INSERT ON moderation_decisions
        FOR EACH ROW EXECUTE FUNCTION moderation_four_eyes_judge()""",
]
FUNCTIONS = (
    f"{LOG}_is_append_only",
    f"{REVISIONS}_are_kept",
    "moderation_four_eyes_claim",
    "moderation_four_eyes_judge",
)


def open_threads() -> None:
    """Give what everybody can see already a place to be discussed."""
    connection = op.get_bind()
    proposals = """SELECT proposals.id, councils.organisation_id, proposals.published_at
        FROM proposals JOIN councils ON councils.id = proposals.council_id
        WHERE proposals.published_at IS NOT NULL AND proposals.state <> 'withdrawn' ORDER BY proposals.id"""
    events = "SELECT id, organisation_id, published_at FROM events WHERE published_at IS NOT NULL ORDER BY id"
    for host, found in (("proposal", proposals), ("event", events)):
        for host_id, organisation_id, opened_at in connection.execute(sa.text(found)).all():
            connection.execute(
                sa.text(
                    """INSERT INTO threads (public_id, host, host_id, organisation_id, mode, slow_seconds, opened_at,
                        closed_reason, version, mode_version, next_seq, comments, last_seq)
                    VALUES (:public_id, :host, :host_id, :organisation_id, 'on_report', 0, :opened_at,
                        '{}', 1, 1, 1, 0, 0)"""
                ),
                {
                    "public_id": secrets.token_urlsafe(12),
                    "host": host,
                    "host_id": host_id,
                    "organisation_id": organisation_id,
                    "opened_at": opened_at,
                },
            )


def upgrade() -> None:
    """Bring the database forward."""
    op.create_table(
        "moderation_log_gate",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("next_seq", sa.Integer(), nullable=False),
        sa.Column("head", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_moderation_log_gate")),
    )
    op.create_table(
        "moderator_aliases",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_moderator_aliases_organisation_id")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_moderator_aliases_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_moderator_aliases")),
        sa.UniqueConstraint("organisation_id", "number", name=op.f("uq_moderator_aliases_organisation_id_number")),
        sa.UniqueConstraint(
            "organisation_id", "person_id", name=op.f("uq_moderator_aliases_organisation_id_person_id")
        ),
    )
    op.create_table(
        "threads",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=24), nullable=False),
        sa.Column("host", sa.String(length=20), nullable=False),
        sa.Column("host_id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("mode", sa.String(length=32), nullable=False),
        sa.Column("slow_seconds", sa.Integer(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_reason", sa.JSON(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("mode_version", sa.Integer(), nullable=False),
        sa.Column("next_seq", sa.Integer(), nullable=False),
        sa.Column("comments", sa.Integer(), nullable=False),
        sa.Column("last_seq", sa.Integer(), nullable=False),
        sa.Column("last_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisations.id"], name=op.f("fk_threads_organisation_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_threads")),
        sa.UniqueConstraint("host", "host_id", name=op.f("uq_threads_host_host_id")),
        sa.UniqueConstraint("public_id", name=op.f("uq_threads_public_id")),
    )
    op.create_index("ix_threads_organisation", "threads", ["organisation_id", "id"], unique=False)

    op.create_table(
        "watched_words",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("term", sa.String(length=60), nullable=False),
        sa.Column("folded", sa.String(length=80), nullable=False),
        sa.Column("lang", sa.String(length=2), nullable=False),
        sa.Column("effect", sa.String(length=32), nullable=False),
        sa.Column("clause", sa.String(length=20), nullable=False),
        sa.Column("added_by_id", sa.Integer(), nullable=True),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["added_by_id"], ["people.id"], name=op.f("fk_watched_words_added_by_id")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_watched_words_organisation_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_watched_words")),
    )
    op.create_index(
        "uq_watched_words_live",
        "watched_words",
        ["organisation_id", "folded"],
        unique=True,
        sqlite_where=sa.text("ended_at IS NULL"),
        postgresql_where=sa.text("ended_at IS NULL"),
    )

    op.create_table(
        "comment_drafts",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("thread_id", sa.Integer(), nullable=False),
        sa.Column("parent", sa.String(length=24), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("saved_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_comment_drafts_person_id")),
        sa.ForeignKeyConstraint(["thread_id"], ["threads.id"], name=op.f("fk_comment_drafts_thread_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_comment_drafts")),
        sa.UniqueConstraint(
            "person_id", "thread_id", "parent", name=op.f("uq_comment_drafts_person_id_thread_id_parent")
        ),
    )
    op.create_index("ix_comment_drafts_saved_at", "comment_drafts", ["saved_at"], unique=False)

    op.create_table(
        "comments",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=24), nullable=False),
        sa.Column("key", sa.String(length=40), nullable=False),
        sa.Column("thread_id", sa.Integer(), nullable=False),
        sa.Column("parent_id", sa.Integer(), nullable=True),
        sa.Column("root_id", sa.Integer(), nullable=True),
        sa.Column("depth", sa.Integer(), nullable=False),
        sa.Column(
            "path", sa.String(length=40).with_variant(sa.String(length=40, collation="C"), "postgresql"), nullable=False
        ),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("author_id", sa.Integer(), nullable=False),
        sa.Column("author_name", sa.String(length=80), nullable=False),
        sa.Column("lang", sa.String(length=2), nullable=False),
        sa.Column("alignment", sa.String(length=32), nullable=True),
        sa.Column("speaking_as", sa.String(length=32), nullable=True),
        sa.Column("speaking_for_id", sa.Integer(), nullable=True),
        sa.Column("official", sa.Boolean(), nullable=False),
        sa.Column("visibility", sa.String(length=32), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("html", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("render_version", sa.Integer(), nullable=False),
        sa.Column("shown_revision", sa.Integer(), nullable=False),
        sa.Column("covered", sa.JSON(), nullable=False),
        sa.Column("held_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("helpful", sa.Integer(), nullable=False),
        sa.Column("posted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("edited_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("shown_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("descendants", sa.Integer(), nullable=False),
        sa.Column("answers", sa.Integer(), nullable=False),
        sa.CheckConstraint("(parent_id IS NULL) = (depth = 0)", name=op.f("ck_comments_roots_have_no_parent")),
        sa.CheckConstraint(
            "(speaking_as IS NULL) = (speaking_for_id IS NULL)", name=op.f("ck_comments_speaks_for_somebody")
        ),
        sa.CheckConstraint("NOT official OR speaking_as IS NOT NULL", name=op.f("ck_comments_official_is_spoken_for")),
        sa.ForeignKeyConstraint(["author_id"], ["people.id"], name=op.f("fk_comments_author_id")),
        sa.ForeignKeyConstraint(["parent_id"], ["comments.id"], name=op.f("fk_comments_parent_id")),
        sa.ForeignKeyConstraint(["root_id"], ["comments.id"], name=op.f("fk_comments_root_id")),
        sa.ForeignKeyConstraint(["speaking_for_id"], ["organisations.id"], name=op.f("fk_comments_speaking_for_id")),
        sa.ForeignKeyConstraint(["thread_id"], ["threads.id"], name=op.f("fk_comments_thread_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_comments")),
        sa.UniqueConstraint("key", name=op.f("uq_comments_key")),
        sa.UniqueConstraint("public_id", name=op.f("uq_comments_public_id")),
        sa.UniqueConstraint("thread_id", "path", name=op.f("uq_comments_thread_id_path")),
        sa.UniqueConstraint("thread_id", "seq", name=op.f("uq_comments_thread_id_seq")),
    )
    op.create_index("ix_comments_author", "comments", ["author_id", "posted_at"], unique=False)
    op.create_index("ix_comments_author_here", "comments", ["thread_id", "author_id", "posted_at"], unique=False)
    op.create_index("ix_comments_awaiting", "comments", ["thread_id", "depth", "answers", "seq"], unique=False)
    op.create_index("ix_comments_branch", "comments", ["root_id", "path"], unique=False)
    op.create_index("ix_comments_helpful", "comments", ["thread_id", "depth", "helpful", "id"], unique=False)
    op.create_index("ix_comments_names", "comments", ["thread_id", "author_name"], unique=False)
    op.create_index("ix_comments_newest", "comments", ["thread_id", "depth", "seq"], unique=False)
    op.create_index("ix_comments_parent_id", "comments", ["parent_id"], unique=False)
    op.create_index("ix_comments_posted", "comments", ["thread_id", "posted_at"], unique=False)

    op.create_table(
        "moderation_interests",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("thread_id", sa.Integer(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("declared_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_moderation_interests_person_id")),
        sa.ForeignKeyConstraint(["thread_id"], ["threads.id"], name=op.f("fk_moderation_interests_thread_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_moderation_interests")),
    )
    op.create_index(
        "uq_moderation_interests_live",
        "moderation_interests",
        ["person_id", "thread_id"],
        unique=True,
        sqlite_where=sa.text("ended_at IS NULL"),
        postgresql_where=sa.text("ended_at IS NULL"),
    )

    op.create_table(
        "thread_read_marks",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("thread_id", sa.Integer(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("told_seq", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_thread_read_marks_person_id")),
        sa.ForeignKeyConstraint(["thread_id"], ["threads.id"], name=op.f("fk_thread_read_marks_thread_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_thread_read_marks")),
        sa.UniqueConstraint("person_id", "thread_id", name=op.f("uq_thread_read_marks_person_id_thread_id")),
    )
    op.create_table(
        "comment_helpful",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("comment_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("given_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["comment_id"], ["comments.id"], name=op.f("fk_comment_helpful_comment_id")),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_comment_helpful_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_comment_helpful")),
        sa.UniqueConstraint("comment_id", "person_id", name=op.f("uq_comment_helpful_comment_id_person_id")),
    )
    op.create_index("ix_comment_helpful_person_id", "comment_helpful", ["person_id"], unique=False)

    op.create_table(
        "comment_revisions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("comment_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("html", sa.Text(), nullable=False),
        sa.Column("render_version", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("alignment", sa.String(length=32), nullable=True),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("public", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["comment_id"], ["comments.id"], name=op.f("fk_comment_revisions_comment_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_comment_revisions")),
        sa.UniqueConstraint("comment_id", "number", name=op.f("uq_comment_revisions_comment_id_number")),
    )
    op.create_table(
        "moderation_cases",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("comment_id", sa.Integer(), nullable=False),
        sa.Column("thread_id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("author_id", sa.Integer(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("origin", sa.String(length=32), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("claimed_by_id", sa.Integer(), nullable=True),
        sa.Column("claimed_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("held", sa.Boolean(), nullable=False),
        sa.Column("weight", sa.Integer(), nullable=False),
        sa.Column("flags", sa.Integer(), nullable=False),
        sa.Column("cluster", sa.Boolean(), nullable=False),
        sa.Column("marks", sa.JSON(), nullable=False),
        sa.Column("overdue_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("lang", sa.String(length=2), nullable=False),
        sa.Column("alignment", sa.String(length=8), nullable=False),
        sa.CheckConstraint(
            "(claimed_by_id IS NULL) = (claimed_until IS NULL)", name=op.f("ck_moderation_cases_claim_has_an_end")
        ),
        sa.ForeignKeyConstraint(["author_id"], ["people.id"], name=op.f("fk_moderation_cases_author_id")),
        sa.ForeignKeyConstraint(["claimed_by_id"], ["people.id"], name=op.f("fk_moderation_cases_claimed_by_id")),
        sa.ForeignKeyConstraint(["comment_id"], ["comments.id"], name=op.f("fk_moderation_cases_comment_id")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_moderation_cases_organisation_id")
        ),
        sa.ForeignKeyConstraint(["thread_id"], ["threads.id"], name=op.f("fk_moderation_cases_thread_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_moderation_cases")),
    )
    op.create_index("ix_moderation_cases_author_id", "moderation_cases", ["author_id"], unique=False)
    op.create_index("ix_moderation_cases_closed", "moderation_cases", ["organisation_id", "closed_at"], unique=False)
    op.create_index("ix_moderation_cases_comment", "moderation_cases", ["comment_id", "id"], unique=False)
    op.create_index("ix_moderation_cases_due", "moderation_cases", ["state", "due_at"], unique=False)
    op.create_index(
        "ix_moderation_cases_queue", "moderation_cases", ["organisation_id", "state", "due_at", "id"], unique=False
    )
    op.create_index("ix_moderation_cases_thread_id", "moderation_cases", ["thread_id"], unique=False)
    op.create_index(
        "uq_moderation_cases_open",
        "moderation_cases",
        ["comment_id"],
        unique=True,
        sqlite_where=sa.text("state IN ('open', 'claimed', 'escalated')"),
        postgresql_where=sa.text("state IN ('open', 'claimed', 'escalated')"),
    )

    op.create_table(
        "moderation_appeals",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=False),
        sa.Column("by_author", sa.Boolean(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("lang", sa.String(length=2), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["by_id"], ["people.id"], name=op.f("fk_moderation_appeals_by_id")),
        sa.ForeignKeyConstraint(["case_id"], ["moderation_cases.id"], name=op.f("fk_moderation_appeals_case_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_moderation_appeals")),
        sa.UniqueConstraint("case_id", name=op.f("uq_moderation_appeals_case_id")),
    )
    op.create_table(
        "moderation_decisions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("on_appeal", sa.Boolean(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("action", sa.String(length=32), nullable=False),
        sa.Column("clause", sa.String(length=20), nullable=False),
        sa.Column("clause_version", sa.Integer(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("words_lang", sa.String(length=2), nullable=False),
        sa.Column("spans", sa.JSON(), nullable=False),
        sa.Column("shown_before", sa.String(length=32), nullable=False),
        sa.Column("spans_before", sa.JSON(), nullable=False),
        sa.Column("outcome", sa.String(length=32), nullable=True),
        sa.Column("found_by_machine", sa.Boolean(), nullable=False),
        sa.Column("decided_by_machine", sa.Boolean(), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=True),
        sa.Column("cosigner_id", sa.Integer(), nullable=True),
        sa.Column("cosigned_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("needs_cosigner", sa.Boolean(), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("settles_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("undone_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("log_seq", sa.Integer(), nullable=True),
        sa.CheckConstraint(
            "action <> 'cover' OR CAST(spans AS TEXT) <> '[]'", name=op.f("ck_moderation_decisions_covers_something")
        ),
        sa.CheckConstraint("action = 'keep' OR clause <> ''", name=op.f("ck_moderation_decisions_cites_a_rule")),
        sa.CheckConstraint(
            "cosigner_id IS NULL OR cosigner_id <> by_id", name=op.f("ck_moderation_decisions_cosigned_by_another")
        ),
        sa.ForeignKeyConstraint(["by_id"], ["people.id"], name=op.f("fk_moderation_decisions_by_id")),
        sa.ForeignKeyConstraint(["case_id"], ["moderation_cases.id"], name=op.f("fk_moderation_decisions_case_id")),
        sa.ForeignKeyConstraint(["cosigner_id"], ["people.id"], name=op.f("fk_moderation_decisions_cosigner_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_moderation_decisions")),
    )
    op.create_index("ix_moderation_decisions_by", "moderation_decisions", ["by_id", "decided_at"], unique=False)
    op.create_index(
        "uq_moderation_decisions_standing",
        "moderation_decisions",
        ["case_id", "on_appeal"],
        unique=True,
        sqlite_where=sa.text("undone_at IS NULL"),
        postgresql_where=sa.text("undone_at IS NULL"),
    )

    op.create_table(
        "moderation_flags",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("comment_id", sa.Integer(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("clause", sa.String(length=20), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("weight", sa.Integer(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=True),
        sa.Column("outcome", sa.String(length=32), nullable=True),
        sa.ForeignKeyConstraint(["case_id"], ["moderation_cases.id"], name=op.f("fk_moderation_flags_case_id")),
        sa.ForeignKeyConstraint(["comment_id"], ["comments.id"], name=op.f("fk_moderation_flags_comment_id")),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_moderation_flags_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_moderation_flags")),
        sa.UniqueConstraint(
            "comment_id", "revision", "person_id", name=op.f("uq_moderation_flags_comment_id_revision_person_id")
        ),
    )
    op.create_index("ix_moderation_flags_case", "moderation_flags", ["case_id"], unique=False)
    op.create_index("ix_moderation_flags_person", "moderation_flags", ["person_id", "made_at"], unique=False)

    op.create_table(
        "moderation_log",
        sa.Column("seq", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("happened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("action", sa.String(length=32), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=True),
        sa.Column("thread", sa.String(length=24), nullable=False),
        sa.Column("comment", sa.String(length=24), nullable=False),
        sa.Column("revision_sha256", sa.String(length=64), nullable=False),
        sa.Column("clause", sa.String(length=20), nullable=False),
        sa.Column("clause_version", sa.Integer(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("words_lang", sa.String(length=2), nullable=False),
        sa.Column("by", sa.String(length=24), nullable=False),
        sa.Column("automated", sa.Boolean(), nullable=False),
        sa.Column("basis", sa.String(length=16), nullable=False),
        sa.Column("lang", sa.String(length=2), nullable=False),
        sa.Column("alignment", sa.String(length=8), nullable=False),
        sa.Column("reverses", sa.Integer(), nullable=True),
        sa.Column("facts", sa.JSON(), nullable=False),
        sa.Column("prev_hash", sa.String(length=64), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["moderation_cases.id"], name=op.f("fk_moderation_log_case_id")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_moderation_log_organisation_id")
        ),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_moderation_log")),
        sa.UniqueConstraint("hash", name=op.f("uq_moderation_log_hash")),
    )
    op.create_index("ix_moderation_log_action", "moderation_log", ["action", "seq"], unique=False)
    op.create_index("ix_moderation_log_case", "moderation_log", ["case_id", "seq"], unique=False)
    op.create_index("ix_moderation_log_clause", "moderation_log", ["clause", "seq"], unique=False)
    op.create_index("ix_moderation_log_automated", "moderation_log", ["automated", "seq"], unique=False)
    op.create_index("ix_moderation_log_happened", "moderation_log", ["happened_at", "seq"], unique=False)
    op.create_index("ix_moderation_log_organisation", "moderation_log", ["organisation_id", "seq"], unique=False)
    op.create_index("ix_moderation_log_thread", "moderation_log", ["thread", "seq"], unique=False)

    op.create_table(
        "moderation_parts",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("part", sa.String(length=32), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["moderation_cases.id"], name=op.f("fk_moderation_parts_case_id")),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_moderation_parts_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_moderation_parts")),
        sa.UniqueConstraint("case_id", "person_id", "part", name=op.f("uq_moderation_parts_case_id_person_id_part")),
    )
    op.create_table(
        "moderation_receipts",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=16), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["moderation_cases.id"], name=op.f("fk_moderation_receipts_case_id")),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_moderation_receipts_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_moderation_receipts")),
        sa.UniqueConstraint("case_id", "person_id", "kind", name=op.f("uq_moderation_receipts_case_id_person_id_kind")),
        sa.UniqueConstraint("code", name=op.f("uq_moderation_receipts_code")),
    )
    op.create_index("ix_moderation_receipts_case", "moderation_receipts", ["case_id"], unique=False)

    op.create_table(
        "state_requests",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("office", sa.String(length=200), nullable=False),
        sa.Column("article", sa.String(length=200), nullable=False),
        sa.Column("number", sa.String(length=60), nullable=False),
        sa.Column("dated", sa.Date(), nullable=False),
        sa.Column("basis", sa.Text(), nullable=False),
        sa.Column("sealed_until", sa.Date(), nullable=True),
        sa.Column("entered_by_id", sa.Integer(), nullable=False),
        sa.Column("entered_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["moderation_cases.id"], name=op.f("fk_state_requests_case_id")),
        sa.ForeignKeyConstraint(["entered_by_id"], ["people.id"], name=op.f("fk_state_requests_entered_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_state_requests")),
        sa.UniqueConstraint("case_id", name=op.f("uq_state_requests_case_id")),
    )
    op.create_table(
        "moderation_sanctions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("decision_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("hours", sa.Integer(), nullable=False),
        sa.Column("heavy", sa.Boolean(), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=False),
        sa.Column("cosigner_id", sa.Integer(), nullable=True),
        sa.Column("proposed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("lifted_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "kind NOT IN ('slow', 'premoderation', 'pause') OR hours > 0",
            name=op.f("ck_moderation_sanctions_has_duration"),
        ),
        sa.CheckConstraint(
            "NOT heavy OR starts_at IS NULL OR cosigner_id IS NOT NULL",
            name=op.f("ck_moderation_sanctions_heavy_is_cosigned"),
        ),
        sa.CheckConstraint(
            "cosigner_id IS NULL OR cosigner_id <> by_id", name=op.f("ck_moderation_sanctions_cosigned_by_another")
        ),
        sa.ForeignKeyConstraint(["by_id"], ["people.id"], name=op.f("fk_moderation_sanctions_by_id")),
        sa.ForeignKeyConstraint(["case_id"], ["moderation_cases.id"], name=op.f("fk_moderation_sanctions_case_id")),
        sa.ForeignKeyConstraint(["cosigner_id"], ["people.id"], name=op.f("fk_moderation_sanctions_cosigner_id")),
        sa.ForeignKeyConstraint(
            ["decision_id"], ["moderation_decisions.id"], name=op.f("fk_moderation_sanctions_decision_id")
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_moderation_sanctions_organisation_id")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_moderation_sanctions_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_moderation_sanctions")),
    )
    op.create_index("ix_moderation_sanctions_case", "moderation_sanctions", ["case_id"], unique=False)
    op.create_index("ix_moderation_sanctions_person", "moderation_sanctions", ["person_id", "ends_at"], unique=False)

    op.create_table(
        "moderation_second_looks",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("decision_id", sa.Integer(), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=False),
        sa.Column("action", sa.String(length=32), nullable=False),
        sa.Column("clause", sa.String(length=20), nullable=False),
        sa.Column("given_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["by_id"], ["people.id"], name=op.f("fk_moderation_second_looks_by_id")),
        sa.ForeignKeyConstraint(
            ["decision_id"], ["moderation_decisions.id"], name=op.f("fk_moderation_second_looks_decision_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_moderation_second_looks")),
        sa.UniqueConstraint("decision_id", "by_id", name=op.f("uq_moderation_second_looks_decision_id_by_id")),
    )
    open_threads()
    for statement in SQLITE_GUARDS if op.get_bind().dialect.name == "sqlite" else POSTGRESQL_GUARDS:
        op.execute(statement)


def downgrade() -> None:
    """Undo it."""
    op.drop_table("moderation_second_looks")
    op.drop_index("ix_moderation_sanctions_person", "moderation_sanctions")
    op.drop_index("ix_moderation_sanctions_case", "moderation_sanctions")

    op.drop_table("moderation_sanctions")
    op.drop_table("state_requests")
    op.drop_index("ix_moderation_receipts_case", "moderation_receipts")

    op.drop_table("moderation_receipts")
    op.drop_table("moderation_parts")
    op.drop_index("ix_moderation_log_thread", "moderation_log")
    op.drop_index("ix_moderation_log_organisation", "moderation_log")
    op.drop_index("ix_moderation_log_happened", "moderation_log")
    op.drop_index("ix_moderation_log_automated", "moderation_log")
    op.drop_index("ix_moderation_log_clause", "moderation_log")
    op.drop_index("ix_moderation_log_case", "moderation_log")
    op.drop_index("ix_moderation_log_action", "moderation_log")

    op.drop_table("moderation_log")
    op.drop_index("ix_moderation_flags_person", "moderation_flags")
    op.drop_index("ix_moderation_flags_case", "moderation_flags")

    op.drop_table("moderation_flags")
    op.drop_index("uq_moderation_decisions_standing", "moderation_decisions")
    op.drop_index("ix_moderation_decisions_by", "moderation_decisions")

    op.drop_table("moderation_decisions")
    op.drop_table("moderation_appeals")
    op.drop_index("uq_moderation_cases_open", "moderation_cases")
    op.drop_index("ix_moderation_cases_thread_id", "moderation_cases")
    op.drop_index("ix_moderation_cases_queue", "moderation_cases")
    op.drop_index("ix_moderation_cases_due", "moderation_cases")
    op.drop_index("ix_moderation_cases_comment", "moderation_cases")
    op.drop_index("ix_moderation_cases_closed", "moderation_cases")
    op.drop_index("ix_moderation_cases_author_id", "moderation_cases")

    op.drop_table("moderation_cases")
    op.drop_table("comment_revisions")
    op.drop_index("ix_comment_helpful_person_id", "comment_helpful")

    op.drop_table("comment_helpful")
    op.drop_table("thread_read_marks")
    op.drop_index("uq_moderation_interests_live", "moderation_interests")

    op.drop_table("moderation_interests")
    op.drop_index("ix_comments_posted", "comments")
    op.drop_index("ix_comments_parent_id", "comments")
    op.drop_index("ix_comments_newest", "comments")
    op.drop_index("ix_comments_names", "comments")
    op.drop_index("ix_comments_helpful", "comments")
    op.drop_index("ix_comments_branch", "comments")
    op.drop_index("ix_comments_awaiting", "comments")
    op.drop_index("ix_comments_author_here", "comments")
    op.drop_index("ix_comments_author", "comments")

    op.drop_table("comments")
    op.drop_index("ix_comment_drafts_saved_at", "comment_drafts")

    op.drop_table("comment_drafts")
    op.drop_index("uq_watched_words_live", "watched_words")

    op.drop_table("watched_words")
    op.drop_index("ix_threads_organisation", "threads")

    op.drop_table("threads")
    op.drop_table("moderator_aliases")
    op.drop_table("moderation_log_gate")
    if op.get_bind().dialect.name == "postgresql":
        for name in FUNCTIONS:
            op.execute(f"DROP FUNCTION {name}()")
