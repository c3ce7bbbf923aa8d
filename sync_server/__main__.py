"""The server's command line: `python -m sync_server serve | demo | open | reset-password | verify | backup | restore | import-enterprises`."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import re
import shutil
import signal
import socket
import sqlite3
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from functools import partial
from pathlib import Path

import uvicorn
from sqlalchemy.exc import DatabaseError

from shared.errors import PaichaError, Refused, reason, reason_text
from shared.operation import new_id
from shared.protocol import UNKNOWN_LEDGER
from shared.templates import shipped
from sync_server.accept import Act, NotAccepted
from sync_server.app import create_app
from sync_server.auth import account_of, fresh_password, person_of, reset_password, set_password
from sync_server.backup import backup, restore
from sync_server.blobs import LocalBlobs
from sync_server.demo import scenarios
from sync_server.demo.world import ADMIN, LEDGER_BODY, Person, acts, build_world, first_tasks
from sync_server.importers import import_acts, read_enterprises
from sync_server.listening import BoundedHeads
from sync_server.service import Service
from sync_server.settings import Settings
from sync_server.store import ledgers as store
from sync_server.store.database import Database, Link
from sync_server.verify import Difference, verify

DEMO_LEDGER = "qingyu"
CANNOT_LISTEN = reason(
    "serve.cannot_listen",
    "不能在这个地址上监听，端口可能已被占用；请用 --port 换一个，数据没有改变",
    "cannot listen there, the port may be taken; try another --port; nothing was changed",
)
NOT_OPENED = reason("open.refused", "台账没有建立，请检查填写的名称", "the ledger was not opened: check the names")
LEDGER_EXISTS = reason(
    "open.exists", "这个台账已经建立，没有改动；请直接运行 serve", "this ledger is open already, nothing was changed: run serve"
)
NO_DATABASE = reason("no_database", "这里没有台账数据库，请检查 --data", "there is no database here; check --data")


def main(arguments: list[str] | None = None) -> int:
    """Run one command; returns its exit status."""
    options = _parser().parse_args(arguments)
    settings = Settings(
        Path(options.data),
        options.database or "",
        *((options.host, options.port, options.public_url or "") if hasattr(options, "host") else ()),
    )
    try:
        return int(options.run(options, settings))
    except PaichaError as error:
        print(f"{error.text('zh')} · {error.text('en')} [{error.code}]", file=sys.stderr)
    except Difference as difference:
        print(f"核验发现不一致 · {difference}", file=sys.stderr)
    except (DatabaseError, sqlite3.Error) as error:
        print(f"数据库无法读写 · the database cannot be read or written: {getattr(error, 'orig', error)}", file=sys.stderr)
    except OSError as error:
        print(f"文件无法读写 · a file cannot be read or written: {error}", file=sys.stderr)
    return 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="run.py", description="排查服务器 · the Paicha server")
    commands = parser.add_subparsers(required=True)
    common = argparse.ArgumentParser(add_help=False)
    common.add_argument("--data", default="data", help="folder of the database and the photos (default: data)")
    common.add_argument("--database", type=_postgresql, metavar="URL", help="postgresql://user@host/name instead of the SQLite file in --data")
    web = argparse.ArgumentParser(add_help=False, parents=[common])
    web.add_argument("--host", default="127.0.0.1")
    web.add_argument("--port", type=_port, default=8000)
    web.add_argument("--public-url", help="the address that phones are told")

    serve = commands.add_parser("serve", parents=[web], help="run the server")
    serve.set_defaults(run=_serve)
    demo = commands.add_parser("demo", parents=[web], help="make or go on with the fictional subdistrict, then serve")
    demo.add_argument("--reset", action="store_true", help="start anew")
    demo.add_argument("--scenario", choices=sorted(scenarios.SCENARIOS), help="a ledger with a past, small or a whole year, with a clock of its own")
    demo.add_argument("--enterprises", type=int, default=400)
    demo.add_argument("--codes", type=int, default=0, help="print enrolment codes for so many inspectors, as JSON")
    demo.set_defaults(run=_demo)
    begin = commands.add_parser("open", parents=[common], help="open a ledger of your own: its names, its first administrator, the checklists")
    begin.add_argument("--ledger", required=True, metavar="NAME", type=_ledger_name, help="its name in addresses, such as qingyu")
    begin.add_argument("--name", required=True, help="of the subdistrict, such as 青榆街道")
    begin.add_argument("--name-en")
    begin.add_argument("--district", required=True)
    begin.add_argument("--city", required=True)
    begin.add_argument("--code", required=True, help="what ledger numbers begin with, such as QY")
    begin.add_argument("--admin", required=True, metavar="PERSON", help="the administrator's name")
    begin.add_argument("--login", default="admin")
    begin.set_defaults(run=_begin)
    forgotten = commands.add_parser("reset-password", parents=[common], help="a new one-time password for a login; its second factor goes off")
    forgotten.add_argument("--ledger", required=True)
    forgotten.add_argument("--login", default="admin")
    forgotten.set_defaults(run=_reset_password)
    check = commands.add_parser("verify", parents=[common], help="check every byte of a ledger")
    check.add_argument("--ledger", help="only this one")
    check.set_defaults(run=_verify)
    save = commands.add_parser("backup", parents=[common], help="write a backup into a new folder")
    save.add_argument("target")
    save.set_defaults(run=_backup)
    load = commands.add_parser("restore", parents=[common], help="fill an empty server from a backup")
    load.add_argument("source")
    load.add_argument("--reason", default="")
    load.set_defaults(run=_restore)
    take = commands.add_parser("import-enterprises", parents=[common], help="import enterprises from CSV or XLSX")
    take.add_argument("file")
    take.add_argument("--ledger", default=DEMO_LEDGER)
    take.add_argument("--by", help="person id of the one who imports (default: the administrator of the demo)", default=ADMIN)
    take.add_argument("--check", action="store_true", help="only report")
    take.set_defaults(run=_import)
    return parser


def _port(text: str) -> int:
    if not (text.isascii() and text.isdigit() and int(text) < 65536):
        raise argparse.ArgumentTypeError("0 ... 65535")
    return int(text)


def _ledger_name(text: str) -> str:
    if not re.fullmatch(r"[a-z][a-z0-9-]{1,39}", text):
        raise argparse.ArgumentTypeError("a-z 0-9 -")
    return text


def _postgresql(url: str) -> str:
    if not url.startswith("postgresql://"):
        raise argparse.ArgumentTypeError("postgresql://...")
    return url


def clock() -> int:
    """ms since 1970."""
    return time.time_ns() // 1_000_000


def open_service(settings: Settings, clock: Callable[[], int] = clock) -> Service:
    """The database, brought up to date, and the service on it; what was held for a newer program is judged now."""
    settings.data.mkdir(mode=0o700, parents=True, exist_ok=True)  # the private keys are in the database
    database = Database(settings.database_url)
    database.prepare()
    service = Service(database, clock)
    with database.read() as link:
        names = store.ledger_names(link)
    for name in names:
        service.acceptor.judge_held(name, clock())
    return service


def _existing(settings: Settings) -> Database:
    """For commands that only read: nothing is made where there is nothing. Raises Refused(no_database)."""
    if not settings.database and not (settings.data / "paicha.db").is_file():
        raise Refused(NO_DATABASE, str(settings.data.absolute()))
    database = Database(settings.database_url)
    with database.connect():
        return database


def _blobs(settings: Settings) -> LocalBlobs:
    return LocalBlobs(settings.data / "blobs")


def _serve(options: argparse.Namespace, settings: Settings) -> int:
    with _listen(settings) as listener:
        return _run(_heard_at(settings, listener), listener, open_service(settings))


def _listen(settings: Settings) -> socket.socket:
    """Before anything is opened or made: where another server has the port, nothing happens. Raises Refused(serve.cannot_listen)."""
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    try:
        return socket.create_server((settings.host, settings.port), family=family, backlog=2048)
    except OSError as error:
        raise Refused(CANNOT_LISTEN, f"{settings.host}:{settings.port}: {error}") from None


def _heard_at(settings: Settings, listener: socket.socket) -> Settings:
    """With the real port where any free one was asked for."""
    return replace(settings, port=listener.getsockname()[1])


def _run(settings: Settings, listener: socket.socket, service: Service) -> int:
    blobs = _blobs(settings)
    blobs.clean(time.time())
    app = create_app(settings, service, blobs)
    # The writer comes back from the disk every millisecond and wants the interpreter: it should not wait 5 ms for it, Python's default.
    sys.setswitchinterval(0.0005)
    config = uvicorn.Config(
        app, settings.host, settings.port, http=BoundedHeads, log_level="warning", access_log=False, timeout_graceful_shutdown=5
    )
    server = uvicorn.Server(config)
    print(f"数据 · data: {settings.data.absolute()}", flush=True)
    print(f"排查服务器 · server: {settings.url}", flush=True)
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # both end in the same orderly way
    with contextlib.suppress(KeyboardInterrupt, asyncio.CancelledError):
        server.run(sockets=[listener])
    service.close()
    return 0 if server.started else 1


def _demo(options: argparse.Namespace, settings: Settings) -> int:
    with _listen(settings) as listener:
        if options.reset and settings.data.exists():
            shutil.rmtree(settings.data)
        if options.scenario:
            return _play(options.scenario, _heard_at(settings, listener), listener)
        if scenarios.is_played(settings.data):
            raise Refused(scenarios.OTHER_DATA, str(settings.data.absolute()))
        settings, service = _heard_at(settings, listener), open_service(settings)
        _prepare_demo(options, settings, service)
        return _run(settings, listener, service)


def _play(name: str, settings: Settings, listener: socket.socket) -> int:
    """A scenario: built where it is not there yet, then served by its own clock. Passwords are fresh each time."""
    is_ready, clock = scenarios.ready(settings.data, name), scenarios.start_clock(name)
    service = open_service(settings, clock)
    if not is_ready:
        scenarios.build(name, settings.data, service, clock, DEMO_LEDGER, _percent)
    scenarios.go_on(name, service, clock, DEMO_LEDGER)
    print(f"控制台 · console: {settings.url}/console/{DEMO_LEDGER}/", flush=True)
    for login, person, password in scenarios.open_accounts(name, service, DEMO_LEDGER):
        print(f"  {login:10} {password}  {person}", flush=True)
    return _run(replace(settings, demo=True), listener, service)


def _percent(done: int) -> None:
    """In one line of a terminal; where it is not one, such as a pipe, a line every tenth."""
    if sys.stdout.isatty():
        print(f"\r青榆街道 · {done} %", end="\n" if done == 100 else "", flush=True)
    elif done % 10 == 0:
        print(f"青榆街道 · {done} %", flush=True)


def _prepare_demo(options: argparse.Namespace, settings: Settings, service: Service) -> None:
    """The subdistrict, made once; passwords and, if asked for, enrolment codes, fresh each time."""
    with service.database.read() as link:
        head = store.head(link, DEMO_LEDGER)
        is_demo = ADMIN in store.records(link, DEMO_LEDGER, [ADMIN])
    if head is None or head.size < 2:
        _make_world(service, options.enterprises)
    elif not is_demo:
        service.close()
        raise Refused(scenarios.OTHER_DATA, str(settings.data.absolute()))
    password = fresh_password()
    set_password(service, DEMO_LEDGER, ADMIN, "admin", password)
    set_password(service, DEMO_LEDGER, _supervisor().id, "office", password)
    print(f"控制台 · console: {settings.url}/console/{DEMO_LEDGER}/  ·  office / {password}  ·  admin / {password}", flush=True)
    if options.codes:
        people = [person for person in build_world(enterprises=1).people if person.post == "检查员" and person.card_no]
        codes = [{"person": p.id, "name": p.name, "code": service.make_code(DEMO_LEDGER, p.id, ADMIN)} for p in people[: options.codes]]
        print("codes " + json.dumps(codes, ensure_ascii=False), flush=True)


def _supervisor() -> Person:
    return next(person for person in build_world(enterprises=1).people if ("office", "") in person.roles and person.post == "科长")


def _make_world(service: Service, enterprises: int) -> None:
    """Through operations, by the same accept as everyone's."""
    service.open_ledger(DEMO_LEDGER, LEDGER_BODY)
    world = build_world(enterprises=enterprises)
    everything = [*acts(world), *first_tasks(world, _supervisor().id, clock())]
    for start in range(0, len(everything), 200):
        outcome = service.act(DEMO_LEDGER, everything[start : start + 200], atomic=True)
        assert all(v.verdict == "accepted" for v in outcome.verdicts)
        done = min(start + 200, len(everything))
        _percent(done * 100 // len(everything))


def _begin(options: argparse.Namespace, settings: Settings) -> int:
    """A new ledger with the checklists that come with the program; what is left half done is finished by the same command."""
    service = open_service(settings)
    try:
        with service.database.read() as link:
            admin = _administrator(link, options.ledger)
        if admin and account_of(service, options.ledger, admin) is not None:
            raise Refused(LEDGER_EXISTS, options.ledger)
        if not admin:
            admin = new_id(clock(), service.randomness(10))
            names = {"name": options.name, "name_en": options.name_en, "district": options.district, "city": options.city, "code": options.code}
            opened = service.open_ledger(options.ledger, {**names, "admin": {"id": admin, "name": options.admin}}).verdicts[0]
            if opened.verdict != "accepted":
                raise Refused(NOT_OPENED, reason_text(opened.code, "zh"))
        wanted = {f"template/{template['id']}/{template['version']}": template for template in shipped()}
        with service.database.read() as link:
            there = store.records(link, options.ledger, wanted)
        service.act(options.ledger, [Act(admin, "template.publish", id, {"template": t}) for id, t in wanted.items() if id not in there])
        password = fresh_password()
        set_password(service, options.ledger, admin, options.login, password, must_change=True)
    finally:
        service.close()
    print(f"台账已建立 · the ledger is open: {options.name} ({options.ledger})")
    print(f"首次登录须修改密码 · to be changed at the first login: {options.login} / {password}")
    print("下一步：运行 serve，登录后录入科室、社区、人员，导入企业名录 · next: serve, log in, add units and people, import the enterprises")
    return 0


def _reset_password(options: argparse.Namespace, settings: Settings) -> int:
    """For the day when nobody who administers can log in: whoever has the server's machine can."""
    _existing(settings).close()
    service = open_service(settings)
    try:
        password = reset_password(service, options.ledger, person_of(service, options.ledger, options.login), second_factor_off=True)
    finally:
        service.close()
    print(f"首次登录须修改密码 · to be changed at the first login: {options.login} / {password}")
    return 0


def _administrator(link: Link, ledger: str) -> str:
    """Who opened it; "" where there is no such ledger."""
    first = store.operation(link, ledger, 1) if store.head(link, ledger) is not None else None
    return str(json.loads(first.raw)["body"]["admin"]["id"]) if first is not None else ""


def _verify(options: argparse.Namespace, settings: Settings) -> int:
    database = _existing(settings)
    with database.read() as link:
        names = store.ledger_names(link)
    if options.ledger and options.ledger not in names:
        raise Refused(UNKNOWN_LEDGER, options.ledger)
    if not names:
        print("还没有台账 · there is no ledger yet")
    for name in [options.ledger] if options.ledger else names:
        report = verify(database, _blobs(settings), name, partial(_progress, name))
        print(file=sys.stderr)
        print(
            f"{name}: ok · {report.operations} 条操作 operations · {report.records} 条记录 records · {report.photos} 张照片 photos · "
            f"{report.refused} 被拒 refused · {report.conflicts} 冲突 conflicts · {report.missing_photos} 张照片在途 photos on their way"
        )
    database.close()
    return 0


def _progress(name: str, done: int, total: int) -> None:
    print(f"\r{name}: {done}/{total}", end="", file=sys.stderr, flush=True)


def _backup(options: argparse.Namespace, settings: Settings) -> int:
    database = _existing(settings)
    manifest = backup(database, _blobs(settings), Path(options.target), clock())
    print(f"备份完成 · backup complete: {options.target} {manifest['ledgers']}")
    database.close()
    return 0


def _restore(options: argparse.Namespace, settings: Settings) -> int:
    service = open_service(settings)
    manifest = restore(Path(options.source), service, _blobs(settings), why=options.reason)
    made = datetime.fromtimestamp(manifest["made_at"] / 1000).isoformat(" ", "minutes")
    print(f"恢复完成，已开启新的纪元 · restored from {made}; a new epoch has begun; devices will hand in again what was lost")
    service.close()
    return 0


def _import(options: argparse.Namespace, settings: Settings) -> int:
    data, service = Path(options.file).read_bytes(), open_service(settings)
    try:
        with service.database.read() as link:
            if store.head(link, options.ledger) is None:
                raise Refused(UNKNOWN_LEDGER, options.ledger)
            units, existing = store.records_of_kind(link, options.ledger, "unit"), store.records_of_kind(link, options.ledger, "enterprise")
        plan = read_enterprises(data, units, existing)
        for finding in plan.findings[:200]:
            print(f"第 {finding.row} 行 row · {finding.level} · {finding.field} · {finding.value} · {finding.zh} · {finding.en}")
        counts = f"新增 new {len(plan.creates)} · 更新 changed {len(plan.updates)} · 未变 unchanged {plan.unchanged}"
        print(f"{counts} · 问题 findings {len(plan.findings)}")
        if not plan.ok:
            print("有错误，未导入任何内容 · there are errors; nothing was imported")
            return 1
        made = import_acts(plan, options.by, lambda: new_id(clock(), service.randomness(10)))
        if made and not options.check:
            service.act(options.ledger, made, atomic=True)
        print("检查无误，未导入 · checked, not imported" if options.check else "已导入 · imported")
    except NotAccepted as refused:
        row, code = plan.row_of(refused.position), refused.entry.code
        print(f"未导入任何内容 · nothing was imported: 第 {row} 行 row {row} · {reason_text(code, 'zh')} · {reason_text(code, 'en')}")
        return 1
    finally:
        service.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
