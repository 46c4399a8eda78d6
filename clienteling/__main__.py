"""`python -m clienteling`: the same as the `clienteling` command."""

from clienteling.cli import main

if __name__ == "__main__":
    main()
