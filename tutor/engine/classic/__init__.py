"""Learning machines from before back-propagation."""
