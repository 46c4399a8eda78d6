"""Sync between devices and the central profile API: protocol, engine, client, server and connectors."""
