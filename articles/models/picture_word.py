from django.db import models

LONGEST = 40  # letters of a word that are compared


class PictureWord(models.Model):
    """A folded word of a picture's texts; the desk finds the picture by its beginning.

    A picture without any word has an empty one, which marks it as indexed. There is no foreign key, so that code that
    does not know this table can remove a picture.
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
