"""The other way: Anthropic requests to OpenAI, OpenAI answers and streams back; no I/O."""
