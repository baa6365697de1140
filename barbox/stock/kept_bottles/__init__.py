"""Bottles that the bar keeps for guests (存酒): taken in, poured from, taken home."""
