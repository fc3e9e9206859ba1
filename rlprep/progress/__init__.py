"""What a person has done: rounds of the interview, kept so that nothing typed is ever lost."""
