"""Judging written answers with evidence: quotations for points made and for false claims held."""
