"""The pictures of the book, drawn from runs of the generated rules when it is built; those of the README are in ``figures``.

``flows`` and ``stability`` belong to the chapters on Oja's rule, ``covariance`` and ``learning`` to those on the covariance
term and the total rule; ``explore`` is the interactive one.
"""
