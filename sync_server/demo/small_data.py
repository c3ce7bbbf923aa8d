"""The small fixed demo as data: who, what was found, where, what was planned, written and done. `small` says when, and by whom."""

from __future__ import annotations

BEGIN, TODAY = "05-31 08:30", "11-30 10:00"

# id, name, industries, section, community, employees, high risk, key, address, principal, deputy (or safety director), officer
ENTERPRISES = (
    ("e1", "鲁川晟柏机械有限公司", ("machinery",), 0, 0, 46, False, False, "榆荫路18号", "仝砚秋", "亓望舒", "郗景澄"),
    ("e2", "鲁川海岳峻沐金属制品有限公司", ("machinery", "dust_explosion"), 0, 1, 128, True, True, "柳泊街66号", "逄牧之", "佘予安", "佴怀瑾"),
    ("e3", "鲁川禾岳冷藏食品有限公司", ("light", "ammonia_refrigeration"), 0, 2, 86, True, True, "石桥南路9号", "苌清越", "谯听澜", "宓时雨"),
    ("e4", "鲁川青榆霁川仓储有限公司", ("logistics",), 1, 10, 52, True, False, "北仓路121号", "蓬沐晴", "郏初霁", "蒯知远"),
    ("e5", "鲁川云榉酒店有限公司", ("hotel", "crowded_place"), 4, 3, 63, False, True, "梧台大街5号", "覃行舟", "鄢观棋", "靳若谷"),
    ("e6", "鲁川泽垚建设项目部", ("construction",), 2, 11, 140, True, False, "新程路北侧地块", "宿含章", "翟疏影", "邸长风"),
    ("e7", "鲁川铂临加油站有限公司", ("hazchem", "gas_station"), 0, 9, 14, True, True, "五柳大道88号", "乜临川", "", "昝闻笛"),
    ("e8", "鲁川渝禾酒楼", ("catering",), 3, 0, 24, False, False, "榆荫路77号", "暴向晚", "", "束松年"),
    ("e9", "鲁川翊辰化工经营有限公司", ("hazchem",), 0, 10, 22, True, True, "北仓路36号", "哈云归", "归晓堂", "怀令仪"),
    ("e10", "鲁川启柠幼儿园", ("education",), 6, 5, 41, False, True, "麦园巷12号", "卜知远", "窦时雨", "佘初霁"),
    ("e11", "鲁川嘉穗养老服务中心", ("elderly_care",), 7, 6, 58, False, True, "织机路43号", "仝若谷", "谯长风", "郗松年"),
    ("e12", "鲁川北仓闲置厂房", ("idle_site",), 2, 10, 0, False, False, "北仓路201号", "", "", ""),
)
MAJORS = {  # the nine and their fates
    "m1": "immediate fix", "m2": "full five-element path", "m3": "extension refused", "m4": "verify failed, then closed",
    "m5": "false closure, reopened", "m6": "listed by the section, then escalated", "m7": "voided duplicate", "m8": "lowered to general",
    "m9": "late report",
}  # fmt: skip

# id: place, what is wrong, cause, item of the checklist, picture, level as proposed, what was done at once
HAZARDS: dict[str, tuple[str, str, str, str, str, str, str]] = {
    "m1": ("一号车间冲压线", "冲床光电保护被短接，防护罩联锁失效", "illegal_act", "IT-07", "machine", "major", "当场拆除短接线，联锁试验三次有效"),
    "m2": ("打磨车间3号线", "铝粉干式除尘器无锁气卸灰和泄爆装置，风管积尘", "equipment", "DA-03", "dust", "major", ""),
    "m3": ("速冻间", "快速冻结装置未设在单独作业间，当班12人同时作业", "management", "DA-15", "pump", "major", ""),
    "m4": ("消防泵房", "喷淋泵故障停用，控制柜处于手动，库区喷淋无水", "equipment", "FC-04", "pump", "major", ""),
    "m5": ("二层东侧安全出口", "营业期间安全出口被卷帘封闭并堆放布草", "illegal_act", "FC-01", "exit", "major", ""),
    "m6": ("北侧外脚手架", "附着式脚手架连墙件缺失三排，基础积水沉降", "management", "CO-07", "edge", "major", ""),
    "m7": ("北立面脚手架", "外脚手架连墙件大面积缺失，立杆悬空", "management", "CO-07", "edge", "major", ""),
    "m8": ("后厨气瓶间", "气瓶间存放液化气瓶6只，未固定，疑似通风不良", "management", "RG-05", "cylinders", "major", ""),
    "m9": ("装卸区", "可燃气体报警器5台失效，值班室无人值守", "equipment", "HC-10", "pump", "major", ""),
    "g1": ("东侧配电间", "配电箱门缺失，箱内积尘，导线裸露", "equipment", "IT-14", "electrical", "general", ""),
    "g2": ("一层门厅", "灭火器压力不足两具", "equipment", "NS-04", "extinguisher", "general", "当场更换备用灭火器"),
    "g3": ("二楼走道", "疏散走道堆放教具，净宽不足", "management", "FC-07", "exit", "general", ""),
    "g4": ("制冷机房", "1号压缩机接地线断开", "equipment", "DA-12", "electrical", "general", ""),
    "g5": ("三楼客房走道", "灭火器超期未检，压力为零", "equipment", "FC-06", "extinguisher", "general", ""),
    "g6": ("二层楼板边", "临边护栏缺失12米", "management", "CO-12", "edge", "general", ""),
    "g7": ("后厨灶台", "燃气软管老化开裂，长度超过2米", "equipment", "RG-07", "gas", "general", ""),
    "g8": ("危化品库", "出入库台账缺8月两周记录", "management", "HC-07", "paper", "general", ""),
    "g9": ("氮气瓶组间", "安全阀校验过期两个月", "equipment", "HC-11", "cylinders", "general", ""),
    "g10": ("西侧围墙", "围墙开裂，疑似有倒塌危险", "management", "ID-08", "paper", "general", ""),
    "g11": ("三楼护理站", "电线未穿管，插座串接", "illegal_act", "FC-12", "electrical", "general", ""),
    "g12": ("一层消防控制室", "值班员无证，夜间单人值班", "management", "FC-05", "paper", "general", ""),
    "g13": ("东侧配电间", "配电箱门再次缺失，导线裸露", "equipment", "IT-14", "electrical", "general", ""),
    "g14": ("二层活动室", "外窗限位器缺失，幼儿可攀爬", "equipment", "", "paper", "general", ""),
    "g15": ("后院", "电动自行车飞线充电三处", "illegal_act", "", "charging", "general", ""),
    "g16": ("卸油口", "静电接地夹锈蚀，报警器不响", "equipment", "HC-11", "cylinders", "general", ""),
    "g17": ("油罐区", "灭火毯数量不足", "management", "HC-15", "extinguisher", "general", ""),
    "g18": ("北侧基坑", "闲置基坑围挡缺口，积水深约1米", "management", "", "edge", "general", ""),
    "g19": ("油罐区", "油罐区灭火毯少两条，灭火器压力不足", "management", "", "extinguisher", "general", ""),
    "g20": ("仓库西区", "货架超载变形", "management", "", "shelf", "general", ""),
}  # fmt: skip

# id, begin, minutes, kind, enterprise, template, leader, others, finds, theme
VISITS: tuple[tuple[str, str, int, str, str, str, str, str, tuple[str, ...], str | None], ...] = (
    ("i1", "06-06 09:30", 75, "dept_routine", "e1", "industry-trade-general", "i0.0", "i0.1", ("m1", "g1"), None),
    ("i2", "06-08 14:00", 90, "enterprise_self", "e2", "dust-ammonia", "e2-officer", "", ("m2",), None),
    ("i3", "06-13 09:00", 50, "principal_led", "e3", "principal-led-inspection", "e3-principal", "", (), None),
    ("i4", "06-15 10:00", 18, "community_patrol", "e8", "nine-small-ebike", "w0.0", "", ("g2",), None),
    ("i5", "06-20 09:30", 60, "assistance", "e10", "fire-crowded-place", "i6.0", "i6.1", ("g3",), None),
    ("i6", "07-04 09:20", 110, "dept_routine", "e3", "dust-ammonia", "i0.0", "i0.1", ("m3", "g4"), None),
    ("i7", "07-06 14:30", 70, "dept_routine", "e4", "fire-crowded-place", "i1.0", "i1.1", ("m4",), None),
    ("i8", "07-12 14:00", 65, "random", "e5", "fire-crowded-place", "i4.0", "i4.1", ("m5", "g5"), None),
    ("i9", "07-20 09:00", 45, "enterprise_self", "e4", "fire-crowded-place", "e4-officer", "", (), None),
    ("i10", "08-03 09:00", 120, "precise", "e6", "construction-site", "i2.0", "i2.1", ("m6", "g6"), None),
    ("i11", "08-08 14:00", 60, "joint", "e6", "construction-site", "i4.0", "i4.1", ("m7",), None),
    ("i12", "08-15 15:00", 55, "special", "e8", "restaurant-gas", "i3.0", "i3.1", ("m8", "g7"), "hot_work"),
    ("i13", "08-24 10:00", 80, "surprise", "e9", "hazchem-store", "i0.0", "i0.1", ("g8", "g9"), None),
    ("i14", "09-05 09:30", 40, "dept_routine", "e2", "spot-self-inspection", "i0.0", "i0.1", (), None),
    ("i15", "09-12 15:30", 25, "community_patrol", "e12", "idle-sites", "w10.0", "", ("g10",), None),
    ("i16", "10-18 14:00", 45, "open_covert", "e5", "fire-crowded-place", "i3.0", "i3.1", (), "open"),
    ("i17", "10-26 09:30", 60, "special", "e1", "industry-trade-general", "i0.0", "i0.1", ("g13",), "training"),
    ("i18", "11-01 09:30", 70, "precise", "e11", "fire-crowded-place", "i7.0", "i7.1", ("g11", "g12"), None),
    ("i19", "11-20 09:00", 60, "enterprise_self", "e9", "hazchem-store", "e9-officer", "", ("m9",), None),
    ("i20", "11-28 09:00", 75, "dept_routine", "e7", "hazchem-store", "i0.0", "i0.1", ("g16", "g17"), None),
)  # fmt: skip

# hazard: person, measures, yuan, deadline, contingency plan, interim controls: the five elements (R38)
PLANS = {
    "m2": (
        "佘予安", "更换为带锁气卸灰装置和泄爆片的干式除尘器，风管重新接地", 186_000, "07-25",
        "发现异常立即停机断电，严禁扬尘；打磨车间人员由南北两门疏散至厂区东侧空地，拨打119", "停用3号打磨线，每班清扫积尘",
    ),
    "m3": (
        "谯听澜", "砌筑隔墙将速冻装置独立成间，增设氨泄漏报警和事故排风联动", 320_000, "08-31",
        "氨泄漏时按下紧急切断，佩戴防毒面具撤离至上风向集合点", "速冻间同时作业不超过9人，双人巡检",
    ),
    "m4": (
        "郏初霁", "更换喷淋泵和控制柜，恢复自动状态，全系统联动测试", 96_000, "08-10",
        "火警时人工启动消火栓泵，仓库人员由四个出口撤离", "仓库停止进货，每两小时巡查一次",
    ),
    "m5": (
        "鄢观棋", "拆除二层东侧出口的卷帘和堆物，改为推闩式防火门", 42_000, "08-15",
        "火警时由西侧和中部楼梯疏散，东侧派人引导", "东侧客房停止入住",
    ),
    "m6": (
        "翟疏影", "整体拆除重搭北侧脚手架，重做基础和排水，第三方检测后使用", 780_000, "12-15",
        "恶劣天气停止高处作业，设20米警戒区", "北侧停止作业，警戒隔离，每日监测沉降",
    ),
    "m9": (
        "归晓堂", "装卸区和储罐区更换可燃气体探测器8台，接入值班室并有人值守", 54_000, "12-28",
        "报警时停止装卸，关闭紧急切断阀，人员撤至大门外", "停止装卸作业，每小时用便携式检测仪巡检",
    ),
}  # fmt: skip
# hazard: what was done, yuan, root cause, lasting measure (R10)
WORK = {
    "m2": (
        "新除尘器已安装调试，锁气卸灰、泄爆、接地均已验收", 182_400,
        "2019年改造时照搬木工车间除尘方案，没有做粉尘防爆设计", "除尘系统改造一律先做防爆设计审查，每季度检测接地和泄爆",
    ),
    "m3": ("速冻装置已独立成间，报警与排风联动试验合格", 334_800, "扩产时未重新办理安全设施设计", "新增设备先做安全评审，限员牌上墙并接入门禁"),
    "m4": ("喷淋泵已更换", 61_000, "维保合同到期未续签", "维保合同提前一个月续签"),
    "m4 again": (
        "控制柜已更换并置于自动，末端试水0.25MPa，联动正常", 97_500,
        "维保合同到期未续签，值班人员不会操作控制柜", "维保合同提前一个月续签；值班人员持证并每月试水",
    ),
    "m5": ("卷帘已拆除，出口畅通", 38_000, "布草存放没有专用库房", "在一层设布草库，楼层不再堆物"),
}  # fmt: skip
# listing: number, supervising unit, its section, enterprise, problem, deadline, plan due
LISTINGS = {
    "l3": ("青榆应急督〔2023〕1号", "应急安监科", 0, "e3", "速冻间与包装间未分隔，作业人数超过9人", "09-15", "2023-07-10"),
    "l6": ("青榆城建督〔2023〕2号", "城市建设管理科", 2, "e6", "附着式脚手架连墙件缺失，基础积水沉降", "12-20", "2023-08-14"),
}
ALERT = {
    "title": "外省某金属制品企业除尘器爆炸事故警示", "happened": "除尘器清灰时未停机，铝粉遇火花爆炸，造成人员伤亡。",
    "check_for": "除尘系统清灰、泄爆、接地，清灰作业审批", "accident_on": "2023-11-17", "target": "high_risk", "values": None,
}  # fmt: skip
