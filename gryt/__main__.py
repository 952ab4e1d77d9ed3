"""`python -m gryt`."""

from gryt.cli.main import run

if __name__ == "__main__":
    run()
