"""One loss in one file, from what a researcher writes to a rule that was checked: ``lvicreg derive my_loss.py``.

``problem`` is what a file declares; ``reading`` reads it, ``checks`` says what is wrong with it. ``answer`` derives the rule,
checks it, and asks what a synapse must be told; ``at_random`` has the numbers by which a disagreement is explained. ``folder``
writes the rule and its derivation, ``tests`` its tests from ``templates``, and ``stream`` the rule one sample at a time, with
the ``filters`` that its statistics have. ``command`` is the command line.
"""
