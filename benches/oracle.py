"""What GNU binutils say of two object files: which functions and data objects differ.

An independent judge of fixscope's lists. It shares nothing with fixscope: `objdump -d` gives the instructions,
`readelf` the sections, symbols, relocations and bytes; everything is compared as text. Names that the compiler
numbers are taken without the number, and what has no name (strings, constants, numbered read-only statics) is
replaced by its content.

x86-64 object files compiled with -ffunction-sections -fdata-sections. Needs Python 3.8 and binutils.
"""

import bisect
import collections
import difflib
import os
import re
import subprocess

# Allocated sections that say again what the code says, or only where things are: not compared.
BOOKKEEPING = re.compile(
    r"\.orc_|__mcount_loc$|\.smp_locks$|\.parainstructions$|\.(retpoline|return|call|cfi)_sites$|\.ibt_endbr_seal$"
    r"|__patchable_function_entries$|\.discard|\.note|\.comment$|\.eh_frame$|\.sframe$|\.llvm|\.kcfi_traps$"
)

# Tables of which each entry belongs to the function that its first reference leads into, with the number of
# references in an entry; its size is found from their distance.
TABLES = {"__bug_table": 2, "__jump_table": 3, ".altinstructions": 2, "__ex_table": 2, ".static_call_sites": 2}

# Constants that the compiler or a macro of the language named, not the source.
MADE_UP = re.compile(r"(CSWTCH|__func__|__FUNCTION__|__PRETTY_FUNCTION__|__compound_literal|C)\.[0-9.]+$")

Section = collections.namedtuple("Section", "index name kind size entsize flags info align")
Symbol = collections.namedtuple("Symbol", "index value size kind binding visibility section name")
Reloc = collections.namedtuple("Reloc", "offset kind symbol addend")
Insn = collections.namedtuple("Insn", "start end text")


def run(*words):
    environment = dict(os.environ, LC_ALL="C")
    done = subprocess.run(words, stdin=subprocess.DEVNULL, capture_output=True, env=environment, check=False)
    if done.returncode:
        raise RuntimeError(f"{' '.join(map(str, words))}: {done.stderr.decode(errors='replace')[-2000:]}")
    return done.stdout.decode(errors="surrogateescape")


def plain(name):
    """A name without what may differ between two compilations of one source: numbers of the compiler's and of macros
    that paste counters and lines."""
    if re.match(r"__UNIQUE_ID_|__initcall_|__initstub_|__mod_|__PASTE", name):
        return re.sub(r"[0-9.]", "", name)
    return re.sub(r"\.[0-9]+(?=\.|$)", "", name)


def parent(name):
    """The function that a cold part belongs to; else the name itself."""
    return re.sub(r"\.cold(\.[0-9]+)?$", "", name)


def is_numbered(name):
    return re.search(r".\.[0-9]+$", name) is not None


class Unit:
    """An object file as binutils print it."""

    def __init__(self, path):
        self.path = str(path)
        self._read_sections(run("readelf", "-SW", self.path))
        self._read_symbols(run("readelf", "-sW", self.path))
        self._read_relocs(run("readelf", "-rW", self.path))
        self._read_bytes()
        self._read_instructions(run("objdump", "-d", "-w", "-z", "--no-show-raw-insn", self.path))
        self._find_pieces()

    def _read_sections(self, text):
        self.sections = {}
        row = re.compile(
            r"\s*\[\s*(\d+)\] (.*?)\s+([A-Z][A-Z_0-9+]*|[0-9a-fx]+: <unknown>)\s+[0-9a-f]{16} [0-9a-f]{6,} "
            r"([0-9a-f]{6,}) ([0-9a-f]+)\s+([A-Za-z]*)\s+(\d+)\s+(\d+)\s+(\d+)$"
        )
        for line in text.splitlines():
            found = row.match(line)
            if found:
                index, name, kind, size, entsize, flags, _, info, align = found.groups()
                section = Section(
                    int(index), name, kind, int(size, 16), int(entsize, 16), flags, int(info), int(align)
                )
                self.sections[section.index] = section
        count = re.search(r"There are (\d+) section headers", text)
        # The first header is not a section, and has no type that the pattern takes.
        missing = int(count[1]) - len(self.sections)
        if missing > 1:
            raise RuntimeError(f"{self.path}: {missing} section headers were not understood")

    def allocated(self):
        return [s for s in self.sections.values() if "A" in s.flags and s.size]

    def _read_symbols(self, text):
        self.symbols = []
        for line in text.splitlines():
            words = line.split(None, 7)
            if len(words) < 7 or not re.match(r"\d+:$", words[0]):
                continue
            place = words[6]
            name = words[7] if len(words) > 7 else ""
            # readelf prints st_other in brackets behind the visibility, for instance.
            name = re.sub(r"^\[.*?\]\s+\S+\s*", "", name)
            size = int(words[2], 0)
            section = int(place) if place.isdigit() else place
            symbol = Symbol(int(words[0][:-1]), int(words[1], 16), size, words[3], words[4], words[5], section, name)
            self.symbols.append(symbol)
        self.by_section = collections.defaultdict(list)
        for symbol in self.symbols:
            if isinstance(symbol.section, int) and symbol.kind in ("FUNC", "OBJECT", "TLS", "NOTYPE", "GNU_IFUNC"):
                if symbol.name and not symbol.name.startswith(".L"):
                    self.by_section[symbol.section].append(symbol)
        for symbols in self.by_section.values():
            # Of symbols with one address the sized and the global one is taken for the name.
            symbols.sort(key=lambda s: (s.value, s.size == 0, s.binding == "LOCAL", s.name))
        self.starts = {index: [s.value for s in symbols] for index, symbols in self.by_section.items()}

    def _read_relocs(self, text):
        self.relocs = collections.defaultdict(list)
        tables = [s for s in self.sections.values() if s.kind in ("RELA", "REL") and s.size]
        parts = re.split(r"^Relocation section '(.*)' at offset .*$", text, flags=re.M)[1:]
        if parts[::2] != [s.name for s in tables]:
            raise RuntimeError(f"{self.path}: readelf shows other relocations than there are sections of them")
        row = re.compile(r"^([0-9a-f]{12,16})\s+([0-9a-f]{12,16})\s+(R_\S+)\s*(.*)$", re.M)
        for table, body in zip(tables, parts[1::2]):
            # Those of debugging information are the most, and say nothing here.
            if "A" not in self.sections[table.info].flags:
                continue
            rows = row.findall(body)
            if len(rows) * table.entsize != table.size:
                raise RuntimeError(f"{self.path}: {len(rows)} relocations in {table.name} were understood")
            for offset, info, kind, rest in rows:
                addend = re.search(r"([+-]) ([0-9a-f]+)$", rest)
                value = int(addend[2], 16) * (-1 if addend[1] == "-" else 1) if addend else int(rest or "0", 16)
                self.relocs[table.info].append(Reloc(int(offset, 16), kind, int(info, 16) >> 32, value))
        for relocs in self.relocs.values():
            relocs.sort()

    def relocs_in(self, section, start, end):
        relocs = self.relocs.get(section, [])
        first = bisect.bisect_left(relocs, (start,))
        return relocs[first : bisect.bisect_left(relocs, (end,))]

    def _read_bytes(self):
        wanted = [s for s in self.allocated() if s.kind != "NOBITS"]
        self.bytes = {s.index: bytearray(s.size) for s in self.allocated() if s.kind == "NOBITS"}
        if not wanted:
            return
        text = run("readelf", *[f"-x{s.index}" for s in wanted], self.path)
        dumps = re.split(r"^Hex dump of section '.*':$", text, flags=re.M)[1:]
        if len(dumps) != len(wanted):
            raise RuntimeError(f"{self.path}: {len(dumps)} dumps of {len(wanted)} sections")
        for section, dump in zip(wanted, dumps):
            # An address, up to four groups of up to four bytes, one blank, and the text of as many bytes.
            data = bytearray()
            for line in re.findall(r"^ +0x[0-9a-f]+ (.{35})", dump, re.M):
                data += bytes.fromhex(line.replace(" ", ""))
            if len(data) != section.size:
                raise RuntimeError(f"{self.path}: {section.name} has {section.size} bytes, not {len(data)}")
            self.bytes[section.index] = data

    def _read_instructions(self, text):
        self.insns = {}
        code = [s for s in self.sections.values() if "X" in s.flags and s.kind != "NOBITS" and s.size]
        parts = re.split(r"^Disassembly of section (.*):$", text, flags=re.M)[1:]
        names = parts[::2]
        if names != [s.name for s in code]:
            raise RuntimeError(f"{self.path}: objdump disassembled other sections than have code")
        for section, body in zip(code, parts[1::2]):
            rows = re.findall(r"^\s*([0-9a-f]+):\t(.*)$", body, re.M)
            addresses = [int(address, 16) for address, _ in rows] + [section.size]
            insns = [Insn(a, b, t) for a, b, (_, t) in zip(addresses, addresses[1:], rows)]
            self.insns[section.index] = insns
        self.insn_starts = {index: [i.start for i in insns] for index, insns in self.insns.items()}

    def insn_at(self, section, offset):
        """The instruction that covers an offset."""
        starts = self.insn_starts.get(section)
        at = bisect.bisect_right(starts, offset) - 1 if starts else -1
        return self.insns[section][at] if at >= 0 else None

    def reach(self, section, reloc):
        """The addend that leads from the symbol to what is meant: of a distance that an instruction holds, the
        processor adds the end of the instruction."""
        if section in self.insns and re.search(r"PC32|PLT32|GOTPCREL|PC8|PC64|GOTTPOFF", reloc.kind):
            insn = self.insn_at(section, reloc.offset)
            if insn:
                return reloc.addend + insn.end - reloc.offset
        return reloc.addend

    def _find_pieces(self):
        """Places that something refers to without naming a symbol: where nameless data begins."""
        self.places = collections.defaultdict(set)
        for index, relocs in self.relocs.items():
            section = self.sections.get(index)
            if section is None or "A" not in section.flags:
                continue
            for reloc in relocs:
                symbol = self.symbols[reloc.symbol]
                if symbol.kind == "SECTION" or symbol.name.startswith(".L"):
                    self.places[symbol.section].add(symbol.value + self.reach(index, reloc))
        self.places = {section: sorted(places) for section, places in self.places.items()}

    def owner(self, section, offset):
        """The symbol that an offset of a section lies in."""
        symbols = self.by_section.get(section, [])
        at = bisect.bisect_right(self.starts.get(section, []), offset)
        # The first of those with one address is the best name.
        best = None
        for symbol in reversed(symbols[:at]):
            if symbol.value <= offset < symbol.value + symbol.size or symbol.value == offset:
                best = symbol
            elif best or offset - symbol.value > 1 << 20:
                break
            if best and symbol.value < best.value:
                break
        if best:
            return best
        # An end pointer, or an index folded into an address: there is nothing else in the section it could mean.
        sized = [s for s in symbols if s.size]
        if len({s.value for s in sized}) == 1 and sized[0].kind != "FUNC":
            return sized[0]
        for symbol in symbols:
            if symbol.value + symbol.size == offset:
                return symbol
        return None

    def ordinal(self, symbol, offset):
        """Which instruction of a function lies at an offset of its section."""
        starts = self.insn_starts.get(symbol.section, [])
        first = bisect.bisect_left(starts, symbol.value)
        at = bisect.bisect_left(starts, offset)
        return f"@{at - first}" if at < len(starts) and starts[at] == offset else f"+{offset - symbol.value}"

    def reference(self, index, addend, seen=()):
        """What a relocation leads to, in words that do not depend on where things lie."""
        symbol = self.symbols[index]
        if symbol.section in ("UND", "ABS"):
            return f"{symbol.name}{addend:+}" if symbol.section == "UND" else f"={symbol.value + addend}"
        if symbol.section == "COM":
            return f"{plain(symbol.name)}{addend:+}"
        offset = symbol.value + addend
        if symbol.kind != "SECTION" and not symbol.name.startswith(".L"):
            return self.named(symbol, offset, seen)
        return self.place(symbol.section, offset, seen)

    def place(self, section, offset, seen=()):
        owner = self.owner(section, offset)
        if owner:
            return self.named(owner, offset, seen)
        return self.nameless(section, offset, seen)

    def by_content(self, symbol):
        """Whether a data object is what its content is: it has no name of its own, or a numbered one and no state."""
        if symbol.kind not in ("OBJECT", "NOTYPE") or symbol.binding != "LOCAL":
            return False
        flags = self.sections[symbol.section].flags
        return bool(MADE_UP.match(symbol.name)) or (is_numbered(symbol.name) and "W" not in flags)

    def named(self, symbol, offset, seen):
        distance = offset - symbol.value
        if symbol.kind == "FUNC" or symbol.section in self.insns:
            return plain(symbol.name) + (self.ordinal(symbol, offset) if distance else "")
        if self.by_content(symbol):
            end = symbol.value + symbol.size
            return "{%s}%+d" % (self.content(symbol.section, symbol.value, end, seen), distance)
        return f"{plain(symbol.name)}{distance:+}"

    def nameless(self, section, offset, seen):
        info = self.sections.get(section)
        data = self.bytes.get(section)
        if info is None or data is None or not 0 <= offset <= len(data):
            return f"{info.name if info else section}{offset:+}"
        if "S" in info.flags:
            width = max(1, info.entsize)
            end = offset
            while end < len(data) and any(data[end : end + width]):
                end += width
            return '"%s"' % bytes(data[offset:end]).decode("latin-1").encode("unicode_escape").decode()
        if "M" in info.flags and info.entsize:
            end = offset - offset % info.entsize + info.entsize
            return f"<{bytes(data[offset:end]).hex()}>"
        ends = [info.size]
        places = self.places.get(section, [])
        ends += places[bisect.bisect_right(places, offset) :][:1]
        starts = self.starts.get(section, [])
        ends += starts[bisect.bisect_right(starts, offset) :][:1]
        return "<%s>" % self.content(section, offset, min(ends), seen, filled=True)

    def content(self, section, start, end, seen=(), filled=False):
        """Bytes and references of a run of data. `filled`: zeros at its end may be there for alignment only."""
        key = (section, start)
        if key in seen or len(seen) > 40:
            return "…"
        seen = (*seen, key)
        data = bytes(self.bytes.get(section, b"")[start:end])
        relocs = self.relocs_in(section, start, end)
        if filled:
            last = relocs[-1].offset - start + 8 if relocs else 0
            data = data[:last] + data[last:].rstrip(b"\0")
        if not any(data):
            text = f"0*{len(data)}"
        else:
            text = data.hex()
        for reloc in relocs:
            there = self.reference(reloc.symbol, self.reach(section, reloc), seen)
            text += f" {reloc.offset - start}:{reloc.kind}:{there}"
        return text

    # Functions.

    def functions(self):
        """By plain name: a list of functions, each as (names of all its symbols, lines, bytes and relocations)."""
        rows = self.table_rows()
        found = collections.defaultdict(list)
        for section, symbols in self.by_section.items():
            if section not in self.insns:
                continue
            groups = collections.defaultdict(list)
            for symbol in symbols:
                if symbol.kind in ("FUNC", "GNU_IFUNC"):
                    groups[(symbol.value, symbol.size)].append(symbol)
            for group in groups.values():
                first = group[0]
                lines = self.function_lines(first)
                attributes = sorted(f"{s.kind} {s.binding} {s.visibility} {plain(s.name)}" for s in group)
                family = self.sections[section].name
                for symbol in group:
                    for name in (parent(symbol.name), symbol.name):
                        family = family[: -len(name) - 1] if family.endswith("." + name) else family
                attributes.append(f"section {family}")
                raw = self.raw(section, first.value, first.value + first.size)
                function = Function(
                    {plain(s.name) for s in group}, lines, rows.get((section, first.value), []), attributes, raw
                )
                found[plain(first.name)].append(function)
        return found

    def raw(self, section, start, end):
        """Bytes and relocations as they are in the file, by names and numbers of symbols."""
        relocs = []
        for reloc in self.relocs_in(section, start, end):
            symbol = self.symbols[reloc.symbol]
            name = symbol.name or self.sections[symbol.section].name
            relocs.append((reloc.offset - start, reloc.kind, name, reloc.addend))
        return bytes(self.bytes.get(section, b"")[start:end]), relocs

    def function_lines(self, symbol):
        section, start, end = symbol.section, symbol.value, symbol.value + symbol.size
        starts = self.insn_starts[section]
        first = bisect.bisect_left(starts, start)
        insns = self.insns[section][first : bisect.bisect_left(starts, end)]
        return [self.line(section, symbol, insn) for insn in insns]

    def line(self, section, symbol, insn):
        """An instruction without addresses, and with what it refers to."""
        text = re.sub(r"\s+", " ", insn.text.strip())
        comment = re.search(r"# ([0-9a-f]+)( <.*>)?$", text)
        text = re.sub(r"\s*#.*$", "", text)
        text = re.sub(r"\s*<.*>$", "", text)
        relocs = self.relocs_in(section, insn.start, insn.end)
        branch = re.match(r"((?:[a-z,]+ )*(?:j[a-z]+|call[a-z]*|loop[a-z]*|xbegin)(?:,p[nt])?) ([0-9a-f]+)$", text)
        if branch:
            text = branch[1]
            if not relocs:
                target = int(branch[2], 16)
                inside = symbol.value <= target < symbol.value + symbol.size
                text += " " + (self.ordinal(symbol, target) if inside else self.place(section, target))
        elif "(%rip)" in text and comment and not any("PC" in r.kind or "GOT" in r.kind for r in relocs):
            text = re.sub(r"-?0x[0-9a-f]+\(%rip\)", "(%rip)", text) + " " + self.place(section, int(comment[1], 16))
        for reloc in relocs:
            text += f" [{reloc.kind} {self.reference(reloc.symbol, self.reach(section, reloc))}]"
        return text

    # Tables.

    def table_entries(self):
        """Entries of the tables of functions: table's name, section, start, end."""
        for section in self.allocated():
            count = TABLES.get(section.name)
            if not count:
                continue
            relocs = self.relocs.get(section.index, [])
            if len(relocs) < count or len(relocs) % count:
                continue
            size = relocs[count].offset - relocs[0].offset if len(relocs) > count else section.size
            for start in range(0, section.size, size):
                yield section.name, section.index, start, min(start + size, section.size)

    def table_rows(self):
        """By section and start of a function: what the tables say of it, as (text, source line or None)."""
        rows = collections.defaultdict(list)
        for name, section, start, end in self.table_entries():
            relocs = self.relocs_in(section, start, end)
            first = self.symbols[relocs[0].symbol] if relocs else None
            owner = None
            if first is not None and isinstance(first.section, int):
                owner = self.owner(first.section, first.value + relocs[0].addend)
            if owner is None:
                continue
            data = bytearray(self.bytes[section][start:end])
            line = None
            if name == "__bug_table" and len(data) >= 12:
                line = data[8] | data[9] << 8
                data[8:10] = b"\0\0"
            words = [name, data.hex()]
            for reloc in relocs:
                symbol = self.symbols[reloc.symbol]
                there = self.sections.get(symbol.section) if isinstance(symbol.section, int) else None
                if there is not None and there.name == ".altinstr_replacement":
                    begin = symbol.value + reloc.addend
                    words.append(self.replacement(there.index, begin, begin + data[-1]))
                else:
                    words.append(self.reference(reloc.symbol, reloc.addend))
            rows[(owner.section, owner.value)].append((" ".join(words), line))
        return rows

    def replacement(self, section, start, end):
        nowhere = Symbol(0, start, end - start, "FUNC", "LOCAL", "DEFAULT", section, "")
        insns = [i for i in self.insns.get(section, []) if start <= i.start < end]
        return "(" + "; ".join(self.line(section, nowhere, insn) for insn in insns) + ")"

    # Data.

    def objects(self):
        """By plain name: a list of data objects as (names of all its symbols, text, alignment). Constants that are only their
        content are left out. A label without a size reaches to the next symbol."""
        groups = collections.defaultdict(list)
        for symbol in self.symbols:
            if symbol.section == "COM":
                groups[("COM", symbol.index, symbol.size)].append(symbol)
            elif isinstance(symbol.section, int) and symbol.section not in self.insns and self.is_data(symbol):
                end = symbol.value + symbol.size
                if symbol.kind == "NOTYPE" and not symbol.size:
                    starts = self.starts[symbol.section]
                    later = starts[bisect.bisect_right(starts, symbol.value) :][:1]
                    end = (later or [self.sections[symbol.section].size])[0]
                groups[(symbol.section, symbol.value, end)].append(symbol)
        found = collections.defaultdict(list)
        for (place, start, end), group in groups.items():
            names = sorted({plain(s.name) for s in group})
            attributes = sorted({f"{s.kind} {s.binding} {s.visibility} {plain(s.name)}" for s in group})
            text, align = ", ".join(attributes), None
            if place == "COM":
                text += f" common {group[0].size} {group[0].value}"
            else:
                section = self.sections[place]
                family = section.name
                for symbol in group:
                    family = re.sub(r"\.%s$" % re.escape(symbol.name), "", family)
                text += f" in {family} {section.flags}, {end - start} bytes"
                text += ": " + self.content(place, start, end)
                # What else lies in a section decides its alignment too.
                align = section.align if len(set(self.starts[place])) == 1 else None
            found[names[0]].append((names, text, align))
        return found

    def is_data(self, symbol):
        section = self.sections.get(symbol.section)
        if section is None or "A" not in section.flags or BOOKKEEPING.match(section.name):
            return False
        if symbol.kind not in ("OBJECT", "TLS", "NOTYPE") or symbol.name.startswith(".L") or not symbol.name:
            return False
        return not self.by_content(symbol) and section.name not in TABLES

    def leftovers(self):
        """By section name: what no symbol owns and no reference leads to, as text."""
        found = collections.defaultdict(list)
        tables = {(section, start) for _, section, start, _ in self.table_entries()}
        owned = {section for section, _ in tables}
        for section in self.allocated():
            name, index = section.name, section.index
            mergeable = "M" in section.flags
            if BOOKKEEPING.match(name) or mergeable or index in owned or name == ".altinstr_replacement":
                continue
            at = 0
            places = self.places.get(index, [])
            for symbol in [*self.by_section.get(index, []), None]:
                start = symbol.value if symbol else section.size
                end = symbol.value + symbol.size if symbol else section.size
                if symbol and symbol.kind == "NOTYPE" and not symbol.size and index not in self.insns:
                    later = self.starts[index][bisect.bisect_right(self.starts[index], symbol.value) :][:1]
                    end = (later or [section.size])[0]
                # What something refers to is that reference's content, up to the next symbol.
                first = places[bisect.bisect_left(places, at) :][:1]
                stop = min([start, *first])
                if at < stop:
                    text = self.gap(section, at, stop)
                    if text:
                        found[name].append(text)
                at = max(at, end)
        return found

    def gap(self, section, start, end):
        if section.index in self.insns:
            insns = [i for i in self.insns[section.index] if start <= i.start < end]
            nowhere = Symbol(0, start, end - start, "FUNC", "LOCAL", "DEFAULT", section.index, "")
            lines = [self.line(section.index, nowhere, i) for i in insns if not is_filler(i.text)]
            return "; ".join(lines)
        if not any(self.bytes[section.index][start:end]) and not self.relocs_in(section.index, start, end):
            return ""
        return self.content(section.index, start, end)

    def whole(self):
        """Everything allocated as it is in the file, for telling whether two files say the same in the same place."""
        found = []
        for section in self.sections.values():
            if "A" in section.flags:
                head = (section.name, section.kind, section.size, section.flags, section.align)
                found.append((head, *self.raw(section.index, 0, section.size)))
        symbols = [s[1:] for s in self.symbols if s.kind not in ("FILE", "SECTION")]
        return found, symbols


Function = collections.namedtuple("Function", "names lines rows attributes raw")


def is_filler(text):
    """Whether an instruction does nothing but take room."""
    return re.match(r"(?:data16 |cs |ds )*(?:nop[wl]?|xchg +%ax,%ax|int3)\b", text.strip()) is not None


# Comparing.


class Verdict:
    """How two object files differ.

    functions: by name of a function, why it differs: a set of `code`, `table`, `line`, `attributes`, `filler`, `only
    original`, `only patched`.
    objects: by name of a data object, all its names and what it is on each side; sections: names of those in which
    something differs that no symbol owns.
    harmless: how many functions have other bytes or relocations and say the same, by kind.
    """

    def __init__(self):
        self.functions = {}
        self.names = {}
        self.details = {}
        self.objects = {}
        self.sections = set()
        self.harmless = collections.Counter()
        self.identical = False
        self.compared = 0


def why(o, p, line_of):
    """The ways in which two functions of one name differ."""
    ways = set()
    if o.lines != p.lines:
        ways.add("code")
        with_room = [[l for l in f.lines if not is_filler(l)] for f in (o, p)]
        # Numbers of instructions shift where fillers come or go.
        unnumbered = [[re.sub(r" @\d+$", "", l) for l in lines] for lines in with_room]
        if unnumbered[0] == unnumbered[1]:
            ways = {"filler"}
        elif line_of and only_lines(o.lines, p.lines, line_of):
            ways = {"line"}
    if [text for text, _ in o.rows] != [text for text, _ in p.rows]:
        ways.add("table")
    if o.attributes != p.attributes:
        ways.add("attributes")
    return ways


# An immediate, or the line behind a file's name in a string, as the checks of FORTIFY_SOURCE have it.
LINE = re.compile(r"(?<=\$)0x[0-9a-f]+|(?<=\.[ch]:)[0-9]+(?=\")")


def only_lines(o, p, line_of):
    """Whether instructions differ in nothing but source lines which the fix moved. `line_of` gives the patched line of
    an original one."""
    if len(o) != len(p):
        return False
    for a, b in zip(o, p):
        if a == b:
            continue
        if LINE.sub("", a) != LINE.sub("", b):
            return False
        for x, y in zip(LINE.findall(a), LINE.findall(b)):
            if x != y and line_of.get(int(x, 0)) != int(y, 0):
                return False
    return True


def moved_lines(original, patched):
    """For every line of the original text that is in the patched one too: its line there, counted from 1."""
    matcher = difflib.SequenceMatcher(None, original.splitlines(), patched.splitlines(), autojunk=False)
    found = {}
    for a, b, size in matcher.get_matching_blocks():
        found.update({a + i + 1: b + i + 1 for i in range(size)})
    return found


def kind_of_harmless(o, p):
    """Why two functions that say the same are not the same bytes and relocations."""
    (bytes_o, relocs_o), (bytes_p, relocs_p) = o.raw, p.raw
    if len(bytes_o) != len(bytes_p):
        return "branches of another length"
    if bytes_o != bytes_p:
        return "distances within the unit"
    if [r[:3] for r in relocs_o] == [r[:3] for r in relocs_p]:
        return "nameless data elsewhere in its section"
    names = [[plain(r[2]) for r in relocs] for relocs in (relocs_o, relocs_p)]
    if names[0] == names[1]:
        return "other numbers in names"
    return "references by another symbol"


def compare(o, p, line_of=None):
    """The Verdict over two Units. `line_of`: see `only_lines`."""
    verdict = Verdict()
    verdict.identical = o.whole() == p.whole()
    functions = o.functions(), p.functions()
    for name in sorted(functions[0].keys() | functions[1].keys()):
        left, right = functions[0].get(name, []), functions[1].get(name, [])
        verdict.compared += max(len(left), len(right))
        # Of several with one plain name, those that are the same on both sides are paired first.
        rest = list(right)
        odd = []
        for one in left:
            same = next((two for two in rest if not why(one, two, None)), None)
            if same is None:
                odd.append(one)
                continue
            rest.remove(same)
            if one.raw != same.raw:
                verdict.harmless[kind_of_harmless(one, same)] += 1
            elif [l for _, l in one.rows] != [l for _, l in same.rows]:
                verdict.harmless["line numbers in __bug_table"] += 1
        ways = set()
        for one, two in zip(odd, rest):
            ways |= why(one, two, line_of)
            changes = difflib.unified_diff(one.lines, two.lines, lineterm="", n=0)
            tables = difflib.unified_diff(
                [t for t, _ in one.rows] + one.attributes, [t for t, _ in two.rows] + two.attributes, lineterm="", n=0
            )
            verdict.details[name] = [*list(changes)[2:40], *list(tables)[2:20]]
        if len(odd) > len(rest):
            ways.add("only original")
        if len(rest) > len(odd):
            ways.add("only patched")
        if ways:
            verdict.functions[name] = ways
            verdict.names[name] = {one for f in [*left, *right] for one in f.names}
    objects = o.objects(), p.objects()
    for name in sorted(objects[0].keys() | objects[1].keys()):
        left, right = (sorted(side.get(name, []), key=lambda one: one[:2]) for side in objects)
        same = len(left) == len(right) and all(
            a[:2] == b[:2] and (a[2] == b[2] or None in (a[2], b[2])) for a, b in zip(left, right)
        )
        if not same:
            names = {one for names, _, _ in [*left, *right] for one in names}
            verdict.objects[name] = (names, [o[1:] for o in left], [o[1:] for o in right])
    rests = o.leftovers(), p.leftovers()
    for name in rests[0].keys() | rests[1].keys():
        if rests[0].get(name) != rests[1].get(name):
            verdict.sections.add(name)
            verdict.details[name] = [rests[0].get(name), rests[1].get(name)]
    return verdict
