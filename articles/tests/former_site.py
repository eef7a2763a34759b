"""A small paper for tests, and a table of old addresses at which its parts stood on a former site."""

from datetime import UTC, datetime, timedelta
from itertools import product
from urllib.parse import quote

from django.test import TestCase
from taggit.models import Tag
from zeal import zeal_ignore

from articles.desk.old_addresses import keep_former_addresses
from articles.models import Edition, FlatPage
from articles.tests.factories import (
    make_article,
    make_author,
    make_edition,
    make_image,
    make_section,
)

SPRING = datetime(2019, 5, 4, 6, 0, tzinfo=UTC)
CYRILLIC = "наводнение-в-оше"
CUT = "%d0%bd%d0%b0%d0%b2%d0%be%d0"  # by WordPress, within a letter
COMPOSED, APART = "новой", "новои\u0306"

# What may follow or precede the address of one story on the former site.
OF_A_STORY = [
    *("{0}", "{1}", "{0}feed/", "{0}feed", "{0}feed/atom/", "{0}feed/rss2/", "{0}amp/", "{1}/amp", "{0}2/", "{0}12/"),
    *("{0}comment-page-3/", "{0}trackback/", "{0}embed/", "{0}page/2/", "/ru{0}", "/en{1}", "/zh-hans{0}", "/kg{0}"),
    *("/amp{0}", "/amp{1}", "/ru/amp{0}", "/amp/ru{0}", "/ru{0}feed/", "{0}?amp=1", "{0}?amp", "{0}?lang=ru"),
    *("/index.php{0}", "/index.php{1}", "{1}.html", "{0}?preview=true", "{0}attachment/img-5/", "{0}?replytocom=7"),
]
OF_A_LIST = [
    *("{0}", "{1}", "/ru{0}", "/amp{0}", "{0}amp/", "{0}?amp=1", "{0}?lang=ru", "/index.php{0}"),
]
FEEDS = {"feed/": "feed/", "feed": "feed/", "feed/rss2/": "feed/", "feed/rss/": "feed/", "feed/rdf/": "feed/"}
FEEDS |= {
    "feed/atom/": "atom/",
    "feed/json/": "feed.json",
    "rss/": "feed/",
    "?feed=rss2": "feed/",
    "?feed=atom": "atom/",
}


class FormerSite(TestCase):
    """A small paper, and where each of its parts stood on its former site."""

    @classmethod
    def setUpTestData(cls):
        cls.parent = make_section(slug="central-asia")
        cls.section = make_section(slug="kyrgyzstan", parent=cls.parent)
        cls.tag = Tag.objects.create(name="Water", slug="water-and-power")
        cls.author = make_author(slug="ana-petrova")
        shared = {"section": cls.section, "tags": [cls.tag], "authors": [cls.author]}
        with zeal_ignore():
            for _number in range(2):
                make_edition(article=make_article(**shared), live_from=SPRING)
        cls.flood = make_edition(slug="flood-in-osh", live_from=SPRING).article
        cls.cyrillic = make_edition(slug="navodnenie", live_from=SPRING + timedelta(days=400)).article
        cls.joomla = make_edition(slug="budget", live_from=SPRING).article
        cls.ghost = make_edition(slug="mine", live_from=SPRING).article
        cls.page = FlatPage.objects.create(title="Who", slug="who-we-are", body="<p>x</p>")
        cls.image = make_image(made_cut=1)
        make_edition(lead_image=cls.image, slug="lake", live_from=SPRING)
        cls.kept = keep_former_addresses(cls.pairs())

    @classmethod
    def pairs(cls):
        yield from ((address, cls.flood) for address in (
            "/2019/05/04/old-flood/", "/2019/05/old-flood/", "/archives/123", "/old-flood/", "/news/old-flood/",
            "/news/osh/old-flood/", "/ana/old-flood/", "/123/old-flood/", "/?p=123", "/flood-of-may/", "/old-flood-2/",
            "/2019/05/04/old-flood/osh-river/", "/?attachment_id=124", "/osh-river/",
        ))  # fmt: skip
        yield from ((address, cls.cyrillic) for address in (
            f"/2020/06/{quote(CYRILLIC).lower()}/", f"/{CUT}/", f"/{COMPOSED}/", "/?p=200", "/shared/?lang=ru",
        ))  # fmt: skip
        yield from ((address, cls.joomla) for address in (
            "/index.php?option=com_content&view=article&id=345:budget-2012&catid=12:economy&Itemid=5",
            "/index.php/news/345-budget-2012", "/2009/budget-2012.html", "/shared/",
        ))  # fmt: skip
        yield from ((address, cls.ghost) for address in ("/the-mine/", "/p/5f0e7a31-1b7c-4c55-9c0c-0d4f5d7e0a11/"))
        for base in ("/category/central-asia/kirgizia/", "/topics-base/central-asia/kirgizia/", "/?cat=7"):
            yield base, cls.section
        yield "/?category_name=kirgizia", cls.section
        yield "/index.php?option=com_content&view=category&id=12", cls.section
        yield from ((address, cls.tag) for address in ("/tag/water/", "/?tag=water", "/theme/water/"))
        for address in ("/author/anapaper-kg/", "/author/ana@paper.kg/", "/?author=5", "/?author_name=anapaper-kg"):
            yield address, cls.author
        yield from ((address, cls.page) for address in ("/impressum/", "/?page_id=2", "/redaction/team/"))
        yield "/wp-content/uploads/2019/05/lake-scaled.jpg", cls.image
        yield "/wp-content/uploads/2019/05/Озеро.JPG", cls.image
        yield "/content/images/2021/02/lake.png", cls.image
        yield "/lake-picture/", cls.image

    @classmethod
    def table(cls):
        """Yield each old address with today's."""
        yield from cls.table_of_stories()
        yield from cls.table_of_lists()
        yield from cls.table_of_dates()
        yield from cls.table_of_joomla_and_ghost()
        yield from cls.table_of_pictures()

    @classmethod
    def table_of_stories(cls):
        flood, cyrillic = cls.path(cls.flood), cls.path(cls.cyrillic)
        for base, shape in product(["/2019/05/04/old-flood/", "/archives/123/", "/old-flood/"], OF_A_STORY):
            yield shape.format(base, base.rstrip("/")), flood
        for base in ("/2019/05/old-flood/", "/ana/old-flood/", "/news/osh/old-flood/", "/123/old-flood/"):
            yield from ((base + ending, flood) for ending in ("", "feed/", "amp/", "2/"))
        for address in ("/2019/05/04/old-flood/?utm_source=mail&utm_medium=x", "/old-flood?fbclid=z&amp=1"):
            yield address, f"{flood}?{address.partition('?')[2].removesuffix('&amp=1')}"
        for address in (
            "/?p=123", "/index.php?p=123", "/?page_id=123", "/?attachment_id=123",
            "/?p=123&preview=true&preview_id=123",
            "/?p=123&lang=ru", "/?lang=en&p=123", "/ru/?p=123", "/?p=123&amp=1", "/?attachment_id=124", "/blog/?p=123",
            "/?p=123&feed=rss2", "/2019/05/04/old-flood/osh-river/", "/2019/05/04/old-flood/osh-river/feed/",
            "/osh-river/", "/flood-of-may/",
            "/2019/05/04/flood-of-may/", "/old-flood-2/", "/OLD-Flood/",
            "/2019/05/04/flood-in-osh", "/2019/05/04/flood-in-osh/amp/", "/2019/05/04/flood-in-osh/feed/",
            "/2019/05/04/flood-in-osh/2/", "/ru/2019/05/04/flood-in-osh/", "/index.php/2019/05/04/flood-in-osh/",
        ):  # fmt: skip
            yield address, flood
        yield "/?p=123&utm_source=x", f"{flood}?utm_source=x"
        upper = quote(CYRILLIC)
        for slug in (upper, upper.lower(), CYRILLIC, CYRILLIC.upper(), quote(upper)):
            yield f"/2020/06/{slug}/", cyrillic
            yield f"/2020/06/{slug}/feed/", cyrillic
            yield f"/2020/06/08/{slug}", cyrillic  # the slug alone, and the month, tell which one it is
            yield f"/{slug}/amp/", cyrillic
        for slug in (CUT, CUT.upper(), quote(COMPOSED), quote(APART)):
            yield f"/{slug}/", cyrillic
        yield "/shared/?lang=ru", cyrillic
        yield "/shared/?lang=en", cls.path(cls.joomla)
        for address in (
            "/impressum/",
            "/impressum",
            "/ru/impressum/",
            "/?page_id=2",
            "/redaction/team/",
            "/impressum/2/",
        ):
            yield address, "/who-we-are/"

    @classmethod
    def table_of_lists(cls):
        lists = {
            "/category/central-asia/kirgizia/": "/central-asia/kyrgyzstan/",
            "/topics-base/central-asia/kirgizia/": "/central-asia/kyrgyzstan/",
            "/category/central-asia/kyrgyzstan/": "/central-asia/kyrgyzstan/",  # by rule
            "/category/kyrgyzstan/": "/central-asia/kyrgyzstan/",
            "/category/world/asia/kyrgyzstan/": "/central-asia/kyrgyzstan/",
            "/tag/water/": "/topics/water-and-power/",
            "/theme/water/": "/topics/water-and-power/",
            "/tag/water-and-power/": "/topics/water-and-power/",
            "/author/anapaper-kg/": "/authors/ana-petrova/",
            "/author/ana@paper.kg/": "/authors/ana-petrova/",
            "/author/ana-petrova/": "/authors/ana-petrova/",
        }
        for (old, new), shape in product(lists.items(), OF_A_LIST):
            yield shape.format(old, old.rstrip("/")), new
        for old, new in lists.items():
            yield from ((old + ending, new + feed) for ending, feed in FEEDS.items())
            yield from ((f"{old}{ending}", f"{new}?page=2") for ending in ("page/2/", "page/2", "?paged=2"))
            yield f"{old}page/9/", new  # a page had ten stories there
        numbers = {"/?cat=7": "/central-asia/kyrgyzstan/", "/?tag=water": "/topics/water-and-power/"}
        numbers |= {"/?author=5": "/authors/ana-petrova/", "/?author_name=anapaper-kg": "/authors/ana-petrova/"}
        numbers |= {"/?category_name=central-asia/kirgizia": "/central-asia/kyrgyzstan/"}
        numbers |= {"/?category_name=central-asia/kyrgyzstan": "/central-asia/kyrgyzstan/"}
        numbers |= {"/?tag=water-and-power": "/topics/water-and-power/"}
        numbers |= {"/?author_name=ana-petrova": "/authors/ana-petrova/"}
        for old, new in numbers.items():
            yield old, new
            yield f"{old}&lang=ru", new
            yield f"{old}&paged=2", f"{new}?page=2"
            yield f"{old}&paged=9", new
            yield f"{old}&feed=rss2", f"{new}feed/"
            yield f"{old}&feed=atom", f"{new}atom/"
            yield f"{old}&utm_source=x", f"{new}?utm_source=x"

    @classmethod
    def table_of_dates(cls):
        month = "/latest/2019/05/"
        for address in (
            "/2019/05/", "/2019/05", "/2019/05/04/", "/2019/05/04", "/2019/", "/2019", "/date/2019/05/", "/date/2019/",
            "/archives/2019/05/", "/archives/date/2019/05/04/", "/?m=201905", "/?m=20190504", "/?m=2019", "/?year=2019",
            "/?year=2019&monthnum=5",
            "/?year=2019&monthnum=05&day=4", "/ru/2019/05/", "/ru/2019/", "/2019/05/04/page/2/",
            "/index.php/2019/05/", "/2019/page/2/", "/2019/05/page/9/", "/amp/2019/05/",
        ):  # fmt: skip
            yield address, month
        for address in ("/2019/05/page/2/", "/?m=201905&paged=2", "/?year=2019&monthnum=5&paged=2"):
            yield address, f"{month}?page=2"
        for address in ("/page/2/", "/?paged=2", "/ru/page/2/", "/index.php/page/2/"):
            yield address, "/latest/?page=2"
        for address in ("/page/77/", "/?paged=77"):
            yield address, "/latest/"
        for address in (
            "/feed", "/feed/rss2/",
            "/feed/rss/", "/feed/rdf/", "/?feed=rss2", "/?feed=feed", "/comments/feed/", "/rss/",
            "/comments/feed/rss2/", "/?feed=rdf", "/ru/feed/", "/index.php/feed/", "/2019/05/feed/",
        ):  # fmt: skip
            yield address, "/feed/"
        for address in ("/feed/atom/", "/feed/atom", "/?feed=atom", "/ru/feed/atom/"):
            yield address, "/atom/"
        yield from {"/feed/json/": "/feed.json", "/ru/": "/", "/index.php": "/", "/amp/": "/"}.items()
        yield from {"/?s=osh+river": "/search/?q=osh+river", "/ru/?s=x": "/search/?q=x"}.items()
        for name in ("wp-sitemap", "sitemap_index", "post-sitemap2", "category-sitemap", "sitemap-posts"):
            yield f"/{name}.xml", "/sitemap.xml"

    @classmethod
    def table_of_joomla_and_ghost(cls):
        joomla = cls.path(cls.joomla)
        for address in (
            "/index.php/news/345-budget-2012", "/news/345-budget-2012", "/news/345-budget-2012.html",
            "/index.php/news/345-budget-2012.html", "/economy/345-another-slug", "/index.php/en/news/345-budget-2012",
            "/component/content/article/12-economy/345-budget-2012", "/component/content/article/345-budget-2012",
            "/index.php/component/content/article/12-economy/345-budget-2012.html",
            "/index.php?option=com_content&view=article&id=345:budget-2012", "/?option=com_content&id=345",
            "/index.php?option=com_content&view=article&id=345&Itemid=7", "/?option=com_content&task=view&id=345",
            "/index.php?option=com_content&view=article&id=345&tmpl=component&print=1&lang=ru&format=pdf&layout=default",
            "/component/content/article?id=345:budget-2012&option=com_content", "/2009/budget-2012/",
        ):  # fmt: skip
            yield address, f"{joomla}{'?print=1' if 'print' in address else ''}"
        yield "/index.php?option=com_content&view=category&id=12&Itemid=3", "/central-asia/kyrgyzstan/"
        yield "/index.php?option=com_content&view=category&id=12:kg&layout=blog", "/central-asia/kyrgyzstan/"
        for address in ("/the-mine/", "/the-mine/amp/", "/the-mine", "/p/5f0e7a31-1b7c-4c55-9c0c-0d4f5d7e0a11/"):
            yield address, cls.path(cls.ghost)
        yield "/the-mine/?ref=paper-newsletter", f"{cls.path(cls.ghost)}?ref=paper-newsletter"
        yield "/tag/water/rss/", "/topics/water-and-power/feed/"
        yield "/author/ana-petrova/rss/", "/authors/ana-petrova/feed/"

    @classmethod
    def table_of_pictures(cls):
        small, middle, large = (cls.copy_of(width) for width in (480, 800, 1600))
        folder = "/wp-content/uploads/2019/05"
        yield from {
            f"{folder}/lake.jpg": large,
            f"{folder}/lake-scaled.jpg": large,
            f"{folder}/lake-rotated.jpg": large,
            f"{folder}/lake-e1556960000000.jpg": large,
            f"{folder}/lake-300x200.jpg": small,
            f"{folder}/lake-640x427.jpg": middle,
            f"{folder}/lake-scaled-640x427.jpg": middle,
            f"{folder}/lake-2048x1365.jpg": large,
            f"{folder}/lake-300x200.jpg.webp": small,
            f"{folder}/{quote('Озеро.JPG')}": large,
            f"{folder}/{quote('озеро-300x200.jpg')}": small,
            "/content/images/2021/02/lake.png": large,
            "/content/images/size/w600/2021/02/lake.png": middle,
            "/content/images/size/w1000/format/webp/2021/02/lake.png": cls.copy_of(1200),
            "/lake-picture/": large,
        }.items()

    @classmethod
    def path(cls, article):
        return Edition.objects.get(article=article).path

    @classmethod
    def copy_of(cls, width):
        return f"/media/{cls.image.key[:2]}/{cls.image.key}/1-full-{width}.jpg"
