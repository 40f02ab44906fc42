"""The mock providers: a real server of three dialects with scripted delays, faults and an arrival log."""
