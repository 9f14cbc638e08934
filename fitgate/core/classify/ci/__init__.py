"""CI files of the forges, read into one model and compared."""
