"""Guests who come back: who they are, what they have earned, and what the bar owes them."""
