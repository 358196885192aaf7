# SPDX-License-Identifier: GPL-3.0-or-later
"""Prints the folder of the torch package that this Python finds, or nothing.

The package is looked up, not imported: an import takes a second and needs all its dependencies.
"""
import importlib.util


def main():
    try:
        spec = importlib.util.find_spec("torch")
    except (ImportError, ValueError):
        spec = None
    if spec and spec.submodule_search_locations:
        print(list(spec.submodule_search_locations)[0])


main()
