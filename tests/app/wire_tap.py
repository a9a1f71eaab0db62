"""A line between a browser and the desk that counts its bytes and can be cut."""

from __future__ import annotations

import socket
import threading
from contextlib import suppress


class Tap:
    """Passes TCP on to a port, counting what comes back; while `cut` nothing passes."""

    def __init__(self, port: int) -> None:
        self.bytes = 0
        self.cut = False
        self._to = port
        self._pairs: list[tuple[socket.socket, socket.socket]] = []
        self._threads: list[threading.Thread] = []
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listening.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                near, _ = self._listening.accept()
                if self.cut:
                    near.close()
                    continue
                far = socket.create_connection(("127.0.0.1", self._to))
                self._pairs.append((near, far))
                for here, there, counts in ((near, far, False), (far, near, True)):
                    thread = threading.Thread(target=self._pass, args=(here, there, counts), daemon=True)
                    self._threads.append(thread)
                    thread.start()

    def _pass(self, here: socket.socket, there: socket.socket, counts: bool) -> None:
        with suppress(OSError):
            while data := here.recv(65_536):
                self.bytes += len(data) if counts else 0
                there.sendall(data)
        with suppress(OSError):
            there.shutdown(socket.SHUT_RDWR)
        here.close()

    def sever(self) -> None:
        """Cut the line: what is open breaks, what is new is refused."""
        self.cut = True
        for pair in self._pairs:
            for end in pair:
                with suppress(OSError):
                    end.shutdown(socket.SHUT_RDWR)
        self._pairs.clear()

    def close(self) -> None:
        """End."""
        self.sever()
        self._listening.close()
        for thread in self._threads:
            thread.join(10)
