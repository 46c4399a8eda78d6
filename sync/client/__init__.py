"""The central profile API over HTTP."""
