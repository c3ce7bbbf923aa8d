"""A fictional subdistrict to try everything on. No name, number or address in it is real."""
