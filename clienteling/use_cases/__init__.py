"""What a person does, one module each. Screens call these through `services.Services`, bound by bootstrap."""
