"""Speed, measured against an anchor of the same run."""
