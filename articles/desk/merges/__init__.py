"""Two tags, authors or sections become one: what carried the one carries the other from now on.

A tag, an author and a section are things that editions point at, as they do when one is renamed: what an edition says
is that it is by this author, not by these letters. So a merge cuts no edition. It has the rows beside editions, those
that are live and those that once were, point at the one that stays; the text, its times and who published it stay as
they are, nobody's draft becomes unpublished, and readers, who never see a working copy, see it with the next page. The
working copies' rows are moved with them, so that a story says to readers what it says on the desk.

What saves left behind is not written anew: it goes on naming what there was (``models.merge.successors`` says what
became of it). Every row that was moved is noted, so a merge can be undone as long as both names are free.

The first rows are moved at once, by whoever merges; of a hundred thousand, the task ``carry_on`` moves the rest, some
at a time, the newest first. Until then each story is listed under one of the two.
"""

from articles.desk.merges.moving import carry_on, start_merge
from articles.desk.merges.places import both_rows
from articles.desk.merges.refusing import why_not, why_not_undone
from articles.desk.merges.showing import ChangeLine, merge_changes
from articles.desk.merges.undoing import ask_again, finish_all, undo

__all__ = [
    "ChangeLine",
    "ask_again",
    "both_rows",
    "carry_on",
    "finish_all",
    "merge_changes",
    "start_merge",
    "undo",
    "why_not",
    "why_not_undone",
]
