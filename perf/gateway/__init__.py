"""The reference gateway: a complete, fast LLM gateway that the suite measures when no other target is named."""
