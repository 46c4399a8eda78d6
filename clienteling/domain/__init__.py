"""What the shop's people see and the rules for it: frozen dataclasses, standard library only."""
