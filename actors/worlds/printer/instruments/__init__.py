"""Instruments: what can be measured on a printer, with the minutes it takes and what a machine in order would show."""

from actors.worlds.printer.instruments import axes, bed, filament, hotend, power

__all__ = ["axes", "bed", "filament", "hotend", "power"]
