"""Everything that touches paper: tickets as data, bytes for a printer, and proof that they were printed.

Knows nothing of bars. `document` says what is on the paper, `profiles` what a model can do, `encoder` makes
the bytes, `transports` carry them, `confirm` finds out whether they were printed, `emulator` is a printer
that is not there.
"""
