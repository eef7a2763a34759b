"""The steps that decide what readers see, and when: each is taken, with what follows, and returns a sentence."""

from typing import Any

from django.contrib.auth.models import User
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from articles.admin.article import state
from articles.admin.times import time_with_zone
from articles.desk import lacking, workflow
from articles.desk.workflow import WorkflowError
from articles.models import Article, Edition
from ground.times import FOR_EVER

Given = dict[str, Any]  # what the fields of a step say


def replaced_later(article: Article) -> str:
    """Return a warning for each scheduled edition of ``article`` that lacks something readers have."""
    coming = article.editions.filter(live_from__gt=timezone.now(), lacks__gt="").order_by("live_from")
    text = _("But what is scheduled for %(time)s %(lacks)s. Decide on it beside “Schedule”.")
    return " ".join(
        text % {"time": time_with_zone(row.live_from), "lacks": lacking.gaps_in_words(row.lacks)} for row in coming
    )


def press_publish(article: Article, values: Given, by: User) -> str:
    if at := values["go_live_at"]:
        text = _("You typed %(time)s as the time it goes live: press “Schedule”, or empty the time to publish now.")
        raise WorkflowError(text % {"time": time_with_zone(at)})
    if not values["take_away"]:
        _refuse_to_take_away(article)
    withdrawn = state.state_of(article).withdrawn
    edition = workflow.publish(article, by=by, significant=values["significant"])
    done = _("Published: readers see it at %(path)s.") % {"path": edition.path}
    return _and_so_on(done, edition, withdrawn, by, values)


def _refuse_to_take_away(article: Article) -> None:
    """Refuse to publish a text that lacks what readers have, like an update that went live after it was written."""
    if lacks := lacking.gaps_in_words(",".join(lacking.of_working_copy(article))):
        text = _(
            "The text here %(lacks)s. Compare it with what readers have, and put that in; or tick “Publish it without "
            "that” and publish again."
        )
        raise WorkflowError(text % {"lacks": lacks})


def press_schedule(article: Article, values: Given, by: User) -> str:
    withdrawn = state.state_of(article).withdrawn
    edition = workflow.schedule(article, by=by, at=_given_time(values), significant=values["significant"])
    done = _("Scheduled: it goes live %(time)s.") % {"time": time_with_zone(edition.live_from)}
    return _and_so_on(done, edition, withdrawn, by, values)


def _and_so_on(done: str, edition: Edition, withdrawn: Edition | None, by: User, values: Given) -> str:
    """Carry out what follows from ``edition``: its end, plans from before a withdrawal, changes of scheduled texts.

    Returns ``done`` and a sentence for each.
    """
    article, end, said_too = edition.article, values["take_down_at"], [done]
    if values["significant"] and edition.revised_at != edition.live_from:
        said_too.append(_("Readers are not told that it was updated: they read nothing new in it."))
    if end:
        said_too.append(_end_with(edition, end, by))
    if withdrawn and withdrawn.planned:
        plans = {"end": not (end or values["forget_end"]), "updates": values["plan_again"]}
        said_too += workflow.take_up_plans(article, withdrawn, by=by, **plans)
    if values["carry"] == "yes" or (values["carry"] != "no" and edition.corrected_at == edition.live_from):
        editions = workflow.carry_into_all(article, by=by)
        text = _("What is scheduled for %(time)s has it now, too.")
        said_too += [text % {"time": time_with_zone(row.live_from)} for row in editions]
    return " ".join(filter(None, [*said_too, replaced_later(article)]))


def _end_with(edition: Edition, end: Any, by: User) -> str:
    if end <= edition.live_from:
        text = _("It would end before it goes live %(time)s: choose a later end.")
        raise WorkflowError(text % {"time": time_with_zone(edition.live_from)})
    return _set_end(edition.article, end, by)


def press_reschedule(edition: Edition, values: Given, by: User) -> str:
    at, end, done = _given_time(values), values["take_down_at"], []
    if end and end <= at:
        raise WorkflowError(
            _("It would end before it goes live %(time)s: choose a later end.") % {"time": time_with_zone(at)}
        )
    if end and at > edition.live_from:  # past the end it has, perhaps
        done = [_set_end(edition.article, end, by)]
    edition = workflow.reschedule(edition, by=by, at=at)
    if end and not done:
        done = [_set_end(edition.article, end, by)]
    moved = _("Rescheduled: it goes live %(time)s.") % {"time": time_with_zone(edition.live_from)}
    return " ".join(filter(None, [moved, *done, replaced_later(edition.article)]))


def press_cancel(edition: Edition, _values: Given, by: User) -> str:
    is_alone = not edition.took_over and edition.live_until < FOR_EVER
    followed = edition.article.editions.filter(live_from=edition.live_until).exists()
    workflow.cancel(edition, by=by)
    done = _("Schedule of %(time)s cancelled.") % {"time": time_with_zone(edition.live_from)}
    if not is_alone or followed:
        return done
    return f"{done} " + _("Its end of %(time)s went with it.") % {"time": time_with_zone(edition.live_until)}


def carry(edition: Edition, _values: Given, by: User, **chosen: Any) -> str:
    edition = workflow.carry_over(edition, by=by, **chosen)
    done = _("What is scheduled for %(time)s has what readers have.") % {"time": time_with_zone(edition.live_from)}
    return f"{done} {replaced_later(edition.article)}".strip()


def press_keep(edition: Edition, _values: Given, by: User) -> str:
    edition = workflow.keep_as_is(edition, by=by)
    return _("It goes out %(time)s as it was scheduled.") % {"time": time_with_zone(edition.live_from)}


def press_renew(edition: Edition, _values: Given, by: User) -> str:
    edition = workflow.renew(edition, by=by)
    done = _("The newest text goes out %(time)s.") % {"time": time_with_zone(edition.live_from)}
    return f"{done} {replaced_later(edition.article)}".strip()


def press_take_down(article: Article, values: Given, by: User) -> str:
    return _set_end(article, values["take_down_at"], by)


def _set_end(article: Article, at: Any, by: User) -> str:
    edition = workflow.take_down(article, by=by, at=at)
    return (
        _("It ends %(time)s.") % {"time": time_with_zone(edition.live_until)}
        if at
        else _("It has no end: it stays for ever.")
    )


def press_withdraw(article: Article, values: Given, by: User) -> str:
    links = article.preview_links.valid().count()
    edition = workflow.withdraw(article, by=by, reason=values["withdrawal_reason"])
    done = [_("Withdrawn: readers of its address see the reason.")]
    if links:
        done.append(ngettext("%d preview link of it ended.", "%d preview links of it ended.", links) % links)
    if starts := workflow.planned_starts(edition):
        text = _("What was scheduled for %(times)s went with it; publishing it again offers to schedule that again.")
        done.append(text % {"times": ", ".join(map(time_with_zone, starts))})
    if end := workflow.planned_end(edition):
        text = _("It was to end %(time)s: published again, it keeps that end, unless you tick that it is to have none.")
        done.append(text % {"time": time_with_zone(end)})
    return " ".join(done)


def _given_time(values: Given) -> Any:
    at = values["go_live_at"]
    if at is None:
        raise WorkflowError(_("Choose the day and the time at which it goes live."))
    return at
