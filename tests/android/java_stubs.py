"""Android's classes as Java sources without bodies, made from the published type stubs of its interface (chaquopy-stubs-android, a package of
.pyi files), so that our Java is compiled against the real names, parameters and results although no Android SDK is at hand.

What a .pyi cannot say stands in the tables below: what has to be implemented, which numbers are wide, what is thrown. A type without a
constructor or a field counts as an interface.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

IMPLEMENTED = {  # interfaces that our Java implements: there, what has to be written is not left out
    "android.content.DialogInterface.OnClickListener", "android.content.DialogInterface.OnCancelListener", "android.view.View.OnClickListener",
    "android.view.SurfaceHolder.Callback", "android.hardware.Camera.PreviewCallback", "android.hardware.Camera.AutoFocusCallback",
    "android.media.MediaRecorder.OnInfoListener", "android.location.LocationListener",
}  # fmt: skip
THROWS = {
    "android.content.ContentResolver": dict.fromkeys(("openInputStream", "openOutputStream", "openFileDescriptor"), "java.io.FileNotFoundException"),
    "android.media.MediaRecorder": {"prepare": "java.io.IOException"},
    "android.hardware.Camera": {"setPreviewDisplay": "java.io.IOException"},
    "android.os.ParcelFileDescriptor": {"close": "java.io.IOException"},
}
FROM_JAVA = {"java.security.spec.AlgorithmParameterSpec", "java.lang.CharSequence"}  # that ours have to pass for
CLOSEABLE = {"android.os.ParcelFileDescriptor", "android.database.Cursor"}
RUNTIME = {  # exceptions, and what they are
    "android.content.ActivityNotFoundException": "RuntimeException",
    "android.security.keystore.StrongBoxUnavailableException": "java.security.ProviderException",
}
LONG = {"elapsedRealtimeNanos", "getElapsedRealtimeNanos", "getTime", "elapsedRealtime", "getAvailableBytes"}
SIMPLE = {"int": "int", "bool": "boolean", "str": "String", "float": "double", "None": "void", "bytes": "byte[]"}


@dataclass
class Stub:
    """One Java class: its bases, members and inner classes."""

    name: str
    node: ast.ClassDef
    inner: dict[str, Stub] = field(default_factory=dict)


class Interface:
    """All of the packages whose .pyi files lie under `root` (android-stubs, androidx-stubs ...)."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._packages: dict[str, dict[str, Stub]] = {}
        self._words: set[str] = set()

    def find(self, name: str) -> Stub | None:
        """By dotted name, inner classes with dots as well; None where there is no such class."""
        package, outer = split(name)
        stub: Stub | None = None
        for part in outer.split("."):
            stub = (self._package(package) if stub is None else stub.inner).get(part)
            if stub is None:
                return None
        return stub

    def members(self, name: str) -> set[str]:
        """The names of everything a class has of its own or by its bases."""
        stub = self.find(name)
        if stub is None:
            return set()
        own = {node.name for node in stub.node.body if isinstance(node, ast.FunctionDef)}
        own |= {node.target.id for node in stub.node.body if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name)}
        return own.union(*(self.members(base) for base in self.bases(stub)))

    def bases(self, stub: Stub) -> list[str]:
        """Full names."""
        here = split(stub.name)[0]
        return [full for base in stub.node.bases if (full := self._full(ast.unparse(base), here, stub.name))]

    def _package(self, package: str) -> dict[str, Stub]:
        if package not in self._packages:
            first, *rest = package.split(".")
            file = self._root / f"{first}-stubs" / Path(*rest) / "__init__.pyi"
            tree = ast.parse(file.read_text("utf-8")) if file.is_file() else ast.Module([], [])
            self._packages[package] = {node.name: _stub(f"{package}.{node.name}", node) for node in tree.body if isinstance(node, ast.ClassDef)}
        return self._packages[package]

    def _full(self, text: str, package: str, within: str = "") -> str:
        """A type of a .pyi as a full Java name; "" for what is nothing of Java's."""
        text = text.strip().strip("'\"")
        if text.startswith(("java.", "javax.", "org.")) or (text.startswith(("android", "dalvik")) and self.find(text)):
            return "" if text in ("java.lang.Object",) or text.startswith("java.chaquopy") else text
        return f"{package}.{text}" if re.match(r"[A-Z]", text) and self.find(f"{package}.{text}") else ""

    # -- as Java --------------------------------------------------------------------------------------------------------------------------

    def write(self, wanted: set[str], words: set[str], folder: Path) -> None:
        """Sources of the wanted classes and their bases with the members called by one of `words`, and of every class these mention, empty."""
        self._words = words
        waiting = {top_of(name) for name in wanted}
        sources: dict[str, str] = {}
        while waiting:
            name = waiting.pop()
            stub = self.find(name)
            if stub is not None and name not in sources and name.startswith("android"):
                mentioned: set[str] = set()
                sources[name] = self._source(stub, mentioned)
                waiting |= mentioned
        for name, text in sources.items():
            package, outer = split(name)
            file = folder / Path(*package.split(".")) / f"{outer}.java"
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(f"package {package};\n\n{text}", "utf-8")

    def _is_interface(self, stub: Stub | None) -> bool:
        return stub is not None and not any(_is_constructor(node) or _is_field(node) for node in stub.node.body)

    def _source(self, stub: Stub, mentioned: set[str], depth: int = 0) -> str:
        simple, package = stub.name.rpartition(".")[2], split(stub.name)[0]
        is_interface = self._is_interface(stub)
        bases = [base for base in self.bases(stub) if base.startswith("android") and base.rpartition(".")[2] != "Protocol"]
        classes = [RUNTIME[stub.name]] if stub.name in RUNTIME else [base for base in bases if not self._is_interface(self.find(base))]
        faces = [base for base in bases if self._is_interface(self.find(base))] + (["java.io.Closeable"] if stub.name in CLOSEABLE else [])
        faces += [base for base in self.bases(stub) if base in FROM_JAVA and (is_interface or base != "java.lang.CharSequence")]
        head = f"public {'static ' if depth else ''}{'interface' if is_interface else 'class'} {simple}"
        if is_interface:
            head += f" extends {', '.join(faces)}" if faces else ""
        else:
            head += f" extends {classes[-1]}" if classes else ""
            head += f" implements {', '.join(faces)}" if faces else ""
        mentioned |= {top_of(base) for base in bases}
        lines = [self._constant(node, package, mentioned) for node in stub.node.body if isinstance(node, ast.AnnAssign)]
        lines += [self._method(node, stub, package, mentioned, is_interface) for node in stub.node.body if isinstance(node, ast.FunctionDef)]
        if not is_interface:
            lines.append(f"protected {simple}() {{}}")  # for those that extend it; gives way to one of its own
        unique = list(dict.fromkeys(_key_lines(lines)))
        inner = [self._source(each, mentioned, depth + 1) for each in stub.inner.values()]
        return head + " {\n" + "\n".join(line for line in unique if line) + "\n" + "\n".join(inner) + "}\n"

    def _constant(self, node: ast.AnnAssign, package: str, mentioned: set[str]) -> str:
        if not isinstance(node.target, ast.Name) or node.target.id not in self._words:
            return ""
        text = ast.unparse(node.annotation)
        found = re.fullmatch(r"typing\.ClassVar\[(.*)\]", text)
        kind = self._type(found[1] if found else text, package, mentioned)
        value = {"int": "0", "boolean": "false", "double": "0", "long": "0"}.get(kind, "null")
        if kind == "double":
            kind = "float"
        if found:
            return f"public static final {kind} {node.target.id} = {value};"
        return f"public {kind} {node.target.id};"

    def _method(self, node: ast.FunctionDef, stub: Stub, package: str, mentioned: set[str], is_interface: bool) -> str:
        name = node.name
        needed = stub.name in IMPLEMENTED or name == "__init__" or (name == "close" and stub.name in CLOSEABLE)
        if name not in self._words and not needed:
            return ""
        static = any(ast.unparse(each) == "staticmethod" for each in node.decorator_list)
        arguments = [*node.args.posonlyargs, *node.args.args]
        if not static:
            arguments = arguments[1:]
        kinds = [self._parameter(each, package, mentioned) for each in arguments]
        if node.args.vararg is not None:
            kinds.append(self._parameter(node.args.vararg, package, mentioned) + "...")
        listed = ", ".join(f"{kind} a{number}" for number, kind in enumerate(kinds))
        thrown = THROWS.get(stub.name, {}).get(name, "")
        throws = f" throws {thrown}" if thrown else ""
        if name == "__init__":
            return f"public {stub.name.rpartition('.')[2]}({listed}){throws} {{}}"
        if name.startswith("__") or name in ("toString", "hashCode", "equals", "getClass", "wait", "clone", "finalize"):
            return ""
        result = self._type(ast.unparse(node.returns) if node.returns else "None", package, mentioned)
        if result == "int" and name in LONG:
            result = "long"
        body = "" if result == "void" else f" return {'false' if result == 'boolean' else '0' if result in ('int', 'long', 'double') else 'null'};"
        if is_interface and not static:
            by_later_levels = name == "onFlushComplete" or any("List" in kind for kind in kinds)
            if stub.name not in IMPLEMENTED or by_later_levels:
                return f"default {result} {name}({listed}){throws} {{{body}}}"
            return f"{result} {name}({listed}){throws};"
        return f"{'protected' if name in ('onCreate', 'onResume', 'onPause', 'onDestroy') and stub.name == 'android.app.Activity' else 'public'} " + (
            f"{'static ' if static else ''}{result} {name}({listed}){throws} {{{body}}}"
        )

    def _parameter(self, argument: ast.arg, package: str, mentioned: set[str]) -> str:
        """`int | java.jint | java.lang.Integer` says int; `str | java.lang.String` says String."""
        text = ast.unparse(argument.annotation) if argument.annotation else "java.lang.Object"
        for primitive in ("int", "long", "short", "byte", "char", "float", "double", "boolean"):
            if f"java.j{primitive}" in text:
                return primitive
        return self._type(text, package, mentioned)

    def _type(self, text: str, package: str, mentioned: set[str]) -> str:
        text = text.strip().strip("'\"").removesuffix("| None").strip()
        if text.startswith("java.lang.Object |"):
            return "Object"
        if "|" in text:
            text = text.rpartition("|")[2].strip()
        if text in SIMPLE:
            return SIMPLE[text]
        array = re.fullmatch(r"java\.chaquopy\.JavaArrayJ(\w+)", text)
        if array:
            return array[1].lower() + "[]"
        inside = re.fullmatch(r"java\.chaquopy\.JavaArray\[(.*)\]", text)
        if inside:
            return self._type(inside[1], package, mentioned) + "[]"
        generic = re.fullmatch(r"([\w.]+)\[(.*)\]", text)
        if generic:
            outer = self._type(generic[1], package, mentioned)
            parts = [self._type(part, package, mentioned) for part in re.split(r",\s*(?![^\[]*\])", generic[2])]
            boxed = {"int": "Integer", "long": "Long", "boolean": "Boolean", "double": "Double", "void": "Void"}
            return f"{outer}<{', '.join(boxed.get(part, part) for part in parts)}>" if outer != "Object" else outer
        if text.startswith(("java.", "javax.", "org.")):
            return text if re.search(r"\.[A-Z]", text) else "Object"
        full = self._full(text, package)
        if not full:
            return "Object"
        mentioned.add(top_of(full))
        return full


def split(name: str) -> tuple[str, str]:
    """(package, class with its outer classes)."""
    parts = name.split(".")
    first = next((number for number, part in enumerate(parts) if part[:1].isupper()), len(parts))
    return ".".join(parts[:first]), ".".join(parts[first:])


def top_of(name: str) -> str:
    """The outermost class."""
    package, outer = split(name)
    return f"{package}.{outer.partition('.')[0]}"


def _stub(name: str, node: ast.ClassDef) -> Stub:
    inner = {each.name: _stub(f"{name}.{each.name}", each) for each in node.body if isinstance(each, ast.ClassDef)}
    return Stub(name, node, inner)


def _is_constructor(node: ast.stmt) -> bool:
    return isinstance(node, ast.FunctionDef) and node.name == "__init__"


def _is_field(node: ast.stmt) -> bool:
    return isinstance(node, ast.AnnAssign) and not ast.unparse(node.annotation).startswith("typing.ClassVar")


def _key_lines(lines: list[str]) -> Iterator[str]:
    """No two members of the same name and parameters: the .pyi repeats some."""
    seen = set()
    for line in lines:
        found = re.match(r"(?:default |public |protected |static )*(?:[\w.<>\[\], ?]+ )?(\w+)\((.*?)\)", line)
        key = (found[1], re.sub(r" a\d+", "", found[2])) if found and "(" in line else line
        if key not in seen:
            seen.add(key)
            yield line
