"""Which sums of rewards are a return: each reward at the sum's own time, discounted from t on."""

from rlprep.formula.errors import Undecidable
from rlprep.formula.names import variable_key
from rlprep.formula.tree import Big, Bin, Call, Name, Node, Num, walk

REWARDS = {"r", "R", "rew", "reward", "rewards", "rews"}


def refuse_other_returns(node: Big, key: str) -> None:
    """Refuse a sum of rewards that is neither the return from t on nor the trajectory's.

    Raises:
        Undecidable: it takes the reward of another time, stops at t, or discounts unusually.
    """
    if not key:
        return
    is_relative = any(isinstance(n, Bin) and variable_key(n.left) == "t" for n in walk(node.body))
    if node.hi is not None and not is_relative and "t" in _letters(node.hi):
        raise Undecidable("a sum of rewards that ends at t")
    for part in walk(node.body):
        match part:
            case Call(fn=Name(name=name), args=args) if name in REWARDS:
                spoken = {letter for arg in args for letter in _letters(arg)}
            case Name(name=name, subs=(_, *_)) if name in REWARDS:
                spoken = _letters(part)
            case Bin(op="^", left=Name(name="gamma"), right=exponent):
                _refuse_exponent(exponent, key, node, is_relative=is_relative)
                continue
            case Name(name="gamma", sups=(exponent, *_)):
                _refuse_exponent(exponent, key, node, is_relative=is_relative)
                continue
            case _:
                continue
        if key not in spoken:
            raise Undecidable("a sum over other times than its rewards'")


def _refuse_exponent(exponent: Node, key: str, node: Big, *, is_relative: bool) -> None:
    """Refuse a discount that does not count the steps from t (or from 0, where the sum starts)."""
    is_full = isinstance(node.lo, Num | None)
    match exponent:
        case Name() if variable_key(exponent) == key and (is_relative or is_full):
            return
        case Bin(op="-", left=Name() as left, right=Name() as right) if (
            variable_key(left) == key and variable_key(right) == "t"
        ):
            return
    raise Undecidable("rewards that are discounted in an unusual way")


def _letters(node: Node) -> set[str]:
    return {key for n in walk(node) if isinstance(n, Name) and (key := variable_key(n)) is not None}
