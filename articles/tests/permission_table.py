"""Who may do what, role by role: the tests try every cell, and docs/permissions.md is made from it.

``python -m articles.tests.permission_table`` writes the page anew, and the steps in docs/reference.md. A verb's ways
are the requests that take it; a new address that takes one, or a new verb, is one more line here.
"""

from dataclasses import dataclass, field
from pathlib import Path

from django.conf import settings
from django.urls import resolve

from articles.desk import roles
from articles.desk.steps import STEPS

DOCS = Path(__file__).resolve().parents[2] / "docs"
PAGE, REFERENCE = DOCS / "permissions.md", DOCS / "reference.md"
STEPS_HEAD = "| Function | Button | What it does |\n|---|---|---|\n"
ROLES = [
    roles.REPORTER,
    roles.SECTION_EDITOR,
    roles.CHIEF_EDITOR,
    roles.PICTURE_EDITOR,
    roles.RATES_DESK,
    roles.ADMINISTRATOR,
]
ALL, HERE, OWN, OWN_OR_HERE, NONE = "everywhere", "in their sections", "own", "own, and in their sections", "–"


@dataclass(frozen=True)
class Verb:
    """What is done, to an article in which state, who may, and by which requests."""

    name: str  # of the step, as roles.may() knows it, or one of ``NO_STEPS``
    label: str
    start: str  # the state it is tried in: a method of the test's Desk
    who: tuple[str, ...]  # a scope a role, in the order of ROLES
    step: str = ""  # the value of the form's button
    action: str = ""  # of the list
    form: dict[str, str] = field(default_factory=dict)  # what is typed into the form
    post: str = ""  # the name of an address that takes it by POST, with the number of the article, or of ``of``
    read: str = ""  # the name of an address that shows it by GET
    shows: str = ""  # the name of an address that answers the form as typed, by POST, and changes nothing
    query: str = ""  # behind an address that is read
    of: str = "article"  # what the addresses are of: article, revision or edition


EDITORS = (NONE, HERE, ALL, NONE, NONE, ALL)
WRITERS = (OWN, OWN_OR_HERE, ALL, NONE, NONE, ALL)
READERS = (ALL, ALL, ALL, ALL, NONE, ALL)

VERBS = [
    Verb("edit", "write on in a draft", "draft", WRITERS, form={"headline": "Changed", "_continue": "1"}),
    Verb("edit", "write on while it waits", "waiting", EDITORS, form={"headline": "Changed", "_continue": "1"}),
    Verb("edit", "write on when it is live", "live", WRITERS, form={"headline": "Changed", "_continue": "1"}),
    Verb("edit", "restore an earlier save", "draft", WRITERS, post="admin:articles_revision_restore", of="revision"),
    Verb("edit", "keep by itself what is typed", "draft", WRITERS, form={"headline": "Typed", "window": "w" * 36},
         post="admin:articles_article_autosave"),
    Verb("edit", "name a version", "draft", WRITERS, post="admin:articles_article_name_version"),
    Verb("edit", "restore a version", "draft", WRITERS, post="admin:articles_article_restore"),
    Verb("share", "make a preview link", "draft", WRITERS,
         form={"_share": "1", "share_shows": "newest", "share_days": "7"}),
    Verb("edit", "move a draft to others’ section", "draft", WRITERS, action="move_selected"),
    Verb("publish_there", "move what was published to others’ section", "live", (NONE, NONE, ALL, NONE, NONE, ALL),
         action="move_selected"),
    Verb("edit", "list a draft in one section more", "draft", WRITERS, action="also_in_selected"),
    Verb("edit", "tag a draft", "draft", WRITERS, action="tag_selected"),
    Verb("submit", "submit", "draft", WRITERS, step="submit", action="submit_selected"),
    Verb("take_back", "take back what waits", "waiting", WRITERS, step="take_back"),
    Verb("send_back", "send back", "waiting", EDITORS, step="send_back"),
    Verb("approve", "approve", "waiting", EDITORS, step="approve", action="approve_selected"),
    Verb("publish", "publish", "ready", EDITORS, step="publish", action="publish_selected"),
    Verb("publish", "publish an update", "changed", EDITORS, step="publish", action="publish_selected"),
    Verb("furnish", "publish section, bylines and tags without the text", "tagged", EDITORS, step="furnish"),
    Verb("schedule", "schedule", "ready", EDITORS, step="schedule"),
    Verb("schedule", "move a schedule", "scheduled", EDITORS, step="reschedule:{edition}"),
    Verb("schedule", "put what readers have into what is scheduled", "behind", EDITORS, step="carry:{edition}"),
    Verb("schedule", "say that it goes out as it was scheduled", "behind", EDITORS, step="keep:{edition}"),
    Verb("schedule", "send the newest text at the time scheduled", "behind", EDITORS, step="renew:{edition}"),
    Verb("cancel", "cancel a schedule", "scheduled", EDITORS, step="cancel:{edition}"),
    Verb("take_down", "set an end", "live", EDITORS, step="take_down"),
    Verb("withdraw", "withdraw", "live", EDITORS, step="withdraw", action="withdraw_selected"),
    Verb("erase", "erase what readers saw", "ended", (NONE, NONE, NONE, NONE, NONE, ALL),
         post="admin:articles_edition_erase", of="edition"),
    Verb("assign", "assign", "draft", EDITORS, step="assign", action="assign_selected"),
    Verb("assign", "assign to nobody", "assigned", EDITORS, step="unassign"),
    Verb("due", "set when it is due", "draft", EDITORS, step="due"),
    Verb("goal", "set how long it is to be", "draft", WRITERS, step="goal"),
    Verb("claim", "claim a draft that nobody has", "pitch", (ALL, ALL, ALL, NONE, NONE, ALL), step="claim"),
    Verb("claim", "claim what somebody has", "assigned", (NONE,) * 6, step="claim"),
    Verb("begin", "begin to write an idea", "idea", WRITERS, post="admin:articles_idea_begin"),
    Verb("begin", "begin to write an idea that nobody has", "open_idea", (ALL, ALL, ALL, NONE, NONE, ALL),
         post="admin:articles_idea_begin"),
    Verb("trash", "drop an idea", "idea", WRITERS, post="admin:articles_idea_drop"),
    Verb("untrash", "bring an idea back", "dropped", WRITERS, post="admin:articles_idea_bring_back"),
    Verb("publish", "publish an idea", "idea", (NONE,) * 6, step="publish", action="publish_selected"),
    Verb("read", "read an idea", "idea", READERS, read="admin:articles_idea_change"),
    Verb("note", "leave a note", "draft", READERS, step="note"),
    Verb("tick", "tick a note off", "noted", WRITERS, step="tick:{note}"),
    Verb("trash", "put a draft in the trash", "draft", WRITERS, step="trash", action="trash_selected"),
    Verb("trash", "put in the trash what was withdrawn", "ended", EDITORS, step="trash", action="trash_selected"),
    Verb("trash", "put in the trash what is live", "live", (NONE,) * 6, step="trash", action="trash_selected"),
    Verb("untrash", "restore from the trash", "trashed", WRITERS, step="untrash", action="untrash_selected"),
    Verb("edit", "write on in the trash", "trashed", (NONE,) * 6, form={"headline": "Changed", "_continue": "1"}),
    Verb("publish", "publish from the trash", "trashed", (NONE,) * 6, step="publish", action="publish_selected"),
    Verb("read", "read", "draft", READERS, read="admin:articles_article_change"),
    Verb("read", "preview", "draft", READERS, read="admin:articles_article_preview"),
    Verb("edit", "preview what is typed", "draft", WRITERS, shows="admin:articles_article_live_preview"),
    Verb("read", "see its checks", "draft", READERS, shows="admin:articles_article_checks"),
    Verb("read", "see all versions", "draft", READERS, read="admin:articles_article_versions"),
    Verb("read", "compare versions", "draft", READERS,
         read="admin:articles_article_compare", query="a=r{revision}&b=w"),
    Verb("read", "download as a Word document", "draft", READERS, read="admin:articles_article_word"),
    Verb("read", "download as Markdown", "draft", READERS, read="admin:articles_article_markdown"),
    Verb("read", "see who did what", "draft", READERS, read="admin:articles_article_history"),
    Verb("read", "read an earlier save", "draft", READERS,
         read="admin:articles_revision_change", of="revision"),
    Verb("read", "read what readers saw", "ended", READERS, read="admin:articles_edition_change", of="edition"),
]  # fmt: skip

NO_STEPS = {"read", "publish_there"}  # asked of no step: whoever reads; whoever may publish in both sections

PICTURES = {  # which pictures' words a role may change: those they uploaded, used in their sections alone, …
    "uploaded by them, used nowhere": (False, True, True, True, False, True),
    "uploaded by them, used elsewhere": (False, False, True, True, False, True),
    "used in their sections alone": (False, True, True, True, False, True),
    "used elsewhere too": (False, False, True, True, False, True),
    "an author’s portrait too": (False, False, True, True, False, True),
    "used nowhere": (False, False, True, True, False, True),
}
TAGS = {
    "used nowhere": (False, True, True, False, False, True),
    "used in their sections alone": (False, True, True, False, False, True),
    "used elsewhere too": (False, False, True, False, False, True),
    "seen elsewhere by readers": (False, False, True, False, False, True),
}
MERGES = {
    "tags used nowhere": (False, True, True, False, False, True),
    "tags used in their sections alone": (False, True, True, False, False, True),
    "tags of which one is used elsewhere too": (False, False, True, False, False, True),
    "authors": (False, False, True, False, False, True),
    "sections": (False, False, True, False, False, True),
}
AUTHORS = {  # which bylines' names, portraits and pages a role may change
    "of nobody’s login, used nowhere": (False, True, True, False, False, True),
    "used in their sections alone": (False, True, True, False, False, True),
    "used elsewhere too": (False, False, True, False, False, True),
    "seen elsewhere by readers": (False, False, True, False, False, True),
    "of somebody else’s login, used nowhere": (False, False, True, False, False, True),
    "of their own login": (False, True, True, False, False, True),
}
PEOPLE = {  # whom a role may add, change, suspend and let in again, by the highest role they have
    **dict.fromkeys(
        ["a reporter", "a section editor", "a picture editor", "somebody of the rates desk", "a chief editor"],
        (False, False, True, False, False, True),
    ),
    "an administrator": (False, False, False, False, False, True),
    "somebody with all rights on the server": (False, False, False, False, False, False),
}
NEW_PASSWORDS = {  # for whom a role may make a link that sets a new password
    "somebody who never set one: an invitation": (False, False, True, False, False, True),
    "somebody who has one, up to an administrator": (False, False, False, False, False, True),
}
LEADERS = (NONE, NONE, ALL, NONE, NONE, ALL)
PAPER = {  # the forms of the paper itself, by their addresses at the desk
    "articles/sitesettings/1/change/": ("the paper’s settings", LEADERS),
    "articles/paperlook/1/change/": ("its colours, fonts and nameplate", LEADERS),
    "articles/papermenus/1/change/": ("its menus and footer", LEADERS),
    "articles/flatpage/add/": ("its pages", LEADERS),
    "first-steps/": ("the first steps of a paper that begins", (NONE, NONE, NONE, NONE, NONE, ALL)),
}
LOOK_UPS = {  # JSON and parts of pages that the article's form asks for, by the name of their addresses
    "admin:articles_image_picker": ("find pictures", READERS),
    "admin:taggit_tag_names": ("find tags", (ALL, ALL, ALL, NONE, NONE, ALL)),
    "admin:autocomplete?app_label=articles&model_name=article&field_name=section": ("find sections", READERS),
    "admin:autocomplete?app_label=articles&model_name=articlebyline&field_name=author": ("find authors", READERS),
    "admin:autocomplete?app_label=articles&model_name=placement&field_name=article": ("find articles", READERS),
    "admin:autocomplete?app_label=articles&model_name=author&field_name=user": (
        "find logins",
        (NONE, NONE, ALL, NONE, NONE, ALL),
    ),
    "admin:articles_merge_changelist": ("see what was merged", (NONE, ALL, ALL, NONE, NONE, ALL)),
    "admin:articles_placement_changelist": ("see the front page’s places", (NONE, ALL, ALL, NONE, NONE, ALL)),
    "admin:articles_placement_add": (
        "place articles, section editors on the tops of their own sections",
        (NONE, ALL, ALL, NONE, NONE, ALL),
    ),
    "admin:articles_placement_board": ("see the boards", (NONE, ALL, ALL, NONE, NONE, ALL)),
    "admin:articles_alert_add": ("write a breaking alert", (NONE, NONE, ALL, NONE, NONE, ALL)),
    "admin:articles_edition_calendar": ("see the calendar", READERS),
    "admin:articles_idea_changelist": ("see ideas", READERS),
    "admin:articles_idea_add": ("plan a story", (ALL, ALL, ALL, NONE, NONE, ALL)),
    "admin:admin_logentry_changelist": ("read the audit", (NONE, NONE, ALL, NONE, NONE, ALL)),
    "admin:auth_user_changelist": ("see logins", (NONE, NONE, ALL, NONE, NONE, ALL)),
    "admin:auth_user_add": ("add people", (NONE, NONE, ALL, NONE, NONE, ALL)),
    "admin:find": ("find what they may see", (ALL,) * 6),
    "admin:articles_notice_changelist": ("see their own notices", (ALL,) * 6),
}

OPEN = """password_ask password_asked_for password_set set_password admin:login admin:logout account_login
    mfa_authenticate openid_connect_login openid_connect_callback"""  # without a login, or on the way to one
# Of oneself alone: what each is in the moment, the tests of second factors ask.
ONESELF = """mfa_index account_reauthenticate mfa_reauthenticate mfa_activate_totp mfa_deactivate_totp mfa_add_webauthn
    mfa_reauthenticate_webauthn mfa_remove_webauthn mfa_view_recovery_codes mfa_generate_recovery_codes"""
EVERYBODY, NOBODY, ADMINS = (ALL,) * 6, (NONE,) * 6, (NONE,) * 5 + (ALL,)
AUTHORS_OF_TEXTS, EDITORS_OF_PAGES = (ALL, ALL, ALL, NONE, NONE, ALL), (NONE, ALL, ALL, NONE, NONE, ALL)
# Every other address of the desk by its name, by who gets more there than a refusal; a row in it is somebody else's, of
# others' sections. Whoever adds an address, or a package with addresses, lists it here.
ADDRESSES = {
    EVERYBODY: """index jsi18n password_change password_change_done keep_unsaved unsaved_form rates_in_texts
        articles_idea_history articles_sitesettings_changelist articles_paperlook_changelist
        articles_papermenus_changelist""",  # the last four lead on to what is asked of
    READERS: """app_list articles_article_pulse articles_article_drop articles_article_offers articles_article_picks
        articles_article_save_search articles_article_remove_search articles_article_changelist articles_article_delete
        articles_author_changelist articles_author_history articles_author_change articles_edition_move
        articles_edition_changelist articles_edition_history articles_image_upload articles_image_texts
        articles_image_changelist articles_image_add articles_image_history articles_image_change
        articles_revision_changelist articles_revision_history articles_section_changelist articles_section_history
        articles_section_change""",
    AUTHORS_OF_TEXTS: """articles_article_add articles_embedprovider_look taggit_tag_changelist taggit_tag_add
        taggit_tag_history taggit_tag_change articles_template_changelist articles_template_history
        articles_template_change""",
    EDITORS_OF_PAGES: """articles_placement_history articles_placement_change articles_alert_changelist
        articles_alert_history articles_alert_change articles_merge_undo articles_merge_history articles_merge_change
        articles_author_add articles_boardrevision_changelist articles_boardrevision_history
        articles_boardrevision_change taggit_tag_merge articles_template_add""",
    LEADERS: """articles_placement_roll_back articles_article_decide articles_alert_end articles_alert_delete
        admin_logentry_export
        admin_logentry_history admin_logentry_change articles_author_merge articles_author_delete
        articles_flatpage_begin articles_flatpage_changelist articles_flatpage_history
        articles_flatpage_delete articles_flatpage_change
        articles_sitesettings_history articles_paperlook_history articles_papermenus_history auth_user_history
        auth_user_change articles_redirect_export articles_redirect_import articles_redirect_changelist
        articles_redirect_add articles_redirect_history articles_redirect_delete articles_redirect_change
        articles_section_merge articles_section_add articles_section_delete taggit_tag_delete articles_template_delete
        django_tasks_database_dbtaskresult_changelist django_tasks_database_dbtaskresult_history
        django_tasks_database_dbtaskresult_change""",
    (NONE, NONE, ALL, ALL, NONE, ALL): "articles_image_delete articles_image_original",
    (NONE, NONE, ALL, NONE, ALL, ALL): """tickers_pair_changelist tickers_pair_history tickers_pair_change
        tickers_rate_changelist tickers_rate_history tickers_rate_change tickers_source_changelist
        tickers_source_history tickers_source_change""",
    (NONE, NONE, NONE, NONE, ALL, ALL): """tickers_pair_preview tickers_pair_add tickers_pair_delete tickers_rate_day
        tickers_rate_refresh tickers_rate_accept tickers_rate_reject tickers_rate_add tickers_rate_delete""",
    ADMINS: """machinery page_cache auth_user_second-factor
        articles_embedprovider_changelist articles_embedprovider_add articles_embedprovider_history
        articles_embedprovider_delete articles_embedprovider_change auth_user_link auth_user_link_end auth_user_sessions
        auth_user_suspend auth_user_let-in auth_user_delete auth_group_changelist auth_group_history auth_group_change
        articles_policyreport_changelist articles_policyreport_history articles_policyreport_delete
        articles_policyreport_change""",
    NOBODY: """autocomplete view_on_site articles_placement_delete admin_logentry_add
        admin_logentry_delete articles_merge_add articles_merge_delete articles_boardrevision_add
        articles_boardrevision_delete articles_edition_add articles_edition_delete articles_idea_delete
        articles_sitesettings_add articles_sitesettings_delete articles_paperlook_add articles_paperlook_delete
        articles_papermenus_add articles_papermenus_delete articles_notice_open articles_notice_add
        articles_notice_history articles_notice_delete articles_notice_change auth_group_add auth_group_delete
        articles_policyreport_add articles_revision_add articles_revision_delete tickers_source_add
        tickers_source_delete django_tasks_database_dbtaskresult_add django_tasks_database_dbtaskresult_delete""",
}


def who_may_open() -> dict[str, tuple[str, ...]]:
    """Return who gets more than a refusal, by the name of each address of the desk, for a row that is others'."""
    rows = [(f"admin:{name}", who) for who, names in ADDRESSES.items() for name in names.split()]
    rows += [(name, who) for name, (_label, who) in LOOK_UPS.items() if "?" not in name]
    rows += [(resolve(f"/admin/{address}").view_name, who) for address, (_label, who) in PAPER.items()]
    for verb in VERBS:
        others = tuple(scope if scope == ALL else NONE for scope in verb.who)
        rows += [(name, others) for name in (verb.post, verb.read, verb.shows) if name]
    return dict(reversed(rows))  # of two rows the first holds


def allows(scope: str, *, own: bool, here: bool) -> bool:
    """Whether a cell says yes for an article that is one's own or not, in one's section or not."""
    return {ALL: True, NONE: False, OWN: own, HERE: here, OWN_OR_HERE: own or here}[scope]


def page() -> str:
    """The tables, for docs/permissions.md."""
    lines = [
        "# Who may do what",
        "",
        "Made from `articles/tests/permission_table.py`, whose every cell is tried by form, list and address.",
        "An article is somebody’s *own* if they began it, have a byline on it, or it is assigned to them. A section",
        "editor’s sections are those given to them, with the sections within. What lies in the trash is only restored.",
        "",
        *_rows("with an article", [(verb.label, verb.who) for verb in VERBS]),
        "",
        *_rows("look-ups", list(LOOK_UPS.values())),
        "",
        *_rows("the paper itself", list(PAPER.values())),
        "",
        *_rows("change a picture’s words", [(label, _words(cells)) for label, cells in PICTURES.items()]),
        "",
        *_rows("rename a tag", [(label, _words(cells)) for label, cells in TAGS.items()]),
        "",
        *_rows("merge, and undo it", [(label, _words(cells)) for label, cells in MERGES.items()]),
        "",
        *_rows("change an author", [(label, _words(cells)) for label, cells in AUTHORS.items()]),
        "",
        *_rows("add, change, suspend", [(label, _words(cells)) for label, cells in PEOPLE.items()]),
        "",
        *_rows("make a link that sets a password", [(label, _words(cells)) for label, cells in NEW_PASSWORDS.items()]),
        "",
        "All other addresses of the desk by their names in Django, for rows that are others’. Without a login one gets",
        f"to {', '.join(OPEN.split())}, and to nothing else of the desk. Whoever has one gets to what is of themselves",
        f"alone: {', '.join(ONESELF.split())}.",
        "",
        *_rows("get more than a refusal", [(", ".join(names.split()), who) for who, names in ADDRESSES.items()]),
    ]
    return "\n".join(lines) + "\n"


def with_steps(page: str) -> str:
    """``page``, docs/reference.md, with its table of steps as the rows of ``articles.desk.steps`` have it."""
    before, _head, rest = page.partition(STEPS_HEAD)
    _old, blank, after = rest.partition("\n\n")
    functions: dict[str, list[str]] = {}
    for step in STEPS.values():
        if step.function:
            functions.setdefault(step.function, []).append(step.name)
    rows = [
        f"| `{function.rpartition('.')[2]}` | {_buttons(names)} | {STEPS[names[0]].does} |"
        for function, names in functions.items()
    ]
    return before + STEPS_HEAD + "\n".join(rows) + blank + after


def _buttons(names: list[str]) -> str:
    return ", ".join(f"`{name}`" for name in names if STEPS[name].button) or "–"


def _rows(title: str, rows: list[tuple[str, tuple[str, ...]]]) -> list[str]:
    head = [f"| {' | '.join([title, *ROLES])} |", f"|{'---|' * (len(ROLES) + 1)}"]
    return [*head, *(f"| {' | '.join([label, *cells])} |" for label, cells in rows)]


def _words(cells: tuple[bool, ...]) -> tuple[str, ...]:
    return tuple("yes" if yes else "–" for yes in cells)


if __name__ == "__main__":
    settings.configure(USE_I18N=False)  # a button has a word, or none, in a language
    PAGE.write_text(page())
    REFERENCE.write_text(with_steps(REFERENCE.read_text()))
