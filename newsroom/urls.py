"""Where everything is mounted: the desk, then every public page of the list, where sections come last.

/healthz and /readyz are answered before: health.answer_probes.
"""

from django.contrib import admin
from django.urls import include, path

from newsroom import pages

urlpatterns = [
    path("admin/", include("articles.admin.password")),
    path("admin/", include("articles.admin.second_factor")),
    path("admin/", include("articles.admin.provider")),
    path("admin/", admin.site.urls),
    *(route for page in pages.ALL for route in page.routes()),
]
handler400 = "newsroom.serving.errors.bad_request"
handler403 = "newsroom.serving.errors.forbidden"
handler404 = "newsroom.serving.errors.not_found"
handler500 = "newsroom.serving.errors.broken"
