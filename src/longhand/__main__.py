"""`python -m longhand` is the command `longhand`."""
from .cli import main

main()
