"""The technician's tools as a model sees them: name, purpose, JSON schema of the arguments."""

from __future__ import annotations

from typing import Any

from actors.worlds.printer.bench import PRINT_MINUTES, TARGET
from actors.worlds.printer.submission import MOST_CAUSES, MOST_PROBLEMS

Plain = dict[str, Any]

_ABOUT = {
    "send_gcode": "Send one line of G-code and read the firmware's answer.",
    "read_telemetry": "Run a standard programme and read what the firmware reports over its time.",
    "inspect": "Look at a part.",
    "measure": "Use an instrument.",
    "ask_user": "Ask the customer about a topic.",
    "test_print": "Print a test model and measure the result. The long one also shows what comes slowly.",
    "adjust": "Set a setting to the manufacturer's or filament's specification.",
    "clean": "Clean a part.",
    "tighten": "Tighten or refit a part.",
    "reseat": "Unplug, clean and plug in again, or seat a part anew.",
    "lubricate": "Grease a part.",
    "dry": "Dry the filament.",
    "replace": "Replace a part by a new one. This says that it was at fault.",
}


def _one_argument(name: str, argument: str) -> Plain:
    schema: Plain = {"type": "string"}
    if name == "test_print":
        schema = {"type": "string", "enum": list(PRINT_MINUTES), "default": "long"}
    properties: Plain = {argument: schema}
    if name == "adjust":
        properties["value"] = {"type": "string", "description": "only for switches: on or off"}
    if name == "clean":
        properties["with"] = {"type": "string", "description": "only for the plate: soap (usual) or ipa, quicker"}
    return {
        "type": "object",
        "properties": properties,
        "required": [] if name == "test_print" else [argument],
        "additionalProperties": False,
    }


_SUBMIT: Plain = {
    "name": "submit",
    "description": "Hand in: ends the episode.",
    "parameters": {
        "type": "object",
        "properties": {
            "problems": {"type": "array", "items": {"type": "string"}, "maxItems": MOST_PROBLEMS},
            "causes": {
                "type": "array",
                "maxItems": MOST_CAUSES,
                "items": {
                    "type": "object",
                    "properties": {"cause": {"type": "string"}, "probability": {"type": "number"}},
                    "required": ["cause", "probability"],
                    "additionalProperties": False,
                },
            },
            "done": {"type": "boolean", "description": "true if the machine is repaired"},
            "work": {"type": "array", "items": {"type": "string"}, "description": "what you did, as tool:target"},
            "message": {"type": "string", "description": "to the customer: what it was, what was done, what to mind"},
        },
        "required": ["problems", "causes", "done", "work", "message"],
        "additionalProperties": False,
    },
}

TOOLS: tuple[Plain, ...] = (
    *(
        {"name": name, "description": about, "parameters": _one_argument(name, TARGET[name])}
        for name, about in _ABOUT.items()
    ),
    _SUBMIT,
)
