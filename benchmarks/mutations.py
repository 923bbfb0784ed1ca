"""Small wrong changes to a Python module, each as a separate syntax tree, for `benchmarks.mutants`.

Docstrings, annotations, blocks under TYPE_CHECKING, f-strings and strings with a space (messages, help) are not changed:
tests should not repeat their words.
"""

from __future__ import annotations

import ast
import copy
import random
from collections import defaultdict
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from pathlib import Path

COMPARISONS: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt, ast.Eq: ast.NotEq, ast.NotEq: ast.Eq,
    ast.Is: ast.IsNot, ast.IsNot: ast.Is, ast.In: ast.NotIn, ast.NotIn: ast.In,
}  # fmt: skip
ARITHMETIC: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Div, ast.Div: ast.Mult, ast.FloorDiv: ast.Mult, ast.Mod: ast.FloorDiv,
}  # fmt: skip
UNTOUCHED = {"__all__", "__slots__", "__getattr__"}
FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
CONSTANTS = 1 / 3  # of all constants: otherwise half of all mutations would be of constants
WIDTH = 60  # characters of source shown on either side of the arrow


@dataclass(frozen=True, slots=True)
class Mutation:
    """One change: the `number`-th of its module, in the outermost function `function` (None at module level)."""

    path: str
    number: int
    line: int
    kind: str
    text: str
    function: str | None
    function_line: int = 0

    @property
    def key(self) -> str:
        """What identifies it independently of line numbers: the file, the function and the change."""
        return f"{self.path} {self.function or '-'} {self.text}"


@dataclass(slots=True)
class Outcome:
    """The result of testing a mutation."""

    mutation: Mutation
    result: str
    by: str = ""


Change = tuple[str, ast.AST]  # the kind, and the new node


def _negated(node: ast.expr) -> ast.expr:
    return (
        node.operand if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not) else ast.UnaryOp(ast.Not(), node)
    )


def _compare(node: ast.Compare) -> Iterator[Change]:
    for index, operator in enumerate(node.ops):
        if type(operator) in COMPARISONS:
            ops = [*node.ops[:index], COMPARISONS[type(operator)](), *node.ops[index + 1 :]]
            yield "comparison", ast.Compare(node.left, ops, node.comparators)


def _constant(node: ast.Constant) -> Iterator[Change]:
    match node.value:
        case bool():
            yield "constant", ast.Constant(not node.value)
        case int() | float():
            yield "constant", ast.Constant(node.value + 1)
        case str() if not any(character.isspace() for character in node.value):
            yield "constant", ast.Constant(f"{node.value}X" if node.value else "X")


def _call(node: ast.Call) -> Iterator[Change]:
    if len(node.args) > 1 and not any(isinstance(argument, ast.Starred) for argument in node.args[:2]):
        first, second, *rest = node.args
        if ast.dump(first) != ast.dump(second):
            yield "arguments", ast.Call(node.func, [second, first, *rest], node.keywords)


def _return(node: ast.Return) -> Iterator[Change]:
    if node.value is not None and not isinstance(node.value, ast.Constant):
        yield "return", ast.Return(ast.Constant(None))


def _if(node: ast.If | ast.IfExp) -> Iterator[Change]:
    if ast.unparse(node.test) == "TYPE_CHECKING":
        return
    changed = copy.copy(node)
    changed.test = _negated(node.test)
    yield "condition", changed


def _changes(node: ast.AST) -> Iterator[Change]:
    match node:
        case ast.Compare():
            yield from _compare(node)
        case ast.BoolOp():
            yield "boolean", ast.BoolOp(ast.Or() if isinstance(node.op, ast.And) else ast.And(), node.values)
        case ast.BinOp() if type(node.op) in ARITHMETIC:
            yield "arithmetic", ast.BinOp(node.left, ARITHMETIC[type(node.op)](), node.right)
        case ast.UnaryOp(op=ast.Not()):
            yield "condition", node.operand
        case ast.Constant():
            yield from _constant(node)
        case ast.Call():
            yield from _call(node)
        case ast.Return():
            yield from _return(node)
        case ast.If() | ast.IfExp():
            yield from _if(node)
        case ast.Expr(value=ast.Call() | ast.Await() | ast.Yield() | ast.YieldFrom()) | ast.AugAssign() | ast.Raise():
            yield "statement", ast.Pass()
        case ast.Assign(targets=[ast.Attribute() | ast.Subscript()]) | ast.Continue() | ast.Break():
            yield "statement", ast.Pass()


def _untouched(node: ast.AST, field: str) -> bool:
    """Return whether a field has no effect that tests can detect, or cannot be changed by this module."""
    if field in {"annotation", "returns", "type_params"} or isinstance(node, ast.JoinedStr | ast.MatchValue):
        return True
    return isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING" and field in {"test", "body"}


@dataclass(frozen=True, slots=True)
class _Place:
    """A node, how to replace it, and the function that contains it."""

    node: ast.AST
    put: Callable[[ast.AST], None]
    function: str | None
    function_line: int


def _places(node: ast.AST, name: str = "", function: str | None = None, line: int = 0) -> Iterator[_Place]:
    """Yield every node below this one that may be changed, in the order of the source."""
    for field, value in ast.iter_fields(node):
        if _untouched(node, field):
            continue
        inside, inside_line, inside_name = function, line, name
        if isinstance(node, FUNCTIONS) and field == "body" and function is None:
            inside, inside_line = name, min([node.lineno, *(item.lineno for item in node.decorator_list)])
        for index, child in enumerate(value) if isinstance(value, list) else [(None, value)]:
            if not isinstance(child, ast.AST) or _is_text(child):
                continue
            if isinstance(child, ast.Assign | ast.AnnAssign) and UNTOUCHED & {
                part.id for part in ast.walk(child) if isinstance(part, ast.Name)
            }:
                continue
            if isinstance(child, (*FUNCTIONS, ast.ClassDef)):
                inside_name = f"{name}.{child.name}" if name else child.name

            def put(new: ast.AST, field: str = field, index: int | None = index) -> None:
                if index is None:
                    setattr(node, field, new)
                else:
                    getattr(node, field)[index] = new

            yield _Place(child, put, inside, inside_line)
            yield from _places(child, inside_name, inside, inside_line)


def _is_text(node: ast.AST) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)


def _shown(node: ast.AST) -> str:
    if isinstance(node, ast.If | ast.IfExp):
        node = node.test
    line = " ".join(ast.unparse(node).split())
    return line if len(line) <= WIDTH else f"{line[: WIDTH - 1]}…"


def _every(tree: ast.Module) -> Iterator[tuple[_Place, Change]]:
    for place in _places(tree):
        for change in _changes(place.node):
            yield place, change


def mutations(root: Path, path: str) -> list[Mutation]:
    """Return all changes of one module, in the order of its source."""
    tree = ast.parse((root / path).read_text("utf-8"))
    return [
        Mutation(
            path=path,
            number=number,
            line=getattr(place.node, "lineno", 1),
            kind=kind,
            text=f"{_shown(place.node)} → {_shown(new)}",
            function=place.function,
            function_line=place.function_line,
        )
        for number, (place, (kind, new)) in enumerate(_every(tree))
    ]


def mutated(root: Path, mutation: Mutation) -> ast.Module:
    """Return the tree of a module with one change; line numbers stay the same."""
    tree = ast.parse((root / mutation.path).read_text("utf-8"))
    for number, (place, (_, new)) in enumerate(_every(tree)):
        if number == mutation.number:
            place.put(ast.copy_location(new, place.node))
            break
    return ast.fix_missing_locations(tree)


def room(path: str) -> str:
    """Return the package of a module: its folder below `streamkit`, or "top"."""
    parts = Path(path).parts
    return parts[1] if len(parts) > 2 else "top"


def sample(root: Path, size: int, seed: int, only: Collection[str] = ()) -> list[Mutation]:
    """Return a random sample of `size` changes, in proportion to the number of changes in each package (or those in `only`)."""
    rooms: dict[str, list[Mutation]] = defaultdict(list)
    for file in sorted((root / "streamkit").rglob("*.py")):
        path = file.relative_to(root).as_posix()
        if not only or room(path) in only:
            rng = random.Random(f"{seed} {path}")
            rooms[room(path)] += [
                each for each in mutations(root, path) if each.kind != "constant" or rng.random() < CONSTANTS
            ]
    drawn: list[Mutation] = []
    for left, name in zip(
        range(len(rooms), 0, -1), sorted(rooms, key=lambda name: (len(rooms[name]), name)), strict=True
    ):
        share = min(len(rooms[name]), (size - len(drawn)) // left)
        drawn += random.Random(f"{seed} {name}").sample(rooms[name], share)
    return sorted(drawn, key=lambda each: (each.path, each.number))
