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
# Short, readable, and work that doubles with every level: a budget must end each of them.
EXPLOSIVE = (
    "E" * 40 + "(r A)",
    r"\mathbb{E}[" * 20 + "r_t A_t" + "]" * 20,
    r"\sum_a \pi(a|s) " * 15 + "A(s, a)",
    "".join(rf"\sum_{{{x}=0}}^{{\infty}} " for x in "ijklmnpq") + r"\gamma^i r_{t+i+j}",
    "".join("sum(" for _ in range(20)) + "p" + ")" * 20,
    "x0 = 1 + gamma\n" + "".join(f"x{i + 1} = x{i} * x{i}\n" for i in range(40)) + "x40",
    "a0 = r + V\n" + "".join(f"a{i + 1} = min(a{i}, a{i} + 1)\n" for i in range(40)) + "a40",
    "(r_t + V(s_t) + \\gamma)^{64}",
    "((1 + \\gamma)^{60} (1 + \\lambda)^{60} (r_t + V(s_t))^{60})^{60}",
    r"\sum_{l=0}^{999999} \gamma^l r_{t+l}",
    r"\sum_{l=0}^{T^{64}} \gamma^l r_{t+l}",
    r"\min(" * 40 + "r A" + ", r A)" * 40,
    r"\max_a \max_b \max_c \max_d \max_s Q(s, a) + " * 8 + "V(s)",
    "Q K^T " * 60,
    "H^{-1} " * 60 + "g",
    "(Q K^T)^{64} V",
    "h" + " // 2" * 200,
    "h % " * 100 + "7",
    r"\lfloor " * 40 + "h" + r" \rfloor" * 40,
    "exp(" * 50 + "gamma" + ")" * 50,
    "+".join(f"x_{i}" for i in range(300)),
    "x_" * 1999,
    "2 and " + "x_" * 1900 + " = b",
    "b" + " " * 3900 + "= bytes",
    "2*B  # (" + "n, " * 1200,
)
FIXED = PROSE + CODE + BROKEN + HUGE + CONTROL
ALPHABET = "rtAVγλδθπ_^{}()[]|\\+-*/=<>.,;: \n09"


def random_text(rng: Random) -> str:
    """Return a short text of a formula's characters in no order at all, left unbalanced."""
    size = rng.randrange(3, 60)
    return "(" + "".join(rng.choice(ALPHABET) for _ in range(size)).replace(")", "")
