"""How the engines evaluate an expression at concrete sizes, in two ways that share no code.

``evaluator`` is the exact one: loops over ``points``, with dual numbers (``duals``) of an exact kind (``surds``) or of one that
encloses (``balls``), functions of one number from ``elementwise`` and means from ``distributions``. ``broadcasting`` is that of
the comparisons in float64: every index an axis of a NumPy array.
"""
