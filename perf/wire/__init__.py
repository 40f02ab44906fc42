"""Sans-I/O wire formats: server-sent events, and the payloads of the three dialects."""
