"""One loss in one file, from what a researcher writes to a rule that was checked: ``lvicreg derive my_loss.py``.

``problem`` reads what the file declares and says what is wrong with it; ``answer`` derives the rule, checks it, and asks what a
synapse must be told; ``folder`` writes the rule, its tests and its derivation; ``command`` is the command line.
"""
