"""Linked kernels: each is named in ``ahead``, in an order in which they stand, and returns what it says."""

from __future__ import annotations

import importlib
import pkgutil

import numba
import pytest
from numba.core import types
from numba.core.errors import TypingError

from tutor.engine.kernels import cpu
from tutor.engine.kernels.cpu import ahead, linking
from tutor.engine.kernels.cpu.jit import kernel


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_all_stand_and_return_what_they_say(dtype: str) -> None:
    ahead.all_stand(dtype)  # raises where one calls what does not stand yet
    for one, arguments in ahead.linked(dtype):
        compiled = linking.dispatcher(one)
        said = linking.RETURNED[compiled.py_func.__annotations__["return"]]
        assert compiled.overloads[arguments].signature.return_type == said, compiled.__name__


def test_every_linked_kernel_is_named_once() -> None:
    found = set()
    for info in pkgutil.iter_modules(cpu.__path__, cpu.__name__ + "."):
        module = vars(importlib.import_module(info.name))
        found |= {name for name, one in module.items() if hasattr(one, "compiled")}
    assert sorted(found) == sorted(one.__name__ for one, _ in ahead.linked("float32"))


@linking.linked
def twice(x: float) -> float:
    return 2 * x


@kernel
def four_times(x: float) -> float:
    return twice(twice(x))


@numba.njit  # type: ignore[untyped-decorator]
def asked(x: float) -> float:
    return four_times(x)


def test_a_kernel_is_called_where_it_stands_and_refused_where_it_does_not() -> None:
    with pytest.raises(TypingError, match="does not stand"):
        asked(3)
    linking.stand(twice, (types.float64,))
    assert asked(3.0) == 12.0
