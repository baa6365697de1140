"""A bar to play with: sample data, virtual printers and a page to watch their paper.

Only `barbox demo` imports this room.
"""
