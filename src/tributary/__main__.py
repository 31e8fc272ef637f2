"""`python -m tributary` is the same as the command `tributary`."""

from tributary.cli import main

if __name__ == "__main__":
    main()
