"""What the records of the catalogue say, as the views people are shown: bodies in, domain views out, no database.

The local store and the central database each fetch the bodies in their own way; how a product is told is here, once.
"""
