"""What was typed for a step that was refused, or not taken yet: it waits in the session and comes back in the form."""

KEY = "steps typed"
MOST = 20  # articles


def remember(request, article, given, **refused):
    """Keep what was typed for ``article``, until its form is sent again; of many articles the newest."""
    others = {pk: one for pk, one in request.session.get(KEY, {}).items() if pk != str(article.pk)}
    kept = {str(article.pk): {"given": given, **refused}} if given or refused else {}
    if kept or len(others) < len(request.session.get(KEY, {})):
        request.session[KEY] = dict(list((others | kept).items())[-MOST:])


def recall(request, article):
    """What waits for ``article``; why a step was refused is told once."""
    found = {} if article.trashed_at else request.session.get(KEY, {}).get(str(article.pk), {})
    if "step" in found:
        remember(request, article, found["given"])
    return found
