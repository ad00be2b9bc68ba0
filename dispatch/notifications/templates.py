"""Messages from templates that a shop may edit.

``<name>.txt`` (its first line is the subject) and ``<name>.html`` make a mail, ``<name>.sms.txt`` an SMS. A file of
the same name in the shop's own folder comes before ours.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, TemplateError, select_autoescape

from dispatch.notifications.ports import Mail, SendRefused

OURS = Path(__file__).parent / "templates"


class Templates:
    """Renders messages. HTML is escaped; a name that the content does not have is an error, not a blank."""

    def __init__(self, own_folder: Path | None, shop: Mapping[str, object]) -> None:
        """``shop``: names that every template may use, such as ``site_url``; functions too."""
        folders = [OURS] if own_folder is None else [own_folder, OURS]
        self._environment = Environment(
            loader=FileSystemLoader(folders),
            autoescape=select_autoescape(("html",), default=False),
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._shop = dict(shop)

    def mail(self, key: str, template: str, to: str, content: Mapping[str, Any]) -> Mail:
        """Raises SendRefused on a template that is broken: sending it again would not mend it."""
        subject, _, text = self._render(f"{template}.txt", content).partition("\n")
        return Mail(key, to, " ".join(subject.split()), text.lstrip("\n"), self._render(f"{template}.html", content))

    def page(self, template: str, content: Mapping[str, Any]) -> str:
        """An HTML page. Raises SendRefused as above."""
        return self._render(f"{template}.html", content)

    def sms(self, template: str, content: Mapping[str, Any]) -> str:
        """Raises SendRefused as above."""
        return " ".join(self._render(f"{template}.sms.txt", content).split())

    def _render(self, name: str, content: Mapping[str, Any]) -> str:
        try:
            return self._environment.get_template(name).render(self._shop | dict(content))
        except (TemplateError, OSError) as error:
            raise SendRefused(f"The template {name} cannot be used: {error}") from error
