"""The paper's addresses: docs/reference.md lists them. A section may take any first word, so its routes come last."""

from django.urls import path, re_path

from articles.desk import shared_preview
from articles.public import feeds, oembed, sitemaps, views

MONTH = r"(?P<year>\d{4})/(?P<month>\d{2})/"

FORMATS = {"rss": "feed/", "atom": "atom/", "json": "feed.json"}


def _feeds(base, view, name):
    """A feed's addresses under ``base``, one for each format."""
    return [path(base + ending, view, {"form": form}, name=f"{name}_{form}") for form, ending in FORMATS.items()]


urlpatterns = [
    path("", views.front_page, name="front_page"),
    path("latest/", views.latest_page, name="latest_page"),
    re_path(rf"^latest/{MONTH}$", views.month_page, name="latest_month"),
    path("corrections/", views.corrections_page, name="corrections_page"),
    path("search/", views.search_page, name="search_page"),
    path("search/suggest/", views.suggestions, name="suggestions"),
    path("topics/<str:slug>/", views.tag_page, name="tag_page"),
    *_feeds("topics/<str:slug>/", feeds.tag_feed, "tag_feed"),
    path("authors/<slug:slug>/", views.author_page, name="author_page"),
    *_feeds("authors/<slug:slug>/", feeds.author_feed, "author_feed"),
    *_feeds("search/", feeds.search_feed, "search_feed"),
    *_feeds("", feeds.paper_feed, "feed"),
    path("feeds/", feeds.feeds_page, name="feeds_page"),
    path("feeds.opml", feeds.opml, name="feeds_opml"),
    path("api/oembed/", oembed.oembed_answer, name="oembed"),
    path("sitemap.xml", sitemaps.sitemap_index, name="sitemap"),
    path("sitemap-sections.xml", sitemaps.sections, name="sitemap_sections"),
    re_path(r"^sitemap-(?P<year>\d{4})-(?P<month>\d{2})(?:-(?P<part>[1-9]\d{0,2}))?\.xml$", sitemaps.month),
    path("news-sitemap.xml", sitemaps.news, name="news_sitemap"),
    path("preview/<str:token>/", shared_preview.page, name="shared_preview"),
    re_path(r"^\d{4}/\d{2}/\d{2}/[-\w]+/$", views.article_page, name="article_page"),
    path("<slug:slug>/", views.section_page, name="section_page"),
    *_feeds("<slug:slug>/", feeds.section_feed, "section_feed"),
    re_path(rf"^(?P<slug>[-\w]+)/{MONTH}$", views.month_page, name="section_month"),
    path("<slug:slug>/<slug:child>/", views.section_page, name="child_page"),
    *_feeds("<slug:slug>/<slug:child>/", feeds.section_feed, "child_feed"),
    re_path(rf"^(?P<slug>[-\w]+)/(?P<child>[-\w]+)/{MONTH}$", views.month_page, name="child_month"),
]
