"""The pictures, drawn from runs of the generated rules, one story a module.

Those of the README are committed, since one of them takes minutes: ``equivalence``, ``components`` and ``published_error``,
drawn by ``python -m book.plots``. Those of the book are drawn when it is built: ``flows`` and ``stability`` belong to the
chapters on Oja's rule, ``covariance`` and ``learning`` to those on the covariance term and the total rule. Those that answer to
the reader are in ``book/interactive``.
"""
