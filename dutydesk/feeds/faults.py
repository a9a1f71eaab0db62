"""The names of what can be wrong in a document that is read all the same, and how they are collected.

A fault never stops a warning: it is a record of what was assumed. No fault quotes a `senderName`, which can be a
person's name.
"""

from __future__ import annotations

from typing import NamedTuple

from dutydesk.domain.alert import Fault


class Meaning(NamedTuple):
    """What a fault means: `zh` is shown to the officer, `en` goes into the reference pages."""

    zh: str
    en: str


_MOST = 500

MEANINGS: dict[str, Meaning] = {
    # the bytes and the XML
    "encoding-wrong": Meaning("声明的字符编码与内容不符，已按实际编码读取",
                              "the declared encoding does not fit the bytes; the real one was used"),
    "encoding-unknown": Meaning("声明的字符编码不认识，已自行判断",
                                "the declared encoding is unknown; it was found out"),
    "encoding-damaged": Meaning("个别字符损坏，已用替代符号显示", "some characters were damaged and are replaced by �"),
    "text-before-declaration": Meaning("XML 声明前有空白或多余标记",
                                       "blanks or marks stand before the XML declaration"),
    "control-characters": Meaning("含有 XML 不允许的控制字符，已去除",
                                  "control characters forbidden in XML were removed"),
    "bare-ampersand": Meaning("含有未转义的 & 符号，已按文字处理", "an unescaped & was read as text"),
    "namespace-unknown": Meaning("XML 命名空间不是 CAP 1.0、1.1、1.2", "the namespace is none of CAP 1.0, 1.1, 1.2"),
    "namespace-missing": Meaning("没有 XML 命名空间", "there is no namespace"),
    # the message
    "missing-identifier": Meaning("没有编号，已按内容生成", "no identifier; one was derived from the content"),
    "identifier-form": Meaning("编号像国家预警编号，但长度不对",
                               "the identifier looks like a 12379 id of a wrong length"),
    "missing-sender": Meaning("没有发布单位", "no sender"),
    "missing-sent": Meaning("没有发布时间，以收到时间代替", "no time of sending; the time of receipt was taken"),
    "missing-status": Meaning("没有状态，按实际（Actual）处理", "no status; taken as Actual"),
    "missing-msg-type": Meaning("没有消息类型，按首次发布（Alert）处理", "no message type; taken as Alert"),
    "missing-scope": Meaning("没有发布范围，按公开（Public）处理", "no scope; taken as Public"),
    "value-unknown": Meaning("取值不在标准之内", "a value the standard does not know"),
    "cancel-misspelt": Meaning("消息类型写作 Cancle，按解除（Cancel）处理", "Cancle was read as Cancel"),
    "reference-form": Meaning("引用的写法不完整", "a reference is not sender,identifier,sent"),
    "reference-self": Meaning("引用了自己", "the message references itself"),
    "no-info": Meaning("没有内容段（info）", "there is no info block"),
    "signature-missing": Meaning("应有签名而没有，先请值班员过目",
                                 "its source signs what it sends, and this is not signed; the officer is asked first"),
    "signature-wrong": Meaning("签名核对不上，先请值班员过目",
                               "the pinned certificate did not sign this as it stands; the officer is asked first"),
    # an info block
    "missing-event": Meaning("没有灾害类型", "no event"),
    "missing-severity": Meaning("没有严重程度", "no severity"),
    "missing-urgency": Meaning("没有紧急程度", "no urgency"),
    "missing-certainty": Meaning("没有确定性", "no certainty"),
    "event-conflict": Meaning("标题与事件名称不一致", "title and event name different dangers; the title counts"),
    "event-code-conflict": Meaning("名称与事件编码不一致", "name and code disagree; the name counts"),
    "event-joint": Meaning("标题写了几种灾害", "the title names several dangers; the most dangerous family counts"),
    "event-unknown": Meaning("不认识的灾害类型", "a type of event nobody knows; its family is other"),
    "colour-conflict": Meaning("不同位置的颜色不一致", "two places give two colours; the title counts"),
    "colour-assumed": Meaning("没有颜色和等级，按设置的颜色处理，请值班员确认",
                              "neither colour nor severity; the source's setting was taken and the officer is asked"),
    "expires-before-start": Meaning("失效时间早于开始时间", "it expires before it starts"),
    # times
    "time-naive": Meaning("时间没有时区，按来源所在时区读取", "a time without zone was read in the source's zone"),
    "time-form": Meaning("时间写法不标准", "a time is not written as the standard says"),
    "time-buddhist": Meaning("年份为佛历，已换算", "a Buddhist year was turned into a common one"),
    "time-guessed": Meaning("时间没有写全，按收到的那天补足",
                            "a time leaves out its year or day; those of receipt were taken"),
    "time-unreadable": Meaning("时间无法读取", "a time cannot be read"),
    # areas
    "missing-area": Meaning("没有区域", "an info block without any area"),
    "missing-area-name": Meaning("区域没有名称", "an area without a name"),
    "area-empty": Meaning("区域既没有代码也没有图形", "an area with neither code nor shape"),
    "polygon-unreadable": Meaning("多边形无法读取", "a polygon cannot be read"),
    "polygon-open": Meaning("多边形没有闭合，已闭合", "a polygon was not closed; it was closed"),
    "polygon-degenerate": Meaning("多边形不足三个点", "a polygon with fewer than three points; kept as point or line"),
    "polygon-repaired": Meaning("多边形自相交，已修复", "a polygon crossed itself and was repaired"),
    "polygon-hulled": Meaning("多边形自相交太多，取其外包", "a polygon crossed itself too often; its hull was taken"),
    "shapes-boxed": Meaning("图形太多，其余取外接矩形",
                            "more shapes than any real document has; the box around the rest was taken"),
    "circle-unreadable": Meaning("圆无法读取", "a circle cannot be read"),
    "circle-over-pole": Meaning("圆覆盖极点，取其纬度带", "a circle over a pole; its band of latitudes was taken"),
    "coordinates-out-of-range": Meaning("坐标超出范围", "coordinates outside the globe"),
    "coordinates-swapped": Meaning("坐标的经纬度似乎写反了", "latitude and longitude seem to be swapped; not used"),
    # lists and wrappers
    "row-unreadable": Meaning("列表中有一条无法读取，已跳过",
                              "an entry of a list is no warning at all; the others were read"),
    "list-cut": Meaning("列表太长，只读取了前面部分",
                        "the list is longer than any real one; only its beginning was read"),
    "list-partial": Meaning("列表不完整，还有其他页", "the list says there is more than it holds"),
    "entry-without-link": Meaning("列表中有一条没有链接",
                                  "an entry of an index neither links to a message nor holds one"),
    "link-refused": Meaning("列表中有一条的链接不是网址",
                            "a link of an index is no address of the web; it was left out"),
    "more-faults": Meaning("问题太多，其余未列出", "the document has more faults than are kept"),
    "outside-entry": Meaning("预警不在列表条目之内",
                             "an alert stands outside the entries of its list; it was read all the same"),
    "wrapped-status": Meaning("外层标明演练或测试，按外层处理",
                              "the wrapper says exercise or test, the message actual; the wrapper counts"),
    "wrapped-cancel": Meaning("外层标明取消分发，请值班员核实",
                              "the wrapper cancels a distribution; the message was read as written"),
    "content-not-cap": Meaning("外层中有一部分不是 CAP 预警", "a part of the wrapper holds no CAP message"),
    # tables of measurements
    "row-width": Meaning("一行的格数与表头不同", "a row has more or fewer cells than the header has names"),
    "reading-no-station": Meaning("读数没有站号，未采用", "a value without a station; not used"),
    "reading-no-time": Meaning("读数没有可读的时间，未采用", "a value without a time that can be read; not used"),
    "reading-ahead": Meaning("读数的时间在未来，未采用，请核对测站时钟",
                             "a value later than its receipt by more than an hour: the station's clock is wrong"),
    "reading-quality": Meaning("来源标明读数质量不合格，未采用", "the source itself calls the value bad; not used"),
    "value-missing": Meaning("来源标明缺测", "the source says that there is no value"),
    "value-unreadable": Meaning("数值无法读取，未采用", "a value that is no number; not used"),
    "value-unit": Meaning("不认识的单位，未采用", "a unit that the quantity does not have; not used"),
    "value-period": Meaning("雨量没有可读的时段长，未采用", "rain without the period it fell in; not used"),
    "value-implausible": Meaning("数值不可信（为负或超过上限），未采用，请核对测站",
                                 "negative rain, or more than the mapping's `most`: not used"),
    # alarms that are no warnings
    "sighting-empty": Meaning("告警没有险情名称，或既没有位置、地点也没有设备，未采用",
                              "an alarm without a danger, or with neither position, place nor device; not used"),
    "confidence-unreadable": Meaning("置信度无法读取，按未说明处理",
                                     "a confidence that is no number from 0 to certain; taken as not told"),
    # forecasts
    "series-length": Meaning("预报序列与时间列长度不同，未采用", "a series of another length than the times; not used"),
    "series-step": Meaning("预报不是逐小时，未采用", "a forecast that is not hourly; not used"),
    # earthquakes
    "quake-partial": Meaning("地震缺少时间、震中或震级，不能据此叫应",
                             "a quake lacks its time, place or magnitude; nobody can be called for it"),
    # documents that cannot be read at all carry the name of their error
    "too-large": Meaning("文件太大", "the document is larger than its source may send"),
    "dangerous": Meaning("文件含有危险的 XML 结构，已拒绝", "an entity, a doctype that reaches outside, or UTF-7"),
    "not-well-formed": Meaning("文件不是完整的 XML 或 JSON",
                               "the document is not well-formed XML or JSON, or was cut off"),
    "not-cap": Meaning("文件不是 CAP 预警", "the root element is no CAP alert"),
    "wrong-format": Meaning("文件不是该来源应有的格式", "well-formed, but not what the source's kind reads"),
    "declined": Meaning("来源返回了错误，没有给出预警", "the source answered with an error of its own"),
    "unreadable": Meaning("文件无法打开", "the file cannot be opened"),
    "empty": Meaning("文件是空的", "the file is empty"),
}


class Notes:
    """Collects the faults of one document, each name and place once; after 500, only that there are more."""

    def __init__(self) -> None:
        self._faults: dict[tuple[str, str], Fault] = {}

    def add(self, name: str, where: str, detail: str = "") -> None:
        """Note a fault at a path of the document; `detail` is at most 60 characters of what stands there."""
        if len(self._faults) >= _MOST and name != "more-faults":
            self.add("more-faults", "")
            return
        meaning = MEANINGS[name].zh
        text = f"{meaning}：{detail.strip()[:60]}" if detail.strip() else meaning
        self._faults.setdefault((name, where), Fault(name, where, text))

    def take(self, faults: tuple[Fault, ...]) -> None:
        """Note faults found elsewhere."""
        for fault in faults:
            self._faults.setdefault((fault.name, fault.where), fault)

    def all(self) -> tuple[Fault, ...]:
        """Return the faults in the order they were found."""
        return tuple(self._faults.values())
