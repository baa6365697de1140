"""The floor: areas and their tables."""
