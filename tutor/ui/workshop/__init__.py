"""The free bench: any data, any network, any training, set up in a form and trained in the lab."""
