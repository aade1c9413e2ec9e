"""`python -m adhere` is the command `adhere`."""

from adhere.cli import main

main()
