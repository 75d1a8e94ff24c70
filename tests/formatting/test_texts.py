"""Sentences in the reader's language, where there is a catalogue; English where there is none."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from analytics_lib.errors import InputError
from analytics_lib.formatting import texts
from analytics_lib.formatting.texts import TRANSLATIONS

ROSE = "{title} rose by {by}"


def kept(folder: Path, language: str, **translated: str) -> None:
    """A compiled catalogue as `pybabel compile` writes it."""
    catalogue = Catalog(locale=language)
    for text, said in translated.items():
        catalogue.add(text, said)
    file = folder / language / "LC_MESSAGES" / "analytics.mo"
    file.parent.mkdir(parents=True)
    with file.open("wb") as target:
        write_mo(target, catalogue)


@pytest.mark.parametrize("locale", ["en", "de", "es", "ja", "pt_BR"])
def test_without_a_catalogue_english_comes(locale: str, tmp_path: Path) -> None:
    assert texts(locale, tmp_path)(ROSE) == ROSE
    assert texts("en")(ROSE) == ROSE


def test_a_catalogue_is_used_text_by_text(tmp_path: Path) -> None:
    kept(tmp_path, "de", **{ROSE: "Um {by} gestiegen: {title}"})
    say = texts("de-AT", tmp_path)
    assert say(ROSE).format(title="Umsatz", by="4 %") == "Um 4 % gestiegen: Umsatz"
    assert say("{title} fell") == "{title} fell"
    assert texts("es", tmp_path)(ROSE) == ROSE


def test_the_more_exact_catalogue_wins_and_the_other_fills_its_gaps(tmp_path: Path) -> None:
    kept(tmp_path, "pt", bookings="reservas", bus="autocarro")
    kept(tmp_path, "pt_BR", bus="ônibus")
    say = texts("pt_BR", tmp_path)
    assert (say("bus"), say("bookings"), texts("pt", tmp_path)("bus")) == ("ônibus", "reservas", "autocarro")


def test_a_language_is_read_once(tmp_path: Path) -> None:
    assert texts("de", tmp_path) is texts("de", tmp_path)


def test_an_unknown_locale_is_refused() -> None:
    with pytest.raises(InputError, match="locale 'xx-nowhere' is not known"):
        texts("xx-nowhere")


@pytest.mark.slow
def test_the_commands_of_the_guide_add_a_language(tmp_path: Path) -> None:
    guide = (TRANSLATIONS / "README.md").read_text(encoding="utf-8")
    commands = [line.split() for line in guide.splitlines() if line.startswith("pybabel ")]
    assert [words[1] for words in commands] == ["extract", "init", "compile"]
    (tmp_path / "analytics_lib" / "translations").mkdir(parents=True)
    source = 'def sentence(say):\n    return say("{title} rose by {by}")\n'
    (tmp_path / "analytics_lib" / "sentences.py").write_text(source, encoding="utf-8")
    folder = tmp_path / "analytics_lib" / "translations"
    po = folder / "de" / "LC_MESSAGES" / "analytics.po"
    for words in commands:
        if words[1] == "compile":
            text = po.read_text(encoding="utf-8")
            translated = text.replace(f'"{ROSE}"\nmsgstr ""', f'"{ROSE}"\nmsgstr "{{title}} stieg um {{by}}"')
            po.write_text(translated, encoding="utf-8")
        run = [sys.executable, "-m", "babel.messages.frontend", *words[1:]]
        subprocess.run(run, cwd=tmp_path, check=True, capture_output=True, env={**os.environ})
    with po.open("rb") as file:
        assert [each.id for each in read_po(file) if each.id] == [ROSE]
    assert texts("de", folder)(ROSE) == "{title} stieg um {by}"
