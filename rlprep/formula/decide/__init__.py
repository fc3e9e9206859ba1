"""The deciders: one family of meanings a file, each with its own proof procedure."""
