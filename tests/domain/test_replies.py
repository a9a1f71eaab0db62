from __future__ import annotations

import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dutydesk.domain.message import codes_line
from dutydesk.domain.replies import DIGITS, Act, Unclear, Understood, Why, alarm_words, read, read_keys, spelled

A, P, M, H, W, F, N = Act.ANSWER, Act.ON_POST, Act.MOVED, Act.HELP, Act.WOKEN, Act.NOT_FOUND, Act.DECLINE

# Each line: what arrives | what it means. act[/code][=n][:places]; !why is asked back.
CASES = """
1|answer
１|answer
 1 |answer
1。|answer
1！|answer
“1”|answer
（1）|answer
①|answer
1️⃣|answer
1收到|answer
1 收到|answer
1，收到。|answer
回复1|answer
回1|answer
回复1收到|answer
B1|answer/B
b1|answer/B
1B|answer/B
1b|answer/B
Ｂ１|answer/B
B 1|answer/B
1 B|answer/B
回复B1收到|answer/B
B1收到|answer/B
X1|answer/X
AB1|answer/AB
1ab|answer/AB
收到|answer
收到。|answer
收到！|answer
已收到|answer
已经收到|answer
我已收到|answer
收到了|answer
收到收到|answer
收到 收到|answer
好的收到|answer
好的，收到|answer
好的，已收到，谢谢|answer
是，收到|answer
收到，谢谢提醒|answer
收悉|answer
已知悉|answer
2|on_post
2到岗|on_post
B2|on_post/B
2C|on_post/C
B2到岗|on_post/B
到岗|on_post
已到岗|on_post
已到岗到位|on_post
人员已到位|on_post
3 32|moved=32
3　32|moved=32
3  32|moved=32
３　３２|moved=32
3+32|moved=32
3＋32|moved=32
3加32|moved=32
3,32|moved=32
3，32|moved=32
3:32|moved=32
3：32|moved=32
3、32|moved=32
3.32|moved=32
3。32|moved=32
3空格32|moved=32
3 32人|moved=32
3 32名群众|moved=32
3 转移32人|moved=32
3已转移32人|moved=32
3人数32|moved=32
3 三十二|moved=32
B3 32|moved/B=32
b3+32|moved/B=32
3B 32|moved/B=32
B3空格32|moved/B=32
AB3 5|moved/AB=5
3 0|moved=0
3 032|moved=32
已转移32人|moved=32
转移32人|moved=32
已转移群众32人|moved=32
共转移 32 人|moved=32
已转移一百零五人|moved=105
4|help
4需支援|help
B4|help/B
4 需要两台抽水泵|help
4，路断了|help
需要支援|help
请求支援|help
急需支援|help
求救|help
救命|help
5|woken
5 2 7|woken:2,7
5 2,7|woken:2,7
5，2，7|woken:2,7
5、2、7|woken:2,7
5 2和7|woken:2,7
5 2号 7号|woken:2,7
5 2 2 7|woken:2,7
5 2 7已叫醒|woken:2,7
B5 2 7|woken/B:2,7
5B 2|woken/B:2
5已叫醒|woken
5 5 6|woken:5,6
6|not_found
6 3|not_found:3
6 3 未找到|not_found:3
A6 3|not_found/A:3
0|decline
0不能履职|decline
B0|decline/B
无法履职|decline
不能履职|decline
不能到岗|decline
已巡查|patrolled
巡查完毕|patrolled
已开放|opened
B已巡查|patrolled/B
b收到|answer/B
B 已到岗|on_post/B
B已转移32人|moved/B=32
STOP|stop
td|stop
退订|stop
TD退订|stop
回T退订|stop
你打错了|wrong_number
发错了|wrong_number
对不起，您发错人了|wrong_number
打错号码了吧|wrong_number
不是我|wrong_number
不是我的号码|wrong_number
我不是机主|wrong_number
|!empty
。。。|!empty
332|!no_separator
3A32|!no_separator
A332|!no_separator
3B32|!no_separator
52|!no_separator
527|!no_separator
63|!no_separator
B63|!no_separator
3|!number_missing
B3|!number_missing
3 已转移|!number_missing
已全部转移|!number_missing
转移完毕|!number_missing
3 123456|!number_odd
3 13800138000|!number_odd
3 一千二|!number_odd
3 三二|!number_odd
5 0|!number_odd
5 13800138000|!number_odd
1 2|!two_things
2，3 32|!two_things
3 32 5|!two_things
3 1,200|!two_things
5 2 7；6 3|!two_things
5 2 7。6 3|!two_things
5 2 7 6 3|!two_things
B1 C1|!two_things
没收到|!not_a_reply
未收到|!not_a_reply
收到吗|!not_a_reply
收到？|!not_a_reply
1？|!not_a_reply
谁收到了|!not_a_reply
您好，我正在开会，收到后回复|!auto_reply
【自动回复】正在开车，稍后联系|!auto_reply
我出差了，1号回来|!auto_reply
收到后请回复1|!not_a_reply
请问1是什么意思|!not_a_reply
到岗了没有|!not_a_reply
还没到岗|!not_a_reply
收到，但我不在村里|!not_a_reply
收到，马上去|!not_a_reply
不用转移32人|!not_a_reply
已转移32户|!not_a_reply
3 32户|!not_a_reply
已转移32人，还有5人不走|!not_a_reply
3-32|!not_a_reply
5 2-7|!not_a_reply
5 3 未找到|!not_a_reply
1到岗|!not_a_reply
2收到|!not_a_reply
12|!not_a_reply
11|!not_a_reply
7|!not_a_reply
B7|!not_a_reply
I1|!not_a_reply
O1|!not_a_reply
1O|!not_a_reply
ABC1|!not_a_reply
B|!not_a_reply
B1C|!not_a_reply
10:30到|!not_a_reply
4点到|!not_a_reply
4 点到|!not_a_reply
4个人|!not_a_reply
4 不用|!not_a_reply
不需要支援|!not_a_reply
13800138000|!not_a_reply
-1|!not_a_reply
好的|!not_a_reply
ok|!not_a_reply
一|!not_a_reply
四|!not_a_reply
不是我不来|!not_a_reply
B没收到|!not_a_reply
A栋收到|!not_a_reply
B2 到了 3 没到|!not_a_reply
"""


def _expected(meaning: str) -> Understood | Unclear:
    if meaning.startswith("!"):
        return Unclear(Why(meaning[1:]))
    found = re.fullmatch(r"(\w+?)(?:/([A-Z]+))?(?:=(\d+))?(?::([\d,]+))?", meaning)
    assert found, meaning
    act, code, n, places = found.groups()
    numbers = tuple(int(each) for each in places.split(",")) if places else ()
    return Understood(Act(act), code or "", int(n) if n else None, numbers)


@pytest.mark.parametrize("line", [line for line in CASES.split("\n") if "|" in line])
def test_each_reply_means_what_the_table_says(line: str) -> None:
    text, _, meaning = line.rpartition("|")
    assert read(text) == _expected(meaning)


@pytest.mark.parametrize(("spoken", "meaning"), [
    ("一", "answer"), ("幺", "answer"), ("收到", "answer"), ("二", "on_post"), ("三 三十二", "moved=32"),
    ("三加三十二", "moved=32"), ("已转移三十二人", "moved=32"), ("五 二 七", "woken:2,7"), ("零", "decline"),
    ("三三十二", "!not_a_reply"), ("一会儿到", "!not_a_reply"),
])
def test_recognised_speech_may_say_its_digits_in_chinese(spoken: str, meaning: str) -> None:
    assert read(spoken, spoken=True) == _expected(meaning)


@pytest.mark.parametrize(("keys", "meaning"), [
    ("1", "answer"), ("2", "on_post"), ("4", "help"), ("0", "decline"), ("*", "again"), ("332#", "moved=32"),
    ("30#", "moved=0"), ("52#", "woken:2"), ("5#", "woken"), ("63#", "not_found:3"), ("3*", "again"),
    ("", "!empty"), ("3", "!incomplete"), ("33", "!incomplete"), ("332", "!incomplete"), ("5", "!incomplete"),
    ("3#", "!number_missing"), ("7", "!wrong_key"), ("#", "!wrong_key"), ("3#2#", "!wrong_key"), ("12", "!wrong_key"),
    ("5#7#", "!wrong_key"), ("31234567#", "!number_odd"), ("50#", "!number_odd"),
])
def test_pressed_keys_mean_what_the_voice_said(keys: str, meaning: str) -> None:
    assert read_keys(keys) == _expected(meaning)


@given(st.text())
def test_no_text_makes_reading_fail(text: str) -> None:
    for reading in (read(text), read(text, spoken=True), read_keys(text)):
        assert isinstance(reading, Understood | Unclear)
    alarm_words(text)


_SCRAPS = st.sampled_from([
    *"0123456789ABIOXZ ,，+:：;；。.!?*#(【", "收到", "到岗", "已转移", "人", "没", "加", "空格", "需要支援", "叫醒",
    "回复", "百", "三", "不能履职", "好的", "\n", "\u200b", "TD",
])


@given(st.lists(_SCRAPS, max_size=9).map("".join))
def test_what_is_understood_reads_back_the_same_when_spelled_out(text: str) -> None:
    reading = read(text)
    if isinstance(reading, Understood):
        assert read(spelled(reading)) == reading


@given(st.lists(_SCRAPS, max_size=9).map("".join))
def test_no_number_is_taken_that_the_sender_did_not_write(text: str) -> None:
    reading = read(text)
    if isinstance(reading, Understood):
        written = [int(each) for each in re.findall("[0-9]+", text.translate(str.maketrans("：；", "::")))]
        for number in (*reading.numbers, *(() if reading.n is None or re.search("[百三]", text) else (reading.n,))):
            assert number in written


_WORDS = ["收到", "已收到", "到岗", "已到岗", "已转移32人", "转移32人", "无法履职", "不能履职", "需要支援", "请求支援",
          "退订", "发错了", "不是我", "叫醒", "B1", "1", "3 32", "5 2 7", "0"]
_SENTENCE = st.text("村里水大我在看天你说什么呢明早回去啊谁问他们怎么样", min_size=1, max_size=12)


@given(st.sampled_from(_WORDS), _SENTENCE, st.one_of(st.just(""), _SENTENCE), st.booleans(),
       st.sampled_from(["", " ", "，", "。", "\n"]))
def test_a_word_inside_a_sentence_is_never_an_act(word: str, one: str, two: str, first: bool, gap: str) -> None:
    text = f"{one}{gap}{word}{two}" if first else f"{word}{gap}{one}{two}"
    assert isinstance(read(text), Unclear)


@given(st.sampled_from(["没", "未", "不", "没有", "还没", "谁", "请", "如果"]), st.sampled_from(_WORDS))
def test_a_word_denied_or_asked_is_never_an_act(denial: str, word: str) -> None:
    assert isinstance(read(denial + word), Unclear)
    assert isinstance(read(word + "吗"), Unclear)
    assert isinstance(read(word + "？"), Unclear)


@pytest.mark.parametrize("letter", ["", "B", "X", "AC"])
def test_every_instruction_printed_in_a_message_reads_back_as_the_act_it_names(letter: str) -> None:
    line = codes_line(letter)
    example = re.search(r"\(如([^)]*)\)", line)
    assert example
    assert read(example[1]) == Understood(M, letter, 32)
    printed = line.replace(example[0], "").removeprefix("回复").split(" ")
    assert [read(each.replace("人数已转移", "32人已转移")) for each in printed] == [
        Understood(A, letter), Understood(P, letter), Understood(M, letter, 32), Understood(H, letter),
        Understood(N, letter)]
    for digit, act in DIGITS.items():
        if act is not M:
            assert read(letter + digit) == Understood(act, letter)


@pytest.mark.parametrize("letter", ["", "B"])
def test_the_wordings_of_lists_and_reminders_tell_forms_that_read_back(letter: str) -> None:
    """`(如B5 2 7)`, `已巡查`, `B3 0`: what playbooks/texts print."""
    assert read(f"{letter}5 2 7") == Understood(W, letter, numbers=(2, 7))
    assert read(f"{letter}6 3") == Understood(F, letter, numbers=(3,))
    assert read(f"{letter}3 0") == Understood(M, letter, 0)
    assert read(f"{letter}已巡查") == Understood(Act.PATROLLED, letter)


@pytest.mark.parametrize("text", [
    "水库决口了", "大坝漫顶", "村东着火了", "有人被困", "房子塌了", "4有人被困在屋顶", "救命", "SOS", "sos 水进来了",
    "山洪来了", "还没塌", "尚未决口", "暂未决口", "会不会决口", "没塌吗？", "没有人手，有人被困", "差点没被淹了",
    "怕要塌", "不是没塌", "路断了，需要支援",
    "您好，我正在开会，村里起火", "没有塌方？", "没有被困？还不清楚",
])
def test_a_text_with_news_of_danger_rings(text: str) -> None:
    assert alarm_words(text)


@pytest.mark.parametrize("text", [
    "1", "收到", "没有人被困", "无人员被困", "暂未发现人员伤亡", "无被困人员", "未发生溃坝", "不会决口", "没着火",
    "一塌糊涂", "演练决口",
    "防范山火", "《森林火灾应急预案》已收到", "不需要支援", "无需支援", "4需支援", "暴雨红色预警", "已转移32人",
    "火灾隐患已排除",
])
def test_a_text_that_surely_brings_no_news_of_danger_does_not_ring(text: str) -> None:
    assert alarm_words(text) == ()


def test_words_of_danger_come_in_order_and_once() -> None:
    assert alarm_words("塌了，有人被困，又塌了") == ("塌", "被困")


@pytest.mark.parametrize("evil", [
    "嗯" * 290 + "x", "辛苦了" * 90 + "x", "收到" * 140 + "x", "5" + " 1" * 140 + "x", "5 " + "1" * 290 + "x",
    "3" + "," * 290 + "x", "好的" * 140 + "x", "转移" + "完" * 250 + "x", "领导好" * 90 + "x", "没有" * 5000 + "塌",
    "塌" * 5000, "《" * 5000, "4 " + "," * 280,
])
def test_no_text_is_slow_to_read(evil: str) -> None:
    start = time.perf_counter()
    read(evil)
    alarm_words(evil)
    assert time.perf_counter() - start < 0.5
