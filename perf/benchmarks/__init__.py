"""Micro-benchmarks of the gateway's core, run by pytest-benchmark inside each build's own environment."""
