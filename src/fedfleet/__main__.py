"""`python -m fedfleet`, for whoever knows the interpreter and not where its commands are."""

from fedfleet.cli import main

if __name__ == "__main__":
    main()
