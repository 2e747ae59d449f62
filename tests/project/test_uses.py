"""What evidence calls is found through other functions, and through those that a function has made."""

from derivations.independent import losses, published
from lvicreg.project.uses import called

PACKAGE = "derivations.independent"


def names(function: object, package: str = PACKAGE) -> set[str]:
    return {each.__qualname__.partition(".<locals>")[0] for each in called(function, package)}


def test_functions_of_the_package_in_any_of_its_modules() -> None:
    assert names(losses.hinge) == {"hinge", "_hinge", "_layer"}
    assert names(losses.hinge, "lvicreg") == set()
    assert names("no function") == set()


def test_what_a_function_has_made_calls_what_that_was_given() -> None:
    assert names(published.lightly) > {"_vicreg", "_averaged", "_mean_square", "_off_diagonal", "_covariance"}
    assert "_added" not in names(published.lightly)
