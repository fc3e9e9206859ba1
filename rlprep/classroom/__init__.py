"""Grading whole classes: many submissions, any executor, every mark recorded exactly once."""
