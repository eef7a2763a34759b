"""Where everything is mounted; the articles' own addresses come last, as sections take any first word.

/healthz and /readyz are answered before: health.answer_probes.
"""

from django.contrib import admin
from django.urls import include, path, re_path

from newsroom.serving import media, text_files

urlpatterns = [
    path("admin/", include("articles.admin.password")),
    path("admin/", admin.site.urls),
    path("robots.txt", text_files.robots),
    path("manifest.webmanifest", text_files.manifest),
    re_path(r"^look-(?P<digest>[0-9a-f]{12})\.css$", text_files.look_stylesheet),
    path("ads.txt", text_files.ads),
    path("humans.txt", text_files.humans),
    re_path(r"^(?P<key>[0-9a-f]{32})\.txt$", text_files.indexnow_key),
    path(".well-known/security.txt", text_files.security),
    path("security.txt", text_files.security),
    re_path(r"^(?P<name>favicon\.ico|apple-touch-icon(?:-precomposed)?\.png)$", text_files.icon),
    path("media/<path:name>", media.rendition, name="media"),
    path("", include("tickers.urls")),
    path("", include("articles.urls")),
]
handler400 = "newsroom.serving.errors.bad_request"
handler403 = "newsroom.serving.errors.forbidden"
handler404 = "newsroom.serving.errors.not_found"
handler500 = "newsroom.serving.errors.broken"
