"""Every cell of the table of permissions, tried by form, by list and by address."""

from datetime import timedelta
from types import SimpleNamespace

from django.db import transaction
from django.test import TestCase
from django.urls import reverse
from django.utils import timezone
from taggit.models import Tag

from articles.admin.article import state, steps
from articles.desk import merges, roles, workflow
from articles.desk.steps import STEPS
from articles.models import Article, Merge
from articles.tests import permission_table as table
from articles.tests.factories import make_article, make_author, make_chief, make_edition, make_image, make_section
from articles.tests.factories import make_user as make_login
from articles.tests.test_admin_article import change_address, typed
from newsroom.tests.forms import loaded

LIST = reverse("admin:articles_article_changelist")
EDGES = {  # own, here: the nearest that is refused and the farthest that is allowed; what lies between follows
    table.ALL: [(False, False)],
    table.HERE: [(False, True), (True, False)],
    table.OWN: [(True, False), (False, True)],
    table.OWN_OR_HERE: [(True, False), (False, True), (False, False)],
    table.NONE: [(True, True)],
}


class Desk:
    """Articles in each state that a verb is tried in, begun by ``creator`` in ``section``."""

    def __init__(self, chief, creator, section):
        self.chief, self.creator, self.section = chief, creator, section

    def draft(self, **fields):
        article = make_article(**{"created_by": self.creator, "section": self.section, **fields})
        workflow.saved(article, by=self.chief)
        Article.objects.filter(pk=article.pk).update(headline="Saved since")
        article.refresh_from_db()
        workflow.saved(article, by=self.chief)
        return article

    def waiting(self):
        return self.draft(stage="in_review")

    def ready(self):
        return self.draft(stage="ready")

    def live(self):
        article = self.draft()
        workflow.publish(article, by=self.chief)
        return article

    def changed(self):
        article = self.live()
        article.refresh_from_db()
        workflow.saved(article, by=self.chief)
        return article

    def tagged(self):
        article = self.live()
        article.refresh_from_db()
        workflow.add_tags(article, [Tag.objects.create(name="Silk", slug=f"silk-{article.pk}")], by=self.chief)
        return article

    def scheduled(self):
        article = self.draft()
        workflow.schedule(article, by=self.chief, at=timezone.now() + timedelta(days=2))
        return article

    def behind(self):
        """Scheduled without a tag that readers have by now."""
        article = self.scheduled()
        article.tags.add("Rail")
        workflow.publish(article, by=self.chief)
        return article

    def ended(self):
        article = self.live()
        workflow.withdraw(article, by=self.chief, reason="x")
        return article

    def assigned(self):
        return self.draft(assignee=self.chief)

    def pitch(self):
        return self.draft(created_by=self.chief)

    def idea(self, **fields):
        return self.draft(**{"stage": "idea", "body": "", **fields})

    def open_idea(self):
        return self.idea(created_by=self.chief)

    def dropped(self):
        article = self.idea()
        workflow.trash(article, by=self.chief)
        return article

    def noted(self):
        article = self.draft()
        workflow.leave_note(article, by=self.chief, text="Who says so?")
        return article

    def trashed(self):
        article = self.draft()
        workflow.trash(article, by=self.chief)
        return article


def rows_of(article):
    return (
        article.editions,
        article.notes,
        article.tag_rows,
        article.section_rows,
        article.autosaves,
        article.preview_links,
    )


def standing(article):
    """All of an article that a step could change."""
    fields = Article.objects.filter(pk=article.pk).values().get()
    rows = [list(rows.order_by("pk").values()) for rows in rows_of(article)]
    return fields, *rows, list(article.revisions.values_list("version", "name"))


class TableTestCase(TestCase):
    """The rows that one role's cells need."""

    role = ""

    @classmethod
    def setUpTestData(cls):
        roles.make_groups()
        cls.chief = make_chief()
        cls.writer = make_login(roles.REPORTER, username="the-writer")
        cls.user = make_login(cls.role) if cls.role else cls.chief
        cls.here, cls.elsewhere, cls.foreign = make_section(), make_section(), make_section()
        cls.here.editors.add(cls.user)
        Tag.objects.create(name="Rail", slug="rail")


class Cells:
    """Tries what the table says of one role."""

    def setUp(self):
        self.client.force_login(self.user)
        self.column = table.ROLES.index(self.role)

    def test_steps_of_the_form_are_taken_and_offered_where_the_table_says(self):
        for verb in table.VERBS:
            if verb.step:
                self.try_cells(verb, self.by_step)

    def test_bulk_actions_do_what_the_table_says(self):
        for verb in table.VERBS:
            if verb.action:
                self.try_cells(verb, self.by_action)

    def test_form_and_addresses_do_what_the_table_says(self):
        for verb in table.VERBS:
            for way in (self.by_form if verb.form else None, self.by_post if verb.post else None):
                if way and not (verb.form and verb.post and way == self.by_form):  # the form goes to the address
                    self.try_cells(verb, way)

    def test_pages_are_shown_where_the_table_says(self):
        for verb in table.VERBS:
            for way in (self.by_read if verb.read else None, self.by_showing if verb.shows else None):
                if way:
                    self.try_cells(verb, way, changes=False)

    def test_look_ups_answer_those_whom_the_table_names(self):
        for address, (label, who) in table.LOOK_UPS.items():
            name, _question, query = address.partition("?")
            with self.subTest(label):
                status = self.client.get(f"{reverse(name)}?{query}").status_code
                assert (status == 200) == (who[self.column] == table.ALL), status

    def test_forms_of_the_paper_open_to_those_whom_the_table_names(self):
        for address, (label, who) in table.PAPER.items():
            with self.subTest(label):
                status = self.client.get(f"/admin/{address}").status_code
                assert (status == 200) == (who[self.column] == table.ALL), status

    def try_cells(self, verb, way, *, changes=True):
        scope = verb.who[self.column]
        for own, here in EDGES[scope]:
            with self.subTest(verb=verb.label, way=way.__name__, own=own, here=here):
                point = transaction.savepoint()
                creator, section = self.user if own else self.writer, self.here if here else self.elsewhere
                article = getattr(Desk(self.chief, creator, section), verb.start)()
                article = Article.objects.select_related("section").get(pk=article.pk)
                before = standing(article)
                said = way(verb, article)
                done = standing(article) != before if changes else said
                assert done == table.allows(scope, own=own, here=here)
                transaction.savepoint_rollback(point)

    def filled(self, article, verb):
        """What the steps ask for."""
        soon, later = (
            timezone.localtime(timezone.now() + timedelta(days=days)).strftime("%Y-%m-%dT%H:%M") for days in (1, 5)
        )
        times = {"go_live_at": soon if verb.name == "schedule" else "", "take_down_at": later, "due_at": soon}
        words = {"note": "x", "withdrawal_reason": "x", "reason": "x", "desk_note": "x", "tags": "Rail"}
        words |= {"word_goal": "600"}
        kept = {"version": article.version, "of": f"r{article.revisions.last().pk}", "name": "Before the lawyers"}
        return times | words | kept | {"assign_to": self.writer.username, "section": self.foreign.pk}

    def by_step(self, verb, article):
        edition, note = article.editions.order_by("-live_from").first(), article.notes.first()
        step = verb.step.format(edition=edition and edition.pk, note=note and note.pk)
        user = type(self.user).objects.get(pk=self.user.pk)
        if verb.name in table_offers():
            offered = verb.name in steps.offered(user, article, state.state_of(article))
            may_tick = verb.name == "tick" and note.by_id == user.pk
            assert (offered or may_tick) == self.cell(verb, article), "offered"
        of_steps = steps.StepForm.base_fields
        given = {name: value for name, value in self.filled(article, verb).items() if name in of_steps}
        self.client.post(change_address(article), typed(article, **given, _step=step))

    def cell(self, verb, article):
        own = article.created_by_id == self.user.pk
        return table.allows(verb.who[self.column], own=own, here=article.section_id == self.here.pk)

    def by_action(self, verb, article):
        data = {"action": verb.action, "_selected_action": [article.pk], "confirmed": "1", **self.filled(article, verb)}
        trash = "?trash=1" if article.trashed_at else ""
        self.client.post(LIST + trash, data)

    def by_form(self, verb, article):
        self.client.post(change_address(article), typed(article, **verb.form))

    def by_post(self, verb, article):
        sent = typed(article, **verb.form) if verb.form else self.filled(article, verb)
        self.client.post(self.address(verb, verb.post, article), sent)

    def by_read(self, verb, article):
        query = verb.query.format(revision=article.revisions.last().pk)
        return self.client.get(f"{self.address(verb, verb.read, article)}?{query}").status_code == 200

    def by_showing(self, verb, article):
        return self.client.post(self.address(verb, verb.shows, article), typed(article)).status_code == 200

    def address(self, verb, name, article):
        rows = {"article": lambda: article, "revision": article.revisions.last, "edition": article.editions.first}
        return reverse(name, args=[rows[verb.of]().pk])


def table_offers():
    """The steps that a form offers by a button of that name."""
    return {verb.name for verb in table.VERBS if verb.step}


class ReporterCells(Cells, TableTestCase):
    role = roles.REPORTER


class SectionEditorCells(Cells, TableTestCase):
    role = roles.SECTION_EDITOR


class ChiefEditorCells(Cells, TableTestCase):
    role = roles.CHIEF_EDITOR


class PictureEditorCells(Cells, TableTestCase):
    role = roles.PICTURE_EDITOR


class RatesDeskCells(Cells, TableTestCase):
    role = roles.RATES_DESK


class AdministratorCells(Cells, TableTestCase):
    role = roles.ADMINISTRATOR


class ThingsTestCase(TableTestCase):
    """Pictures and tags, which are used in many places."""

    def everybody(self):
        for number, role in enumerate(table.ROLES):
            user = make_login(role)
            self.here.editors.add(user)
            yield number, user

    def try_all(self, cells, things, address, data, changed):
        for number, user in self.everybody():
            self.client.force_login(user)
            for label, row in cells.items():
                with self.subTest(role=table.ROLES[number], thing=label):
                    thing = things(user)[label]
                    form = reverse(address, args=[thing.pk])
                    self.client.post(form, data(thing) | loaded(self.client, form))
                    assert changed(type(thing).objects.get(pk=thing.pk)) == row[number]


class PictureCells(ThingsTestCase):
    def test_words_of_a_picture_are_changed_where_the_table_says(self):
        def things(user):
            here, elsewhere, portrait = make_image(), make_image(), make_image()
            for image in (here, elsewhere, portrait):
                make_edition(lead_image=image, section=self.here)
            make_article(section=self.elsewhere).image_rows.create(image=elsewhere)
            make_author(picture=portrait)
            own = make_image(uploaded_by=user)
            make_edition(lead_image=own, section=self.elsewhere)
            made = [make_image(uploaded_by=user), own, here, elsewhere, portrait, make_image()]
            return dict(zip(table.PICTURES, made, strict=True))

        words = {"title": "T", "alt": "Changed", "credit": "C", "focal_x": "50", "focal_y": "50"}
        self.try_all(
            table.PICTURES, things, "admin:articles_image_change", lambda _: words, lambda image: image.alt == "Changed"
        )


class TagCells(ThingsTestCase):
    def test_tag_is_renamed_where_the_table_says(self):
        def things(user):
            names = [f"{label} {user.pk}" for label in table.TAGS]
            tags = [Tag.objects.create(name=name, slug=f"t-{user.pk}-{n}") for n, name in enumerate(names)]
            make_edition(section=self.here, tags=[tags[1], tags[2], tags[3]])
            make_article(section=self.elsewhere, tags=[tags[2]])
            gone = make_edition(section=self.elsewhere, tags=[tags[3]]).article
            gone.tags.clear()
            return dict(zip(table.TAGS, tags, strict=True))

        kept = SimpleNamespace(made={})

        def once(user):
            return kept.made.setdefault(user.pk, things(user)) if user.pk not in kept.made else kept.made[user.pk]

        self.try_all(
            table.TAGS,
            once,
            "admin:taggit_tag_change",
            lambda tag: {"name": f"Changed {tag.pk}", "slug": tag.slug},
            lambda tag: tag.name == f"Changed {tag.pk}",
        )


class MergeCells(ThingsTestCase):
    def things(self):
        """Of each row of the table the one that goes and the one that stays."""
        tags = [Tag.objects.create(name=f"Tag {number}") for number in range(6)]
        make_edition(section=self.here, tags=tags[2:5])
        make_article(section=self.elsewhere, tags=[tags[4]])
        made = [*zip(tags[::2], tags[1::2], strict=True), (make_author(), make_author()), (self.here, self.elsewhere)]
        return dict(zip(table.MERGES, made, strict=True))

    def test_things_are_merged_and_parted_where_the_table_says(self):
        things = self.things()
        for number, user in self.everybody():
            for label, row in table.MERGES.items():
                with self.subTest(role=table.ROLES[number], thing=label):
                    point = transaction.savepoint()
                    gone, stays = things[label]
                    assert self.is_done(user, gone, stays) == row[number]
                    merge = Merge.objects.first() or merges.start_merge(gone, stays, by=self.chief)
                    assert self.is_undone(user, merge) == row[number]
                    transaction.savepoint_rollback(point)

    def is_done(self, user, gone, stays):
        self.client.force_login(user)
        name = f"admin:{gone._meta.app_label}_{gone._meta.model_name}_merge"
        self.client.post(reverse(name, args=[gone.pk]), {"into": stays.pk})
        return not type(gone).objects.filter(pk=gone.pk).exists()

    def is_undone(self, user, merge):
        self.client.post(reverse("admin:articles_merge_undo", args=[merge.pk]))
        merge.refresh_from_db()
        return merge.stage == Merge.Stage.UNDONE


class AuthorCells(ThingsTestCase):
    def test_author_is_changed_where_the_table_says(self):
        made = {}

        def things(user):
            if user.pk not in made:
                made[user.pk] = dict(zip(table.AUTHORS, self.authors(user), strict=True))
            return made[user.pk]

        self.try_all(
            table.AUTHORS,
            things,
            "admin:articles_author_change",
            lambda author: {"name": "Changed", "slug": author.slug},
            lambda author: author.name == "Changed",
        )

    def authors(self, user):
        """One for each row of the table."""
        nowhere, here, elsewhere, gone = (make_author() for _ in range(4))
        make_edition(section=self.here, authors=[here, elsewhere, gone])
        make_article(section=self.elsewhere, authors=[elsewhere])
        make_edition(section=self.elsewhere, authors=[gone]).article.bylines.all().delete()
        return [nowhere, here, elsewhere, gone, make_author(user=make_login()), make_author(user=user)]


class PeopleCells(TableTestCase):
    """Logins of every role, tried by every role."""

    def try_all(self, cells, people, done):
        for number, role in enumerate(table.ROLES):
            user = make_login(role)
            for (label, row), person in zip(cells.items(), people(), strict=True):
                with self.subTest(role=role, person=label):
                    self.client.force_login(user)
                    assert done(person) == row[number]

    def everybody(self):
        """A login for each row of the table."""
        order = [roles.REPORTER, roles.SECTION_EDITOR, roles.PICTURE_EDITOR, roles.RATES_DESK, roles.CHIEF_EDITOR]
        return [*map(make_login, [*order, roles.ADMINISTRATOR]), make_login(is_superuser=True)]

    def test_people_are_changed_where_the_table_says(self):
        def done(person):
            address = reverse("admin:auth_user_change", args=[person.pk])
            data = {"username": person.username, "first_name": "Changed"}
            self.client.post(address, data | loaded(self.client, address))
            person.refresh_from_db()
            return person.first_name == "Changed"

        self.try_all(table.PEOPLE, self.everybody, done)

    def test_people_are_suspended_and_let_in_where_the_table_says(self):
        def done(person):
            self.client.post(reverse("admin:auth_user_suspend", args=[person.pk]), {"heir": ""})
            person.refresh_from_db()
            is_out = not person.is_active
            type(person).objects.filter(pk=person.pk).update(is_active=False)
            self.client.post(reverse("admin:auth_user_let-in", args=[person.pk]))
            person.refresh_from_db()
            assert person.is_active == is_out
            return is_out

        self.try_all(table.PEOPLE, self.everybody, done)

    def test_roles_are_given_where_the_table_says(self):
        names = (f"new-{number}" for number in range(1000))

        def people():
            return [*table.ROLES[:2], *table.ROLES[3:5], table.ROLES[2], table.ROLES[5], ""]

        def done(role):
            name = next(names)
            data = {"username": name, "roles": [role] if role else [], "is_superuser": "on"}
            self.client.post(reverse("admin:auth_user_add"), data)
            person = type(self.chief).objects.filter(username=name).first()
            return bool(person) and (roles.roles_of(person) == {role} if role else person.is_superuser)

        self.try_all(table.PEOPLE, people, done)

    def test_links_are_made_where_the_table_says(self):
        def people():
            colleague = make_login(roles.REPORTER)
            colleague.set_password("an-old-password")
            colleague.save()
            return [make_login(roles.REPORTER), colleague]

        def done(person):
            self.client.post(reverse("admin:auth_user_link", args=[person.pk]))
            return person.password_links.exists()

        self.try_all(table.NEW_PASSWORDS, people, done)


class PageTests(TestCase):
    def test_page_of_the_docs_is_made_from_the_table(self):
        hint = "docs/permissions.md is old: python -m articles.tests.permission_table makes it anew."
        assert table.PAGE.read_text() == table.page(), hint

    def test_steps_of_the_reference_are_made_from_the_table_of_steps(self):
        hint = "docs/reference.md is old: python -m articles.tests.permission_table makes its list of steps anew."
        page = table.REFERENCE.read_text()
        assert page == table.with_steps(page), hint

    def test_every_step_is_tried_in_every_way_it_is_taken(self):
        tried = {verb.name for verb in table.VERBS} | {
            "release",
            "lift_embargo",
        }  # test_assignment.py, test_admin_times.py
        assert tried == {name for name, step in STEPS.items() if not step.right} | table.NO_STEPS
        pressed = {verb.step.partition(":")[0] for verb in table.VERBS} - {""}
        assert pressed == {name for name, step in STEPS.items() if step.button} - {"release"}
        in_bulk = {verb.action for verb in table.VERBS} - {""}
        assert in_bulk == {f"{name}_selected" for name, step in STEPS.items() if step.bulk}
