"""The differences between two texts for people to read: words in the running text, neither lines nor HTML source.

A body is split into blocks (a paragraph, a heading, an item of a list, a row of a table, a picture with its caption).
Equal blocks are matched first, and only the others are compared word by word. The work is bounded: where the best
answer would take long, a coarser one comes at once. All text on the page is escaped.
"""

from articles.desk.text_diff.blocks import tokens
from articles.desk.text_diff.changes import FieldChange, compare_snapshots
from articles.desk.text_diff.marking import Comparison, marked_words, prose, sides

__all__ = ["Comparison", "FieldChange", "compare_snapshots", "marked_words", "prose", "sides", "tokens"]
