"""Clauses, denial and stance: how far an assertion reaches, and whether it is one."""

import pytest

from rlprep.answers.reading import Reading, read
from rlprep.answers.stance import ASSERTED, CONDITIONAL, HEDGED, UNASSERTED
from rlprep.answers.stems import Speller


def reading(text: str) -> Reading:
    return read(text, Speller(()))


def clauses(text: str) -> list[str]:
    found = reading(text)
    return [
        " ".join(
            token.form
            for token in found.tokens[clause.start : clause.end]
            if token.kind not in ("comma", "break", "open", "close")
        )
        for clause in found.clauses
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("lambda 0 is TD and lambda 1 is MC", ["lambda 0 is td", "and lambda 1 is mc"]),
        ("λ=0 gives TD, λ=1 gives MC", ["lambda = 0 gives td", "lambda = 1 gives mc"]),
        ("λ=0 → δ, biased, low var", ["lambda = 0 -> delta biased low var"]),
        ("With lambda = 0, you get TD", ["with lambda = 0 you get td"]),
        ("PPO clips but TRPO constrains", ["ppo clips", "but trpo constrains"]),
        ("PPO clips; TRPO constrains", ["ppo clips", "trpo constrains"]),
        ("min(r A, clip(r, 1-eps, 1+eps) A)", ["min r A clip r 1 - epsilon 1 + epsilon A"]),
        ("keys and values are shared", ["keys and values are shared"]),
        ("it is anything but exact", ["it is anything but exact"]),
        ("lambda 1 is, I think, the TD case", ["lambda 1 is the td case"]),
        ("PPO, which reuses data, is on-policy", ["ppo which reuses data is on policy"]),
        ("A > 0, the gradient vanishes", ["A > 0 the gradient vanishes"]),
    ],
)
def test_a_clause_ends_where_the_next_assertion_begins(text: str, expected: list[str]):
    assert clauses(text) == expected


def denied(text: str) -> set[str]:
    """The words of a text that an odd number of cues negates."""
    found = reading(text)
    return {
        token.form
        for token, cues in zip(found.tokens, found.cues, strict=True)
        if len(cues) % 2 and token.kind in ("word", "number")
    }


@pytest.mark.parametrize(
    ("text", "word", "expected"),
    [
        ("Clipping doesn't bound the KL", "bound", True),
        ("Clipping doesn't bound the KL", "clipping", False),
        ("There is no bound on the KL", "kl", True),
        ("It never forms the matrix, it uses products", "products", False),
        ("Neither the gradient nor the reward is clipped", "clipped", True),
        ("without forming the matrix", "matrix", True),
        ("keys rather than queries are shared", "queries", True),
        ("keys rather than queries are shared", "shared", False),
        ("O(N d) instead of quadratic", "quadratic", True),
        ("unlike MQA, GQA keeps groups", "gqa", False),
        ("With G instead of H heads the cache shrinks", "cache", False),
        ("With 8 instead of 32 the cache shrinks", "cache", False),
        ("Instead of shrinking the cache it adds heads", "cache", True),
        ("instead of all the heads", "heads", True),
        ("It came from an old critic, so now it is wrong", "came", False),
        ("That it came from the critic is wrong", "came", True),
        ("unlike FlashAttention it changes the function", "changes", False),
        ("it fails to bound the KL", "bound", True),
        ("hardly any loss", "loss", True),
        ("not only exact", "exact", False),
        ("not the max but the min", "max", True),
        ("not the max but the min", "min", False),
        ("not a hard constraint: the KL can grow", "grow", False),
        ("not clipped -> weight r", "weight", False),
        ("it isn't exact because it changes the function", "changes", False),
        ("no tiling, SRAM or kernels", "kernels", True),
        ("There is no cache and no state", "state", True),
        ("It doesn't clip and doesn't invert", "invert", True),
        ("It is neither sparse nor approximate", "approximate", True),
        ("MQA isn't G=H, nor is MHA one group", "mha", True),
        ("it is not without bias", "bias", False),
        ("It isn't true that TRPO clips", "clips", True),
        ("It isn't wrong that TRPO clips", "clips", False),
        ("It is a myth that TRPO clips", "clips", True),
        ("Not true: TRPO clips", "clips", True),
        ("They hear that TRPO clips, which is backwards", "clips", True),
        ("That TRPO clips is a common mistake", "clips", True),
        ("The claim that TRPO clips is false", "clips", True),
        ("It would be wrong, though common, to say TRPO clips", "clips", False),
        ("TRPO clips. That's wrong.", "clips", True),
        ("Contrary to rumours about clips, it constrains", "constrains", False),
        ("Myth: TRPO clips", "clips", True),
        ("it is just the TD error", "td", False),
        ("its bias comes from a wrong V", "bias", False),
        ("biased where V is wrong", "biased", False),
        ("PPO is anything but simple", "simple", True),
        ("PPO is nothing but simple", "simple", False),
        ("Don't bootstrap at terminal states", "bootstrap", True),
        ("no doubt it is exact", "exact", False),
        ("r ≠ 1", "1", True),
    ],
)
def test_what_is_denied(text: str, word: str, *, expected: bool):
    assert (word in denied(text)) is expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("The clip bounds the KL.", ASSERTED),
        ("I think the clip bounds the KL.", ASSERTED),
        ("The authors show that the clip bounds the KL.", ASSERTED),
        ("People often say the clip bounds the KL.", UNASSERTED),
        ("It is often claimed that the clip bounds the KL.", UNASSERTED),
        ("One might think that the clip bounds the KL.", UNASSERTED),
        ("I've heard that the clip bounds the KL.", UNASSERTED),
        ("My colleague says that the clip bounds the KL.", UNASSERTED),
        ("Many confuse clipping with a bound on the KL.", UNASSERTED),
        ("It's tempting to say that the clip bounds the KL.", UNASSERTED),
        ("I'd push back on 'the clip bounds the KL'.", UNASSERTED),
        ("I disagree with the idea that the clip bounds the KL.", UNASSERTED),
        ("Does the clip bound the KL?", UNASSERTED),
        ("The clip bounds the KL, right?", ASSERTED),
        ("One hears that the clip bounds the KL.", UNASSERTED),
        ("'The clip bounds the KL': no.", UNASSERTED),
        ("Misreading 2, the clip bounds the KL: wrong.", UNASSERTED),
        ("The clip bounds the KL: no sample leaves the range.", ASSERTED),
        ("You could write L = min(r A, clip(r) A).", ASSERTED),
        ("If I recall correctly the clip bounds the KL, I'd say.", HEDGED),
        ("Maybe the clip bounds the KL.", HEDGED),
        ("I guess the clip bounds the KL.", HEDGED),
        ("I'm not entirely sure the clip bounds the KL.", HEDGED),
        ("If it were hard, the clip would bound the KL.", CONDITIONAL),
        ("clip, KL, bound, epsilon", UNASSERTED),
        ("clip, KL = bound, epsilon", ASSERTED),
        ("It measures what the critic says about the next state.", ASSERTED),
    ],
)
def test_what_a_clause_is_said_as(text: str, expected: int):
    assert max(reading(text).stances) == expected


def test_an_opinion_of_others_ends_where_it_is_contrasted():
    found = reading("People say it clips, but it constrains the KL.")
    assert found.stances[0] == UNASSERTED
    assert found.stances[-1] == ASSERTED
    found = reading("Although many say it clips, TRPO constrains the KL.")
    assert [found.stances[0], found.stances[-1]] == [UNASSERTED, ASSERTED]
