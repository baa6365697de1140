"""The live copy: what was sold since the last backup is at the targets within seconds, and can be replayed."""
