"""Mutation testing: is a rule that is broken on purpose noticed by a test? ``python -m bench.mutants``, ``make mutants``.

``changes`` says how code is broken, ``trying`` runs tests on broken code, ``__main__`` chooses and prints.
"""
