"""From a package of sections to what people read and import: claims examined, functions and pages written.

``project`` says what a project is. ``checking`` examines its claims, ``report`` shows what was found, ``outputs`` are the files
that follow, with the ``pages`` of its book, and ``command`` is the command line of all this. ``approval`` and ``record`` keep
what a person has approved and which seeded errors were noticed.
"""

from .project import Generated, Project

__all__ = ["Generated", "Project"]
