"""The product as somebody has installed it: files of its own, which a test may replace as an upgrade does."""

import shutil
from dataclasses import dataclass
from pathlib import Path

from tests.support.commands import Command, begin_plainly
from tests.support.server_process import ROOT, ServerProcess

UNCHANGED = ("dispatch", "realtime", "scoring")


@dataclass(frozen=True)
class Release:
    """An installation; only ``api/`` with the built pages is a copy."""

    folder: Path

    @property
    def environment(self) -> dict[str, str]:
        """With which a Python runs this one and not the checkout that it is started in."""
        return {"PYTHONPATH": str(self.folder), "PYTHONSAFEPATH": "1"}

    def upgrade(self, page: str, mark: str) -> None:
        """Another build of a page: its program is another file, which marks the page; the one before is gone."""
        pages = self.folder / "api" / "pages"
        html = pages / page / "index.html"
        old = next((pages / "assets").glob(f"{page}-*.js"))
        new = old.with_name(f"{page}-{mark:0>8}.js")
        new.write_text(f'{old.read_text()}\ndocument.documentElement.dataset.release = "{mark}";\n')
        html.write_text(html.read_text().replace(old.name, new.name))
        for gone in (pages / "assets").glob(f"{old.name}*"):
            gone.unlink()


def install(folder: Path) -> Release:
    """Into an empty folder."""
    shutil.copytree(ROOT / "api", folder / "api", ignore=shutil.ignore_patterns("__pycache__"))
    for name in UNCHANGED:
        (folder / name).symlink_to(ROOT / name)
    return Release(folder)


@dataclass
class InstalledServer(ServerProcess):
    """The server of an installation: its interpreter begins from nothing, for what is loaded here is the checkout's."""

    def begin_serving(self) -> Command:
        """The process, which does not answer yet."""
        return begin_plainly("serve", environment=self.environment | self.more)
