"""Writes the last figures of every bench into the documentation, as table and picture."""

from bench.page import write

if __name__ == "__main__":
    write()
