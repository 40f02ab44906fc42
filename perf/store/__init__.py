"""Runs and baselines on disk: a strict, versioned codec and the files that it reads and writes."""
