"""One check of a formula of the bank, shared by the tests of the deciders."""

from collections.abc import Callable

import pytest

from rlprep.formula.check import check
from rlprep.formula.spec import FormulaVerdict
from tests.formula.corpus.labels import specs


@pytest.fixture(scope="session")
def ask() -> Callable[[str, str], FormulaVerdict]:
    def ask(formula: str, text: str) -> FormulaVerdict:
        return check(specs()[formula], text)

    return ask
