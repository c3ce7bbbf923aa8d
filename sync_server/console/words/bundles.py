"""Words of the page that takes in what phones have sent by file."""

from __future__ import annotations

WORDS: dict[str, tuple[str, str]] = {
    "bundles": ("离线交送文件", "Sent by file"),
    "bundles_note": (
        "手机没有网络时，检查人员可以把全部未交的内容导出成一个签名文件（扩展名 .paicha），由U盘或他人带来，在这里导入。效果与手机联网同步完全相同：重复导入、导入前后手机又联网，都不会重复；文件被改动过则整个拒绝，什么都不导入。",
        "Where a phone has no network, its inspector can put everything unsent into one signed file (ending in .paicha), to be carried here by memory stick or by somebody else. "
        "Importing it is the same as syncing: doing it twice, or with the phone syncing before or after, doubles nothing. A file that was changed is refused as a whole."),
    "bundles_choose": ("选择文件（可多选）", "Choose files (several at once)"), "bundles_send": ("上传并导入", "Upload and import"),
    "bundles_sending": ("正在上传", "Uploading"), "bundles_none": ("还没有导入过离线交送文件。", "No file has been imported yet."),
    "bundles_again": ("再次导入", "Import again"), "bundles_drop": ("删除这个文件", "Delete this file"),
    "bundles_made": ("手机导出于", "Made on the phone"), "bundles_brought": ("上传", "Uploaded"),
    "bundle.waiting": ("排队中", "Waiting"), "bundle.running": ("正在导入", "Importing"), "bundle.done": ("已导入", "Imported"),
    "bundle.refused": ("没有导入", "Not imported"), "bundle.later": ("没有导完", "Not finished"), "bundle.broken_off": ("被中断", "Broken off"),
    "bundles_broken_off": ("服务器在导入中停止过。已导入的部分有效，再次导入即可继续。", "The server stopped meanwhile. What was imported counts; import it again to go on."),
    "bundles_accepted": ("{} 项操作已收入台账", "{} operations are in the ledger"),
    "comma_clause": ("，", ", "), "bundles_known": ("其中 {} 项此前已收到", "{} of them had been received before"),
    "bundles_conflicts": ("{} 项与他人的修改冲突，双方内容都已保留，请在“待处理”中裁定", "{} collide with somebody else's change; both are kept, to be settled under \"To settle\""),
    "bundles_refused": ("{} 项按规则不能生效，已原样保存；本人手机下次同步时会看到原因", "{} were refused by a rule and are kept as they came; the person's phone tells why at its next sync"),
    "bundles_held": ("{} 项由更新的手机程序作出，服务器升级后自动处理", "{} were made by a newer program; they are judged when the server is updated"),
    "bundles_photos": ("{} 张照片或录音录像已收到", "{} photos or recordings are here"), "bundles_photos_known": ("其中 {} 张此前已收到", "{} of them had been received before"),
    "bundles_not_taken": ("{} 个照片文件不能接收：{}", "{} files of photos were not taken: {}"), "bundles_nothing": ("文件里没有新内容", "There was nothing in it"),
}  # fmt: skip
