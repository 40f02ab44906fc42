"""The reference gateway: a complete, fast LLM gateway, measured when no other target is named."""
