"""What did they mean, and is it right: formulas read, decided and explained.

`check.check` is the one entry point. The reader (characters, latex, lexer, parser, python) turns
text into the tree of `tree`; `decide/` holds one family of meanings per file; `explain` says what
differs.
"""
