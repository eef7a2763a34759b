from django.db import models


class IndexedArticle(models.Model):
    """Which save of an article, and which of its notes, the desk's search knows: what it does not know is seen by it.

    No key of another table, so that code that knows nothing of this one can remove an article.
    """

    article_id = models.BigIntegerField(primary_key=True)
    version = models.PositiveIntegerField()
    note_id = models.BigIntegerField(default=0)  # the newest; 0: it has none

    def __str__(self):
        return f"{self.article_id}, {self.version}"
