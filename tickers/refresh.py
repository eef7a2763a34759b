"""Refreshing rates: sources are asked, their quotes judged, and stored as accepted or held for the rates desk."""

import math
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime

from django.db import IntegrityError, transaction
from django.db.models import Max, Q
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django_tasks import task

from tickers import answers, calendar, decisions, fetch, plausibility, providers
from tickers.answers import Harvest, SourceAnswer
from tickers.calendar import AHEAD
from tickers.fetch import Validators
from tickers.models import Pair, Rate, Source, exact
from tickers.providers import Provider, ProviderError, Quote
from tickers.tasks import mail_trouble

TOLD_AFTER = 3  # failures in a row
A_MINUTE = 60.0
NEW, UNCHANGED, HELD, NONE, FAILED = "new", "unchanged", "held", "none", "failed"


@dataclass(frozen=True)
class Outcome:
    """The result for a pair, or for a source as a whole."""

    source: str
    kind: str  # one of NEW, UNCHANGED, HELD, NONE, FAILED
    text: str


@dataclass
class Summary:
    """The results of a run."""

    outcomes: list[Outcome] = field(default_factory=list)

    def count(self, kind: str, source: str | None = None) -> int:
        """Return the number of outcomes of that kind, of one source or of all."""
        return sum(outcome.kind == kind and source in {None, outcome.source} for outcome in self.outcomes)

    @property
    def sources(self) -> list[str]:
        """The sources of the outcomes, in order."""
        return list(dict.fromkeys(outcome.source for outcome in self.outcomes))


class Run:
    """One refresh: no address is requested twice, and no transaction is open during a request.

    ``dry`` stores nothing; ``saved`` has answers from files, by the codes of their sources, and then nothing is
    requested. ``say`` is called with each outcome at once. From ``until`` (of time.monotonic()) on nothing is requested
    any more.
    """

    def __init__(
        self,
        *,
        dry: bool = False,
        saved: Mapping[str, bytes] | None = None,
        until: float = math.inf,
        say: Callable[[Outcome], None] | None = None,
    ):
        self.dry, self.offline, self.until, self.say = dry, saved is not None, until, say
        self.saved = {
            code: answers.read_sheets(providers.get_provider(code), content) for code, content in (saved or {}).items()
        }
        self.compared: set[str] = set()  # the second sources that have given a quote
        self.summary = Summary()
        self.answers_by_address: dict[str, SourceAnswer] = {}
        self.now = timezone.now()
        self.utc_day = self.now.astimezone(UTC).date()
        self.today = timezone.localdate(self.now)

    def newest(self, code: str, pairs: Iterable[Pair]) -> None:
        """Ask a source for its newest rates of ``pairs``."""
        source = providers.get_provider(code)
        if time.monotonic() >= self.until:
            text = _("%(source)s was not asked: the others took too long. Ask again.") % {"source": source.name}
            self._tell([Outcome(code, NONE, text)])
            return
        harvest = Harvest(source, {pair: [] for pair in pairs})
        validators_by_address = self._known_validators(harvest)
        for address in source.addresses(None, self.utc_day):
            if all(self._is_served(harvest, pair) for pair in harvest.quotes):
                break
            validators, pairs_before = validators_by_address.get(address, (None, set()))
            answer = self._ask(source, address, None, validators)
            if answer.unchanged:
                harvest.keep_unchanged(address, answer, pairs_before)
            else:
                harvest.add(address, answer)
            if answer.trouble:
                break
        self._keep(harvest, is_newest=True)

    def day(self, code: str, pairs: Iterable[Pair], day: date) -> None:
        """Ask a source for the rates of one day."""
        source = providers.get_provider(code)
        harvest = Harvest(source, {pair: [] for pair in pairs})
        for address in source.addresses(day, self.utc_day):
            harvest.add(address, self._ask(source, address, day, None))
        if not harvest.answers:
            harvest.answers[""] = SourceAnswer(trouble=str(source.error(_("it can't be asked for an earlier day"))))
        self._keep(harvest, is_newest=False)

    def file(self, code: str, pairs: Iterable[Pair], day: date | None) -> None:
        """Read the saved answer of a source."""
        source = providers.get_provider(code)
        harvest = Harvest(source, {pair: [] for pair in pairs})
        harvest.add("", answers.picked(source, self.saved[code], day))
        self._keep(harvest, is_newest=day is None)

    def _ask(self, source: Provider, address: str, day: date | None, validators: Validators | None) -> SourceAnswer:
        last_answer = self.answers_by_address.get(address)
        # Without validators the whole answer is needed.
        if last_answer is None or (last_answer.unchanged and validators is None):
            whole = min(fetch.WHOLE, self.until - time.monotonic())
            self.answers_by_address[address] = answers.ask_source(source, address, validators, whole)
        return answers.picked(source, self.answers_by_address[address], day)

    def _is_served(self, harvest: Harvest, pair: Pair) -> bool:
        """Return whether a pair has a new quote, and a rate for today if the source can have one."""
        if pair.pk in harvest.unchanged:
            return True
        quotes = harvest.quotes[pair]
        if not quotes:
            return False
        if min(quote.effective_date for quote in quotes) <= self.today:
            return True
        if not harvest.source.addresses(self.today, self.utc_day):
            return True
        return pair.rates.accepted().filter(effective_date__lte=self.today).exists()

    def _known_validators(self, harvest: Harvest) -> dict[str, tuple[Validators, set[int]]]:
        """Return the validators of addresses requested before for all these pairs, with the pairs they have; none if
        ``dry``.
        """
        row = Source.objects.filter(pk=harvest.source.code).first()
        if row is None or self.dry:
            return {}
        pks = {pair.pk for pair in harvest.quotes}
        return {
            address: (Validators(stored["etag"], stored["last_modified"]), set(stored["pairs"]))
            for address, stored in row.validators.items()
            if pks <= set(stored["asked"])
        }

    def _keep(self, harvest: Harvest, *, is_newest: bool) -> None:
        """Store the quotes of an answer: all of them, or nothing."""
        checks = [(pair, quote, self._crossed(pair, quote)) for pair, quote in harvest.all_quotes()]
        try:
            outcomes = self._store(harvest, checks, is_newest=is_newest)
        except IntegrityError:  # somebody typed a rate for that day at this moment: judge again
            outcomes = self._store(harvest, checks, is_newest=is_newest)
        self._tell(outcomes)

    def _tell(self, outcomes: list[Outcome]) -> None:
        for outcome in outcomes:
            self.summary.outcomes.append(outcome)
            if self.say:
                self.say(outcome)

    @transaction.atomic
    def _store(
        self, harvest: Harvest, checks: list[tuple[Pair, Quote, plausibility.CrossCheck | None]], *, is_newest: bool
    ) -> list[Outcome]:
        source = harvest.source
        Source.objects.get_or_create(pk=source.code)
        row = Source.objects.select_for_update().get(pk=source.code)  # one run of a source at a time
        decisions.lock_pairs([pair.pk for pair in harvest.quotes])
        outcomes = [self._store_quote(*check, is_newest=is_newest) for check in checks]
        outcomes += [Outcome(source.code, FAILED, text) for text in harvest.failures]
        if not outcomes:
            outcomes = [_nothing(harvest)]
        if is_newest and not self.offline:
            self._note(row, harvest)
        if self.dry:
            transaction.set_rollback(True)
        return outcomes

    def _store_quote(
        self, pair: Pair, quote: Quote, check: plausibility.CrossCheck | None, *, is_newest: bool
    ) -> Outcome:
        value = exact(quote.value)
        params = {"pair": pair, "value": plausibility.without_zeros(value), "day": date_format(quote.effective_date)}
        verdict = plausibility.judge(pair, quote, value, check, today=self.today, is_newest=is_newest)
        if verdict.is_known:
            return Outcome(quote.provider, UNCHANGED, _("%(pair)s of %(day)s: unchanged, %(value)s.") % params)
        if verdict.replaces:
            verdict.replaces.status = Rate.Status.REPLACED
            verdict.replaces.save(update_fields=["status"])
        remarks = [
            _("%(rate)s is doubted now.") % {"rate": rate} for rate in decisions.doubt(verdict.doubts, quote, value)
        ]
        remarks += [_("%(rate)s is accepted with it.") % {"rate": rate} for rate in verdict.agreeing]
        if self.offline and check and check.quote:
            remarks.append(check.words)
        Rate.objects.filter(pk__in=[rate.pk for rate in verdict.agreeing]).update(status=Rate.Status.ACCEPTED)
        Rate.objects.create(
            pair=pair,
            effective_date=quote.effective_date,
            value=value,
            provider=quote.provider,
            fetched_at=self.now,
            status=Rate.Status.HELD if verdict.reason else Rate.Status.ACCEPTED,
            held_reason=verdict.reason,
            held_for_distance=verdict.is_for_distance,
        )
        params["why"] = " ".join([*filter(None, [verdict.reason or (check.missing if check else "")]), *remarks])
        if verdict.reason:
            return Outcome(quote.provider, HELD, _("%(pair)s of %(day)s: held, %(value)s. %(why)s") % params)
        return Outcome(quote.provider, NEW, (_("%(pair)s of %(day)s: %(value)s. %(why)s") % params).strip())

    def _note(self, row: Source, harvest: Harvest) -> None:
        """Store how the source answered; the rates desk gets one mail after three failures in a row."""
        failures = harvest.failures
        row.asked_at = self.now
        row.trouble = " ".join(failures)[:500]
        row.failures = row.failures + 1 if failures else 0
        if not failures:
            row.answered_at = self.now
            requested_pks = sorted(pair.pk for pair in harvest.quotes)
            row.validators = {
                address: {
                    "etag": answer.validators.etag,
                    "last_modified": answer.validators.last_modified,
                    "pairs": sorted(harvest.gave[address]),
                    "asked": requested_pks,
                }
                for address, answer in harvest.answers.items()
                if answer.validators != Validators()
            }
        row.save()
        if row.failures == TOLD_AFTER:
            transaction.on_commit(lambda: mail_trouble.enqueue(row.pk), robust=True)

    def _crossed(self, pair: Pair, quote: Quote) -> plausibility.CrossCheck | None:
        """Return the second source's quote for a new quote; it is asked once in a run."""
        if not pair.cross_check or pair.cross_check == quote.provider or quote.value <= 0:
            return None
        if self.offline and pair.cross_check not in self.saved:
            return None
        if plausibility.is_known(
            quote, exact(quote.value), list(pair.rates.filter(effective_date=quote.effective_date))
        ):
            return None
        source = providers.get_provider(pair.cross_check)
        answer = self._second(source, quote.effective_date)
        trouble = answer.trouble or answer.nothing
        try:
            if answer.sheets:
                second_quote = answer.sheets[0].quote(pair.base, pair.quote)
                self.compared.add(source.code)
                return plausibility.CrossCheck(str(source.name), second_quote)
        except ProviderError as lacking:
            trouble = str(lacking)
        return plausibility.CrossCheck(str(source.name), None, _("Not compared: %(why)s") % {"why": trouble})

    def _second(self, source: Provider, day: date) -> SourceAnswer:
        """Return what a second source has for ``day``, from its file or by asking it."""
        if self.offline:
            return answers.nearest_sheet(self.saved[source.code], day)
        address = source.addresses(min(day, self.today), self.utc_day)[0]
        return self._ask(source, address, None, None)


def _nothing(harvest: Harvest) -> Outcome:
    source = harvest.source
    if any(answer.unchanged for answer in harvest.answers.values()):
        text = _("%(source)s: nothing new since it was last asked.") % {"source": source.name}
        return Outcome(source.code, UNCHANGED, text)
    text = next((answer.nothing for answer in harvest.answers.values() if answer.nothing), "")
    return Outcome(source.code, NONE, text)


def by_source(pairs: Iterable[Pair]) -> dict[str, list[Pair]]:
    """Return the pairs that can be fetched, by the codes of their sources."""
    pairs_by_source: dict[str, list[Pair]] = {}
    for pair in pairs:
        if pair.provider in providers.ALL and providers.get_provider(pair.provider).is_fetched:
            pairs_by_source.setdefault(pair.provider, []).append(pair)
    return pairs_by_source


def refresh_newest() -> Summary:
    """Ask every source of the active pairs for the newest rates; a failing one changes nothing for the others."""
    run = Run()
    for code, pairs in by_source(Pair.objects.active()).items():
        run.newest(code, pairs)
    return run.summary


def due_sources(now: datetime | None = None) -> dict[str, list[Pair]]:
    """Return the sources that are due by their calendars, with their active pairs."""
    now = now or timezone.now()
    asked_times, due = dict(Source.objects.values_list("pk", "asked_at")), {}
    for code, pairs in by_source(Pair.objects.active()).items():
        # A far day is an error of the source, and held: it tells nothing about the days before.
        rates = Rate.objects.filter(pair__in=pairs, provider=code, effective_date__lte=timezone.localdate(now) + AHEAD)
        newest = rates.aggregate(day=Max("effective_date"))["day"]
        if calendar.is_due(code, now, asked_times.get(code), newest):
            due[code] = pairs
    return due


def refresh_due(now: datetime | None = None) -> Summary:
    """Ask the sources that are due, each by one process alone; a minute at most, as other work waits."""
    run = Run(until=time.monotonic() + A_MINUTE)
    for code, pairs in due_sources(now).items():
        if time.monotonic() < run.until and _claim(code, run.now):
            run.newest(code, pairs)
    return run.summary


def _claim(code: str, now: datetime) -> bool:
    """Return whether this process may ask a source, because no other has begun a moment ago."""
    Source.objects.get_or_create(pk=code)
    free = Q(asked_at=None) | Q(asked_at__lte=now - calendar.RETRY)
    return bool(Source.objects.filter(free, pk=code).update(asked_at=now))


@task()
def ask_due() -> None:
    """The worker's task: refresh_due()."""
    refresh_due()
