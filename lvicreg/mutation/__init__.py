"""Seeded errors: what is claimed, what checks it and what is generated, broken on purpose in one place at a time.

========== =================================================== =====================================
part       broken                                              noticed by
========== =================================================== =====================================
symbolic   equations, derivatives and definitions of claims    the engines that decide them
evidence   what is written separately, counterexamples         the claims whose evidence calls it
engines    what checks the claims                              its own tests
generated  the rules and losses                                their tests
========== =================================================== =====================================

``code`` says how Python is broken, ``seeding`` puts it in place, ``tested`` runs tests on it. Every such *mutant* must be
noticed, or be ``listed`` with the reason why it changes nothing, or why nothing notices it yet. ``command`` runs them and
prints the score, which ``lvicreg.project.record`` keeps.
"""
