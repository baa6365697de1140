"""Tickets and receipts: what goes on them, which printer gets them, and the spool that keeps the promise."""
