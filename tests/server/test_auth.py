"""Logins on both databases: each failure counts once, a code is good once, what is shut stays shut, who looked is kept; and what a password costs."""

from __future__ import annotations

import pyotp
import pytest
from argon2 import PasswordHasher, extract_parameters

from shared.errors import Refused
from sync_server import auth
from sync_server.reads import PAGE, note_read, reads
from tests.worlds import LEDGER, NOON, World

PASSWORD = "a long password"
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


def entered(world: World, password: str = PASSWORD, code: str = "") -> auth.Session:
    """Both steps at the door."""
    try:
        return auth.log_in(world.service, LEDGER, "lin", password)
    except auth.CodeNeeded as needed:
        return auth.log_in_with_code(world.service, LEDGER, needed.ticket, code)


def test_an_account_locks_after_five_wrong_tries_opens_again_by_itself_and_counts_anew(world: World) -> None:
    auth.set_password(world.service, LEDGER, "lin", "lin", PASSWORD)
    for wanted in ["login.wrong"] * 5 + ["login.locked"]:
        with pytest.raises(Refused) as refused:
            entered(world, "wrong")
        assert refused.value.code == wanted
    with pytest.raises(Refused):
        entered(world)
    world.clock.now += auth.LOCK + 1
    assert entered(world).person == "lin"
    with pytest.raises(Refused) as refused:
        entered(world, "wrong")
    assert refused.value.code == "login.wrong"


def test_who_guesses_many_at_once_is_locked_out_by_the_fifth_wrong_one(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """While one password or code is being compared, five others have been wrong: the right one comes too late, too."""
    auth.set_password(world.service, LEDGER, "lin", "lin", PASSWORD)
    matches, guessing = auth._matches, True

    def others_guess(hashed: str, password: str) -> bool:
        nonlocal guessing
        if guessing:
            guessing = False
            for _ in range(5):
                with pytest.raises(Refused):
                    entered(world, "wrong")
        return matches(hashed, password)

    monkeypatch.setattr(auth, "_matches", others_guess)
    with pytest.raises(Refused) as refused:
        entered(world)
    assert refused.value.code == "login.locked"


def test_a_locked_account_takes_no_code(world: World) -> None:
    auth.set_password(world.service, LEDGER, "lin", "lin", PASSWORD)
    auth.set_second_factor(world.service, LEDGER, "lin", SECRET)
    with world.service.database.read() as link:
        before = auth._row(link, "person", LEDGER, "lin")
    assert before is not None
    for _ in range(5):
        with pytest.raises(Refused):
            entered(world, code="000000")
    with pytest.raises(Refused) as refused:  # one who had looked before they were wrong
        auth.use_code(world.service, LEDGER, before, pyotp.TOTP(SECRET).generate_otp(world.clock.now // 30_000))
    assert refused.value.code == "login.locked"


def test_a_code_and_a_recovery_code_are_good_once(world: World) -> None:
    auth.set_password(world.service, LEDGER, "lin", "lin", PASSWORD)
    auth.set_second_factor(world.service, LEDGER, "lin", SECRET)
    auth.set_recovery_codes(world.service, LEDGER, "lin", ("first-code-here", "other-code-here"))
    code = pyotp.TOTP(SECRET).generate_otp(world.clock.now // 30_000)
    for once in (code, "FIRST code here"):
        assert entered(world, code=once).person == "lin"
        with pytest.raises(Refused) as refused:
            entered(world, code=once)
        assert refused.value.code == "login.code"
    account = auth.account_of(world.service, LEDGER, "lin")
    assert account is not None and account.recovery_left == 1


def test_sessions_end_one_by_one_with_the_account_and_by_themselves(world: World) -> None:
    auth.set_password(world.service, LEDGER, "lin", "lin", PASSWORD)
    first, second, third = (entered(world) for _ in range(3))
    assert auth.session_counts(world.service, LEDGER) == {"lin": (3, NOON)}
    auth.end_sessions(world.service, LEDGER, "lin", only=auth.session_id(first.token))
    assert auth.session_of(world.service, first.token) is None and auth.session_of(world.service, second.token) == second
    auth.end_sessions(world.service, LEDGER, "lin", but=third.token)
    assert auth.session_of(world.service, second.token) is None
    world.clock.now += auth.SEEN_EVERY + 1
    assert auth.session_of(world.service, third.token) == third
    assert auth.sessions_of(world.service, LEDGER, "lin")[0].seen_at == world.clock.now
    world.clock.now = NOON + auth.SESSION_LIFE + 1
    assert auth.session_of(world.service, third.token) is None
    fourth = entered(world)
    auth.shut(world.service, LEDGER, "lin", for_good=True)
    assert auth.session_of(world.service, fourth.token) is None
    world.clock.now += 365 * 86_400_000
    with pytest.raises(Refused) as refused:
        entered(world)
    assert refused.value.code == "login.shut"


@pytest.mark.parametrize(
    ("login", "password", "code"),
    [("", PASSWORD, "login.bad"), ("two words", PASSWORD, "login.bad"), ("x" * 41, PASSWORD, "login.bad"), ("lin", "short", "login.short"),
     ("same-as-login", "same-as-login", "login.short"), ("taken", PASSWORD, "login.taken")],
)  # fmt: skip
def test_a_login_that_cannot_be_is_refused_and_nothing_is_kept(world: World, login: str, password: str, code: str) -> None:
    auth.set_password(world.service, LEDGER, "zhou", "taken", PASSWORD)
    with pytest.raises(Refused) as refused:
        auth.set_password(world.service, LEDGER, "lin", login, password)
    assert refused.value.code == code and auth.account_of(world.service, LEDGER, "lin") is None


def test_who_looked_is_kept_newest_first_a_page_at_a_time(world: World) -> None:
    for _ in range(PAGE + 1):
        note_read(world.service, LEDGER, "lin", "accounts")
        world.clock.now += 1
    note_read(world.service, LEDGER, "zhou", "people.export", "e1")
    rows, more = reads(world.service, LEDGER)
    assert more and (rows[0].person, rows[0].what, rows[0].record, rows[0].at) == ("zhou", "people.export", "e1", world.clock.now)
    assert len(reads(world.service, LEDGER, page=2)[0]) == 2
    assert [read.person for read in reads(world.service, LEDGER, what="people.export")[0]] == ["zhou"]


def test_a_password_costs_whoever_guesses_it_time_and_memory() -> None:
    earnest = extract_parameters(auth._hasher.hash("x"))
    assert (earnest.memory_cost, earnest.time_cost) >= (65_536, 3) and isinstance(auth._hasher, PasswordHasher)
