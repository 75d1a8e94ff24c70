"""Equations for paper: everyday LaTeX is set, any other is shown as its source.

Only names that are listed here are understood; one that is not leaves the whole equation as source, so
that none is ever set wrongly.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from scheduler.exporters.typst_manuscript import Inline, Manuscript, Node

_TOKEN = re.compile(r"\\[A-Za-z]+|\\.|[{}^_&]|\d+(?:[.,]\d+)*|\s+|.", re.DOTALL)
_LETTERS = {
    "alpha": "α", "beta": "β", "gamma": "γ", "delta": "δ", "epsilon": "ε", "varepsilon": "ε", "zeta": "ζ",
    "eta": "η", "theta": "θ", "iota": "ι", "kappa": "κ", "lambda": "λ", "mu": "μ", "nu": "ν", "xi": "ξ",
    "pi": "π", "rho": "ρ", "sigma": "σ", "tau": "τ", "upsilon": "υ", "phi": "φ", "varphi": "φ", "chi": "χ",
    "psi": "ψ", "omega": "ω", "Gamma": "Γ", "Delta": "Δ", "Theta": "Θ", "Lambda": "Λ", "Xi": "Ξ", "Pi": "Π",
    "Sigma": "Σ", "Phi": "Φ", "Psi": "Ψ", "Omega": "Ω", "ell": "ℓ", "partial": "∂", "nabla": "∇",
    "infty": "∞", "emptyset": "∅", "varnothing": "∅", "hbar": "ℏ",
}  # fmt: skip
_SIGNS = {
    "cdot": "⋅", "times": "×", "div": "÷", "pm": "±", "mp": "∓", "le": "≤", "leq": "≤", "ge": "≥", "geq": "≥",
    "ne": "≠", "neq": "≠", "approx": "≈", "sim": "∼", "simeq": "≃", "equiv": "≡", "propto": "∝", "ll": "≪",
    "gg": "≫", "in": "∈", "notin": "∉", "subset": "⊂", "subseteq": "⊆", "cup": "∪", "cap": "∩", "to": "→",
    "rightarrow": "→", "leftarrow": "←", "Rightarrow": "⇒", "Leftrightarrow": "⇔", "mapsto": "↦",
    "forall": "∀", "exists": "∃", "mid": "∣", "ldots": "…", "dots": "…", "cdots": "⋯", "sum": "∑",
    "prod": "∏", "int": "∫", "langle": "⟨", "rangle": "⟩", "%": "%", "$": "$", "#": "#", "&": "&", "_": "_",
    "{": "{", "}": "}", "|": "‖",
}  # fmt: skip
_SPACES = {
    ",": "\u2009",
    ";": "\u2005",
    ":": "\u2005",
    " ": " ",
    "quad": "\u2003",
    "qquad": "\u2003\u2003",
    "!": "",
}
_IGNORED = {"displaystyle", "textstyle", "limits", "nolimits"}
_OPERATORS = {"min", "max", "lim", "sup", "inf", "argmin", "argmax"}
_FUNCTIONS = {"log", "ln", "exp", "sin", "cos", "tan", "det", "Pr", "arg", "gcd", "dim", "ker", "deg"}
_ACCENTS = {
    "hat": "\u0302",
    "bar": "\u0304",
    "overline": "\u0304",
    "tilde": "\u0303",
    "vec": "\u20d7",
    "dot": "\u0307",
}
_WORDS = {"text", "mathrm", "textrm", "operatorname", "mathit", "textit", "textbf"}
_DEEPEST = 12


def equation_node(manuscript: Manuscript, source: str, *, block: bool) -> Node:
    """The equation, with its LaTeX source as alternative text."""
    text = " ".join(manuscript.text(source).split())
    try:
        body = _Reader(text).everything()
    except _NotUnderstood:
        body = None
    return {"is": "equation", "source": text, "block": block, "body": body or None}


class _NotUnderstood(Exception):
    """LaTeX beyond what is listed here."""


class _Reader:
    """Reads tokens from left to right into nodes."""

    def __init__(self, text: str) -> None:
        self._tokens: list[str] = [token for token in _TOKEN.findall(text) if not token.isspace()]
        self._raw = [match for match in _TOKEN.finditer(text) if not match[0].isspace()]
        self._text = text
        self._at = 0
        self._depth = 0

    def everything(self) -> list[Inline]:
        nodes = self._until(None)
        if self._at < len(self._tokens):
            raise _NotUnderstood
        return nodes

    def _until(self, end: str | None) -> list[Inline]:
        self._depth += 1
        if self._depth > _DEEPEST:
            raise _NotUnderstood
        nodes: list[Inline] = []
        while self._at < len(self._tokens) and self._tokens[self._at] != end:
            node = self._scripted()
            if node is not None:
                nodes.append(node)
        self._depth -= 1
        return nodes

    def _scripted(self) -> Inline | None:
        base = self._one()
        scripts: dict[str, list[Inline]] = {}
        while self._peek() in ("^", "_"):
            place = "top" if self._next() == "^" else "bottom"
            if place in scripts or base is None:
                raise _NotUnderstood
            scripts[place] = self._argument()
        return {"is": "scripts", "base": [base], **scripts} if scripts and base is not None else base

    def _argument(self) -> list[Inline]:
        if self._peek() == "{":
            return self._group()
        node = self._one()
        return [] if node is None else [node]

    def _group(self) -> list[Inline]:
        if self._next() != "{":
            raise _NotUnderstood
        nodes = self._until("}")
        if self._next() != "}":
            raise _NotUnderstood
        return nodes

    def _one(self) -> Inline | None:
        token = self._next()
        if token == "{":
            self._at -= 1
            return {"is": "group", "body": self._group()}
        if token in ("}", "^", "_", "&", "\\\\", "~", "#"):
            raise _NotUnderstood
        if token[0].isdigit():
            return {"is": "number", "text": token}
        if not token.startswith("\\"):
            return {"is": "symbol", "text": "−" if token == "-" else "′" if token == "'" else token}
        return self._command(token[1:])

    def _command(self, name: str) -> Inline | None:
        if name in _IGNORED:
            return None
        if name in _SPACES:
            return {"is": "words", "text": _SPACES[name]}
        if name in _LETTERS or name in _SIGNS:
            return {"is": "symbol", "text": _LETTERS.get(name) or _SIGNS[name]}
        if name in _OPERATORS or name in _FUNCTIONS:
            return {"is": "operator", "text": name, "limits": name in _OPERATORS}
        if name in _ACCENTS:
            return {"is": "accent", "accent": _ACCENTS[name], "body": self._argument()}
        if name in _WORDS:
            return {"is": "words", "text": self._words()}
        special = self._special().get(name)
        if special is None:
            raise _NotUnderstood
        return special()

    def _special(self) -> dict[str, Callable[[], Node]]:
        return {
            "frac": self._fraction, "dfrac": self._fraction, "tfrac": self._fraction,
            "sqrt": self._root, "left": self._fence,
        }  # fmt: skip

    def _fraction(self) -> Node:
        return {"is": "fraction", "top": self._argument(), "bottom": self._argument()}

    def _root(self) -> Node:
        index: list[Inline] | None = None
        if self._peek() == "[":
            self._next()
            index = self._until("]")
            self._next()
        return {"is": "root", "index": index, "body": self._argument()}

    def _fence(self) -> Node:
        left = self._delimiter()
        body = self._until("\\right")
        self._next()
        return {"is": "fence", "left": left, "body": body, "right": self._delimiter()}

    def _delimiter(self) -> str:
        token = self._next()
        known = {"(": "(", ")": ")", "[": "[", "]": "]", "|": "|", ".": "", "\\{": "{", "\\}": "}"}
        if token not in known:
            raise _NotUnderstood
        return known[token]

    def _words(self) -> str:
        if self._next() != "{":
            raise _NotUnderstood
        start = self._raw[self._at - 1].end()
        end = self._text.find("}", start)
        words = self._text[start:end]
        if end < 0 or re.search(r"[\\{$]", words):
            raise _NotUnderstood
        while self._next() != "}":
            pass
        return words

    def _peek(self) -> str:
        return self._tokens[self._at] if self._at < len(self._tokens) else ""

    def _next(self) -> str:
        if self._at >= len(self._tokens):
            raise _NotUnderstood
        self._at += 1
        return self._tokens[self._at - 1]
