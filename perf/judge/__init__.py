"""Decisions: plan, validity, summaries, comparison, verdict. Pure: no I/O, no clock, no environment."""
