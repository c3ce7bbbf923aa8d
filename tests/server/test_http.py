"""Over real HTTP: enrolment, tokens, renewal, push and pull as `shared.protocol` says; and an OpenAPI that is true."""

from __future__ import annotations

import base64
import gzip
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from shared import protocol as p
from shared.operation import digest_of
from sync_server.service import CODE_LIFE, TOKEN_LIFE
from tests.databases import KINDS, database_url
from tests.domain import rfc9162_checker as checker
from tests.server.looking import raws, record, size
from tests.serving import serving
from tests.worlds import DAY, Device, World, open_world, report_body


@dataclass
class Site:
    """A world behind an address."""

    world: World
    http: httpx.Client

    def enrol(self, person: str) -> Device:
        """A device that knows the server by HTTP alone."""
        device = Device(None, self.world.clock, person)
        answer = self.http.post("/v1/enrol", json=device.enrolment(self.code(person)))
        assert answer.status_code == 200, answer.text
        device.enrolled(answer.json())
        return device

    def code(self, person: str) -> str:
        return self.world.service.make_code(self.world.ledger, person, "admin")

    def at(self, path: str) -> str:
        return f"/v1/ledgers/{self.world.ledger}/{path}"

    def token(self, device: Device) -> dict[str, str]:
        answer = self.http.post(self.at("token"), json=device.token_request())
        assert answer.status_code == 200, answer.text
        return {"Authorization": f"Bearer {answer.json()['token']}"}

    def push(self, body: bytes, **headers: str) -> httpx.Response:
        return self.http.post(self.at("push"), content=body, headers={"Content-Type": "application/x-ndjson", **headers})

    def pull(self, device: Device, **more: Any) -> httpx.Response:
        return self.http.post(
            self.at("pull"), json={"protocol": 1, "epoch": device.epoch, "cursors": {}, "judged": 0, **more}, headers=self.token(device)
        )


@pytest.fixture(params=KINDS)
def site(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Site]:
    world = open_world(database_url(request.param, tmp_path))
    with serving(world.service, tmp_path) as url, httpx.Client(base_url=url, timeout=30) as http:
        yield Site(world, http)
    world.service.close()


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """On SQLite alone, one for all tests: for what does not depend on the database."""
    folder = tmp_path_factory.mktemp("small")
    world = open_world(f"sqlite:///{folder / 'paicha.db'}")
    with serving(world.service, folder) as url, httpx.Client(base_url=url, timeout=30) as http:
        yield Site(world, http)
    world.service.close()


def problem(answer: httpx.Response) -> tuple[int, str]:
    body = answer.json()
    assert {"code", "zh", "en", "now"} <= body.keys()
    assert answer.headers[p.PROTOCOL_HEADER] == "1"
    return answer.status_code, body["code"]


# -- enrolment ---------------------------------------------------------------------------------------------------------------------------------


def test_a_code_enrols_one_device_once_and_the_same_request_again_gets_the_same_answer(site: Site) -> None:
    device, code = Device(None, site.world.clock, "lin"), site.code("lin")
    first = site.http.post("/v1/enrol", json=device.enrolment(code))
    assert first.status_code == 200
    answer = first.json()
    assert (answer["ledger"], answer["person"], answer["device"]) == (site.world.ledger, "lin", device.id)
    assert {r["id"] for r in answer["records"]} == {"ledger", "lin", device.id}
    assert site.http.post("/v1/enrol", json=device.enrolment(code)).json() == answer
    before = size(site.world.service)
    other = Device(None, site.world.clock, "lin")
    assert problem(site.http.post("/v1/enrol", json=other.enrolment(code))) == (409, "code_used")
    assert size(site.world.service) == before


def test_a_code_works_for_a_quarter_of_an_hour_and_not_after(site: Site) -> None:
    early, late = site.code("lin"), site.code("lin")
    site.world.clock.now += CODE_LIFE
    device = Device(None, site.world.clock, "lin")
    assert site.http.post("/v1/enrol", json=device.enrolment(early)).status_code == 200
    site.world.clock.now += 1
    assert problem(site.http.post("/v1/enrol", json=Device(None, site.world.clock, "lin").enrolment(late))) == (400, "code_wrong")
    assert site.http.post("/v1/enrol", json=device.enrolment(early)).status_code == 200, "a lost answer can be asked for again"


def test_a_code_is_read_as_a_person_types_it(small: Site) -> None:
    code = small.code("lin")
    typed = f" {code[:5].lower()}-{code[5:]} "
    device = Device(None, small.world.clock, "lin")
    request = device.enrolment(typed.upper().replace("-", "").replace(" ", ""))
    assert small.http.post("/v1/enrol", json={**request, "code": typed}).status_code == 200


@pytest.mark.parametrize("code", ["", "AAAAAAAAAA", "x" * 400, "' OR 1=1 --"])
def test_a_wrong_code_enrols_nobody(small: Site, code: str) -> None:
    before = size(small.world.service)
    answer = small.http.post("/v1/enrol", json=Device(None, small.world.clock, "lin").enrolment(code))
    assert problem(answer) in ((400, "code_wrong"), (400, "malformed"), (403, "bad_signature"))
    assert size(small.world.service) == before


def test_guessing_codes_is_throttled_and_does_not_lock_out_for_ever(small: Site) -> None:
    code = small.code("lin")
    guesses = [problem(small.http.post("/v1/enrol", json=Device(None, small.world.clock, "lin").enrolment(f"GUESS{i:05d}"))) for i in range(40)]
    assert guesses[0] == (400, "code_wrong")
    assert guesses[-1] == (429, "too_many_tries")
    small.world.clock.now += 5 * 60_000
    assert small.http.post("/v1/enrol", json=Device(None, small.world.clock, "lin").enrolment(code)).status_code == 200


def test_a_device_must_show_that_it_holds_its_key(small: Site) -> None:
    device, other = Device(None, small.world.clock, "lin"), Device(None, small.world.clock, "lin")
    request = device.enrolment(small.code("lin"))
    for wrong in (
        {"signature": other.sign(b"x")},
        {"signature": None},
        {"public_key": other.public_key()},
        {"public_key": "AAAA"},
        {"device": other.id},
    ):
        assert problem(small.http.post("/v1/enrol", json={**request, **wrong})) == (403, "bad_signature")
    assert problem(small.http.post("/v1/enrol", json={k: v for k, v in request.items() if k != "device"})) == (400, "malformed")
    assert small.http.post("/v1/enrol", json=request).status_code == 200


def test_a_device_id_that_is_taken_is_not_taken_over(small: Site) -> None:
    first = small.enrol("lin")
    thief = Device(None, small.world.clock, "zhou", id=first.id)
    assert problem(small.http.post("/v1/enrol", json=thief.enrolment(small.code("zhou")))) == (409, "device_taken")
    for reserved in ("e1", "lin", "ledger", "counter/QY-2023-01"):
        wanted = Device(None, small.world.clock, "zhou", id=reserved)
        assert problem(small.http.post("/v1/enrol", json=wanted.enrolment(small.code("zhou")))) == (409, "device_taken")
    assert record(small.world.service, first.id)["person"] == "lin"


# -- tokens and renewal ------------------------------------------------------------------------------------------------------------------------


def test_a_token_is_won_by_signing_the_present_and_ends(site: Site) -> None:
    device = site.enrol("lin")
    token = site.token(device)
    assert site.http.post(site.at("pull"), json={"protocol": 1}, headers=token).status_code == 200
    site.world.clock.now += TOKEN_LIFE + 1
    assert problem(site.http.post(site.at("pull"), json={"protocol": 1}, headers=token)) == (401, "token")


def test_a_wrong_clock_is_answered_with_the_right_one(small: Site) -> None:
    device = small.enrol("lin")
    for wrong in (small.world.clock.now - 3650 * DAY, small.world.clock.now + DAY):
        answer = small.http.post(small.at("token"), json=device.token_request(wrong))
        assert problem(answer) == (401, "clock")
        assert small.http.post(small.at("token"), json=device.token_request(answer.json()["now"])).status_code == 200


@pytest.mark.parametrize(
    "token",
    ["", "Bearer", "Bearer x", "Bearer a.b.c.d.e", "Basic abc", "Bearer " + "." * 50, "Bearer \u00e9.1.2.3.4"],
)
def test_a_token_that_is_none_opens_nothing(small: Site, token: str) -> None:
    answer = small.http.post(small.at("pull"), json={"protocol": 1}, headers=[(b"authorization", token.encode("latin-1"))])
    assert problem(answer) == (401, "token")


def test_a_changed_character_of_a_token_spoils_it(small: Site) -> None:
    token = small.token(small.enrol("lin"))["Authorization"]
    for place in range(7, len(token), 5):
        changed = token[:place] + ("0" if token[place] != "0" else "1") + token[place + 1 :]
        assert small.http.post(small.at("pull"), json={"protocol": 1}, headers={"Authorization": changed}).status_code == 401


def test_a_revoked_device_gets_no_token_no_pull_and_no_photo(small: Site) -> None:
    device = small.enrol("lin")
    token = small.token(device)
    small.world.act("office", "device.revoke", device.id, {"reason": "丢失"})
    assert problem(small.http.post(small.at("token"), json=device.token_request())) == (403, "revoked")
    assert problem(small.http.post(small.at("pull"), json={"protocol": 1}, headers=token)) == (403, "revoked")
    assert problem(small.http.get(small.at("blobs/" + "ab" * 32), headers=token)) == (403, "revoked")


def renewal(device: Device, new: Device, **more: Any) -> dict[str, Any]:
    message = p.renew_message(device.ledger, device.id, new.id, new.public_key())
    return {"protocol": 1, "device": device.id, "new_device": new.id, "public_key": new.public_key(), "signature": device.sign(message), **more}


def test_a_cloned_phone_goes_on_under_a_new_id_and_loses_nothing(site: Site) -> None:
    device = site.enrol("lin")
    device.make("hazard.report", "h1", report_body())
    site.push(device.body())
    clone = Device(None, site.world.clock, "lin", epoch=device.epoch, ledger=device.ledger, id=device.id, key=device.key)
    clone.make("hazard.report", "h2", report_body())
    assert site.push(clone.body()).json()["fork"] == {"n": 1}
    new = Device(None, site.world.clock, "lin")
    answer = site.http.post(site.at("renew"), json=renewal(clone, new))
    assert answer.status_code == 200
    new.enrolled(answer.json())
    assert site.http.post(site.at("renew"), json=renewal(clone, new)).json() == answer.json(), "a lost answer can be asked for again"
    new.make("hazard.report", "h2", report_body())
    assert site.push(new.body()).json()["verdicts"][0][2] == "accepted"
    assert record(site.world.service, new.id)["replaces"] == device.id
    assert site.push(device.body()).json()["fork"] is None, "the phone that kept the chain goes on"


def test_only_the_old_key_renews(small: Site) -> None:
    device, thief = small.enrol("lin"), small.enrol("zhou")
    new = Device(None, small.world.clock, "lin")
    request = renewal(device, new)
    assert problem(small.http.post(small.at("renew"), json={**request, "signature": thief.sign(b"x")})) == (403, "bad_signature")
    assert problem(small.http.post(small.at("renew"), json={**request, "new_device": "other"})) == (403, "bad_signature")
    small.world.act("office", "device.revoke", device.id, {"reason": "丢失"})
    assert problem(small.http.post(small.at("renew"), json=request)) == (403, "revoked")


# -- push and pull -----------------------------------------------------------------------------------------------------------------------------


def test_a_push_may_be_gzip_and_is_stored_as_it_was_before(site: Site) -> None:
    device = site.enrol("lin")
    for i in range(30):
        device.make("hazard.report", f"h{i}", report_body())
    body = device.body()
    packed = site.push(gzip.compress(body), **{"Content-Encoding": "gzip"})
    assert packed.status_code == 200
    assert packed.json()["verdicts"] == site.push(body).json()["verdicts"]
    assert raws(site.world.service, device.id) == device.lines


def test_a_pull_is_gzip_where_that_is_taken_and_plain_where_not(small: Site) -> None:
    device = small.enrol("lin")
    token = small.token(device)
    bodies = []
    for accepted in ("gzip", "identity"):
        answer = small.http.post(small.at("pull"), json={"protocol": 1}, headers={**token, "Accept-Encoding": accepted})
        assert answer.headers.get("content-encoding", "") == ("gzip" if accepted == "gzip" else "")
        bodies.append(answer.content.split(b"\n", 1)[1])
    assert bodies[0] == bodies[1]
    head = json.loads(small.pull(device).content.split(b"\n")[0])
    assert head["count"] == len(bodies[0].splitlines())


@pytest.mark.parametrize(
    ("body", "headers", "wanted"),
    [
        (b"", {}, (400, "malformed")),
        (b"\xff\xfe", {}, (400, "malformed")),
        (b"{}", {"Content-Encoding": "gzip"}, (400, "malformed")),
        (b"{}", {"Content-Encoding": "br"}, (400, "malformed")),
        (b'{"protocol":9}', {}, (400, "protocol")),
        (gzip.compress(bytes(40_000_000)), {"Content-Encoding": "gzip"}, (413, "push_too_large")),
    ],
    ids=range(6),
)
def test_a_push_that_cannot_be_read_says_why(small: Site, body: bytes, headers: dict[str, str], wanted: tuple[int, str]) -> None:
    assert problem(small.push(body, **headers)) == wanted


def test_a_body_beyond_the_limit_is_cut_off_before_it_fills_the_memory(small: Site) -> None:
    def endless() -> Iterator[bytes]:
        for _ in range(80):
            yield bytes(1_000_000)

    try:
        answer = small.http.post(small.at("push"), content=endless())
    except httpx.TransportError:
        return  # the server has hung up while we were still sending
    assert problem(answer) == (413, "push_too_large")


def test_every_error_has_its_status_and_its_text_in_both_languages(small: Site) -> None:
    device = small.enrol("lin")
    stranger = Device(None, small.world.clock, "lin", epoch="e")
    assert problem(small.push(stranger.body())) == (403, "unknown_device")
    assert problem(small.http.post("/v1/ledgers/nowhere/push", content=device.body())) == (404, "unknown_ledger")
    assert problem(small.http.get(small.at("proof/100000"))) == (404, "no_entry")
    assert problem(small.http.get("/v1/ledgers/nowhere/checkpoint")) == (404, "unknown_ledger")
    for answer in (small.http.get("/v1/nothing"), small.http.get(small.at("push"))):
        assert answer.status_code in (404, 405) and answer.headers[p.PROTOCOL_HEADER] == "1"


def test_a_failure_inside_the_server_is_try_later_and_nothing_is_half_stored(small: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    device = small.enrol("lin")
    device.make("hazard.report", "h-fail", report_body())
    before = size(small.world.service)

    def fail(*args: Any) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr("sync_server.store.ledgers.put_tiles", fail)
        answer = small.push(device.body())
        assert answer.status_code == 503 and answer.json()["code"] == "try_later"
    assert size(small.world.service) == before
    assert small.push(device.body()).json()["verdicts"][0][2] == "accepted"


# -- receipts ----------------------------------------------------------------------------------------------------------------------------------


def test_anyone_can_check_with_the_independent_checker_that_their_entry_is_in_the_ledger(site: Site) -> None:
    device = site.enrol("lin")
    device.make("hazard.report", "h1", report_body())
    no = site.push(device.body()).json()["verdicts"][0][1]
    entry = site.http.get(site.at(f"entry/{no}")).content
    origin, proven, root = checker.check(site.http.get(site.at(f"proof/{no}")).text, entry, device.verifier_key)
    assert (origin, proven) == (p.origin(site.world.ledger, device.epoch), size(site.world.service))
    assert checker.open_note(site.http.get(site.at("checkpoint")).text, device.verifier_key) == (origin, proven, root)
    assert entry.decode().splitlines()[:2] == [str(no), digest_of(device.lines[0])]


# -- what the server says of itself ------------------------------------------------------------------------------------------------------------


def test_health_and_version_say_what_is_there(site: Site) -> None:
    assert site.http.get("/health").json() == {"status": "ok", "ledgers": 1}
    version = site.http.get("/version").json()
    assert version["protocol"] == p.PROTOCOL and version["version"]


def _fits(schema: dict[str, Any], value: Any, all_schemas: dict[str, Any]) -> bool:
    """Whether a value has the form a schema says, in broad lines: type, required, properties, items, references."""
    if "$ref" in schema:
        return _fits(all_schemas[schema["$ref"].rsplit("/", 1)[1]], value, all_schemas)
    types: dict[str, Any] = {
        "object": dict,
        "array": list,
        "string": str,
        "integer": int,
        "number": (int, float),
        "boolean": bool,
        "null": type(None),
    }
    if "anyOf" in schema:
        return any(_fits(option, value, all_schemas) for option in schema["anyOf"])
    if "type" in schema and not isinstance(value, types[schema["type"]]):
        return False
    if isinstance(value, dict):
        if any(name not in value for name in schema.get("required", ())):
            return False
        return all(_fits(schema["properties"][n], v, all_schemas) for n, v in value.items() if n in schema.get("properties", {}))
    return not isinstance(value, list) or all(_fits(schema.get("items", {}), item, all_schemas) for item in value)


def test_the_openapi_is_true_of_every_route_in_broad_lines(small: Site) -> None:
    published = small.http.get("/openapi.json").json()
    schemas, device = published["components"]["schemas"], small.enrol("lin")
    device.make("hazard.report", "h1", report_body())
    token = small.token(device)
    metadata = "sha256 " + base64.b64encode(b"ab" * 32).decode() + ",filetype " + base64.b64encode(b"image/jpeg").decode()
    tus = {**token, "Tus-Resumable": "1.0.0"}
    calls: dict[tuple[str, str], list[httpx.Response]] = {
        ("/health", "get"): [small.http.get("/health")],
        ("/version", "get"): [small.http.get("/version")],
        ("/v1/enrol", "post"): [
            small.http.post("/v1/enrol", json=Device(None, small.world.clock, "lin").enrolment(small.code("lin"))),
            small.http.post("/v1/enrol", json={}),
        ],
        ("/v1/ledgers/{ledger}/renew", "post"): [
            small.http.post(small.at("renew"), json=renewal(device, Device(None, small.world.clock, "lin"))),
            small.http.post(small.at("renew"), json={}),
        ],
        ("/v1/ledgers/{ledger}/token", "post"): [
            small.http.post(small.at("token"), json=device.token_request()),
            small.http.post(small.at("token"), json=device.token_request(5)),
        ],
        ("/v1/ledgers/{ledger}/push", "post"): [small.push(device.body()), small.push(b"")],
        ("/v1/ledgers/{ledger}/pull", "post"): [small.pull(device), small.http.post(small.at("pull"), json={})],
        ("/v1/ledgers/{ledger}/checkpoint", "get"): [small.http.get(small.at("checkpoint")), small.http.get("/v1/ledgers/no/checkpoint")],
        ("/v1/ledgers/{ledger}/proof/{no}", "get"): [small.http.get(small.at("proof/1")), small.http.get(small.at("proof/99999"))],
        ("/v1/ledgers/{ledger}/entry/{no}", "get"): [small.http.get(small.at("entry/1")), small.http.get(small.at("entry/0"))],
        ("/v1/ledgers/{ledger}/photos", "options"): [small.http.options(small.at("photos"))],
        ("/v1/ledgers/{ledger}/photos", "post"): [
            small.http.post(small.at("photos"), headers={**tus, "Upload-Length": "5", "Upload-Metadata": metadata})
        ],
        ("/v1/ledgers/{ledger}/photos/{id}", "head"): [small.http.head(small.at("photos/none"), headers=tus)],
        ("/v1/ledgers/{ledger}/photos/{id}", "patch"): [small.http.patch(small.at("photos/none"), headers=tus)],
        ("/v1/ledgers/{ledger}/blobs/{sha256}", "get"): [small.http.get(small.at("blobs/" + "ab" * 32), headers=token)],
    }
    assert {(path, method) for path, methods in published["paths"].items() for method in methods} == calls.keys()
    for (path, method), answers in calls.items():
        described = published["paths"][path][method]["responses"]
        for answer in answers:
            assert str(answer.status_code) in described, (path, method, answer.status_code, answer.text)
            content = described[str(answer.status_code)].get("content", {})
            media = answer.headers.get("content-type", "").partition(";")[0]
            assert not content or not answer.content or media in content, (path, method, media, list(content))
            if media == "application/json" and content and answer.content:
                assert _fits(content[media].get("schema", {}), answer.json(), schemas), (path, method, answer.text)
