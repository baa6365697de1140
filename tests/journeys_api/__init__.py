"""Whole nights through the API, without a browser."""
