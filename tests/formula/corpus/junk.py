"""Input that is no formula: each must be refused, quickly, with nothing executed."""

from random import Random

PROSE = (
    "the clipped thing from the paper",
    "I don't know",
    "policy gradient but with a trust region, I think?",
    "see eq. 7",
    "it's the ratio of new to old",
    "???",
    "as above",
    "lorem ipsum dolor sit amet",
)
CODE = (
    "__import__('os').system('echo hello')",
    "(lambda: 0).__globals__['__builtins__']",
    "open('secrets.txt').read()",
    "exec('x = 1')",
    "eval(input())",
    "import subprocess; subprocess.run(['ls'])",
    "[c for c in ().__class__.__base__.__subclasses__()]",
    "getattr(object, '__subclasses__')()",
    "while True: pass",
    "def f(x):\n    return f(x)",
    "class A: pass",
    "print('hello')",
    "assert False",
    "raise SystemExit",
    "f'{__import__(\"os\").getcwd()}'",
    "torch.load('model.pt')",
    "np.load('x.npy', allow_pickle=True)",
    "SELECT * FROM formulas; --",
    "<script>alert(1)</script>",
    "${jndi:ldap://example.org/a}",
)
BROKEN = (
    "\\frac{a}{",
    "\\left( r_t + \\gamma",
    "\\begin{cases} 1 \\\\ 2",
    "\\sum_{l=0}^{",
    "r_t +",
    "* r_t",
    "min(r_t A_t,",
    "E[",
    ")(",
    "{}{}{}",
    "\\\\",
    "^_^",
    "= = =",
    "\\undefinedcommand{x}{y}",
    "",
    " \t\n ",
    "$$",
)
HUGE = (
    "9" * 5000,
    "((" * 6000,
    "x" * 200_000,
    "r_t + " * 20_000 + "r_t",
    "2**" * 500 + "2",
    "10**10**10**10",
    "\\frac{" * 3000,
    "-" * 5000 + "x",
    "x_" * 2000 + "x",
    "[" * 5000 + "]" * 5000,
    "\\sqrt" * 3000,
    "Σ" * 10_000,
    "x^{" * 400 + "}" * 400,
)
CONTROL = (
    "r_t\x00 + \x1b[31mV(s)",
    "\u202er_t + V(s)\u202c +",
    "\ufeff\ufeff",
    "\ud7ff\uffff",
    "\u200b" * 50,
    "😀 + 😀 =",
)
FIXED = PROSE + CODE + BROKEN + HUGE + CONTROL
ALPHABET = "rtAVγλδθπ_^{}()[]|\\+-*/=<>.,;: \n09"


def random_text(rng: Random) -> str:
    """Return a short text of a formula's characters in no order at all, left unbalanced."""
    size = rng.randrange(3, 60)
    return "(" + "".join(rng.choice(ALPHABET) for _ in range(size)).replace(")", "")
