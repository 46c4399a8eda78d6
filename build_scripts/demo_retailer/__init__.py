"""The invented retailer "Benang Teduh": what demo_data.py writes as export files, one module per kind of thing."""
