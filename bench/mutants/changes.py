"""The small changes that break code: each turns one expression or statement into another that still runs."""

import ast
import hashlib
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

BASE = Path(__file__).resolve().parent.parent.parent
NEIGHBOURS = {  # what is written by mistake in place of the other
    **{ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt, ast.Eq: ast.NotEq, ast.NotEq: ast.Eq},
    **{ast.Is: ast.IsNot, ast.IsNot: ast.Is, ast.In: ast.NotIn, ast.NotIn: ast.In},
    **{ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Div, ast.Div: ast.Mult, ast.BitOr: ast.BitAnd},
}
FUNCTIONS = {"min": "max", "max": "min", "any": "all", "all": "any"}
METHODS = {"filter": "exclude", "exclude": "filter", "first": "last", "last": "first"}
LOOKUPS = {"gt": "gte", "gte": "gt", "lt": "lte", "lte": "lt"}
QUERIES = {"filter", "exclude", "get", "Q"}
Replacement = ast.expr | ast.stmt


@lru_cache
def source_of(path: str) -> str:
    """A module as it was when it was first asked for: somebody may go on writing meanwhile."""
    return (BASE / path).read_text()


@dataclass(frozen=True)
class Mutant:
    """``function`` of ``path`` with one change, the ``number``-th of all that could be made in the module."""

    path: str
    line: int
    function: str  # empty for what stands outside of functions
    change: str  # "before → after"; one that a function has twice is numbered
    number: int = -1
    source: str = ""  # the whole module, of a change that somebody wrote down

    @property
    def name(self) -> str:
        """What it is told by: no line, as lines move."""
        return f"{self.path} {self.function} {self.change}"

    @property
    def turn(self) -> int:
        """A number below a thousand, which stays while the function stays, wherever in its module it stands."""
        return int(hashlib.sha256(self.name.encode()).hexdigest(), 16) % 1000

    def tree(self) -> ast.Module:
        """The whole module with the change."""
        if self.source:
            return ast.parse(self.source)
        tree = ast.parse(source_of(self.path))
        for number, (_function, holder, field, index, _node, new) in enumerate(_sites(tree)):
            if number == self.number:
                if index is None:
                    setattr(holder, field, new)
                else:
                    getattr(holder, field)[index] = new
                return ast.fix_missing_locations(tree)
        raise LookupError(self)


def mutants_of(path: str) -> list[Mutant]:
    """Every mutant of a module, in the order of its lines."""
    counts: Counter[tuple[str, str]] = Counter()
    mutants = []
    is_model = "/models/" in path  # which can't be run again, so what stands outside of its functions can't be changed
    sites = _sites(ast.parse(source_of(path)))
    for number, (function, _holder, _field, _index, node, new) in enumerate(sites):
        if is_model and not function:
            continue
        change = f"{_told(node)} → {_told(new)}"
        counts[function, change] += 1
        if (times := counts[function, change]) > 1:
            change += f" ({times})"
        mutants.append(Mutant(path, node.lineno, function, change, number))
    return mutants


def functions_within(tree: ast.AST, above: str = "") -> Iterator[tuple[str, ast.FunctionDef]]:
    """Each function by its name, with the names of what it stands in."""
    for node in ast.iter_child_nodes(tree):
        is_scope = isinstance(node, ast.FunctionDef | ast.ClassDef)
        name = f"{above}.{node.name}".strip(".") if is_scope else above
        if isinstance(node, ast.FunctionDef):
            yield name, node
        yield from functions_within(node, name)


def _told(node: ast.AST) -> str:
    if isinstance(node, ast.If | ast.IfExp | ast.comprehension):
        return f"if {ast.unparse(node.test)}"
    return "nothing" if isinstance(node, ast.Pass) else " ".join(ast.unparse(node).split())


def _sites(tree: ast.AST, function: str = "") -> Iterator[tuple]:
    """Each place with what can stand there instead: the function, who holds it, where, the node and the new one."""
    for field, value in ast.iter_fields(tree):
        for index, node in enumerate(value) if isinstance(value, list) else [(None, value)]:
            if not isinstance(node, ast.AST) or _is_left_alone(node, tree, field):
                continue
            for new in _instead_of(node):
                yield function, tree, field, index, node, ast.copy_location(new, node)
            is_scope = isinstance(node, ast.FunctionDef | ast.ClassDef)
            yield from _sites(node, f"{function}.{node.name}".strip(".") if is_scope else function)


def _is_left_alone(node: ast.AST, holder: ast.AST, field: str) -> bool:
    """Types, decorators, defaults, messages to people; and the bodies of classes, which can't be run again."""
    if field in {"annotation", "returns", "decorator_list", "defaults", "kw_defaults"}:
        return True
    if isinstance(node, ast.Raise | ast.Import | ast.ImportFrom | ast.JoinedStr):
        return True
    if isinstance(holder, ast.ClassDef) and not isinstance(node, ast.FunctionDef):
        return True
    if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING":
        return True
    if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "__all__":
        return True
    return isinstance(node, ast.Call) and ast.unparse(node.func) in {"_", "TypeVar", "logging.getLogger"}


def _instead_of(node: ast.AST) -> Iterator[Replacement]:
    for kinds, way in WAYS:
        if isinstance(node, kinds):
            yield from way(node)


def _instead_of_comparison(node: ast.Compare) -> Iterator[Replacement]:
    for place, op in enumerate(node.ops):
        ops = [*node.ops[:place], NEIGHBOURS[type(op)](), *node.ops[place + 1 :]]
        yield ast.Compare(node.left, ops, node.comparators)


def _one_condition_less(node: ast.BoolOp) -> Iterator[Replacement]:
    for place in range(len(node.values)):
        conditions = _without(node.values, place)
        yield conditions[0] if len(conditions) == 1 else ast.BoolOp(node.op, conditions)


def _without_not(node: ast.UnaryOp) -> Iterator[Replacement]:
    if isinstance(node.op, ast.Not):
        yield node.operand


def _instead_of_sum(node: ast.BinOp) -> Iterator[Replacement]:
    if type(node.op) in NEIGHBOURS and not isinstance(node.right, ast.Set | ast.Dict):  # which can't be added
        yield ast.BinOp(node.left, NEIGHBOURS[type(node.op)](), node.right)


def _never(node: ast.If | ast.IfExp) -> Iterator[Replacement]:
    yield type(node)(ast.BoolOp(ast.And(), [node.test, ast.Constant(False)]), node.body, node.orelse)


def _another_value(node: ast.Constant) -> Iterator[Replacement]:
    if isinstance(node.value, bool):
        yield ast.Constant(not node.value)
    elif isinstance(node.value, int):
        yield ast.Constant(node.value + 1)


def _not_done(node: ast.stmt) -> Iterator[Replacement]:
    match node:
        case ast.Expr(ast.Call()) | ast.AugAssign() | ast.Assign([ast.Attribute()]):
            yield ast.Pass()
        case ast.Assign([ast.Tuple(targets)], ast.Tuple(values)) if any(
            isinstance(target, ast.Attribute) for target in targets
        ):
            for place in range(len(targets)):
                left, right = _without(targets, place), _without(values, place)
                yield ast.Assign([ast.Tuple(left, ast.Store())], ast.Tuple(right, ast.Load()))


def _one_item_less(node: ast.List | ast.Set) -> Iterator[Replacement]:
    if len(node.elts) > 1 and all(isinstance(item, ast.Constant) for item in node.elts):
        for place in range(len(node.elts)):
            items = _without(node.elts, place)
            yield ast.Set(items) if isinstance(node, ast.Set) else ast.List(items, ast.Load())


def _without(items: list, place: int) -> list:
    return [*items[:place], *items[place + 1 :]]


def _another_call(call: ast.Call) -> Iterator[Replacement]:
    func, keywords = call.func, call.keywords
    name = func.attr if isinstance(func, ast.Attribute) else getattr(func, "id", "")
    if isinstance(func, ast.Name) and name in FUNCTIONS:
        yield ast.Call(ast.Name(FUNCTIONS[name], ast.Load()), call.args, keywords)
    if isinstance(func, ast.Attribute) and name in METHODS:
        yield ast.Call(ast.Attribute(func.value, METHODS[name], ast.Load()), call.args, keywords)
    if name == "order_by" and call.args and isinstance(call.args[0], ast.Constant):
        field = call.args[0].value
        turned = ast.Constant(field[1:] if field.startswith("-") else f"-{field}")
        yield ast.Call(func, [turned, *call.args[1:]], keywords)
    for place, keyword in enumerate(keywords if name in QUERIES else []):
        other_keywords = _without(keywords, place)
        if other_keywords or call.args:
            yield ast.Call(func, call.args, other_keywords)
        start, _, lookup = (keyword.arg or "").rpartition("__")
        if lookup in LOOKUPS:
            yield ast.Call(
                func, call.args, [*other_keywords, ast.keyword(f"{start}__{LOOKUPS[lookup]}", keyword.value)]
            )


WAYS: list[tuple[type | tuple[type, ...], Callable[..., Iterator[Replacement]]]] = [
    (ast.Compare, _instead_of_comparison),
    (ast.BoolOp, _one_condition_less),
    (ast.UnaryOp, _without_not),
    (ast.BinOp, _instead_of_sum),
    ((ast.If, ast.IfExp), _never),
    (ast.Constant, _another_value),
    ((ast.Expr, ast.Assign, ast.AugAssign), _not_done),
    ((ast.List, ast.Set), _one_item_less),
    (ast.Call, _another_call),
]
