"""Divergences and entropies of the policies of a small world of tables, at the state at hand."""

from fractions import Fraction

from rlprep.formula.decide.numbers import Dual, Number, Precision
from rlprep.formula.decide.table_places import Env
from rlprep.formula.decide.worlds import World
from rlprep.formula.errors import Undecidable
from rlprep.formula.program import Program

ONLY_NAMED = "the formula only names what is asked for"


class Free(Undecidable):
    """A quantity needs a state, action or next state that nothing binds."""

    def __init__(self, axis: str) -> None:
        super().__init__(axis)
        self.axis = axis


class Divergences:
    """What whole distributions are compared by, in one world for one program."""

    def __init__(self, program: Program, world: World, subject: str) -> None:
        self.program = program
        self.world = world
        self.subject = subject
        self.precision = Precision()
        self.in_gradient = False

    def current(self, axis: str, env: Env) -> int:
        """Return the state, action or next state at hand."""
        if axis not in env:
            raise Free(axis)
        return env[axis]

    def refuse_own_name(self, subject: str) -> None:
        """Refuse what is asked for by its own name; in code a library's function is an answer.

        Raises:
            Undecidable: it is asked for, and the input is no code.
        """
        if self.subject == subject and not self.program.is_code:
            raise Undecidable(ONLY_NAMED)

    def chances(self, which: str, env: Env) -> list[Number]:
        """Return a policy's probabilities in the current state, with slopes inside a gradient."""
        s = self.current("s", env)
        if which == "old":
            return list(self.world.old[s])
        if not self.in_gradient:
            return list(self.world.new[s])
        slopes = self.world.slope[s]
        return [Dual(p, p * slope) for p, slope in zip(self.world.new[s], slopes, strict=True)]

    def divergence(self, first: str, second: str, env: Env) -> Number:
        """KL of two policies at the current state."""
        self.refuse_own_name("kl")
        total: Number = Fraction(0)
        for p, q in zip(self.chances(first, env), self.chances(second, env), strict=True):
            total = total + p * self.precision.log(self.precision.divide(p, q))
        return total

    def cross_entropy(self, first: str, second: str, env: Env) -> Number:
        """Minus the mean logarithm of the second policy, under the first, at the current state."""
        total: Number = Fraction(0)
        for p, q in zip(self.chances(first, env), self.chances(second, env), strict=True):
            total = total - p * self.precision.log(q)
        return total

    def entropy(self, which: str, env: Env) -> Number:
        """Entropy of a policy at the current state."""
        self.refuse_own_name("entropy")
        return self.cross_entropy(which, which, env)
