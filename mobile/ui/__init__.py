"""The window of the field client, in plain Kivy: our own kit, its theme, its texts and the screens."""
