from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from tickers import ratebar


@require_safe
def rates_page(request):
    rows = ratebar.current_rows(request.at, timezone.get_current_timezone())
    return render(request, "tickers/rates_page.html", {"rows": rows})
