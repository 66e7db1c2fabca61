"""What the matcher makes of complaints, shown to people: as text on a terminal and as a page."""
