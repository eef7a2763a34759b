"""Backups: the paper at one moment, as files that either database can be filled from; restoring, drills and copies.

A backup is a folder of the storage ``backups``. It holds a table's rows as lines of JSON (``table_rows.py``), the files
that rows name as tar archives (``named_files.py``), settings without secrets, and a manifest of all that; each of these
files is compressed, encrypted if there is a key, and named with its SHA-256 in ``SHA256SUMS``, which is written last
(``archive.py``). A folder without that file is half a backup, and never taken for a whole one.
"""
