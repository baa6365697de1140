"""The smallest till there is, for trying the power-cut simulator: one order, one commit, one acknowledgement.

usage: tiny_till.py DATABASE ACKNOWLEDGEMENTS JOURNAL_MODE SYNCHRONOUS ORDERS
"""

import os
import sqlite3
import sys


def main(database: str, acknowledgements: str, journal_mode: str, synchronous: str, orders: str) -> None:
    """Take that many orders of two lines each."""
    till = sqlite3.connect(database, isolation_level=None)
    till.execute(f"PRAGMA journal_mode={journal_mode}")
    till.execute(f"PRAGMA synchronous={synchronous}")
    till.execute("PRAGMA wal_autocheckpoint=20")
    till.execute("CREATE TABLE IF NOT EXISTS line (number INTEGER, place INTEGER, note TEXT)")
    told = os.open(acknowledgements, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    for number in range(int(orders)):
        till.execute("BEGIN IMMEDIATE")
        for place in (0, 1):
            till.execute("INSERT INTO line VALUES (?, ?, ?)", (number, place, "no ice " * 60))
        till.execute("COMMIT")
        os.write(told, b"%d\n" % number)
    till.close()


if __name__ == "__main__":
    main(*sys.argv[1:])
