"""The demo: a fictional subdistrict, its server and an inspector's phone; with `--once` a whole working day that checks itself."""
