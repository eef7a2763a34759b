from django.core.management.base import BaseCommand, CommandError

from newsroom.watch import alarm


class Command(BaseCommand):
    help = "Look for all that is wrong, mail administrators what is new or over; status 1 if anything is wrong."

    def handle(self, **options):
        findings = alarm.look()
        for finding in findings:
            self.stdout.write(f"{finding.text} {finding.advice}".strip())
        if findings:
            raise CommandError(f"{len(findings)} faults.")
        self.stdout.write("No faults.")
