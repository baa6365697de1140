"""Backups that an owner can restore: sealed to their recovery key, read back before they count."""
