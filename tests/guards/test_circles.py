"""No circles between files: a circle has no bottom to start reading or testing from."""

import grimp

from tests.guards.project import PACKAGES, refuse


def circles(imports: dict[str, set[str]]) -> list[list[str]]:
    """The groups of files that reach each other: strongly connected components above one."""
    order: dict[str, int] = {}
    low: dict[str, int] = {}
    path: list[str] = []
    found: list[list[str]] = []

    def visit(name: str) -> None:
        order[name] = low[name] = len(order)
        path.append(name)
        for target in sorted(imports.get(name, ())):
            if target not in order:
                visit(target)
                low[name] = min(low[name], low[target])
            elif target in path:
                low[name] = min(low[name], order[target])
        if low[name] == order[name]:
            group = path[path.index(name) :]
            del path[path.index(name) :]
            if len(group) > 1 or name in imports.get(name, ()):
                found.append(sorted(group))

    for name in sorted(imports):
        if name not in order:
            visit(name)
    return found


def test_a_circle_is_found() -> None:
    assert circles({"a": {"b"}, "b": {"c"}, "c": {"b"}, "d": {"a"}}) == [["b", "c"]]
    assert circles({"a": {"b", "c"}, "b": {"c"}, "c": set()}) == []


def test_no_circles() -> None:
    first, *others = PACKAGES
    graph = grimp.build_graph(first, *others, cache_dir=None)
    imports = {name: graph.find_modules_directly_imported_by(name) for name in graph.modules}
    refuse(
        "These files import each other, in functions included; the shared part goes below both:",
        (", ".join(group) for group in circles(imports)),
    )
