"""Who may open this device: PINs of associates, and the key of the local store sealed under each.

The key is sealed for each associate by their PIN and by the device's secret together: whoever has the files alone can
try no PIN, and whoever has the secret as well has MOST_TRIES of them.
"""
