"""The client's promises: durable work, syncing that never gives up, photos, several people on one phone."""
