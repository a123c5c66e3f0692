"""Compiling single units of a configured kernel tree, and holding fixscope's list against the oracle's.

Needs Python 3.8, binutils, and what a kernel needs to compile.
"""

import collections
import contextlib
import json
import os
import re
import shlex
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import oracle

ROOT = Path(__file__).resolve().parent.parent
FIXSCOPE = ROOT / "target" / "release" / "fixscope"
SECTIONS = ["-ffunction-sections", "-fdata-sections"]

# A compiler that writes down the commands of wanted units instead of compiling them: kbuild then takes a moment for
# hundreds of units, and their commands are known.
RECORDER = """#!/bin/sh
source= compile=
for word; do
	case $word in
	-c) compile=y ;;
	*.c) source=$word ;;
	*.o) object=$word ;;
	esac
done
if [ -n "$compile" ] && [ -n "$source" ] && grep -qxF -e "$source" "$RECORDS/wanted"; then
	printf '%s\\0' "$@" >"$RECORDS/$(printf %s "$source" | tr / %)"
	exec gcc -c -x c /dev/null -o "$object"
fi
exec gcc "$@"
"""


class Tree:
    """A configured kernel tree of one's own: sources are replaced in it, and put back."""

    def __init__(self, tree, work, jobs, flags):
        self.tree = Path(tree).resolve()
        self.work = Path(work).resolve()
        self.jobs = jobs
        self.flags = [*SECTIONS, *flags]
        self.commands = {}

    def record(self, sources):
        """Asks kbuild for the commands of units; those that it cannot make have none."""
        records = self.work / "records"
        records.mkdir(parents=True, exist_ok=True)
        recorder = self.work / "recorder"
        recorder.write_text(RECORDER)
        recorder.chmod(0o755)
        (records / "wanted").write_text("".join(f"{source}\n" for source in sources))
        objects = [str(Path(source).with_suffix(".o")) for source in sources]
        for obj in objects:
            self._forget(obj)
        log = self.work / "make.log"
        with open(log, "wb") as output:
            # What the units need beside the commands has to come from the real compiler.
            for words in (["prepare"], ["-k", f"CC={recorder}", "objtool=true", *objects]):
                done = subprocess.run(
                    ["make", "-s", f"-j{self.jobs}", *words],
                    cwd=self.tree,
                    stdin=subprocess.DEVNULL,
                    stdout=output,
                    stderr=output,
                    env={**os.environ, "RECORDS": str(records)},
                )
                if words == ["prepare"] and done.returncode:
                    sys.exit(f"`make prepare` failed in {self.tree}, see {log}")
        for source, obj in zip(sources, objects):
            self._forget(obj)
            record = records / source.replace("/", "%")
            if record.exists():
                words = record.read_text(errors="surrogateescape").split("\0")[:-1]
                self.commands[source] = [w for w in words if not w.startswith(("-Wp,-MMD", "-Wp,-MD"))]
        if not self.commands:
            sys.exit(f"kbuild gave no command for any of {len(sources)} units, see {log}")

    def _forget(self, obj):
        path = self.tree / obj
        path.unlink(missing_ok=True)
        path.with_name(f".{path.name}.cmd").unlink(missing_ok=True)

    def command(self, source, output):
        words = list(self.commands[source])
        words[words.index("-o") + 1] = str(output)
        return ["gcc", *words, *self.flags]

    def compile(self, source, output, text=None):
        """Compiles a unit, with another text in its place; None, or what the compiler said."""
        output.parent.mkdir(parents=True, exist_ok=True)
        with self.replaced(source, text):
            done = subprocess.run(
                self.command(source, output), cwd=self.tree, stdin=subprocess.DEVNULL, capture_output=True
            )
        return done.stderr.decode(errors="replace") if done.returncode else None

    @contextlib.contextmanager
    def replaced(self, source, text):
        if text is None:
            yield
            return
        path = self.tree / source
        before = path.read_bytes()
        try:
            path.write_bytes(text)
            yield
        finally:
            path.write_bytes(before)

    def preprocessed(self, source):
        words = list(self.commands[source])
        words[words.index("-o") + 1] = "-"
        words[words.index("-c")] = "-E"
        done = subprocess.run(["gcc", *words], cwd=self.tree, stdin=subprocess.DEVNULL, capture_output=True)
        return done.stdout.decode(errors="surrogateescape")

    def reproduce(self, source, output):
        return f"(cd {self.tree} && {shlex.join(self.command(source, output))})"


def is_plain_unit(tree, source):
    """Whether a file is a unit of the kernel proper: not of what is linked otherwise, and not part of another file."""
    apart = r"/(boot|realmode|purgatory|vdso|tools|selftests?|kunit|tests?)/|libstub|entry/vdso"
    if re.search(apart, f"/{source}"):
        return False
    folder = (tree / source).parent
    name = re.escape(Path(source).name)
    for other in folder.glob("*.c"):
        if re.search(rf'#\s*include\s+"(?:[^"]*/)?{name}"', other.read_text(errors="replace")):
            return False
    return True


# fixscope's list.

Listed = collections.namedtuple("Listed", "functions objects sections status symbols errors seconds")


def listed(fixscope, original, patched):
    """What `fixscope diff` says of two object files, by plain name."""
    start = time.monotonic()
    words = [str(fixscope), "diff", str(original), str(patched), "--format", "json", "-q"]
    done = subprocess.run(words, stdin=subprocess.DEVNULL, capture_output=True)
    seconds = time.monotonic() - start
    try:
        report = json.loads(done.stdout)
    except ValueError:
        raise RuntimeError(f"{shlex.join(words)} ended with {done.returncode}: {done.stderr.decode()}") from None
    return from_report(report, done.returncode, seconds)


def from_report(report, status, seconds):
    symbols = [s for unit in report["units"] for s in unit["symbols"] if s["status"] != "unchanged"]
    errors = [e for unit in report["units"] for e in unit["errors"]]
    by_kind = collections.defaultdict(set)
    for symbol in symbols:
        for name in (symbol["name"], symbol["original_name"]):
            if name:
                by_kind[symbol["kind"]].add(name if symbol["kind"] == "section" else oracle.plain(name))
    return Listed(by_kind["function"], by_kind["object"], by_kind["section"], status, symbols, errors, seconds)


class Judgement:
    """One pair of units: what fixscope lists against what differs."""

    def __init__(self, verdict, list_):
        self.verdict, self.listed = verdict, list_
        self.missed = []
        self.extra = []
        self.excused = collections.Counter()
        functions = collections.defaultdict(set)
        known = {one for names, _, _ in verdict.objects.values() for one in names}
        for name, ways in verdict.functions.items():
            functions[oracle.parent(name)] |= ways
            known |= {oracle.parent(one) for one in verdict.names[name]}
        for name, ways in functions.items():
            if list_.functions & ({name} | verdict.names.get(name, set())):
                continue
            if ways == {"filler"}:
                self.excused["instructions that do nothing"] += 1
            else:
                self.missed.append(f"function {name}: {', '.join(sorted(ways))}")
        for name, (names, _, _) in verdict.objects.items():
            if not list_.objects & names:
                self.missed.append(f"object {name}")
        for name in verdict.sections:
            if name not in list_.sections:
                self.missed.append(f"section {name}")
        self.extra += [f"function {n}" for n in sorted(list_.functions) if oracle.parent(n) not in known]
        self.extra += [f"object {n}" for n in sorted(list_.objects) if n not in known]
        self.extra += [f"section {n}" for n in sorted(list_.sections) if n not in verdict.sections]
        loud = any(s["status"] in ("changed", "new", "removed") for s in list_.symbols)
        if list_.errors:
            self.missed.append(f"errors: {list_.errors}")
        if list_.status != (1 if loud else 0):
            self.missed.append(f"exit status {list_.status}")
        if verdict.identical and list_.symbols:
            self.missed.append("not silent, though all sections and relocations are equal")

    def explanation(self, extra):
        """Why something is listed that does not differ; None when nobody can tell."""
        symbols = self.symbols(extra)
        causes = [cause for symbol in symbols for cause in symbol["causes"]]
        # The oracle takes all numbered variables of one name for the same one.
        if causes and all(cause["kind"] == "reference" and cause["chain"] for cause in causes):
            ends = [re.match(r"(\S+)(?: became (\S+))?$", cause["chain"][-1]["what"]) for cause in causes]
            if all(end and leads_to_numbered(end[1], end[2] or end[1]) for end in ends):
                return "numbered variables of one name, paired in another order"
        statuses = [symbol["status"] for symbol in symbols]
        if extra.startswith("object ") and set(statuses) == {"new", "removed"}:
            if statuses.count("new") == statuses.count("removed"):
                return "variables that other functions use now, listed as removed and new"
        return None

    def symbols(self, extra):
        name = extra.split(" ", 1)[1]
        return [s for s in self.listed.symbols if name in (oracle.plain(s["name"]), s["name"])]

    def causes(self, extra):
        return [
            {"status": s["status"], "causes": [(c["kind"], c["summary"]) for c in s["causes"]]}
            for s in self.symbols(extra)
        ]


def leads_to_numbered(original, patched):
    return oracle.is_numbered(original) and oracle.plain(original) == oracle.plain(patched)


def in_turn(jobs, work, items):
    """Results of some work on all items, some at a time, in order."""
    with ThreadPoolExecutor(jobs) as pool:
        yield from pool.map(work, items)
