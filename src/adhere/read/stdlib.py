"""The documentation of the running Python's standard library as documents: data that every machine has.

Sources are read with `ast` and never imported, so nothing of them runs.
"""

from __future__ import annotations

import ast
import re
import sysconfig
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate, chain, zip_longest
from pathlib import Path

from adhere.need import Document

LIMIT = 3000
LEFT_OUT = frozenset({"test", "tests", "idlelib", "lib2to3", "site-packages", "turtledemo", "encodings"})
_DEPRECATED = re.compile(
    r"\A\W*(this is )?deprecated|\bis (now )?deprecated|\bdeprecated:|\.\. deprecated"
    r"|\bdeprecated (since|in)\b",
    re.IGNORECASE,
)
_SINCE = re.compile(r"(?:versionadded::|(?:new|added) in (?:python |version )+)\s*(\d+\.\d+)", re.IGNORECASE)
Function = ast.FunctionDef | ast.AsyncFunctionDef
Definition = ast.ClassDef | Function


@dataclass(frozen=True, slots=True)
class Module:
    """A parsed module: dotted name, path in the library, syntax tree, and the names in `__all__`."""

    name: str
    path: str
    tree: ast.Module
    exported: frozenset[str] | None

    @property
    def place(self) -> str:
        """Where a thing is defined, in words: a method's own docstring seldom says what its module is for."""
        package, dot, _ = self.name.partition(".")
        about = (ast.get_docstring(self.tree) or "").partition("\n")[0]
        return f"In {package + ', ' if dot else ''}{self.name}{': ' + about if about else '.'}"


def stdlib_documents(limit: int = LIMIT, *, root: Path | None = None) -> list[Document]:
    """Modules, classes, functions and methods with a docstring, at most `limit`, in the order of their ids.

    Which ones stay is the same on every run: each module gives its first entry, then each its second, ...
    """
    library = root or Path(sysconfig.get_path("stdlib"))
    per_module = [list(_entries(module)) for module in _modules(library)]
    spread = chain.from_iterable(zip_longest(*per_module))
    chosen = {entry.id: entry for entry in spread if entry is not None}
    return sorted(list(chosen.values())[:limit], key=lambda document: document.id)


def _modules(library: Path) -> Iterator[Module]:
    for path in _sources(library):
        parts = path.relative_to(library).with_suffix("").parts
        parts = parts[:-1] if parts[-1] == "__init__" else parts
        try:
            tree = ast.parse(path.read_bytes())
        except (SyntaxError, ValueError):
            continue  # templates and deliberately broken sources that some distributions ship
        yield Module(".".join(parts), path.relative_to(library).as_posix(), tree, _exported(tree))


def _sources(folder: Path) -> Iterator[Path]:
    """Files in sorted order. Folders left out are not entered: site-packages may hold a million files."""
    for path in sorted(folder.iterdir()):
        private = path.name.startswith(("_", ".")) and path.name != "__init__.py"
        if private or path.stem in LEFT_OUT or "-" in path.name:
            continue
        if path.is_dir():
            yield from _sources(path)
        elif path.suffix == ".py":
            yield path


def _exported(tree: ast.Module) -> frozenset[str] | None:
    for statement in tree.body:
        if isinstance(statement, ast.Assign) and any(
            isinstance(target, ast.Name) and target.id == "__all__" for target in statement.targets
        ):
            return frozenset(
                node.value
                for node in ast.walk(statement.value)
                if isinstance(node, ast.Constant) and isinstance(node.value, str)
            )
    return None


def _entries(module: Module) -> Iterator[Document]:
    """The module, its public classes and functions, and after all of them the methods."""
    doc = ast.get_docstring(module.tree)
    if doc:
        lines = max((getattr(node, "end_lineno", 0) or 0 for node in module.tree.body), default=0)
        yield _document(module, module.name, "module", doc, "", module.tree.body, lines=lines)
    top = [node for node in module.tree.body if isinstance(node, Definition) and _public(node)]
    for node in top:
        kind = "class" if isinstance(node, ast.ClassDef) else "function"
        yield from _definition(module, node, kind, f"{module.name}.{node.name}")
    for owner in (node for node in top if isinstance(node, ast.ClassDef)):
        for method in owner.body:
            if isinstance(method, Function) and _public(method):
                yield from _definition(module, method, "method", f"{module.name}.{owner.name}.{method.name}")


def _definition(module: Module, node: Definition, kind: str, name: str) -> Iterator[Document]:
    doc = ast.get_docstring(node)
    if not doc:
        return
    parameters = _parameters(node)
    exported = (
        module.exported is None or name.removeprefix(f"{module.name}.").split(".")[0] in module.exported
    )
    yield _document(
        module,
        name,
        kind,
        doc,
        _signature(node, parameters),
        node.body,
        decorators=node.decorator_list,
        line=node.lineno,
        lines=(node.end_lineno or node.lineno) - node.lineno + 1,
        exported=exported,
        parameters=parameters,
    )


def _document(
    module: Module,
    name: str,
    kind: str,
    doc: str,
    signature: str,
    body: Sequence[ast.stmt],
    *,
    decorators: Sequence[ast.expr] = (),
    line: int = 1,
    lines: int,
    exported: bool = True,
    parameters: Sequence[str] = (),
) -> Document:
    since = _SINCE.search(doc)
    fields: dict[str, object] = {
        "kind": kind,
        "module": list(accumulate(module.name.split("."), "{}.{}".format)),
        "deprecated": _deprecated(doc, body, decorators),
        "public": exported,
        "lines": lines,
    }
    if kind != "module":
        fields |= {"parameters": len(parameters), "has_parameters": bool(parameters)}
    if since:
        fields["since"] = since[1]
    text = "\n\n".join(part for part in (doc, signature, module.place if kind != "module" else "") if part)
    return Document(name, text, name, f"{module.path}#L{line}", fields)


def _public(node: Definition) -> bool:
    return not node.name.startswith("_")


def _parameters(node: Definition) -> list[str]:
    """Names of parameters without self and cls; those of `__init__` for a class."""
    if isinstance(node, ast.ClassDef):
        node = next(
            (part for part in node.body if isinstance(part, Function) and part.name == "__init__"), node
        )
    if isinstance(node, ast.ClassDef):
        return []
    given = node.args
    named = [*given.posonlyargs, *given.args, *([given.vararg] if given.vararg else []), *given.kwonlyargs]
    names = [each.arg for each in [*named, *([given.kwarg] if given.kwarg else [])]]
    return names[1:] if names[:1] in (["self"], ["cls"]) else names


def _signature(node: Definition, parameters: Sequence[str]) -> str:
    if isinstance(node, ast.ClassDef):
        bases = ", ".join(ast.unparse(base) for base in node.bases)
        return f"class {node.name}({bases})" if bases else f"class {node.name}"
    keyword = "async def" if isinstance(node, ast.AsyncFunctionDef) else "def"
    returns = f" -> {ast.unparse(node.returns)}" if node.returns else ""
    return f"{keyword} {node.name}({', '.join(parameters)}){returns}"


def _deprecated(doc: str, body: Sequence[ast.stmt], decorators: Sequence[ast.expr]) -> bool:
    """Whether the docstring says so, a decorator does, or the first thing the code does is warn of it.

    A warning inside an `if` speaks of one way to call it, not of the thing itself.
    """
    warns = any(
        isinstance(statement, ast.Expr)
        and isinstance(statement.value, ast.Call)
        and re.search(r"warnings\._deprecated|warn\b.*DeprecationWarning", ast.unparse(statement), re.DOTALL)
        for statement in body
    )
    marked = any("deprecated" in ast.unparse(decorator).lower() for decorator in decorators)
    return warns or marked or bool(_DEPRECATED.search(doc))
