"""What was to be handed in as soon as a colleague has signed: done when the signature has come, and told wherever the person is then."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mobile.core import handing_in
from mobile.ui.kit import tell
from mobile.ui.saying import sentence, why_not
from mobile.ui.strings import tr, words
from shared.errors import PaichaError

if TYPE_CHECKING:
    from mobile.ui.app import Paicha


def hand_in_what_waited(app: Paicha) -> None:
    """After every change that this phone has heard of."""
    client = app.session.client
    if client is None:
        return
    try:
        outcomes = handing_in.carry_out(client)
    except PaichaError as error:
        tell(why_not(error))
        return
    for outcome in outcomes:
        why = sentence(outcome.why.text(words.language)) if outcome.why else ""
        said = tr("finish.auto_failed", name=outcome.enterprise, why=why) if why else tr("finish.auto_done", name=outcome.enterprise)
        tell(said, seconds=8)
        if "notify" in app.platform.abilities:
            app.platform.notify(tr("finish.title"), said)
    if outcomes:
        app.session.revision += 1
        app.session.sync_now()
