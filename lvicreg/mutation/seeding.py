"""Seeded errors put in place: a function given other code, a name another value, wherever they are held, and taken back.

What holds a function goes on holding it, so what it does is changed in place; and so are the functions that it has made while
modules were imported. A name's value is replaced in every module that imported it, and in the default values of the class that
it belongs to. ``forget`` empties what was remembered from before.
"""

from __future__ import annotations
import __future__

import ast
import gc
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import Field
from functools import _lru_cache_wrapper, cache, partial
from importlib import import_module
from inspect import unwrap
from textwrap import indent
from types import CodeType, FunctionType
from typing import Any

from lvicreg.calculus import Definitions

from .code import Place, stripped

Undo = Callable[[], object]


class CosmicRayTestingException(Exception):
    """What a handler waits for in the place of an exception that it is no longer to catch."""


@contextmanager
def seeded(place: Place, source: str) -> Iterator[None]:
    """Another text in the place of a definition.

    Raises:
        Exception: whatever the text raises when it is carried out, as a syntax that is none or a default value without meaning.
    """
    owner, name = owner_of(place)
    module = sys.modules[place.module]
    names = {**vars(module), CosmicRayTestingException.__name__: CosmicRayTestingException}
    if isinstance(owner, type):
        names |= {each: value for each, value in vars(owner).items() if not each.startswith("__")}
        source = f"class {owner.__name__}:\n{indent(source, '    ')}"
    exec(compile(source, place.module, "exec", __future__.annotations.compiler_flag, dont_inherit=True), names)
    made = vars(names[owner.__name__]) if isinstance(owner, type) else names
    setattr(module, CosmicRayTestingException.__name__, CosmicRayTestingException)
    undo: list[Undo] = []
    try:
        if isinstance(function := function_in(owner, name), FunctionType):
            undo += _recoded(function, unwrap(getattr(made[name], "__func__", made[name])))  # Python makes ``__new__`` static
        else:
            for each in name.split(", "):
                undo += _rebound(owner, each, made[each])
        yield
    finally:
        for step in reversed(undo):
            step()


def owner_of(place: Place) -> tuple[Any, str]:
    """The module or class that a definition stands in, and its name there."""
    owner: Any = import_module(place.module)
    *classes, name = (place.name,) if ", " in place.name else place.name.split(".")
    for each in classes:
        owner = getattr(owner, each)
    return owner, name


def function_in(owner: Any, name: str) -> object:
    """The function of this name under its decorators; None where there is another value or none."""
    found = vars(owner).get(name)
    while not isinstance(found, FunctionType):
        inner = (getattr(found, part, None) for part in ("__func__", "fget", "func", "__wrapped__"))
        found = next((each for each in inner if each is not None), None)
        if found is None:
            return None
    return unwrap(found)


def _recoded(function: FunctionType, changed: FunctionType) -> list[Undo]:
    undo: list[Undo] = []
    for part in ("__defaults__", "__kwdefaults__"):
        undo.append(partial(setattr, function, part, getattr(function, part)))
        setattr(function, part, getattr(changed, part))
    pairs = [(function.__code__, changed.__code__)]
    while pairs:
        old, new = pairs.pop()
        for holder in {function, *_holders().get(id(old), [])} if old is function.__code__ else _holders().get(id(old), []):
            undo.append(partial(setattr, holder, "__code__", old))
            holder.__code__ = new
        inner, others = ([part for part in code.co_consts if isinstance(part, CodeType)] for code in (old, new))
        if len(inner) == len(others):
            pairs += list(zip(inner, others, strict=True))
    return undo


@cache
def _holders() -> dict[int, list[FunctionType]]:
    """The functions that there are, by their code; to be asked first when all modules are imported."""
    found: dict[int, list[FunctionType]] = {}
    for each in gc.get_objects():
        if type(each) is FunctionType:  # `isinstance` would ask each object what it is, and some warn
            found.setdefault(id(each.__code__), []).append(each)
    return found


def _rebound(owner: Any, name: str, new: Any) -> list[Undo]:
    if isinstance(new, Field):  # the default value of a dataclass, made anew for each object
        made, remade = owner.__dataclass_fields__[name].default_factory, new.default_factory
        assert isinstance(made, FunctionType)
        assert isinstance(remade, FunctionType)
        return _recoded(made, remade)
    old = vars(owner)[name]
    modules = (module for module in [*sys.modules.values()] if getattr(module, "__dict__", {}).get(name) is old)
    undo: list[Undo] = []
    for holder in [owner] if isinstance(owner, type) else list(modules):
        undo.append(partial(setattr, holder, name, old))
        setattr(holder, name, new)
    if isinstance(owner, type) and name in owner.__dict__.get("__dataclass_fields__", {}):
        init = owner.__init__  # type: ignore[misc]
        defaults = init.__defaults__ or ()
        options = init.__code__.co_varnames[init.__code__.co_argcount - len(defaults) : init.__code__.co_argcount]
        undo.append(partial(setattr, init, "__defaults__", defaults))
        init.__defaults__ = tuple(new if option == name else value for option, value in zip(options, defaults, strict=True))
    return undo


def forget() -> None:
    """Empty every cache of the calculus, the engines and SymPy, and what definitions remember."""
    for remembering in _remembering():
        if isinstance(remembering, Definitions):
            remembering._expanded.clear()
        else:
            remembering.cache_clear()


@cache
def _remembering() -> list[Any]:
    cached = (each for each in gc.get_objects() if issubclass(type(each), (_lru_cache_wrapper, Definitions)))
    return [each for each in cached if str(each.__module__).split(".")[0] in ("lvicreg", "sympy")]


def counting(node: ast.FunctionDef, counter: str) -> str:
    """The text of a function that counts when it is called, it or one that it makes."""
    node = stripped(node)
    for function in ast.walk(node):
        if isinstance(function, ast.FunctionDef):
            function.body.insert(0, ast.parse(f"{counter}()").body[0])
    return ast.unparse(node)
