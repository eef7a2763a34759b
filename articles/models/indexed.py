from django.db import models


class IndexedArticle(models.Model):
    """The version and newest note of an article in the desk's search index, which tells what is to be indexed again.

    It has no foreign key, so that code that does not know this table can remove an article.
    """

    article_id = models.BigIntegerField(primary_key=True)
    version = models.PositiveIntegerField()
    note_id = models.BigIntegerField(default=0)  # the newest; 0: it has none

    def __str__(self):
        return f"{self.article_id}, {self.version}"
