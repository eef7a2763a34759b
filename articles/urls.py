"""The paper's addresses: design.md 2. A section may take any first word, so its routes come last."""

from django.urls import path, re_path

from articles import feeds, shared_preview, sitemaps, views

MONTH = r"(?P<year>\d{4})/(?P<month>\d{2})/"

urlpatterns = [
    path("", views.front_page, name="front_page"),
    path("latest/", views.latest_page, name="latest_page"),
    re_path(rf"^latest/{MONTH}$", views.month_page, name="latest_month"),
    path("corrections/", views.corrections_page, name="corrections_page"),
    path("search/", views.search_page, name="search_page"),
    path("topics/<str:slug>/", views.tag_page, name="tag_page"),
    path("topics/<str:slug>/feed/", feeds.TagFeed(), name="tag_feed"),
    path("authors/<slug:slug>/", views.author_page, name="author_page"),
    path("authors/<slug:slug>/feed/", feeds.AuthorFeed(), name="author_feed"),
    path("feed/", feeds.PaperFeed(), name="feed"),
    path("sitemap.xml", sitemaps.index, name="sitemap"),
    path("sitemap-sections.xml", sitemaps.sections, name="sitemap_sections"),
    re_path(r"^sitemap-(?P<year>\d{4})-(?P<month>\d{2})\.xml$", sitemaps.month, name="sitemap_month"),
    path("news-sitemap.xml", sitemaps.news, name="news_sitemap"),
    path("preview/<str:token>/", shared_preview.page, name="shared_preview"),
    re_path(r"^\d{4}/\d{2}/\d{2}/[-\w]+/$", views.article_page, name="article_page"),
    path("<slug:slug>/", views.section_page, name="section_page"),
    path("<slug:slug>/feed/", feeds.SectionFeed(), name="section_feed"),
    re_path(rf"^(?P<slug>[-\w]+)/{MONTH}$", views.month_page, name="section_month"),
    path("<slug:slug>/<slug:child>/", views.section_page, name="child_page"),
    path("<slug:slug>/<slug:child>/feed/", feeds.SectionFeed(), name="child_feed"),
    re_path(rf"^(?P<slug>[-\w]+)/(?P<child>[-\w]+)/{MONTH}$", views.month_page, name="child_month"),
]
