"""When and what to sync: decides without I/O, then acts through ports. Knows no SQL, no HTTP and no screen."""
