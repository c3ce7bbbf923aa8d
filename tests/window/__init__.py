"""What a person sees and touches: real widgets, real layout, real taps, no display needed."""
