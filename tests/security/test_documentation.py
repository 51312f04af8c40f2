"""What docs/security.md promises is held by a test that exists."""

import ast
import re

import pytest

pytestmark = pytest.mark.once


def rows(settings) -> list[str]:
    """The rows of its tables, less their heads."""
    lines = (settings.BASE_DIR / "docs/security.md").read_text().splitlines()
    return [line for line in lines if line.startswith("| ") and not line.endswith("| test |")]


def test_each_row_names_tests_that_exist(settings):
    assert len(rows(settings)) > 60
    for row in rows(settings):
        named = re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", row.split("|")[-2])
        assert named, row
        for file, function in named:
            tree = ast.parse((settings.BASE_DIR / file).read_text())
            tests = {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}
            assert function in tests, f"{file}::{function}"
