"""Statistics as pure functions: floats in, floats out; nothing here knows what was measured."""
