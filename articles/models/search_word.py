from django.db import models

LONGEST = 30  # letters; what is longer is no word that somebody types


class SearchWord(models.Model):
    """A word that an edition holds, in small letters: what a search that finds nothing may have meant."""

    word = models.CharField(max_length=LONGEST, primary_key=True)

    def __str__(self):
        return self.word
