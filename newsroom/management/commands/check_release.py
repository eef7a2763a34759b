from django.core.management import call_command
from django.core.management.base import BaseCommand
from django.urls import get_resolver

from newsroom.operating import code


class Command(BaseCommand):
    help = "Say whether this code can serve the paper: it is imported, its templates are compiled, nothing is changed."

    def handle(self, **options):
        modules = code.import_all()
        addresses = len(get_resolver().reverse_dict)
        self.stdout.write(f"{modules} modules are imported, {addresses} names of addresses lead to views.")
        self.stdout.write(f"{code.compile_templates()} templates are compiled.")
        call_command("check", deploy=True, fail_level="ERROR", stdout=self.stdout, stderr=self.stderr)
        plan = code.planned_migrations()
        names = f", from {plan[0]} to {plan[-1]}" if plan else ""
        self.stdout.write(f"{len(plan)} migrations are to come{names}.")
