"""The receipts: which entries of the ledger each inspection has become, and whether they are in a backup."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mobile.core.receipt import Receipt, receipt_of
from mobile.ui.kit import Listing, Row
from mobile.ui.screens.screen import Screen, moment
from mobile.ui.strings import tr

if TYPE_CHECKING:
    from mobile.ui.app import Paicha

MOST = 200  # inspections listed, the newest first


class Receipts(Screen):
    """A row for each inspection handed in from this phone; a tap opens it."""

    def __init__(self, app: Paicha) -> None:
        super().__init__(app, tr("receipts.title"))
        self.list = Listing()
        self.list.view.bind(on_open=lambda _, row: app.nav.push("checklist", id=row.id))
        empty = self.list.empty
        empty.icon, empty.title, empty.text = "receipt-text-check-outline", tr("receipts.none"), tr("receipts.none_text")
        self.add_widget(self.list)

    def refresh(self) -> None:
        """From the database of this phone."""
        shown = self.client.rows("inspection", where="state != 'draft'", limit=MOST)
        receipts = [(listed, receipt_of(self.client, listed.id)) for listed in shown]
        own = [(listed, receipt) for listed, receipt in receipts if receipt.operations]
        checkpoint = self.client.store.meta("checkpoint")
        self.bar.subtitle = tr("receipts.signed", size=checkpoint["size"], root=checkpoint["root"][:8]) if checkpoint else ""
        self.list.show(
            Row(
                id=listed.id, title=listed.title, badges=tuple(_badges(receipt)), icon="receipt-text-check-outline",
                subtitle=tr("receipts.numbers", ranges=receipt.ranges) if receipt.numbers else "", meta=moment(listed.at),
            )
            for listed, receipt in own
        )  # fmt: skip


def _badges(receipt: Receipt) -> list[tuple[str, str]]:
    """What of it has arrived, in words."""
    found = []
    if receipt.refused:
        found.append((tr("receipts.refused", count=receipt.refused), "danger"))
    if receipt.waiting:
        found.append((tr("receipts.waiting", count=receipt.waiting), "warn"))
    elif receipt.photos_waiting:
        found.append((tr("receipts.photos_waiting", count=receipt.photos_waiting), "warn"))
    else:
        found.append((tr("receipts.complete"), "ok"))
        if receipt.in_backup is not None:
            found.append((tr("receipts.backup"), "ok") if receipt.in_backup else (tr("receipts.no_backup"), "neutral"))
    return found
