"""Which step gets the big button of an article's form, and which are in its menu."""

from typing import Any

from articles.desk.steps import STEPS
from articles.models import Article

WITH_PEOPLE = frozenset().union(*(step.fields for step in STEPS.values() if step.is_beside))  # they stand with notes


def next_step(article: Article | None, offered: set[str]) -> str:
    """Return which of the ``offered`` steps comes next in the workflow; an empty text if none does."""
    stage = Article.Stage(article.stage) if article else Article.Stage.DRAFT
    ranked = {name: STEPS[name].next_at[stage] for name in offered if stage in STEPS[name].next_at}
    return min(ranked, key=lambda name: ranked[name], default="")


def further_steps(offered: set[str], step_form: Any) -> dict[str, Any]:
    """Return the steps that are only in the menu: those without a field, and the others by their field."""
    steps = [step for step in STEPS.values() if step.is_in_menu and step.name in offered]
    asking: dict[str, list[str]] = {}  # a field stands there once, however many steps ask for it
    for step in steps:
        if step.argument:
            asking.setdefault(step.asks, []).append(step.name)
    fields = [(step_form[field], names) for field, names in asking.items()]
    return {"further": [step.name for step in steps if not step.argument], "further_asking": fields}


def menu_is_open(step_form: Any) -> bool:
    """Return whether a field in the menu has an error, so that the menu is open."""
    return bool(set(step_form.errors) - WITH_PEOPLE - {"__all__"})
