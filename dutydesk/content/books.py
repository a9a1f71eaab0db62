"""playbooks/: the families' playbooks, the wordings of their messages, and the thresholds of gauges."""

from __future__ import annotations

from pathlib import Path

from dutydesk.content.faults import Faults
from dutydesk.content.lines import Document, read_toml, read_yaml
from dutydesk.content.models.config import ConfigFile
from dutydesk.content.models.playbook import PlaybookFile
from dutydesk.content.models.thresholds import ThresholdsFile
from dutydesk.content.source import read
from dutydesk.content.validate import validate
from dutydesk.domain.playbook import Playbook
from dutydesk.domain.thresholds import Thresholds

CONFIG = "dutydesk.toml"
TEXTS = "playbooks/texts"
THRESHOLDS = "playbooks/thresholds.yaml"


def read_config(folder: Path, faults: Faults) -> tuple[ConfigFile | None, Document | None]:
    """Read dutydesk.toml. What is optional and wrong takes its default, and is told."""
    path = folder / CONFIG
    if not path.is_file():
        faults.add("file-missing", CONFIG, 1, "is not there; every site has one (see the example)")
        return None, None
    source = read(folder, path, faults)
    document = read_toml(source, faults) if source else None
    if document is None:
        return None, None
    model, wrong = validate(ConfigFile, document.data, salvage=True)
    for where, sentence in wrong:
        faults.add("row", CONFIG, document.line(where), sentence)
    return model, document


def read_playbooks(folder: Path, faults: Faults) -> tuple[dict[str, Playbook], dict[str, Document]]:
    """Read playbooks/*.yaml: family -> playbook, and family -> document.

    A playbook with any fault is left out: half a ladder must not pass for a whole one.
    """
    found: dict[str, Playbook] = {}
    documents: dict[str, Document] = {}
    paths = sorted(path for path in [*(folder / "playbooks").glob("*.yaml"), *(folder / "playbooks").glob("*.yml")]
                   if path != folder / THRESHOLDS)
    if not paths:
        faults.add("file-missing", "playbooks/default.yaml", 1, "there is no playbook; add at least this one")
    for path in paths:
        source = read(folder, path, faults)
        document = read_yaml(source, faults) if source else None
        if document is None:
            faults.broken.add(("playbook", path.stem))
            continue
        model, wrong = validate(PlaybookFile, document.data)
        for where, sentence in wrong:
            faults.add("row", document.file, document.line(where), sentence, path.stem)
        if model is None:
            faults.broken.add(("playbook", str(document.data.get("family", path.stem))))
        elif faults.place("playbook", model.family, document.file, document.line(("family",))):
            found[model.family] = model.playbook()
            documents[model.family] = document
    return found, documents


def read_thresholds(folder: Path, faults: Faults) -> Thresholds:
    """Read playbooks/thresholds.yaml; a site without it has none. What is wrong is told, and the rest counts: a slip in
    one line must not silence every gauge.
    """
    path = folder / THRESHOLDS
    source = read(folder, path, faults) if path.is_file() else None
    document = read_yaml(source, faults) if source else None
    if document is None:
        return Thresholds()
    faults.lines["thresholds", ""] = (document.file, 1)
    model, wrong = validate(ThresholdsFile, document.data, salvage=True)
    for where, sentence in wrong:
        faults.add("row", document.file, document.line(where), sentence, "thresholds")
    return model.thresholds() if model else Thresholds()


def read_texts(folder: Path, faults: Faults) -> dict[str, str]:
    """Read playbooks/texts/*.txt: template name (`flood.sms`) -> Jinja2 source, the last line end left off."""
    found: dict[str, str] = {}
    for path in sorted((folder / TEXTS).glob("*.txt")):
        source = read(folder, path, faults)
        if source:
            found[path.stem] = source.text.rstrip("\n")
            faults.lines["text", path.stem] = (source.file, 1)
    return found
