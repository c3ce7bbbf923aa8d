"""What the published description says, tried with whatever fits it and whatever does not: a stranger's request is never the server's mistake.

Requests are made by schemathesis from the description itself: without a token, with that of an enrolled phone, and as pushes whose signature is right
over a body that is not.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis.checks import not_a_server_error
from schemathesis.core.result import Ok

from tests.serving import serving
from tests.worlds import LEDGER, Device, World, open_world

EXAMPLES = 12  # of each route: what is new is tried again and again, and the whole stays within the time of a test
QUICK = settings(
    max_examples=EXAMPLES, deadline=None, derandomize=True, phases=[Phase.explicit, Phase.generate],
    suppress_health_check=[HealthCheck.filter_too_much, HealthCheck.too_slow, HealthCheck.data_too_large],
)  # fmt: skip


@schemathesis.serializer("application/x-ndjson")
def lines(context: Any, value: Any) -> bytes:
    """A body of lines: text as it is, anything else as JSON."""
    return value if isinstance(value, bytes) else str(value).encode("utf-8", "replace") if isinstance(value, str) else json.dumps(value).encode()


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, World]]:
    """A server that listens, and the world behind it."""
    folder = tmp_path_factory.mktemp("openapi")
    world = open_world(f"sqlite:///{folder / 'paicha.db'}")
    with serving(world.service, folder) as url:
        yield url, world
    world.service.close()


def operations(url: str) -> list[Any]:
    """Every operation of the description."""
    schema = schemathesis.openapi.from_dict(requests.get(f"{url}/openapi.json", timeout=30).json())
    schema.config.update(base_url=url)
    found = list(schema.get_all_operations())
    assert all(isinstance(each, Ok) for each in found), "the description can be read"
    return [each.ok() for each in found if isinstance(each, Ok)]


def token_of(device: Device, world: World) -> str:
    """A bearer token as a phone wins it."""
    return str(world.service.token(LEDGER, device.token_request())["token"])


@pytest.mark.parametrize("known", [False, True], ids=["a stranger", "an enrolled phone"])
def test_no_request_that_the_description_allows_or_forbids_is_answered_by_a_mistake_of_the_server(served: tuple[str, World], known: bool) -> None:
    url, world = served
    headers = {"Authorization": f"Bearer {token_of(world.device('lin'), world)}"} if known else {}
    answered: dict[str, set[int]] = {}
    for operation in operations(url):

        @QUICK
        @given(case=st.one_of(operation.as_strategy(), operation.as_strategy(generation_mode=schemathesis.GenerationMode.NEGATIVE)))
        def try_it(case: Any) -> None:
            if "ledger" in case.path_parameters:
                case.path_parameters["ledger"] = LEDGER  # or every answer would be "no such ledger"
            answer = case.call(headers={**headers, "Tus-Resumable": "1.0.0"}, timeout=30)
            case.validate_response(answer, checks=[not_a_server_error])
            answered.setdefault(case.operation.label, set()).add(answer.status_code)

        try_it()
    assert len(answered) == len(operations(url)), "each was tried"
    if known:
        past = [label for label, codes in answered.items() if codes - {401, 403}]
        assert any("pull" in label for label in past) and any("photos" in label for label in past), "the token opened what it is for"


@QUICK
@given(
    body=st.recursive(
        st.none() | st.booleans() | st.integers(-(2**70), 2**70) | st.floats() | st.text(max_size=20),
        lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=10), inner, max_size=4),
        max_leaves=10,
    ),
    kind=st.sampled_from(["hazard.report", "person.stand_in", "inspection.start", "unit.name_liaison", "no.such.kind"]),
    subject=st.text(max_size=30),
)
def test_a_push_signed_rightly_over_any_body_at_all_gets_its_verdict(served: tuple[str, World], body: Any, kind: str, subject: str) -> None:
    url, world = served
    device = world.device("lin")
    try:
        device.make(kind, subject, body)
    except (ValueError, UnicodeEncodeError):
        device.add(json.dumps({"kind": kind, "body": str(body)}).encode())
    answer = requests.post(f"{url}/v1/ledgers/{LEDGER}/push", data=device.body(), timeout=30)
    assert answer.status_code == 200, answer.text
    assert [verdict[2] in ("refused", "held") for verdict in answer.json()["verdicts"]] == [True]
