"""Sync as a whole: devices, a bad network and the server together."""
