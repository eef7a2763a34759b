"""What is different between two texts, told to people: words in the running text, never lines, and never HTML.

A body is taken apart into blocks (a paragraph, a heading, a list's item, a row of a table, a picture with its
caption), blocks that say the same are matched first, and only what is left is compared word by word. All of it is
bounded: where the best answer would take long, a coarser one comes at once. Nothing typed reaches the page unescaped.
"""

from articles.desk.text_diff.blocks import tokens
from articles.desk.text_diff.changes import FieldChange, compare_snapshots
from articles.desk.text_diff.marking import Comparison, marked_words, prose, sides

__all__ = ["Comparison", "FieldChange", "compare_snapshots", "marked_words", "prose", "sides", "tokens"]
