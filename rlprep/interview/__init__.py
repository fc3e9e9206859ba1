"""Holding the interview: the round's state, the conversation, the score, and what to study."""
