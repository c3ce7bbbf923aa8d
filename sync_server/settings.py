"""The server's settings: read from the command line in one place, frozen, handed down. Nothing else reads the environment."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Settings:
    """Where things are and how the server is reached."""

    data: Path  # blobs, and the SQLite file unless `database` is given
    database: str = ""  # postgresql://..., or "" for SQLite in `data`
    host: str = "127.0.0.1"
    port: int = 8000
    public_url: str = ""  # what a phone is told; "" = http://host:port
    demo: bool = False  # a scenario, whose clock is not the real one: the console says so

    @property
    def secure_cookies(self) -> bool:
        """Whether browsers may send the console's cookies by https alone."""
        return self.public_url.startswith("https://")

    @property
    def database_url(self) -> str:
        """For `Database`."""
        return self.database or f"sqlite:///{self.data / 'paicha.db'}"

    @property
    def url(self) -> str:
        """The address to tell."""
        return self.public_url or f"http://{self.host}:{self.port}"
