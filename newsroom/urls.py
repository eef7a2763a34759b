"""Where everything is mounted; the articles' own addresses come last, as sections take any first word.

/healthz and /readyz are answered before: health.answer_probes.
"""

from django.contrib import admin
from django.urls import include, path, re_path

from newsroom.serving import machines, media

urlpatterns = [
    path("admin/", include("articles.admin.password")),
    path("admin/", admin.site.urls),
    path("robots.txt", machines.robots),
    path("manifest.webmanifest", machines.manifest),
    re_path(r"^look-(?P<digest>[0-9a-f]{12})\.css$", machines.look),
    path("ads.txt", machines.ads),
    path("humans.txt", machines.humans),
    re_path(r"^(?P<key>[0-9a-f]{32})\.txt$", machines.indexnow_key),
    path(".well-known/security.txt", machines.security),
    path("security.txt", machines.security),
    re_path(r"^(?P<name>favicon\.ico|apple-touch-icon(?:-precomposed)?\.png)$", machines.icon),
    path("media/<path:name>", media.rendition, name="media"),
    path("", include("tickers.urls")),
    path("", include("articles.urls")),
]
handler400 = "newsroom.serving.errors.bad_request"
handler403 = "newsroom.serving.errors.forbidden"
handler404 = "newsroom.serving.errors.not_found"
handler500 = "newsroom.serving.errors.broken"
