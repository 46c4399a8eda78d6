"""The customer's page on the central server: its source over the central database, and its place beside the API."""
