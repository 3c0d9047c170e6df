"""The processes of a served node, each for a child of the parent that loaded this module and with it what they share.

The framework is set up before. Nothing loaded here opens a database connection or starts a thread: a child would have
either in a state that nobody knows. The pages' own code is loaded by the pages.
"""

import importlib
import os
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import gunicorn.workers.gthread
from django.core.handlers.wsgi import WSGIHandler
from gunicorn.app.base import BaseApplication

import comity.api.exchange_port
import comity.wiring.schedule
from comity.site import exchange_listener, lanes, watch, worker
from comity.site.node import Node

__all__ = ["comity", "gunicorn", "lanes", "processes_of"]
"""Also what is loaded only for the children to have."""


class Listener(BaseApplication):  # type: ignore[misc]  # gunicorn gives no types
    """The server with these options and no others: neither a file nor the environment has a say."""

    def __init__(self, options: dict[str, Any]) -> None:
        self._options = options
        super().__init__()

    def load_config(self) -> None:
        for name, value in self._options.items():
            self.cfg.set(name, value)

    def load(self) -> WSGIHandler:
        """What answers, made in the server's own worker."""
        return WSGIHandler()


def processes_of(node: Node, run: Path, *, threads: int, watched: int) -> dict[str, Callable[[], None]]:
    """Each process by its name, as what its child does until ended; the watch only where a port is given for it.

    `run` holds the exchange port's TLS files.
    """
    served = {"threads": threads, "worker_tmp_dir": str(run)}
    found: dict[str, Callable[[], None]] = {
        "pages": partial(_pages, {**served, "bind": f"127.0.0.1:{node.file.web_port}"}),
        "exchange": partial(_exchange, {**served, "bind": f"127.0.0.1:{node.file.exchange_port}"}, run),
        "worker": worker.main,
    }
    if watched:
        found["watch"] = partial(watch.main, watched)
    return found


def _pages(options: dict[str, Any]) -> None:
    importlib.import_module("comity.site.urls")
    _listen(options)


def _exchange(options: dict[str, Any], run: Path) -> None:
    exchange_listener.answer_partners_only()
    _listen(options | exchange_listener.options(run))


def _listen(options: dict[str, Any]) -> None:
    always = {"worker_class": "gthread", "loglevel": "warning", "control_socket_disable": True, "pre_exec": _no_other}
    Listener(always | options).run()


def _no_other(_server: Any) -> None:
    """SIGUSR2 would have the server start its own command a second time: that is the whole node's here."""
    os._exit(1)
