from django.core.management.base import BaseCommand, CommandError

from newsroom.operating.doctor import EXAMINATIONS, examine


class Command(BaseCommand):
    help = "Look at everything that the paper needs on this server; say for each thing that it is well, or what to do."

    def handle(self, **options):
        faults = 0
        for subject, examination in EXAMINATIONS.items():
            for finding in examine(examination):
                faults += bool(finding.fault)
                if finding.fault:
                    self.stdout.write(self.style.ERROR(f"FAULT  {subject}: {finding.fault}"))
                    self.stdout.write(f"       → {finding.remedy}")
                else:
                    self.stdout.write(f"ok     {subject}: {finding.note}")
        if faults:
            raise CommandError(f"{faults} faults; what to do about each is said beside it.")
        self.stdout.write("All is well.")
