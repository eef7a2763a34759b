"""The page cache: readers' pages, stored until something changes, are served before Django runs, without a query.

``generation`` identifies what is valid, ``page`` is one stored answer, ``stores`` keep them, ``middleware`` uses them.
"""
