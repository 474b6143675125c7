"""The training process: what is said to it and by it (protocol), its two ends (client, host)."""
