"""Folds Chinese writing for comparing: full width to half, traditional to simplified for the words of warnings.

It is no converter: only the characters that occur in names of dangers, colours and verbs of a warning.
"""

from __future__ import annotations

_TRADITIONAL = "颱風強霧電溫災險紅黃藍級發為變預報氣凍結嘯庫洩乾鄉鎮於澇陣雲雜質氣潰熱帶緊繼續調將從"
_SIMPLIFIED = "台风强雾电温灾险红黄蓝级发为变预报气冻结啸库泄干乡镇于涝阵云杂质气溃热带紧继续调将从"
_TABLE = {ord(a): b for a, b in zip(_TRADITIONAL, _SIMPLIFIED, strict=True)}
_TABLE.update({full: chr(full - 0xFEE0) for full in range(0xFF01, 0xFF5F)})
_TABLE.update({ord("\u3000"): " ", ord("〔"): "[", ord("〕"): "]", ord("【"): "[", ord("】"): "]"})
# Brackets and the slash in CMA's "[Ⅰ级/特别严重]" come in every width; commas and stops keep their own marks.
_TABLE.update({ord("："): ":", ord("，"): "，", ord("；"): "；"})


def fold(text: str) -> str:
    """Return `text` with the same number of characters, ready for look-ups; never shown to anybody."""
    return text if text.isascii() else text.translate(_TABLE)
