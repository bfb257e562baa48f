"""The page of `fedfleet`'s commands, from the commands themselves."""

from typing import Any

import typer

from fedfleet.cli import app


def render_commands() -> str:
    """Return the page of all commands, sub-commands of installed distributions included."""
    lines = ["# Commands", "", "Everything `fedfleet` does. How it ends: [exit codes](../explanation/exit-codes.md).", ""]
    lines += _section(typer.main.get_command(app), "fedfleet", 2)
    return "\n".join(lines)


def _section(command: Any, name: str, depth: int) -> list[str]:
    context = command.make_context(name.rsplit(" ", 1)[-1], [], resilient_parsing=True)
    lines = [f"{'#' * depth} `{name}`", ""]
    for paragraph in (command.help or "").split("\n\n"):
        lines += [" ".join(paragraph.split()), ""]
    parameters = [parameter for parameter in command.params if parameter.name != "help"]
    if parameters:
        lines += ["| parameter | default | meaning |", "| --- | --- | --- |"]
        lines += [_row(parameter, context) for parameter in parameters]
        lines.append("")
    if hasattr(command, "list_commands"):
        for sub_name in command.list_commands(context):
            lines += _section(command.get_command(context, sub_name), f"{name} {sub_name}", depth + 1)
    return lines


def _row(parameter: Any, context: Any) -> str:
    flags = ", ".join(f"`{flag}`" for flag in (*parameter.opts, *parameter.secondary_opts))
    name = flags if parameter.param_type_name == "option" else f"`{parameter.name.upper()}`"
    default = parameter.get_default(context)
    shown = "**required**" if parameter.required else "" if default in (None, False, ()) else f"`{getattr(default, 'value', default)}`"
    variable = f" Environment: `{parameter.envvar}`." if parameter.envvar else ""
    return f"| {name} | {shown} | {' '.join((parameter.help or '').split())}{variable} |".replace("\n", " ")
