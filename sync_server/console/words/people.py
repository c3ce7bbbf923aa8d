"""Words of people, units, accounts and of who looked at what; and how a browser is called."""

from __future__ import annotations

import re

_BROWSERS = (
    (r"MicroMessenger", "微信 WeChat"), (r"Edg", "Edge"), (r"OPR|Opera", "Opera"), (r"QQBrowser", "QQ"), (r"Firefox", "Firefox"),
    (r"Chrome|CriOS", "Chrome"), (r"Safari", "Safari"),
)  # fmt: skip
_SYSTEMS = ((r"Android", "Android"), (r"iPhone|iPad", "iOS"), (r"Windows", "Windows"), (r"Mac OS", "macOS"), (r"Linux", "Linux"))


def browser_of(agent: str) -> str:
    """What a browser says of itself, as people call it; "" where it says nothing known."""
    named = [next((name for pattern, name in names if re.search(pattern, agent)), "") for names in (_BROWSERS, _SYSTEMS)]
    return " · ".join(filter(None, named)) or agent[:40]


WORDS: dict[str, tuple[str, str]] = {
    "people": ("人员", "People"), "units": ("科室和社区", "Units"), "accounts": ("账号", "Accounts"), "reads": ("查阅记录", "Who looked"),
    "search_devices": ("搜索人员、设备", "Search person, phone"), "search_people": ("搜索姓名、拼音、职务、证号", "Search name, pinyin, post, card number"), "side": ("所属", "Side"),
    "side_government": ("街道人员", "Government"), "side_enterprise": ("企业人员", "Enterprises"), "person_active": ("在岗", "In post"),
    "person_left": ("已离岗", "Left"), "person_no_role": ("没有岗位", "No role"), "has_account": ("有账号", "has a login"),
    "add_person": ("新增人员", "Add a person"), "edit_person": ("修改信息", "Edit"), "import_people": ("导入人员", "Import people"),
    "export_people": ("导出通讯录", "Export with phones"), "empty_people": ("还没有人员。可以逐个新增，或从表格导入。", "Nobody yet. Add people one by one, or import a table."),
    "full_name": ("姓名", "Name"), "first_role": ("第一个岗位（可以以后再授）", "First role (can be given later)"), "no_role_yet": ("暂不授岗位", "no role yet"),
    "choose_role": ("选择岗位", "Choose a role"), "role_unit": ("科室或社区", "Section or community"), "role_enterprise": ("企业（名称、编号或信用代码）", "Enterprise (name, number or credit code)"),
    "role_note": ("检查人员、网格员、科室负责人和专家要选科室或社区；企业岗位要填企业；安委办、安委会、党政负责人、督查和管理员管全街道，不用选。",
        "Inspectors, community workers, section heads and experts belong to a unit; enterprise roles to an enterprise; the others to the whole subdistrict."),
    "roles": ("岗位", "Roles"), "no_roles": ("此人没有岗位，不能登录，也不能检查。", "No role: cannot log in or inspect."), "where_from": ("单位", "Where"),
    "since_day": ("起", "From"), "until_day": ("止", "Until"), "whole_subdistrict": ("全街道", "whole subdistrict"), "role_held_now": ("在任", "held now"),
    "give_role": ("授予岗位", "Give a role"), "end_role": ("结束岗位", "End the role"),
    "stand_ins": ("代理审核", "Stand-ins"), "stand_in": ("代理", "stand-in for"), "stand_in_who": ("代理人", "Stand-in"), "for_whom": ("代{}", "for {}"),
    "stands_in_for": ("正在代理", "stands in for"), "absent_until": ("由他人代理，至", "absent until"), "stand_in_over": ("已结束", "over"),
    "stand_in_now": ("代理中", "now"), "stand_in_later": ("未开始", "not yet"), "end_now": ("提前结束", "End now"), "name_stand_in": ("指定代理人", "Name a stand-in"),
    "stand_in_note": ("外出期间由一名同事代为审核，到期自动结束，每一项决定都会注明代理。企业负责人的签字不能代理。",
        "A colleague reviews meanwhile; it ends by itself, and each decision says so. Nobody signs in place of an enterprise's principal."),
    "from_day": ("第一天", "First day"), "to_day": ("最后一天", "Last day"),
    "open_work": ("未办结的工作", "Open work"), "no_open_work": ("没有未办结的工作。", "Nothing is open."), "an_inspection": ("检查", "Inspection"), "a_hazard": ("隐患", "Hazard"),
    "a_task": ("任务", "Task"), "due_by": ("期限", "due"), "hand_over": ("移交工作", "Hand over"), "hand_to": ("接手的同事", "Who takes it on"),
    "hand_over_work_note": ("上面的全部工作一次移交给一名同事，他成为检查组成员和发现人，可以接着办。原有的签名和记录不变。",
        "All of it goes to one colleague at once, who joins the team and the finders and goes on. What was signed and recorded stays."),
    "phones_first": ("此人的手机上可能还有没上传的内容，请先让他同步，再停用设备。停用后送来的内容会保留，待审核人员处理。",
        "The phone may hold work that is not handed in: have it synced before it is revoked. What comes later is kept to be settled."),
    "end_everything": ("同时结束全部岗位和代理，停用手机和账号", "Also end all roles and stand-ins, revoke the phones and shut the account"),
    "people.left": ("工作已移交，岗位、手机和账号已结束", "handed over; roles, phones and account ended"), "people.handed_over": ("工作已移交", "handed over"),
    "import_people_note": ("先检查后导入。按证号、姓名加电话或姓名加单位识别，重复导入不会产生重复人员；只增加岗位，不收回岗位；企业人员按信用代码对应企业；有一处错误则全部不导入。",
        "Checked first. Known again by card, by name and phone or by name and unit, so importing again doubles nobody; roles are only added; enterprise people by credit code; with any error nothing is imported."),
    "import_columns_note": (
        "必须有：企业名称、所属社区。全部列：{}。列的顺序不限，表头上面可以有标题行；社区和科室写单位名称；多个科室、行业或标签用顿号分开。",
        "Needed: 企业名称, 所属社区. All columns: {}. Any order, titles may stand above; communities and sections by name; several sections, sectors or tags are separated by 、."),
    "import_industries_note": ("行业写：{}。", "Sectors: {}."),
    "import_roles_note": ("岗位写：{}；多个岗位用顿号分开。", "Roles: {}; several are separated by 、."),
    "empty_table": ("下载空表", "Empty table"), "known_person": ("已有", "known"), "new_person": ("新增", "new"),
    "unit_kind": ("类型", "Kind"), "unit_kind.section": ("科室", "Sections"), "unit_kind.community": ("社区", "Communities"),
    "unit_kind.station": ("站所和其他成员单位", "Stations and other member units"), "add_unit": ("新增单位", "Add a unit"), "edit_unit": ("修改单位", "Edit"),
    "close_unit": ("撤销单位", "Close the unit"), "close_unit_note": ("这里还有 {} 人、{} 家企业。撤销后不能再选，已有记录不变；请先调整人员和企业。",
        "{} people and {} enterprises belong here. It can no longer be chosen, records stay: move people and enterprises first."),
    "name_in_english": ("英文名称", "English name"), "unit_active": ("正常", "Active"), "unit_closed": ("已撤销", "Closed"), "empty_units": ("还没有单位。请先新增科室和社区。", "No units yet. Add sections and communities first."),
    "unit_number_note": ("社区必须有编号，用在隐患编号里，如 QY-2023-03-0117 中的 03。", "A community needs a number, it is part of hazard numbers: the 03 of QY-2023-03-0117."),
    "unit_has_nobody": ("还没有人员。", "Nobody yet."), "liaison": ("联络员", "Liaison"), "no_liaison": ("未指定", "not named"), "liaison_list": ("联络员名单", "Liaisons"),
    "no_liaison_note": ("还没有联络员。各社区、各科室要明确一名科级干部（五（三））。", "No liaison yet: each community and section names one cadre (五（三）)."),
    "name_liaison": ("指定联络员（须有职务和电话）", "Name the liaison (with post and phone)"), "phone_missing": ("缺电话", "no phone"), "print_note": ("用浏览器的打印功能打印。", "Print it with the browser."), "row_no": ("序号", "No."),
    "account": ("账号", "Account"), "my_account": ("我的账号", "My account"), "change_password": ("修改密码", "Change the password"), "old_password": ("当前密码", "Current password"),
    "new_password": ("新密码", "New password"), "again_password": ("再输一次新密码", "The new password again"), "password_rule": ("至少10个字符；改后其他地方的登录都会退出。", "10 characters or more; every other login of yours ends."),
    "must_change_note": ("您用的是一次性密码。请先设置自己的密码，才能继续。", "This is a one-time password. Set your own to go on."),
    "second_factor": ("二次验证", "Second factor"), "on": ("已开启", "on"), "off": ("未开启", "off"), "turn_on": ("开启", "Turn on"), "turn_off": ("关闭二次验证", "Turn it off"), "cancel": ("取消", "Cancel"), "set_up": ("设置", "Set up"),
    "second_off_note": ("开启后，登录时除密码外，还要输入手机验证器上的6位数字。", "When on, logging in also needs the 6 digits of an app on your phone."),
    "second_on_note": ("登录时要输入验证器上的数字。换手机前请先关闭，换好后重新开启。", "Logging in needs a code. Turn it off before you change phones."),
    "second_scan": ("用手机验证器（TOTP）扫描：", "Scan it with an authenticator app (TOTP):"), "second_typed": ("不能扫描时，手工输入密钥：", "Or type the key:"), "second_picture": ("验证器二维码", "QR code for the app"),
    "second_code": ("验证码", "Code"), "second_at_door": ("验证器上的6位数字；手机不在身边时，输入一个恢复码。", "The 6 digits of your app, or a recovery code when the phone is not at hand."),
    "recovery_codes": ("恢复码", "Recovery codes"), "recovery_note": ("只显示这一次，请抄下或打印，放在安全的地方。每个只能用一次。", "Shown only now: print or copy them and keep them safe. Each is good once."),
    "recovery_left": ("还有 {} 个恢复码可用。", "{} recovery codes are left."), "new_codes": ("换一组恢复码", "New recovery codes"), "other_account": ("换一个账号登录", "Log in as somebody else"),
    "my_sessions": ("登录中的设备", "Where I am logged in"), "where_logged_in": ("浏览器", "Browser"), "logged_in_at": ("登录时间", "Since"), "last_used": ("最近使用", "Last used"),
    "this_one": ("本机", "this one"), "end_session": ("退出", "End"), "end_others": ("退出其他全部", "End all others"), "unknown_browser": ("未知浏览器", "unknown browser"),
    "account.password": ("密码已修改，其他登录已退出", "password changed, other logins ended"), "account.second_off": ("二次验证已关闭", "second factor is off"),
    "account.sessions_ended": ("登录已退出", "sessions ended"), "account.shut": ("账号已停用", "account shut"), "account.opened": ("账号已恢复", "account opened"),
    "account_open": ("正常", "Open"), "account_one_time": ("待改密码", "One-time password"), "account_waits": ("输错暂停", "Waits after wrong tries"), "account_shut": ("已停用", "Shut"),
    "search_accounts": ("搜索用户名、姓名、拼音", "Search login, name, pinyin"), "sessions": ("登录数", "Sessions"), "pages": ("页", "Pages"),
    "accounts_for_enterprise": ("为一家企业的人员开通账号", "Accounts for an enterprise's people"), "enterprise_named": ("企业名称、编号或信用代码", "Name, number or credit code"),
    "make_accounts": ("开通账号", "Make the accounts"), "accounts_note": ("企业里还没有账号的人员各开一个，一次性密码只显示一次。", "One for each who has none; the one-time passwords are shown once."),
    "empty_accounts": ("还没有账号。打开人员页面开通。", "No accounts yet: make one on a person's page."), "one_time_passwords": ("一次性密码", "One-time passwords"), "one_time_password": ("一次性密码", "One-time password"),
    "shown_once": ("只显示这一次。请现在打印或抄下，当面交给本人。", "Shown only now: print or copy, and hand it over in person."), "address_of_console": ("登录地址", "Address"),
    "hand_over_note": ("首次登录必须修改密码。遗失时在人员页面重置。", "It must be changed at the first login. If it is lost, reset it on the person's page."),
    "reset_password": ("重置密码", "Reset the password"), "second_off_too": ("同时关闭二次验证（验证器丢失）", "Also turn the second factor off (phone lost)"), "open_account": ("恢复账号", "Open the account"), "shut_account": ("停用账号", "Shut the account"),
    "end_all_sessions": ("退出全部登录", "End all sessions"), "make_account": ("开通账号", "Make an account"), "one_time_note": ("会生成一次性密码，首次登录须修改。", "A one-time password is made; it is changed at the first login."),
    "reads_note": ("谁在什么时候查看过账号、导出过通讯录，以及本页。", "Who looked at accounts, exported phone numbers, or opened this page."),
    "read.accounts": ("查看账号", "accounts"), "read.people.export": ("导出通讯录", "phone numbers exported"), "read.reads": ("查看查阅记录", "this list"),
}  # fmt: skip
