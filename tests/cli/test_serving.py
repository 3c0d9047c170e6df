"""What a killed node left in the clear is gone when the node serves again, and nothing is left when it stops."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

from tests.cli.test_node import made

__all__ = ["made"]


def test_serving_empties_what_lay_in_the_clear_at_its_start_and_its_end(made: Path) -> None:
    for place in ("spool/bundle-x", "run"):
        (made / place).mkdir(parents=True, exist_ok=True)
        (made / place / "left").write_text("plain")
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("COMITY", "DJANGO"))}
    serving = subprocess.Popen(
        [sys.executable, "-m", "comity.cli.main", "node", "serve", str(made)],
        stderr=subprocess.DEVNULL,
        env=environment,
    )
    try:
        for _try in range(300):
            if (made / "run" / "tls.key").is_file() or serving.poll() is not None:
                break
            time.sleep(0.1)
        assert (made / "run" / "tls.key").stat().st_mode & 0o077 == 0
        assert not (made / "run" / "left").exists()
        assert not (made / "spool" / "bundle-x").exists()
        assert (made / "spool").stat().st_mode & 0o077 == 0
        time.sleep(2)  # its own handler of signals stands once its processes were started
    finally:
        serving.send_signal(signal.SIGTERM)
        serving.wait(40)
    assert not list((made / "run").iterdir())
