"""Names: their scripts, and whether they apply to what follows or only multiply it."""

from dataclasses import replace

from rlprep.formula.errors import Unreadable
from rlprep.formula.names import variable_key
from rlprep.formula.scripts import Scripts
from rlprep.formula.stream import (
    CLOSERS,
    INDEX_LETTERS,
    PROBABILITIES,
)
from rlprep.formula.tree import (
    Bin,
    Call,
    Chain,
    Dot,
    Expect,
    Given,
    Grad,
    Index,
    Name,
    Neg,
    Node,
    Num,
    Optimise,
    Parallel,
    Tuple,
)
from rlprep.formula.vocabulary import FUNCTIONS, OPTIMISERS, PREFIXES

INNER = {"a", "a'", "b", "s", "s'", "u", "u'"}
"""Variables whose best value is one factor of a formula: an action, a state."""


class Names(Scripts):
    """Reads names: their scripts, and what they are applied to."""

    def name(self) -> Node:
        """A name with its scripts, and what it is applied to."""
        mark = ""
        while token := self.accept("mark"):
            mark = token.text
            if self.token.kind == "{":
                inner = self.group()
                if not isinstance(inner, Name):
                    return inner
                marked = Name(inner.span, inner.name, inner.subs, inner.sups, inner.primes, mark)
                return self.scripted(marked)
        token = self.accept("name")
        if token is None:
            return self.factor()
        if token.text == "?":
            raise Unreadable("unexpected backslash", token.span)
        return self.scripted(Name(token.span, token.text, mark=mark))

    def scripted(self, name: Name) -> Node:
        """Read the scripts of a name, then decide what the name does with what follows."""
        subs, sups, primes = list(name.subs), list(name.sups), name.primes
        if self._glued_policy(name):
            subs.append(self._glued_subscript())
        while True:
            if self.accept("'"):
                primes += 1
            elif self.token.kind == "_":
                self.at += 1
                subs.append(self.script(subscript=True))
            elif self.token.kind == "^":
                self.at += 1
                if self.token.kind == "'":
                    continue
                if self.token.kind == "*" or self.token.text in {"star", "ast"}:
                    self.at += 1
                    continue
                sups.append(self.script())
            else:
                break
        full = Name(self.spans(name), name.name, tuple(subs), tuple(sups), primes, name.mark)
        return self.applied(full)

    # -- application ----------------------------------------------------------------------------

    def applied(self, name: Name) -> Node:
        """Decide whether a name applies to what follows, binds it, or only multiplies it."""
        text, opener = name.name, self.token.kind
        if text == "E" and self.vocabulary.expects:
            return self.expectation(name)
        if text in {"sum", "Sum", "integral"}:
            from rlprep.formula.binders import named_sum

            return named_sum(self, name)
        if text in OPTIMISERS and not self._takes_arguments():
            return self.optimise(name)
        if text in {"grad", "Grad", "gradient"} and opener not in {"(", "["}:
            return Grad(self.spans(name), self.operand())
        if opener not in {"(", "["} and not (opener == "{" and text in FUNCTIONS - PREFIXES):
            return self.prefixed(name)
        if opener == "[" and text not in FUNCTIONS:
            return self.indexed(name)
        if text in FUNCTIONS or text in self.vocabulary.applied or self._is_word(text):
            return self.call(name)
        if not self.vocabulary.labels and self._names_the_formula():
            return self.call(name)
        is_factor = text in self.vocabulary.multiplied and not self._conditions()
        if is_factor or not self.vocabulary.labels:
            return name
        before, group = self.at, self.group()
        if self._are_labels(group):
            items = group.items if isinstance(group, Tuple) else (group,)
            return Call(self.spans(name), name, items)
        self.pending = (before, self.at, group)
        self.at = before
        return name

    def _conditions(self) -> bool:
        """Whether the parentheses that open here hold a condition: `beta(a|s)`, not `(1 - |x|)`."""
        depth = bars = 0
        for token in self.tokens[self.at :]:
            depth += (token.kind in CLOSERS) - (token.kind in CLOSERS.values())
            bars += depth == 1 and token.kind == "|"
            if depth <= 0:
                break
        return bars == 1

    def _names_the_formula(self) -> bool:
        """Whether this is the left side `f(h) =` of a statement."""
        before = self.tokens[self.at - 2].kind if self.at > 1 else "nl"
        if before not in {"nl", "row", ",", ";", "quad", "kw"}:
            return False
        depth = 0
        for number in range(self.at, len(self.tokens)):
            kind = self.tokens[number].kind
            depth += (kind in CLOSERS) - (kind in {")", "]", "}"})
            if depth == 0:
                after = self.tokens[min(number + 1, len(self.tokens) - 1)]
                return after.kind == "rel" and after.text == "="
        return False

    def _is_word(self, text: str) -> bool:
        """Whether a name is an unknown word of several letters, which applies when glued."""
        glued = self.token.start == self.tokens[self.at - 1].end
        return glued and len(text) > 2 and text.isalpha() and text.lower() not in {
            "gamma", "lambda", "lam", "beta", "eps", "epsilon", "delta", "adv", "ratio", "theta",
            "rho", "alpha"}  # fmt: skip

    def _are_labels(self, node: Node) -> bool:
        """Whether parentheses hold only labels, as in `A(s, a)`, `r_t(theta)`, `pi(a | s)`."""
        match node:
            case Tuple(items=items):
                return all(self._are_labels(item) for item in items)
            case Given() | Parallel() | Dot():
                return True
            case Name():
                return True
            case Call(fn=Name(name=name), args=args):
                return name not in FUNCTIONS and all(self._are_labels(arg) for arg in args)
        return False

    def _takes_arguments(self) -> bool:
        """Whether `max` is followed by a bracket that holds several arguments."""
        if self.token.kind not in {"(", "[", "{"}:
            return False
        depth = 0
        for token in self.tokens[self.at :]:
            if token.kind in {"(", "[", "{", "begincases"}:
                depth += 1
            elif token.kind in {")", "]", "}", "endcases"}:
                depth -= 1
                if depth == 0:
                    return False
            elif token.kind == "," and depth == 1:
                return True
        return True  # never closed: the call reports that

    def call(self, name: Name) -> Node:
        """Read the arguments of a function."""
        opener = self.token
        self.at += 1
        self.enter()
        if self.token.kind == CLOSERS[opener.kind]:
            self.at += 1
            self.depth -= 1
            return Call(self.spans(name), name, ())
        args, kwargs = [], []
        for item in self.items():
            match item:
                case Chain(items=(Name(name=key), value), ops=("=",)) if key in {
                    "dim", "axis", "min", "max", "keepdim", "keepdims",
                }:  # fmt: skip
                    kwargs.append((key, value))
                case _:
                    args.append(item)
        self.close(opener)
        self.depth -= 1
        node = Call(self.spans(name), name, tuple(args), tuple(kwargs))
        if self.token.kind in {"(", "["} and name.name in {"S", "H"}:
            self.group()  # the state of S[pi](s_t)
        return node

    def indexed(self, name: Name) -> Node:
        """`values[t+1]`, `S[pi](s)`, or a product with a bracketed sum."""
        text = name.name
        if text in self.vocabulary.multiplied:
            return name
        opener = self.token
        before = self.at
        self.at += 1
        self.enter()
        if self.token.kind == "]":
            raise Unreadable("empty brackets", self.spans(opener))
        items = self.items()
        self.close(opener)
        self.depth -= 1
        if text in {"S", "H", "KL", "D", "Var"} or any(isinstance(i, Parallel) for i in items):
            node: Node = Call(self.spans(name), name, tuple(items))
            if self.token.kind == "(":
                self.group()
            return node
        group = items[0] if len(items) == 1 else Tuple(self.spans(opener), tuple(items))
        if self._are_labels(group) or is_index(group):
            return Index(self.spans(name), name, tuple(items))
        self.pending = (before, self.at, group)
        self.at = before
        return name

    def prefixed(self, name: Name) -> Node:
        """A function written without parentheses: `log pi(a|s)`, `sqrt d`."""
        if name.name not in PREFIXES:
            return name
        if not self.starts_factor():
            if self.token.kind == "|":
                return Call(self.spans(name), name, (self.modulus(),))
            if name.name in {"log", "ln", "exp", "sqrt"}:
                raise self.fail(f"expected what {name.name} applies to")
            return name
        operand = self.operand()
        if (
            name.name in {"log", "ln"} and self.token.kind == "/"
            and (_is_probability(operand) or (isinstance(operand, Num) and operand.value == 1))
            and self._is_probability_next()
        ):  # fmt: skip
            # `p log p/q` is read by everybody as p log(p/q); `log p / log q` starts with log again.
            self.at += 1
            below = self.factor()
            operand = Bin(self.spans(operand), "/", operand, below)
        return Call(self.spans(name), name, (operand,))

    def _is_probability_next(self) -> bool:
        """Whether a probability follows the slash, bare or in parentheses of its own."""
        after = self.peek(2) if self.peek().kind == "(" else self.peek()
        return after.kind == "name" and after.text in PROBABILITIES

    def expectation(self, name: Name) -> Node:
        """`E_{s ~ rho}[x]`; without brackets it reaches to the end of the product."""
        dist: list[Node] = []
        for script in (*name.subs, *name.sups):
            dist.extend(script.items if isinstance(script, Tuple) else (script,))
        dist.extend(self._open_law(dist))
        if self.token.kind in {"(", "[", "{"} and not self._is_decorated_e():
            opener = self.token
            self.at += 1
            self.enter()
            if self.token.kind == CLOSERS[opener.kind]:
                raise Unreadable("an expectation of nothing", self.spans(opener))
            items = self.items()
            self.close(opener)
            self.depth -= 1
            body = items[0] if len(items) == 1 else Tuple(self.spans(opener), tuple(items))
        elif self.token.kind == "}":
            return name
        elif self.starts_factor():
            body = self.product()
        else:
            raise self.fail("expected the integrand of the expectation")
        return Expect(self.spans(name), tuple(dist), body)

    def _open_law(self, dist: list[Node]) -> list[Node]:
        """Read on below an E without braces: `E_s~pi_old[...]`, `E_s,a~pi[...]`."""
        ahead = 0
        while (self.peek(ahead).kind, self.peek(ahead + 1).kind) == (",", "name"):
            ahead += 2
        if not dist or self.peek(ahead).text != "~" or self.peek(ahead + 1).kind != "name":
            return []
        found: list[Node] = []
        while self.accept(","):
            found.append(Name(self.token.span, self.token.text))
            self.at += 1
        drawn = found.pop() if found else dist.pop()
        self.at += 1
        law = Name(self.token.span, self.token.text)
        self.at += 1
        while self.accept("_"):
            law = replace(law, subs=(*law.subs, self.script(subscript=True)))
        return [*found, Chain(self.spans(drawn), (drawn, law), ("~",))]

    def _is_decorated_e(self) -> bool:
        r"""Whether another expectation follows: the braces that a `\mathbb{E}` leaves behind."""
        return self.token.kind == "{" and self.peek().text == "E" and self.peek(2).kind == "}"

    def optimise(self, name: Name) -> Node:
        """`max_theta x`; the constraints are joined by `statements.py`."""
        sense = OPTIMISERS[name.name]
        if sense == "arg":
            return self.name()
        if self.token.kind == "}":
            return name
        over = name.subs
        if (self.token.kind, self.token.text) == ("kw", "for"):  # minimize over theta: ...
            self.at += 1
            over = (*over, self.name())
        while self.accept("quad", "nl", "row", ":"):
            pass
        # max_a Q(s, a) - V(s) is a difference; max_theta L - c KL is all to be maximised
        is_inner = len(over) == 1 and variable_key(over[0]) in INNER
        objective = self.product() if is_inner else self.sum()
        return Optimise(self.spans(name), sense, objective, (), over)


def _is_probability(node: Node) -> bool:
    match node:
        case Name(name=name) | Call(fn=Name(name=name)):
            return name in PROBABILITIES
    return False


def is_index(node: Node) -> bool:
    """Whether an expression is an integer offset, as in `r[t+l+1]`."""
    match node:
        case Num(value=value):
            return value.denominator == 1
        case Name(name=name):
            return name in INDEX_LETTERS or name in {"s", "a", "h"} or len(name) > 2
        case Bin(op="+" | "-", left=left, right=right):
            return is_index(left) and is_index(right)
        case Neg(x=x):
            return is_index(x)
    return False
