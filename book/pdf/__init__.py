"""The whole book as one PDF: ``python -m book.pdf``, once the book is built.

The PDF is made from the built pages, so that it says what they say: no second translation of the sources can differ from the
first. ``edition`` puts the pages of the table of contents one behind the other into one document, with a title page and a
table of contents; ``typeset`` lets Chromium set it, MathJax breaking the formulas at the width of the printed page; ``link``
leads there from the foot of the pages.
"""
