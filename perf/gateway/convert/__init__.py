"""Between dialects: OpenAI requests to Anthropic, Anthropic answers and streams back; no I/O."""
