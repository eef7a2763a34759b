from django.db import models

LONGEST = 40  # letters of a word that are looked at


class PictureWord(models.Model):
    """A word of what is said of a picture, folded: by its beginning the desk finds the picture.

    A picture without any word has an empty one, so that it is known to have been read. No key of another table, so
    that code that knows nothing of this one can remove a picture.
    """

    image_id = models.BigIntegerField(db_index=True)
    word = models.CharField(max_length=LONGEST)

    class Meta:
        indexes = [
            models.Index(  # for beginnings, in whatever order PostgreSQL sorts letters
                fields=["word", "image_id"],
                name="pictureword_begun",
                opclasses=["varchar_pattern_ops", "int8_ops"],
            ),
        ]

    def __str__(self):
        return self.word
