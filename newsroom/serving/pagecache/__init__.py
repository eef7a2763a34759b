"""Readers' pages, kept until something changes: answered before anything else of Django runs, without a query.

``generation`` names what is kept, ``page`` is one kept answer, ``stores`` hold them, ``middleware`` puts it together.
"""
