import sys
import time
from datetime import date, timedelta
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from tickers import calendar, fetch, providers, refresh
from tickers.models import Pair

MOST_BYTES = 2 * 1024 * 1024
KINDS = [refresh.NEW, refresh.UNCHANGED, refresh.HELD, refresh.NONE, refresh.FAILED]


class Command(BaseCommand):
    help = "Ask the sources of rates for the newest, or for earlier days. Safe to run at any time, and twice at once."

    def add_arguments(self, parser):
        parser.add_argument("--pair", action="append", metavar="KGS/USD", help="Only this pair; may be said again.")
        parser.add_argument(
            "--provider", choices=[code for code, _name in providers.fetched()], help="Only this source."
        )
        parser.add_argument("--date", type=day_named, metavar="YYYY-MM-DD", help="The rates of this day.")
        parser.add_argument(
            "--since", type=day_named, metavar="YYYY-MM-DD", help="The rates of every day from this one on."
        )
        parser.add_argument("--due", action="store_true", help="Only the sources that it is time to ask: for cron.")
        parser.add_argument("--dry-run", action="store_true", help="Ask and look, but store nothing.")
        parser.add_argument(
            "--from-file",
            action="append",
            default=[],
            metavar="[SOURCE=]PATH",
            help="Read an answer that was saved, of the source by that name (nbkr=daily.xml) or by --provider; - is "
            "standard input. May be said again: each file is also what the others are compared with.",
        )

    def handle(self, **options):
        self.refuse_contradictions(options)
        groups = refresh.by_source(self.pairs(options))
        if options["provider"]:
            groups = {code: pairs for code, pairs in groups.items() if code == options["provider"]}
            if not groups:
                raise CommandError(
                    f"No active pair has the source {options['provider']}: give it to a pair in the admin."
                )
        saved = self.saved(options, groups)
        if saved is not None:
            groups = {code: pairs for code, pairs in groups.items() if code in saved}
        if options["due"]:
            groups = {code: pairs for code, pairs in groups.items() if code in refresh.due_sources()}
            if not groups:
                self.stdout.write("No source is due.")
                return
        if not groups:
            raise CommandError("No active pair has a source that can be asked: see Pairs in the admin.")
        run = refresh.Run(dry=options["dry_run"], saved=saved, say=self.tell)
        for number, (code, pairs) in enumerate(groups.items(), start=1):
            self.stdout.write(f"[{number}/{len(groups)}] {providers.get_provider(code).name}")
            self.ask(run, code, pairs, options)
        self.conclude(run)

    def refuse_contradictions(self, options):
        """Refuse contradictory options before any source is asked."""
        if options["date"] and options["since"]:
            raise CommandError("--date is one day and --since is many: name one of them.")
        if options["due"] and (options["date"] or options["since"] or options["from_file"]):
            raise CommandError("--due asks for the newest: it goes with neither a day nor a file.")
        if options["from_file"] and options["since"]:
            raise CommandError("A file holds one answer: name its day by --date, or none.")
        latest = timezone.localdate() + timedelta(days=2)
        for name in ("date", "since"):
            if options[name] and options[name] > latest:
                raise CommandError(f"--{name} is {options[name]}: no bank sets rates for days after {latest}.")

    def pairs(self, options):
        """Return the pairs of the option, or all active ones."""
        if not options["pair"]:
            return Pair.objects.active()
        pairs_by_name = {str(pair): pair for pair in Pair.objects.all()}
        names = [name.upper() for name in options["pair"]]
        for name in names:
            if name not in pairs_by_name:
                raise CommandError(f"There is no pair {name}. There are: {', '.join(pairs_by_name) or 'none'}.")
            if not refresh.by_source([pairs_by_name[name]]):
                raise CommandError(
                    f"{name} is not fetched: its source is “{pairs_by_name[name].get_provider_display()}”."
                )
        return [pairs_by_name[name] for name in names]

    def saved(self, options, groups):
        """Return the saved answers by the codes of their sources; None without the option."""
        if not options["from_file"]:
            return None
        paths, codes = {}, [code for code, _name in providers.fetched()]
        for text in options["from_file"]:
            code, _sign, path = text.partition("=")
            if code not in codes or not path:
                if len(groups) != 1:
                    raise CommandError("A file is one source's answer: name the source, nbkr=PATH or by --provider.")
                [code], path = groups, text
            if code in paths:
                raise CommandError(f"{code} has two files: read one, then the other.")
            paths[code] = path
        if list(paths.values()).count("-") > 1:
            raise CommandError("Standard input is one file.")
        return {code: read_saved_answer(path) for code, path in paths.items()}

    def ask(self, run, code, pairs, options):
        if options["from_file"]:
            run.file(code, pairs, options["date"])
        elif options["date"]:
            run.day(code, pairs, options["date"])
        elif options["since"]:
            self.fill(run, code, pairs, options["since"])
        else:
            run.newest(code, pairs)

    def fill(self, run, code, pairs, since):
        """Fetch each working day without a rate; a source that fails three days in a row is not asked any more."""
        failed = 0
        for back in range((timezone.localdate() - since).days + 1):
            day = since + timedelta(days=back)
            lacking = [pair for pair in pairs if not pair.rates.filter(effective_date=day, provider=code).exists()]
            if not lacking or not may_have_rates(code, day):
                continue
            before = run.summary.count(refresh.FAILED, code)
            time.sleep(fetch.PAUSE)  # there is no hurry
            run.day(code, lacking, day)
            failed = failed + 1 if run.summary.count(refresh.FAILED, code) > before else 0
            if failed == refresh.TOLD_AFTER or not providers.get_provider(code).addresses(day, timezone.localdate()):
                self.stdout.write(f"    {code} is not asked for further days.")
                break

    def tell(self, outcome):
        self.stdout.write(f"    {outcome.kind:9} {outcome.text}")

    def conclude(self, run):
        """Print the table, and exit with a status that tells whether a source failed."""
        summary = run.summary
        self.stdout.write("\n" + "source".ljust(8) + "".join(kind.rjust(11) for kind in KINDS))
        for code in summary.sources:
            self.stdout.write(code.ljust(8) + "".join(str(summary.count(kind, code)).rjust(11) for kind in KINDS))
        if run.compared:
            self.stdout.write(f"Compared with: {', '.join(sorted(run.compared))}.")
        elif run.offline:
            self.stdout.write("Nothing was compared with a second source: for a file nobody is asked.")
        if run.dry:
            self.stdout.write("Nothing was stored: this was a dry run.")
        failed = sum(bool(summary.count(refresh.FAILED, code)) for code in summary.sources)
        if failed:
            count = len(summary.sources)
            raise CommandError(f"{failed} of {count} sources failed; the bar keeps the last rates that were accepted.")


def may_have_rates(code, day):
    """Return whether a rate may come into force on that day: it was set then, or days before."""
    ahead = providers.get_provider(code).days_ahead
    return calendar.is_working_day(code, day - timedelta(days=ahead)) or calendar.is_working_day(code, day)


def read_saved_answer(path):
    """Return the bytes of a saved answer."""
    try:
        content = sys.stdin.buffer.read(MOST_BYTES + 1) if path == "-" else Path(path).read_bytes()
    except OSError as trouble:
        raise CommandError(f"{path} can't be read: {trouble.strerror}.") from None
    if len(content) > MOST_BYTES:
        raise CommandError(f"{path} has more than 2 MB: no bank's answer is as long.")
    return content


def day_named(text):
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise CommandError(f"“{text}” is no day: write it like 2025-12-08.") from None
