"""The screens: each shows records and lets the person act on them; what may happen is for the rules, what a tap means for `mobile.core`."""
