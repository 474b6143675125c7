"""The Lab of a lesson: predict, train, watch, turn knobs, see what happened."""
