"""Merging two tags, authors or sections: everything that had the one has the other from then on.

An edition refers to tags, authors and sections by their rows, so a merge creates no edition, as a rename does not. The
rows beside editions, live and past ones, are moved to the row that stays; texts, times and publishers stay as they are,
no draft is affected, and readers see the change with the next page. The rows of working copies are moved too, so that
both agree.

Revisions are not rewritten: they go on naming the old row (``models.merge.successors`` tells what became of it). Every
moved row is recorded, so a merge can be undone as long as both names are free.

The first rows are moved at once, by whoever merges; for a hundred thousand, the task ``carry_on`` moves the rest in
batches, the newest first. Until then each article is listed under one of the two.
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
