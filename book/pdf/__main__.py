"""Write ``lvicreg.pdf`` beside the built pages, and link them to it."""

import sys

from book.pdf.edition import BOOK
from book.pdf.link import link_pages
from book.pdf.typeset import Missing, write_pdf

built = BOOK / "_build" / "html"
target = built / "lvicreg.pdf"
try:
    write_pdf(built, target)
except Missing as what:
    sys.exit(f"no PDF: {what}")
link_pages(built, target.name)
print(target)
