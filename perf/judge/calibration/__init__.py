"""Calibration: how often the judge errs, and what it finds, on recorded runs whose truth is known."""
