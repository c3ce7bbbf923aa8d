"""The inspector's client: `core` without any window, `device` for cameras and keys, `ui` for the screens."""
