"""What an outsider, and a colleague with a phone of their own, might try on the server: nothing is learnt or stored, and nobody else has to wait."""

from __future__ import annotations

import gzip
import json
import socket
import stat
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from shared import protocol as p
from shared.errors import Refused
from sync_server.settings import Settings
from tests.databases import KINDS, database_url
from tests.server.looking import everything, has, record, size
from tests.server.test_http import Site, problem
from tests.serving import ServerProcess, serving
from tests.worlds import Device, open_world, photo_body, report_body, settle, start_body


@pytest.fixture(scope="module", params=KINDS)
def site(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """One server for all tests, on each database: what one takes for text may upset the other."""
    folder = tmp_path_factory.mktemp("outsiders")
    world = open_world(database_url(request.param, folder))
    settle(world.service, "other")
    with serving(world.service, folder) as url, httpx.Client(base_url=url, timeout=30) as http:
        yield Site(world, http)
    world.service.close()


# -- requests that are none --------------------------------------------------------------------------------------------------------------------

NO_TEXT = ["a\0b", "\ud800", "a\nb", "\x7f", "", "x" * 501, 5, None, ["a"], {"a": 1}]


def _json(value: Any) -> bytes:
    return json.dumps(value).encode()


@pytest.mark.parametrize("text", NO_TEXT)
def test_what_is_no_text_is_malformed_wherever_it_stands_and_never_a_failure_inside(site: Site, text: Any) -> None:
    device = site.enrol("lin")
    before = everything(site.world.service.database)
    requests: dict[str, dict[str, Any]] = {
        "/v1/enrol": Device(None, site.world.clock, "lin").enrolment(site.code("lin")),
        site.at("token"): device.token_request(),
        site.at("renew"): {"device": device.id, "new_device": "new", "public_key": device.public_key(), "signature": ""},
    }
    for path, request in requests.items():
        for field in request.keys() & {"code", "device", "public_key", "new_device", "signature"}:
            answer = site.http.post(path, content=_json({**request, field: text}))
            site.world.clock.now += 60_000  # patience, so that it is not the throttle that answers
            assert answer.status_code in (400, 401, 403), (path, field, answer.text)
    for field in ("device", "signature", "epoch"):
        head = {"protocol": 1, "device": device.id, "first": 1, "count": 0, "signature": "", "epoch": "", "size": 0, field: text}
        assert site.push(_json(head) + b"\n").status_code in (400, 403), field
    for field in ("cursors", "judged", "limit", "size", "epoch", "checkpoint"):
        answer = site.http.post(site.at("pull"), content=_json({"protocol": 1, field: text}), headers=site.token(device))
        assert answer.status_code in (200, 400), (field, answer.text)
    after = everything(site.world.service.database)
    assert {**after, "devices": 0} == {**before, "devices": 0}


def test_a_model_of_any_characters_is_kept_as_far_as_it_can_be_read(site: Site) -> None:
    device = Device(None, site.world.clock, "lin")
    request = {**device.enrolment(site.code("lin")), "model": "华为\0\ud800 P40" + "x" * 500}
    assert site.http.post("/v1/enrol", content=_json(request)).status_code == 200
    assert record(site.world.service, device.id)["model"] == ("华为 P40" + "x" * 500)[:100]


@pytest.mark.parametrize("ledger", ["nowhere", "a%00b", "%ff%fe", "%ED%A0%80", "..", "%2e%2e", "qingyu%0a", "a" * 5_000, "%7C"])
def test_a_ledger_that_is_none_is_not_found(site: Site, ledger: str) -> None:
    token = site.token(site.enrol("lin"))
    calls = [("GET", "checkpoint"), ("GET", "proof/1"), ("GET", "entry/1"), ("POST", "push"), ("POST", "pull"), ("POST", "token"), ("POST", "photos")]
    for method, path in [*calls, ("GET", "blobs/" + "ab" * 32)]:
        device = Device(None, site.world.clock, "lin")
        body = device.body() if path == "push" else _json(device.token_request())
        answer = site.http.request(method, f"/v1/ledgers/{ledger}/{path}", content=body if method == "POST" else None, headers=token)
        assert answer.status_code in (400, 401, 404), (method, path, answer.status_code, answer.text)


@pytest.mark.parametrize("no", ["0", "-1", "abc", "1.5", "9" * 30, "9" * 5_000, "%00", "\u0661", "+1", "1e3"])
def test_an_entry_that_is_none_is_not_found(site: Site, no: str) -> None:
    for path in ("entry", "proof"):
        assert problem(site.http.get(site.at(f"{path}/{no}"))) == (404, "no_entry")


@pytest.mark.parametrize("digest", ["ab" * 32, "AB" * 32, "a%00b", "%ff", "..%2f..%2fpaicha.db", "x" * 5_000, "%ED%A0%80"])
def test_a_photo_that_is_none_is_not_found(site: Site, digest: str) -> None:
    assert site.http.get(site.at(f"blobs/{digest}"), headers=site.token(site.enrol("lin"))).status_code == 404


def test_every_path_that_is_none_says_so_as_the_protocol_does(site: Site) -> None:
    assert problem(site.http.get("/v1/nowhere")) == (404, "no_such_request")
    assert problem(site.http.get("/v1/enrol")) == (405, "no_such_request")


@pytest.mark.parametrize("body", [b"[" * 100_000, b'{"a":' * 100_000, b'{"code":' + b"9" * 10_000 + b"}", b"\xff", b"null", b"5", b'"x"', b""])
def test_json_that_is_none_is_malformed(site: Site, body: bytes) -> None:
    device = site.enrol("lin")
    assert problem(site.http.post(site.at("token"), content=body)) == (400, "malformed")
    assert problem(site.http.post(site.at("pull"), content=body, headers=site.token(device))) == (400, "malformed")


# -- making it work too much ---------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["/v1/enrol", "token", "renew", "pull"])
def test_a_request_that_need_not_be_large_may_not_be_large(site: Site, path: str) -> None:
    where = path if path.startswith("/") else site.at(path)
    large = b'{"device":"' + b"x" * 2_000_000 + b'"}'
    for body, encoding in ((large, "identity"), (gzip.compress(large), "gzip"), (gzip.compress(bytes(50_000_000)), "gzip")):
        answer = site.http.post(where, content=body, headers={"Content-Encoding": encoding})
        assert problem(answer) == (413, "push_too_large")


def test_while_bombs_are_sent_others_are_answered(site: Site) -> None:
    bomb = gzip.compress(b"x" * 32_000_000)
    started = time.monotonic()
    for _ in range(5):
        assert problem(site.push(bomb, **{"Content-Encoding": "gzip"})) == (400, "malformed")
        assert site.http.get("/health").status_code == 200
    assert time.monotonic() - started < 20


def test_an_endless_head_of_a_request_is_cut_off_and_a_long_one_is_read(tmp_path: Path) -> None:
    world = open_world(f"sqlite:///{tmp_path / 'paicha.db'}")
    world.service.close()
    server = ServerProcess(tmp_path)
    server.start()
    try:
        assert httpx.get(f"{server.url}/health", headers={"X-Long": "a" * 30_000}).status_code == 200
        pushed = httpx.post(f"{server.url}/v1/ledgers/{world.ledger}/push", content=bytes(3_000_000), timeout=20)
        assert pushed.status_code == 400, "a body is no head"
        with socket.create_connection(("127.0.0.1", server.port), 10) as connection:
            connection.sendall(b"GET /health HTTP/1.1\r\nHost: x\r\nX-Endless: ")
            with pytest.raises(OSError):
                for _ in range(2_000):
                    connection.sendall(b"a" * 65_536)
        with httpx.Client(base_url=server.url) as http:
            assert [http.get("/health").status_code for _ in range(2_000)] == [200] * 2_000, "many short heads on one connection are no long one"
    finally:
        server.kill()


# -- being somebody else -----------------------------------------------------------------------------------------------------------------------


def test_a_token_speaks_for_its_own_device_person_and_ledger_alone(site: Site) -> None:
    lin = site.enrol("lin")
    token = site.token(lin)["Authorization"]
    for path in ("pull", "photos"):
        answer = site.http.post(f"/v1/ledgers/other/{path}", json={"protocol": 1}, headers={"Authorization": token, "Upload-Length": "5"})
        assert problem(answer) == (401, "token")
    head = site.enrol("head")
    swapped = [token.replace(lin.id, head.id), token.replace(".lin.", ".head."), token.replace(f"{site.world.ledger}.", "other.", 1)]
    for forged in swapped:
        assert forged != token
        assert problem(site.http.post(site.at("pull"), json={"protocol": 1}, headers={"Authorization": forged})) == (401, "token")


@pytest.mark.parametrize("separator", ["|", ".", "\n", " ", "/"])
def test_a_device_id_made_to_read_like_two_does_not_open_the_first(site: Site, separator: str) -> None:
    victim = site.enrol("head")
    thief = Device(None, site.world.clock, "qin", id=f"{victim.id}{separator}head")
    if site.http.post("/v1/enrol", json=thief.enrolment(site.code("qin"))).status_code != 200:
        return  # no such id
    thief.ledger = site.world.ledger
    answer = site.http.post(site.at("token"), json=thief.token_request())
    assert answer.status_code == 200
    token = answer.json()["token"]
    for forged in (token, token.replace(f"{separator}head.", ".head|", 1), token.replace(f"{separator}head.", f".head{separator}", 1)):
        answer = site.http.get(site.at("blobs/" + "ab" * 32), headers={"Authorization": f"Bearer {forged}"})
        pulled = site.http.post(site.at("pull"), json={"protocol": 1}, headers={"Authorization": f"Bearer {forged}"})
        if pulled.status_code == 200:
            scopes = json.loads(pulled.content.split(b"\n")[0])["scopes"]
            assert "unit:s1" not in scopes and "unit:s2" in scopes
        else:
            assert (answer.status_code, pulled.status_code) == (401, 401)


def test_nobody_renews_signs_in_or_hands_in_for_a_colleague_or_for_the_console(site: Site) -> None:
    from sync_server.accept import console_device

    lin, thief = site.enrol("lin"), site.enrol("zhou")
    for id in (lin.id, console_device(site.world.ledger)):
        mask = Device(None, site.world.clock, "lin", site.world.ledger, lin.epoch, id, thief.key)
        mask.make("hazard.report", "h-mask", report_body())
        assert site.http.post(site.at("token"), json=mask.token_request()).status_code == 403
        assert site.push(mask.body()).status_code == 403
        message = p.renew_message(mask.ledger, id, "new", mask.public_key())
        request = {"device": id, "new_device": "new", "public_key": mask.public_key(), "signature": mask.sign(message)}
        assert site.http.post(site.at("renew"), json=request).status_code == 403
    assert not has(site.world.service, "h-mask")


# -- a colleague who goes too far ----------------------------------------------------------------------------------------------------------------


def test_an_inspector_of_another_section_learns_nothing_of_a_draft_and_gets_nowhere_with_it(site: Site) -> None:
    lin, qin = site.enrol("lin"), site.enrol("qin")
    world = site.world
    lin.make("inspection.start", "i-secret", start_body())
    lin.make("hazard.report", "h-secret", report_body(inspection="i-secret"))
    lin.make("hazard.add_photo", "h-secret", photo_body("p1", "cd" * 32, phase="before"))
    assert {v[2] for v in site.push(lin.body()).json()["verdicts"]} == {"accepted"}
    seen = site.pull(qin).text
    assert "i-secret" not in seen and "h-secret" not in seen and "cd" * 32 not in seen
    before = {id: record(world.service, id) for id in ("i-secret", "h-secret", "blob/" + "cd" * 32)}
    number = str(size(world.service) - 1)
    tries: list[tuple[str, str, dict[str, Any]]] = [
        ("hazard.edit", "h-secret", {"changes": {"description": "没有隐患"}}),
        ("hazard.void", "h-secret", {"reason": "x"}),
        ("hazard.submit", "h-secret", {}),
        ("hazard.report", "h-secret", report_body()),
        ("inspection.answer", "i-secret", {"item": "ID-01", "value": "conform"}),
        ("inspection.void", "i-secret", {"reason": "x"}),
        ("inspection.submit", "i-secret", {}),
        ("operation.adopt", "adoption/x", {"no": int(number), "seen": int(number), "reason": "x"}),
        ("person.grant", "qin", {"role": "office", "unit": ""}),
        ("device.revoke", lin.id, {"reason": "x"}),
        ("device.enrol", "another", {"person": "lin", "public_key": qin.public_key()}),
        ("blob.erase", "blobs", {"sha256": "cd" * 32, "reason": "x"}),
        ("blob.received", "blobs", {"blobs": [{"sha256": "cd" * 32, "size": 5, "media_type": "image/jpeg"}]}),
        ("ledger.restored", "ledger", {"epoch": "e", "size": 1, "root": "ab" * 32, "backup_at": 1, "reason": None}),
    ]
    for kind, subject, body in tries:
        qin.make(kind, subject, body, base=size(world.service))
    answer = site.push(qin.body()).json()
    assert [(qin_try[0], v[2]) for qin_try, v in zip(tries, answer["verdicts"], strict=True)] == [(kind, "refused") for kind, _, _ in tries]
    assert {id: record(world.service, id) for id in before} == before
    assert "description" not in json.dumps(answer["verdicts"]), "a refusal says why, not what is there"


def test_who_joins_an_inspection_does_so_by_name_and_not_after_it_was_submitted(site: Site) -> None:
    lin, qin = site.enrol("lin"), site.enrol("qin")
    site.world.service.push(site.world.ledger, lin.body())
    lin.make("inspection.start", "i-open", start_body())
    lin.make("inspection.void", "i-open", {"reason": "x"})
    assert {v[2] for v in site.push(lin.body()).json()["verdicts"]} == {"accepted"}
    start = {name: value for name, value in start_body().items() if name != "card_no"}
    qin.make("inspection.join", "i-open", {"start": {**start, "leader": "lin"}, "card_no": ""}, base=size(site.world.service))
    assert site.push(qin.body()).json()["verdicts"][0][2] == "refused"
    assert set(record(site.world.service, "i-open")["team"]) == {"lin"}


# -- how it is started -------------------------------------------------------------------------------------------------------------------------


def test_without_being_told_otherwise_the_server_listens_to_this_machine_alone_and_has_no_default_secret(tmp_path: Path) -> None:
    assert Settings(tmp_path).host == "127.0.0.1"
    secrets = []
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        world = open_world(f"sqlite:///{tmp_path / name / 'paicha.db'}")
        with world.service.database.read() as link:
            secrets += [row[0] for row in link.all("SELECT value FROM secrets")]
        world.service.close()
    assert len(secrets) == len(set(secrets)) == 6 and min(map(len, secrets)) >= 64


def test_what_the_server_writes_is_for_its_own_account_alone(tmp_path: Path) -> None:
    """The database holds the private keys."""
    from sync_server.__main__ import open_service

    settings = Settings(tmp_path / "data")
    open_service(settings).close()
    assert stat.S_IMODE(settings.data.stat().st_mode) == 0o700


def test_cookies_are_for_https_alone_where_phones_are_told_an_https_address(tmp_path: Path) -> None:
    assert Settings(tmp_path, public_url="https://paicha.example").secure_cookies
    assert not Settings(tmp_path).secure_cookies


def test_a_code_of_one_ledger_enrols_in_that_ledger_alone(site: Site) -> None:
    device = Device(site.world.service, site.world.clock, "lin")
    answer = device.enrol(site.world.service.make_code("other", "lin", "admin"))
    assert answer["ledger"] == "other" and has(site.world.service, device.id, "other") and not has(site.world.service, device.id)
    device.ledger = site.world.ledger
    with pytest.raises(Refused) as refused:
        site.world.service.push(site.world.ledger, device.body())
    assert refused.value.code == "unknown_device"
