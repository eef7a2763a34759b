import os
from concurrent.futures import ProcessPoolExecutor, as_completed
from multiprocessing import get_context

import django
from django.core.management.base import BaseCommand, CommandError
from django.db.models import F

from articles.models.image import Image
from articles.tasks import cut_first_sizes, cut_other_sizes


class Command(BaseCommand):
    help = "Cut the public sizes of every picture that lacks them. Safe to run again at any time."

    def add_arguments(self, parser):
        parser.add_argument("--all", action="store_true", help="Cut those that have their sizes anew, too.")

    def handle(self, **options):
        if options["all"]:
            Image.objects.update(wanted_cut=F("wanted_cut") + 1)  # new addresses, so that cached sizes are not used
        images = dict(Image.objects.filter(made_cut__lt=F("wanted_cut")).order_by("pk").values_list("pk", "title"))
        if not images:
            self.stdout.write("Every picture has its sizes.")
            return
        failed = self._make(images)
        if failed:
            raise CommandError(f"{failed} of {len(images)} pictures got no sizes; pages show their safe copies.")

    def _make(self, images):
        """Make the sizes on all cores, a line for each picture, and return how many failed."""
        failed = 0
        with ProcessPoolExecutor(os.cpu_count(), get_context("spawn"), django.setup) as pool:
            jobs = {pool.submit(cut_in_pool, pk): title for pk, title in images.items()}
            for number, job in enumerate(as_completed(jobs), start=1):
                line, error = jobs[job], job.exception()
                if error:
                    line, failed = f"{line}: {error}", failed + 1
                self.stdout.write(f"[{number}/{len(jobs)}] {line}")
        return failed


def cut_in_pool(pk):
    """Make one picture's sizes, in a process of the pool, which a task can't be sent to."""
    image = Image.objects.filter(pk=pk, made_cut__lt=F("wanted_cut")).first()
    if image:
        cut_first_sizes(image)
        cut_other_sizes(image)
