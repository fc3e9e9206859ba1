"""rlprep: interviews on policy-gradient RL and efficient attention, held, judged and explained.

The map, one line a room:

    errors      the error family: what is wrong, where, what to try, and the exit code
    content     where questions/ and solutions/ are, installed or in a checkout
    mathtext    LaTeX as one line of text, for a terminal or a screen reader
    bank        the question bank: YAML to checked objects, the linter, third-party packs
    kernels     the reference kernels: policy gradient and attention
    formula     formulas as people write them: read, decided, explained
    sandbox     runs code that nobody vouches for in confined processes, brings back numbers only
    grader      marks submissions: hidden cases from a seed, numbers compared, mistakes named
    answers     written answers against the rubric: evidence with quotations
    interview   holding the interview: the conversation, its state, marks and score
    classroom   whole classes: many submissions, one journal, every mark once
    labs        seeded experiments on the kernels that show why an answer is true
    progress    what a person has done, kept so that nothing typed is lost
    report      the faces of results: terminal, text, JSON
    cli         the commands, each a thin file over the rooms above
    pytest_plugin   a submission's properties as tests, opt-in: pytest --rlprep FILE

Nothing is imported here: a re-export would load torch for everyone.
"""

__version__ = "0.1.0"
