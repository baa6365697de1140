"""From a backup to a box: by the command line or the first-run page; and the box whose place it takes."""
