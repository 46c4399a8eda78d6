"""What a person runs from a checkout: the demo, the tests, the checks. Standard library only until `.venv` is there."""
