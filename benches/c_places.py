"""Places in C source where one small change makes another program: a scanner of tokens, no parser.

It knows comments, strings, directives and brackets. What it takes for a function body or a constant table need not
be one: whoever uses it compiles the change and looks whether the compiler's output differs.
"""

import collections
import re

Token = collections.namedtuple("Token", "kind text start")
Place = collections.namedtuple("Place", "kind owner is_data start end text")

TOKEN = re.compile(
    r"(?P<space>\s+|//[^\n]*|/\*.*?\*/|(?:(?<=\n)|\A)[ \t]*\#(?:\\\n|/\*.*?\*/|[^\n])*)"
    r'|(?P<string>"(?:\\.|[^"\\\n])*")'
    r"|(?P<char>'(?:\\.|[^'\\\n])*')"
    r"|(?P<number>\.?[0-9](?:[eEpP][+-]|[0-9A-Za-z_.])*)"
    r"|(?P<name>[A-Za-z_]\w*)"
    r"|(?P<mark>->|\+\+|--|<<=|>>=|\.\.\.|<<|>>|<=|>=|==|!=|&&|\|\||[-+*/%&|^]=|.)",
    re.S,
)

KINDS = ("constant", "comparison", "field", "string", "table")

COMPARISONS = {"<": "<=", "<=": "<", ">": ">=", ">=": ">", "==": "!=", "!=": "=="}

# Calls whose arguments are no code of the function.
NO_CODE = re.compile(r"asm|__asm__|BUILD_BUG|BUILD_BUG_ON\w*|static_assert|_Static_assert|__attribute__|sizeof|typeof$")


def tokens(text):
    return [Token(m.lastgroup, m[0], m.start()) for m in TOKEN.finditer(text) if m.lastgroup != "space"]


def definitions(text):
    """Function bodies and initializers of constant tables at file level: (name, is_data, their tokens)."""
    found, head, depth, body = [], [], 0, None
    for token in tokens(text):
        if depth == 0:
            if token.text == "{":
                depth, body = 1, []
            elif token.text == ";":
                head = []
            else:
                head.append(token)
            continue
        depth += {"{": 1, "}": -1}.get(token.text, 0)
        if depth == 0:
            owner = owner_of(head)
            if owner:
                found.append((*owner, body))
            # A definition of a structure or table goes on behind its brace; a function's does not.
            head = [] if owner and not owner[1] else head
        else:
            body.append(token)
    return found


def owner_of(head):
    words = [token.text for token in head]
    if "=" in words:
        before = words[: words.index("=")]
        if "const" not in before or "typedef" in before or "(" in before:
            return None
        at = before.index("[") if "[" in before else len(before)
        return (before[at - 1], True) if at and re.match(r"[A-Za-z_]", before[at - 1]) else None
    if not words or words[-1] != ")" and not re.match(r"__\w+$", words[-1]) or "typedef" in words:
        return None
    for name, bracket in zip(words, words[1:]):
        if bracket == "(" and re.match(r"[a-z_]\w*$", name) and not re.match(r"__\w+s$|__attribute__|asm", name):
            # Such functions have another name in the object file, or none.
            return (name, False) if name not in ("typeof", "sizeof") else None
    return None


def places(text, siblings):
    """All places of a source. `siblings` gives the members that may stand in place of another."""
    found = []
    for owner, is_data, body in definitions(text):
        calls = []
        for before, token, after in zip([None, *body], body, [*body[1:], None]):
            if token.text == "(":
                calls.append(before.text if before else "")
            elif token.text == ")" and calls:
                calls.pop()
            if any(NO_CODE.match(call) for call in calls):
                continue
            found += place(owner, is_data, before, token, after, siblings)
    return found


def place(owner, is_data, before, token, after, siblings):
    def one(kind, new):
        return [Place(kind, owner, is_data, token.start, token.start + len(token.text), new)]

    previous, following = before.text if before else "", after.text if after else ""
    if token.kind == "number":
        number = re.match(r"(0[xX][0-9a-fA-F]+|[0-9]+)([uUlL]*)$", token.text)
        if not number or number[1].startswith("0") and number[1].lower()[:2] != "0x" and number[1] != "0":
            return []
        value = int(number[1], 0) + 1
        digits = hex(value) if "x" in number[1].lower() else str(value)
        # An index of an initializer is no entry.
        return one("table" if is_data else "constant", digits + number[2]) if previous != "[" or not is_data else []
    if token.kind == "string":
        if before and before.kind == "string" or after and after.kind == "string":
            return []
        letters = [m.start() for m in re.finditer(r"(?<![%\\0-9a-zA-Z.*])[a-zA-Z]", token.text)]
        if not letters:
            return []
        at = letters[-1]
        new = token.text[:at] + ("q" if token.text[at] != "q" else "v") + token.text[at + 1 :]
        return one("table" if is_data else "string", new)
    if is_data:
        return []
    if token.text in COMPARISONS and token.kind == "mark":
        return one("comparison", COMPARISONS[token.text])
    if token.kind == "name" and previous in ("->", ".") and following != "(":
        return [p for new in siblings(token.text) for p in one("field", new)]
    return []


def members(preprocessed):
    """From a preprocessed unit: for each member's name that only one structure has, the structure's other members of
    the same type."""
    found, owners = {}, collections.Counter()
    for body in re.findall(r"\bstruct\s+\w+\s*\{([^{}]*)\}", re.sub(r"^#.*$", "", preprocessed, flags=re.M)):
        by_type = collections.defaultdict(list)
        for member in body.split(";"):
            words = re.match(r"\s*([\w\s]+?[\s*]+)(\w+)\s*$", member)
            if words:
                by_type[re.sub(r"\s+", " ", words[1]).strip()].append(words[2])
        for names in by_type.values():
            owners.update(names)
            for name in names:
                found[name] = [n for n in names if n != name]
    return {name: others for name, others in found.items() if owners[name] == 1 and others}
