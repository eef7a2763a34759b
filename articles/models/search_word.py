from django.db import models

LONGEST = 30  # letters; what is longer is no word that somebody types


class SearchWord(models.Model):
    """A word of a live edition in small letters, used to correct searches that find nothing."""

    word = models.CharField(max_length=LONGEST, primary_key=True)

    def __str__(self):
        return self.word
