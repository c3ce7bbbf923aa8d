"""What an inspector does on site, by the same steps as a tap on the screen: answers, photos, findings, signatures."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from mobile.core import inspecting
from mobile.core.client import Client, PhotoFile
from mobile.core.photos import prepare
from shared import checklist
from shared.pictures import SHANGHAI
from shared.rules import Record
from tests.pictures import picture

FINDINGS = (
    ("东侧配电间", "配电箱门缺失，箱内积尘，导线裸露", "equipment"), ("二楼楼梯间", "疏散通道堆放纸箱，净宽不足0.9米", "management"),
    ("一号车间", "砂轮机防护罩缺失，未停机挂牌", "equipment"), ("危险品库", "稀释剂与氧气瓶混放，无防静电接地", "illegal_act"),
    ("后厨", "燃气软管老化，未装自动切断阀", "equipment"), ("南门", "安全出口上锁", "illegal_act"),
    ("装卸平台", "叉车无证操作，无台账", "management"),
    ("屋面", "有限空间作业无审批票，无监护人", "illegal_act"), ("消防泵房", "稳压泵故障，压力为零", "equipment"),
    ("一层大厅", "灭火器压力不足，超期未检", "equipment"),
    ("充电棚", "电动车充电无自动断电，线路私拉", "management"), ("仓库西区", "货架超载变形，无限载标识", "management"),
    ("锅炉房", "安全阀校验过期两个月", "equipment"),
    ("员工宿舍", "可燃彩钢板隔断，住人与仓储合用", "illegal_act"),
)  # fmt: skip


@dataclass(slots=True)
class Inspector:
    """One phone and its owner."""

    client: Client
    folder: Path  # of its photos
    font: Path
    photos: list[PhotoFile] = field(default_factory=list)
    seed: int = 0

    @property
    def name(self) -> str:
        """As signed."""
        return str((self.client.person or {})["name"])

    def take_photo(self, enterprise: str, place: str) -> tuple[PhotoFile, dict[str, Any]]:
        """A 12 MP picture from the camera, prepared."""
        self.seed += 1
        raw = self.folder / "camera.jpg"
        raw.parent.mkdir(parents=True, exist_ok=True)
        taken = datetime.fromtimestamp(self.client.ports.now() / 1000, SHANGHAI)
        raw.write_bytes(picture(self.seed, taken=f"{taken:%Y:%m:%d %H:%M:%S}", lat=36.65 + self.seed / 100_000, lon=117.12))
        stamp = (f"{enterprise} {place}", f"检查人 {self.name}")
        prepared = prepare(raw, self.folder, stamp, self.client.ports.now(), font=self.font)
        self.photos.append(prepared.file)
        raw.unlink()
        return prepared.file, {"taken_at": prepared.taken_at, "position": prepared.position, "likeness": prepared.likeness}


def answer_all(inspector: Inspector, inspection: str, items: list[Record], failing: int) -> list[Record]:
    """Every item answered; the first `failing` that can fail do. Returns those."""
    failed: list[Record] = []
    for item in items:
        value = good_answer(item)
        if len(failed) < failing and item["answer"] == "conform":
            value = checklist.NOT_CONFORM
            failed.append(item)
        inspecting.answer(inspector.client, inspection, item["id"], value)
    return failed


def good_answer(item: Record) -> Any:
    """An answer that is none of a hazard."""
    candidates = [checklist.CONFORM, 0, 1, 5, 100, 10_000, "已核对", "2023-09-01", 2, checklist.NOT_APPLICABLE]
    return next(value for value in candidates if checklist.answer_problem(item, value) is None and not checklist.fails(item, value))


def report(inspector: Inspector, inspection: str, item: Record, number: int, pictures: int = 3) -> str:
    """A finding with photos."""
    client = inspector.client
    record = client.record(inspection)
    assert record is not None
    place, description, cause = FINDINGS[number % len(FINDINGS)]
    photos = [inspector.take_photo(record["enterprise_name"], place) for _ in range(pictures)]
    body = {
        "enterprise": record["enterprise"], "place_text": place, "description": description, "cause": cause, "position": photos[0][1]["position"],
        "level_proposed": "major" if number % 5 == 3 else "general", "source_kind": "section",
    }  # fmt: skip
    return inspecting.report_finding(client, record, item, body, photos)


def finish(inspector: Inspector, inspection: str, unit_signer: str = "") -> None:
    """The end, one's own signature, and the unit's."""
    client = inspector.client
    now = client.ports.now()
    record = client.record(inspection)
    assert record is not None
    if record["moments"]["end"] is None:
        client.act("inspection.moment", inspection, {"moment": "end", "at": now, "position": None, "reason": "室内无信号"})
    client.act("inspection.sign", inspection, {"role": "inspector", "name": inspector.name, "signed_at": now, "sha256": None})
    if unit_signer:
        client.act("inspection.companion", inspection, {"companion": {"name": unit_signer, "post": "安全员", "phone": None}})
        client.act("inspection.sign", inspection, {"role": "unit", "name": unit_signer, "signed_at": now, "sha256": None})
