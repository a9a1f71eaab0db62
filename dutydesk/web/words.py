"""The Chinese words the console shows, in one place. It must not hold sentences of messages: those are the site's."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final

from dutydesk.domain.drawing import Sort
from dutydesk.domain.fire_record import RESULTS
from dutydesk.domain.fire_record import STATES as FIRE_STATES
from dutydesk.domain.photos import NAME
from dutydesk.domain.shelter import ShelterState
from dutydesk.domain.team import Readiness

FAMILIES: Final[Mapping[str, str]] = {
    "flood": "防汛", "fire": "森林防火", "wind": "大风", "snow": "雨雪冰冻", "quake": "地震",
    "geohazard": "地质灾害", "fog": "大雾", "heat": "高温", "thunder": "强对流", "drought": "干旱",
    "sea": "海上", "other": "其他", "default": "其他",
}
KINDS: Final[Mapping[str, str]] = {
    "real": "实战", "drill": "演练", "test": "测试", "roll-call": "点名", "call-up": "集结", "verify": "核号",
}
STATES: Final[Mapping[str, str]] = {
    "scheduled": "待叫", "calling": "正在叫", "answered": "已应", "reminding": "催办", "taken_over": "转达",
    "with_officer": "待值班员", "closed": "已结", "done": "办结", "stood_down": "解除", "superseded": "被新轮取代",
    "expired": "过期", "written_off": "核销", "unreachable": "失联",
}
AWAITS: Final[Mapping[str, str]] = {
    "answer": "应答", "act": "行动", "report": "逐处回报", "officer": "值班员处置", "": "",
}
ROLES: Final[Mapping[str, str]] = {
    "holder": "责任人", "deputy": "副职", "superior": "上级", "officer": "值班员", "backup": "备班",
    "leader": "带班领导", "last_resort": "兜底", "neighbour": "邻居",
}
VIAS: Final[Mapping[str, str]] = {"sms": "短信", "voice": "电话", "console": "值班台", "page": "网页", "key": "按键"}
OUTCOMES: Final[Mapping[str, str]] = {
    "queued": "已入队", "handed_over": "已交出", "on_handset": "已送达", "picked_up": "接起未按键",
    "machine": "语音信箱", "busy": "忙", "no_answer": "无人接", "refused": "拒接", "limit": "通道限流",
    "failed_now": "暂时失败", "number_dead": "空号停机", "unknown": "不明",
}
CALL_STATES: Final[Mapping[str, str]] = {
    "queued": "待发", "sending": "正在交出", "handed": "已交出", "failed": "未发出", "unknown": "不明",
    "withdrawn": "已撤回", "dropped": "未发",
}
ACTS: Final[Mapping[str, str]] = {
    "answer": "收到", "on_post": "到岗", "moved": "转移", "patrolled": "已巡查", "opened": "已开放",
    "help": "求援", "woken": "已叫醒", "not_found": "未找到", "decline": "不能履职", "page": "网页回执",
    **FIRE_STATES, **RESULTS,
}
FACTS: Final[Mapping[str, str]] = {
    "called": "有叫", "answered": "有应", "acted": "有为", "taken_over": "转达", "relayed": "已叫醒",
    "declined": "不能履职", "help": "求援", "closed": "结束", "not_found": "未找到",
    "fire": "火情", "verified": "热点核实",
}
JOINS: Final[Mapping[str, str]] = {
    "first": "首发", "reference": "按引用接续", "inferred": "推断接续", "unlinked": "未能接续",
}
MESSAGES: Final[Mapping[str, str]] = {
    "Alert": "发布", "Update": "更新", "Cancel": "解除", "Ack": "回执", "Error": "更正",
}
STATUSES: Final[Mapping[str, str]] = {
    "Actual": "实况", "Exercise": "演练", "System": "系统", "Test": "测试", "Draft": "草稿",
}
DOCUMENTS: Final[Mapping[str, str]] = {"waiting": "待处理", "done": "已处理", "bad": "有错", "held": "待放行"}
INBOUND: Final[Mapping[str, str]] = {
    "reply": "短信", "key": "按键", "receipt": "回执", "page": "网页上报", "trouble": "通道异常",
}
TASK_STATES: Final[Mapping[str, str]] = {"open": "待办", "done": "完成", "late": "超时", "dropped": "取消"}
DUTIES: Final[Mapping[str, str]] = {
    "flood": "防汛", "fire": "防火", "general": "总责", "officer": "值班", "wind": "防风", "snow": "防冰雪",
    "geohazard": "地灾", "quake": "抗震",
}
LEVELS: Final[Mapping[str, str]] = {
    "city": "市", "county": "区县", "town": "镇街", "village": "村居", "site": "点位",
}
CATEGORIES: Final[Mapping[str, str]] = {
    "school": "学校", "stadium": "体育场馆", "square": "广场", "park": "公园", "exhibition": "展览中心",
    "hall": "村级场所",
}
GRADES: Final[Mapping[str, str]] = {"province": "省级", "city": "市级", "county": "区市级", "town": "镇街级",
                                    "village": "村级"}
NUMBERS: Final[Mapping[str, str]] = {"mobile": "手机", "landline": "座机", "satellite": "卫星", "neighbour": "邻居"}
SPACES: Final[Mapping[str, str]] = {"indoor": "室内", "outdoor": "室外"}
TERMS: Final[Mapping[str, str]] = {"hours": "一天内", "days": "两周内", "weeks": "长期"}
ADDS: Final[Mapping[str, str]] = {
    "places": "更多地点", "colour": "更高颜色", "geometry": "图形", "text": "正文", "instruction": "防御指引",
    "expires": "到期时间", "names": "点名的地方",
}
WAYS: Final[Mapping[str, str]] = {"folder": "文件夹", "poll": "网上取", "push": "推送", "": "手工"}
TRUSTS: Final[Mapping[str, str]] = {"official": "发布系统", "relay": "转发", "outside": "外部", "": ""}
JOURNAL: Final[Mapping[str, str]] = {
    "alarm": "报警", "bad_document": "文件有错", "by_hand": "人工命令", "call": "呼叫", "channel_tested": "通道测试",
    "climb": "进入一级",
    "closed": "叫应结束", "colour": "颜色变化", "colours_expired": "颜色到期", "drill_stopped": "演练中止",
    "duplicate": "重复来文", "expired": "预警到期", "fact": "记实", "handed": "已交出", "heard": "收到回话",
    "fire_record": "火情记录", "fire_verified": "热点核实", "hotspots": "卫星热点", "hotspots_masked": "已知热源",
    "issued": "本台发出预警", "quake": "地震报告",
    "held": "预警待放行", "held_by_hand": "人工扣住", "incident_closed": "事件结束", "incident_opened": "事件开启",
    "incident_reopened": "事件重开", "kept_red": "红色留存", "late_version": "迟到的版本",
    "lifted_by_hand": "人工解除", "lost": "未呼通", "no_playbook": "没有预案", "notice_dropped": "告知未发",
    "officer_rung": "呼叫值班员", "opened_by_hand": "手工启动", "passed": "本级跳过", "released": "放行",
    "released_by_hand": "人工放行", "renewed": "续发", "rest_confirmed": "其余地区跟进", "rest_waits": "其余地区待确认",
    "drawn": "地图标绘", "rubbed_out": "擦除标绘", "shelter_set": "避难场所登记", "team_set": "队伍登记",
    "card_opened": "打开电话卡", "card_closed": "关闭电话卡", "new_number": "启用新号码", "corrected": "更正误叫",
    "sheet_printed": "打印手工叫应单",
    "pruned": "清理旧来文", "source_back": "来源恢复", "tried_again": "人工重试", "unfetched": "文件取不到",
    "pasted": "粘贴预警", "copy": "同一预警的另一来源", "adopted": "两条预警链合并",
    "colour_conflict": "各来源颜色不一",
    "round": "新一轮叫应", "stalled": "中断后接续", "state": "状态变化", "task": "任务", "task_late": "任务超时",
    "unclear": "回复不明", "version": "预警版本",
}
#: keys of journal facts; keys that are left out say nothing to an officer (ids of rows, times said elsewhere)
KEYS: Final[Mapping[str, str]] = {
    "act": "", "asks": "叫应数", "call": "", "channel": "通道", "climb": "第几次进级", "code": "回复码",
    "colour": "颜色",
    "count": "次数", "due": "期限", "evidence": "凭据", "fact": "", "how": "", "identifier": "编号", "join": "接续",
    "left_out": "未叫", "n": "人数", "now": "变为", "office": "发布单位", "officer": "值班员", "order": "命令",
    "outcome": "结果", "place": "地点", "places": "地点数", "reach": "叫", "reason": "原因", "round": "轮", "sort": "",
    "drawn": "", "shelter": "", "shelter_state": "", "team": "", "team_state": "",
    "since": "自", "source": "来源", "adds": "补充",
    "step": "级", "text": "", "tries": "次", "understood": "理解为", "via": "方式", "was": "由", "why": "因",
    "work": "", "form": "", "rows": "处数", "areas": "范围",
}
VALUES: Final[Mapping[str, str]] = {
    "fact": "fact", "act": "act", "via": "via", "was": "state", "now": "state", "how": "state", "outcome": "outcome",
    "shelter_state": "shelter", "team_state": "team", "drawn": "drawn", "join": "join", "state": "state",
    "sort": "inbound",
}
HIDDEN: Final = frozenset({"at", "drawing", "inbound", "task", "document", "asks_of", "lease", "call"})
USER_ROLES: Final[Mapping[str, str]] = {
    "none": "待授权", "duty": "值班员", "commander": "指挥员", "content": "内容管理员", "viewer": "只看",
    "system": "系统管理员", "security": "安全管理员", "audit": "审计管理员",
}
AUDIT: Final[Mapping[str, str]] = {
    "login": "登录", "login_failed": "登录失败", "login_refused": "登录被拒", "logout": "退出", "refused": "越权被拒",
    "export": "导出", "numbers_seen": "查看号码", "audit_seen": "查看审计", "account_added": "增加账户",
    "account_disabled": "停用账户", "account_enabled": "启用账户", "password_changed": "更改口令",
    "role_changed": "更改角色", "proved": "管理员验证", "proved_failed": "管理员验证失败", "vouched": "第二人确认",
    "vouched_failed": "第二人确认失败",
}
TABLES: Final[Mapping[str, Mapping[str, str]]] = {
    "user_role": USER_ROLES, "audit": AUDIT,
    "family": FAMILIES, "kind": KINDS, "state": STATES, "awaits": AWAITS, "role": ROLES, "via": VIAS,
    "outcome": OUTCOMES, "call_state": CALL_STATES, "act": ACTS, "fact": FACTS, "join": JOINS,
    "shelter": {each.value: each.zh for each in ShelterState}, "team": {each.value: each.zh for each in Readiness},
    "drawn": {each.value: each.zh for each in Sort},
    "category": CATEGORIES, "number": NUMBERS, "grade": GRADES, "space": SPACES, "term": TERMS,
    "message": MESSAGES, "status": STATUSES, "document": DOCUMENTS, "task_state": TASK_STATES, "duty": DUTIES,
    "way": WAYS, "adds": ADDS, "trust": TRUSTS, "level": LEVELS, "journal": JOURNAL, "inbound": INBOUND,
}


def word(value: object, table: str) -> str:
    """Return the Chinese word for a value; a value without one is shown as it is, never hidden."""
    return "" if value is None else TABLES[table].get(str(value), str(value))


def fact(key: str, value: object) -> str:
    """Write one journal fact; empty for what is hidden or says nothing."""
    if key in HIDDEN or value in ("", None, [], {}):
        return ""
    if isinstance(value, (list, tuple)):
        text = "、".join("（".join(map(str, each)) + "）" if isinstance(each, (list, tuple)) else str(each)
                        for each in value)
    elif key == "evidence" and value == "automatic":
        return ""
    else:
        text = word(value, VALUES[key]) if key in VALUES else str(value)
    label = KEYS.get(key, key)
    return f"{label} {text}" if label else text


def proof(evidence: str) -> str:
    """Write the evidence of a fact: by itself, from the page with where he stood, or who entered it."""
    if evidence == "automatic":
        return "自动"
    how, *more = evidence.split(" ")
    return " ".join(["网页", *(each for each in more if not NAME.fullmatch(each))]) if how == "page" else evidence


def photo(evidence: str) -> str:
    """The name of the photo a fact came with; empty for none."""
    how, *more = evidence.split(" ")
    return next((each for each in more if NAME.fullmatch(each)), "") if how == "page" else ""


def span(length: timedelta) -> str:
    """Write a length of time with steady width: `03:12` minutes, from an hour on `1:03:12`, days as `2天03:12`."""
    seconds = int(abs(length).total_seconds())
    days, rest = divmod(seconds, 86_400)
    hours, rest = divmod(rest, 3600)
    minutes, seconds = divmod(rest, 60)
    if days:
        return f"{days}天{hours:02d}:{minutes:02d}"
    return f"{hours}:{minutes:02d}:{seconds:02d}" if hours else f"{minutes:02d}:{seconds:02d}"


def past(moment: datetime, now: datetime) -> str:
    """Write how far `moment` lies behind (`+`) or before (`−`) now."""
    return ("+" if now >= moment else "−") + span(now - moment)
