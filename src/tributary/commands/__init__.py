"""The commands of `tributary`, one module per subject. Each imports what it needs when it runs: help is fast."""
