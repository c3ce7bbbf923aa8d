"""Logins: one-time passwords, the second factor, recovery codes, sessions, throttling; through the pages as a browser uses them."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pyotp
import pytest

from sync_server.auth import LOCK, accounts, set_password
from sync_server.console.words.people import browser_of
from tests.console.browser import Browser
from tests.console.conftest import PASSWORD, Site
from tests.worlds import LEDGER

STEP = 30_000


@pytest.fixture(autouse=True)
def at_noon(site: Site) -> Iterator[None]:
    """Each test has a day of its own, so that what one got wrong does not throttle the next."""
    site.world.clock.now += 86_400_000
    yield


def fresh(site: Site, person: str = "zhou", login: str = "zhou") -> None:
    """An account with the known password and nothing else."""
    set_password(site.world.service, LEDGER, person, login, PASSWORD)
    with site.world.service.database.write() as link:
        link.run("UPDATE accounts SET second_factor = '', recovery = '', second_used = 0 WHERE person = ?", (person,))


def tried(site: Site, login: str, password: str, browser: Browser | None = None) -> tuple[Browser, str]:
    """A try at the door."""
    browser = browser or Browser(site)
    browser.get("/login")
    return browser, browser.post("/login", login=login, password=password).text


def inside(browser: Browser) -> bool:
    """Whether a page opens."""
    return browser.get("/account").url.endswith("/account")


def code_now(site: Site, secret: str, steps: int = 0) -> str:
    """What the app shows."""
    return pyotp.TOTP(secret).generate_otp(site.world.clock.now // STEP + steps)


def with_second_factor(site: Site) -> tuple[Browser, str, list[str]]:
    """Zhou, who turned it on: the browser, the secret, the recovery codes."""
    fresh(site)
    browser, _ = tried(site, "zhou", PASSWORD)
    browser.get("/account")
    page = browser.post("/account/second/start")
    secret = re.findall(r'name="secret" value="([A-Z2-7]{32})"', page.text)[0]
    page = browser.post("/account/second/on", secret=secret, password=PASSWORD, code=code_now(site, secret))
    return browser, secret, re.findall(r"<li><code>([^<]+)</code>", page.text)


def test_a_one_time_password_opens_only_the_page_where_it_is_changed(site: Site) -> None:
    admin = site.browser("admin")
    admin.get("/people/zhou")
    fresh(site)
    page = admin.post("/accounts/zhou/reset").text
    password = re.findall(r'<code class="password">([^<]+)', page)[0]
    zhou, _ = tried(site, "zhou", password)
    for path in ("/people", "/hazards", "/", "/enterprises/e1"):
        answer = zhou.get(path)
        assert answer.url.endswith("/account") and "一次性密码" in answer.text, path
    assert zhou.post("/account/second/start").url.endswith("/account"), "nothing else before"
    zhou.get("/account")
    assert "两次输入" in zhou.post("/account/password", old_password=password, new_password="a longer one", again_password="another one").text
    zhou.get("/account")
    assert "新密码不能与原密码相同" in zhou.post("/account/password", old_password=password, new_password=password, again_password=password).text
    zhou.get("/account")
    zhou.post("/account/password", old_password=password, new_password=PASSWORD, again_password=PASSWORD)
    assert zhou.get("/people").url.endswith("/people")


def test_changing_the_password_ends_every_other_session_and_keeps_this_one(site: Site) -> None:
    fresh(site)
    here, there = tried(site, "zhou", PASSWORD)[0], tried(site, "zhou", PASSWORD)[0]
    here.get("/account")
    here.post("/account/password", old_password=PASSWORD, new_password="a new long password", again_password="a new long password")
    assert inside(here) and not inside(there)
    assert "不对" in tried(site, "zhou", PASSWORD)[1]


def test_a_wrong_current_password_changes_nothing_and_counts_as_at_the_door(site: Site) -> None:
    fresh(site)
    browser, _ = tried(site, "zhou", PASSWORD)
    for _ in range(5):
        browser.get("/account")
        answer = browser.post("/account/password", old_password="wrong", new_password="a new long password", again_password="a new long password")
        assert answer.status_code == 409 and "当前密码不对" in answer.text
    browser.get("/account")
    assert "五分钟" in browser.post("/account/password", old_password=PASSWORD, new_password="a new long one", again_password="a new long one").text


def test_with_the_second_factor_on_the_password_alone_opens_nothing(site: Site) -> None:
    _, secret, _ = with_second_factor(site)
    site.world.clock.now += STEP
    browser, page = tried(site, "zhou", PASSWORD)
    assert "验证码" in page and not inside(browser)
    ticket = re.findall(r'name="ticket" value="([^"]+)"', page)[0]
    assert "验证码不对" in browser.post("/login", ticket=ticket, code="000000").text and not inside(browser)
    browser.post("/login", ticket=ticket, code=code_now(site, secret))
    assert inside(browser)


def test_a_code_is_good_once_even_within_its_thirty_seconds(site: Site) -> None:
    _, secret, _ = with_second_factor(site)
    browser, page = tried(site, "zhou", PASSWORD)
    ticket = re.findall(r'name="ticket" value="([^"]+)"', page)[0]
    assert "已用过" in browser.post("/login", ticket=ticket, code=code_now(site, secret)).text, "the code that turned it on"
    assert "已用过" in browser.post("/login", ticket=ticket, code=code_now(site, secret, -1)).text, "one before it"
    browser.post("/login", ticket=ticket, code=code_now(site, secret, 1))
    assert inside(browser), "a phone's clock may run ahead by one step"
    other, page = tried(site, "zhou", PASSWORD)
    ticket = re.findall(r'name="ticket" value="([^"]+)"', page)[0]
    assert "已用过" in other.post("/login", ticket=ticket, code=code_now(site, secret, 1)).text and not inside(other)


def test_a_recovery_code_is_good_once(site: Site) -> None:
    _, _, codes = with_second_factor(site)
    assert len(codes) == len(set(codes)) == 10
    for opens in (True, False):
        browser, page = tried(site, "zhou", PASSWORD)
        ticket = re.findall(r'name="ticket" value="([^"]+)"', page)[0]
        browser.post("/login", ticket=ticket, code=codes[0].upper().replace("-", " "))
        assert inside(browser) is opens
    assert accounts(site.world.service, LEDGER)["zhou"].recovery_left == 9


def test_new_recovery_codes_and_turning_it_off_need_password_and_code(site: Site) -> None:
    browser, secret, old = with_second_factor(site)
    site.world.clock.now += STEP
    for password, code in (("wrong", code_now(site, secret)), (PASSWORD, "123456")):
        browser.get("/account")
        assert browser.post("/account/second/off", password=password, code=code).status_code == 409
    browser.get("/account")
    page = browser.post("/account/second/codes", password=PASSWORD, code=code_now(site, secret)).text
    assert old[0] not in page and len(re.findall(r"<li><code>", page)) == 10
    site.world.clock.now += STEP
    browser.get("/account")
    assert "已关闭" in browser.post("/account/second/off", password=PASSWORD, code=code_now(site, secret)).text
    assert inside(tried(site, "zhou", PASSWORD)[0])


def test_a_ticket_is_good_for_five_minutes_one_account_and_one_password(site: Site) -> None:
    _, secret, _ = with_second_factor(site)
    site.world.clock.now += 2 * STEP
    browser, page = tried(site, "zhou", PASSWORD)
    ticket = re.findall(r'name="ticket" value="([^"]+)"', page)[0]
    for bad in (ticket.replace("zhou", "head"), ticket[:-1] + ("0" if ticket[-1] != "0" else "1"), "zhou/99999999999999/ab", "zhou", "//", "é/1/é"):
        assert "重新输入用户名" in browser.post("/login", ticket=bad, code=code_now(site, secret)).text, bad
    site.world.clock.now += 5 * 60_000 + 1
    assert "重新输入用户名" in browser.post("/login", ticket=ticket, code=code_now(site, secret)).text and not inside(browser)


def test_wrong_codes_lock_the_account_as_wrong_passwords_do(site: Site) -> None:
    _, secret, _ = with_second_factor(site)
    site.world.clock.now += 2 * STEP
    browser, page = tried(site, "zhou", PASSWORD)
    ticket = re.findall(r'name="ticket" value="([^"]+)"', page)[0]
    for _ in range(5):
        browser.post("/login", ticket=ticket, code="000000")
    assert "五分钟" in browser.post("/login", ticket=ticket, code=code_now(site, secret)).text and not inside(browser)


def test_a_name_that_nobody_has_is_told_nothing_that_others_are_not(site: Site) -> None:
    fresh(site)
    said = []
    for login in ("zhou", "nobody-at-all"):
        said.append([tried(site, login, "wrong password")[1].replace(login, "") for _ in range(6)])
    assert said[0] == said[1] and "五分钟" in said[0][-1]
    site.world.clock.now += LOCK + 1
    assert inside(tried(site, "zhou", PASSWORD)[0])


def test_an_address_that_guesses_waits_whatever_names_it_tries(site: Site) -> None:
    answers = [tried(site, f"guess-{i}", "wrong password")[1] for i in range(21)]
    assert "五分钟" not in answers[19] and "五分钟" in answers[20]
    fresh(site)
    assert not inside(tried(site, "zhou", PASSWORD)[0])


def test_a_shut_account_opens_for_nobody_and_its_sessions_end_at_once(site: Site) -> None:
    fresh(site)
    admin, zhou = site.browser("admin"), tried(site, "zhou", PASSWORD)[0]
    admin.get("/people/zhou")
    assert "账号已停用" in admin.post("/accounts/zhou/shut").text
    assert not inside(zhou)
    assert "不对" in tried(site, "zhou", "wrong password")[1], "that it is shut is told only to who has the password"
    assert "已停用" in tried(site, "zhou", PASSWORD)[1]
    admin.get("/people/zhou")
    admin.post("/accounts/zhou/open")
    assert inside(tried(site, "zhou", PASSWORD)[0])
    admin.get("/people/admin")
    assert admin.post("/accounts/admin/shut").status_code == 409 and inside(admin)


def test_ones_own_sessions_are_listed_and_ended_one_by_one_or_all_others(site: Site) -> None:
    fresh(site)
    here, there, third = (tried(site, "zhou", PASSWORD)[0] for _ in range(3))
    page = here.get("/account").text
    assert page.count("本机") == 1
    session = re.findall(r'name="session" value="([0-9a-f]{64})"', page)
    assert len(session) == 2
    here.post("/account/sessions", session=session[0])
    assert sorted([inside(there), inside(third)]) == [False, True]
    here.get("/account")
    here.post("/account/sessions")
    assert not inside(there) and not inside(third) and inside(here)


def test_a_session_of_somebody_else_cannot_be_ended_by_its_number(site: Site) -> None:
    fresh(site)
    zhou, head = tried(site, "zhou", PASSWORD)[0], site.browser("head")
    with site.world.service.database.read() as link:
        token = link.one("SELECT token FROM sessions WHERE person = 'zhou'", ())[0]
    head.get("/account")
    head.post("/account/sessions", session=token)
    assert inside(zhou)


def test_everybody_of_an_enterprise_gets_an_account_on_one_sheet(site: Site) -> None:
    admin = site.browser("admin")
    admin.get("/accounts")
    page = admin.post("/accounts", enterprise="99DEMO000000000001").text
    made = dict(re.findall(r"<b>([^<]+)</b></td><td[^>]*><code class=\"password\">([^<]+)", page))
    known = accounts(site.world.service, LEDGER)
    assert {"boss", "deputy"} <= known.keys() and len(made) == 2
    assert all(inside(tried(site, login, password)[0]) for login, password in made.items())
    admin.get("/accounts")
    assert admin.post("/accounts", enterprise="99DEMO000000000001").status_code == 409, "nobody is left without one"


def test_the_list_of_accounts_is_for_those_who_administer_and_looking_is_noted(site: Site) -> None:
    fresh(site)
    assert "zhou" in site.browser("office").get("/accounts?q=zhou").text
    for person in ("head", "lin", "leader", "auditor"):
        assert site.browser(person).get("/accounts").status_code == 409, person


def test_no_page_and_no_operation_holds_a_secret(site: Site) -> None:
    browser, secret, codes = with_second_factor(site)
    assert secret not in browser.get("/account").text and codes[0] not in browser.get("/account").text
    assert secret not in site.browser("admin").get("/people/zhou").text
    with site.world.service.database.read() as link:
        assert not link.one("SELECT count(*) FROM operations WHERE raw LIKE ?", (f"%{secret}%".encode(),))[0]
        assert codes[0].replace("-", "") not in str(link.all("SELECT recovery FROM accounts", ()))


@pytest.mark.parametrize(
    ("agent", "called"),
    [
        ("Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0 Safari/537.36 Edg/120.0", "Edge · Windows"),
        ("Mozilla/5.0 (Linux; Android 13) AppleWebKit/537.36 Chrome/116.0 Mobile Safari/537.36 MicroMessenger/8.0", "微信 WeChat · Android"),
        ("", ""),
    ],
)
def test_a_browser_is_called_what_people_call_it(agent: str, called: str) -> None:
    assert browser_of(agent) == called
