"""What a person has done, kept so that nothing is ever lost, and when to ask it again."""
