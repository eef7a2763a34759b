from django.core.management.base import BaseCommand

from newsroom import stylesheets


class Command(BaseCommand):
    help = "Write the colours of ground/colours.py and the families of ground/fonts.py into the style sheets."

    def handle(self, **options):
        for path, text in stylesheets.sheets().items():
            if path.read_text(encoding="utf-8") != text:
                path.write_text(text, encoding="utf-8")
                self.stdout.write(f"Written: {path.name}")
