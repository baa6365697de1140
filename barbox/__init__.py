"""Barbox: an offline-first point of sale in one box, for small bars."""

__version__ = "0.1.0"
