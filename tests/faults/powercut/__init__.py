"""Cut the power, on paper, of any program that keeps files: no root, no kernel module, only strace.

The program runs once under strace. From what it wrote and synced, the disk is then rebuilt as it could have
been had the power gone at many moments, and a checker looks at each of these images:

    trace.py    strace's log -> system calls
    disk.py     files and names: what is durable for certain, what was only on its way
    replay.py   walks the calls, moves the disk along, collects what the program had acknowledged
    cutting.py  runs the program, chooses the moments, builds the images, asks the checker

Limits: writes through mmap are not seen (SQLite's -shm is dropped, as SQLite itself does after a reboot; any
other file mapped shared and writable is refused), io_uring is not to be had, read() does not move the tracked
offset, and sectors that were synced are never damaged afterwards.
"""
