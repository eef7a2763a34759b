"""People of the desk: added with role, sections and byline, changed by those who may."""

import re

from django.contrib.auth.models import Permission, User
from django.core import mail
from django.db import IntegrityError, connection, transaction
from django.test import Client, TestCase, override_settings
from django.test.utils import CaptureQueriesContext
from django.urls import NoReverseMatch, reverse

from articles.desk import roles
from articles.desk.people import sessions
from articles.models import Author
from articles.tests.factories import make_author, make_chief, make_section, make_user
from newsroom.tests.forms import loaded

ADD = reverse("admin:auth_user_add")
NEW = "a-good-long-password"
WITH_MAIL = override_settings(EMAIL_HOST="mail.example.org")


def screen(person, name="change"):
    return reverse(f"admin:auth_user_{name}", args=[person.pk])


def with_password(role=roles.REPORTER, **fields):
    user = make_user(role, **fields)
    user.set_password("an-old-password")
    user.save()
    return user


class PeopleTestCase(TestCase):
    @classmethod
    def setUpTestData(cls):
        roles.make_groups()
        cls.chief = make_chief()
        cls.administrator = make_user(roles.ADMINISTRATOR)

    def setUp(self):
        sessions.noted.clear()
        self.client.force_login(self.chief)

    def set_password(self, address, password=NEW, again=None):
        data = {"new_password1": password, "new_password2": password if again is None else again}
        return Client().post(address, data)

    def link_in(self, text):
        return re.search(r"https?://[^/\s\"]+(/admin/password/\w+/[\w-]+/)", text)[1]


class AddingTests(PeopleTestCase):
    def add(self, **data):
        return self.client.post(ADD, data)

    def test_person_without_a_role_is_said_to_do_nothing_yet(self):
        told = "Aigul has no role: they can log in and do nothing yet"
        self.assertContains(self.client.post(ADD, {"first_name": "Aigul"}, follow=True), told)
        person = User.objects.get(first_name="Aigul")
        self.assertContains(self.save_roles(person), told)
        self.assertNotContains(self.save_roles(person, roles.REPORTER), told)

    def save_roles(self, person, *names):
        sent = {"first_name": "Aigul", "username": person.username, "roles": names}
        return self.client.post(screen(person), sent | loaded(self.client, screen(person)), follow=True)

    def test_person_comes_with_role_sections_and_byline_and_a_link_to_hand_over(self):
        section = make_section()
        names = {"first_name": "Aigul", "last_name": "Tash", "public_name": "Aigul Tash"}
        response = self.add(**names, roles=[roles.SECTION_EDITOR], sections=[section.pk])
        person = User.objects.get(username="aigul-tash")
        assert roles.roles_of(person) == {roles.SECTION_EDITOR}
        assert roles.section_ids(person) == {section.pk}
        assert (person.author.name, person.author.slug, person.author.is_guest) == ("Aigul Tash", "aigul-tash", False)
        assert (person.is_staff, person.is_active, person.has_usable_password()) == (True, True, False)
        assert "no-store" in response["Cache-Control"]
        assert self.set_password(self.link_in(response.content.decode())).status_code == 302
        assert Client().login(username="aigul-tash", password=NEW)

    @WITH_MAIL
    def test_invitation_is_mailed_where_mail_is_set_up(self):
        with self.captureOnCommitCallbacks(execute=True):
            response = self.add(username="aigul", first_name="Aigul", email="aigul@example.org", roles=[roles.REPORTER])
        assert response.status_code == 302
        assert mail.outbox[0].to == ["aigul@example.org"]
        body = mail.outbox[0].body
        assert "Your login is aigul" in body
        assert self.set_password(self.link_in(body)).status_code == 302
        assert Client().login(username="aigul", password=NEW)

    def test_login_made_of_the_name_is_one_that_nobody_has(self):
        make_user(username="Aigul-Tash")
        self.add(first_name="Aigul", last_name="Tash")
        assert User.objects.filter(username="aigul-tash-2").exists()

    def test_login_and_mail_of_somebody_else_are_refused_whatever_capitals(self):
        make_user(username="Rustam", email="Rustam@example.org")
        response = self.add(username="rustam", email="rustam@EXAMPLE.org", first_name="Typed")
        self.assertContains(response, "There is a login “rustam” already.")
        self.assertContains(response, "“Rustam” has this address already.")
        self.assertContains(response, 'value="Typed"')
        self.assertContains(self.add(first_name="", username=""), "Write a login, or the name")

    def test_author_of_that_name_is_offered_and_becomes_theirs(self):
        known = make_author(name="Aigul Tash", role="Bishkek", is_guest=True)
        data = {"first_name": "A", "public_name": "aigul  tash"}
        self.assertContains(self.add(**data), "a guest who is there already")
        assert not User.objects.filter(username="a").exists()
        self.add(**data, is_author=known.pk)
        known.refresh_from_db()
        assert (known.user.username, known.is_guest) == ("a", False)

    def test_namesake_gets_an_author_of_their_own(self):
        taken = make_author(name="Aigul Tash", user=make_user())
        data = {"first_name": "A", "public_name": "Aigul Tash"}
        response = self.add(**data)
        self.assertNotContains(response, f'name="is_author" value="{taken.pk}"')
        self.add(**data, is_author=taken.pk)
        assert not User.objects.filter(username="a").exists()
        self.add(**data, is_author="new")
        assert User.objects.get(username="a").author != taken

    def test_screen_shows_no_hash_no_long_pickers_and_no_words_of_django(self):
        person = with_password()
        for address in (ADD, screen(person)):
            page = self.client.get(address).content.decode()
            for absent in ("argon2", "md5$", "Raw passwords", "Designates", "user_permissions", "is_superuser", "LDAP"):
                assert absent not in page, absent
        with self.assertRaises(NoReverseMatch):
            screen(person, "password_change")

    def test_list_is_not_narrowed_by_how_passwords_are_stored(self):
        response = self.client.get(reverse("admin:auth_user_changelist"), {"password__startswith": "md5"})
        assert response.status_code in {302, 400}

    def test_list_takes_as_many_queries_for_many_people(self):
        def queries():

            with CaptureQueriesContext(connection) as captured:
                self.client.get(reverse("admin:auth_user_changelist"))
            return len(captured)

        queries()
        few = queries()
        for _ in range(8):
            make_user(roles.REPORTER)
        assert queries() == few


class ChangingTests(PeopleTestCase):
    def change(self, person, **data):
        address = screen(person)
        names = {"username": person.username, "first_name": person.first_name, "email": person.email}
        return self.client.post(address, names | data | loaded(self.client, address))

    def test_byline_is_renamed_pictured_and_taken_back_while_the_author_stays(self):
        author = make_author(name="Aigul", slug="aigul")
        person = make_user(roles.REPORTER)
        author.user = person
        author.save()
        self.change(person, public_name="Aigul Tash", roles=[roles.REPORTER])
        author.refresh_from_db()
        assert (author.name, author.slug, author.user) == ("Aigul Tash", "aigul", person)
        self.change(person, public_name="", roles=[roles.REPORTER])
        author.refresh_from_db()
        assert (author.name, author.user) == ("Aigul Tash", None)

    def test_roles_that_a_chief_may_not_give_stay(self):
        reporter = make_user(roles.REPORTER)
        self.change(reporter, roles=[roles.PICTURE_EDITOR])
        assert roles.roles_of(User.objects.get(pk=reporter.pk)) == {roles.PICTURE_EDITOR}
        self.change(reporter, roles=[roles.ADMINISTRATOR])
        assert roles.roles_of(User.objects.get(pk=reporter.pk)) == {roles.PICTURE_EDITOR}

    def test_nobody_changes_their_own_role(self):
        self.change(self.chief, roles=[roles.REPORTER], first_name="Me")
        self.chief.refresh_from_db()
        assert self.chief.first_name == "Me"
        assert roles.roles_of(User.objects.get(pk=self.chief.pk)) == {roles.CHIEF_EDITOR}

    def test_chief_does_not_take_a_login_over_by_its_mail_address(self):
        person = with_password(email="own@example.org")
        self.change(person, email="chief@example.org")
        person.refresh_from_db()
        assert person.email == "own@example.org"
        self.client.force_login(self.administrator)
        self.change(person, email="new@example.org")
        person.refresh_from_db()
        assert person.email == "new@example.org"

    def test_rights_given_beside_the_roles_put_somebody_above_a_chief(self):
        person = make_user(roles.REPORTER)
        person.user_permissions.add(Permission.objects.get(codename="delete_user"))
        assert self.client.post(screen(person, "link")).status_code == 403

    def test_what_two_people_change_at_once_is_not_lost(self):
        person = make_user(roles.REPORTER, first_name="Old")
        address = screen(person)
        mine = {"username": person.username, "first_name": "Mine"} | loaded(self.client, address)
        User.objects.filter(pk=person.pk).update(first_name="Theirs")
        self.assertContains(self.client.post(address, mine), "Somebody was quicker")

    def test_everybody_sees_their_own_screen_and_nobody_elses(self):
        reporter = make_user(roles.REPORTER)
        self.client.force_login(reporter)
        self.assertContains(self.client.get(screen(reporter)), "Sessions")
        self.assertNotContains(self.client.get(screen(reporter)), "Add and invite")
        assert self.client.post(screen(reporter), {"username": "x"}).status_code == 403
        assert self.client.get(screen(self.chief)).status_code == 403
        assert self.client.get(reverse("admin:auth_user_changelist")).status_code == 403


class OwnAuthorTests(PeopleTestCase):
    def test_author_of_a_login_is_no_guest_by_the_database_itself(self):
        with self.assertRaises(IntegrityError), transaction.atomic():
            Author.objects.create(name="A", slug="a", is_guest=True, user=self.chief)
