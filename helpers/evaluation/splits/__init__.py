"""Whether results can be believed: splits, copies, normalisation, and the kept test labels."""
