"""Functions of policy optimisation formulas, by every name that papers and libraries give them."""

from fractions import Fraction
from typing import TYPE_CHECKING

from rlprep.formula.decide.argument_words import is_action
from rlprep.formula.decide.distributions import Sampling
from rlprep.formula.decide.divergences import of_policies, policy_of
from rlprep.formula.decide.logits import network_of, of_logits
from rlprep.formula.decide.numbers import Number
from rlprep.formula.decide.policies import is_batch, role_of
from rlprep.formula.errors import Undecidable, Unreadable
from rlprep.formula.integers import written_number
from rlprep.formula.names import flat_lower
from rlprep.formula.tree import Bin, Call, Cases, Name, Neg, Node, Num, Tuple, walk
from rlprep.formula.vocabulary import FUNCTIONS

if TYPE_CHECKING:
    from rlprep.formula.decide.table_places import Env
    from rlprep.formula.decide.tabular import Tabular

COUNTS = {"len", "shape", "size", "numel"}
SAMPLED = {"advantage", "logp", "ratio", "logratio", "score", "return", "residual"}
SCORES = {"log", "logp", "logpi", "logprob", "logprobs"}  # grad_log_pi(s, a) is of a function
STABILISER = Fraction(1, 10**5)
MINIMA = {"min", "minimum", "Min"}
MAXIMA = {"max", "maximum", "Max"}
CLIPS = {"clip", "clamp", "Clip", "CLIP", "clip_by_value", "clamp_", "clipped"}
MEANS = {"mean", "avg", "average", "reduce_mean", "masked_mean", "nanmean", "Mean"}
KEPT = {"detach", "stopgrad", "sg", "identity", "squeeze", "unsqueeze", "stop_gradient", "view",
        "flatten", "reshape", "gather", "ravel", "no_grad"}  # fmt: skip


def apply(tabular: "Tabular", node: Call, env: "Env", position: int) -> Number | None:
    """Return the value of a call, None when the name is no function known here."""
    name, args = node.fn.name, node.args
    lowered = flat_lower(node.fn)
    takes_one = lowered in MEANS | KEPT or name in FUNCTIONS - {"entropy", "KL", "kl", "DKL"}
    if takes_one and not args:
        raise Unreadable(f"{name} needs an argument", node.span)
    is_softmax = lowered in {"softmax", "log_softmax", "logsoftmax"}
    if is_softmax and (chance := _of_network(tabular, node, env, position)) is not None:
        return chance if lowered == "softmax" else tabular.precision.log(chance)
    if (found := of_logits(tabular, node, env, position)) is not None:
        return found
    if lowered in COUNTS and args and is_sampled(tabular, args[0]):
        return tabular.count("len")
    if name in MINIMA | MAXIMA and not node.fn.subs:
        return _extreme(tabular, node, env, position)
    if lowered in {"clamp_min", "clamp_max"} and len(args) == 2:
        return _one_sided(tabular, node, env, position)
    if name in CLIPS:
        return _clip(tabular, node, env, position)
    if name in {"where", "select"}:
        if len(args) != 3:
            raise Unreadable("where needs a condition and two values", node.span)
        rows = ((args[1], args[0]), (args[2], None))
        return tabular.evaluate(Cases(node.span, rows), env, position)
    if lowered in {"log_prob", "logprob", "log_pi", "log_probs", "logpdf", "logpmf"} or (
        lowered == "logp" and len(args) == 2
    ):  # fmt: skip
        return _log_probability(tabular, node, env, position)
    if lowered == "cross_entropy" and any(map(is_action, args[1:2])):
        return _log_loss(tabular, node, env, position)
    if lowered in {"prob", "probs"} and (found := _probability(tabular, node, env)) is not None:
        return found
    if is_softmax and isinstance(args[0], Name):
        chance = tabular.policy(args[0], (), env)  # of the logits of one of the policies
        return chance if lowered == "softmax" else tabular.precision.log(chance)
    found = _elementary(tabular, node, env, position)
    if found is not None:
        return found
    if lowered in MEANS and tabular.subject in {"kl", "entropy"}:
        # a mean over a batch of states, each of which has its own
        return tabular.evaluate(args[0], env, position)
    if lowered in MEANS:
        return tabular.average(
            Sampling(("s", "a"), explicit=False, is_named=False), args[0], env, position
        )
    if name in {"sum", "inner", "dot"} or lowered == "reduce_sum":
        return _total(tabular, node, env, position)
    if name in KEPT or lowered in KEPT:
        return _constant(tabular, args[0], env, position)
    if name == "grad" and SCORES & set(lowered.split("_")):
        return tabular.quantity(node.fn, args, env)
    if name == "grad":
        return tabular.gradient(args[0], env, position)
    return of_policies(tabular, node, env, position)


def _elementary(tabular: "Tabular", node: Call, env: "Env", position: int) -> Number | None:
    """Return a logarithm, a root, a product...: a function of numbers; None for another name."""
    name, args, precision = node.fn.name, node.args, tabular.precision

    def value(number: int = 0) -> Number:
        if number >= len(args):
            raise Unreadable(f"{name} needs {number + 1} arguments", node.span)
        with tabular.aside():
            return tabular.evaluate(args[number], env, position)

    if name in {"log", "ln"}:
        result = precision.log(value())
        if node.fn.subs or (name == "log" and len(args) == 2):
            return _other_base(tabular, node, result, env, position)
        return result
    if name in {"log2", "log10"}:
        return precision.divide(precision.log(value()), precision.log(Fraction(int(name[3:]))))
    if name == "exp":
        return precision.exp(value())
    if name == "sqrt":
        return precision.sqrt(value())
    if name == "square" or (name in {"pow", "power"} and len(args) == 2):
        exponent = Fraction(2) if name == "square" else value(1)
        return precision.power(value(), exponent)
    if name in {"abs", "absolute"}:
        return precision.absolute(value())
    if name in {"relu", "ReLU"}:
        return precision.extreme([value(), precision.constant(Fraction(0))], largest=True)
    if name in {"sign", "sgn"}:
        return tabular.sign(value())
    if name == "entr":
        return -value() * precision.log(value())
    if flat_lower(node.fn) == "rel_entr":
        return value() * precision.log(precision.divide(value(), value(1)))
    if name in {"neg", "negative"}:
        return -value()
    if name in {"mul", "multiply"} and len(args) == 2:
        return value() * value(1)
    if name in {"add", "sub", "subtract", "div", "divide", "true_divide"} and len(args) == 2:
        op = {"add": "+", "sub": "-", "subtract": "-"}.get(name, "/")
        return tabular.evaluate(Bin(node.span, op, args[0], args[1]), env, position)
    return None


def _constant(tabular: "Tabular", node: Node, env: "Env", position: int) -> Number:
    saved, tabular.in_gradient = tabular.in_gradient, False
    try:
        return tabular.evaluate(node, env, position)
    finally:
        tabular.in_gradient = saved


def _extreme(tabular: "Tabular", node: Call, env: "Env", position: int) -> Number:
    args = (
        node.args[0].items if len(node.args) == 1 and isinstance(node.args[0], Tuple) else node.args
    )
    if len(args) < 2:
        raise Unreadable(f"{node.fn.name} needs at least two arguments", node.span)
    values = [tabular.evaluate(arg, env, position) for arg in args]
    return tabular.precision.extreme(values, largest=node.fn.name in MAXIMA)


def _clip(tabular: "Tabular", node: Call, env: "Env", position: int) -> Number:
    """clip(x, low, high) is min(max(x, low), high), which also settles low > high."""
    args = list(node.args)
    if len(args) == 2 and isinstance(args[1], Tuple):
        args = [args[0], *args[1].items]
    low: Node | None = node.keyword("min", "a_min", "min_value", "low")
    high: Node | None = node.keyword("max", "a_max", "max_value", "high")
    if (low is not None and len(args) > 1) or (high is not None and len(args) > 2):
        raise Unreadable("clip takes each bound once", node.span)
    if len(args) == 2 and isinstance(args[1], Bin) and args[1].op == "pm":
        bounds = args[1]
        low = Bin(bounds.span, "-", bounds.left, bounds.right)
        high = Bin(bounds.span, "+", bounds.left, bounds.right)
    elif len(args) == 3:
        low, high = args[1], args[2]
    elif len(args) == 1 and node.fn.subs and node.fn.sups:
        low, high = node.fn.subs[0], node.fn.sups[0]
    elif len(args) == 2 and low is None and high is not None:
        low = args[1]
    elif len(args) == 2 and low is None and _is_epsilon(tabular, args[1]):
        one = Num(node.span, Fraction(1))
        low, high = Bin(node.span, "-", one, args[1]), Bin(node.span, "+", one, args[1])
        tabular.remarks.add("clip(r, eps) is read as clip(r, 1 - eps, 1 + eps)")
    elif len(args) == 2 and low is None and node.fn.name in {"clamp", "clamp_"}:
        low = args[1]  # PyTorch's second argument is the lower bound
    if not args or (low is None and high is None):
        raise Unreadable("clip needs a value and two bounds", node.span)
    result = tabular.evaluate(args[0], env, position)
    bounds = {"low": low, "high": high}
    for side, bound in bounds.items():
        if bound is None or (isinstance(bound, Name) and bound.name == "None"):
            continue
        limit = tabular.evaluate(bound, env, position)
        result = tabular.precision.extreme([result, limit], largest=side == "low")
    return result


def _one_sided(tabular: "Tabular", node: Call, env: "Env", position: int) -> Number:
    """`x.clamp_min(c)`; a tiny bound only keeps a logarithm finite and is left out."""
    inner, bound = node.args
    result = tabular.evaluate(inner, env, position)
    if is_stabiliser(bound):
        tabular.remarks.add("the small number that keeps a logarithm finite is left out")
        return result
    limit = tabular.evaluate(bound, env, position)
    return tabular.precision.extreme([result, limit], largest=flat_lower(node.fn) == "clamp_min")


def is_stabiliser(node: Node) -> bool:
    """Whether a number only keeps a logarithm or a quotient finite: 1e-8, 10^{-8}."""
    number = written_number(node)
    return number is not None and 0 < number <= STABILISER


def _is_epsilon(tabular: "Tabular", node: Node) -> bool:
    return isinstance(node, Name) and role_of(node, tabular.subject) == "epsilon"


def _other_base(
    tabular: "Tabular", node: Call, result: Number, env: "Env", position: int
) -> Number:
    base = node.fn.subs[0] if node.fn.subs else node.args[1]
    if isinstance(base, Name) and base.name == "e":
        return result
    number = tabular.evaluate(base, env, position)
    return tabular.precision.divide(result, tabular.precision.log(number))


def _total(tabular: "Tabular", node: Call, env: "Env", position: int) -> Number:
    """`sum(x)` in code: over the actions of a distribution, or over the samples."""
    from rlprep.formula.tree import Big

    body = node.args[0] if len(node.args) == 1 or node.fn.name == "sum" else Bin(
        node.span, "*", node.args[0], node.args[1])  # fmt: skip
    if isinstance(body, Big):
        return tabular.big(body, env, position)
    axis = node.axis()
    if _is_last(axis) and _is_log_probability(tabular, body):
        tabular.remarks.add("the sum of log-probabilities is over the dimensions of one action")
        return tabular.evaluate(body, env, position)
    is_first = isinstance(axis, Num) and not axis.value
    if is_sampled(tabular, body) and (is_first or node.fn.name in {"dot", "inner"}):
        tabular.has_sum = True  # of one number for each sample
    elif tabular.subject in {"kl", "entropy", "advantage"} or (
        "s" in env and "a" not in env
    ) or axis is not None:  # fmt: skip
        tabular.refuse_sample("a sum over actions")
        total: Number = Fraction(0)
        sample = {"a:sample": env["a"]} if "a" in env else {}
        for a in tabular.world.actions:
            total = total + tabular.evaluate(body, {**sample, **env, "a": a}, position)
        return total
    return tabular.average(
        Sampling(("s", "a"), explicit=False, is_named=False), body, env, position
    )


def _is_last(axis: Node | None) -> bool:
    """Whether an axis is not that of the samples, the first."""
    return isinstance(axis, Neg) or (isinstance(axis, Num) and axis.value == 1)


def _is_log_probability(tabular: "Tabular", node: Node) -> bool:
    """Whether code holds one log-probability for each dimension of a continuous action."""
    match node:
        case Call(fn=fn):
            return flat_lower(fn) in {"log_prob", "logprob"}
        case Name():
            return tabular.subject not in {"kl", "entropy"} and tabular.role(node) == "logp"
        case Neg(x=x):
            return _is_log_probability(tabular, x)
        case Bin(op="+" | "-", left=left, right=right):
            return _is_log_probability(tabular, left) and _is_log_probability(tabular, right)
    return False


def is_sampled(tabular: "Tabular", node: Node) -> bool:
    """Whether code has one number for each sample here: advantages, log-probabilities, a batch."""
    if tabular.subject in {"kl", "entropy", "advantage"} or not tabular.program.is_code:
        return False
    roles = {tabular.role(n) for n in walk(node) if isinstance(n, Name) and n.name not in FUNCTIONS}
    return bool(roles & SAMPLED or is_batch(node)) and "policy" not in roles


def _log_probability(tabular: "Tabular", node: Call, env: "Env", position: int) -> Number:
    """`dist.log_prob(action)`: of the policy that the object's name says, or what it is made of."""
    first, *rest = node.args or (node.fn,)
    is_made = isinstance(first, Call) or (
        isinstance(first, Name) and tabular.program.definition(first, position) is not None
    )
    if is_made and (which := policy_of(tabular, first, position)) is not None:
        return tabular.precision.log(tabular.chances(which, env)[tabular.action(tuple(rest), env)])
    names = [a for a in node.args if isinstance(a, Name)]
    holder = names[0] if names else node.fn
    given = tuple(names[1:])
    tabular.refuse_strangers("logp", given, env)
    return tabular.precision.log(tabular.policy(holder, given, env))


def _of_network(tabular: "Tabular", node: Call, env: "Env", position: int) -> Number | None:
    """Return a probability, the softmax of what a policy's network gives; None for other logits."""
    network = network_of(tabular.program, node.args[0], position)
    return None if network is None else tabular.policy(network.fn, network.args, env)


def _log_loss(tabular: "Tabular", node: Call, env: "Env", position: int) -> Number:
    """`F.cross_entropy(logits, actions, reduction="none")`: minus the action's log-probability."""
    match node.keyword("reduction"):
        case Call(fn=Name(name="'none'")):
            pass
        case _:
            raise Undecidable("a cross-entropy that is a mean over the batch")
    logits, action = node.args[:2]
    chance = _of_network(tabular, node, env, position)
    if chance is None and isinstance(logits, Name):
        chance = tabular.policy(logits, (), env)
    if chance is None:
        raise Undecidable("a cross-entropy of what is not a policy's logits")
    tabular.refuse_strangers("logp", (action,), env)
    return -tabular.precision.log(chance)


def _probability(tabular: "Tabular", node: Call, env: "Env") -> Number | None:
    """`policy.prob(action, state)`; None where no policy's object is called."""
    holder, *given = node.args or (node.fn,)
    if not isinstance(holder, Name) or not given:
        return None
    tabular.refuse_strangers("policy", tuple(given), env)
    return tabular.policy(holder, tuple(given), env)
