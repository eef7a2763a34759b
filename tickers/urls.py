from django.urls import re_path

from tickers import views

PAIR = r"^rates/(?P<slug>[a-z]{3}-[a-z]{3})"

urlpatterns = [
    re_path(r"^rates/$", views.rates_page, name="rates_page"),
    re_path(r"^rates\.json$", views.rates_json, name="rates_json"),
    re_path(PAIR + r"/$", views.pair_page, name="pair_page"),
    re_path(PAIR + r"\.csv$", views.pair_csv, name="pair_csv"),
    re_path(PAIR + r"\.json$", views.pair_json, name="pair_json"),
    re_path(PAIR + r"\.png$", views.pair_card, name="pair_card"),
]
