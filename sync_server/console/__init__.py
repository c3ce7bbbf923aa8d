"""The console: pages for people, made on the server, usable without JavaScript."""
