"""Faces of results: the terminal for people, versioned JSON and other formats for programs."""
