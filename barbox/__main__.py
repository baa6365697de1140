"""`python -m barbox` is `barbox`."""

from barbox.cli import main

if __name__ == "__main__":
    main()
