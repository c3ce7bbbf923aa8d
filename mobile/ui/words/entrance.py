"""Words of enrolling, people, syncing, settings."""

from __future__ import annotations

TEXTS: dict[str, tuple[str, str]] = {
    "chip.problems": ("需处理 {count}", "{count} for you"),
    "chip.stopped": ("已停止", "Stopped"),
    "chip.offline": ("离线", "Offline"),
    "chip.offline_with": ("离线 · 待传 {count}", "Offline · {count} to send"),
    "chip.waiting": ("待传 {count}", "{count} to send"),
    "chip.done": ("已同步", "Synced"),
    "chip.begin": ("准备同步", "Starting"),
}
