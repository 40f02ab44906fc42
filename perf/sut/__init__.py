"""The gateway under test: its source, release build, launch, usage and end."""
