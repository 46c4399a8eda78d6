"""Real purchases as a shop's export files: see `build_scripts/real_data.py`."""
