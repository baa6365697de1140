"""What makes a Raspberry Pi or mini-PC an appliance: `python3 -m firmware_scripts --help`.

Runs with the system's Python alone, also before Barbox is installed. Every script first makes a plan of
steps, which `--dry-run` prints instead of carrying it out.
"""
