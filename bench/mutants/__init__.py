"""Mutation testing: does a test notice a rule that is broken on purpose? ``make mutants``, ``python -m bench.mutants``.

``changes`` says how code is broken, ``trying`` runs tests on broken code, ``__main__`` chooses and prints.
"""
