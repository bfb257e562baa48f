"""Lets `python -m fedfleet_lab` stand in for `fedfleet lab`."""

from fedfleet_lab.cli import app

if __name__ == "__main__":
    app(prog_name="fedfleet lab")
