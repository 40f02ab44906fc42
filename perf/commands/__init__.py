"""One file a command: what `perfgate` does with its arguments, and how it ends."""
