"""How fast, side by side: `python -m tests.bench --help`. Measures and prints; asserts nothing.

    servers.py   what is measured: the box, a handler that stores nothing, Express + socket.io
    targets.py   a running server: where to send an order, what it has used of the processor and of memory
    load.py      many clients that send orders as fast as they are answered
    sockets.py   listeners that read and drop what they are told, and the time until the last one was told
    paper.py     from an order to its ticket's first byte, at printers that only look at the clock (stopwatch.py)
    writer.py    the writer alone, without HTTP or another thread
    years.py     screens and an evening's end, in a new bar and with millions of orders behind it (history.py)
    tablet.py    the order screen in a slowed-down Chromium: from a tap to its line, a scroll through 300 products
    rounds.py    alternating rounds, medians, ratios

The machine's speed changes from minute to minute, so only ratios of the same round mean anything.
"""
