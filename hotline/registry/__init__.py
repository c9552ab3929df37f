"""Registry knows: lines, units, directory, places, calendar and guidance, versioned."""
