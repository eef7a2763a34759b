from django.urls import path

from tickers import views

urlpatterns = [
    path("", views.rates_page, name="rates_page"),
]
