"""What an article is looked at for before it is published, how much it weighs, and what each check says."""

from datetime import timedelta
from unittest import mock

from django.test import TestCase, override_settings
from django.utils import timezone
from taggit.models import Tag

from articles.desk import readiness, workflow
from articles.desk.readiness import Level
from articles.desk.workflow import WorkflowError, timeline
from articles.models import Article, Check, CheckRule, OutsideLink
from articles.models.check import address_digest
from articles.outside import Trouble
from articles.tests.factories import (
    make_article,
    make_author,
    make_chief,
    make_edition,
    make_image,
    make_section,
)

BODY = "<p>Words.</p>"
ALL_BUT_IMAGES = {Check.ALTERNATIVE, Check.CREDIT}  # the database lets no such picture in


def figure(image):
    return f'<figure data-image="{image.pk}"><figcaption></figcaption></figure>'


def link(href):
    return f'<p><a href="{href}">there</a></p>'


def complete(**fields):
    """An article that has everything."""
    fields = {"standfirst": "Why to read on.", "body": BODY, "lead_image": make_image(), **fields}
    return make_article(authors=[make_author()], tags=["Rail"], **fields)


class ReadinessTestCase(TestCase):
    def look(self, article, at=None):
        article = Article.objects.get(pk=article.pk)
        return readiness.all_problems(article, timeline.wished_path(article, timezone.now()), at)

    def found(self, article, check, at=None):
        return [problem for problem in self.look(article, at) if problem.check == check]

    def one(self, article, check, field, words, at=None):
        """The only problem of ``check``: it names ``field`` and says ``words``."""
        (problem,) = self.found(article, check, at)
        assert problem.field == field
        assert words in problem.text
        return problem

    def change(self, article, **fields):
        Article.objects.filter(pk=article.pk).update(**fields)
        return article


class FactTests(ReadinessTestCase):
    def setUp(self):
        self.article = complete()

    def test_complete_article_has_no_problem(self):
        assert self.look(self.article) == []

    def test_every_check_can_fail(self):
        old, small = timezone.localdate() - timedelta(days=1), make_image(width=800, licence_until=None)
        bare = make_article(
            headline="A" * 111, standfirst="", body=BODY + "<p>[1]</p><h3>Small</h3><p>TK</p>" + link("/no/no/no/")
        )
        full = complete(standfirst="A" * 161, lead_image=small, body=link("https://example.org/gone"))
        rate = '<p><data data-rate="QQQ/USD">QQQ/USD</data></p>'
        ended = complete(lead_image=make_image(licence_until=old), body=rate)
        OutsideLink.objects.create(
            sha256=address_digest("https://example.org/gone"), address="https://example.org/gone", problem=Trouble.GONE
        )
        seen = {problem.check for article in (bare, full, ended) for problem in self.look(article)}
        assert set(Check) - seen == ALL_BUT_IMAGES

    def test_picture_without_alternative_or_credit_is_named(self):
        unsaved = make_image(title="Dam")
        unsaved.alt = unsaved.credit = " "
        with mock.patch("articles.desk.readiness.pictures.pictures_of", return_value={unsaved.pk: unsaved}):
            self.change(self.article, lead_image=unsaved)
            assert "Dam" in self.one(self.article, Check.ALTERNATIVE, "lead_image", "alternative text").text
            assert self.one(self.article, Check.CREDIT, "lead_image", "Dam").image == unsaved.pk

    def test_decorative_picture_needs_no_alternative(self):
        self.change(self.article, lead_image=make_image(alt="", decorative=True))
        assert not self.look(self.article)

    def test_lengths(self):
        self.change(self.article, headline="A" * 110, standfirst="A" * 160)
        assert not self.look(self.article)
        self.change(self.article, headline="A" * 111, standfirst="A" * 161)
        self.one(self.article, Check.HEADLINE_LENGTH, "headline", "it has 111 characters")
        self.one(self.article, Check.STANDFIRST, "standfirst", "it has 161 characters")

    def test_description_stands_in_for_a_standfirst(self):
        self.change(self.article, standfirst="", seo_description="")
        self.one(self.article, Check.DESCRIPTION, "seo_description", "Write a description")
        self.change(self.article, seo_description="It is about rail.")
        assert not self.found(self.article, Check.DESCRIPTION)
        self.one(self.article, Check.STANDFIRST, "standfirst", "Write a standfirst")

    def test_lead_picture(self):
        self.change(self.article, lead_image=make_image(width=1199))
        self.one(self.article, Check.PICTURE_SIZE, "lead_image", "1199 pixels wide")
        self.change(self.article, lead_image=None)
        self.one(self.article, Check.LEAD_IMAGE, "lead_image", "Choose a lead picture")
        assert not self.found(self.article, Check.PICTURE_SIZE)

    def test_licence_is_asked_for_the_day_it_goes_live_of_every_picture(self):
        today = timezone.localdate()
        fine, ending = make_image(licence_until=today), make_image(title="Bridge", licence_until=today)
        self.change(self.article, lead_image=fine, body=BODY + figure(ending) + figure(fine))
        assert not self.look(self.article)
        found = self.found(self.article, Check.LICENCE, timezone.now() + timedelta(days=2))
        assert [(problem.field, problem.image) for problem in found] == [("lead_image", fine.pk), ("body", ending.pk)]
        assert "Bridge" in found[1].text

    def test_headings(self):
        self.change(self.article, body="<h2>Large</h2><p>x</p><h3>Small</h3><p>x</p>")
        assert not self.look(self.article)
        self.change(self.article, body="<p>x</p><h3>Small <em>one</em></h3><p>x</p><h3>Another</h3><h2>Large</h2>")
        assert self.one(self.article, Check.HEADING_ORDER, "body", "“Small one”").place == "Small one"
        self.change(self.article, body="<p>x</p><h2> <br></h2>")
        self.one(self.article, Check.HEADING_ORDER, "body", "empty heading")

    def test_heading_of_a_fact_box_is_its_own(self):
        self.change(self.article, body='<p>x</p><aside data-fact-box=""><h3>Facts</h3><p>x</p></aside>')
        assert not self.look(self.article)

    def test_leftovers_are_whole_words_of_every_text(self):
        for word in ("TK", "TKTK", "XXX", "XXXX", "TODO", "FIXME", "lorem ipsum", "Lorem ipsum", "[…]", "[...]", "[ ]"):
            for field in ("headline", "standfirst", "body", "lead_caption"):
                with self.subTest(word=word, field=field):
                    text = f"Before {word}, after"
                    self.change(self.article, **{"headline": "H", "standfirst": "S", "body": BODY, "lead_caption": ""})
                    self.change(self.article, **{field: f"<p>{text}</p>" if field == "body" else text})
                    assert self.one(self.article, Check.LEFTOVERS, field, word).place == word

    def test_captions_in_the_body_are_read_too(self):
        image = make_image()
        self.change(self.article, body=f'{BODY}<figure data-image="{image.pk}"><figcaption>TK</figcaption></figure>')
        self.one(self.article, Check.LEFTOVERS, "body", "TK")

    def test_words_that_only_look_like_leftovers_are_none(self):
        text = "Atatürk, tk, todo, xxx, ATK, TKM, [sic], [the president], [a], lorem, TODOS, Öl_TK"
        self.change(self.article, body=f"<p>{text}</p>")
        assert not self.look(self.article)

    def test_placeholders_in_capitals_are_leftovers(self):
        self.change(self.article, body="<p>By [NAME], of [CITY NAME].</p>")
        assert [problem.place for problem in self.found(self.article, Check.LEFTOVERS)] == ["[NAME]", "[CITY NAME]"]

    def test_many_leftovers_are_named_up_to_a_number(self):
        body = "".join(f"<p>[{chr(65 + n)}{chr(65 + n)}]</p>" for n in range(20))
        self.change(self.article, body=body)
        assert len(self.found(self.article, Check.LEFTOVERS)) == 8

    def test_byline_and_tag(self):
        self.article.bylines.all().delete()
        self.article.tag_rows.all().delete()
        self.one(self.article, Check.BYLINE, "bylines", "Add a byline")
        self.one(self.article, Check.TAGS, "tags", "Add a tag")


class AlwaysTests(ReadinessTestCase):
    def blocking(self, article, at=None):
        return [problem.field for problem in self.look(article, at) if problem.blocks]

    def test_what_no_page_can_do_without_blocks_whatever_the_rules_say(self):
        for check in Check:
            CheckRule.objects.create(check_name=check, level=Level.OFF)
        article = make_article(section=None, body="")
        assert self.blocking(article) == ["section", "body"]
        article = make_article(body='<p>x</p><figure data-image="99"></figure>')
        assert self.blocking(article) == ["body"]

    def test_address_that_another_has_is_advised_of_with_the_one_that_is_offered(self):
        taken = make_edition(slug="rail")
        article = complete(section=taken.section, slug=taken.slug)
        assert readiness.problems(article, taken.path) == []
        [problem] = [one for one in readiness.all_problems(article, taken.path) if one.field == "slug"]
        assert "/2025/12/08/rail/: this one gets /2025/12/08/rail-2/" in problem.text

    def test_embargo_blocks_a_start_before_its_end(self):
        now = timezone.now()
        article = complete(embargo_until=now + timedelta(hours=1))
        assert self.blocking(article, now) == ["embargo_until"]
        assert self.blocking(article, now + timedelta(hours=1)) == []
        assert self.blocking(article) == []
        assert "Asia/Bishkek" in self.look(article, now)[0].text


class LevelTests(ReadinessTestCase):
    def setUp(self):
        self.parent = make_section()
        self.section = make_section(parent=self.parent)
        self.article = make_article(section=self.section)

    def rule(self, level, section=None, check=Check.BYLINE):
        CheckRule.objects.update_or_create(section=section, check_name=check, defaults={"level": level})

    def levels(self):
        return [problem.level for problem in self.found(self.article, Check.BYLINE)]

    def test_nearest_rule_decides(self):
        assert self.levels() == ["advisory"]
        self.rule("blocking")
        assert self.levels() == ["blocking"]
        self.rule("off", self.parent)
        assert self.levels() == []
        self.rule("advisory", self.section)
        assert self.levels() == ["advisory"]
        self.rule("off", make_section())
        assert self.levels() == ["advisory"]

    def test_rules_of_the_paper_decide_without_a_section(self):
        self.rule("off")
        self.change(self.article, section=None)
        assert self.levels() == []

    def test_workflow_refuses_what_blocks_with_all_texts_and_lets_advice_pass(self):
        self.rule("blocking")
        self.rule("blocking", check=Check.TAGS)
        with self.assertRaises(WorkflowError) as refused:
            workflow.publish(self.article, by=make_chief())
        assert "Add a byline" in str(refused.exception)
        assert "Add a tag" in str(refused.exception)
        assert "standfirst" not in str(refused.exception)
        CheckRule.objects.all().delete()
        workflow.publish(self.article, by=make_chief())
        assert self.article.editions.exists()

    def test_licence_that_ends_before_the_scheduled_time_keeps_it_from_being_scheduled(self):
        self.rule("blocking", check=Check.LICENCE)
        self.change(self.article, lead_image=make_image(licence_until=timezone.localdate()))
        with self.assertRaisesMessage(WorkflowError, "The licence of"):
            workflow.schedule(self.article, by=make_chief(), at=timezone.now() + timedelta(days=3))

    def test_rule_of_a_check_that_is_no_more_does_nothing(self):
        CheckRule.objects.create(check_name="poetry", level="blocking")
        assert self.look(self.article)

    def test_look_names_blocking_problems_first(self):
        self.rule("blocking")
        assert [problem.blocks for problem in self.look(self.article)].index(True) == 0


@override_settings(ALLOWED_HOSTS=["news.example.org", ".example.net"])
class LinkTests(ReadinessTestCase):
    def setUp(self):
        self.article = complete()

    def says(self, href):
        self.change(self.article, body=BODY + link(href))
        return [problem.text for problem in self.found(self.article, Check.INTERNAL_LINKS)]

    def test_pages_of_the_paper_are_fine(self):
        edition, child = make_edition(), make_section(slug="rail", parent=make_section(slug="business"))
        author, tag = make_author(slug="aigul"), Tag.objects.create(name="Silk", slug="silk")
        paths = [edition.path, child.get_absolute_url(), "/business/", "/business/feed/", "/business/rail/2025/12/"]
        paths += [
            f"/authors/{author.slug}/",
            f"/topics/{tag.slug}/",
            "/",
            "/latest/",
            "/search/?q=x",
            "/rates/",
            "/feed/",
        ]
        paths += [edition.path.rstrip("/"), f"https://news.example.org{edition.path}#part", "//a.example.net/business/"]
        for path in paths:
            with self.subTest(path):
                assert self.says(path) == []

    def test_former_address_that_redirects_is_fine(self):
        edition = make_edition(slug="old-words")
        article = Article.objects.get(pk=edition.article_id)
        article.slug = "new-words"
        article.save()
        workflow.publish(article, by=make_chief())
        assert self.says(edition.path) == []

    def test_addresses_without_a_page_are_not(self):
        make_section(slug="rail", parent=make_section(slug="business"))
        gone = "/2025/12/08/never/", "/nothing/", "/rail/", "/business/road/", "/topics/x/", "/authors/x/", "/a/b/c/d/"
        for path in (*gone, "https://news.example.org/nothing/", "/%ff/", "/nothing.php"):
            with self.subTest(path):
                (text,) = self.says(path)
                assert "leads to no page of the paper" in text
                assert path in text

    def test_article_that_is_withdrawn_or_still_to_come_is_said_to_be_not_live(self):
        for times in ({"live_until": timezone.now()}, {"live_from": timezone.now() + timedelta(days=1)}):
            (text,) = self.says(make_edition(**times).path)
            assert "not live now" in text

    def test_desk_and_previews_are_no_pages_for_readers(self):
        for path in ("/admin/articles/article/1/change/", "/preview/token/"):
            assert "where readers can’t go" in self.says(path)[0]

    CLOSED = (
        ("http://localhost:8000/admin/", "private network"),
        ("http://127.0.0.1/x", "private network"),
        ("https://192.168.1.20/files/", "private network"),
        ("http://[::1]/", "private network"),
        ("http://intranet/rules", "private network"),
        ("https://wiki.company.internal/", "private network"),
        ("https://mail.google.com/mail/u/0/#inbox/FMfcgz", "mailbox"),
        ("https://outlook.office.com/mail/id/AAQ", "mailbox"),
        ("https://e.mail.ru/inbox/0:1/", "mailbox"),
        ("https://web.telegram.org/a/#-100123", "messages"),
        ("https://docs.google.com/document/d/1AbC/edit#heading=h.x", "being edited"),
        ("https://paper.example/wp-admin/post.php?post=7&amp;action=edit", "draft or desk"),
        ("https://paper.example/?p=7&amp;preview=true", "draft or desk"),
    )

    def test_links_that_open_for_their_writer_alone_are_named(self):
        for href, words in self.CLOSED:
            with self.subTest(href):
                problem = self.one(complete(body=link(href)), Check.EXTERNAL_LINKS, "body", words)
                assert problem.place == href.replace("&amp;", "&")
        for href in ("https://example.org/", "https://docs.google.com/document/d/e/2PACX/pub", "https://8.8.8.8/"):
            assert self.found(complete(body=link(href)), Check.EXTERNAL_LINKS) == []

    def test_link_that_lost_its_address_is_named(self):
        self.one(complete(body=link("file:///C:/a.docx")), Check.EXTERNAL_LINKS, "body", "“there” has no address")

    def test_address_without_a_scheme_is_told(self):
        assert "lacks https://" in self.says("www.example.com/page")[0]

    def test_other_schemes_and_sites_are_not_asked_here(self):
        for href in (
            "mailto:a@example.org",
            "tel:+996",
            "https://example.com/x",
            "#top",
            "https://[half",
            "//other.org/",
        ):
            with self.subTest(href):
                assert self.says(href) == []

    def test_place_is_the_address_so_that_the_screen_finds_it(self):
        self.change(self.article, body=BODY + link("/nothing/?a=1&amp;b=2"))
        assert self.found(self.article, Check.INTERNAL_LINKS)[0].place == "/nothing/?a=1&b=2"

    def outside(self, trouble, **fields):
        self.change(self.article, body=BODY + link("https://example.com/a#part"))
        row = {"address": "https://example.com/a", "problem": trouble, "checked_at": timezone.now()}
        OutsideLink.objects.update_or_create(sha256=address_digest("https://example.com/a"), defaults=row | fields)
        return self.found(self.article, Check.EXTERNAL_LINKS)

    def test_outside_link_that_was_not_asked_yet_or_answers_is_fine(self):
        assert self.outside("") == []

    def test_every_trouble_is_said_in_words(self):
        for trouble in [*Trouble, "what a later version knows"]:
            with self.subTest(trouble):
                (problem,) = self.outside(trouble, status=404)
                assert "https://example.com/a" in problem.text
                assert problem.place == "https://example.com/a#part"

    def test_only_what_is_surely_gone_ever_blocks(self):
        CheckRule.objects.create(check_name=Check.EXTERNAL_LINKS, level="blocking")
        blocking = {trouble for trouble in Trouble if self.outside(trouble)[0].blocks}
        assert blocking == {Trouble.GONE, Trouble.NO_HOST, Trouble.BROKEN}

    def test_checks_that_are_off_ask_nothing(self):
        self.change(self.article, body=BODY + link("/nothing/") + link("https://example.com/a"))
        for check in (Check.INTERNAL_LINKS, Check.EXTERNAL_LINKS):
            CheckRule.objects.create(check_name=check, level="off")
        assert self.look(self.article) == []


class QueryTests(ReadinessTestCase):
    def test_hundred_pictures_and_links_take_as_many_queries_as_one(self):
        parent = make_section(slug="business")
        make_section(slug="rail", parent=parent)

        def article(count):
            pages = [make_edition().path for _ in range(count)]
            hrefs = pages + [f"/{kind}/x{n}/" for kind in ("topics", "authors", "business") for n in range(count)]
            hrefs += [f"https://example.com/{n}" for n in range(count)]
            return complete(body=BODY + "".join(map(link, hrefs)) + "".join(figure(make_image()) for _ in range(count)))

        for count in (1, 40):
            row = Article.objects.select_related("section").get(pk=article(count).pk)
            with self.assertNumQueries(11):  # rules, pictures, address, byline, tag; 4 kinds of pages, other sites
                readiness.all_problems(row, "/2025/12/08/x/", timezone.now())
