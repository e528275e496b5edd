"""`python -m garant`: the same as the command `garant`."""

from garant.cli.main import main

if __name__ == "__main__":
    main()
