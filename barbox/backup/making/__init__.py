"""One backup as it is made, beside the till: sealed, brought to every target, read back, rehearsed."""
