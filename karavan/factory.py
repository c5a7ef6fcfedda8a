"""Putting the application together: the only file that knows every package."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import urlsplit

from flask import Flask
from flask_migrate import Migrate
from werkzeug.middleware.proxy_fix import ProxyFix
from whitenoise import WhiteNoise

from config import Settings
from karavan.accounts import cli as accounts_cli, sign_in, tasks as accounts_tasks, views as accounts_views
from karavan.core.background import Rounds
from karavan.core.database import db, engine_options, prepare_engine
from karavan.core.tokens import Keys
from karavan.councils import cli as councils_cli
from karavan.councils.subjects import name_councils, name_organisations
from karavan.councils.views import desk as councils_desk, public as councils_views
from karavan.deadlines.views import desk as calendar_desk, public as deadlines_views
from karavan.discussion import hosts, tasks as discussion_tasks
from karavan.discussion.acquainted import has_been_read
from karavan.discussion.logged import Threads
from karavan.discussion.moderated import Comments
from karavan.discussion.views import desk as thread_desk, threads as threads_views, writing as writing_comments
from karavan.door.views import desk as door_desk, device as door_views
from karavan.events import (
    discussed as events_discussed,
    keepers,
    listeners,
    page_links,
    tasks as events_tasks,
    ticket_notes,
    windows,
    witness,
)
from karavan.events.acquainted import has_registered
from karavan.events.models import EventKind
from karavan.events.subjects import name_events
from karavan.events.views import desk as desk_views, public as events_views, tickets as tickets_views
from karavan.hearings import gathered as hearings_gathered, hosted as hearings_hosted, kept as hearings_kept
from karavan.hearings.council_section import hearings_section
from karavan.hearings.personal import SPEAKING
from karavan.hearings.subjects import name_hearings
from karavan.hearings.views import (
    desk as hearing_desk,
    live as hearing_live,
    public as hearings_views,
    taking_part as hearing_part,
)
from karavan.learning import cli as learning_cli, tasks as learning_tasks
from karavan.learning.on_events import certificates_on_ticket, photos_link
from karavan.learning.views import certificates as certificates_views, desk as learning_desk, mine as learning_views
from karavan.moderation import cli as moderation_cli, pieces, rooms, screening, tasks as moderation_tasks
from karavan.moderation.views import (
    appeals as appeals_views,
    flags as flags_views,
    public as moderation_public,
    queue as moderation_queue,
    receipts as receipts_views,
    rules as conduct_views,
)
from karavan.notifications import cli as notifications_cli, tasks as notifications_tasks, views as notifications_views
from karavan.pages import views as pages_views
from karavan.proposals import discussed as proposals_discussed, tasks as proposals_tasks
from karavan.proposals.council_section import recommendations_section
from karavan.proposals.subjects import name_proposals, name_recommendations
from karavan.proposals.views import (
    desk as proposals_desk,
    follows as follows_views,
    own as own_views,
    public as proposals_views,
    writing as writing_views,
)
from karavan.protocols import hosts as protocol_hosts
from karavan.protocols.subjects import name_protocols
from karavan.protocols.views import desk as protocols_desk, public as protocols_views
from karavan.record import views as record_views
from karavan.reports import holdings, tasks as reports_tasks
from karavan.reports.on_events import figures_link
from karavan.reports.views import (
    desk as reports_desk,
    mine as data_views,
    organisation as figures_desk,
    public as reports_views,
)
from karavan.roster import tasks as roster_tasks
from karavan.roster.looking import log_person
from karavan.roster.on_tickets import moves_on_ticket
from karavan.roster.views import desk as roster_desk
from karavan.seeds import cli as seeds_cli
from karavan.seeds.cast import CAST
from karavan.selection import tasks as selection_tasks
from karavan.selection.applicants import APPLICANTS
from karavan.selection.views import desk as selection_desk, public as selection_views, reviewing
from karavan.selection.windows import find as call_windows
from karavan.sittings import gathered as sittings_gathered, kept as sittings_kept
from karavan.sittings.council_section import sittings_section, votes_of_member
from karavan.sittings.subjects import name_sittings
from karavan.sittings.views import public as sittings_views
from karavan.sittings.views.desk import blueprint as sitting_desk
from karavan.web import access, errors, headers, hygiene, limits, locale, templating
from karavan.web.assets import Assets, is_immutable
from karavan.web.logs import init_logging
from karavan.web.page_cache import PageCache

HERE = Path(__file__).parent


def build(settings: Settings | None = None) -> Flask:
    """Build the application for these settings (by default the environment's)."""
    init_logging()  # first of all, so that nothing is ever logged unmasked: not by a command or the deliverer either
    settings = settings or Settings.from_env()
    app = Flask("karavan", template_folder="../templates", static_folder=None)
    app.config.update(
        SECRET_KEY=settings.secret_key,
        SQLALCHEMY_DATABASE_URI=settings.database_url,
        SQLALCHEMY_ENGINE_OPTIONS=engine_options(settings.database_url, threads=settings.threads),
        SESSION_COOKIE_NAME="karavan",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=settings.secure_cookies,
        WTF_CSRF_TIME_LIMIT=None,
        # A long programme in three languages: a Cyrillic letter is six bytes in a form.
        MAX_CONTENT_LENGTH=1024 * 1024,
        MAX_FORM_MEMORY_SIZE=1024 * 1024,
        MAX_FORM_PARTS=600,
    )
    app.extensions["karavan.settings"] = settings
    app.extensions["karavan.keys"] = Keys(settings.secret_key)
    app.extensions["karavan.rounds"] = Rounds(app)
    assets = Assets(HERE.parent / "static", settings.instance / "static")

    db.init_app(app)
    Migrate(app, db, directory=str(HERE.parent / "migrations"))
    with app.app_context():
        prepare_engine(db.engine)
    limits.init_app(app, settings)
    locale.init_app(app)
    hygiene.init_app(app)
    templating.init_app(app, settings, assets)
    errors.init_app(app)
    access.init_app(app)
    headers.init_app(app, settings)
    _furnish(app)
    access.refuse_undeclared(app)

    app.wsgi_app = WhiteNoise(  # type: ignore[method-assign]
        PageCache(app.wsgi_app, enabled=settings.page_cache),
        root=str(assets.target),
        prefix=assets.prefix,
        immutable_file_test=is_immutable,
        max_age=3600,
    )
    if settings.proxies:
        hops = settings.proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops)  # type: ignore[method-assign]
    return app


def _furnish(app: Flask) -> None:
    """Hang every domain's views, commands and background rounds."""
    app.register_blueprint(pages_views.blueprint)
    app.register_blueprint(accounts_views.blueprint)
    app.register_blueprint(events_views.blueprint)
    app.register_blueprint(tickets_views.blueprint)
    app.register_blueprint(desk_views.blueprint)
    app.register_blueprint(roster_desk.blueprint)
    app.register_blueprint(selection_desk.blueprint)
    app.register_blueprint(reviewing.blueprint)
    app.register_blueprint(selection_views.blueprint)
    app.register_blueprint(door_desk.blueprint)
    app.register_blueprint(door_views.blueprint)
    app.register_blueprint(learning_desk.blueprint)
    app.register_blueprint(certificates_views.blueprint)
    app.register_blueprint(learning_views.blueprint)
    app.register_blueprint(reports_desk.blueprint)
    app.register_blueprint(figures_desk.blueprint)
    app.register_blueprint(reports_views.blueprint)
    app.register_blueprint(data_views.blueprint)
    app.register_blueprint(hearing_desk.blueprint)
    app.register_blueprint(hearing_live.blueprint)
    app.register_blueprint(hearing_part.blueprint)
    app.register_blueprint(hearings_views.blueprint)
    app.register_blueprint(protocols_views.blueprint)
    app.register_blueprint(protocols_desk.blueprint)
    app.register_blueprint(sittings_views.blueprint)
    app.register_blueprint(sitting_desk)
    app.register_blueprint(councils_views.blueprint)
    app.register_blueprint(councils_desk.blueprint)
    app.register_blueprint(deadlines_views.blueprint)
    app.register_blueprint(calendar_desk.blueprint)
    app.register_blueprint(writing_views.blueprint)
    app.register_blueprint(proposals_views.blueprint)
    app.register_blueprint(own_views.blueprint)
    app.register_blueprint(follows_views.blueprint)
    app.register_blueprint(proposals_desk.blueprint)
    app.register_blueprint(writing_comments.blueprint)
    app.register_blueprint(thread_desk.blueprint)
    app.register_blueprint(threads_views.blueprint)
    app.register_blueprint(record_views.blueprint)
    app.register_blueprint(moderation_public.blueprint)
    app.register_blueprint(moderation_queue.blueprint)
    app.register_blueprint(flags_views.blueprint)
    app.register_blueprint(appeals_views.blueprint)
    app.register_blueprint(receipts_views.blueprint)
    app.register_blueprint(conduct_views.blueprint)
    app.register_blueprint(notifications_views.blueprint)
    hosts.register(proposals_discussed.HOST, proposals_discussed.find)
    hosts.register(events_discussed.HOST, events_discussed.find)
    hosts.register(hearings_hosted.HOST, hearings_hosted.find)
    keepers.register(EventKind.HEARING, hearings_kept.find)
    keepers.register(EventKind.COUNCIL_SITTING, sittings_kept.find)
    ticket_notes.register("moves", moves_on_ticket)
    windows.register("selection", call_windows)
    listeners.register("applicants", APPLICANTS)
    page_links.register("photos", photos_link)
    ticket_notes.register("certificates", certificates_on_ticket)
    page_links.register("figures", figures_link)
    witness.register(log_person)
    holdings.register(SPEAKING)
    protocol_hosts.register(protocol_hosts.Kind.HEARING, hearings_gathered.HOST)
    protocol_hosts.register(protocol_hosts.Kind.SITTING, sittings_gathered.HOST)
    pieces.register(Comments())
    rooms.register(Threads())
    screening.own_hosts(urlsplit(app.extensions["karavan.settings"].base_url).hostname or "")
    pieces.recognise_by({"comment": has_been_read, "registration": has_registered})
    sign_in.init_app(app)
    app.cli.add_command(accounts_cli.commands)
    app.cli.add_command(councils_cli.commands)
    app.cli.add_command(learning_cli.commands)
    app.cli.add_command(moderation_cli.commands)
    app.cli.add_command(notifications_cli.commands)
    app.cli.add_command(seeds_cli.commands)
    app.extensions["karavan.subjects"] = {
        "event": name_events,
        "proposal": name_proposals,
        "recommendation": name_recommendations,
        "sitting": name_sittings,
        "council": name_councils,
        "organisation": name_organisations,
        "hearing": name_hearings,
        "protocol": name_protocols,
    }
    app.extensions["karavan.council_sections"] = {
        "recommendations": recommendations_section,
        "hearings": hearings_section,
        "sittings": sittings_section,
    }
    app.extensions["karavan.member_sections"] = {"votes": votes_of_member}
    # The seeds stand beside the house: the sign-in page is handed the cast, so that accounts need not know them.
    app.jinja_env.globals["demo_cast"] = CAST if app.extensions["karavan.settings"].demo else ()
    rounds = app.extensions["karavan.rounds"]
    rounds.every(2, notifications_tasks.deliver_letters)
    rounds.every(15, events_tasks.sweep_offers)
    rounds.every(60, roster_tasks.write_reminders)
    rounds.every(30, selection_tasks.keep_selections)
    rounds.every(30, moderation_tasks.settle_cases)
    rounds.every(3600, discussion_tasks.tidy)
    rounds.every(24 * 3600, discussion_tasks.check_sums)
    rounds.every(60, proposals_tasks.tell_followers)
    rounds.every(600, proposals_tasks.remind_of_deadlines)
    rounds.every(3600, proposals_tasks.forget_old_drafts)
    rounds.every(6 * 3600, proposals_tasks.keep_calendar)
    rounds.every(600, learning_tasks.ask_those_who_came)
    rounds.every(3600, reports_tasks.let_people_go)
    rounds.every(3600, accounts_tasks.forget_old_codes)
    rounds.every(3600, notifications_tasks.forget_old_letters)
