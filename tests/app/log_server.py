"""A real rsyslog on loopback that writes what it understood of every message, as JSON."""

from __future__ import annotations

import json
import shutil
import socket
import subprocess
import time
from pathlib import Path
from typing import Any

CONFIG = """
global(workDirectory="{folder}" maxMessageSize="64k" parser.escapeControlCharactersOnReceive="off"{tls})
module(load="mmpstrucdata")
module(load="{module}"{options})
input(type="{module}" port="{port}" address="127.0.0.1" ruleset="all")
template(name="stamp" type="string" string="%timereported:::date-rfc3339%")
template(name="row" type="string" string="%$!all-json%\\n")
ruleset(name="all") {{
  action(type="mmpstrucdata")
  set $!pri = $pri;
  set $!at = exec_template("stamp");
  set $!host = $hostname;
  set $!program = $app-name;
  set $!process = $procid;
  set $!what = $msgid;
  set $!text = $msg;
  action(type="omfile" file="{folder}/heard.jsonl" template="row")
}}
"""


class LogServerHere:
    """rsyslogd by `udp`, `tcp` or `tls`; `crt` and `key` are what it shows by TLS."""

    def __init__(self, folder: Path, way: str, crt: Path | None = None, key: Path | None = None) -> None:
        self.folder, self.way = folder, way
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        tls = options = ""
        if way == "tls":
            tls = (f' defaultNetstreamDriver="ossl" defaultNetstreamDriverCAFile="{crt}"'
                   f' defaultNetstreamDriverCertFile="{crt}" defaultNetstreamDriverKeyFile="{key}"')
            options = ' streamDriver.name="ossl" streamDriver.mode="1" streamDriver.authMode="anon"'
        module = "imudp" if way == "udp" else "imtcp"
        self._config = folder / "rsyslog.conf"
        self._config.write_text(CONFIG.format(folder=folder, tls=tls, module=module, options=options, port=self.port))
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def address(self) -> str:
        """Where it listens."""
        return f"{self.way}://localhost:{self.port}"

    def start(self) -> LogServerHere:
        """Start it and wait until it listens."""
        program = shutil.which("rsyslogd", path="/usr/sbin:/usr/bin:/sbin")
        assert program, "Debian's rsyslog is not installed"
        log = (self.folder / "rsyslog.log").open("ab")
        self._process = subprocess.Popen([program, "-n", "-f", str(self._config), "-i", str(self.folder / "pid")],
                                         stdout=log, stderr=log)
        log.close()
        deadline = time.monotonic() + 30
        while not self._listens():
            assert self._process.poll() is None, (self.folder / "rsyslog.log").read_text()
            assert time.monotonic() < deadline, "rsyslog does not listen"
            time.sleep(0.05)
        return self

    def _listens(self) -> bool:
        """Whether it can be reached; of a UDP port its pid file tells."""
        if self.way == "udp":
            return (self.folder / "pid").exists() and f":{self.port:04X} " in Path("/proc/net/udp").read_text()
        with socket.socket() as line:
            return line.connect_ex(("127.0.0.1", self.port)) == 0

    def stop(self) -> None:
        """Kill it."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            (self.folder / "pid").unlink(missing_ok=True)
            self._process = None

    def heard(self, count: int, seconds: float = 20) -> list[dict[str, Any]]:
        """Return every message it understood, once it has so many."""
        file = self.folder / "heard.jsonl"
        deadline = time.monotonic() + seconds
        while True:
            lines = file.read_text(encoding="utf-8").splitlines() if file.exists() else []
            if len(lines) >= count or time.monotonic() > deadline:
                return [json.loads(line) for line in lines]
            time.sleep(0.05)
