"""Shelf labels: what one says, how it is laid out, and sheets of them that were read back before they are handed out.

    content -> symbol -> layout (mm) -> pdf | png | zpl -> proof

Pure: nothing here knows the store, the language or a file's place. Fonts are given as a folder, words as a port.
"""
