"""`python -m bootfit` is `bootfit`."""

from bootfit.cli import main

if __name__ == "__main__":
    main()
