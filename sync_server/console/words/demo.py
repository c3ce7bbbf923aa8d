"""Words of the strip that a demo with a clock of its own wears on every page."""

WORDS = {
    "demo_time": ("演示时间", "Demo time"),
    "demo_fictional": ("单位、人员和照片均为虚构", "all units, people and pictures are fictional"),
}
