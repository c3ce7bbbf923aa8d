"""What differs between desktop, Android and tests, behind the ports of `mobile.core.ports`."""
