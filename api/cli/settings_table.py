"""``dispatch settings``, and the same as Markdown for ``docs/settings.md``."""

from pydantic import SecretStr
from pydantic_core import PydanticUndefined
from rich.table import Table

from api.terminal.console import make_console
from dispatch.settings import Settings, variable_name


def print_settings(settings: Settings) -> None:
    """A table of every setting; of secrets only whether they are set."""
    table = Table("variable", "value", "what it is", show_lines=False)
    for name, info in Settings.model_fields.items():
        value = getattr(settings, name)
        shown = "(set)" if isinstance(value, SecretStr) else "" if value is None else str(value)
        table.add_row(variable_name(name), shown, info.description)
    make_console().print(table)


def settings_markdown() -> str:
    """The page of docs/ that lists every setting."""
    lines = [
        "# Settings",
        "",
        "Read once from the environment at start; a bad value is named and nothing starts.",
        "`dispatch settings` shows the values in force. This page is made from `dispatch/settings/`",
        "by `python -m api.cli.settings_table > docs/settings.md`.",
        "",
        "| variable | default | what it is |",
        "| --- | --- | --- |",
    ]
    for name, info in Settings.model_fields.items():
        default = "" if info.default in {None, PydanticUndefined, ()} else f"`{info.default}`"
        lines.append(f"| `{variable_name(name)}` | {default} | {info.description} |")
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    make_console().out(settings_markdown(), end="", highlight=False)
